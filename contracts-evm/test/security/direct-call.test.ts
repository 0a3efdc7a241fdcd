/** CrossCurve 2026 and Poly 2021: a receiver that is called without the inbox, and messages to the suite itself. */
import assert from 'node:assert/strict';
import { encodeFunctionData, zeroAddress } from 'viem';
import { eventsOf } from '../harness/chain.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { DEFAULT_POLICY, FAR_CHAIN, FAR_SENDER, nonceOf, packQuorum, recipientOf } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

describe('security on EVM: who may call a recipient', () => {
  const net = useDeployment();

  it('the inbox may, and nobody else', async () => {
    const { recipient, inbox, anyone, governance, registry, outbox } = net;
    const message = [FAR_CHAIN, FAR_SENDER, bytes32('id'), nonceOf(0), packQuorum(DEFAULT_POLICY), '0x'];
    for (const from of [anyone, governance, registry.address, outbox.address, recipient.address, zeroAddress]) {
      await recipient.refuses('NotTheInbox', 'onMessage', message, { from });
    }
    await recipient.read('onMessage', message, { from: inbox.address });
    await net.deliver(await net.runTo());
  });

  it('a message to registry, inbox, outbox, manager or verifier does nothing there', async () => {
    const { chain, inbox, registry, outbox, manager, verifier } = net;
    let first = 0;
    for (const target of [registry, inbox, outbox, manager, verifier]) {
      const before = await chain.client.getTransactionCount({ address: target.address });
      const run = await net.runTo(target, first++);
      const receipt = await net.deliver(run);
      assert.deepEqual(
        eventsOf(receipt, inbox).map(({ name }) => name),
        ['DeliveryFailed', 'RootKept'],
      );
      // Nothing but the inbox has said anything.
      assert.ok(receipt.logs.every(({ address }) => address.toLowerCase() === inbox.address.toLowerCase()));
      assert.equal(await chain.client.getTransactionCount({ address: target.address }), before);
    }
    await net.deliver(await net.runTo(net.recipient, first));
  });

  it('no body makes the inbox call anything but onMessage', async () => {
    const { inbox, registry, enclaves } = net;
    const body = encodeFunctionData({
      abi: registry.abi,
      functionName: 'revokeEquivocator',
      args: [enclaves[0]!.signer],
    });
    const run = await net.runOf([net.message({ recipient: recipientOf(registry), body })]);
    const receipt = await net.deliver(run);
    assert.equal(eventsOf(receipt, inbox)[0]!.name, 'DeliveryFailed');
    const digest = bytes32('anything');
    const [quorum] = await registry.read('tally', [digest, await net.signed(digest, enclaves)]);
    assert.equal(quorum >>> 24, 5);
  });

  it('a recipient is told the truth about origin and sender, and can ask for more than the policy', async () => {
    const { inbox, chain, enclaves } = net;
    const demanding = await chain.deploy('DemandingRecipient', [inbox.address, 4, 4, 4, 1]);
    const run = await net.runTo(demanding);
    assert.equal(eventsOf(await net.deliver(run), inbox)[0]!.name, 'DeliveryFailed');
    const receipt = await net.deliver(run, enclaves.slice(0, 4));
    const { args } = eventsOf(receipt, demanding)[0]!;
    assert.deepEqual([args.originChain, args.sender, args.nonce], [FAR_CHAIN, FAR_SENDER, nonceOf(0)]);
  });
});
