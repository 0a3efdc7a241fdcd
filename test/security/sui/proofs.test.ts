/** BNB 2022, Hyperbridge 2026 and Nomad 2022: proofs that are not bound to a leaf, and zero taken for proven. */
import {
  concat,
  encodeStatement,
  merkleProof,
  merkleRoot,
  plainLeaf,
  type Message,
} from '../../../prover/protocol/index.ts';
import { Network, type Run } from '../../contracts/sui/network.ts';
import { freshRun, network } from './network.ts';

describe('security on Sui: proofs', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await network()));

  const attempt = (run: Run, index: number, proof: Uint8Array, message: Message, rule: string): Promise<void> =>
    net.refuses(rule, (tx) => {
      const delivery = net.calls.corridor.inbox.deliver(tx, {
        self: net.objects.inbox,
        registry: net.objects.registry,
        accepted: net.accept(tx, run, net.sign(run)),
        index,
        proof,
        message: net.moveMessage(tx, message),
      });
      net.receive(tx, delivery);
    });

  it('an index beyond the run, an empty proof and extra nodes are refused', async () => {
    const run = await freshRun(3);
    const beyond = { ...run.messages[0]!, nonce: run.statement.firstNonce + 3n };
    await attempt(run, 3, run.proof(2), beyond, 'InvalidProofIndex');
    await attempt(run, 0, new Uint8Array(), run.messages[0]!, 'InvalidProofLength');
    await attempt(run, 0, concat(run.proof(0), new Uint8Array(32)), run.messages[0]!, 'InvalidProofLength');
    await attempt(run, 1, run.proof(0), run.messages[1]!, 'InvalidProof');
    await net.ok((tx) => net.deliverRun(tx, run));
  });

  it('a leaf stands for one place only', async () => {
    // One message at two places of a run: its nonce fits the first only.
    const [first, second] = (await freshRun(2)).messages;
    const ids = net.run([first!, second!]).ids;
    const leaf = plainLeaf(first!.nonce, ids[0]!);
    const run = net.run([first!, second!], { messagesRoot: merkleRoot([leaf, leaf]) });
    await attempt(run, 1, merkleProof([leaf, leaf], 1), first!, 'WrongMessageNonce');
    await attempt(run, 1, merkleProof([leaf, leaf], 1), second!, 'InvalidProof');
    const honest = net.run([first!, second!]);
    await net.ok((tx) => net.deliverRun(tx, honest));
  });

  it('a node is no leaf: a smaller count does not reach up the tree', async () => {
    const four = await freshRun(4);
    const two = net.run(four.messages.slice(0, 2), { messagesRoot: four.statement.messagesRoot });
    await attempt(two, 0, four.proof(0).slice(0, 32), four.messages[0]!, 'InvalidProof');
    await net.ok((tx) => net.deliverRun(tx, four));
  });

  it('zero is no root, no anchor and no count', async () => {
    const run = await freshRun();
    const encoded = encodeStatement(run.statement);
    const zeroed = (from: number, to: number): Uint8Array => encoded.slice().fill(0, from, to);
    for (const [rule, statement] of [
      ['InvalidStatementRoot', zeroed(172, 204)],
      ['InvalidStatementAnchorHash', zeroed(120, 152)],
      ['InvalidStatementCount', zeroed(168, 172)],
      ['InvalidStatementOriginOutbox', zeroed(40, 72)],
      ['InvalidStatementTag', zeroed(0, 32)],
    ] as const) {
      await net.refuses(rule, (tx) => net.accept(tx, { encoded: statement }, net.sign(run)));
    }
    await net.refuses('RootNotKept', (tx) => {
      net.calls.corridor.inbox.restore(tx, { self: net.objects.inbox, statement: run.encoded });
    });
    await net.ok((tx) => net.deliverRun(tx, run));
  });
});
