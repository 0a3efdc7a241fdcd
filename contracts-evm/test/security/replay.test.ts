/** Replay across domains: the same signatures for another inbox, chain, lane, version or kind of message. */
import { keccak256, pad } from 'viem';
import { bytes32, encodeRevocation, signDigest } from '../harness/fixtures.ts';
import { FAR_CHAIN, nonceOf, recipientOf } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

describe('security on EVM: signatures in another domain', () => {
  const net = useDeployment();

  it('a statement for another inbox, chain, outbox or generation is for nobody else', async () => {
    const { inbox, chain, manager, registry } = net;
    const run = await net.runTo();
    const second = await chain.deploy('Inbox', [manager.address, registry.address]);
    for (const [rule, fields] of [
      ['WrongDestination', { destinationInbox: pad(second.address) }],
      ['WrongDestination', { destinationChain: 1n }],
      ['UnknownOrigin', { originChain: 0x5300000012345678n }],
      ['WrongOutbox', { originOutbox: bytes32('other outbox') }],
      ['WrongGeneration', { firstNonce: nonceOf(0, 2) }],
    ] as const) {
      const elsewhere = await net.runOf(run.messages, fields);
      await inbox.refuses(rule, 'accept', [elsewhere.statement, await net.signed(elsewhere.digest, net.enclaves)]);
      await inbox.refuses(rule, 'deliver', await net.deliverArgs(elsewhere));
    }
    await net.deliver(run);
  });

  it('what one inbox delivered another does not: each has its own statements', async () => {
    const { inbox, chain, manager, registry } = net;
    const run = await net.runTo();
    const second = await chain.deploy('Inbox', [manager.address, registry.address]);
    await second.refuses('WrongDestination', 'deliver', await net.deliverArgs(run));
    await net.deliver(run);
    await inbox.refuses('NothingToDeliver', 'deliver', await net.deliverArgs(run));
  });

  it('a signature over one statement is none over another', async () => {
    const [run, second] = [await net.runTo(), await net.runTo(net.recipient, 1)];
    // It recovers to a stranger; one alone is always in order.
    const signature = (await net.signed(second.digest, net.enclaves)).slice(0, 2 + 130);
    await net.inbox.refuses('QuorumNotReached', 'deliver', [run.statement, signature, run.messages]);
    await net.deliver(run);
  });

  it('a signed statement is no signed revocation, and the other way round', async () => {
    const { registry, inbox } = net;
    const run = await net.runTo();
    const signature = await signDigest(run.digest, bytes32('revocation key'));
    await registry.refuses('InvalidRevocationLength', 'submitRevocation', [run.statement, signature]);
    const revocation = encodeRevocation(1, pad(net.enclaves[4]!.signer));
    await registry.refuses('NotTheRevocationKey', 'submitRevocation', [revocation, signature]);
    await inbox.refuses('InvalidStatementLength', 'accept', [revocation, signature]);
    await registry.send('submitRevocation', [
      revocation,
      await signDigest(keccak256(revocation), bytes32('revocation key')),
    ]);
    await net.deliver(run);
  });

  it('a message of another version, kind, chain or place is not the one that was signed', async () => {
    const { inbox } = net;
    const run = await net.runTo();
    const signatures = await net.signed(run.digest, net.enclaves);
    const recipient = recipientOf(net.recipient);
    for (const [rule, fields] of [
      ['InvalidMessageVersion', { version: 2 }],
      ['InvalidMessageKind', { kind: 2 }],
      ['UnsupportedKind', { kind: 1 }],
      ['WrongMessageChain', { originChain: FAR_CHAIN + 1n }],
      ['WrongMessageChain', { destinationChain: 1n }],
      ['WrongMessageNonce', { nonce: nonceOf(1) }],
      ['WrongMessageNonce', { nonce: nonceOf(0, 2) }],
      ['WrongRoot', { sender: bytes32('other sender') }],
    ] as const) {
      await inbox.refuses(rule, 'deliver', [run.statement, signatures, [net.message({ recipient, ...fields })]]);
    }
    await net.deliver(run);
  });
});
