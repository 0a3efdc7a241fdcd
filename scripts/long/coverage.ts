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

/** Lines of our sources that can run, and those that have not, from Hardhat's report in lcov's format. */
function readLines(): { all: number; missed: string[] } {
  const result = { all: 0, missed: [] as string[] };
  let file = '';
  for (const line of readFileSync(path.join(REPORT, 'lcov.info'), 'utf8').split('\n')) {
    if (line.startsWith('SF:')) file = line.slice(3);
    const [, number, count] = /^DA:(\d+),(\d+)/.exec(line) ?? [];
    if (number === undefined || !file.startsWith(SOURCES)) continue;
    result.all++;
    if (count === '0') result.missed.push(`${file}:${number}`);
  }
  return result;
}

/** Branches of our sources, and those that were not taken. */
function readBranches(): { all: number; missed: string[] } {
  const all = (JSON.parse(readFileSync(path.join(ROOT, '.cache/coverage/branches.json'), 'utf8')) as Branch[]).filter(
    ({ file }) => file.startsWith(SOURCES),
  );
  const hits = new Set(
    globSync('data/**/*.json', { cwd: REPORT }).flatMap((file) =>
      Object.keys(JSON.parse(readFileSync(path.join(REPORT, file), 'utf8')) as object),
    ),
  );
  const missed = all.filter(({ mark }) => !hits.has(mark));
  return {
    all: all.length,
    missed: missed.map(({ file, line, taken }) => `${file}:${line} ${taken ? 'true' : 'false'}`),
  };
}

const percent = ({ all, missed }: { all: number; missed: string[] }): number =>
  Math.floor((1000 * (all - missed.length)) / all) / 10;

const files = process.argv.slice(2);
rmSync(path.join(REPORT, 'data'), { recursive: true, force: true });
rmSync(path.join(REPORT, 'lcov.info'), { force: true });
const output = await runTests(files);
const lines = readLines();
const branches = readBranches();
if (lines.all === 0 || branches.all === 0) throw new Error('nothing was measured: no test ran, or nothing compiled');

for (const place of lines.missed) console.log(`not run      ${place}`);
for (const place of branches.missed) console.log(`not taken    ${place}`);
const count = (word: string): number =>
  [...output.matchAll(new RegExp(`(\\d+) ${word}\\b`, 'g'))].reduce((sum, [, number]) => sum + Number(number), 0);
const figures = {
  line_percent: percent(lines),
  branch_percent: percent(branches),
  lines: lines.all,
  lines_missed: lines.missed.length,
  branches: branches.all,
  branches_missed: branches.missed.length,
  tests_passed: count('passing'),
  tests_failed: count('failing'),
};
if (files.length === 0) {
  recordRow('coverage-evm.md', {
    code: SOURCES,
    'line %': figures.line_percent,
    lines: lines.all,
    'branch %': figures.branch_percent,
    branches: branches.all,
    'tests passed': figures.tests_passed,
    'tests failed': figures.tests_failed,
  });
  if (figures.line_percent < LEAST_PERCENT || figures.branch_percent < LEAST_PERCENT) {
    console.error(`coverage is below ${LEAST_PERCENT} percent: test what is listed above`);
    process.exitCode = 1;
  }
}
printFigures(figures);
