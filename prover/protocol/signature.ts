import { secp256k1 } from '@noble/curves/secp256k1.js';
import { asBytes, asFixedBytes, concat, readUint, toHex } from './bytes.ts';
import { demand, ProtocolError } from './errors.ts';
import { hash } from './hash.ts';

export const SIGNATURE_BYTES = 65;
export const MAX_SIGNATURES = 32;

const ORDER = secp256k1.Point.CURVE().n;
const HALF_ORDER = ORDER >> 1n;

/**
 * Address of a secp256k1 key, 20 bytes (docs/spec/protocol.md section 8).
 * @param publicKey SEC 1 form, 33 bytes compressed or 65 uncompressed
 * @throws ProtocolError `UnrecoverableSignature` when it is not a point of the curve
 */
export function signerAddress(publicKey: Uint8Array): Uint8Array {
  try {
    return hash(secp256k1.Point.fromBytes(publicKey).toBytes(false).subarray(1)).slice(12);
  } catch {
    throw new ProtocolError('UnrecoverableSignature', 'the public key is not a point of secp256k1');
  }
}

/**
 * Signs a digest: r, s, v; low s; deterministic (RFC 6979). 65 bytes.
 * @param digest 32 bytes
 * @param secretKey 32 bytes, never part of an error
 * @throws ProtocolError `InvalidDigest`, `InvalidSecretKey`
 */
export function signDigest(digest: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const message = asFixedBytes(digest, 32, 'InvalidDigest');
  demand(secp256k1.utils.isValidSecretKey(secretKey), 'InvalidSecretKey', () => 'expected 32 bytes in 1 to n - 1');
  const recovered = secp256k1.sign(message, secretKey, { prehash: false, lowS: true, format: 'recovered' });
  return concat(recovered.subarray(1), Uint8Array.of(27 + recovered[0]!));
}

/**
 * Address of the signer of a digest, 20 bytes.
 * @param digest 32 bytes
 * @param signature 65 bytes: r (32), s (32), v (1)
 * @throws ProtocolError `InvalidDigest`, `InvalidSignatureLength`, `InvalidSignatureS`, `InvalidSignatureV`, `UnrecoverableSignature`
 */
export function recoverSigner(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = asFixedBytes(digest, 32, 'InvalidDigest');
  const bytes = asFixedBytes(signature, SIGNATURE_BYTES, 'InvalidSignatureLength');
  const r = readUint(bytes, 0, 32);
  const s = readUint(bytes, 32, 32);
  const v = bytes[64]!;
  demand(s > 0n && s <= HALF_ORDER, 'InvalidSignatureS', () => 's must be 1 to half the group order; sign with low s');
  demand(v === 27 || v === 28, 'InvalidSignatureV', () => `v is ${v}; expected 27 or 28`);
  let publicKey: Uint8Array;
  try {
    publicKey = new secp256k1.Signature(r, s, v - 27).recoverPublicKey(message).toBytes(false);
  } catch {
    throw new ProtocolError('UnrecoverableSignature', 'r and s lead to no public key');
  }
  return hash(publicKey.subarray(1)).slice(12);
}

/**
 * Addresses of the signers of a set, ascending.
 * @param digest 32 bytes
 * @param signatures 1 to 32 signatures of 65 bytes, concatenated in strictly ascending order of signer address
 * @throws ProtocolError as recoverSigner, `InvalidSignatureCount`, `UnorderedSigners`
 */
export function recoverSigners(digest: Uint8Array, signatures: Uint8Array): Uint8Array[] {
  const bytes = asBytes(signatures, 'InvalidSignatureLength');
  demand(
    bytes.length % SIGNATURE_BYTES === 0,
    'InvalidSignatureLength',
    () => `${bytes.length} bytes are not a multiple of ${SIGNATURE_BYTES}`,
  );
  const count = bytes.length / SIGNATURE_BYTES;
  demand(
    count >= 1 && count <= MAX_SIGNATURES,
    'InvalidSignatureCount',
    () => `${count} signatures; a set holds 1 to ${MAX_SIGNATURES}`,
  );
  const signers: Uint8Array[] = [];
  let previous = 0n;
  for (let i = 0; i < count; i++) {
    const signer = recoverSigner(digest, bytes.subarray(i * SIGNATURE_BYTES, (i + 1) * SIGNATURE_BYTES));
    const value = readUint(signer, 0, 20);
    demand(
      value > previous,
      'UnorderedSigners',
      () => `signer ${toHex(signer)} at position ${i} is not above the one before it`,
    );
    previous = value;
    signers.push(signer);
  }
  return signers;
}

/**
 * Orders signatures over one digest into a set: ascending by signer, one for each signer, at most 32.
 * @throws ProtocolError as recoverSigner, `InvalidSignatureCount`
 */
export function joinSignatures(digest: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array {
  const copies = Array.from(signatures, (signature) =>
    asFixedBytes(signature, SIGNATURE_BYTES, 'InvalidSignatureLength'),
  );
  const bySigner = new Map(copies.map((signature) => [toHex(recoverSigner(digest, signature)), signature]));
  demand(
    bySigner.size >= 1 && bySigner.size <= MAX_SIGNATURES,
    'InvalidSignatureCount',
    () => `${bySigner.size} signers; a set holds 1 to ${MAX_SIGNATURES}`,
  );
  return concat(...[...bySigner.keys()].sort().map((signer) => bySigner.get(signer)!));
}
