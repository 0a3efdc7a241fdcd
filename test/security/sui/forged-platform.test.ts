/** WireTap, Battering RAM, TEE.fail 2025: attestation keys that are extracted from one machine. */
import { createPlatform, type Platform } from '../../../localnet/tee/index.ts';
import { hash } from '../../../prover/protocol/hash.ts';
import { toHex } from '../../../prover/protocol/index.ts';
import { Network, type Enclave } from '../../contracts/sui/network.ts';
import { deliverOne, freshRun, network } from './network.ts';

describe('security on Sui: one forged machine', function () {
  this.timeout(120_000);
  let net: Network;
  let machine: Platform;
  const forged: Enclave[] = [];
  before(async () => {
    net = await network();
    machine = createPlatform({ vendor: net.vendor, seed: 'cracked' });
    // Whoever has the machine's keys makes quotes for as many keys as there are operators to collude with.
    for (const operator of [0, 1, 2]) forged.push(net.enclave(machine, operator, `forged ${operator}`));
    for (const enclave of forged) await net.register(enclave);
  });

  it('makes no quorum, with however many keys and operators', async () => {
    const run = await freshRun();
    await net.refuses('QuorumNotReached', deliverOne(net, run, net.sign(run, forged)));
    await net.refuses('QuorumNotReached', deliverOne(net, run, net.sign(run, [...forged, net.enclaves[0]!])));
    await net.ok(deliverOne(net, run));
  });

  it('is out at once when it is revoked, and the others count again when they are judged', async () => {
    const { registry } = net.calls.corridor;
    const self = net.objects.registry;
    const run = await freshRun();
    await net.ok((tx) => {
      registry.revoke(tx, { self, guard: net.guard(tx), kind: 2, target: toHex(hash(machine.ppid)) });
    });
    await net.refuses('QuorumNotReached', deliverOne(net, run));
    await net.refuses('PlatformDenied', (tx) => registry.rejudge(tx, { self, signer: toHex(forged[0]!.signer) }));
    await net.ok((tx) => {
      for (const { signer } of net.enclaves) registry.rejudge(tx, { self, signer: toHex(signer) });
      for (const { signer } of forged) registry.evict(tx, { self, signer: toHex(signer) });
    });
    await net.ok(deliverOne(net, run));
    const late = net.enclave(machine, 0, 'too late');
    const challenge = await net.challenge(late.operator.cap);
    const evidence = net.evidence(late, challenge);
    await net.refuses('PlatformDenied', (tx) => net.enter(tx, 'register', late, challenge, evidence));
  });
});
