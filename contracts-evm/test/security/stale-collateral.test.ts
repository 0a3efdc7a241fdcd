/** Collateral that has expired, and old collateral in the place of newer (Automata, Flashbots). */
import type { Collateral } from '../../../prover/protocol/dcap/index.ts';
import { uploadCall, type Part } from '../harness/dcap.ts';
import { useDeployment } from './deployment.ts';

const DAY = 86_400;

describe('security on EVM: stale collateral', () => {
  const net = useDeployment();

  const later = async (days: number): Promise<Collateral> => {
    net.time.seconds += days * DAY;
    await net.chain.pass(days * DAY);
    return net.machine.collateralParts({ tee: 'tdx' });
  };

  it('old collateral does not replace newer', async () => {
    const old = net.machine.collateralParts({ tee: 'tdx' });
    await net.upload(await later(2), ['rootCrl', 'pckCrl', 'tcbInfo', 'qeIdentity']);
    for (const part of ['rootCrl', 'pckCrl', 'tcbInfo', 'qeIdentity'] satisfies Part[]) {
      await net.verifier.refuses('CollateralNotNewer', ...uploadCall(part, old));
    }
    const [args, options] = await net.attest('honest');
    await net.registry.send('register', args, options);
  });

  it('expired collateral judges nothing, and whoever uploads what is new lets a sound machine in', async () => {
    const { registry } = net;
    const fresh = await later(31);
    const [args, options] = await net.attest('late');
    await registry.refuses('CollateralExpired', 'register', args, options);
    await net.upload(fresh, ['rootCrl', 'pckCrl', 'tcbInfo', 'qeIdentity']);
    await registry.send('register', args, options);
  });

  it('a key does not outlive the collateral that it was judged by', async () => {
    const { registry } = net;
    const [args, options] = await net.attest('short lived');
    await registry.send('register', args, options);
    const [{ signer }] = args;
    const record = (await registry.read('recordOf', [signer])) as bigint;
    const end = Number((record >> 96n) & 0xff_ffff_ffffn);
    // The documents of the vendor are good for 30 days from their issue, which was before the chain's first block.
    if (end > net.time.seconds + 30 * DAY) throw new Error(`counts until ${end}`);
  });
});
