/** Executed and simulated transactions as the message that clients read. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { balanceChanges, type BalanceChange, type PreparedTransaction } from '../../ledger/effects.ts';
import type { CommittedTransaction, Ledger } from '../../ledger/ledger.ts';
import type { ObjectRecord } from '../../ledger/objects.ts';
import type { PackageReader } from '../../ledger/packages.ts';
import type { ObjectKey } from '../../ledger/types.ts';
import { project, type FieldMask } from '../field-mask.ts';
import { timestamp } from './common.ts';
import { renderEffects, renderEvents } from './effects.ts';
import { renderObject } from './object.ts';
import { renderSignature } from './signature.ts';
import { renderTransaction } from './transaction.ts';

/** What rendering needs: the ledger and its packages. */
export interface RenderContext {
  readonly ledger: Ledger;
  readonly packages: PackageReader;
}

/** Everything there is to show of a transaction. */
interface Source {
  readonly digest: string;
  readonly transaction: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  readonly effects: Uint8Array;
  readonly effectsDigest: string;
  readonly events: PreparedTransaction['events'];
  readonly replaced: readonly ObjectRecord[];
  readonly read: readonly ObjectRecord[];
  readonly after: readonly ObjectRecord[];
  readonly loaded: readonly ObjectKey[];
}

/** Renders a simulation: nothing about checkpoints, and no digest, since it was not executed. */
export function renderSimulated(
  prepared: PreparedTransaction,
  mask: FieldMask,
  context: RenderContext,
): GrpcTypes.ExecutedTransaction {
  return renderSource(prepared, mask, context, {});
}

/** Renders a transaction of the ledger. */
export function renderExecuted(
  transaction: CommittedTransaction,
  mask: FieldMask,
  context: RenderContext,
): GrpcTypes.ExecutedTransaction {
  const { ledger } = context;
  const objects = (keys: readonly ObjectKey[]): ObjectRecord[] =>
    keys.flatMap(({ id, version }) => ledger.at(id, version) ?? []);
  const source: Source = {
    ...transaction,
    replaced: objects(transaction.replaced),
    read: objects(transaction.read),
    after: objects(transaction.after),
  };
  return renderSource(source, mask, context, {
    digest: () => transaction.digest,
    checkpoint: () => transaction.checkpoint,
    timestamp: () => {
      const checkpoint = ledger.checkpoint(transaction.checkpoint);
      return checkpoint && timestamp(checkpoint.summary.timestampMs);
    },
    transactionIndex: () => BigInt(transaction.index),
  });
}

function renderSource(
  source: Source,
  mask: FieldMask,
  { ledger, packages }: RenderContext,
  extra: Parameters<typeof project<GrpcTypes.ExecutedTransaction>>[1],
): GrpcTypes.ExecutedTransaction {
  const objects = [...source.replaced, ...source.read, ...source.after];
  const loaded = source.loaded.flatMap(({ id, version }) => {
    const object = ledger.at(id, version);
    return object?.kind === 'move' ? [{ id, version, digest: object.digest }] : [];
  });
  const object = (id: string): ObjectRecord | undefined => objects.findLast((candidate) => candidate.id === id);
  return project<GrpcTypes.ExecutedTransaction>(mask, {
    transaction: (sub) => renderTransaction(source.transaction, source.digest, sub),
    signatures: (sub) => source.signatures.map((signature) => renderSignature(signature, sub)),
    effects: (sub) => renderEffects(source.effects, sub, { digest: source.effectsDigest, packages, object, loaded }),
    events: (sub) => renderEvents(source.events, sub, packages),
    balanceChanges: () => balanceChanges(source.replaced, source.after).map(renderBalanceChange),
    objects: (sub) =>
      project<GrpcTypes.ObjectSet>(sub, {
        objects: (inner) => sortObjects(objects).map((item) => renderObject(item, inner, packages)),
      }),
    ...extra,
  });
}

function renderBalanceChange({ address, coinType, amount }: BalanceChange): GrpcTypes.BalanceChange {
  return { address, coinType, amount: amount.toString() };
}

/** Sets of objects are sorted by id and version, each once. */
export function sortObjects(objects: readonly ObjectRecord[]): ObjectRecord[] {
  const unique = new Map(
    objects.map((object) => [`${object.id}${object.version.toString().padStart(20, '0')}`, object]),
  );
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
