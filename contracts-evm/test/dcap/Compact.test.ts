import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { honestCases, ruleCases } from '../../../localnet/tee/misbehave/index.ts';
import { compactEvidence, DcapError, readEvidence } from '../../../prover/protocol/dcap/index.ts';
import { CorpusRunner } from '../harness/dcap-corpus.ts';
import { evaluationNumberOf, verifyCall, verifyCompactCall, type Outcome, type Verifier } from '../harness/dcap.ts';

const runner = new CorpusRunner();

/**
 * Calls `verifyCompact` with evidence in its compact form, or gives the error by which its leaf gets no template.
 * @returns undefined where it has no compact form
 */
async function callCompact(verifier: Verifier, evidence: Uint8Array, number: number): Promise<Outcome | undefined> {
  const leaf = readEvidence(evidence).certificationData;
  const { error, args } = await verifier.call(['addLeafTemplate', [bytesToHex(leaf)]]);
  if (error !== undefined) return { error, args };
  const { templateId } = await verifier.addTemplate(leaf);
  const compact = compactEvidence(evidence, templateId);
  return compact && verifier.call(verifyCompactCall(compact, number));
}

describe('compact evidence', function () {
  this.timeout(1_200_000);

  it('has the judgement of the same evidence with its leaf as DER', async () => {
    const forms = new Set<string>();
    for (const { id, form, at, rootFingerprint, collateral, evidence, allowDebug } of honestCases()) {
      if (allowDebug) continue;
      const number = evaluationNumberOf(collateral);
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const { result } = await verifier.call(verifyCall(evidence, number));
      const outcome = await callCompact(verifier, evidence, number);
      assert.ok(outcome, id);
      // Dates from 2050 on have another form.
      if (outcome.error === 'NoTemplate') continue;
      assert.equal(outcome.error, undefined, `${id}: ${outcome.error}(${outcome.args?.join()})`);
      assert.deepEqual(outcome.result, result, id);
      forms.add(form);
    }
    assert.equal(forms.size, 4);
  });

  it('is refused by the rule by which the same evidence is refused', async () => {
    const counts = new Map<string, number>();
    for (const entry of ruleCases()) {
      if (entry.kind !== 'verification' || entry.step !== 'verification') continue;
      const { id, at, admittedAt, laterRootCrl, rootFingerprint, collateral, evidence } = entry;
      if (laterRootCrl || at !== admittedAt) continue;
      try {
        readEvidence(evidence);
      } catch (error) {
        // A fault in the form of a quote has no compact form.
        assert.ok(error instanceof DcapError);
        continue;
      }
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const outcome = await callCompact(verifier, evidence, evaluationNumberOf(collateral));
      if (outcome === undefined || outcome.error === 'NoTemplate') continue;
      assert.equal(outcome.error, entry.rule, id);
      counts.set(entry.rule, (counts.get(entry.rule) ?? 0) + 1);
    }
    assert.ok(counts.size > 40, `${counts.size} rules`);
  });

  it('is refused when any byte of it is another, or it is cut or goes on', async () => {
    for (const form of ['sgx3', 'tdx4', 'tdx5', 'tdx5td15']) {
      const entry = [...honestCases()].find((candidate) => candidate.form === form)!;
      const { at, rootFingerprint, collateral, evidence } = entry;
      const number = evaluationNumberOf(collateral);
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const { templateId } = await verifier.addTemplate(readEvidence(evidence).certificationData);
      const compact = compactEvidence(evidence, templateId)!;
      const refused = async (bytes: Uint8Array, about: string): Promise<string> => {
        const { error } = await verifier.call(verifyCompactCall(bytes, number));
        assert.ok(error !== undefined && error !== 'Panic', `${form}: ${about} is ${error ?? 'accepted'}`);
        return error;
      };
      for (let i = 0; i < compact.length; i += 3) {
        const bytes = compact.slice();
        bytes[i]! ^= 1 << (i % 8);
        const error = await refused(bytes, `bit ${i % 8} of byte ${i}`);
        if (i < 32) assert.equal(error, 'UnknownLeafTemplate');
      }
      for (let length = 0; length < compact.length; length += 41) {
        assert.equal(await refused(compact.slice(0, length), `length ${length}`), 'MalformedCompactEvidence');
      }
      const longer = Uint8Array.from([...compact, 0]);
      assert.equal(await refused(longer, 'one more byte'), 'MalformedCompactEvidence');
    }
  });

  it('has one template for all leaves of a shape, which anyone adds once', async () => {
    const entry = [...honestCases()].find(({ form }) => form === 'tdx4')!;
    const verifier = await runner.verifier(entry.at, entry.rootFingerprint, entry.collateral);
    const leaf = readEvidence(entry.evidence).certificationData;
    const { templateId } = await verifier.addTemplate(leaf);
    const { logs } = await verifier.send(['addLeafTemplate', [bytesToHex(leaf)]]);
    assert.equal(logs.length, 0);
    assert.deepEqual((await verifier.addTemplate(leaf)).templateId, templateId);
  });
});
