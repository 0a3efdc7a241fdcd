import { blake2b } from '@noble/hashes/blake2.js';

/** Names that Sui puts in front of a value's BCS before hashing it. */
export type DigestDomain = 'CheckpointSummary' | 'CheckpointContents' | 'TransactionEffects' | 'TransactionEvents';

/** Digest of a BCS value: blake2b-256 of `"<domain>::" ‖ bcs` (sui-types, `default_hash`). 32 bytes. */
export function digestOf(domain: DigestDomain, value: Uint8Array): Uint8Array {
  return blake2b
    .create({ dkLen: 32 })
    .update(new TextEncoder().encode(`${domain}::`))
    .update(value)
    .digest();
}
