/** What Hardhat's build of contracts-evm has written: `npm test -- evm:build` makes it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Abi, Hex } from 'viem';

const DIRECTORY = path.resolve(import.meta.dirname, '../../../contracts-evm/artifacts');

/** Where each contract is built from. */
const SOURCES = {
  AccessManager: '@openzeppelin/contracts/access/manager/AccessManager.sol',
  CertificateJudge: 'contracts-evm/src/dcap/CertificateJudge.sol',
  DocumentJudge: 'contracts-evm/src/dcap/DocumentJudge.sol',
  EvidenceReader: 'contracts-evm/src/dcap/EvidenceReader.sol',
  DcapVerifier: 'contracts-evm/src/dcap/DcapVerifier.sol',
  Registry: 'contracts-evm/src/registry/Registry.sol',
  Outbox: 'contracts-evm/src/outbox/Outbox.sol',
  Inbox: 'contracts-evm/src/inbox/Inbox.sol',
  IMessageRecipient: 'contracts-evm/src/inbox/IMessageRecipient.sol',
} as const;

export type ContractName = keyof typeof SOURCES;

export interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly deployedBytecode: Hex;
  /** Where in the deployed bytecode values lie that the constructor decides, in bytes. */
  readonly immutableReferences: Readonly<Record<string, readonly { start: number; length: number }[]>>;
}

/**
 * The artifact of a contract.
 * @throws Error when the contracts were not built
 */
export function artifactOf(name: ContractName): Artifact {
  const file = path.join(DIRECTORY, SOURCES[name], `${name}.json`);
  if (!existsSync(file)) throw new Error(`${name} is not built: run npm test -- evm:build`);
  const {
    abi,
    bytecode,
    deployedBytecode,
    immutableReferences = {},
  } = JSON.parse(readFileSync(file, 'utf8')) as Artifact;
  return { abi, bytecode, deployedBytecode, immutableReferences };
}

/** Deployed code with zeros in the place of what the constructor decides, so that two deployments compare. */
export function withoutImmutables(code: Hex, { immutableReferences }: Artifact): Hex {
  let digits = code.slice(2);
  for (const { start, length } of Object.values(immutableReferences).flat()) {
    digits = `${digits.slice(0, 2 * start)}${'00'.repeat(length)}${digits.slice(2 * (start + length))}`;
  }
  return `0x${digits}`;
}

/** The distinct values that the constructor decided, as they are in deployed code. */
export function immutablesOf(code: Hex, { immutableReferences }: Artifact): Hex[] {
  const values = Object.values(immutableReferences)
    .flat()
    .map(({ start, length }): Hex => `0x${code.slice(2 + 2 * start, 2 + 2 * (start + length))}`);
  return [...new Set(values)];
}
