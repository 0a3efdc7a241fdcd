/**
 * SSZ merkleization of the few fixed shapes that a light client meets (consensus-specs, ssz/simple-serialize.md and
 * ssz/merkle-proofs.md). Roots are computed from the serialized bytes, so that what is hashed is what was received.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../protocol/bytes.ts';
import { demand } from '../errors.ts';

const CHUNK = 32;
const EMPTY = new Uint8Array(CHUNK);

/** SHA-256 of two chunks. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * CHUNK);
  both.set(left);
  both.set(right, CHUNK);
  return sha256(both);
}

/** Root over chunks, filled up with zero chunks to the next power of two (simple-serialize.md, "merkleize"). */
export function merkleize(chunks: readonly Uint8Array[]): Uint8Array {
  let level = [...chunks];
  let filler: Uint8Array = EMPTY;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(hashPair(level[i]!, level[i + 1] ?? filler));
    level = above;
    filler = hashPair(filler, filler);
  }
  return level[0]!;
}

/** One chunk: at most 32 bytes, filled up with zeros. Serves little-endian integers and short byte vectors alike. */
export function chunk(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(CHUNK);
  out.set(bytes);
  return out;
}

/** Bytes cut into chunks, the last one filled up with zeros: the root of a longer byte vector is `merkleize` of these. */
export function chunks(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += CHUNK) out.push(chunk(bytes.subarray(i, i + CHUNK)));
  return out;
}

/**
 * Whether a branch leads from a leaf at a generalized index to a root (merkle-proofs.md; `is_valid_merkle_branch`).
 * @param branch siblings from the leaf upwards, 32 bytes each; exactly as many as the index is deep
 */
export function isValidMerkleBranch(leaf: Uint8Array, branch: Uint8Array, gindex: number, root: Uint8Array): boolean {
  const depth = 31 - Math.clz32(gindex);
  if (branch.length !== depth * CHUNK) return false;
  let node = leaf;
  for (let i = 0; i < depth; i++) {
    const sibling = branch.subarray(i * CHUNK, (i + 1) * CHUNK);
    node = (gindex >> i) & 1 ? hashPair(sibling, node) : hashPair(node, sibling);
  }
  return equalBytes(node, root);
}

/** Cuts a serialized container into its fields, front to back. Every field handed out is a copy. */
export class SszCursor {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The next bytes.
   * @throws LightClientError `MalformedSsz` when there are fewer
   */
  take(length: number): Uint8Array {
    const end = this.#position + length;
    demand(end <= this.#bytes.length, 'MalformedSsz', () => `${this.#bytes.length} bytes, at least ${end} expected`);
    const taken = this.#bytes.slice(this.#position, end);
    this.#position = end;
    return taken;
  }

  /** An offset of four bytes, or any shorter integer that a number holds. */
  uint(width: 4 | 8): number {
    const view = new DataView(this.take(width).buffer);
    const value = width === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
    demand(Number.isSafeInteger(value), 'MalformedSsz', () => `${value} is no slot that will ever come`);
    return value;
  }

  /**
   * What the offsets of the fields of variable size point to. To be called at the end of the fixed part: one value has
   * one encoding, so the first follows the fixed part, each begins where the one before it ends, the last ends the bytes.
   * @throws LightClientError `MalformedSsz`
   */
  variable(offsets: readonly number[]): Uint8Array[] {
    const isOrdered = offsets.every((offset, i) => (i === 0 ? offset === this.#position : offset >= offsets[i - 1]!));
    const isInside = offsets.at(-1)! <= this.#bytes.length;
    demand(isOrdered && isInside, 'MalformedSsz', () => `offsets ${offsets.join()} do not follow the fixed part`);
    return offsets.map((offset, i) => this.#bytes.slice(offset, offsets[i + 1] ?? this.#bytes.length));
  }
}
