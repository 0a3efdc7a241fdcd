// Runs every check and test of the project, two stages at a time, and closes with one line of totals.
//   npm test                 all stages
//   npm test -- move evm     only the stages whose name starts with one of these words
//   npm test -- --list       the stages
//   npm test -- --ci         also the bounded forms of benchmarks and mutation testing, and all end-to-end tests on both
//                            kinds of database
//   npm run test:long        all stages; those that compare a part of what they could compare all of it, fuzzing for
//                            minutes (-- --minutes 60: TypeScript and Solidity an hour each) and all of mutation testing
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { RESULTS_VARIABLE } from '../localnet/sui/build/test-results.ts';
import { judge, type Outcome } from './totals.ts';

const root = path.dirname(import.meta.dirname);

interface Stage {
  name: string;
  command: string[];
  /** Its output closes with counts of tests, and none at all is a failure. Other stages count as one. */
  countsTests?: boolean;
  /** Only in continuous integration and in long runs, or in long runs alone; or when it is named. */
  only?: 'ci' | 'long';
  /** Instead of `command` in long runs. */
  longCommand?: string[];
  /** Takes `--minutes N`. */
  takesMinutes?: boolean;
  /** What two stages must not use at the same time. */
  uses?: 'hardhat';
}

/** In the order in which they start: the longest first, so that both lanes end at about the same time. */
const STAGES: Stage[] = [
  { name: 'ts', command: ['mocha', '--forbid-only', 'test/**/*.test.ts'], countsTests: true },
  { name: 'e2e', command: ['mocha', '--forbid-only', 'test/e2e/*.e2e.ts'], countsTests: true },
  { name: 'evm:build', command: ['hardhat', 'build', '--quiet'], uses: 'hardhat' },
  { name: 'evm:bindings', command: ['node', 'scripts/bindings/evm.ts', '--check'], uses: 'hardhat' },
  { name: 'evm:mocha', command: ['hardhat', 'test', 'mocha'], countsTests: true, uses: 'hardhat' },
  { name: 'evm:fuzz', command: ['hardhat', 'test', 'solidity'], countsTests: true, uses: 'hardhat' },
  { name: 'bench:gas', command: ['node', 'scripts/bench/gas.ts', '--check'], only: 'ci', uses: 'hardhat' },
  { name: 'bench:dcap', command: ['node', 'scripts/bench/dcap.ts', '--check'], only: 'ci', uses: 'hardhat' },
  {
    name: 'mutation',
    command: ['node', 'scripts/long/mutate.ts', '--quick'],
    longCommand: ['node', 'scripts/long/mutate.ts'],
    only: 'ci',
  },
  { name: 'move', command: ['node', 'scripts/move/test.ts'], countsTests: true },
  { name: 'check:format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'check:types', command: ['tsc', '-p', '.'] },
  { name: 'check:lint', command: ['eslint', '--max-warnings=0', '.'] },
  {
    name: 'check:imports',
    command: ['depcruise', 'prover', 'examples', 'localnet', 'scripts', 'test', 'contracts-evm/test'],
  },
  { name: 'check:unused', command: ['knip', '--no-progress', '--treat-config-hints-as-errors'] },
  {
    name: 'check:solidity',
    command: ['solhint', '--max-warnings=0', '--disc', '--noPoster', 'contracts-evm/{src,test}/**/*.sol'],
  },
  { name: 'check:vectors', command: ['node', 'scripts/vectors/generate.ts', '--check'] },
  { name: 'check:move-vectors', command: ['node', 'scripts/move/generate-vector-tests.ts', '--check'] },
  { name: 'check:move-api', command: ['node', 'scripts/move/api.ts', '--check'] },
  { name: 'check:bindings', command: ['node', 'scripts/bindings/sui.ts', '--check'] },
  { name: 'check:dcap-vectors', command: ['node', 'scripts/move/generate-dcap-tests.ts', '--check'] },
  { name: 'fuzz:ts', command: ['node', 'scripts/long/fuzz.ts', 'test/'], only: 'long', takesMinutes: true },
  {
    name: 'fuzz:evm',
    command: ['node', 'scripts/long/fuzz.ts', 'contracts-evm'],
    only: 'long',
    takesMinutes: true,
    uses: 'hardhat',
  },
];

/** Runs a stage. Its output comes at once when it runs alone, else in one piece when it ends, so that none is mixed. */
function run(stage: Stage, isAlone: boolean): Promise<Outcome> {
  const minutes = stage.takesMinutes && options.minutes ? ['--minutes', options.minutes] : [];
  const [tool, ...args] = [...((isLong && stage.longCommand) || stage.command), ...minutes];
  const program = tool === 'node' ? process.execPath : path.join(root, 'node_modules', '.bin', tool!);
  const title = `\n== ${stage.name}: ${[tool, ...args].join(' ')}\n`;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: {
        ...(isLong || options.ci ? { CORRIDOR_DATABASES: 'all' } : {}),
        ...process.env,
        [RESULTS_VARIABLE]: moveResults,
        ...(isLong && { CORRIDOR_LONG: '1' }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    if (isAlone) process.stdout.write(title);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (isAlone) process.stdout.write(chunk);
      });
    }
    const end = (code: number | null): void => {
      if (!isAlone) process.stdout.write(title + output);
      const { lostTests, ...outcome } = judge(stage.countsTests ?? false, code, output);
      if (lostTests) console.error(`${stage.name}: no test ran; a stage of tests that has none has lost them`);
      resolve(outcome);
    };
    child.on('error', (error) => {
      output += `${error.message}\n`;
      end(1);
    });
    child.on('close', end);
  });
}

