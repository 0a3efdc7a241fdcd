import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  honestCases,
  ORACLE_ROWS,
  orderCases,
  PLANS,
  ruleCases,
  RULES,
  ruleNumber,
  type RuleName,
} from '../../localnet/tee/misbehave/index.ts';
import { collateralFromFile, DcapError, evidenceFromQuote } from '../../prover/protocol/dcap/index.ts';
import { askOracle } from '../dcap/oracle.ts';
import { judge } from './support.ts';

const spec = readFileSync(new URL('../../docs/spec/dcap.md', import.meta.url), 'utf8');
const names = Object.keys(RULES) as RuleName[];
/** Rules of stores are run in stores.test.ts: an offline verifier has no store. */
const OF_STORES: readonly RuleName[] = [
  'CollateralMissing',
  'CollateralNotNewer',
  'CollateralExpired',
  'CollateralRevoked',
  'StaleSnapshot',
];

function ruleOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof DcapError, String(error));
    return error.code;
  }
  return 'accepted';
}

describe('misbehaviour of the simulated platform', function () {
  this.timeout(120_000);

  it('numbers and names of the rules are those of docs/spec/dcap.md', () => {
    const listed = [...spec.matchAll(/^\| (DCAP-\d+) \| `(\w+)` \|/gm)].map(([, number, rule]) => `${number} ${rule}`);
    assert.deepEqual(listed.sort(), names.map((rule) => `${ruleNumber(rule)} ${rule}`).sort());
  });

  it('differences from dcap-qvl are those of docs/spec/dcap.md section 12', () => {
    const section = spec.slice(spec.indexOf('## 12. '), spec.indexOf('## 13. '));
    const rows = [...section.matchAll(/^\| (?!case|---)(.*?) \| .* \| .* \|$/gm)].map(([, row]) => row);
    assert.deepEqual(Object.values(ORACLE_ROWS).sort(), rows.sort());
  });

  for (const rule of names) {
    it(`${ruleNumber(rule)} ${rule}: refused by this rule, and as dcap-qvl says`, () => {
      const ids = new Set<string>();
      for (const entry of ruleCases({ rules: [rule] })) {
        assert.ok(!ids.has(entry.id), `${entry.id} twice`);
        ids.add(entry.id);
        assert.equal(entry.rule, rule);
        if (entry.kind === 'verification') {
          const phase = entry.step === 'verification' ? 'verification' : 'admission';
          assert.deepEqual(judge(entry), { accepted: false, rule, phase }, entry.id);
          const { collateral, laterRootCrl: rootCrl = collateral.rootCrl } = entry;
          const said = askOracle(entry.quote, { ...collateral, rootCrl }, entry.root, entry.at);
          assert.equal(said.accepted, entry.oracle !== undefined, `${entry.id}: dcap-qvl says ${JSON.stringify(said)}`);
        } else if (entry.kind === 'conversion') {
          const convert = (): unknown =>
            entry.input === 'quote' ? evidenceFromQuote(entry.quote) : collateralFromFile(entry.file);
          assert.equal(ruleOf(convert), rule, entry.id);
        } else {
          assert.ok(OF_STORES.includes(rule), entry.id);
        }
      }
      assert.ok(ids.size >= 10, `${ids.size} cases, at least 10 are wanted`);
    });
  }

  it('of two faults the first is named', () => {
    let count = 0;
    for (const entry of orderCases()) {
      const phase = entry.step === 'verification' ? 'verification' : 'admission';
      assert.notEqual(entry.rule, entry.second);
      assert.deepEqual(judge(entry), { accepted: false, rule: entry.rule, phase }, entry.id);
      count += 1;
    }
    assert.ok(count > 100, `${count} cases`);
  });

  it('cases are the same whenever they are made, and free to be changed', () => {
    const [first] = ruleCases({ id: 'DCAP-16/tdx4-debug' });
    const [again] = ruleCases({ id: 'DCAP-16/tdx4-debug' });
    assert.deepEqual(first, again);
    assert.ok(first?.kind === 'verification');
    first.evidence.fill(0);
    first.collateral.root.fill(0);
    assert.deepEqual([...ruleCases({ id: 'DCAP-16/tdx4-debug' })][0], again);
    assert.ok(PLANS.length > 1500);
  });
});

describe('honest variety of the simulated platform', function () {
  this.timeout(120_000);

  const expectations = new Set<string>();
  for (const entry of honestCases()) {
    it(entry.about, () => {
      const { expected, oracle } = entry;
      const found = judge(entry);
      assert.ok(found.accepted, JSON.stringify(found));
      const { tcbStatus, advisories, expiresAtSeconds, evaluationNumber, isDebug } = found.report;
      const said = { status: tcbStatus, advisories, expiresAt: expiresAtSeconds, evaluationNumber };
      assert.deepEqual(said, expected);
      assert.equal(isDebug, entry.allowDebug);
      if (entry.allowDebug) assert.equal(judge({ ...entry, allowDebug: false }).accepted, false);

      const verdict = askOracle(entry.quote, entry.collateral, entry.root, entry.at);
      const refused = entry.allowDebug || (oracle !== undefined && !oracle.says);
      assert.equal(verdict.accepted, !refused, JSON.stringify(verdict));
      if (verdict.accepted) {
        const { accepted: _, ...judgement } = verdict;
        assert.deepEqual(judgement, oracle?.says ?? { status: expected.status, advisories: expected.advisories });
        // A difference that is listed must be one.
        if (oracle) assert.notDeepEqual(judgement, { status: expected.status, advisories: expected.advisories });
      }
      expectations.add(expected.status);
    });
  }

  it('every status but Revoked is among them', () => {
    assert.equal(expectations.size, 8, [...expectations].join());
  });
});
