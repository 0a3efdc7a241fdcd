// ECDSA over secp256k1 and secp256r1 with the rules of the libraries that Sui uses: what counts as a key and as a
// signature, high s refused by verification but not by recovery, and which failure gets which abort code.

import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { createHash, createPublicKey, verify as verifyWithOpenSsl } from 'node:crypto';
import { Cache } from '../cache.ts';
import { bytesAt, bytesResult } from '../vm/native.ts';
import { struct } from '../vm/values.ts';
import { ChaChaRng } from './chacha.ts';
import { COST, type MessageCost, messageCost } from './costs.ts';
import type { NativeModule, SuiNative } from './env.ts';

const E_FAIL_TO_RECOVER = 0;
const E_INVALID_SIGNATURE = 1;
const E_INVALID_PUBKEY = 2;
const E_INVALID_PRIVKEY = 3;
const E_INVALID_HASH = 4;
const E_INVALID_SEED = 5;

/** Both curves are of this one type. */
type Curve = typeof secp256k1;
type Point = InstanceType<typeof secp256k1.Point>;

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** Hash functions by the number that Move code passes. */
const HASHES: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = { 0: keccak_256, 1: sha256 };

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);

/** r and s of a 64-byte signature, each below the group order; null otherwise. Zero is left to the caller. */
function parseScalars(curve: Curve, bytes: Uint8Array): { r: bigint; s: bigint } | null {
  const order = curve.Point.Fn.ORDER;
  const r = toNumber(bytes.subarray(0, 32));
  const s = toNumber(bytes.subarray(32, 64));
  return r < order && s < order ? { r, s } : null;
}

/**
 * A public key on secp256k1 as libsecp256k1 reads it: compressed (33 bytes), uncompressed, or hybrid (65 bytes, first
 * byte 6 or 7 by the parity of y).
 */
export function parseK1Key(bytes: Uint8Array): Point | null {
  let plain = bytes;
  if (bytes.length === 65 && (bytes[0] === 6 || bytes[0] === 7)) {
    if ((bytes[64]! & 1) !== (bytes[0] & 1)) return null;
    plain = bytes.slice();
    plain[0] = 4;
  }
  return pointFrom(secp256k1, plain);
}

/**
 * A public key on secp256r1 as the p256 crate reads SEC1: compressed, uncompressed, or compact (first byte 5: only x,
 * y being the smaller of the two roots).
 */
export function parseR1Key(bytes: Uint8Array): Point | null {
  if (bytes.length !== 33 || bytes[0] !== 5) return pointFrom(p256, bytes);
  const plain = bytes.slice();
  plain[0] = 2;
  const point = pointFrom(p256, plain);
  if (!point) return null;
  const negated = point.negate();
  return point.toAffine().y < negated.toAffine().y ? point : negated;
}

function pointFrom(curve: Curve, bytes: Uint8Array): Point | null {
  try {
    return curve.Point.fromBytes(bytes) as Point;
  } catch {
    return null;
  }
}

/** Verifies a 64-byte signature over a 32-byte digest. High s is refused. */
function verifyDigest(curve: Curve, signature: Uint8Array, digest: Uint8Array, key: Point): boolean {
  if (signature.length !== 64) return false;
  try {
    return curve.verify(signature, digest, key.toBytes(true), { prehash: false, lowS: true });
  } catch {
    return false;
  }
}

/** SubjectPublicKeyInfo of a secp256r1 key, up to the uncompressed point (RFC 5480). */
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/**
 * As `verifyDigest` on secp256r1 over the SHA-256 of a message, by OpenSSL: it solves the same equation in a tenth of
 * noble's time, and hardware evidence takes many. OpenSSL accepts a high s and hashes by itself.
 */
