/** Wormhole 2022: state of the verifier that the caller supplies. */
import assert from 'node:assert/strict';
import { toHex } from '../../../prover/protocol/index.ts';
import { createPlatform, Vendor } from '../../../localnet/tee/index.ts';
import { uploadCollateral } from '../../../prover/bindings/sui/collateral.ts';
import { corridorCalls } from '../../../prover/bindings/sui/corridor.ts';
import { dcapEvidenceCalls } from '../../../prover/bindings/sui/dcap-evidence.ts';
import { Network } from '../../contracts/sui/network.ts';
import { freshRun, ILL_TYPED, LEFT_BEHIND, network, secondDeployment, deliverOne } from './network.ts';

describe('security on Sui: objects that the caller brings', function () {
  this.timeout(180_000);
  let net: Network;
  before(async () => void (net = await network()));

  it('the registry of this deployment accepts', async () => {
    await net.ok(deliverOne(net, await freshRun()));
  });

  it('the registry of another deployment is of another type', async () => {
    const other = await secondDeployment();
    const run = await freshRun();
    const rule = await net.rule((tx) => {
      net.calls.corridor.inbox.accept(tx, {
        self: net.objects.inbox,
        registry: other.objects.registry,
        statement: run.encoded,
        signatures: net.sign(run),
      });
    });
    assert.match(rule ?? 'ok', ILL_TYPED);
  });

  it('the authority and capability of another deployment govern nothing here', async () => {
    const other = await secondDeployment();
    const rule = await net.rule((tx) => {
      net.calls.corridor.authority.guard(tx, { self: net.objects.authority, cap: other.caps.guardian });
    });
    assert.match(rule ?? 'ok', ILL_TYPED);
    await net.ok((tx) => void net.guard(tx));
  });

  it('what another deployment accepted is not accepted here', async () => {
    const other = await secondDeployment();
    const run = await freshRun();
    const elsewhere = corridorCalls(other.packages.corridor.id);
    const rule = await net.rule((tx) => {
      const accepted = elsewhere.inbox.restore(tx, { self: other.objects.inbox, statement: run.encoded });
      net.calls.corridor.inbox.keep(tx, { self: net.objects.inbox, accepted });
    });
    assert.match(rule ?? 'ok', ILL_TYPED);
  });

  it('a store under a root of the attacker yields evidence that the registry refuses', async () => {
    const vendor = new Vendor({ seed: 'attacker', clock: () => net.now });
    const enclave = net.enclave(createPlatform({ vendor, seed: 'forged' }), 0, 'forged');
    const { collateral } = net.calls.dcap;
    const made = await net.ok((tx) => {
      const store = collateral.new(tx, { rootFingerprint: toHex(vendor.rootFingerprint) });
      collateral.share(tx, { self: store });
    });
    const [store] = Object.entries(made.types).find(([, type]) => type.endsWith('::CollateralStore'))!;
    await net.ok((tx) => uploadCollateral(tx, net.calls.dcap, store, enclave.machine.collateralParts({ tee: 'tdx' })));
    const challenge = await net.challenge(enclave.operator.cap);
    const evidence = net.evidence(enclave, challenge);
    const number = vendor.evaluationNumber;
    await net.refuses('VerifierNotAdmitted', (tx) =>
      net.enter(tx, 'register', enclave, challenge, evidence, { store, number }),
    );
    await net.refuses('PckCaMissing', (tx) => net.enter(tx, 'register', enclave, challenge, evidence));
  });

  it('evidence of another verifier package is of another type', async () => {
    const other = await secondDeployment();
    const enclave = net.enclave(net.enclaves[0]!.machine, 0, 'other verifier');
    const challenge = await net.challenge(enclave.operator.cap);
    const evidence = net.evidence(enclave, challenge);
    const rule = await net.rule((tx) => {
      const report = net.calls.dcap.dcap.verify(tx, {
        store: net.objects.collateralStore,
        evidence,
        evaluationNumber: net.vendor.evaluationNumber,
      });
      const judged = dcapEvidenceCalls(other.packages.dcapEvidence.id).dcapEvidence.judge(tx, { report });
      net.calls.corridor.registry.register(tx, [net.witness], {
        self: net.objects.registry,
        cap: enclave.operator.cap,
        challenge,
        verifier: 1,
        entry: 1,
        signer: toHex(enclave.signer),
        encryptionKey: toHex(enclave.encryptionKey),
        configurationHash: toHex(enclave.encryptionKey),
        evidence: judged,
      });
    });
    assert.match(rule ?? 'ok', ILL_TYPED);
  });

  it('a delivery cannot be dropped, and so not be withheld', async () => {
    const run = await freshRun();
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
    await net.ok(deliverOne(net, run));
  });
});
