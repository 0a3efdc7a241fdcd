// Runs one package's Move tests and reports to the parent process; see test-runner.ts, which starts and kills it.
import { MoveBuildError } from './errors.ts';
import { runTestsHere, type TestOptions } from './test-run.ts';
import type { ChildMessage } from './test-runner.ts';

const [dir, options] = process.argv.slice(2) as [string, string];
let message: ChildMessage;
try {
  message = { totals: await runTestsHere(dir, JSON.parse(options) as TestOptions) };
} catch (cause) {
  const error = cause instanceof MoveBuildError ? cause : new MoveBuildError('runner', String(cause), { cause });
  message = { error: { code: error.code, message: error.message } };
}
process.send!(message, () => process.disconnect());
