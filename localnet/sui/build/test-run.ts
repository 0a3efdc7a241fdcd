import {
  initMovePackageBuilder,
  resolveMovePackageDependencies,
  testMovePackage,
} from '@zktx.io/sui-move-builder/full';
import type { BuildOptions } from './builder.ts';
import { MoveBuildError } from './errors.ts';
import { resolveGraph } from './resolve.ts';
import { contentHash, hashParts, packageName, readPackage } from './sources.ts';
import { filterTests } from './test-filter.ts';
import { onceInRun } from './test-results.ts';

export interface TestOptions extends Pick<BuildOptions, 'framework' | 'published'> {
  /** Run only tests whose full name, `package::module::function`, contains this. */
  readonly filter?: string;
}

/** What the Move test runner said. */
export interface TestTotals {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** The runner's own words. */
  readonly output: string;
}

/**
 * Compiles a package with its tests and runs them in this process. A test that loops never comes back and cannot be
 * interrupted: use runMoveTests, which runs this in a child process.
 *
 * @param dir folder that holds Move.toml
 * @throws MoveBuildError as buildPackage does, or `runner` if the runner's totals cannot be read
 */
export async function runTestsHere(dir: string, options: TestOptions = {}): Promise<TestTotals> {
  const onDisk = readPackage(dir, { tests: true });
  const name = packageName(onDisk);
  const { files } = options.filter === undefined ? { files: onDisk } : filterTests(onDisk, options.filter);
  await initMovePackageBuilder();
  const { framework, published } = options;
  const graph = await resolveGraph(resolveMovePackageDependencies, dir, files, { framework, published, tests: true });
  const inputs = [...hashParts(files), ...(Object.values(graph.input) as string[])];
  const result = await onceInRun(contentHash(inputs), () =>
    testMovePackage({ files, resolvedDependencies: graph.input, ansiColor: false }),
  );
  if ('error' in result) throw new MoveBuildError('compile', `${name} does not compile:\n${result.error}`);
  return { name, ...readTotals(name, result.passed, result.output), output: result.output };
}

/** The runner's totals, checked against its line for each test. */
function readTotals(name: string, allPassed: boolean, output: string): { passed: number; failed: number } {
  const total = /^Test result: (?:OK|FAILED)\. Total tests: (\d+); passed: (\d+); failed: (\d+)$/m.exec(output);
  if (!total) {
    // Diagnostics without a result: the tests did not compile.
    throw new MoveBuildError('compile', `the tests of ${name} did not run:\n${output}`);
  }
  const [tests, passed, failed] = total.slice(1).map(Number) as [number, number, number];
  const passLines = output.match(/^\[ PASS +\] /gm)?.length ?? 0;
  if (passed + failed !== tests || passLines !== passed || allPassed !== (failed === 0)) {
    throw new MoveBuildError('runner', `the test runner contradicts itself about ${name}:\n${output}`);
  }
  return { passed, failed };
}
