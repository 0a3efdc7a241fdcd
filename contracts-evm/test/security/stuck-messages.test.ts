/** Stuck messages (many projects' issues): a bad recipient, a lost relayer, a delivery that nobody wants to make. */
import assert from 'node:assert/strict';
import { eventsOf } from '../harness/chain.ts';
import { nonceOf, recipientOf } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

const CONDUCTS = { take: 0, refuse: 1, useUpGas: 3, revertMegabyte: 9 };

describe('security on EVM: messages that stay open', () => {
  const net = useDeployment();

  it('a recipient that fails in any way blocks neither its lane, nor its batch, nor its own message', async () => {
    const { inbox, unruly, recipient, anyone } = net;
    let first = 0;
    for (const conduct of [CONDUCTS.refuse, CONDUCTS.useUpGas, CONDUCTS.revertMegabyte]) {
      await unruly.send('behave', [conduct, unruly.address, '0x']);
      const run = await net.runOf(
        [recipient, unruly, recipient].map((to, i) =>
          net.message({ nonce: nonceOf(first + i), recipient: recipientOf(to) }),
        ),
      );
      first += 3;
      const names = eventsOf(await net.deliver(run), inbox).map(({ name }) => name);
      assert.deepEqual(names, ['MessageDelivered', 'DeliveryFailed', 'MessageDelivered', 'RootKept']);
      await unruly.send('behave', [CONDUCTS.take, unruly.address, '0x']);
      // Anyone tries again, without a signature, and once.
      const one = [run.statement, '0x', 1, run.proof(1), run.messages[1]];
      await inbox.send('deliverOne', one, { from: anyone });
      await inbox.refuses('AlreadyDelivered', 'deliverOne', one, { from: anyone });
    }
  });

  it('anyone delivers what was proven, in any order', async () => {
    const { inbox, anyone } = net;
    const run = await net.runTo(net.recipient, 0, 2);
    await inbox.send('accept', [run.statement, await net.signed(run.digest, net.enclaves)], { from: net.deployer });
    await inbox.send('deliverOne', [run.statement, '0x', 1, run.proof(1), run.messages[1]], { from: anyone });
    const receipt = await inbox.send('deliver', [run.statement, '0x', run.messages], { from: anyone });
    assert.deepEqual(
      eventsOf(receipt, inbox).map(({ args }) => args.nonce),
      [nonceOf(0)],
    );
    await inbox.refuses('NothingToDeliver', 'deliver', [run.statement, '0x', run.messages]);
  });

  it('a relayer that brings too little gas spoils nothing', async () => {
    const { inbox, recipient } = net;
    const run = await net.runOf([net.message({ recipient: recipientOf(recipient), executionGas: 1_000_000 })]);
    const args = await net.deliverArgs(run);
    await inbox.refuses('InsufficientGas', 'deliver', args, { gas: 900_000n });
    assert.equal(await inbox.read('isDelivered', [net.config.origins[0]!.chain, nonceOf(0)]), false);
    await net.deliver(run);
  });
});
