/**
 * Signatures of user transactions: ed25519, secp256k1, secp256r1, and multisig of those.
 *
 * A serialized signature is a scheme flag followed by what the scheme needs. What is signed is
 * blake2b-256([0, 0, 0] || BCS of the transaction): ed25519 signs that digest, the ECDSA schemes its sha-256.
 * As on Sui, ed25519 follows ZIP 215 and ECDSA signatures must have a low s.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { bcs } from '@mysten/sui/bcs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { BcsError, decodeExact } from './bcs.ts';

/** Which rule a signature broke. */
export type SignatureFault =
  'SIGNATURE_MALFORMED' | 'SCHEME_UNSUPPORTED' | 'SIGNATURE_INVALID' | 'MULTISIG_INVALID' | 'SIGNER_MISSING';

/** Thrown when signatures do not authorize a transaction; `code` names the rule. */
export class SignatureError extends Error {
  readonly code: SignatureFault;
  constructor(code: SignatureFault, message: string) {
    super(message);
    this.code = code;
    this.name = 'SignatureError';
  }
}

interface Scheme {
  readonly name: string;
  readonly keyLength: number;
  verify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean;
}

const ecdsa = { lowS: true, prehash: true } as const;

/** Simple schemes by flag. */
const SCHEMES: Record<number, Scheme> = {
  0: { name: 'ed25519', keyLength: 32, verify: verifyEd25519 },
  1: { name: 'secp256k1', keyLength: 33, verify: (sig, digest, key) => secp256k1.verify(sig, digest, key, ecdsa) },
  2: { name: 'secp256r1', keyLength: 33, verify: (sig, digest, key) => p256.verify(sig, digest, key, ecdsa) },
};
/** SubjectPublicKeyInfo of an ed25519 key, up to the key (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * OpenSSL accepts a subset of what ZIP 215 accepts, in a fraction of the time: it speeds up honest signatures, and noble
 * decides about the others.
 */
