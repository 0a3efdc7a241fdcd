/** Everything that decides what the Solidity contracts compile to. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

const FOLDERS = ['contracts-evm/src', 'examples/evm'];
const PACKAGES = ['@openzeppelin/contracts', 'solc'];
const SETTINGS = 'hardhat.config.ts';

/** SHA-256 by file, and version by package: a line for each, so that two changes seldom meet in one line. */
export type SourceHashes = Readonly<Record<string, string>>;

export function hashesOf(): SourceHashes {
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.sol'))
      .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`)
      .sort(),
  );
  return Object.fromEntries([
    ...PACKAGES.map((name) => [name, devDependencies[name]!] as const),
    ...[SETTINGS, ...files].map((file) => [file, hashOf(path.join(ROOT, file))] as const),
  ]);
}

/** Whether hashes are those of the present sources. */
export function isOf(hashes: SourceHashes): boolean {
  return JSON.stringify(hashes) === JSON.stringify(hashesOf());
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
