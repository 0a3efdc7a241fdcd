/**
 * Writes prover/bindings/sui/<package>.ts from the compiled Move packages: a typed builder for each public function,
 * the BCS type of each struct, and the names of all abort codes. With `--check` it writes nothing and fails if a file is
 * not what it would write.
 *
 * Bytecode decides types; names of parameters and errors, which bytecode lacks, are read from the sources.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { buildPackage } from '../../localnet/sui/build/builder.ts';
import { readPackage } from '../../localnet/sui/build/sources.ts';
import { ModuleImage } from '../../localnet/sui/vm/module.ts';
import { renderPackage } from './render.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** In the order of their dependencies. */
const PACKAGES = ['corridor', 'dcap', 'dcap_evidence'];
/** Placeholders: an address tells the packages apart while they are compiled, and nothing of it is written. */
const published = Object.fromEntries(PACKAGES.map((name, i) => [name, { publishedAt: `0x${'c'.repeat(62)}0${i}` }]));

async function render(name: string): Promise<[target: string, text: string]> {
  const folder = path.join(root, 'contracts-move', name);
  const { [name]: _, ...dependencies } = published;
  const { modules } = await buildPackage(folder, { published: dependencies });
  const text = renderPackage(
    name,
    modules.map((bytes) => new ModuleImage(bytes)),
    readPackage(folder),
  );
  const target = path.join(root, 'prover/bindings/sui', `${name.replaceAll('_', '-')}.ts`);
  return [target, await format(text, { ...(await resolveConfig(target)), filepath: target })];
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const name of PACKAGES) {
  const [target, text] = await render(name);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  stale.push(path.relative(root, target));
  if (!check) writeFileSync(target, text);
}
if (!check) console.log(`${stale.length} of ${PACKAGES.length} files written`);
else if (stale.length > 0) {
  console.error(`${stale.join(', ')}: not what contracts-move gives. Run \`npm run bindings:sui\`.`);
  process.exitCode = 1;
}
