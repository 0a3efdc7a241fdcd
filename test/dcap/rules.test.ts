import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DCAP_RULES, DcapError, dcapRuleNumber, verify, type DcapRule } from '../../prover/protocol/dcap/index.ts';
import type { Case } from './cases.ts';
import { certificateCases } from './certificate.cases.ts';
import { collateralCases } from './collateral.cases.ts';
import { evidenceCases } from './evidence.cases.ts';
import { AT, forge, type Form } from './forge.ts';
import { askOracle } from './oracle.ts';

const cases: Case[] = [...evidenceCases, ...certificateCases, ...collateralCases];
/** Rules of stores and of file conversion, and of collateral that ages after its admission: tested elsewhere. */
const ELSEWHERE: ReadonlySet<DcapRule> = new Set<DcapRule>([
  'CollateralMissing',
  'CollateralNotNewer',
  'StaleSnapshot',
  'CollateralExpired',
  'CollateralRevoked',
  'TrailingBytes',
  'MalformedPem',
  'InvalidPemChain',
  'MalformedCollateralFile',
]);

describe('DCAP rules', () => {
  for (const form of ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'] as Form[]) {
    it(`an honest ${form} quote is accepted, by the oracle too`, () => {
      const { evidence, quote, collateral, rootFingerprint } = forge({ form });
      const report = verify(evidence, collateral, { rootFingerprint, atSeconds: AT });
      assert.equal(report.tcbStatus, 'UpToDate');
      assert.deepEqual(report.advisories, []);
      const oracle = askOracle(quote, collateral, collateral.root, AT);
      assert.deepEqual(oracle, { accepted: true, status: 'UpToDate', advisories: [] });
    });
  }

  for (const entry of cases) {
    const { rule, name, world, atSeconds = AT, oracleAccepts } = entry;
    it(`${rule}: ${name}`, () => {
      const { evidence, quote, collateral, rootFingerprint } = forge(world);
      assert.equal(
        ruleOf(() => verify(evidence, collateral, { rootFingerprint, atSeconds })),
        rule,
      );
      const oracle = askOracle(quote, collateral, forge({ ...world, collateral: () => {} }).collateral.root, atSeconds);
      assert.equal(oracle.accepted, oracleAccepts !== undefined, JSON.stringify(oracle));
    });
  }

  it('every rule of a verification has a case', () => {
    const reached = new Set(cases.map(({ rule }) => rule));
    const missing = Object.keys(DCAP_RULES).filter((rule) => !reached.has(rule as DcapRule));
    assert.deepEqual(new Set(missing), ELSEWHERE);
  });

  it('every difference from the oracle is a row of docs/spec/dcap.md section 12', () => {
    const [, differences = ''] = spec().split('From **dcap-qvl**');
    const rows = [...differences.matchAll(/^\| *([^|]+?) *\|/gm)].map(([, first]) => first!);
    for (const { name, oracleAccepts } of cases)
      if (oracleAccepts)
        assert.ok(
          rows.some((row) => row.startsWith(oracleAccepts)),
          `${name}: ${oracleAccepts}`,
        );
  });

  it('names and numbers are those of docs/spec/dcap.md', () => {
    const listed = [...spec().matchAll(/^\| *(DCAP-\d+) *\| *`(\w+)` *\|/gm)].map(
      ([, number, rule]) => `${number} ${rule}`,
    );
    const known = (Object.keys(DCAP_RULES) as DcapRule[]).map((rule) => `${dcapRuleNumber(rule)} ${rule}`);
    assert.deepEqual(listed.sort(), known.sort());
  });
});

function spec(): string {
  return readFileSync(new URL('../../docs/spec/dcap.md', import.meta.url), 'utf8');
}

function ruleOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof DcapError, String(error));
    return error.code;
  }
  return 'accepted';
}
