/**
 * Coverage of contracts-evm/src by its tests, lines by Hardhat's instrumentation and branches by ours. Prints what no test
 * reaches, then one flat JSON object of figures as its last line, and fails when lines or branches are below 95 percent.
 * Writes docs/results/coverage-evm.md.
 *
 *   npm run coverage:evm                                  all tests
 *   npm run coverage:evm -- contracts-evm/test/inbox/*    these, without the limit and without writing a result
 *
 * Code under measurement is slower and larger than what is deployed, so that tests of gas and size may fail here. They are
 * counted, and judged by `npm test` alone.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { printFigures } from '../bench/figures.ts';
import type { Branch } from './coverage/branches.ts';
import { recordRow } from './results.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const CONFIG = 'scripts/long/coverage/hardhat.config.ts';
/** Where Hardhat writes, whatever is configured. */
const REPORT = path.join(ROOT, 'coverage');
const SOURCES = 'contracts-evm/src/';
const LEAST_PERCENT = 95;

function runTests(files: readonly string[]): Promise<string> {
  const args = ['--config', CONFIG, 'test', '--coverage', ...files];
  const child = spawn(path.join(ROOT, 'node_modules/.bin/hardhat'), args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
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

/** By place, since several runs measure the same; what one of them has reached is reached. */
const lines = new Map<string, Measured>();
const branches = new Map<string, Measured>();

function note(all: Map<string, Measured>, { place, file, isReached }: Measured): void {
  const known = all.get(place);
  all.set(place, { place, file, isReached: isReached || known?.isReached === true });
}

/** Notes the lines of our sources that can run, from Hardhat's report in lcov's format. */
function readLines(): void {
  let file = '';
  for (const line of readFileSync(path.join(REPORT, 'lcov.info'), 'utf8').split('\n')) {
    if (line.startsWith('SF:')) file = line.slice(3).replaceAll('\\', '/');
    const [, number, count] = /^DA:(\d+),(\d+)/.exec(line) ?? [];
    if (number === undefined || !file.startsWith(SOURCES)) continue;
    note(lines, { place: `${file}:${number}`, file, isReached: count !== '0' });
  }
}

/** Notes the branches of our sources, under their marks, since a line may have several. */
function readBranches(): void {
  const all = JSON.parse(readFileSync(path.join(ROOT, '.cache/coverage/branches.json'), 'utf8')) as Branch[];
  const hits = new Set(
    globSync('data/**/*.json', { cwd: REPORT }).flatMap((file) =>
      Object.keys(JSON.parse(readFileSync(path.join(REPORT, file), 'utf8')) as object),
    ),
  );
  for (const { file, mark, line, taken } of all.filter((branch) => branch.file.startsWith(SOURCES))) {
    note(branches, { place: `${file}:${line} ${taken} ${mark}`, file, isReached: hits.has(mark) });
  }
}

/** The tests in pieces that each run in a process of their own, since Hardhat writes what it counted only at an end. */
function piecesOf(): string[][] {
  const tests = globSync('contracts-evm/test/*/*.{test.ts,t.sol}', { cwd: ROOT });
  const all = tests.map((file) => file.replaceAll('\\', '/')).sort();
  const measured = all.filter((file) => !file.startsWith('contracts-evm/test/invariants/'));
  return [...Map.groupBy(measured, (file) => path.posix.dirname(file)).values()];
}

const reached = (of: Iterable<Measured>): { all: number; missed: Measured[]; percent: number } => {
  const all = [...of];
  const missed = all.filter(({ isReached }) => !isReached);
  // Rounded down, so that 95.0 is no less.
  const share = all.length === 0 ? 100 : Math.floor((1000 * (all.length - missed.length)) / all.length) / 10;
  return { all: all.length, missed, percent: share };
};

const files = process.argv.slice(2);
let output = '';
for (const piece of files.length > 0 ? [files] : piecesOf()) {
  rmSync(path.join(REPORT, 'data'), { recursive: true, force: true });
  rmSync(path.join(REPORT, 'lcov.info'), { force: true });
  output += await runTests(piece);
  readLines();
  readBranches();
}
if (lines.size === 0 || branches.size === 0) throw new Error('nothing was measured: no test ran, or nothing compiled');

const allLines = reached(lines.values());
const allBranches = reached(branches.values());
for (const { place } of allLines.missed) console.log(`not run      ${place}`);
for (const { place } of allBranches.missed) console.log(`not taken    ${place.slice(0, place.lastIndexOf(' '))}`);

/** What the tests say at their end, of which Hardhat's own summary is a second time. */
const count = (word: string): number =>
  [...output.matchAll(new RegExp(`^(\\d+) ${word}\\b`, 'gm'))].reduce((sum, [, number]) => sum + Number(number), 0);
const figures = {
  line_percent: allLines.percent,
  branch_percent: allBranches.percent,
  lines: allLines.all,
  lines_missed: allLines.missed.length,
  branches: allBranches.all,
  branches_missed: allBranches.missed.length,
  tests_passed: count('passing'),
  tests_failed: count('failing'),
};

function record(code: string, tests: Record<string, number>): void {
  const within = ({ file }: Measured): boolean => file.startsWith(code);
  const [ofLines, ofBranches] = [lines, branches].map((all) => reached([...all.values()].filter(within)));
  recordRow('coverage-evm.md', {
    code,
    'line %': ofLines!.percent,
    lines: ofLines!.all,
    'branch %': ofBranches!.all === 0 ? '' : ofBranches!.percent,
    branches: ofBranches!.all,
    ...tests,
  });
}

if (files.length === 0) {
  record(SOURCES, { 'tests passed': figures.tests_passed, 'tests failed': figures.tests_failed });
  for (const file of [...new Set([...lines.values()].map(({ file: name }) => name))].sort()) record(file, {});
  if (figures.line_percent < LEAST_PERCENT || figures.branch_percent < LEAST_PERCENT) {
    console.error(`coverage is below ${LEAST_PERCENT} percent: test what is listed above`);
    process.exitCode = 1;
  }
}
printFigures(figures);
