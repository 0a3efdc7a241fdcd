// The transaction that code runs in: sender, epoch, gas figures, and the ids that it gives to new objects.

import { blake2b } from '@noble/hashes/blake2.js';
import { addressOf } from '../vm/bcs.ts';

export interface TransactionFacts {
  /** "0x" and 64 hex digits. */
  readonly sender: string;
  readonly sponsor: string | null;
  /** Transaction digest, 32 bytes. */
  readonly digest: Uint8Array;
  readonly epoch: bigint;
  /** Start of the epoch in milliseconds. */
  readonly epochTimestampMs: bigint;
  /** In MIST. */
  readonly referenceGasPrice: bigint;
  readonly gasPrice: bigint;
  readonly gasBudget: bigint;
}

/** First byte of what the id of an object made by a transaction is the hash of. */
const OBJECT_SCOPE = 0xf1;

/** The id of the `n`th object (from 0) that a transaction makes: blake2b256(0xf1, digest, n as u64). */
export function deriveObjectId(digest: Uint8Array, n: bigint): string {
  const input = new Uint8Array(1 + digest.length + 8);
  input[0] = OBJECT_SCOPE;
  input.set(digest, 1);
  new DataView(input.buffer).setBigUint64(1 + digest.length, n, true);
  return addressOf(blake2b(input, { dkLen: 32 }));
}

export class TransactionContext {
  facts: TransactionFacts;
  idsCreated: bigint;
  /** Whether `replace` may be used: in unit tests only. */
  readonly testing: boolean;

  constructor(facts: TransactionFacts, testing = false, idsCreated = 0n) {
    this.facts = facts;
    this.testing = testing;
    this.idsCreated = idsCreated;
  }

  /** The id for the next new object. */
  freshId(): string {
    return deriveObjectId(this.facts.digest, this.idsCreated++);
  }
}
