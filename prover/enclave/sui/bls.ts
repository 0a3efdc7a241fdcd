/** Signatures of Sui's validators: BLS12-381, signatures in G1, keys in G2 ("min-sig"). mcl does the pairing (ADR 0014). */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import * as mcl from 'mcl-wasm';

// One state for the process, set here alone: the curve, ZCash's encoding as Sui has it, and membership of the group as
// part of what decoding checks.
await mcl.init(mcl.BLS12_381);
mcl.setETHserialization(true);
mcl.verifyOrderG1(true);
mcl.verifyOrderG2(true);

/** A point of G2, not infinity. */
export type KeyPoint = mcl.G2;
const negatedBase = new mcl.PrecomputedG2(decodeKey(bls12_381.G2.Point.BASE.negate().toBytes())!);

/** The key that these bytes are the one encoding of; none where they are no point of the group, or infinity. */
export function decodeKey(bytes: Uint8Array): KeyPoint | undefined {
  return decode(new mcl.G2(), bytes);
}

/**
 * Whether the holders of all these keys signed the message, under `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_`.
 * @param signature compressed point of G1, 48 bytes
 */
export function verifyAggregate(keys: readonly KeyPoint[], message: Uint8Array, signature: Uint8Array): boolean {
  const sum = keys.reduce((a, b) => mcl.add(a, b), new mcl.G2());
  const point = decode(new mcl.G1(), signature);
  // Keys that cancel out are no key, whatever the pairing would make of infinity.
  if (!point || sum.isZero()) return false;
  const { x, y } = bls12_381.shortSignatures.hash(message).toAffine();
  const hash = new mcl.G1();
  hash.setStr(`1 ${x.toString(16)} ${y.toString(16)}`, 16);
  // e(hash, sum) = e(signature, base), as one product that must be one.
  return mcl.finalExp(mcl.precomputedMillerLoop2mixed(hash, sum, point, negatedBase)).isOne();
}

function decode<Point extends mcl.G1 | mcl.G2>(point: Point, bytes: Uint8Array): Point | undefined {
  try {
    point.deserialize(bytes);
  } catch {
    // Another length, not canonical, not on the curve or outside of the group.
    return undefined;
  }
  return point.isZero() ? undefined : point;
}
