/** What a stage of scripts/test.ts has shown, by its exit code and output. */
import { stripVTControlCharacters } from 'node:util';

export interface Outcome {
  passed: number;
  failed: number;
}

/** The closing figures of mocha and Hardhat ("12 passing", "1 failing") and of our own runners ("12 passed, 1 failed"). */
function readTotals(output: string): Outcome {
  const plain = stripVTControlCharacters(output);
  const last = (pattern: RegExp): number => Number([...plain.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    passed: last(/(?:^|\s)(\d+) (?:passing|passed)\b/gm),
    failed: last(/(?:^|\s)(\d+) (?:failing|failed)\b/gm),
  };
}

/**
 * @param countsTests whether the output closes with counts of tests; other stages count as one
 * @param code of the process; null when a signal ended it
 */
export function judge(countsTests: boolean, code: number | null, output: string): Outcome & { lostTests?: true } {
  const totals = countsTests ? readTotals(output) : { passed: code === 0 ? 1 : 0, failed: 0 };
  // A stage that ended badly without counting a failure (a crash, a stale file) is itself one; so is one without a test.
  if (code !== 0) return { ...totals, failed: Math.max(totals.failed, 1) };
  if (totals.passed + totals.failed > 0) return totals;
  return { passed: 0, failed: 1, lostTests: true };
}
