// Compares test verdicts of this machine with those of Sui's own, as its test runner prints them.

import type { TestResult } from './runner.ts';

export type Verdict = 'pass' | 'fail' | 'timeout';

export interface SuiVerdict {
  readonly verdict: Verdict;
  /** What the runner says of a failed test, on one line; empty for others. */
  readonly reason: string;
}

/** Verdicts in the output of Sui's test runner, by `address::module::function`. */
export function suiVerdicts(output: string): Map<string, SuiVerdict> {
  const reasons = new Map<string, string>();
  let module = '';
  for (const match of output.matchAll(/^Failures in ([\w:]+):$|^┌── (\w+) ─+$([\s\S]*?)^└─/gm)) {
    if (match[1]) module = match[1];
    else reasons.set(`${module}::${match[2]}`, match[3]!.replace(/[\s│]+/g, ' ').trim());
  }
  const verdicts = new Map<string, SuiVerdict>();
  for (const [, word, name] of output.matchAll(/^\[ (PASS|FAIL|TIMEOUT) +\] ([\w:]+)$/gm)) {
    verdicts.set(name!, { verdict: word!.toLowerCase() as Verdict, reason: reasons.get(name!) ?? '' });
  }
  return verdicts;
}

export interface Difference {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
}

function describe(result: TestResult): string {
  const { outcome } = result;
  if (outcome.kind === 'success') return 'it ended without an error';
  const module = outcome.location ? outcome.location.module.name : 'an unknown module';
  if (outcome.kind === 'abort') return `it aborted with code ${outcome.code} in ${module}`;
  return `it failed with ${outcome.status} ${outcome.subStatus ?? ''} in ${module}: ${outcome.detail}`;
}

/** The abort code that Sui's runner gives for a failed test, if it gives one. */
function abortCode(reason: string): bigint | null {
  const code = /it aborted with code (\d+)/.exec(reason)?.[1];
  return code === undefined ? null : BigInt(code);
}

/**
 * Tests whose verdicts differ, or whose failures have other abort codes, or that only one of the machines ran.
 *
 * @param theirs output of Sui's test runner.
 */
export function compareVerdicts(ours: readonly TestResult[], theirs: string): Difference[] {
  const verdicts = suiVerdicts(theirs);
  const differences: Difference[] = [];
  for (const result of ours) {
    const other = verdicts.get(result.name);
    verdicts.delete(result.name);
    const verdict: Verdict = result.passed ? 'pass' : result.timedOut ? 'timeout' : 'fail';
    const code = other && abortCode(other.reason);
    const sameCode =
      code === null || code === undefined || (result.outcome.kind === 'abort' && result.outcome.code === code);
    if (other?.verdict === verdict && sameCode) continue;
    const said = other ? `${other.verdict}${other.reason ? `: ${other.reason}` : ''}` : 'not run';
    differences.push({ name: result.name, ours: `${verdict}: ${describe(result)}`, theirs: said });
  }
  for (const [name, { verdict }] of verdicts) differences.push({ name, ours: 'not run', theirs: verdict });
  return differences;
}