function verifyEd25519(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean {
  return verifyWithOpenSsl(signature, digest, key) || ed25519.verify(signature, digest, key);
}

function verifyWithOpenSsl(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean {
  try {
    return verify(null, digest, openSslKey(key), signature);
  } catch {
    return false;
  }
}

/** Keys seen lately, since reading one takes OpenSSL as long as verifying with it. */
const openSslKeys = new Map<string, KeyObject>();
const MAX_OPENSSL_KEYS = 1000;

function openSslKey(key: Uint8Array): KeyObject {
  const spki = Buffer.concat([ED25519_SPKI, key]);
  const text = spki.toString('latin1');
  let known = openSslKeys.get(text);
  if (!known) {
    known = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (openSslKeys.size >= MAX_OPENSSL_KEYS) openSslKeys.clear();
    openSslKeys.set(text, known);
  }
  return known;
}

const MULTISIG_FLAG = 3;
const UNSUPPORTED: Record<number, string> = { 5: 'zkLogin', 6: 'passkey' };
const SIGNATURE_LENGTH = 64;
const MAX_MULTISIG_KEYS = 10;

/** The 32-byte digest that a transaction's signers sign. */
export function signingDigest(transaction: Uint8Array): Uint8Array {
  return blake2b
    .create({ dkLen: 32 })
    .update(Uint8Array.of(0, 0, 0))
    .update(transaction)
    .digest();
}

/** Address of a key: blake2b-256(flag || key). */
export function addressOfKey(flag: number, key: Uint8Array): string {
  return toAddress(blake2b.create({ dkLen: 32 }).update(Uint8Array.of(flag)).update(key).digest());
}

function toAddress(digest: Uint8Array): string {
  return `0x${Buffer.from(digest).toString('hex')}`;
}

/**
 * Checks that exactly the required signers signed, in any order.
 * @param transaction BCS `TransactionData`
 * @param signatures serialized signatures
 * @param signers addresses that must sign: the sender, and the gas owner where it is another one
 * @throws SignatureError naming the rule broken
 */
export function verifySignatures(
  transaction: Uint8Array,
  signatures: readonly Uint8Array[],
  signers: readonly string[],
): void {
  const required = new Set(signers);
  if (signatures.length !== required.size) {
    throw new SignatureError('SIGNER_MISSING', `${required.size} signatures are required, ${signatures.length} given`);
  }
  const digest = signingDigest(transaction);
  const found = new Set(signatures.map((signature) => verifySignature(digest, signature)));
  for (const signer of required) {
    if (!found.has(signer)) {
      const others = [...found].join(', ');
      throw new SignatureError('SIGNER_MISSING', `${signer} must sign; the signatures are those of ${others}`);
    }
  }
}

/** Verifies one serialized signature over a signing digest and returns the signer's address. */
export function verifySignature(digest: Uint8Array, serialized: Uint8Array): string {
  const flag = serialized[0];
  if (flag === undefined) throw new SignatureError('SIGNATURE_MALFORMED', 'a signature is empty');
  if (flag === MULTISIG_FLAG) return verifyMultisig(digest, serialized.subarray(1));
  const scheme = SCHEMES[flag];
  if (!scheme) throw unsupported(flag);
  const body = serialized.subarray(1);
  if (body.length !== SIGNATURE_LENGTH + scheme.keyLength) {
    const expected = 1 + SIGNATURE_LENGTH + scheme.keyLength;
    throw new SignatureError(
      'SIGNATURE_MALFORMED',
      `a serialized ${scheme.name} signature has ${expected} bytes, not ${serialized.length}`,
    );
  }
  const key = body.subarray(SIGNATURE_LENGTH);
  check(scheme, body.subarray(0, SIGNATURE_LENGTH), digest, key);
  return addressOfKey(flag, key);
}

function unsupported(flag: number): SignatureError {
  const name = UNSUPPORTED[flag];
  const message = name
    ? `${name} signatures are not supported by this local network; sign with ed25519, secp256k1, secp256r1 or a multisig`
    : `${flag} is no signature scheme`;
  return new SignatureError(name ? 'SCHEME_UNSUPPORTED' : 'SIGNATURE_MALFORMED', message);
}

function check(scheme: Scheme, signature: Uint8Array, digest: Uint8Array, key: Uint8Array): void {
  let valid = false;
  try {
    valid = scheme.verify(signature, digest, key);
  } catch {
    // A key or signature that is no point or number of the curve verifies nothing.
  }
  if (!valid)
    throw new SignatureError('SIGNATURE_INVALID', `the ${scheme.name} signature does not match the transaction`);
}

function verifyMultisig(digest: Uint8Array, bytes: Uint8Array): string {
  const { sigs, bitmap, multisig_pk: committee } = decodeMultisig(bytes);
  const keys = committee.pk_map.map(({ pubKey, weight }) => ({ ...memberKey(pubKey), weight }));
  checkMultisigKey(keys, committee.threshold);
  const members = keys.filter((_, index) => bitmap & (1 << index));
  const bits = bitmap.toString(2).replaceAll('0', '').length;
  if (sigs.length === 0 || sigs.length !== bits || members.length !== bits) {
    throw new SignatureError(
      'MULTISIG_INVALID',
      `${sigs.length} signatures do not fit the bitmap ${bitmap.toString(2)}`,
    );
  }
  let weight = 0;
  sigs.forEach((sig, index) => {
    const member = members[index]!;
    const { flag, bytes: signature } = memberSignature(sig);
    if (flag !== member.flag)
      throw new SignatureError('MULTISIG_INVALID', 'a signature is of another scheme than its key');
    check(SCHEMES[flag]!, signature, digest, member.key);
    weight += member.weight;
  });
  if (weight < committee.threshold) {
    throw new SignatureError('MULTISIG_INVALID', `weight ${weight} of the threshold ${committee.threshold}`);
  }
  return multisigAddress(keys, committee.threshold);
}

function decodeMultisig(bytes: Uint8Array): typeof bcs.MultiSig.$inferType {
  try {
    return decodeExact(bcs.MultiSig, bytes, 'MultiSig');
  } catch (error) {
    if (error instanceof BcsError) throw new SignatureError('SIGNATURE_MALFORMED', error.message);
    throw error;
  }
}

type Member = { flag: number; key: Uint8Array; weight: number };

function memberKey(key: typeof bcs.PublicKey.$inferType): { flag: number; key: Uint8Array } {
  switch (key.$kind) {
    case 'ED25519':
      return { flag: 0, key: Uint8Array.from(key.ED25519) };
    case 'Secp256k1':
      return { flag: 1, key: Uint8Array.from(key.Secp256k1) };
    case 'Secp256r1':
      return { flag: 2, key: Uint8Array.from(key.Secp256r1) };
    default:
      throw unsupported(key.$kind === 'ZkLogin' ? 5 : 6);
  }
}

function memberSignature(sig: (typeof bcs.MultiSig.$inferType)['sigs'][number]): { flag: number; bytes: Uint8Array } {
  switch (sig.$kind) {
    case 'ED25519':
      return { flag: 0, bytes: Uint8Array.from(sig.ED25519) };
    case 'Secp256k1':
      return { flag: 1, bytes: Uint8Array.from(sig.Secp256k1) };
    case 'Secp256r1':
      return { flag: 2, bytes: Uint8Array.from(sig.Secp256r1) };
    default:
      throw unsupported(sig.$kind === 'ZkLogin' ? 5 : 6);
  }
}

function checkMultisigKey(keys: readonly Member[], threshold: number): void {
  const total = keys.reduce((sum, { weight }) => sum + weight, 0);
  const distinct = new Set(keys.map(({ flag, key }) => `${flag}${Buffer.from(key).toString('hex')}`)).size;
  if (
    keys.length === 0 ||
    keys.length > MAX_MULTISIG_KEYS ||
    distinct !== keys.length ||
    keys.some(({ weight }) => weight === 0) ||
    threshold === 0 ||
    total < threshold
  ) {
    throw new SignatureError(
      'MULTISIG_INVALID',
      'a multisig has 1 to 10 distinct keys with weights that reach its threshold',
    );
  }
}

/** blake2b-256(3 || threshold as u16 little-endian || (flag || key || weight) of each key). */
function multisigAddress(keys: readonly Member[], threshold: number): string {
  const hash = blake2b.create({ dkLen: 32 }).update(Uint8Array.of(MULTISIG_FLAG, threshold & 0xff, threshold >> 8));
  for (const { flag, key, weight } of keys) {
    hash.update(Uint8Array.of(flag)).update(key).update(Uint8Array.of(weight));
  }
  return toAddress(hash.digest());
}
