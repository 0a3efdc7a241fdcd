/** Registration with real evidence: the simulated platform's quotes, through the DCAP verifier that is deployed. */
import assert from 'node:assert/strict';
import { bytesToHex, pad, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { readSignerRecord } from '../../../prover/bindings/values.ts';
import { createAttestedWorld, FORMS } from '../harness/attested.ts';
import { eventsOf } from '../harness/chain.ts';
import { bytes32 } from '../harness/fixtures.ts';

describe('registration with DCAP evidence', function () {
  this.timeout(300_000);
  let world: Awaited<ReturnType<typeof createAttestedWorld>>;
  before(async () => {
    world = await createAttestedWorld();
  });

  for (const form of FORMS) {
    for (const isCompact of [false, true]) {
      it(`takes a quote of form ${form}${isCompact ? ', compact' : ''}`, async () => {
        const { registry, operators, machine, vendor } = world;
        const [operator] = operators;
        const { candidate, evidence } = await world.applicationOf(form, `${form} ${isCompact}`, isCompact, operator!);
        const receipt = await registry.send('register', [candidate, evidence], { from: operator! });
        const { record, facts } = eventsOf(receipt, registry)[0]!.args;
        const { status, operatorIndex, platformIndex, vendor: by } = readSignerRecord(record);
        // One machine, one platform, whatever the form of its quotes (INV-28).
        assert.deepEqual([status, operatorIndex, platformIndex, by], ['active', 1, 1, 1]);
        assert.equal(facts.platformFamily, pad(bytesToHex(machine.fmspc), { dir: 'right', size: 32 }));
        assert.equal(facts.evaluationNumber, vendor.evaluationNumber);
        assert.equal(facts.tcbStatus, 1);
      });
    }
  }

  it('refuses a quote that another operator, or another key, had made', async () => {
    const { registry, operators } = world;
    const { candidate, evidence } = await world.applicationOf('tdx4', 'stolen', false, operators[0]!);
    await registry.refuses('InvalidReportData', 'register', [candidate, evidence], { from: operators[1]! });
    const signer = privateKeyToAccount(bytes32('thief')).address;
    await registry.refuses('InvalidReportData', 'register', [{ ...candidate, signer }, evidence], {
      from: operators[0]!,
    });
    await registry.send('register', [candidate, evidence], { from: operators[0]! });
  });

  it('passes on the rule that the verifier names', async () => {
    const { registry, operators } = world;
    const { candidate, evidence } = await world.applicationOf('tdx4', 'broken', false, operators[0]!);
    const broken: Hex = `0x${evidence.slice(2, -2)}${evidence.endsWith('00') ? '01' : '00'}`;
    const outcome = await registry.call('register', [candidate, broken], { from: operators[0]! });
    assert.match(outcome.error!, /^(InvalidCertificateSignature|MalformedCertificate)$/);
    await registry.refuses('UnknownEvidenceForm', 'register', [candidate, '0x'], { from: operators[0]! });
  });
});
