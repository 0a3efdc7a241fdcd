/** How a recipient on Sui wants to be called (docs/spec/contracts.md section 6), and what is never handed to it. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Transaction, TransactionResult } from '@mysten/sui/transactions';
import { RecipientDiscovery } from '../../bindings/sui/corridor.ts';
import { readTable, structKey } from '../../bindings/sui/read.ts';

/** A recipient whose record has been checked. */
export interface Recipient {
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
export interface Unreachable {
  readonly reason: string;
}

/** Recipients that are kept in mind. */
const MAX_KNOWN = 10_000;
const TTL_MS = 60_000;
/** BCS of `DiscoveryKey()`: a struct without fields has one false. */
const DISCOVERY_KEY = Uint8Array.of(0);

/** Looks records up, and keeps them for a minute. */
export class Recipients {
  readonly #packageId: string;
  readonly #known = new Map<string, { recipient: Recipient; at: number }>();

  constructor(packageId: string) {
    this.#packageId = packageId;
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  async find(node: SuiGrpcClient, id: string): Promise<Recipient | Unreachable> {
    const known = this.#known.get(id);
    if (known && Date.now() - known.at < TTL_MS) return known.recipient;
    const type = `${this.#packageId}::recipient::DiscoveryKey`;
    const record = await readTable(node, { id }, structKey(type, DISCOVERY_KEY), RecipientDiscovery);
    if (!record) return { reason: 'the recipient has published no discovery record' };
    const objects: ObjectReference[] = [];
    for (const { id: objectId, is_mutable: mutable } of record.objects) {
      const { objects: found } = await node.getObjects({ objectIds: [objectId] });
      const [object] = found;
      if (!object || object instanceof Error)
        return { reason: `its discovery record names ${objectId}, which is not there` };
      const { owner, version, digest } = object;
      if (owner.$kind === 'Shared') {
        const { initialSharedVersion } = owner.Shared;
        objects.push({ kind: 'shared', objectId, initialSharedVersion, mutable });
      } else if (owner.$kind === 'Immutable') objects.push({ kind: 'immutable', objectId, version, digest });
      // Coins and owned objects of the relayer are nobody's to ask for.
      else return { reason: `its discovery record names ${objectId}, which is neither shared nor immutable` };
    }
    const recipient: Recipient = {
      id,
      target: `${record.package}::${record.module_name}::${record.function}`,
      typeArguments: record.type_arguments,
      objects,
    };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(id, { recipient, at: Date.now() });
    return recipient;
  }
}

/** Adds the call that takes a delivery: the record's objects in order, then the delivery, and nothing else. */
export function callRecipient(transaction: Transaction, recipient: Recipient, delivery: TransactionResult): void {
  const objects = recipient.objects.map((object) =>
    object.kind === 'shared'
      ? transaction.sharedObjectRef({
          objectId: object.objectId,
          initialSharedVersion: object.initialSharedVersion,
          mutable: object.mutable,
        })
      : transaction.objectRef({ objectId: object.objectId, version: object.version, digest: object.digest }),
  );
  transaction.moveCall({
    target: recipient.target,
    typeArguments: [...recipient.typeArguments],
    arguments: [...objects, delivery],
  });
}
