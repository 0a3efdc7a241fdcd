import type { ChainId } from '../protocol/index.ts';
import type { Hex, MessageRequest, Received, Sent } from './types.ts';

/** Messages of a lane, in order. */
export interface RunPlace {
  readonly destinationChain: ChainId;
  readonly firstNonce: bigint;
  readonly count: number;
  /** Where one of them is */
  readonly near: bigint;
  /** The anchor's height: none of them is above */
  readonly until: bigint;
}

/** What happened to a message at its destination since the last look. */
export interface Happened {
  /** Its recipient failed */
  readonly failures: readonly Received[];
  /** A root over it was kept: it is proven */
  readonly isProven: boolean;
  /** Where to look on from */
  readonly next: bigint;
}

/** What the SDK asks one chain for. Nothing here sends anything. */
export interface ChainReader {
  readonly chain: ChainId;
  quoteFee(request: Pick<MessageRequest, 'to' | 'executionGas'> & { readonly bodyLength: number }): Promise<bigint>;

  // As an origin.

  /** What a transaction sent. */
  sentIn(transaction: string): Promise<Sent[]>;
  /** Looks through all that was ever sent, newest first. */
  find(messageId: Hex): Promise<Sent | undefined>;
  /** Whether the chain's own node calls it final. */
  isFinal(sent: Sent): Promise<boolean>;
  run(place: RunPlace): Promise<Sent[]>;

  // As a destination.

  isDelivered(originChain: ChainId, nonce: bigint): Promise<boolean>;
  /** The delivery of a nonce, looked for from the newest block backwards. */
  deliveryOf(originChain: ChainId, nonce: bigint): Promise<Received | undefined>;
  /** @param from as the last call gave it; undefined to begin a little below the newest block */
  happened(messageId: Hex, originChain: ChainId, nonce: bigint, from: bigint | undefined): Promise<Happened>;
  /** Statements over a nonce whose roots are kept, newest first. */
  keptStatements(originChain: ChainId, nonce: bigint): AsyncIterable<Uint8Array>;
  /** What a transaction delivered or failed to. */
  receivedIn(transaction: string): Promise<Received[]>;
}

/** What an executed transaction looks like to whoever sent it. */
export interface Executed {
  readonly transaction: string;
  /** Gas used, or MIST */
  readonly gas: bigint;
}

export const DEFAULT_EXECUTION_GAS = 200_000;
