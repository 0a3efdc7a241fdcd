// npm run move:build [-- package...] [--framework=local|github] [--compare] [--out DIR]
//
// Compiles Move packages and prints their modules, sizes and package digest. Writes nothing but to --out.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPackage, type BuiltPackage } from '../../localnet/sui/build/builder.ts';
import { readModuleHeader } from '../../localnet/sui/build/bytecode.ts';
import { MoveBuildError } from '../../localnet/sui/build/errors.ts';
import type { FrameworkSource } from '../../localnet/sui/build/framework.ts';
import { hasSources, readPackage } from '../../localnet/sui/build/sources.ts';
import { parseCommand, USAGE_ERROR, type Arguments } from './args.ts';
import { findPackages, shown } from './packages.ts';

let packages: string[];
let args: Arguments;
try {
  args = parseCommand({ out: { type: 'string' }, compare: { type: 'boolean', default: false } });
  packages = findPackages(args.packages);
} catch (cause) {
  console.error((cause as Error).message);
  process.exit(USAGE_ERROR);
}

const out = args.values['out'] as string | undefined;
let failures = 0;
for (const dir of packages) {
  console.log(shown(dir));
  if (!hasSources(readPackage(dir))) {
    console.log('  no Move sources');
    continue;
  }
  try {
    const built = await build(dir, args.framework);
    print(built);
    if (out !== undefined) write(built, path.join(out, built.name));
    if (args.values['compare']) compare(built, await build(dir, args.framework === 'local' ? 'github' : 'local'));
  } catch (cause) {
    if (!(cause instanceof MoveBuildError)) throw cause;
    console.log(cause.message);
    failures += 1;
  }
}
console.log(`move build: ${packages.length - failures} built, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

function build(dir: string, framework: FrameworkSource): Promise<BuiltPackage> {
  return buildPackage(dir, { framework, allowUnpublished: true });
}

function print(built: BuiltPackage): void {
  let total = 0;
  for (const module of built.modules) {
    console.log(`  ${readModuleHeader(module).self.name.padEnd(32)} ${String(module.length).padStart(7)} bytes`);
    total += module.length;
  }
  console.log(`  ${'all modules'.padEnd(32)} ${String(total).padStart(7)} bytes`);
  console.log(`  digest ${Buffer.from(built.digest).toString('hex')}`);
  if (built.warnings) console.log(built.warnings);
}

/** Writes one .mv file a module, and build.json for a publish transaction. */
function write(built: BuiltPackage, dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const module of built.modules) writeFileSync(path.join(dir, `${readModuleHeader(module).self.name}.mv`), module);
  const json = {
    modules: built.modules.map((module) => Buffer.from(module).toString('base64')),
    dependencies: built.dependencies,
    digest: Buffer.from(built.digest).toString('hex'),
  };
  writeFileSync(path.join(dir, 'build.json'), `${JSON.stringify(json, null, 2)}\n`);
}

/** Fails unless two builds of a package, against the subset and the published framework, are the same bytes. */
function compare(one: BuiltPackage, other: BuiltPackage): void {
  const bytes = (built: BuiltPackage): string =>
    JSON.stringify([built.modules.map((module) => Buffer.from(module).toString('hex')).sort(), built.dependencies]);
  if (bytes(one) !== bytes(other) || Buffer.compare(one.digest, other.digest) !== 0) {
    throw new MoveBuildError('compile', `  ${one.name} is not the same against the subset and the published framework`);
  }
  console.log('  the same bytes against the subset and the published framework');
}
