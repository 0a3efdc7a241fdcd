/** What a recipient on Sui wants called, and the call that a relayer makes of it (docs/spec/contracts.md section 6). */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import { RecipientDiscovery } from './corridor.ts';
import { readTable, structKey } from './read.ts';
import type { ResultInput } from './runtime.ts';

/** An empty struct is one byte in BCS. */
const EMPTY = Uint8Array.of(0);

/**
 * The record that a recipient has published under its capability, or undefined. It says what to call, not that this is
 * safe: simulate first, and put one recipient that you do not know into one transaction.
 * @param packageId of corridor
 * @param recipient id of the `RecipientCap`, wherever that is kept
 */
export function readDiscovery(
  client: SuiGrpcClient,
  packageId: string,
  recipient: string,
): Promise<RecipientDiscovery | undefined> {
  const key = structKey(`${packageId}::recipient::DiscoveryKey`, EMPTY);
  return readTable(client, { id: recipient }, key, RecipientDiscovery);
}

/** Hands a delivery to the function of a record: its objects in order, then the delivery, and nothing else. */
export function callRecipient(
  tx: Transaction,
  { package: packageId, module_name, function: name, type_arguments, objects }: RecipientDiscovery,
  delivery: ResultInput,
): TransactionResult {
  return tx.moveCall({
    target: `${packageId}::${module_name}::${name}`,
    typeArguments: type_arguments,
    arguments: [...objects.map(({ id }) => tx.object(id)), delivery],
  });
}