function verifyR1Sha256(signature: Uint8Array, message: Uint8Array, key: Point): boolean {
  if (signature.length !== 64) return false;
  const scalars = parseScalars(p256, signature);
  if (!scalars || scalars.r === 0n || scalars.s === 0n || scalars.s > p256.Point.Fn.ORDER >> 1n) return false;
  const spki = Buffer.concat([P256_SPKI, key.toBytes(false)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return verifyWithOpenSsl('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

/**
 * Recovers the compressed public key from a 65-byte signature (r, s, recovery id) over a 32-byte digest: SEC1 4.1.6.
 * High s is accepted.
 */
export function recoverKey(curve: Curve, signature: Uint8Array, digest: Uint8Array): Uint8Array | 'invalid' | 'failed' {
  const id = signature[64] ?? 4;
  if (signature.length !== 65 || id > 3) return 'invalid';
  const scalars = parseScalars(curve, signature);
  if (!scalars) return 'invalid';
  const { r, s } = scalars;
  // The two libraries differ: for secp256r1 a zero is no signature, for secp256k1 it is one that recovers nothing.
  if (r === 0n || s === 0n) return curve === p256 ? 'invalid' : 'failed';
  const { Fn, Fp } = curve.Point;
  let x = id & 2 ? r + Fn.ORDER : r;
  // For secp256r1 the sum wraps at 256 bits, for secp256k1 it must be a field element.
  if (curve === p256) x = BigInt.asUintN(256, x);
  if (x >= Fp.ORDER) return 'failed';
  const encoded = Buffer.from(`0${2 + (id & 1)}${x.toString(16).padStart(64, '0')}`, 'hex');
  const point = pointFrom(curve, new Uint8Array(encoded));
  if (!point) return 'failed';
  const inverse = Fn.inv(r);
  const u1 = Fn.create(-toNumber(digest) * inverse);
  const u2 = Fn.create(s * inverse);
  const key = (curve.Point.BASE as Point).multiplyUnsafe(u1).add(point.multiplyUnsafe(u2));
  return key.is0() ? 'failed' : key.toBytes(true);
}

type Recovered = ReturnType<typeof recoverKey>;

/** What was recovered lately: a transaction is simulated before it is executed, and statements are judged many times. */
const recovered = new Cache<Recovered>(1024);

/** As `recoverKey`, and only once for the same signature over the same digest. */
export function recoverOnce(curve: Curve, signature: Uint8Array, digest: Uint8Array): Recovered {
  const recoverNow = (): Recovered => recoverKey(curve, signature, digest);
  if (signature.length !== 65) return recoverNow();
  const input = Buffer.concat([signature, digest]).toString('latin1');
  const key = recovered.get(`${curve === p256 ? 'r1' : 'k1'} ${input}`, recoverNow);
  // Each caller's own: the machine takes the bytes of a result over.
  return typeof key === 'string' ? key : key.slice();
}

interface HashCosts {
  readonly 0: MessageCost;
  readonly 1: MessageCost;
}

const recover =
  (curve: Curve, costs: HashCosts): SuiNative =>
  (ctx, [signature, message, hash]) => {
    const digest = HASHES[hash as number];
    if (!digest) {
      ctx.chargeQuietly(COST.invalidArguments);
      return ctx.abort(E_FAIL_TO_RECOVER);
    }
    const data = bytesAt(message);
    ctx.charge(messageCost(costs[hash as 0 | 1], data.length));
    const key = recoverOnce(curve, bytesAt(signature), digest(data));
    if (key === 'invalid') return ctx.abort(E_INVALID_SIGNATURE);
    return key === 'failed' ? ctx.abort(E_FAIL_TO_RECOVER) : bytesResult(key);
  };

const verify =
  (curve: Curve, parseKey: (bytes: Uint8Array) => Point | null, costs: HashCosts): SuiNative =>
  (ctx, [signature, publicKey, message, hash]) => {
    const digest = HASHES[hash as number];
    if (!digest) {
      ctx.chargeQuietly(COST.invalidArguments);
      return false;
    }
    const data = bytesAt(message);
    ctx.charge(messageCost(costs[hash as 0 | 1], data.length));
    const key = parseKey(bytesAt(publicKey));
    if (!key) return false;
    if (curve === p256 && digest === sha256) return verifyR1Sha256(bytesAt(signature), data, key);
    return verifyDigest(curve, bytesAt(signature), digest(data), key);
  };

/** A secp256k1 private key: 32 bytes, not zero, below the group order. */
function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && secp256k1.utils.isValidSecretKey(bytes);
}

export const ecdsa_k1: NativeModule = {
  secp256k1_ecrecover: recover(secp256k1, COST.k1Recover),
  secp256k1_verify: verify(secp256k1, parseK1Key, COST.k1Verify),
  decompress_pubkey(ctx, [publicKey]) {
    ctx.charge(COST.base);
    const key = parseK1Key(bytesAt(publicKey));
    return key ? bytesResult(key.toBytes(false)) : ctx.abort(E_INVALID_PUBKEY);
  },
  /** Test only: a low-s signature with the nonce of RFC 6979, with the recovery id behind it if asked for. */
  secp256k1_sign(ctx, [privateKey, message, hash, recoverable]) {
    const key = bytesAt(privateKey);
    if (!isPrivateKey(key)) return ctx.abort(E_INVALID_PRIVKEY);
    const digest = HASHES[hash as number];
    if (!digest) return ctx.abort(E_INVALID_HASH);
    const options = { prehash: false, lowS: true } as const;
    const bytes = secp256k1.sign(digest(bytesAt(message)), key, { ...options, format: 'recovered' });
    // The library puts the recovery id first, Sui last.
    const result = new Uint8Array(recoverable ? 65 : 64);
    result.set(bytes.subarray(1));
    if (recoverable) result[64] = bytes[0]!;
    return bytesResult(result);
  },
  /** Test only: the first key that the random generator of Sui's natives makes of a seed. */
  secp256k1_keypair_from_seed(ctx, [seedRef]) {
    const seed = bytesAt(seedRef);
    if (seed.length !== 32) return ctx.abort(E_INVALID_SEED);
    const random = new ChaChaRng(seed);
    let key = random.bytes(32);
    while (!isPrivateKey(key)) key = random.bytes(32);
    return struct(bytesResult(key), bytesResult(secp256k1.getPublicKey(key, true)));
  },
};

export const ecdsa_r1: NativeModule = {
  secp256r1_ecrecover: recover(p256, COST.r1Recover),
  secp256r1_verify: verify(p256, parseR1Key, COST.r1Verify),
};
