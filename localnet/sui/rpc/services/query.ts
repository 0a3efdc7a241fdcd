/**
 * Listings over the ledger with cursors. Every frame carries a watermark to resume from; the last frame carries the
 * reason why the listing ended. A cursor names a position: checkpoint, transaction in the ledger, event in the
 * transaction; 24 bytes, each part a u64 big-endian.
 */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { EventValue } from '../../ledger/bcs.ts';
import type { Checkpoint, CommittedTransaction, Ledger } from '../../ledger/ledger.ts';
import type { EventPosition } from '../render/effects.ts';
import { invalid } from '../status.ts';

const { QueryEndReason: End, Ordering } = GrpcTypes;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/** What listing requests have in common. */
export interface ListRequest {
  readonly startCheckpoint?: bigint;
  readonly endCheckpoint?: bigint;
  readonly options?: GrpcTypes.QueryOptions;
}

/** One frame of a listing. */
export interface Listed<T> {
  readonly item?: T;
  readonly watermark: GrpcTypes.Watermark;
  readonly end?: GrpcTypes.QueryEndReason;
}

export type Scan<T> = Iterable<Listed<T>>;

/** An event with its place. */
export interface PlacedEvent {
  readonly event: EventValue;
  readonly position: EventPosition;
}

type Position = readonly [checkpoint: bigint, transaction: bigint, event: bigint];

const CURSOR_BYTES = 24;

function writeCursor(position: Position): Uint8Array {
  const bytes = new Uint8Array(CURSOR_BYTES);
  const view = new DataView(bytes.buffer);
  position.forEach((part, index) => view.setBigUint64(index * 8, part));
  return bytes;
}

/** A cursor at a position of the ledger. */
export function cursorAt(checkpoint: bigint, transaction: bigint, event: bigint): Uint8Array {
  return writeCursor([checkpoint, transaction, event]);
}

function readCursor(field: string, bytes: Uint8Array | undefined): Position | undefined {
  if (!bytes) return undefined;
  if (bytes.length !== CURSOR_BYTES) throw invalid(field, "not a cursor of this listing; pass on a watermark's cursor");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getBigUint64(0), view.getBigUint64(8), view.getBigUint64(16)];
}

function compare(a: Position, b: Position): number {
  for (let i = 0; i < 3; i++) {
    if (a[i]! !== b[i]!) return a[i]! < b[i]! ? -1 : 1;
  }
  return 0;
}

interface Query {
  readonly limit: number;
  readonly descending: boolean;
  readonly after: Position | undefined;
  readonly before: Position | undefined;
  /** Checkpoints to look at, in the order asked for. */
  readonly checkpoints: readonly Checkpoint[];
  /** Why the listing ends when it runs out of items. */
  readonly exhausted: GrpcTypes.QueryEndReason;
}

function readQuery(ledger: Ledger, request: ListRequest): Query {
  const { startCheckpoint, endCheckpoint, options } = request;
  if (startCheckpoint !== undefined && endCheckpoint !== undefined && startCheckpoint > endCheckpoint) {
    throw invalid('start_checkpoint', 'greater than end_checkpoint');
  }
  const ordering = options?.ordering ?? Ordering.ASCENDING;
  if (ordering !== Ordering.ASCENDING && ordering !== Ordering.DESCENDING) throw invalid('options.ordering', 'unknown');
  const descending = ordering === Ordering.DESCENDING;
  const after = readCursor('options.after', options?.after);
  const before = readCursor('options.before', options?.before);
  const tip = ledger.latestCheckpoint.summary.sequenceNumber;
  const first = max(startCheckpoint ?? 0n, max(after?.[0] ?? 0n, ledger.lowestCheckpoint));
  const last = min(endCheckpoint === undefined ? tip : endCheckpoint - 1n, min(before?.[0] ?? tip, tip));
  const checkpoints: Checkpoint[] = [];
  for (let sequence = first; sequence <= last; sequence++) checkpoints.push(ledger.checkpoint(sequence)!);
  if (descending) checkpoints.reverse();
  const cursor = descending ? after : before;
  const bound = descending ? startCheckpoint : endCheckpoint;
  const limited = descending || (bound !== undefined && bound <= tip);
  return {
    limit: Math.min(Math.max(options?.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT),
    descending,
    after,
    before,
    checkpoints,
    exhausted: cursor ? End.CURSOR_BOUND : limited ? End.CHECKPOINT_BOUND : End.LEDGER_TIP,
  };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Walks positions in order, keeps what matches, and ends at the limit or when there is no more. */
function* scan<T>(
  query: Query,
  candidates: (checkpoint: Checkpoint) => Iterable<{ position: Position; item: T }>,
  matches: (item: T) => boolean,
): Generator<Listed<T>> {
  let count = 0;
  let covered: bigint | undefined;
  let frontier = query.descending ? (query.before ?? FIRST) : (query.after ?? FIRST);
  const mark = (): GrpcTypes.Watermark => ({
    cursor: writeCursor(frontier),
    ...(covered === undefined ? {} : { checkpoint: covered }),
  });
  for (const checkpoint of query.checkpoints) {
    for (const { position, item } of candidates(checkpoint)) {
      if (query.after && compare(position, query.after) <= 0) continue;
      if (query.before && compare(position, query.before) >= 0) continue;
      frontier = position;
      if (!matches(item)) continue;
      count++;
      if (count === query.limit) {
        yield { item, watermark: mark(), end: End.ITEM_LIMIT };
        return;
      }
      yield { item, watermark: mark() };
    }
    covered = checkpoint.summary.sequenceNumber;
  }
  yield { watermark: mark(), end: query.exhausted };
}

const FIRST: Position = [0n, 0n, 0n];

/** In the order of the listing. */
function ordered<T>(items: readonly T[], descending: boolean): readonly T[] {
  return descending ? items.toReversed() : items;
}

export function listCheckpoints(
  ledger: Ledger,
  request: ListRequest,
  matches: (item: Checkpoint) => boolean,
): Scan<Checkpoint> {
  const query = readQuery(ledger, request);
  return scan(query, (item) => [{ position: [item.summary.sequenceNumber, 0n, 0n], item }], matches);
}

export function listTransactions(
  ledger: Ledger,
  request: ListRequest,
  matches: (item: CommittedTransaction) => boolean,
): Scan<CommittedTransaction> {
  const query = readQuery(ledger, request);
  const candidates = ({ transactions }: Checkpoint) =>
    ordered(transactions, query.descending).map((item) => ({
      position: [item.checkpoint, BigInt(item.sequence), 0n] as const,
      item,
    }));
  return scan(query, candidates, matches);
}

export function listEvents(
  ledger: Ledger,
  request: ListRequest,
  matches: (item: EventValue) => boolean,
): Scan<PlacedEvent> {
  const query = readQuery(ledger, request);
  const candidates = function* (checkpoint: Checkpoint) {
    for (const transaction of ordered(checkpoint.transactions, query.descending)) {
      const placed = eventsOf(transaction);
      for (const item of ordered(placed, query.descending)) {
        const index = BigInt(item.position.eventIndex);
        yield { position: [transaction.checkpoint, BigInt(transaction.sequence), index] as const, item };
      }
    }
  };
  return scan(query, candidates, ({ event }) => matches(event));
}

/** Events of a transaction with their places. */
export function eventsOf(transaction: CommittedTransaction): PlacedEvent[] {
  return transaction.events.map((event, eventIndex) => ({
    event,
    position: {
      checkpoint: transaction.checkpoint,
      transactionDigest: transaction.digest,
      transactionIndex: BigInt(transaction.index),
      eventIndex,
    },
  }));
}
