import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuiltPackage } from './builder.ts';
import { contentHash } from './sources.ts';

const CACHE_DIR = fileURLToPath(new URL('../../../.cache/move/', import.meta.url));

interface Entry {
  readonly name: string;
  readonly modules: readonly string[]; // base64
  readonly dependencies: readonly string[];
  readonly digest: string; // hex
  readonly warnings: string;
}

/** Runs `build` unless a result for the same `key` (hex content hash) is on disk. */
export async function cached(key: string, build: () => Promise<BuiltPackage>): Promise<BuiltPackage> {
  const file = path.join(CACHE_DIR, `${key}.json`);
  const found = read(file);
  if (found) return found;
  const built = await build();
  write(file, built);
  return built;
}

function read(file: string): BuiltPackage | undefined {
  try {
    const { entry, sum } = JSON.parse(readFileSync(file, 'utf8')) as { entry: Entry; sum: string };
    // A torn or edited file is rebuilt, not trusted.
    if (contentHash([JSON.stringify(entry)]) !== sum) return undefined;
    return {
      name: entry.name,
      modules: entry.modules.map((m) => new Uint8Array(Buffer.from(m, 'base64'))),
      dependencies: [...entry.dependencies],
      digest: new Uint8Array(Buffer.from(entry.digest, 'hex')),
      warnings: entry.warnings,
    };
  } catch {
    return undefined;
  }
}

function write(file: string, built: BuiltPackage): void {
  const entry: Entry = {
    name: built.name,
    modules: built.modules.map((m) => Buffer.from(m).toString('base64')),
    dependencies: built.dependencies,
    digest: Buffer.from(built.digest).toString('hex'),
    warnings: built.warnings,
  };
  mkdirSync(CACHE_DIR, { recursive: true });
  // Written aside and renamed, so that two builds at once never see half a file.
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, JSON.stringify({ entry, sum: contentHash([JSON.stringify(entry)]) }));
  renameSync(aside, file);
}
