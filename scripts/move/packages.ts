import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTRACTS = fileURLToPath(new URL('../../contracts-move/', import.meta.url));

/**
 * Folders of the Move packages that a command line names: a package of contracts-move by its folder's name, or any
 * folder by its path. Without names, every package of contracts-move.
 *
 * @throws Error naming the first that is no Move package
 */
export function findPackages(names: readonly string[]): string[] {
  if (names.length === 0) {
    return readdirSync(CONTRACTS)
      .sort()
      .map((name) => path.join(CONTRACTS, name))
      .filter(isPackage);
  }
  return names.map((name) => {
    const dir = [path.join(CONTRACTS, name), path.resolve(name)].find(isPackage);
    if (!dir) throw new Error(`${name} is no Move package: neither contracts-move/${name} nor ${name} has a Move.toml`);
    return dir;
  });
}

/** The path as a reader of the output would type it. */
export function shown(dir: string): string {
  return path.relative(process.cwd(), dir) || '.';
}

function isPackage(dir: string): boolean {
  return existsSync(path.join(dir, 'Move.toml'));
}
