// Reads what Sui's test runner prints: verdicts, and for each failed test its diagnostic.

export type Verdict = 'pass' | 'fail' | 'timeout';

/** How a test failed. */
export interface Failure {
  /** Name of Move's `StatusCode`. */
  readonly status: string;
  /** Abort code, or sub-status of another status. */
  readonly code: bigint | null;
  /** Name of the error constant that an abort code stands for. */
  readonly constant: string | null;
  /** `address::name`, the address being a name of the source or a number; null if the runner does not know. */
  readonly module: string | null;
  readonly function: string | null;
}

export interface Reported {
  readonly verdict: Verdict;
  /** What the runner says of a failed test, on one line; empty for others. */
  readonly reason: string;
  /** Null for tests that did not fail, or failed by ending without an error. */
  readonly failure: Failure | null;
}

/** The words for statuses that the runner does not give by name. */
const WORDS: Readonly<Record<string, string>> = {
  aborted: 'ABORTED',
  'gave an arithmetic error': 'ARITHMETIC_ERROR',
  'gave a vector operation error': 'VECTOR_OPERATION_ERROR',
  'ran out of gas': 'OUT_OF_GAS',
};

const FAILURE = new RegExp(
  `but (?:instead )?it (${Object.keys(WORDS).join('|')}|gave a (\\w+) \\(code \\d+\\) error)` +
    `(?: with code (\\d+)| with error constant '(\\w+)'| with sub-status (\\d+))?` +
    `(?: originating)? in (?:the module ([\\w:]+)|an unknown location)`,
);

/**
 * The name of the function that a diagnostic says it is about: the runner underlines it in the source. The label stands
 * behind its underline, or below it at the same column.
 */
function underlinedFunction(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => line.includes('In this function in '));
  if (at < 0) return null;
  let column = lines[at]!.indexOf('In this function in ');
  const [underline] = /[-^]+ $/.exec(lines[at]!.slice(0, column)) ?? [];
  if (underline) column -= underline.length;
  // The nearest line above with a line number is the source's.
  for (let i = at; i >= 0; i--) {
    if (/^│ +\d+ │/.test(lines[i]!)) return /^\w+/.exec(lines[i]!.slice(column))?.[0] ?? null;
  }
  return null;
}

function readFailure(text: string): Failure | null {
  const flat = text.replace(/[\s│]+/g, ' ');
  const [, words, status, code, constant, subStatus, module] = FAILURE.exec(flat) ?? [];
  if (words === undefined) return null;
  const number = code ?? subStatus;
  return {
    status: status ?? WORDS[words]!,
    code: number === undefined ? null : BigInt(number),
    constant: constant ?? null,
    module: module ?? null,
    function: underlinedFunction(text.split('\n')),
  };
}

/** The tests in the output of Sui's test runner, by `address::module::function`. */
export function readReport(output: string): Map<string, Reported> {
  const texts = new Map<string, string>();
  let module = '';
  for (const match of output.matchAll(/^Failures in ([\w:]+):$|^┌── (\w+) ─+$([\s\S]*?)^└─/gm)) {
    if (match[1]) module = match[1];
    else texts.set(`${module}::${match[2]}`, match[3]!);
  }
  const report = new Map<string, Reported>();
  for (const [, word, name] of output.matchAll(/^\[ (PASS|FAIL|TIMEOUT) +\] ([\w:]+)$/gm)) {
    const text = texts.get(name!) ?? '';
    const reason = text.replace(/[\s│]+/g, ' ').trim();
    report.set(name!, { verdict: word!.toLowerCase() as Verdict, reason, failure: readFailure(text) });
  }
  return report;
}
