import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexDigits, utf8 } from './encoding.ts';

/** A P-256 key of the simulation. It guards nothing: whoever knows the seed has it. */
export interface Key {
  readonly secret: Uint8Array;
  /** 64 bytes: x, y */
  readonly publicKey: Uint8Array;
}

const MAX_CACHED_SIGNATURES = 8192;
const keys = new Map<string, Key>();
const signatures = new Map<string, Uint8Array>();

/** 32 bytes that depend on seed and name alone. */
export function derive(seed: string, name: string): Uint8Array {
  return sha256(utf8(`corridor simulated platform\0${seed}\0${name}`));
}

/** The key of a name; the same for the same seed. */
export function keyOf(seed: string, name: string): Key {
  const id = `${seed}\0${name}`;
  let key = keys.get(id);
  if (!key) {
    const secret = derive(seed, `key ${name}`);
    key = { secret, publicKey: p256.getPublicKey(secret, false).slice(1) };
    keys.set(id, key);
  }
  return key;
}

/**
 * ECDSA with P-256 over SHA-256, deterministic (RFC 6979). s is what comes out, low or high, as Intel's hardware has it.
 * @returns 64 bytes: r, s
 */
export function sign(message: Uint8Array, key: Key): Uint8Array {
  const digest = sha256(message);
  const id = hexDigits(digest) + hexDigits(key.publicKey);
  let signature = signatures.get(id);
  if (!signature) {
    if (signatures.size >= MAX_CACHED_SIGNATURES) signatures.clear();
    signature = p256.sign(digest, key.secret, { lowS: false, prehash: false });
    signatures.set(id, signature);
  }
  return signature.slice();
}

/** The other valid signature: s replaced by n - s. */
export function flipS(signature: Uint8Array): Uint8Array {
  const { r, s } = p256.Signature.fromBytes(signature);
  return new p256.Signature(r, p256.Point.Fn.ORDER - s).toBytes();
}
