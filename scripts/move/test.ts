// npm run move:test [-- package...] [--filter substring] [--framework=local|github] [--timeout seconds]
//
// Runs Move tests, relays what the test runner says, and ends with totals. A package that does not compile or does
// not finish counts as one failure. The exit status is 0 only if at least one test ran and none failed.
import { MoveBuildError } from '../../localnet/sui/build/errors.ts';
import { hasSources, readPackage } from '../../localnet/sui/build/sources.ts';
import { MoveTestTimeout, runMoveTests } from '../../localnet/sui/build/test-runner.ts';
import { parseCommand, USAGE_ERROR, type Arguments } from './args.ts';
import { findPackages, shown } from './packages.ts';

let packages: string[];
let args: Arguments;
let timeoutMs: number;
try {
  args = parseCommand({ filter: { type: 'string' }, timeout: { type: 'string', default: '120' } });
  packages = findPackages(args.packages);
  timeoutMs = Number(args.values['timeout']) * 1000;
  if (!(timeoutMs > 0)) throw new Error(`--timeout must be a number of seconds, not ${args.values['timeout']}`);
} catch (cause) {
  console.error((cause as Error).message);
  process.exit(USAGE_ERROR);
}

const filter = args.values['filter'] as string | undefined;
let passed = 0;
let failed = 0;
for (const dir of packages) {
  console.log(`\n${shown(dir)}`);
  if (!hasSources(readPackage(dir, { tests: true }))) {
    console.log('no Move sources');
    continue;
  }
  try {
    const totals = await runMoveTests(dir, {
      framework: args.framework,
      timeoutMs,
      ...(filter === undefined ? {} : { filter }),
    });
    process.stdout.write(totals.output);
    passed += totals.passed;
    failed += totals.failed;
  } catch (cause) {
    if (!(cause instanceof MoveBuildError || cause instanceof MoveTestTimeout)) throw cause;
    console.log(cause.message);
    failed += 1;
  }
}
if (passed + failed === 0) {
  console.log(filter === undefined ? '\nno Move tests found' : `\nno Move test has ${filter} in its name`);
}
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
console.log(`move tests: ${passed} passed, ${failed} failed`);
