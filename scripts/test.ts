// Runs every check and test of the project, stage by stage, and closes with one line of totals.
//   npm test                 all stages
//   npm test -- move evm     only the stages whose name starts with one of these words
//   npm test -- --list       the stages
//   npm run test:long        all stages; those that compare a part of what they could compare all of it
import { spawn } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = path.dirname(import.meta.dirname);

interface Stage {
  name: string;
  command: string[];
  /** Only in continuous integration. */
  ciOnly?: boolean;
}

const STAGES: Stage[] = [
  { name: 'check:format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'check:types', command: ['tsc', '-p', '.'] },
  { name: 'check:lint', command: ['eslint', '--max-warnings=0', '.'] },
  { name: 'check:imports', command: ['depcruise', 'prover', 'localnet', 'scripts', 'test', 'contracts-evm/test'] },
  { name: 'check:unused', command: ['knip', '--no-progress', '--no-config-hints'] },
  {
    name: 'check:solidity',
    command: ['solhint', '--max-warnings=0', '--disc', '--noPoster', 'contracts-evm/{src,test}/**/*.sol'],
  },
  { name: 'check:vectors', command: ['node', 'scripts/vectors/generate.ts', '--check'] },
  { name: 'check:move-vectors', command: ['node', 'scripts/move/generate-vector-tests.ts', '--check'] },
  { name: 'check:bindings', command: ['node', 'scripts/bindings/sui.ts', '--check'] },
  { name: 'check:dcap-vectors', command: ['node', 'scripts/move/generate-dcap-tests.ts', '--check'] },
  { name: 'ts', command: ['mocha', 'test/**/*.test.ts'] },
  { name: 'evm:build', command: ['hardhat', 'build', '--quiet'] },
  { name: 'evm:bindings', command: ['node', 'scripts/bindings/evm.ts', '--check'] },
  { name: 'evm:mocha', command: ['hardhat', 'test', 'mocha'] },
  { name: 'evm:fuzz', command: ['hardhat', 'test', 'solidity'] },
  { name: 'move', command: ['node', 'scripts/move/test.ts'] },
  { name: 'bench:gas', command: ['node', 'scripts/bench/gas.ts', '--check'], ciOnly: true },
  { name: 'bench:dcap', command: ['node', 'scripts/bench/dcap.ts', '--check'], ciOnly: true },
];

interface Outcome {
  passed: number;
  failed: number;
}

/** The closing figures of mocha and Hardhat ("12 passing", "1 failing") and of our Move runner ("12 passed, 1 failed"). */
function readTotals(output: string): Outcome | undefined {
  const plain = stripVTControlCharacters(output);
  const last = (pattern: RegExp): number | undefined => {
    const match = [...plain.matchAll(pattern)].at(-1);
    return match ? Number(match[1]) : undefined;
  };
  const passed = last(/(?:^|\s)(\d+) (?:passing|passed)\b/gm);
  const failed = last(/(?:^|\s)(\d+) (?:failing|failed)\b/gm);
  if (passed === undefined && failed === undefined) return undefined;
  return { passed: passed ?? 0, failed: failed ?? 0 };
}

function run(stage: Stage): Promise<Outcome> {
  const [tool, ...args] = stage.command as [string, ...string[]];
  const isScript = tool === 'node';
  const program = isScript ? process.execPath : path.join(root, 'node_modules', '.bin', tool);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: isLong ? { ...process.env, CORRIDOR_LONG: '1' } : process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const [stream, sink] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        sink.write(chunk);
      });
    }
    child.on('error', (error) => {
      console.error(`${stage.name}: ${error.message}`);
      resolve({ passed: 0, failed: 1 });
    });
    child.on('close', (code) => {
      const totals = stage.name.startsWith('check:') || stage.name.endsWith(':build') ? undefined : readTotals(output);
      // A stage that failed without counting a failure (a crash, a stale file) is itself one.
      if (code !== 0) resolve({ passed: totals?.passed ?? 0, failed: Math.max(totals?.failed ?? 0, 1) });
      else resolve(totals ?? { passed: 1, failed: 0 });
    });
  });
}

const words = process.argv.slice(2);
const isCi = words.includes('--ci');
const isLong = words.includes('--long');
const wanted = words.filter((word) => !word.startsWith('--'));
const stages = STAGES.filter((stage) =>
  wanted.length > 0 ? wanted.some((word) => stage.name.startsWith(word)) : isCi || !stage.ciOnly,
);

if (words.includes('--list')) {
  for (const stage of STAGES) console.log(`${stage.name.padEnd(20)} ${stage.command.join(' ')}`);
} else if (stages.length === 0) {
  console.error(`no stage starts with ${wanted.join(' or ')}; see npm test -- --list`);
  process.exitCode = 2;
} else {
  const table: string[] = [];
  const total = { passed: 0, failed: 0 };
  for (const stage of stages) {
    console.log(`\n== ${stage.name}: ${stage.command.join(' ')}`);
    const started = performance.now();
    const { passed, failed } = await run(stage);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    table.push(
      `${stage.name.padEnd(20)} ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${seconds.padStart(8)} s`,
    );
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${table.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
