/** Collateral that has expired, and old collateral in the place of newer (Automata, Flashbots). */
import { toHex } from '../../../prover/protocol/index.ts';
import { uploadCollateral } from '../../../prover/bindings/sui/collateral.ts';
import { Network } from '../../contracts/sui/network.ts';

describe('security on Sui: stale collateral', function () {
  this.timeout(120_000);
  let net: Network;
  before(async () => void (net = await Network.start({ seed: 'stale', enclaves: 2, config: { origins: [] } })));

  it('a store of their own, in which the newest is old collateral, serves nobody', async () => {
    const [{ machine }] = net.enclaves as [Network['enclaves'][number]];
    const { collateral } = net.calls.dcap;
    const made = await net.ok((tx) => {
      const self = collateral.new(tx, { rootFingerprint: toHex(net.vendor.rootFingerprint) });
      collateral.share(tx, { self });
    });
    const [store] = Object.entries(made.types).find(([, type]) => type.endsWith('::CollateralStore'))!;
    await net.ok((tx) => uploadCollateral(tx, net.calls.dcap, store, machine.collateralParts({ tee: 'tdx' })));
    const enclave = net.enclave(machine, 0, 'own store');
    const challenge = await net.challenge(enclave.operator.cap);
    const evidence = net.evidence(enclave, challenge);
    // Newer CRLs of the store that governance admitted would count for nothing.
    await net.refuses('VerifierNotAdmitted', (tx) =>
      net.enter(tx, 'register', enclave, challenge, evidence, { store }),
    );
    await net.ok((tx) => net.enter(tx, 'register', enclave, challenge, evidence));
  });

  it('old collateral does not replace newer, and expired collateral judges nothing', async () => {
    const [{ machine }] = net.enclaves as [Network['enclaves'][number]];
    const store = net.objects.collateralStore;
    const upload =
      (parts: ReturnType<typeof machine.collateralParts>) => (tx: Parameters<typeof uploadCollateral>[0]) =>
        uploadCollateral(tx, net.calls.dcap, store, parts);
    const old = machine.collateralParts({ tee: 'tdx' });
    net.advance(2 * 86_400);
    await net.ok(upload(machine.collateralParts({ tee: 'tdx' })));
    await net.refuses('CollateralNotNewer', upload(old));

    net.advance(31 * 86_400);
    const enclave = net.enclave(machine, 0, 'late');
    const challenge = await net.challenge(enclave.operator.cap);
    const evidence = net.evidence(enclave, challenge);
    const enter = (tx: Parameters<Network['enter']>[0]): void =>
      net.enter(tx, 'register', enclave, challenge, evidence);
    await net.refuses('CollateralExpired', enter);
    // A machine that is sound is locked out by nobody: whoever uploads what is new lets it in.
    await net.ok(upload(machine.collateralParts({ tee: 'tdx' })));
    await net.ok(enter);
  });
});
