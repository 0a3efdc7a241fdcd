/**
 * Mutation testing of the enclave's verification code: Stryker's instrumenter makes the mutants, and this script runs
 * their tests, all mutants in few processes instead of a process for each. Prints each survivor, then one flat JSON
 * object of figures as its last line.
 *
 *   node scripts/long/mutate-enclave.ts                       all files
 *   node scripts/long/mutate-enclave.ts window sui/events     these, relative to prover/enclave
 *   node scripts/long/mutate-enclave.ts ../protocol/wire/cbor
 *
 * Texts of errors are not mutated: no test could want them word by word. What runs when a module is loaded is mutated
 * in a process of its own.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { printFigures } from '../bench/figures.ts';
import { processorSeconds } from '../bench/processes.ts';

const ROOT = path.join(import.meta.dirname, '../..');
/** One for each run: two may go on side by side, and sources may change meanwhile. */
const SANDBOX = path.join(ROOT, `.cache/mutation/enclave-${process.pid}`);
/** Types, processes and drivers, which are tested from outside: process.test.ts, attestation.test.ts. */
const SKIPPED = /^(?:attestation|entry)\/|(?:^|\/)(?:index|errors|main|serve|attester)\.ts$/;
/** A test that works for so long without a word is one that hangs; on a busy machine that may take many times longer. */
const SILENCE_SECONDS = 6;

type Verdict = 'killed' | 'survived' | 'hung' | 'uncovered';

interface Mutant {
  id: string;
  fileName: string;
  replacement: string;
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
  status?: string;
}

const wanted = process.argv.slice(2);
/** The readers of what a host sends belong to what judges it. */
const WIRE = '../protocol/wire';
const filesIn = (folder: string): string[] =>
  readdirSync(path.join(ROOT, 'prover/enclave', folder), { recursive: true, encoding: 'utf8' });
const sources = [...filesIn('.'), ...filesIn(WIRE).map((name) => `${WIRE}/${name}`)]
  .filter((name) => name.endsWith('.ts') && !SKIPPED.test(name))
  .filter((name) => wanted.length === 0 || wanted.includes(name.slice(0, -3)))
  // What judges evidence comes first, what carries requests last.
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
if (sources.length === 0) throw new Error(`no file of prover/enclave is called ${wanted.join(' or ')}`);

const texts = new Map<string, string[]>();
const mutants = await instrument();
const verdicts = new Map<string, Verdict>();
const files = [...new Set(mutants.map(({ fileName }) => fileName))];
while (verdicts.size < mutants.length) await runOnce(mutants.filter(({ id }) => !verdicts.has(id)));
rmSync(SANDBOX, { recursive: true, force: true });
const killed = mutants.filter(isKilled).length;
printFigures({
  mutants: mutants.length,
  killed,
  survived: mutants.length - killed,
  killed_percent: Math.round((1000 * killed) / mutants.length) / 10,
});

function rank(name: string): number {
  if (/^(?:proving|window|origin)/.test(name)) return 0;
  return /^(?:ethereum|sui)/.test(name) ? 1 : 2;
}

/** Copies what the tests need, with the mutants in it. */
async function instrument(): Promise<Mutant[]> {
  rmSync(SANDBOX, { recursive: true, force: true });
  mkdirSync(SANDBOX, { recursive: true });
  for (const part of [
    'prover',
    'localnet',
    'test/enclave',
    'test/protocol/wire',
    'test/fuzz.ts',
    'test/sui',
    'scripts',
    'docs',
    'package.json',
  ])
    cpSync(path.join(ROOT, part), path.join(SANDBOX, part), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(SANDBOX, 'node_modules'));
  const quiet = new Proxy({}, { get: () => () => false });
  const instrumenter = new Instrumenter(quiet as ConstructorParameters<typeof Instrumenter>[0]);
  const files = sources.map((name) => {
    const file = path.join(SANDBOX, 'prover/enclave', name);
    const content = readFileSync(file, 'utf8');
    texts.set(file, content.split('\n'));
    return { name: file, mutate: true, content };
  });
  const options = { plugins: null, excludedMutations: [], ignorers: [{ shouldIgnore: ignoreTexts }] };
  const result = await instrumenter.instrument(files, options as Parameters<Instrumenter['instrument']>[1]);
  for (const { name, content } of result.files) writeFileSync(name, content);
  return (result.mutants as unknown as Mutant[]).filter(({ status }) => status !== 'Ignored');
}

