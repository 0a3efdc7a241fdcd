// Compares test outcomes of this machine with those of Sui's own, as its test runner prints them: the verdict, and for a
// failed test what happened, with which code, in which module and function.

import { normalizeAddress } from '../tag.ts';
import { isTagged, type Outcome, type TestResult } from './runner.ts';
import { type Failure, readReport } from './report.ts';

export interface Difference {
  /** `address::module::function`. */
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
}

/** An outcome as Sui's runner would report it; null for a success. `module` is `0x…::name`. */
function failureOf(outcome: Outcome): Failure | null {
  if (outcome.kind === 'success') return null;
  const { location } = outcome;
  const place = {
    module: location && `${location.module.address}::${location.module.name}`,
    function: location && location.functionName,
  };
  if (outcome.kind === 'error') {
    const { status, subStatus } = outcome;
    return { status, code: subStatus === null ? null : BigInt(subStatus), constant: null, ...place };
  }
  // A code that holds a line number or a constant's name is not printed as a number.
  const code = isTagged(outcome.code) ? null : outcome.code;
  return { status: 'ABORTED', code, constant: outcome.constant, ...place };
}

function describe(failure: Failure | null): string {
  if (!failure) return 'no error';
  const { status, code, constant, module, function: name } = failure;
  return `${status}${code === null ? '' : ` ${code}`}${constant === null ? '' : ` '${constant}'`} in ${module}::${name}`;
}

/** The same module id with its address written out. */
function fullModule(module: string | null, addresses: ReadonlyMap<string, string>): string | null {
  if (module === null) return null;
  const [address, name] = module.split('::') as [string, string];
  return `${addresses.get(address) ?? normalizeAddress(address)}::${name}`;
}

/**
 * Tests that do not end alike in the two machines, or that only one of them ran.
 *
 * @param output of Sui's test runner.
 * @param addresses what named addresses stand for: "0x" and 64 hex digits.
 */
export function compareOutcomes(
  ours: readonly TestResult[],
  output: string,
  addresses: ReadonlyMap<string, string>,
): Difference[] {
  const report = readReport(output);
  const differences: Difference[] = [];
  for (const result of ours) {
    const other = report.get(result.name);
    report.delete(result.name);
    const verdict = result.passed ? 'pass' : result.timedOut ? 'timeout' : 'fail';
    const failure = describe(failureOf(result.outcome));
    const told = other?.failure && { ...other.failure, module: fullModule(other.failure.module, addresses) };
    // Of a test that passes, or should have failed and did not, the runner tells no more than that.
    const alike = told ? describe(told) === failure : verdict !== 'fail' || result.outcome.kind === 'success';
    if (other?.verdict === verdict && alike) continue;
    const theirs = other ? `${other.verdict}: ${told ? describe(told) : other.reason}` : 'not run';
    differences.push({ name: result.name, ours: `${verdict}: ${failure}`, theirs });
  }
  for (const [name, { verdict }] of report) differences.push({ name, ours: 'not run', theirs: verdict });
  return differences;
}
