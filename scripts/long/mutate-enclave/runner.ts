/**
 * Runs inside the sandbox of ../mutate-enclave.ts: loads the tests once, sees which mutants each of them reaches, then
 * switches one mutant on after the other and runs the tests that reach it, the fastest first, until one fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** The instrumented code's side of it (Stryker's mutant switching). */
interface Switches {
  activeMutant?: string;
  currentTestId?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}
const switches: Switches = {};
(globalThis as unknown as { __stryker__: Switches }).__stryker__ = switches;

const FILES = [
  'parts',
  'configuration',
  'enclave',
  'ethereum/sync-protocol',
  'ethereum/execution',
  'ethereum/recorded',
  'sui/bls',
  'sui/checkpoint',
  'sui/events',
  'sui/recorded',
  '../protocol/wire/cbor',
  '../protocol/wire/fields',
  '../protocol/wire/frames',
  '../protocol/wire/rlp',
  '../protocol/wire/bcs',
].map((name) => path.resolve(`test/enclave/${name}.test.ts`));
/** Longer tests are left out: they repeat for every byte what others do for one. */
const MAX_TEST_MILLISECONDS = 2000;
/** A loop that a mutant made endless comes by its switch again and again: many times as often as without the mutant. */
const hitLimit = (hits: number): number => 20 * hits + 10_000;
const TEST_TIMEOUT_MILLISECONDS = 60_000;

interface Test {
  readonly id: string;
  readonly test: Mocha.Test;
  milliseconds: number;
}

class Skipped extends Error {}
const context = {
  timeout: () => context,
  skip: () => {
    throw new Skipped();
  },
};
type Callback = (this: unknown) => unknown;

const mocha = new Mocha();
for (const file of FILES) mocha.addFile(file);
await mocha.loadFilesAsync();
const tests: Test[] = [];
mocha.suite.eachTest((test: Mocha.Test) => tests.push({ id: test.fullTitle(), test, milliseconds: 0 }));

function hooksOf(suite: Mocha.Suite, name: '_beforeAll' | '_afterAll' | '_beforeEach' | '_afterEach'): Callback[] {
  const hooks = (suite as unknown as Record<string, { fn: Callback }[]>)[name]!;
  return hooks.map(({ fn }) => fn);
}

/** The suites around a test, outermost first. */
function suitesOf(test: Mocha.Test): Mocha.Suite[] {
  const suites: Mocha.Suite[] = [];
  for (let suite = test.parent; suite; suite = suite.parent) suites.unshift(suite);
  return suites;
}

/** Runs a test with all of its hooks, those of its suites too: each run begins with fresh fixtures. */
async function run({ test }: Test): Promise<boolean> {
  const suites = suitesOf(test);
  const call = async (fn: Callback): Promise<void> => {
    await fn.call(context);
  };
  const body = async (): Promise<void> => {
    for (const suite of suites) for (const hook of hooksOf(suite, '_beforeAll')) await call(hook);
    for (const suite of suites) for (const hook of hooksOf(suite, '_beforeEach')) await call(hook);
    await call((test as unknown as { fn: Callback }).fn);
  };
  const after = async (): Promise<void> => {
    for (const suite of suites) for (const hook of hooksOf(suite, '_afterEach')) await call(hook);
    for (const suite of suites) for (const hook of hooksOf(suite, '_afterAll')) await call(hook);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), TEST_TIMEOUT_MILLISECONDS);
  });
  try {
    await Promise.race([body(), late]);
    return true;
  } catch (error) {
    return error instanceof Skipped;
  } finally {
    clearTimeout(timer);
    await after().catch(() => {});
  }
}

/** What each test reaches, and how long it takes; kept for the processes that come after this one. */
interface Measured {
  readonly coverage: NonNullable<Switches['mutantCoverage']>;
  readonly milliseconds: Record<string, number>;
}
const MEASURED = path.join(path.dirname(process.argv[2]!), 'measured.json');

async function measure(): Promise<Measured> {
  const milliseconds: Record<string, number> = {};
  for (const one of tests) {
    switches.currentTestId = one.id;
    // Processor time: on a busy machine the clock says little.
    const started = process.cpuUsage();
    // A test that fails now could not tell a mutant from none.
    if (!(await run(one))) throw new Error(`${one.id} fails without any mutant`);
    const { user, system } = process.cpuUsage(started);
    milliseconds[one.id] = (user + system) / 1000;
    console.log(`measured ${Math.round(milliseconds[one.id]!)}`);
  }
  delete switches.currentTestId;
  const measured = { coverage: switches.mutantCoverage!, milliseconds };
  writeFileSync(MEASURED, JSON.stringify(measured));
  return structuredClone(measured);
}

const { coverage, milliseconds } = existsSync(MEASURED)
  ? (JSON.parse(readFileSync(MEASURED, 'utf8')) as Measured)
  : await measure();
for (const one of tests) one.milliseconds = milliseconds[one.id]!;
const usable = tests.filter(({ milliseconds }) => milliseconds <= MAX_TEST_MILLISECONDS);
usable.sort((a, b) => a.milliseconds - b.milliseconds);
const reaching = (id: string): Test[] => usable.filter((one) => coverage.perTest[one.id]?.[id] !== undefined);

let isFirst = true;
const mutants = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as { id: string; name: string }[];
for (const { id, name } of mutants) {
  console.log(`begin ${id}`);
  const list = reaching(id);
  let killer: Test | undefined;
  switches.activeMutant = id;
  for (const one of list) {
    switches.hitCount = 0;
    switches.hitLimit = hitLimit(coverage.perTest[one.id]![id]!);
    if (await run(one)) continue;
    killer = one;
    break;
  }
  delete switches.activeMutant;
  delete switches.hitLimit;
  // A test that a mutant has broken for good would kill every mutant after it: judge that one again in a new process.
  const isClean = killer === undefined || (await run(killer));
  if (!isClean && !isFirst) {
    console.log(`again ${id}`);
    process.exit(0);
  }
  isFirst = false;
  let isKilled = killer !== undefined;
  const isStatic = coverage.static[id] !== undefined;
  if (!isKilled && isStatic) isKilled = isKilledFromTheStart(id, name);
  const verdict = isKilled ? 'killed' : list.length === 0 && !isStatic ? 'uncovered' : 'survived';
  console.log(`end ${id} ${verdict}`);
  if (!isClean) process.exit(0);
}
process.exit(0);

/** With the mutant there from the moment that modules are loaded, by the tests that are nearest to its file. */
function isKilledFromTheStart(id: string, name: string): boolean {
  const folder = ['ethereum', 'sui', '../protocol/wire'].find((prefix) => name.startsWith(`${prefix}/`));
  const files = FILES.filter(
    (file) => /(?:parts|configuration|enclave)\.test/.test(file) || file.includes(`/${folder?.replace('../', '')}/`),
  );
  const mochaPath = path.resolve('node_modules/mocha/bin/mocha.js');
  const options = ['--bail', '--extension', 'ts', '--timeout', '60000', '--grep', 'lodestar|any byte', '--invert'];
  const env = { ...process.env, __STRYKER_ACTIVE_MUTANT__: id };
  return (
    spawnSync(process.execPath, [mochaPath, ...options, ...files], { env, stdio: 'ignore', timeout: 100_000 })
      .status !== 0
  );
}
