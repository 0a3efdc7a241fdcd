/** A client with the key that pays and signs. */
import { blake2b } from '@noble/hashes/blake2.js';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Signer } from '@mysten/sui/cryptography';
import { Transaction } from '@mysten/sui/transactions';
import { fromBase58 } from '@mysten/sui/utils';
import { showShortfall, suiShortfall } from '../../../prover/bindings/funds.ts';
import { suiChain } from '../../../prover/protocol/chain.ts';
import { DeployError, FundsError } from '../errors.ts';

export interface SuiContext {
  readonly client: SuiGrpcClient;
  readonly signer: Signer;
}

/** What an executed transaction did. */
export interface Executed {
  readonly digest: string;
  /** Types of the objects that it changed, by id. */
  readonly types: ReadonlyMap<string, string>;
  /** Id of the package that it published, if any. */
  readonly packageId: string | undefined;
  readonly events: readonly { readonly eventType: string; readonly bcs: Uint8Array }[];
}

/**
 * Signs and executes a transaction, and waits until the node has it.
 * @throws DeployError if it fails; FundsError where the signer cannot pay
 */
export async function execute(
  { client, signer }: SuiContext,
  what: string,
  build: (tx: Transaction) => void,
): Promise<Executed> {
  const transaction = new Transaction();
  build(transaction);
  const demandFunds = async (said: string): Promise<void> => {
    const shortfall = await suiShortfall(client, signer.toSuiAddress(), said);
    if (shortfall) throw new FundsError(`for ${what}, which is not all, ${showShortfall(shortfall, 'Sui')}`);
  };
  const include = { effects: true, events: true, objectTypes: true } as const;
  const result = await client
    .signAndExecuteTransaction({ transaction, signer, include })
    .catch(async (error: unknown) => {
      await demandFunds((error as Error).message);
      throw error;
    });
  if (result.$kind !== 'Transaction') {
    const status = JSON.stringify(result.FailedTransaction.status);
    await demandFunds(status);
    throw new DeployError(`${what} failed: ${status}`);
  }
  const { digest, effects, events, objectTypes } = result.Transaction;
  await client.waitForTransaction({ digest });
  return {
    digest,
    types: new Map(Object.entries(objectTypes)),
    packageId: effects.changedObjects.find(({ outputState }) => outputState === 'PackageWrite')?.objectId,
    events: events.map(({ eventType, bcs }) => ({ eventType, bcs })),
  };
}

/** The one object of a type among those that a transaction changed. */
export function changed({ types }: Executed, type: string): string {
  const found = [...types].filter(([, name]) => name === type);
  if (found.length !== 1) throw new DeployError(`${found.length} objects of type ${type} were made, not one`);
  return found[0]![0];
}

/** Protocol's id of the chain that a node serves, and the identifier that it rests on. */
export async function readChain(client: SuiGrpcClient): Promise<{ chain: bigint; identifier: number }> {
  const { chainIdentifier } = await client.getChainIdentifier();
  const digest = fromBase58(chainIdentifier);
  const chain = suiChain(digest.slice(0, 4));
  return { chain, identifier: Number(chain & 0xffff_ffffn) };
}

/**
 * Sui's digest of a package: of the digests of its modules and the ids of its dependencies, all sorted.
 * @param modules as they are on chain, with their address set to zero
 */
export function packageDigest(modules: readonly Uint8Array[], dependencies: readonly string[]): Uint8Array {
  const parts = [
    ...modules.map((module) => blake2b(module, { dkLen: 32 })),
    ...dependencies.map((id) => new Uint8Array(Buffer.from(id.slice(2).padStart(64, '0'), 'hex'))),
  ].sort(Buffer.compare);
  return blake2b(Buffer.concat(parts), { dkLen: 32 });
}
