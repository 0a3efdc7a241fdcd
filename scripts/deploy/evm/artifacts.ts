/**
 * Compiled contracts. Those that a deployment needs lie in deployments/contracts, so that none needs the compiler; they
 * count while the sources are the ones that they were compiled from. Otherwise the contracts are compiled.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Abi, Hex } from 'viem';
import { hashesOf, isOf, ROOT, type SourceHashes } from './sources.ts';

/** Where each contract is built from. */
export const SOURCES = {
  AccessManager: '@openzeppelin/contracts/access/manager/AccessManager.sol',
  CertificateJudge: 'contracts-evm/src/dcap/CertificateJudge.sol',
  DocumentJudge: 'contracts-evm/src/dcap/DocumentJudge.sol',
  EvidenceReader: 'contracts-evm/src/dcap/EvidenceReader.sol',
  DcapVerifier: 'contracts-evm/src/dcap/DcapVerifier.sol',
  Registry: 'contracts-evm/src/registry/Registry.sol',
  Outbox: 'contracts-evm/src/outbox/Outbox.sol',
  Inbox: 'contracts-evm/src/inbox/Inbox.sol',
  IMessageRecipient: 'contracts-evm/src/inbox/IMessageRecipient.sol',
  Echo: 'examples/evm/Echo.sol',
} as const;

export type ContractName = keyof typeof SOURCES;

export interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly deployedBytecode: Hex;
  /** Where in the deployed bytecode values lie that the constructor decides, in order. */
  readonly immutables: readonly Place[];
}

/** In bytes. */
interface Place {
  readonly start: number;
  readonly length: number;
}

/** What Hardhat writes. The keys of the references depend on what else was compiled. */
type HardhatArtifact = Omit<Artifact, 'immutables'> & {
  readonly immutableReferences?: Readonly<Record<string, readonly Place[]>>;
};

/** A file of deployments/contracts. Deployed code is a part of the creation code, and so is not written twice. */
export type ReleasedArtifact = Omit<Artifact, 'deployedBytecode'> & {
  readonly deployed: Place;
};

const COMPILED = path.join(ROOT, 'contracts-evm/artifacts');
export const RELEASED = path.join(ROOT, 'deployments/contracts');
/** In `RELEASED`: of what its files were compiled. */
export const RELEASED_SOURCES = 'sources.json';

let measured: string | undefined;

/**
 * From now on this process takes its contracts from this folder of Hardhat's, which are of the same sources but compiled
 * to be measured. A function and no variable of the environment, so that nothing around a deployment can change its code.
 */
export function measureArtifacts(folder: string): void {
  measured = folder;
}

/**
 * The artifact of a contract as its present sources give it, which compiles them when nothing released or compiled is
 * of them.
 * @throws Error when they do not compile
 */
export function artifactOf(name: ContractName): Artifact {
  if (measured !== undefined) return compiledArtifactOf(name);
  const file = path.join(RELEASED, `${name}.json`);
  if (isReleaseFresh() && existsSync(file)) return restore(JSON.parse(readFileSync(file, 'utf8')) as ReleasedArtifact);
  compileContracts();
  return compiledArtifactOf(name);
}

/**
 * What Hardhat's last build has written of a contract, whatever it was a build of.
 * @throws Error when there was none
 */
export function compiledArtifactOf(name: ContractName): Artifact {
  const file = path.join(measured ?? COMPILED, SOURCES[name], `${name}.json`);
  if (!existsSync(file)) throw new Error(`${name} is not built: run npm test -- evm:build`);
  const artifact = JSON.parse(readFileSync(file, 'utf8')) as HardhatArtifact;
  const { abi, bytecode, deployedBytecode, immutableReferences = {} } = artifact;
  const places = Object.values(immutableReferences).flat();
  const immutables = places.map(({ start, length }) => ({ start, length })).sort((a, b) => a.start - b.start);
  return { abi, bytecode, deployedBytecode, immutables };
}

/** Has Hardhat compile the contracts unless its last build that began here was of the present sources. */
export function compileContracts(): void {
  const stamp = path.join(COMPILED, '.compiled-sources');
  const hashes = `${JSON.stringify(hashesOf())}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hashes) return;
  console.error('compiling the Solidity contracts, since they are not those of deployments/contracts (about a minute)');
  const hardhat = path.join(ROOT, 'node_modules/hardhat/dist/src/cli.js');
  const built = spawnSync(process.execPath, [hardhat, 'build', '--quiet'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the Solidity contracts do not compile:\n${built.stdout}${built.stderr}`);
  writeFileSync(stamp, hashes);
}

/** @throws Error unless the deployed code is in the creation code, once */
export function release(name: ContractName, artifact: Artifact): ReleasedArtifact {
  const { abi, bytecode, deployedBytecode, immutables } = artifact;
  const code = deployedBytecode.slice(2);
  const at = bytecode.indexOf(code);
  if (at < 0 || at !== bytecode.lastIndexOf(code))
    throw new Error(`${name}: deployed code is not in its creation code`);
  return { abi, bytecode, deployed: { start: at / 2 - 1, length: code.length / 2 }, immutables };
}

function restore({ deployed: { start, length }, ...artifact }: ReleasedArtifact): Artifact {
  const deployedBytecode: Hex = `0x${artifact.bytecode.slice(2 + 2 * start, 2 + 2 * (start + length))}`;
  return { ...artifact, deployedBytecode };
}

let isFresh: boolean | undefined;

/** Whether deployments/contracts is of the present sources; looked at once a process. */
function isReleaseFresh(): boolean {
  const file = path.join(RELEASED, RELEASED_SOURCES);
  isFresh ??= existsSync(file) && isOf(JSON.parse(readFileSync(file, 'utf8')) as SourceHashes);
  return isFresh;
}

/** Deployed code with zeros in the place of what the constructor decides, so that two deployments compare. */
export function withoutImmutables(code: Hex, { immutables }: Artifact): Hex {
  let digits = code.slice(2);
  for (const { start, length } of immutables) {
    digits = `${digits.slice(0, 2 * start)}${'00'.repeat(length)}${digits.slice(2 * (start + length))}`;
  }
  return `0x${digits}`;
}

/** The distinct values that the constructor decided, as they are in deployed code. */
export function immutablesOf(code: Hex, { immutables }: Artifact): Hex[] {
  const values = immutables.map(({ start, length }): Hex => `0x${code.slice(2 + 2 * start, 2 + 2 * (start + length))}`);
  return [...new Set(values)];
}
