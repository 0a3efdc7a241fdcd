import assert from 'node:assert/strict';
import type { QuoteForm } from '../../../localnet/tee/index.ts';
import { asProcessor } from '../../../localnet/tee/misbehave/draft.ts';
import { draftOf, honestCases, issue, ruleCases } from '../../../localnet/tee/misbehave/index.ts';
import { compactEvidence, DcapError, readCertificate, readEvidence } from '../../../prover/protocol/dcap/index.ts';
import { CorpusRunner, isPlayable } from '../harness/dcap-corpus.ts';
import {
  addTemplateCall,
  evaluationNumberOf,
  someOf,
  triesOf,
  verifyCall,
  verifyCompactCall,
  type Outcome,
  type Verifier,
} from '../harness/dcap.ts';

/** Rules that compact evidence can break while the collateral lets an honest machine pass. */
const MIN_RULES = 20;

const FORMS: Record<string, QuoteForm> = {
  '3 enclave': 'sgx3',
  '4 td10': 'tdx4',
  '5 td10': 'tdx5',
  '5 td15': 'tdx5td15',
};

const runner = new CorpusRunner();
const honest = new Map<QuoteForm, Uint8Array[]>();

/**
 * Calls `verifyCompact` with evidence in its compact form, by the template of one of the machines that are like its own.
 * @returns undefined where there is no such template or form
 */
async function callCompact(
  verifier: Verifier,
  evidence: Uint8Array,
  number: number,
  likes: readonly Uint8Array[] = [evidence],
): Promise<Outcome | undefined> {
  for (const like of likes) {
    const known = await verifier.templatesFor(like);
    if (!compactEvidence(like, known)) {
      if ((await verifier.call(addTemplateCall(like, number))).error !== undefined) continue;
      await verifier.addTemplate(like, number);
    }
    const compact = compactEvidence(evidence, await verifier.templatesFor(like));
    if (compact) return verifier.call(verifyCompactCall(compact, number));
  }
  return undefined;
}

describe('compact evidence', function () {
  this.timeout(1_200_000);

  it('has the judgement of the same evidence with its leaf as DER', async () => {
    const forms = new Set<string>();
    const hasNone: string[] = [];
    for (const { id, form, at, rootFingerprint, collateral, evidence, allowDebug } of someOf(honestCases(), 8)) {
      if (allowDebug || !isPlayable({ collateral })) continue;
      const number = evaluationNumberOf(collateral);
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const { result } = await verifier.call(verifyCall(evidence, number));
      const { error } = await verifier.call(addTemplateCall(evidence, number));
      const hasRoom = error !== 'TooManyLeafTemplates';
      if (hasRoom && error !== undefined) {
        // Dates from 2050 on have another form.
        assert.equal(error, 'NoTemplate', id);
        hasNone.push(id);
        continue;
      }
      const store = hasRoom ? verifier : await runner.fresh(at, rootFingerprint, collateral);
      const outcome = await callCompact(store, evidence, number);
      assert.ok(outcome, `${id}: ${error}`);
      assert.equal(outcome.error, undefined, `${id}: ${outcome.error}(${outcome.args?.join()})`);
      assert.deepEqual(outcome.result, result, id);
      forms.add(form);
    }
    assert.equal(forms.size, 4);
    assert.ok(hasNone.length > 0);
  });

  it('is refused by the rule by which the same evidence is refused', async () => {
    const counts = new Map<string, number>();
    for (const entry of someOf(ruleCases(), 4)) {
      if (entry.kind !== 'verification' || entry.step !== 'verification') continue;
      const { id, at, admittedAt, laterRootCrl, rootFingerprint, collateral, evidence } = entry;
      if (laterRootCrl || at !== admittedAt || !isPlayable(entry)) continue;
      const quote = readOrSkip(() => readEvidence(evidence));
      // A fault in the form of a quote or leaf has no compact form.
      if (!quote || !readOrSkip(() => readCertificate(quote.certificationData, 'pck'))) continue;
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const form = FORMS[`${quote.header.version} ${quote.report.kind}`]!;
      const outcome = await callCompact(verifier, evidence, evaluationNumberOf(collateral), honestAs(form));
      // Where the collateral refuses every machine there is no template, so that this says nothing of compact evidence.
      if (outcome === undefined) continue;
      assert.equal(outcome.error, entry.rule, id);
      counts.set(entry.rule, (counts.get(entry.rule) ?? 0) + 1);
    }
    assert.ok(counts.size >= MIN_RULES, `${counts.size} rules: ${[...counts.keys()].join()}`);
  });

  it('is refused when any byte of it is another, or it is cut or goes on', async () => {
    for (const form of ['sgx3', 'tdx4', 'tdx5', 'tdx5td15']) {
      const entry = [...honestCases()].find((candidate) => candidate.form === form)!;
      const { at, rootFingerprint, collateral, evidence } = entry;
      const number = evaluationNumberOf(collateral);
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const { templates } = await verifier.addTemplate(evidence, number);
      const compact = compactEvidence(evidence, templates)!;
      const refused = async (bytes: Uint8Array, about: string): Promise<string> => {
        const { error } = await verifier.call(verifyCompactCall(bytes, number));
        assert.ok(error !== undefined && error !== 'Panic', `${form}: ${about} is ${error ?? 'accepted'}`);
        return error;
      };
      const stride = Math.round(compact.length / triesOf(compact.length / 3, compact.length));
      for (let i = 0; i < compact.length; i += stride) {
        const bytes = compact.slice();
        bytes[i]! ^= 1 << (i % 8);
        const error = await refused(bytes, `bit ${i % 8} of byte ${i}`);
        if (i < 5) assert.equal(error, 'UnknownLeafTemplate');
      }
      for (let length = 0; length < compact.length; length += 41) {
        const error = await refused(compact.slice(0, length), `length ${length}`);
        // A serial number may have any length up to 21 bytes: the end cut off, it is another leaf.
        if (length < compact.length - 21) assert.equal(error, 'MalformedCompactEvidence');
      }
      await refused(Uint8Array.from([...compact, 0]), 'one more byte');
      const longer = Uint8Array.from([...compact, ...new Uint8Array(21)]);
      assert.equal(await refused(longer, '21 more bytes'), 'MalformedCompactEvidence');
    }
  });

  it('has one template for all machines of a kind, which anyone adds once', async () => {
    const entry = [...honestCases()].find(({ form }) => form === 'tdx4')!;
    const { collateral, evidence } = entry;
    const number = evaluationNumberOf(collateral);
    const verifier = await runner.verifier(entry.at, entry.rootFingerprint, collateral);
    const { templates } = await verifier.addTemplate(evidence, number);
    const { logs } = await verifier.send(addTemplateCall(evidence, number));
    assert.equal(logs.length, 0);
    assert.deepEqual(await verifier.templatesFor(evidence), templates);
  });
});

function readOrSkip<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof DcapError);
    return undefined;
  }
}

/** Honest evidence in a form, of a machine with several processors and of one with one. */
function honestAs(form: QuoteForm): Uint8Array[] {
  const known = honest.get(form);
  if (known) return known;
  const processor = draftOf(form);
  asProcessor(processor);
  const made = [issue(draftOf(form)).evidence, issue(processor).evidence];
  honest.set(form, made);
  return made;
}