/** Runs stages two at a time, in order, but never two at once that use the same thing. */
async function runAll(stages: readonly Stage[]): Promise<{ stage: Stage; outcome: Outcome; seconds: number }[]> {
  const results: { stage: Stage; outcome: Outcome; seconds: number }[] = [];
  const waiting = [...stages];
  const running = new Map<Stage, Promise<void>>();
  const isFree = ({ uses }: Stage): boolean => !uses || ![...running.keys()].some((other) => other.uses === uses);
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < LANES ? waiting.findIndex(isFree) : -1;
    if (next < 0) {
      await Promise.race(running.values());
      continue;
    }
    const [stage] = waiting.splice(next, 1) as [Stage];
    const started = performance.now();
    running.set(
      stage,
      run(stage, stages.length === 1).then((outcome) => {
        results.push({ stage, outcome, seconds: (performance.now() - started) / 1000 });
        running.delete(stage);
      }),
    );
  }
  return results.sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
}

const LANES = 2;
const { values: options, positionals: wanted } = parseArgs({
  options: {
    list: { type: 'boolean' },
    ci: { type: 'boolean' },
    long: { type: 'boolean' },
    minutes: { type: 'string' },
  },
  allowPositionals: true,
});
const isLong = options.long ?? false;
const moveResults = mkdtempSync(path.join(tmpdir(), 'corridor-move-'));
process.on('exit', () => rmSync(moveResults, { recursive: true, force: true }));
const isInRun = ({ only }: Stage): boolean => !only || isLong || (only === 'ci' && (options.ci ?? false));
const stages = STAGES.filter((stage) =>
  wanted.length > 0 ? wanted.some((word) => stage.name.startsWith(word)) : isInRun(stage),
);
const unmatched = wanted.filter((word) => !STAGES.some((stage) => stage.name.startsWith(word)));

if (options.list) {
  for (const stage of STAGES) console.log(`${stage.name.padEnd(20)} ${stage.command.join(' ')}`);
} else if (unmatched.length > 0) {
  console.error(`no stage starts with ${unmatched.join(' or ')}; see npm test -- --list`);
  process.exitCode = 2;
} else {
  const results = await runAll(stages);
  const table = results.map(({ stage, outcome: { passed, failed }, seconds }) =>
    [
      stage.name.padEnd(20),
      `${String(passed).padStart(6)} passed`,
      `${String(failed).padStart(4)} failed`,
      `${seconds.toFixed(1).padStart(8)} s`,
    ].join(' '),
  );
  const sum = (key: keyof Outcome): number => results.reduce((total, { outcome }) => total + outcome[key], 0);
  console.log(`\n${table.join('\n')}\n\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}
