/**
 * Coverage of contracts-evm/src by its tests, lines by Hardhat's instrumentation and branches by ours. Prints what no test
 * reaches, then one flat JSON object of figures as its last line, and fails when lines or branches are below 95 percent or
 * a test fails. Writes docs/results/coverage-evm.md.
 *
 *   npm run coverage:evm                                  all tests, in pieces that are joined at the end
 *   npm run coverage:evm -- --minutes 8                   the same, but no piece begins after so long: run it again, and it
 *                                                         goes on where it was. What was measured of the same contracts
 *                                                         and tests is not measured again
 *   npm run coverage:evm -- contracts-evm/test/inbox/*    these, without the limit and without writing a result; if they
 *                                                         are a piece, it is measured by that
 *   npm run coverage:evm -- --help
 *
 * Compiling takes some minutes, which count for the first piece. Code under measurement is slower and larger than what is
 * deployed: tests of gas and of code size are left out, and of what is tried many times less is tried.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printFigures } from '../bench/figures.ts';
import type { Branch } from './coverage/branches.ts';
import { recordRow } from './results.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const CONFIG = 'scripts/long/coverage/hardhat.config.ts';
/** Where Hardhat writes, whatever is configured. */
const REPORT = path.join(ROOT, 'coverage');
/** What pieces of an unfinished run have found, in files named after what they were measured of. */
const FOUND = path.join(ROOT, '.cache/coverage/found');
const SOURCES = 'contracts-evm/src/';
const LEAST_PERCENT = 95;

function runTests(files: readonly string[]): Promise<string> {
  const args = ['--config', CONFIG, 'test', '--coverage', ...files];
  const child = spawn(path.join(ROOT, 'node_modules/.bin/hardhat'), args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CORRIDOR_MEASURED: `./${path.posix.dirname(files[0]!.replaceAll('\\', '/'))}` },
    shell: process.platform === 'win32',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

/** What has a place in our sources and runs, or is taken, or not. */
interface Measured {
  readonly place: string;
  readonly file: string;
  isReached: boolean;
}

/** What one piece has found. */
interface Found {
  readonly lines: Measured[];
  readonly branches: Measured[];
  readonly passed: number;
  readonly failed: number;
}

/** The lines of our sources that can run, from Hardhat's report in lcov's format. */
function readLines(): Measured[] {
  const found: Measured[] = [];
  let file = '';
  for (const line of readFileSync(path.join(REPORT, 'lcov.info'), 'utf8').split('\n')) {
    if (line.startsWith('SF:')) file = line.slice(3).replaceAll('\\', '/');
    const [, number, count] = /^DA:(\d+),(\d+)/.exec(line) ?? [];
    if (number === undefined || !file.startsWith(SOURCES)) continue;
    found.push({ place: `${file}:${number}`, file, isReached: count !== '0' });
  }
  return found;
}

/** The branches of our sources, under their marks, since a line may have several. */
function readBranches(): Measured[] {
  const all = JSON.parse(readFileSync(path.join(ROOT, '.cache/coverage/branches.json'), 'utf8')) as Branch[];
  const hits = new Set(
    globSync('data/**/*.json', { cwd: REPORT }).flatMap((file) =>
      Object.keys(JSON.parse(readFileSync(path.join(REPORT, file), 'utf8')) as object),
    ),
  );
  return all
    .filter((branch) => branch.file.startsWith(SOURCES))
    .map(({ file, mark, line, taken }) => ({
      place: `${file}:${line} ${taken} ${mark}`,
      file,
      isReached: hits.has(mark),
    }));
}

async function measure(piece: readonly string[]): Promise<Found> {
  rmSync(path.join(REPORT, 'data'), { recursive: true, force: true });
  rmSync(path.join(REPORT, 'lcov.info'), { force: true });
  const output = await runTests(piece);
  if (!existsSync(path.join(REPORT, 'lcov.info')))
    throw new Error('nothing was measured: no test ran, or nothing compiled');
  /** What the tests say at their end, of which Hardhat's own summary is a second time. */
  const count = (word: string): number =>
    [...output.matchAll(new RegExp(`^(\\d+) ${word}\\b`, 'gm'))].reduce((sum, [, number]) => sum + Number(number), 0);
  return { lines: readLines(), branches: readBranches(), passed: count('passing'), failed: count('failing') };
}

/** The tests in pieces that each run in a process of their own, since Hardhat writes what it counted only at an end. */
function piecesOf(): string[][] {
  // Of the tests in Solidity all but the invariants, see hardhat.config.ts.
  const solidity = 'contracts-evm/test/{protocol,registry,outbox}/*.t.sol';
  const tests = globSync(['contracts-evm/test/*/*.test.ts', solidity], { cwd: ROOT });
  const measured = tests.map((file) => file.replaceAll('\\', '/')).sort();
  // Those of the DCAP verifier take longer than all others, and tests in Solidity are of one folder.
  const inSolidity = new Set(measured.filter((file) => file.endsWith('.sol')).map((file) => path.posix.dirname(file)));
  const pieceOf = (file: string): string => {
    const folder = path.posix.dirname(file);
    return folder.endsWith('/dcap') ? file : inSolidity.has(folder) ? folder : 'others';
  };
  return [...Map.groupBy(measured, pieceOf).values()];
}

/**
 * Where a piece's findings are kept: the name changes with all that they may depend on. Tests use what is in the harness and
 * what lies beside them, but no other test, so that a new test has only its own piece measured again.
 */
function keptAt(piece: readonly string[]): string {
  const hash = createHash('sha256');
  const patterns = [
    'contracts-evm/{src,test/harness}/**/*.{sol,ts}',
    '{localnet/tee,prover/protocol,scripts/long/coverage}/**/*.ts',
  ];
  const folders = new Set(piece.map((file) => path.posix.dirname(file)));
  const beside = globSync(
    [...folders].map((folder) => `${folder}/*.{sol,ts}`),
    { cwd: ROOT },
  )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => piece.includes(file) || !/\.(test\.ts|t\.sol)$/.test(file));
  for (const file of [...globSync(patterns, { cwd: ROOT }), ...beside].sort()) {
    hash.update(`${file}\n`).update(readFileSync(path.join(ROOT, file)));
  }
  return path.join(FOUND, `${hash.digest('hex')}.json`);
}

