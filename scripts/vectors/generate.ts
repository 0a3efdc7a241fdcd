// Writes test/vectors/*.json; with --check, fails when a committed file differs.
// An independent second implementation of docs/spec/protocol.md: it imports nothing of prover,
// contracts-evm or contracts-move and none of their cryptographic libraries.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chainSuite, nonceSuite } from './cases/chain.ts';
import { merkleSuite } from './cases/merkle.ts';
import { messageSentSuite } from './cases/message-sent.ts';
import { messageSuite } from './cases/message.ts';
import { registrationSuite } from './cases/registration.ts';
import { revocationSuite } from './cases/revocation.ts';
import { signatureSuite } from './cases/signature.ts';
import { statementSuite } from './cases/statement.ts';
import { selfCheck } from './self-check.ts';
import type { Suite } from './suite.ts';

/** Where the files are committed. */
export const VECTORS_DIRECTORY = path.resolve(import.meta.dirname, '../../test/vectors');

/** All vectors, one suite for each file. Throws an Error when a primitive or a stated outcome is wrong. */
export function buildSuites(): Suite[] {
  selfCheck();
  return [
    chainSuite(),
    nonceSuite(),
    messageSuite(),
    messageSentSuite(),
    merkleSuite(),
    statementSuite(),
    signatureSuite(),
    registrationSuite(),
    revocationSuite(),
  ];
}

/** File name to contents, for every suite: one vector on each line, so that a difference names the vector. */
export function renderFiles(suites: readonly Suite[]): Map<string, string> {
  return new Map(
    suites.map(({ noun, spec, vectors }) => {
      const head = `{ "noun": ${JSON.stringify(noun)}, "spec": ${JSON.stringify(spec)}, "vectors": [`;
      const lines = vectors.map((vector) => '  ' + JSON.stringify(vector));
      return [`${noun}.json`, `${head}\n${lines.join(',\n')}\n] }\n`];
    }),
  );
}

/** What differs between a directory and the files that belong there, one sentence each; empty when nothing does. */
export function findStaleFiles(directory: string, files: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const [name, expected] of files) {
    const file = path.join(directory, name);
    if (!existsSync(file)) {
      problems.push(`${name} is missing`);
      continue;
    }
    const actual = readFileSync(file, 'utf8');
    if (actual === expected) continue;
    const [have, want] = [actual.split('\n'), expected.split('\n')];
    const line = want.findIndex((text, i) => text !== have[i]);
    problems.push(`${name} differs from line ${(line < 0 ? want.length : line) + 1} on`);
  }
  const present = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
  for (const name of present) {
    if (!files.has(name)) problems.push(`${name} is written by no suite`);
  }
  return problems;
}

function main(options: readonly string[]): void {
  const unknown = options.filter((option) => option !== '--check');
  if (unknown.length > 0) throw new Error(`unknown option ${unknown.join(' ')}; the only one is --check`);
  const suites = buildSuites();
  const files = renderFiles(suites);
  if (options.includes('--check')) {
    const problems = findStaleFiles(VECTORS_DIRECTORY, files);
    if (problems.length > 0) {
      console.error(`test/vectors is stale; run "node scripts/vectors/generate.ts" and review the difference:`);
      for (const problem of problems) console.error(`  ${problem}`);
      process.exitCode = 1;
      return;
    }
  } else {
    mkdirSync(VECTORS_DIRECTORY, { recursive: true });
    for (const [name, contents] of files) writeFileSync(path.join(VECTORS_DIRECTORY, name), contents);
  }
  const total = suites.reduce((sum, { vectors }) => sum + vectors.length, 0);
  console.log(`${total} vectors in ${files.size} files${options.includes('--check') ? ' are fresh' : ''}`);
}

if (import.meta.main) main(process.argv.slice(2));
