/**
 * Writes contracts-move/<package>/api.txt: what other packages and transactions can see of a Move package, which is
 * permanent once it is published. Datatypes with abilities and fields, public and entry functions with their types, and
 * abort codes. A diff of it shows what a change gives away. Fails if a module uses an abort code twice.
 *
 *   node scripts/move/api.ts            write
 *   node scripts/move/api.ts --check    write nothing, and fail if a file is not what it would write
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPackage } from '../../localnet/sui/build/builder.ts';
import type { SignatureToken } from '../../localnet/sui/vm/format.ts';
import { ModuleImage, type DatatypeImage, type FunctionImage } from '../../localnet/sui/vm/module.ts';
import { findPackages, shown } from './packages.ts';

/** Bits of an ability set in Move bytecode. */
const ABILITIES = [
  [1, 'copy'],
  [2, 'drop'],
  [4, 'store'],
  [8, 'key'],
] as const;

const abilities = (set: number): string[] => ABILITIES.filter(([bit]) => (set & bit) !== 0).map(([, name]) => name);

function typeName(image: ModuleImage, token: SignatureToken): string {
  const of = (inner: SignatureToken): string => typeName(image, inner);
  if (typeof token === 'string') return token.toLowerCase();
  if ('Vector' in token) return `vector<${of(token.Vector)}>`;
  if ('Reference' in token) return `&${of(token.Reference)}`;
  if ('MutableReference' in token) return `&mut ${of(token.MutableReference)}`;
  if ('TypeParameter' in token) return `T${token.TypeParameter}`;
  const [index, args] = 'Datatype' in token ? [token.Datatype, []] : token.DatatypeInstantiation;
  const handle = image.tables.datatype_handles[index]!;
  const name = `${image.moduleId(handle.module).name}::${image.identifier(handle.name)}`;
  return args.length === 0 ? name : `${name}<${args.map(of).join(', ')}>`;
}

function typeParameters(constraints: readonly { set: number; isPhantom?: boolean }[]): string {
  const shownAs = constraints.map(({ set, isPhantom }, i) => {
    const needs = abilities(set).join(' + ');
    return `${isPhantom ? 'phantom ' : ''}T${i}${needs ? `: ${needs}` : ''}`;
  });
  return shownAs.length === 0 ? '' : `<${shownAs.join(', ')}>`;
}

function datatypeLine(image: ModuleImage, type: DatatypeImage): string {
  const { type_parameters: params } = image.tables.datatype_handles[type.handle]!;
  const generics = typeParameters(params.map((p) => ({ set: p.constraints, isPhantom: p.is_phantom })));
  const has = abilities(type.abilities).join(', ') || 'nothing';
  const bodies = type.variants.map(({ name, fields }) => {
    const body = fields.map((f) => `${image.identifier(f.name)}: ${typeName(image, f.signature)}`).join(', ');
    return `${type.isEnum ? `${name} ` : ''}{ ${body} }`;
  });
  return `  ${type.isEnum ? 'enum' : 'struct'} ${type.name}${generics} has ${has} ${bodies.join(' | ')}`;
}

function functionLine(image: ModuleImage, f: FunctionImage): string {
  const types = (signature: number): string[] =>
    image.tables.signatures[signature]!.map((token) => typeName(image, token));
  const words = [f.visibility === 'Public' ? 'public' : '', f.isEntry ? 'entry' : '', 'fun'].filter(Boolean).join(' ');
  const generics = typeParameters(f.typeParameters.map((set) => ({ set })));
  const returns = types(f.returns).join(', ');
  return `  ${words} ${f.name}${generics}(${types(f.parameters).join(', ')})${returns ? `: (${returns})` : ''}`;
}

/** Abort codes by name from a module's source: bytecode has the numbers without their names. */
function abortLines(source: string, module: string): string[] {
  const codes = [...source.matchAll(/^const (E[A-Z]\w*): u64 = (\d+);$/gm)].map(
    ([, name, code]) => [code!, name!] as const,
  );
  const byCode = new Map<string, string>();
  for (const [code, name] of codes) {
    const other = byCode.get(code);
    if (other) throw new Error(`${module}: ${other} and ${name} are both ${code}; an abort code names one rule`);
    byCode.set(code, name);
  }
  return [...byCode].map(([code, name]) => `  abort ${code} ${name}`);
}

async function describe(dir: string): Promise<string> {
  const { modules } = await buildPackage(dir, { allowUnpublished: true });
  const sources = path.join(dir, 'sources');
  const texts = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.move'))
    .map((file) => readFileSync(path.join(sources, file), 'utf8'));
  const parts = modules.map((bytes) => {
    const image = new ModuleImage(bytes);
    const { name } = image.id;
    const source = texts.find((text) => new RegExp(`^module \\w+::${name};$`, 'm').test(text));
    if (source === undefined) throw new Error(`${shown(dir)}: no source of module ${name}`);
    const visible = image.functions.filter((f) => f.visibility === 'Public' || f.isEntry);
    const lines = [
      ...[...image.datatypes.values()].map((type) => datatypeLine(image, type)).sort(),
      ...visible.map((f) => functionLine(image, f)).sort(),
      ...abortLines(source, `${shown(dir)}: ${name}`),
    ];
    return [name, `module ${name}\n${lines.map((line) => `${line}\n`).join('')}`] as const;
  });
  return parts
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join('\n');
}

const check = process.argv.includes('--check');
const packages = findPackages([]);
const stale: string[] = [];
for (const dir of packages) {
  const file = path.join(dir, 'api.txt');
  const text = await describe(dir);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(shown(file));
  if (!check) writeFileSync(file, text);
}
if (!check) console.log(`${stale.length} of ${packages.length} files written`);
else if (stale.length > 0) {
  console.error(`${stale.join(', ')}: not what the packages show. Run \`npm run move:api\` and review the difference.`);
  process.exitCode = 1;
}