/** The last argument of demand, insist and check is the text of an error. */
function ignoreTexts({
  node,
  parentPath,
}: {
  node: { type: string };
  parentPath?: { node: unknown };
}): string | undefined {
  const call = parentPath?.node as { callee?: { name?: string }; arguments?: unknown[] } | undefined;
  const isText = /^(?:demand|insist|check)/.test(call?.callee?.name ?? '') && call?.arguments?.at(-1) === node;
  return isText && node.type === 'ArrowFunctionExpression' ? 'text of an error' : undefined;
}

/** Runs mutants in one process until it ends: when all are judged, or when one has left its traces. */
async function runOnce(rest: readonly Mutant[]): Promise<void> {
  const list = path.join(SANDBOX, 'mutants.json');
  const base = path.join(SANDBOX, 'prover/enclave');
  writeFileSync(list, JSON.stringify(rest.map(({ id, fileName }) => ({ id, name: path.relative(base, fileName) }))));
  const runner = path.join(SANDBOX, 'scripts/long/mutate-enclave/runner.ts');
  const child = spawn(process.execPath, [runner, list], { cwd: SANDBOX, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = (): void => {
    child.kill('SIGKILL');
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  let spoke = 0;
  let current: string | undefined;
  const watch = setInterval(() => {
    if (usedBy(child.pid!) - spoke > SILENCE_SECONDS) child.kill('SIGKILL');
  }, 1000);
  const before = verdicts.size;
  for await (const line of createInterface(child.stdout)) {
    spoke = usedBy(child.pid!);
    const [word, id, verdict] = line.split(' ');
    if (word === 'begin') current = id;
    if (word === 'again') current = undefined;
    if (word !== 'end') continue;
    current = undefined;
    verdicts.set(id!, verdict as Verdict);
    process.stderr.write(`\r${verdicts.size} of ${mutants.length}`);
    report();
  }
  clearInterval(watch);
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
  if (current !== undefined) verdicts.set(current, 'hung');
  report();
  if (verdicts.size === before) throw new Error('the runner judged no mutant; see what it said above');
}

/** Processor seconds of a process that may have ended. */
function usedBy(pid: number): number {
  try {
    return processorSeconds(pid);
  } catch {
    return 0;
  }
}

function isKilled({ id }: Mutant): boolean {
  return ['killed', 'hung'].includes(verdicts.get(id)!);
}

/** Files whose mutants have all been judged are reported and forgotten, so that a run that is broken off has said something. */
function report(): void {
  for (const fileName of files.splice(0)) {
    const list = mutants.filter((mutant) => mutant.fileName === fileName);
    if (!list.every(({ id }) => verdicts.has(id))) {
      files.push(fileName);
      continue;
    }
    const name = path.relative(path.join(SANDBOX, 'prover/enclave'), fileName);
    for (const mutant of list.filter((one) => !isKilled(one))) {
      const { start, end } = mutant.location;
      // Lines of the instrumenter begin with 0.
      const line = texts.get(fileName)![start.line]!;
      const original = start.line === end.line ? line.slice(start.column, end.column) : `${line.trim()} …`;
      const text = mutant.replacement.replaceAll(/\s+/g, ' ');
      console.log(`${verdicts.get(mutant.id)!.padEnd(9)} ${name}:${start.line + 1}  ${original}  ->  ${text}`);
    }
    console.log(`${name.padEnd(28)} ${list.filter(isKilled).length} of ${list.length} killed`);
  }
}
