/** The shared corpus against the Move package: the same verdict and rule as docs/spec/dcap.md, case by case. */
import assert from 'node:assert/strict';
import { honestCases, orderCases, ruleCases, RULES, type RuleName } from '../../localnet/tee/misbehave/index.ts';
import { TCB_STATUSES } from '../../prover/protocol/dcap/index.ts';
import { MoveCorpus } from './move-corpus.ts';
import { MoveDcap, shown } from './move-store.ts';

/** Rules of offline tools, which no chain has. */
const OFFLINE: ReadonlySet<RuleName> = new Set<RuleName>([
  'TrailingBytes',
  'MalformedPem',
  'InvalidPemChain',
  'MalformedCollateralFile',
]);
/** This store prepares nothing ahead of verifications, so that nothing of it can be stale. */
const NEVER: RuleName = 'StaleSnapshot';

describe('DCAP in Move: shared corpus', function () {
  this.timeout(600_000);
  let corpus: MoveCorpus;
  before(async () => void (corpus = new MoveCorpus(await MoveDcap.load())));

  for (const rule of Object.keys(RULES) as RuleName[]) {
    if (OFFLINE.has(rule) || rule === NEVER) continue;
    it(`${shown(rule)}: refused, by this rule and at this step`, () => {
      let count = 0;
      for (const entry of ruleCases({ rules: [rule] })) {
        if (entry.kind === 'conversion') continue;
        count += 1;
        if (entry.kind === 'store') {
          const { rule: found, succeeded } = corpus.runStore(entry);
          assert.deepEqual([shown(found), succeeded], [shown(rule), entry.actions.length - 1], entry.id);
        } else {
          const { rule: found, step } = corpus.run(entry);
          assert.deepEqual([shown(found), step], [shown(rule), entry.step], entry.id);
        }
      }
      assert.ok(count >= 10, `${count} cases`);
    });
  }

  it(`${shown(NEVER)}: cannot be broken, newer collateral takes effect at once`, () => {
    let count = 0;
    for (const entry of ruleCases({ rules: [NEVER] })) {
      assert.equal(entry.kind, 'store');
      if (entry.kind === 'store') assert.equal(shown(corpus.runStore(entry).rule), 'accepted', entry.id);
      count += 1;
    }
    assert.ok(count >= 10, `${count} cases`);
  });

  it('of two faults the first is named', () => {
    let count = 0;
    for (const entry of orderCases()) {
      assert.equal(shown(corpus.run(entry).rule), shown(entry.rule), entry.id);
      count += 1;
    }
    assert.ok(count >= 10, `${count} cases`);
  });

  it('what is in order is accepted, with status, advisories and expiry', () => {
    let count = 0;
    for (const entry of honestCases()) {
      // Debug evidence is for offline tools.
      if (entry.allowDebug) continue;
      const { statusCode, advisories, expiresAt, evaluationNumber } = corpus.report(entry);
      const found = { status: TCB_STATUSES[statusCode - 1], advisories, expiresAt, evaluationNumber };
      assert.deepEqual(found, entry.expected, `${entry.id}: ${entry.about}`);
      count += 1;
    }
    assert.ok(count >= 50, `${count} cases`);
  });
});