/** Measures a piece, and keeps what it finds for a run of all that comes later. */
async function measureAndKeep(piece: readonly string[]): Promise<Found> {
  const found = await measure(piece);
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(keptAt(piece), JSON.stringify(found));
  return found;
}

/** Measures pieces until the time is over. Gives what all have found, or nothing while some are left. */
async function measureAll(pieces: readonly string[][], minutes: number): Promise<Found[] | undefined> {
  const started = performance.now();
  const all: Found[] = [];
  for (const [i, piece] of pieces.entries()) {
    const file = keptAt(piece);
    if (existsSync(file)) {
      all.push(JSON.parse(readFileSync(file, 'utf8')) as Found);
      continue;
    }
    if (performance.now() - started > minutes * 60_000) {
      console.error(`${i} of ${pieces.length} pieces are measured; the same command goes on with the rest`);
      return undefined;
    }
    all.push(await measureAndKeep(piece));
  }
  return all;
}

/** By place, since several pieces measure the same; what one of them has reached is reached. */
function join(all: readonly Measured[]): Measured[] {
  const byPlace = new Map<string, Measured>();
  for (const { place, file, isReached } of all) {
    byPlace.set(place, { place, file, isReached: isReached || byPlace.get(place)?.isReached === true });
  }
  return [...byPlace.values()];
}

const reached = (all: readonly Measured[]): { all: number; missed: Measured[]; percent: number } => {
  const missed = all.filter(({ isReached }) => !isReached);
  // Rounded down, so that 95.0 is no less.
  const share = all.length === 0 ? 100 : Math.floor((1000 * (all.length - missed.length)) / all.length) / 10;
  return { all: all.length, missed, percent: share };
};

/** Says what the pieces have found together, and writes it down when they are all. */
function report(all: readonly Found[], isWhole: boolean): void {
  const lines = join(all.flatMap((found) => found.lines));
  const branches = join(all.flatMap((found) => found.branches));
  const [ofLines, ofBranches] = [reached(lines), reached(branches)];
  for (const { place } of ofLines.missed) console.log(`not run      ${place}`);
  for (const { place } of ofBranches.missed) console.log(`not taken    ${place.slice(0, place.lastIndexOf(' '))}`);
  const figures = {
    line_percent: ofLines.percent,
    branch_percent: ofBranches.percent,
    lines: ofLines.all,
    lines_missed: ofLines.missed.length,
    branches: ofBranches.all,
    branches_missed: ofBranches.missed.length,
    tests_passed: all.reduce((sum, { passed }) => sum + passed, 0),
    tests_failed: all.reduce((sum, { failed }) => sum + failed, 0),
  };
  const record = (code: string, tests: Record<string, number>): void => {
    const within = ({ file }: Measured): boolean => file.startsWith(code);
    const [here, taken] = [reached(lines.filter(within)), reached(branches.filter(within))];
    recordRow('coverage-evm.md', {
      code,
      'line %': here.percent,
      lines: here.all,
      'branch %': taken.all === 0 ? '' : taken.percent,
      branches: taken.all,
      ...tests,
    });
  };
  if (isWhole) {
    record(SOURCES, { 'tests passed': figures.tests_passed, 'tests failed': figures.tests_failed });
    for (const file of [...new Set(lines.map(({ file: name }) => name))].sort()) record(file, {});
    if (figures.line_percent < LEAST_PERCENT || figures.branch_percent < LEAST_PERCENT) {
      console.error(`coverage is below ${LEAST_PERCENT} percent: test what is listed above`);
      process.exitCode = 1;
    }
  }
  if (figures.tests_failed > 0) process.exitCode = 1;
  printFigures(figures);
}

const { values: options, positionals: files } = parseArgs({
  options: { minutes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});
const minutes = options.minutes === undefined ? Infinity : Number(options.minutes);
if (!(minutes > 0)) throw new Error('--minutes is a number above 0');
if (options.help) {
  const head = readFileSync(import.meta.filename, 'utf8').split(/^ \*\/$/m)[0]!;
  console.log(head.replace(/^\/\*\*\n/, '').replaceAll(/^ \* ?/gm, ''));
} else if (files.length > 0) {
  report([await measureAndKeep(files)], false);
} else {
  // A run without a limit of time measures everything anew.
  if (options.minutes === undefined) rmSync(FOUND, { recursive: true, force: true });
  const all = await measureAll(piecesOf(), minutes);
  if (all) report(all, true);
  else process.exitCode = 2;
}
