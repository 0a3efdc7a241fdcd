// Runs one package's Move tests and reports to the parent process; see test-runner.ts, which starts and kills it.
import { Worker } from 'node:worker_threads';
import { MoveBuildError } from './errors.ts';
import { runTestsHere, type TestOptions } from './test-run.ts';
import type { ChildMessage } from './test-runner.ts';

// A looping test blocks this thread for good. Should the parent be gone by then, nobody is left to kill this process,
// so a thread of its own watches for that.
new Worker(
  `const parent = process.ppid;
   setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 250);`,
  { eval: true },
).unref();

const [dir, options] = process.argv.slice(2) as [string, string];
let message: ChildMessage;
try {
  message = { totals: await runTestsHere(dir, JSON.parse(options) as TestOptions) };
} catch (cause) {
  const error = cause instanceof MoveBuildError ? cause : new MoveBuildError('runner', String(cause), { cause });
  message = { error: { code: error.code, message: error.message } };
}
process.send!(message, () => process.disconnect());
