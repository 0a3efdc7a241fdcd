// Native function of sui::ecvrf: a verifiable random function over ristretto255 (draft-irtf-cfrg-vrf-15 with the suite
// string "sui_vrf").

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { createHash } from 'node:crypto';
import { bytesAt } from '../vm/native.ts';
import { COST, messageCost } from './costs.ts';
import type { NativeModule } from './env.ts';

const { Point } = ristretto255;
type RistrettoPoint = InstanceType<typeof Point>;

const E_INVALID_HASH_LENGTH = 1;
const E_INVALID_PUBLIC_KEY = 2;
const E_INVALID_PROOF = 3;

const SUITE = Buffer.from('sui_vrf');
const DST = 'ECVRF_ristretto255_XMD:SHA-512_R255MAP_RO_sui_vrf';
const CHALLENGE = 16;

interface Proof {
  readonly gamma: RistrettoPoint;
  /** 16 bytes. */
  readonly challenge: Uint8Array;
  readonly s: bigint;
}

function parsePoint(bytes: Uint8Array): RistrettoPoint | null {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).reverse().toString('hex')}`);

/** A proof: gamma (32 bytes), challenge (16) and a scalar below the group order (32, little-endian). */
function parseProof(bytes: Uint8Array): Proof | null {
  if (bytes.length !== 32 + CHALLENGE + 32) return null;
  const gamma = parsePoint(bytes.subarray(0, 32));
  const s = littleEndian(bytes.subarray(32 + CHALLENGE));
  return gamma && s < Point.Fn.ORDER ? { gamma, challenge: bytes.slice(32, 32 + CHALLENGE), s } : null;
}

/** Section 5.4.3: the challenge from five points. */
function challengeOf(points: readonly RistrettoPoint[]): Buffer {
  const hash = createHash('sha512').update(SUITE).update(Uint8Array.of(2));
  for (const point of points) hash.update(point.toBytes());
  return hash.update(Uint8Array.of(0)).digest().subarray(0, CHALLENGE);
}

/** Section 5.2: the output of a proof. */
function proofToHash(proof: Proof): Buffer {
  return createHash('sha512')
    .update(SUITE)
    .update(Uint8Array.of(3))
    .update(proof.gamma.toBytes())
    .update(Uint8Array.of(0))
    .digest();
}

/** Section 5.3: whether the proof is right for the key and input, and gives the output. */
function verify(proof: Proof, key: RistrettoPoint, alpha: Uint8Array, output: Uint8Array): boolean {
  if (key.equals(Point.ZERO)) return false;
  const salted = Buffer.concat([key.toBytes(), alpha]);
  const h = ristretto255_hasher.hashToCurve(new Uint8Array(salted), { DST }) as RistrettoPoint;
  const c = littleEndian(proof.challenge);
  const u = Point.BASE.multiplyUnsafe(proof.s).subtract(key.multiplyUnsafe(c));
  const v = h.multiplyUnsafe(proof.s).subtract(proof.gamma.multiplyUnsafe(c));
  return challengeOf([key, h, proof.gamma, u, v]).equals(proof.challenge) && proofToHash(proof).equals(output);
}

export const ecvrf: NativeModule = {
  ecvrf_verify(ctx, [outputRef, alphaRef, keyRef, proofRef]) {
    const alpha = bytesAt(alphaRef);
    ctx.charge(messageCost({ base: COST.ecvrf, perByte: 2, perBlock: 2, block: 128 }, alpha.length));
    const output = bytesAt(outputRef);
    if (output.length !== 64) return ctx.abort(E_INVALID_HASH_LENGTH);
    const keyBytes = bytesAt(keyRef);
    const key = keyBytes.length === 32 ? parsePoint(keyBytes) : null;
    if (!key) return ctx.abort(E_INVALID_PUBLIC_KEY);
    const proof = parseProof(bytesAt(proofRef));
    if (!proof) return ctx.abort(E_INVALID_PROOF);
    return verify(proof, key, alpha, output);
  },
};
