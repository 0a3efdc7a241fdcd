/** Stuck messages (many projects' issues): a bad recipient, a lost relayer, a delivery that nobody wants to make. */
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Network } from '../../contracts/sui/network.ts';
import { deliverOne, freshRun, network } from './network.ts';

describe('security on Sui: messages that stay open', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await network()));

  it('a recipient that refuses blocks neither its lane nor its own message', async () => {
    const bad = await freshRun(1, { body: new TextEncoder().encode('!no') });
    const good = await freshRun();
    const refusal = await net.rule(deliverOne(net, bad));
    if (!refusal?.endsWith('::echo 1')) throw new Error(refusal ?? 'delivered');
    await net.ok(deliverOne(net, good));
    // It stays open: the same refusal again, and not that it was delivered.
    const again = await net.rule(deliverOne(net, bad));
    if (again !== refusal) throw new Error(again ?? 'delivered');
  });

  it('anyone delivers what was proven', async () => {
    const run = await freshRun(2);
    await net.ok((tx) => {
      const accepted = net.accept(tx, run, net.sign(run));
      net.calls.corridor.inbox.keep(tx, { self: net.objects.inbox, accepted });
    });
    const stranger = Ed25519Keypair.fromSecretKey(new Uint8Array(32).fill(0x77));
    await net.devnet.faucet(stranger.toSuiAddress());
    await net.ok((tx) => {
      const self = net.objects.inbox;
      const accepted = net.calls.corridor.inbox.restore(tx, { self, statement: run.encoded });
      net.deliver(tx, accepted, run, 1);
    }, stranger);
    await net.refuses('AlreadyDelivered', (tx) => net.deliverRun(tx, run));
  });
});
