/** What a recipient on Sui wants called (docs/spec/contracts.md section 6), and the call that a relayer makes of it. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import { RecipientDiscovery } from './corridor.ts';
import { readTable, structKey } from './read.ts';
import type { ResultInput } from './runtime.ts';

/** BCS of `DiscoveryKey()`: a struct without fields has one false. */
const DISCOVERY_KEY = Uint8Array.of(0);

/** Objects that are looked up for one recipient. */
const MAX_OBJECTS = 64;

/** A recipient whose record has been checked. */
export interface SuiRecipient {
  readonly id: string;
  readonly target: string;
  readonly typeArguments: readonly string[];
  readonly objects: readonly ObjectReference[];
}

type ObjectReference =
  | {
      readonly kind: 'shared';
      readonly objectId: string;
      readonly initialSharedVersion: string;
      readonly mutable: boolean;
    }
  | { readonly kind: 'immutable'; readonly objectId: string; readonly version: string; readonly digest: string };

/** Why a recipient cannot be called. */
export interface UnreachableRecipient {
  readonly reason: string;
}

/**
 * The record that a recipient has published under its capability, with its objects looked up. It says what to call, not
 * that this is safe: simulate first, and put one recipient that you do not know into one transaction.
 * @param packageId of corridor
 * @param recipient id of the `RecipientCap`, wherever that is kept
 */
export async function findRecipient(
  client: SuiGrpcClient,
  packageId: string,
  recipient: string,
): Promise<SuiRecipient | UnreachableRecipient> {
  const key = structKey(`${packageId}::recipient::DiscoveryKey`, DISCOVERY_KEY);
  const record = await readTable(client, { id: recipient }, key, RecipientDiscovery);
  if (!record) return { reason: 'the recipient has published no discovery record' };
  if (record.objects.length > MAX_OBJECTS)
    return { reason: `its discovery record names more than ${MAX_OBJECTS} objects` };
  const objects: ObjectReference[] = [];
  for (const { id: objectId, is_mutable: mutable } of record.objects) {
    const { objects: found } = await client.getObjects({ objectIds: [objectId] });
    const [object] = found;
    if (!object || object instanceof Error)
      return { reason: `its discovery record names ${objectId}, which is not there` };
    const { owner, version, digest } = object;
    if (owner.$kind === 'Shared') {
      const { initialSharedVersion } = owner.Shared;
      objects.push({ kind: 'shared', objectId, initialSharedVersion, mutable });
    } else if (owner.$kind === 'Immutable') objects.push({ kind: 'immutable', objectId, version, digest });
    // Coins and owned objects of whoever delivers are nobody's to ask for.
    else return { reason: `its discovery record names ${objectId}, which is neither shared nor immutable` };
  }
  return {
    id: recipient,
    target: `${record.package}::${record.module_name}::${record.function}`,
    typeArguments: record.type_arguments,
    objects,
  };
}

/** Adds the call that takes a delivery: the record's objects in order, then the delivery, and nothing else. */
export function callRecipient(tx: Transaction, recipient: SuiRecipient, delivery: ResultInput): TransactionResult {
  const objects = recipient.objects.map((object) =>
    object.kind === 'shared'
      ? tx.sharedObjectRef({
          objectId: object.objectId,
          initialSharedVersion: object.initialSharedVersion,
          mutable: object.mutable,
        })
      : tx.objectRef({ objectId: object.objectId, version: object.version, digest: object.digest }),
  );
  return tx.moveCall({
    target: recipient.target,
    typeArguments: [...recipient.typeArguments],
    arguments: [...objects, delivery],
  });
}
