/** WireTap, Battering RAM, TEE.fail 2025: attestation keys that are extracted from one machine. */
import type { Enclave } from '../harness/world.ts';
import { useDeployment } from './deployment.ts';

describe('security on EVM: one forged machine', () => {
  const net = useDeployment();
  let forged: Enclave[];
  beforeEach(async () => {
    // Whoever has the machine's keys makes quotes for as many keys as there are operators to collude with.
    forged = [];
    for (const operator of [0, 1, 2, 3]) {
      forged.push(await net.register(net.createEnclave(`forged ${operator}`, { operator, platform: 'cracked' })));
    }
  });

  it('makes no quorum, with however many keys and operators', async () => {
    const { inbox, enclaves } = net;
    const run = await net.runTo();
    await inbox.refuses('QuorumNotReached', 'deliver', await net.deliverArgs(run, forged));
    const helped = [...forged, enclaves[0]!];
    await inbox.refuses('QuorumNotReached', 'deliver', await net.deliverArgs(run, helped));
    await net.deliver(run);
  });

  it('is out at once when it is revoked, and the others count again when they are judged', async () => {
    const { inbox, registry, enclaves } = net;
    const run = await net.runTo();
    await net.guard(registry, 'revokePlatform', [forged[0]!.platformId]);
    await inbox.refuses('QuorumNotReached', 'deliver', await net.deliverArgs(run));
    await registry.refuses('PlatformDenied', 'rejudge', [forged[0]!.signer, forged[0]!.facts]);
    for (const { signer, facts } of enclaves) await registry.send('rejudge', [signer, facts]);
    for (const { signer, facts } of forged) await registry.send('evict', [signer, facts]);
    await net.deliver(run);
    const late = net.createEnclave('too late', { platform: 'cracked' });
    const { candidate, evidence } = await net.application(late);
    await registry.refuses('PlatformDenied', 'register', [candidate, evidence], { from: late.operator });
  });

  it('is out with its whole family, and so is who has an advisory that is denied', async () => {
    const { registry } = net;
    const [key] = forged as [Enclave];
    await net.guard(registry, 'denyPlatformFamily', [key.facts.platformFamily]);
    await registry.refuses('PlatformFamilyDenied', 'rejudge', [key.signer, key.facts]);
    await net.govern(registry, 'allowPlatformFamily', [key.facts.platformFamily, false]);
    await registry.send('rejudge', [key.signer, key.facts]);
    const advised = net.createEnclave('advised');
    const { candidate, evidence } = await net.application(advised, {}, { advisories: [657n] });
    await net.guard(registry, 'denyAdvisory', [657]);
    await registry.refuses('AdvisoryDenied', 'register', [candidate, evidence], { from: advised.operator });
  });
});
