/**
 * Keys encrypted at rest: Web3 Secret Storage, version 3 (the keystore files of Ethereum clients). On EVM the key is
 * secp256k1's and any other wallet reads the file. For Sui the same encryption holds the 32 bytes of an Ed25519 key;
 * `curve` tells, and no wallet of Ethereum may take it for one of its own.
 */
import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { z } from 'zod';
import { CliError, EXIT } from '../errors.ts';

export type Curve = 'secp256k1' | 'ed25519';

const hex = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/);
const count = z.number().int().positive();
const keystore = z.object({
  version: z.literal(3),
  id: z.string().optional(),
  address: z.string().optional(),
  curve: z.enum(['secp256k1', 'ed25519']).default('secp256k1'),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    cipherparams: z.object({ iv: hex }),
    ciphertext: hex,
    kdf: z.enum(['scrypt', 'pbkdf2']),
    kdfparams: z.union([
      z.object({ dklen: z.literal(32), salt: hex, n: count, r: count, p: count }),
      z.object({ dklen: z.literal(32), salt: hex, c: count, prf: z.literal('hmac-sha256') }),
    ]),
    mac: hex,
  }),
});
export type Keystore = z.infer<typeof keystore>;

/** Those that Ethereum clients use: 256 MB and most of a second for each guess of a password. */
export const SCRYPT = { n: 2 ** 18, r: 8, p: 1 };
/** A file that asks for more memory is no honest one. */
const MAX_MEMORY = 2 ** 29;
const MAX_ROUNDS = 10_000_000;

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/**
 * Encrypts a key.
 * @param secret 32 bytes
 * @param work of scrypt; less than the default is for tests
 */
export async function encryptKey(
  secret: Uint8Array,
  {
    password,
    address,
    curve,
    work = SCRYPT,
  }: { password: string; address: string; curve: Curve; work?: typeof SCRYPT },
): Promise<Keystore> {
  const kdfparams = { dklen: 32 as const, salt: randomBytes(32).toString('hex'), ...work };
  const derived = await derive(password, kdfparams);
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  return {
    version: 3,
    id: randomUUID(),
    address: curve === 'secp256k1' ? address.toLowerCase().replace(/^0x/, '') : address,
    curve,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams,
      mac: macOf(derived, ciphertext).toString('hex'),
    },
  };
}

/**
 * The 32 bytes of a key.
 * @throws CliError `InvalidKeystore`, `WrongPassword`
 */
export async function decryptKey(value: unknown, password: string, curve: Curve, file: string): Promise<Uint8Array> {
  const result = keystore.safeParse(value);
  if (!result.success) {
    const [{ path, message } = { path: [], message: '' }] = result.error.issues;
    throw new CliError('InvalidKeystore', `${file} is no keystore of version 3: ${path.join('.')}: ${message}`);
  }
  const { crypto, curve: found } = result.data;
  if (found !== curve) throw new CliError('InvalidKeystore', `${file} holds a key of ${found}, not of ${curve}`);
  const derived = await derive(password, crypto.kdfparams, file);
  const ciphertext = Buffer.from(crypto.ciphertext, 'hex');
  const mac = Buffer.from(crypto.mac, 'hex');
  const expected = macOf(derived, ciphertext);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new CliError('WrongPassword', `the password does not open ${file}`, EXIT.refused);
  }
  const iv = Buffer.from(crypto.cipherparams.iv, 'hex');
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

async function derive(password: string, params: Keystore['crypto']['kdfparams'], file = ''): Promise<Buffer> {
  const salt = Buffer.from(params.salt, 'hex');
  if ('c' in params) {
    if (params.c > MAX_ROUNDS) throw new CliError('InvalidKeystore', `${file} demands ${params.c} rounds of PBKDF2`);
    return derivePbkdf2(password, salt, params.c, 32, 'sha256');
  }
  const { n, r, p } = params;
  const memory = 128 * n * r + 128 * r * p;
  if (memory > MAX_MEMORY) throw new CliError('InvalidKeystore', `${file} demands ${memory} bytes of memory of scrypt`);
  // OpenSSL keeps to RFC 7914, which some writers of keystores did not: N below 2^(16 r).
  if (n >= 2 ** (16 * r)) return Buffer.from(await scryptAsync(password, salt, { N: n, r, p, dkLen: 32 }));
  return deriveScrypt(password, salt, 32, { N: n, r, p, maxmem: memory + 2 ** 20 });
}

/** Of the half of the derived key that does not encrypt, and the ciphertext. */
function macOf(derived: Uint8Array, ciphertext: Uint8Array): Buffer {
  return Buffer.from(keccak_256(Buffer.concat([derived.subarray(16, 32), ciphertext])));
}
