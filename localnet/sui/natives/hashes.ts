// Native functions of sui::hash, sui::hmac and sui::ed25519.

import { ed25519 as curve } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { hmac as noble_hmac } from '@noble/hashes/hmac.js';
import { keccak_256, sha3_256 } from '@noble/hashes/sha3.js';
import { bytesAt, bytesResult } from '../vm/native.ts';
import { COST, messageCost } from './costs.ts';
import type { NativeModule } from './env.ts';

const HMAC_BLOCK = 136;

export const hash: NativeModule = {
  blake2b256(ctx, [ref]) {
    const data = bytesAt(ref);
    ctx.charge(messageCost(COST.blake2b256, data.length));
    return bytesResult(blake2b(data, { dkLen: 32 }));
  },
  keccak256(ctx, [ref]) {
    const data = bytesAt(ref);
    ctx.charge(messageCost(COST.keccak256, data.length));
    return bytesResult(keccak_256(data));
  },
};

export const hmac: NativeModule = {
  hmac_sha3_256(ctx, [keyRef, messageRef]) {
    const [key, message] = [bytesAt(keyRef), bytesAt(messageRef)];
    const length = key.length + message.length;
    ctx.charge(COST.base + 2 * length + 2 * Math.floor((length + 2 * HMAC_BLOCK - 2) / HMAC_BLOCK));
    return bytesResult(noble_hmac(sha3_256, key, message));
  },
};

/**
 * Ed25519 as Sui verifies it: the rules of ZIP-215, under which non-canonical points are accepted and the equation is
 * multiplied by the cofactor. Inputs of a wrong length are not valid.
 */
export function verifyEd25519(signature: Uint8Array, publicKey: Uint8Array, message: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  try {
    return curve.verify(signature, message, publicKey, { zip215: true });
  } catch {
    return false;
  }
}

export const ed25519: NativeModule = {
  ed25519_verify(ctx, [signature, publicKey, messageRef]) {
    const message = bytesAt(messageRef);
    ctx.charge(messageCost(COST.ed25519, message.length));
    return verifyEd25519(bytesAt(signature), bytesAt(publicKey), message);
  },
};
