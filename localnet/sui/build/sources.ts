import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { MoveBuildError } from './errors.ts';

/** Files of one Move package: path relative to the package, with forward slashes, to text. */
export type PackageFiles = Record<string, string>;

/** The parts of a package that only tests see. */
export interface ReadOptions {
  /** Also read `tests/` (needed for test runs, left out of builds). */
  readonly tests?: boolean;
}

const MANIFEST = 'Move.toml';
// Publication records decide addresses; a lock file would pin the real framework over ours.
const TOP_LEVEL_FILES = [MANIFEST, 'Published.toml'];

/**
 * Reads a Move package from disk: its manifest, publication record and Move sources.
 *
 * @param dir folder that holds Move.toml
 * @throws MoveBuildError `manifest` if there is no Move.toml, `source` if a file cannot be read
 */
export function readPackage(dir: string, options: ReadOptions = {}): PackageFiles {
  const files: PackageFiles = {};
  for (const name of TOP_LEVEL_FILES) {
    const text = readIfPresent(path.join(dir, name));
    if (text !== undefined) files[name] = text;
  }
  if (files[MANIFEST] === undefined) {
    throw new MoveBuildError('manifest', `${dir} is not a Move package: it has no ${MANIFEST}`);
  }
  for (const folder of options.tests ? ['sources', 'tests'] : ['sources']) {
    readMoveFiles(path.join(dir, folder), `${folder}/`, files);
  }
  return files;
}

/** Whether a package has any Move source yet. */
export function hasSources(files: PackageFiles): boolean {
  return Object.keys(files).some((name) => name.endsWith('.move'));
}

/**
 * The `name` of the `[package]` section.
 *
 * @throws MoveBuildError `manifest` if Move.toml gives none
 */
export function packageName(files: PackageFiles): string {
  let section = '';
  for (const raw of (files[MANIFEST] ?? '').split('\n')) {
    const line = raw.trim();
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) section = header[1]!.trim();
    const name = /^name\s*=\s*(?:"([^"]+)"|'([^']+)')/.exec(line);
    if (section === 'package' && name) return (name[1] ?? name[2])!;
  }
  throw new MoveBuildError('manifest', `${MANIFEST} must give the package a name: [package] name = "..."`);
}

/** SHA-256 (hex) over named parts; each part is length-prefixed, so no two lists of parts collide. */
export function contentHash(parts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    hash.update(length).update(bytes);
  }
  return hash.digest('hex');
}

/** The parts of `files` in a fixed order, for contentHash. */
export function hashParts(files: PackageFiles): string[] {
  return Object.keys(files)
    .sort()
    .flatMap((name) => [name, files[name]!]);
}

function readMoveFiles(dir: string, prefix: string, into: PackageFiles): void {
  let entries;
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new MoveBuildError('source', `cannot read the folder ${dir}`, { cause });
  }
  // Sorted, so that the compiler sees the same input whatever the file system's order.
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(dir, entry.name);
    if (statSync(file).isDirectory()) readMoveFiles(file, `${prefix}${entry.name}/`, into);
    else if (entry.name.endsWith('.move')) into[prefix + entry.name] = readFileSync(file, 'utf8');
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new MoveBuildError('source', `cannot read ${file}`, { cause });
  }
}
