/** What a host's tables hold, and how rows are read. */
import { toHex, type ChainId } from '../../protocol/index.ts';

/** One sequence of nonces (docs/spec/protocol.md section 3). */
export interface LaneId {
  readonly originChain: ChainId;
  /** 32 bytes */
  readonly outbox: Uint8Array;
  readonly destinationChain: ChainId;
}

/** A message that is final on its origin, with its place there. */
export interface StoredMessage extends LaneId {
  readonly id: Uint8Array;
  readonly nonce: bigint;
  readonly encoded: Uint8Array;
  readonly height: bigint;
  /** Hash or digest of the transaction, as its chain shows it */
  readonly transactionId: string;
  readonly transactionIndex: number;
  /** Index of the log in its receipt, or of the event in its transaction */
  readonly eventIndex: number;
}

/** That a message was delivered, as far as it is known where. */
export interface Delivery {
  readonly id: Uint8Array;
  readonly transaction?: string;
  /** Its block, where that may be replaced yet */
  readonly height?: bigint;
}

/** A message with what became of it. */
export interface TrackedMessage extends StoredMessage {
  readonly finalAt: Date;
  readonly provenAt?: Date;
  readonly submittedAt?: Date;
  readonly failedAt?: Date;
  readonly failure?: string;
  /** How often its recipient has failed at this host's cost */
  readonly paidFailures: number;
  readonly deliveredAt?: Date;
  /** Hash or digest of the transaction that delivered it */
  readonly delivery?: string;
  /** Digest of the newest run that covers it */
  readonly run?: Uint8Array;
}

/** A block of an origin: header or summary in the encoding that its hash covers. */
export interface StoredHeader {
  readonly chain: ChainId;
  readonly height: bigint;
  readonly hash: Uint8Array;
  readonly encoded: Uint8Array;
  readonly timestampSeconds: bigint;
}

/** A part of a block that messages are proven by. */
export interface StoredEvidence {
  readonly chain: ChainId;
  readonly height: bigint;
  /** Index of the transaction, or -1 for what belongs to the whole block */
  readonly item: number;
  readonly body: Uint8Array;
}

/** A run with its statement. */
export interface StoredRun extends LaneId {
  readonly digest: Uint8Array;
  readonly statement: Uint8Array;
  readonly firstNonce: bigint;
  readonly lastNonce: bigint;
  readonly anchor: bigint;
  readonly proposedAt: Date;
  readonly provenAt?: Date;
  readonly submittedAt?: Date;
  readonly doneAt?: Date;
}

/** A signature over a run's digest, and whose it is. */
export interface Signed {
  /** 20 bytes */
  readonly signer: Uint8Array;
  readonly signature: Uint8Array;
}

/** Columns as both databases give them: numeric as text. */
export interface MessageRow {
  readonly id: Uint8Array;
  readonly origin_chain: string;
  readonly outbox: Uint8Array;
  readonly destination_chain: string;
  readonly nonce: string;
  readonly encoded: Uint8Array;
  readonly height: string;
  readonly transaction_id: string;
  readonly transaction_index: number;
  readonly event_index: number;
  readonly final_at: Date;
  readonly failed_at: Date | null;
  readonly failure: string | null;
  readonly paid_failures: number;
  readonly delivered_at: Date | null;
  readonly delivery: string | null;
}

/** A message with the run that covers it. */
export interface TrackedRow extends MessageRow {
  readonly run: Uint8Array | null;
  readonly proven_at: Date | null;
  readonly submitted_at: Date | null;
}

export interface RunRow {
  readonly digest: Uint8Array;
  readonly statement: Uint8Array;
  readonly origin_chain: string;
  readonly outbox: Uint8Array;
  readonly destination_chain: string;
  readonly first_nonce: string;
  readonly last_nonce: string;
  readonly anchor: string;
  readonly proposed_at: Date;
  readonly proven_at: Date | null;
  readonly submitted_at: Date | null;
  readonly done_at: Date | null;
}

export function laneValues({ originChain, outbox, destinationChain }: LaneId): unknown[] {
  return [String(originChain), outbox, String(destinationChain)];
}

export function hex(bytes: Uint8Array): string {
  return toHex(bytes).slice(2);
}

export function readMessage(row: MessageRow): StoredMessage {
  return {
    id: row.id,
    originChain: BigInt(row.origin_chain),
    outbox: row.outbox,
    destinationChain: BigInt(row.destination_chain),
    nonce: BigInt(row.nonce),
    encoded: row.encoded,
    height: BigInt(row.height),
    transactionId: row.transaction_id,
    transactionIndex: row.transaction_index,
    eventIndex: row.event_index,
  };
}

export function readTracked(row: TrackedRow): TrackedMessage {
  return {
    ...readMessage(row),
    finalAt: row.final_at,
    paidFailures: row.paid_failures,
    ...(row.proven_at ? { provenAt: row.proven_at } : {}),
    ...(row.submitted_at ? { submittedAt: row.submitted_at } : {}),
    ...(row.failed_at ? { failedAt: row.failed_at } : {}),
    ...(row.failure === null ? {} : { failure: row.failure }),
    ...(row.delivered_at ? { deliveredAt: row.delivered_at } : {}),
    ...(row.delivery === null ? {} : { delivery: row.delivery }),
    ...(row.run ? { run: row.run } : {}),
  };
}

export function readRun(row: RunRow): StoredRun {
  return {
    originChain: BigInt(row.origin_chain),
    outbox: row.outbox,
    destinationChain: BigInt(row.destination_chain),
    digest: row.digest,
    statement: row.statement,
    firstNonce: BigInt(row.first_nonce),
    lastNonce: BigInt(row.last_nonce),
    anchor: BigInt(row.anchor),
    proposedAt: row.proposed_at,
    ...(row.proven_at ? { provenAt: row.proven_at } : {}),
    ...(row.submitted_at ? { submittedAt: row.submitted_at } : {}),
    ...(row.done_at ? { doneAt: row.done_at } : {}),
  };
}

/** Longest reason that is kept. */
const MAX_REASON = 500;

/** What others say of a failure, without what neither SQL text nor JSON in SQL can hold: a zero, half of a pair. */
export function printable(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, MAX_REASON)
    .toWellFormed();
}
