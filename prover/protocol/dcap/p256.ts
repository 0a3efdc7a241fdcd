import { p256 } from '@noble/curves/nist.js';
import { concat } from '../bytes.ts';

const UNCOMPRESSED = Uint8Array.of(0x04);

/**
 * Verifies an ECDSA signature with P-256 and SHA-256 (FIPS 186-5; docs/spec/dcap.md section 1). Both values of s count.
 * @param message signed bytes, not their digest
 * @param signature 64 bytes: r, s, big-endian
 * @param publicKey 64 bytes: x, y, big-endian
 * @returns false also where r or s is out of range or the key is no point of the curve
 */
export function verifyP256(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 64) return false;
  try {
    return p256.verify(signature, message, concat(UNCOMPRESSED, publicKey), { lowS: false });
  } catch {
    return false;
  }
}
