/** Registration with real evidence: the simulated platform's quotes, through the DCAP verifier that is deployed. */
import assert from 'node:assert/strict';
import { bytesToHex, concatHex, hexToBytes, pad, type Address, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createPlatform, Vendor, type QuoteOptions } from '../../../localnet/tee/index.ts';
import { compactEvidence, judgeInput, readEvidence } from '../../../prover/protocol/dcap/index.ts';
import { readSignerRecord } from '../../../prover/bindings/values.ts';
import type { EntryTerms } from '../../../scripts/deploy/evm.ts';
import { eventsOf } from '../harness/chain.ts';
import { PARTS, uploadCall } from '../harness/dcap.ts';
import { bytes32 } from '../harness/fixtures.ts';
import { CONFIGURATION, createWorld, type Candidate, type World } from '../harness/world.ts';

const DCAP = 1;
/** Versions, reports and sizes differ; what a registry reads must not. */
const FORMS = ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'] as const;

describe('registration with DCAP evidence', function () {
  this.timeout(300_000);
  const vendor = new Vendor({ seed: 'registry tests' });
  const machine = createPlatform({ vendor, seed: 'first' });
  let world: World;
  let verifier: Awaited<ReturnType<World['chain']['deploy']>>;
  const entries = new Map<string, number>();

  before(async () => {
    world = await createWorld({ config: { verifierRoot: bytesToHex(vendor.rootFingerprint) } });
    const { dcapVerifierAbi } = await import('../../../prover/bindings/evm/index.ts');
    verifier = world.chain.attach(world.deployment.contracts.dcapVerifier, dcapVerifierAbi as never);
    for (const tee of ['sgx', 'tdx'] as const) {
      const collateral = machine.collateralParts({ tee, issuedAtSeconds: Math.floor(Date.now() / 1000) - 3_600 });
      for (const part of PARTS) {
        if (tee === 'tdx' && !['tcbInfo', 'qeIdentity'].includes(part)) continue;
        const [name, args] = uploadCall(part, collateral as never);
        await verifier.send(name, args);
      }
    }
    for (const form of FORMS) {
      const quote = readEvidence(machine.quote({ form, reportData: new Uint8Array(64) } as QuoteOptions).evidence);
      await world.govern(world.registry, 'addEntry', [entryOf(quote)]);
      const { entryCount } = await world.registry.read('judgementState');
      entries.set(form, entryCount);
    }
  });

  /** The entry under which a program runs, pinned in all its attributes. */
  function entryOf(quote: ReturnType<typeof readEvidence>): EntryTerms {
    const report = quote.report as Record<string, any>;
    const isSgx = report['kind'] === 'enclave';
    const hex = (...names: string[]): Hex => concatHex(names.map((name) => bytesToHex(report[name] as Uint8Array)));
    const attributes = isSgx ? concatHex([hex('attributes'), hex('miscSelect')]) : hex('tdAttributes', 'xfam');
    return {
      verifierNumber: DCAP,
      teeType: isSgx ? 1 : 2,
      notAfterSeconds: 4_000_000_000,
      registers: isSgx ? hex('mrEnclave') : hex('mrTd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'),
      attributesMask: pad(`0x${'ff'.repeat(isSgx ? 20 : 16)}`, { dir: 'right', size: 32 }),
      attributesValue: pad(attributes, { dir: 'right', size: 32 }),
      launch: isSgx
        ? concatHex([hex('configId'), '0x0000'])
        : concatHex([hex('mrConfigId', 'mrOwner', 'mrOwnerConfig'), `0x${'00'.repeat(48)}`]),
      configurationHash: CONFIGURATION,
    };
  }

  /** What an operator registers: a key, and a machine's quote about it in the encoding of `judge`. */
  async function applicationOf(form: (typeof FORMS)[number], name: string, isCompact: boolean, operator: Address) {
    const candidate: Candidate = {
      verifierNumber: DCAP,
      entryNumber: entries.get(form)!,
      challengeBlock: (await world.chain.client.getBlockNumber()) - 1n,
      signer: privateKeyToAccount(bytes32(name)).address,
      encryptionKey: bytes32(`encryption ${name}`),
      configurationHash: CONFIGURATION,
    };
    const reportData = hexToBytes(await world.reportDataOf(candidate, operator));
    const { evidence } = machine.quote({ form, reportData } as QuoteOptions);
    const number = vendor.evaluationNumber;
    if (!isCompact) return { candidate, evidence: bytesToHex(judgeInput(number, evidence, 'der')) };
    const leaf = bytesToHex(readEvidence(evidence).certificationData);
    const templateId = await verifier.read('addLeafTemplate', [leaf]);
    await verifier.send('addLeafTemplate', [leaf]);
    const compact = compactEvidence(evidence, hexToBytes(templateId as Hex));
    assert.ok(compact, 'the evidence has no compact form');
    return { candidate, evidence: bytesToHex(judgeInput(number, compact, 'compact')) };
  }

  for (const form of FORMS) {
    for (const isCompact of [false, true]) {
      it(`takes a quote of form ${form}${isCompact ? ', compact' : ''}`, async () => {
        const { registry, operators } = world;
        const [operator] = operators;
        const { candidate, evidence } = await applicationOf(form, `${form} ${isCompact}`, isCompact, operator!);
        const receipt = await registry.send('register', [candidate, evidence], { from: operator! });
        const { record, facts } = eventsOf(receipt, registry)[0]!.args;
        const { status, operatorIndex, platformIndex, vendor: by } = readSignerRecord(record);
        // One machine, one platform, whatever the form of its quotes (INV-28).
        assert.deepEqual([status, operatorIndex, platformIndex, by], ['active', 1, 1, 1]);
        assert.equal(facts.platformFamily, pad(bytesToHex(machine.fmspc), { dir: 'right' }));
        assert.equal(facts.evaluationNumber, vendor.evaluationNumber);
        assert.equal(facts.tcbStatus, 1);
      });
    }
  }

  it('refuses a quote that another operator, or another key, had made', async () => {
    const { registry, operators } = world;
    const { candidate, evidence } = await applicationOf('tdx4', 'stolen', false, operators[0]!);
    await registry.refuses('InvalidReportData', 'register', [candidate, evidence], { from: operators[1]! });
    const signer = privateKeyToAccount(bytes32('thief')).address;
    await registry.refuses('InvalidReportData', 'register', [{ ...candidate, signer }, evidence], {
      from: operators[0]!,
    });
    await registry.send('register', [candidate, evidence], { from: operators[0]! });
  });

  it('passes on the rule that the verifier names', async () => {
    const { registry, operators } = world;
    const { candidate, evidence } = await applicationOf('tdx4', 'broken', false, operators[0]!);
    const broken: Hex = `0x${evidence.slice(2, -2)}${evidence.endsWith('00') ? '01' : '00'}`;
    const outcome = await registry.call('register', [candidate, broken], { from: operators[0]! });
    assert.match(outcome.error!, /^(InvalidCertificateSignature|MalformedCertificate)$/);
    await registry.refuses('UnknownEvidenceForm', 'register', [candidate, '0x'], { from: operators[0]! });
  });
});
