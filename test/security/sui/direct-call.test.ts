/** CrossCurve 2026 and Poly 2021: a receiver that is called without the inbox, and messages to the suite itself. */
import assert from 'node:assert/strict';
import { fromHex } from '../../../prover/protocol/index.ts';
import { Network, recipientOf } from '../../contracts/sui/network.ts';
import { deliverOne, freshRun, ILL_TYPED, LEFT_BEHIND, network } from './network.ts';

describe('security on Sui: who may call a recipient', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await network()));

  it('the inbox may', async () => {
    await net.ok(deliverOne(net, await freshRun()));
  });

  it('a message that anyone made is no delivery', async () => {
    const run = await freshRun();
    const rule = await net.rule((tx) => net.receive(tx, net.moveMessage(tx, run.messages[0]!)));
    assert.match(rule ?? 'ok', ILL_TYPED);
  });

  it('a delivery for another recipient does not open', async () => {
    const made = await net.ok((tx) => {
      tx.moveCall({ target: `${net.echo.packageId}::echo::new`, arguments: [tx.pure.u8(0)] });
    });
    const [thief] = Object.entries(made.types).find(([, type]) => type.endsWith('::echo::Echo'))!;
    const run = await freshRun();
    await net.refuses('NotTheRecipient', (tx) => net.deliver(tx, net.accept(tx, run, net.sign(run)), run, 0, thief));
    await net.ok(deliverOne(net, run));
    assert.notDeepEqual(await recipientOf(net.context, thief), net.echo.recipient);
  });

  it('a message to registry, inbox, outbox or authority opens nowhere', async () => {
    for (const name of ['registry', 'inbox', 'outbox', 'authority'] as const) {
      const run = await freshRun(1, { recipient: fromHex(net.objects[name]) });
      await net.refuses('NotTheRecipient', deliverOne(net, run));
      // It has no capability, and no function of the suite takes a delivery.
      const rule = await net.rule((tx) => {
        net.calls.corridor.inbox.deliver(tx, {
          self: net.objects.inbox,
          registry: net.objects.registry,
          accepted: net.accept(tx, run, net.sign(run)),
          index: 0,
          proof: run.proof(0),
          message: net.moveMessage(tx, run.messages[0]!),
        });
      });
      assert.match(rule ?? 'ok', LEFT_BEHIND);
    }
  });
});
