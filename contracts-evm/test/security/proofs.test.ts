/** BNB 2022, Hyperbridge 2026 and Nomad 2022: proofs that are not bound to a leaf, and zero taken for proven. */
import type { Hex } from 'viem';
import { plainLeaf, proof as proofOf, root } from '../harness/fixtures.ts';
import { nonceOf, recipientOf, type Run } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

const ZERO = `0x${'00'.repeat(32)}` as const;

describe('security on EVM: proofs', () => {
  const net = useDeployment();

  const refuses = async (rule: string, run: Run, index: number, proof: Hex, message: Hex) =>
    net.inbox.refuses(rule, 'deliverOne', [
      run.statement,
      await net.signed(run.digest, net.enclaves),
      index,
      proof,
      message,
    ]);
  const message = (sequence: number): Hex =>
    net.message({ nonce: nonceOf(sequence), recipient: recipientOf(net.recipient) });

  it('an index beyond the run, an empty proof and extra nodes are refused', async () => {
    const run = await net.runTo(net.recipient, 0, 3);
    const [first, second] = run.messages as [Hex, Hex, Hex];
    await refuses('InvalidProofIndex', run, 3, run.proof(2), message(3));
    await refuses('WrongMessageNonce', run, 2 ** 32 - 1, run.proof(2), message(2));
    await refuses('InvalidProofLength', run, 0, '0x', first);
    await refuses('InvalidProofLength', run, 0, `${run.proof(0)}${'00'.repeat(32)}`, first);
    await refuses('InvalidProofLength', run, 0, `${run.proof(0)}00`, first);
    await refuses('InvalidProof', run, 1, run.proof(0), second);
    await net.deliver(run);
  });

  it('a leaf stands for one place only', async () => {
    // One message at two places of a run: its nonce fits the first only.
    const honest = await net.runTo(net.recipient, 0, 2);
    const [first, second] = honest.messages as [Hex, Hex];
    const twice = [honest.leaves[0]!, honest.leaves[0]!];
    const run = await net.runOf([first, second], { messagesRoot: root(twice) });
    await refuses('WrongMessageNonce', run, 1, proofOf(twice, 1), first);
    await refuses('InvalidProof', run, 1, proofOf(twice, 1), second);
    await net.inbox.refuses('WrongRoot', 'deliver', await net.deliverArgs(run));
    await net.deliver(honest);
  });

  it('a node is no leaf: a smaller count does not reach up the tree', async () => {
    const four = await net.runTo(net.recipient, 0, 4);
    const two = await net.runOf(four.messages.slice(0, 2), { messagesRoot: root(four.leaves) });
    await refuses('InvalidProof', two, 0, `0x${four.proof(0).slice(2, 66)}`, four.messages[0]!);
    const node = await net.runOf(four.messages.slice(0, 2), { messagesRoot: root(four.leaves.slice(0, 2)) });
    await refuses('InvalidProof', node, 0, plainLeaf(nonceOf(0), ZERO), four.messages[0]!);
    await net.deliver(four);
  });

  it('a batch is all of the run, in its order', async () => {
    const { inbox } = net;
    const run = await net.runTo(net.recipient, 0, 3);
    const [statement, signatures] = await net.deliverArgs(run);
    const [a, b, c] = run.messages as [Hex, Hex, Hex];
    await inbox.refuses('WrongMessageCount', 'deliver', [statement, signatures, [a, b]]);
    await inbox.refuses('WrongMessageCount', 'deliver', [statement, signatures, []]);
    await inbox.refuses('WrongMessageNonce', 'deliver', [statement, signatures, [b, a, c]]);
    const forged = net.message({ nonce: nonceOf(1), recipient: recipientOf(net.recipient), body: '0x01' });
    await inbox.refuses('WrongRoot', 'deliver', [statement, signatures, [a, forged, c]]);
    await net.deliver(run);
  });

  it('zero is no root, no anchor and no count, and nothing is kept that nobody accepted', async () => {
    const { inbox } = net;
    const run = await net.runTo();
    const signatures = await net.signed(run.digest, net.enclaves);
    const zeroed = (from: number, to: number): Hex =>
      `0x${run.statement.slice(2, 2 + 2 * from)}${'00'.repeat(to - from)}${run.statement.slice(2 + 2 * to)}`;
    for (const [rule, statement] of [
      ['InvalidStatementRoot', zeroed(172, 204)],
      ['InvalidStatementAnchorHash', zeroed(120, 152)],
      ['InvalidStatementCount', zeroed(168, 172)],
      ['InvalidStatementOriginOutbox', zeroed(40, 72)],
      ['InvalidStatementTag', zeroed(0, 32)],
    ] as const) {
      await inbox.refuses(rule, 'accept', [statement, signatures]);
    }
    await inbox.refuses('RootNotKept', 'deliver', [run.statement, '0x', run.messages]);
    await net.deliver(run);
  });
});
