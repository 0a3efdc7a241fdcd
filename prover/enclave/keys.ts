import { x25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { signDigest, signerAddress } from '../protocol/signature.ts';

/**
 * The keys of one enclave process (INV-42). The secrets live in the closures of `generateKeys` and nowhere else: no
 * property, no argument, no file holds them, and they are gone with the process.
 */
export interface Keys {
  /** Address of the secp256k1 key, 20 bytes */
  readonly signer: Uint8Array;
  /** X25519 public key, 32 bytes */
  readonly encryptionKey: Uint8Array;
  /** Signs a digest of 32 bytes; 65 bytes (docs/spec/protocol.md section 8) */
  readonly sign: (digest: Uint8Array) => Uint8Array;
  /** The secret shared with the holder of an X25519 public key, 32 bytes (RFC 7748, section 6.1) */
  readonly agree: (publicKey: Uint8Array) => Uint8Array;
}

/** New keys, from the random numbers of the platform's kernel. */
export function generateKeys(): Keys {
  const signing = secp256k1.utils.randomSecretKey();
  const encryption = x25519.utils.randomSecretKey();
  return {
    signer: signerAddress(secp256k1.getPublicKey(signing)),
    encryptionKey: x25519.getPublicKey(encryption),
    sign: (digest) => signDigest(digest, signing),
    agree: (publicKey) => x25519.getSharedSecret(encryption, publicKey),
  };
}
