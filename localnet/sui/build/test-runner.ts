import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MoveBuildError, type MoveBuildErrorCode } from './errors.ts';
import type { TestOptions, TestTotals } from './test-run.ts';

export type { TestOptions, TestTotals } from './test-run.ts';

/** What the child process sends, once. */
export type ChildMessage =
  { readonly totals: TestTotals } | { readonly error: { readonly code: MoveBuildErrorCode; readonly message: string } };

export interface RunOptions extends TestOptions {
  /** Time for the whole package, milliseconds; default 120,000. */
  readonly timeoutMs?: number;
}

/** Why a package's tests gave no totals: they ran longer than they may. */
export class MoveTestTimeout extends Error {
  readonly timeoutMs: number;

  constructor(dir: string, timeoutMs: number) {
    super(
      `the Move tests in ${dir} were killed after ${timeoutMs / 1000} s: a test loops or the limit is too low. ` +
        `Use --filter to find the test, or --timeout to raise the limit`,
    );
    this.name = 'MoveTestTimeout';
    this.timeoutMs = timeoutMs;
  }
}

const CHILD = fileURLToPath(new URL('./test-child.ts', import.meta.url));
const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * Runs a package's Move tests in a child process, which is killed when its time is up: the test VM has no gas limit,
 * so a looping test would otherwise hang the caller.
 *
 * @param dir folder that holds Move.toml
 * @throws MoveTestTimeout when the time is up, MoveBuildError as buildPackage does, or with code `runner` if the
 *   child ends without an answer
 */
export async function runMoveTests(dir: string, options: RunOptions = {}): Promise<TestTotals> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, ...testOptions } = options;
  const child = fork(CHILD, [dir, JSON.stringify(testOptions)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let noise = '';
  child.stdout!.on('data', (chunk: Buffer) => (noise += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (noise += chunk.toString()));
  return new Promise((resolve, reject) => {
    let answer: ChildMessage | undefined;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('message', (message) => (answer = message as ChildMessage));
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new MoveBuildError('runner', `the test process did not start: ${cause.message}`, { cause }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (answer && 'totals' in answer) {
        resolve({ ...answer.totals, output: noise + answer.totals.output });
      } else if (answer) {
        reject(new MoveBuildError(answer.error.code, answer.error.message));
      } else if (timedOut) {
        reject(new MoveTestTimeout(dir, timeoutMs));
      } else {
        const how = signal ? `was ended by ${signal}` : `ended with status ${code}`;
        reject(new MoveBuildError('runner', `the test process of ${dir} ${how} before it had an answer:\n${noise}`));
      }
    });
  });
}
