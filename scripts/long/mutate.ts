/**
 * Mutation testing of prover/protocol with Stryker: changes the code in one small place after another and runs its tests,
 * which should notice. Prints each survivor, then one flat JSON object of figures as its last line. All forms but --quick
 * write docs/results/mutation-protocol.md.
 *
 *   node scripts/long/mutate.ts                 every module of prover/protocol
 *   node scripts/long/mutate.ts nonce chain     these modules
 *   node scripts/long/mutate.ts --quick         one small module, and fails if a mutant of it survives
 *
 * One run of Stryker for each module, so that a run that is broken off has figures of the modules before.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printFigures } from '../bench/figures.ts';
import { recordRow } from './results.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const SOURCES = 'prover/protocol';
/** The fastest first: with --bail the first failure is enough. */
const TESTS = ['vectors', 'edges', 'properties'].map((name) => `test/protocol/${name}.test.ts`);
/** Types and names only: nothing to mutate that a test could see. */
const SKIPPED = new Set(['index', 'errors']);
const QUICK = ['nonce'];

interface Report {
  files: Record<string, { mutants: readonly Mutant[]; source: string }>;
}
interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: 'Killed' | 'Survived' | 'Timeout' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored' | 'Pending';
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
}

async function mutate(module: string): Promise<readonly Mutant[]> {
  const directory = path.join(ROOT, '.cache/mutation');
  const report = path.join(directory, `${module}.json`);
  const config = path.join(directory, `${module}.config.json`);
  mkdirSync(directory, { recursive: true });
  rmSync(report, { force: true });
  writeFileSync(
    config,
    JSON.stringify({
      // Stryker's own runner for mocha loads a file that mocha 12 renamed; a command works with every version.
      testRunner: 'command',
      commandRunner: { command: `node node_modules/mocha/bin/mocha.js --bail --reporter dot ${TESTS.join(' ')}` },
      plugins: [],
      mutate: [`${SOURCES}/${module}.ts`],
      ignorePatterns: ['contracts-evm', 'contracts-move', 'deployments', 'localnet', '!docs/spec/*.md'],
      concurrency: 2,
      timeoutMS: 20_000,
      tempDirName: '.cache/mutation/sandbox',
      reporters: ['json'],
      jsonReporter: { fileName: report },
    }),
  );
  const log: string[] = [];
  const stryker = path.join(ROOT, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const child = spawn(process.execPath, [stryker, 'run', config], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`Stryker ended with ${code} on ${module}:\n${log.join('').slice(-2000)}`);
  return Object.entries((JSON.parse(readFileSync(report, 'utf8')) as Report).files).flatMap(
    ([file, { mutants, source }]) => {
      for (const mutant of mutants) {
        if (mutant.status === 'Survived' || mutant.status === 'NoCoverage') console.log(shown(file, source, mutant));
      }
      return mutants;
    },
  );
}

function shown(file: string, source: string, { location: { start, end }, replacement = '' }: Mutant): string {
  const line = source.split('\n')[start.line - 1]!;
  const original = start.line === end.line ? line.slice(start.column - 1, end.column - 1) : `${line.trim()} …`;
  return `survived  ${file}:${start.line}  ${original}  ->  ${replacement.replaceAll(/\s+/g, ' ')}`;
}

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const known = readdirSync(path.join(ROOT, SOURCES))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !SKIPPED.has(name));
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no module ${unknown.join(', ')}; there are ${known.join(', ')}`);
const modules = positionals.length > 0 ? positionals : values.quick ? QUICK : known;

const total = { mutants: 0, killed: 0, survived: 0 };
for (const module of modules) {
  const counted = (await mutate(module)).filter(({ status }) => status !== 'Ignored');
  // A mutant that hangs or crashes its tests is noticed as much as one that fails them.
  const killed = counted.filter(({ status }) => status !== 'Survived' && status !== 'NoCoverage').length;
  console.log(`${module.padEnd(14)} ${killed} of ${counted.length} killed`);
  const survived = counted.length - killed;
  if (!values.quick) recordRow('mutation-protocol.md', { module, mutants: counted.length, killed, survived });
  total.mutants += counted.length;
  total.killed += killed;
  total.survived += survived;
}
console.log(values.quick ? `${total.killed} passed, ${total.survived} failed` : '');
printFigures({ ...total, killed_percent: Math.round((1000 * total.killed) / total.mutants) / 10 });
if (values.quick && total.survived > 0) process.exitCode = 1;
