/**
 * Fuzzing for minutes: runs the tests with random cases again and again, from another seed each time and as long as the
 * time allows. Prints one flat JSON object of figures as its last line and writes docs/results/fuzz.md.
 *
 *   node scripts/long/fuzz.ts                          ten minutes, shared evenly by the Solidity fuzz tests and each file
 *                                                      of test that uses fast-check or test/fuzz.ts
 *   node scripts/long/fuzz.ts --minutes 60 protocol    an hour for those whose name has one of these words
 *   node scripts/long/fuzz.ts --list                   their names
 *   node scripts/long/fuzz.ts --seed 1000              rounds have the seeds 1000, 1001, …; otherwise the clock says which
 *
 * A round that fails shows its output and the command that repeats it. The others go on.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printFigures } from '../bench/figures.ts';
import { recordRow } from './results.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const SOLIDITY = 'contracts-evm';
/** No round is longer than this many times `npm test`, so that a fault found early is shown early. */
const MOST = 50;
/** What hangs for longer than this has failed, however loaded the machine. */
const HANGS_MS = 30 * 60_000;

interface Round {
  ok: boolean;
  seconds: number;
  output: string;
}

const isRandom = (file: string): boolean =>
  /from '(fast-check|(\.\.?\/)+fuzz\.ts)'/.test(readFileSync(path.join(ROOT, file), 'utf8'));
const all = [
  SOLIDITY,
  ...globSync('test/**/*.test.ts', { cwd: ROOT })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter(isRandom)
    .sort(),
];

function commandOf(name: string): [string, ...string[]] {
  return name === SOLIDITY ? ['hardhat', 'test', 'solidity'] : ['mocha', '--forbid-only', '--bail', name];
}

function play(name: string, factor: number, seed: number): Promise<Round> {
  const [tool, ...args] = commandOf(name);
  const started = performance.now();
  const child = spawn(path.join(ROOT, 'node_modules/.bin', tool), args, {
    cwd: ROOT,
    env: { ...process.env, CORRIDOR_FUZZ: String(factor), CORRIDOR_SEED: String(seed) },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    timeout: HANGS_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      // A round in which no test ran has shown nothing.
      const ok = code === 0 && /\b[1-9]\d* passing\b/.test(output);
      resolve({ ok, seconds: (performance.now() - started) / 1000, output });
    });
  });
}

/** Rounds of one name until its time is over; at least one of another seed than that of `npm test`. */
async function fuzz(
  name: string,
  seconds: number,
  firstSeed: number,
): Promise<{ rounds: number; times: number; failed: number }> {
  const total = { rounds: 0, times: 0, failed: 0 };
  let factor = 2;
  let spent = 0;
  do {
    const seed = firstSeed + total.rounds;
    const round = await play(name, factor, seed);
    spent += round.seconds;
    total.rounds++;
    total.times += factor;
    if (!round.ok) {
      total.failed++;
      const command = commandOf(name).join(' ');
      console.log(
        `${round.output}\nfailed: CORRIDOR_FUZZ=${factor} CORRIDOR_SEED=${seed} node scripts/setup.mjs ${command}\n`,
      );
    }
    // The next round fills the time that is left, as far as the last one tells; it overestimates, for start-up is in it.
    factor = Math.max(2, Math.min(MOST, Math.floor(((seconds - spent) * factor) / round.seconds)));
  } while (spent < 0.8 * seconds);
  const verdict = total.failed > 0 ? `${total.failed} of them failed` : 'none failed';
  console.log(
    `${name.padEnd(44)} ${total.rounds} rounds, ${total.times} times npm test, ${spent.toFixed(0)} s, ${verdict}`,
  );
  recordRow('fuzz.md', {
    tests: name,
    minutes: (spent / 60).toFixed(1),
    rounds: total.rounds,
    'times npm test': total.times,
    'first seed': firstSeed,
    failed: total.failed,
  });
  return total;
}

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, list: { type: 'boolean' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
// Room for the rounds of a run below the largest seed of test/fuzz.ts.
const firstSeed = values.seed === undefined ? Math.floor(Date.now() / 1000) % 999_000_000 : Number(values.seed);
if (!(minutes > 0)) throw new Error('--minutes is a number above 0');
if (!Number.isInteger(firstSeed) || firstSeed < 0 || firstSeed >= 999_999_000)
  throw new Error('--seed is a number below 999999000');
const names = all.filter((name) => positionals.length === 0 || positionals.some((word) => name.includes(word)));
if (names.length === 0) throw new Error(`nothing has ${positionals.join(' or ')} in its name; see --list`);

if (values.list) console.log(names.join('\n'));
else {
  const total = { tests: names.length, rounds: 0, failed: 0 };
  const started = performance.now();
  for (const name of names) {
    const { rounds, failed } = await fuzz(name, (minutes * 60) / names.length, firstSeed);
    total.rounds += rounds;
    total.failed += failed;
  }
  console.log(`${total.rounds - total.failed} passed, ${total.failed} failed`);
  printFigures({ ...total, minutes: Math.round((performance.now() - started) / 6000) / 10, first_seed: firstSeed });
  if (total.failed > 0) process.exitCode = 1;
}
