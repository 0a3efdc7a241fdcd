import { createECDH, createHash, createPublicKey, verify } from 'node:crypto';
import { filler, hex, keccak, toBigInt, uint } from './bytes.ts';
import { addressOf, deterministicNonce, HALF_N, N, publicKey, recover, sign } from './secp256k1.ts';
import type { Signature } from './secp256k1.ts';

/** Published answers for the original Keccak-256 (Keccak team's test vectors; the Ethereum yellow paper). */
export const KECCAK_ANSWERS: readonly (readonly [text: string, digest: string])[] = [
  ['', '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
  ['abc', '0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ['Transfer(address,address,uint256)', '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'],
];

/** Widely published RFC 6979 answers for secp256k1 with SHA-256. */
export const NONCE_ANSWERS: readonly { key: bigint; text: string; k: bigint; r: bigint; s: bigint }[] = [
  {
    key: 1n,
    text: 'Satoshi Nakamoto',
    k: 0x8f8a276c19f4149656b280621e358cce24f5f52542772691ee69063b74f15d15n,
    r: 0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8n,
    s: 0x2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5n,
  },
  {
    key: N - 1n,
    text: 'Satoshi Nakamoto',
    k: 0x33a19b60e25fb6f4435af53a3d42d493644827367e6453928554f43e49aa6f90n,
    r: 0xfd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0n,
    s: 0x6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5n,
  },
  {
    key: 0xf8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181n,
    text: 'Alan Turing',
    k: 0x525a82b70e67874398067543fd84c83d30c175fdc45fdeee082fe13b1d7cfdf1n,
    r: 0x7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15cn,
    s: 0x58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ean,
  },
];

/** Ethereum addresses of private keys, as every wallet shows them. */
export const ADDRESS_ANSWERS: readonly (readonly [key: bigint, address: string])[] = [
  [1n, '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'],
  [2n, '0x2b5ad5c4795c026514f8317c7a215e218dccd6cf'],
  [0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80n, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
];

/** The recovery that go-ethereum tests its ECRECOVER precompile with; its `s` is in the upper half. */
export const RECOVER_ANSWER: { digest: Buffer; signature: Signature; signer: string } = {
  digest: uint(0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1cn, 32),
  signature: {
    r: 0x73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75fn,
    s: 0xeeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549n,
    v: 28,
  },
  signer: '0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b',
};

/** The uncompressed public key (65 bytes) as node:crypto derives it. */
export function opensslPublicKey(privateKey: bigint): Buffer {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(uint(privateKey, 32));
  return ecdh.getPublicKey();
}

/** Whether node:crypto accepts (r, s) as a signature of sha256(message). */
export function opensslVerifies(key: Buffer, message: Uint8Array, signature: Signature): boolean {
  const jwk = {
    kty: 'EC',
    crv: 'secp256k1',
    x: key.subarray(1, 33).toString('base64url'),
    y: key.subarray(33, 65).toString('base64url'),
  };
  const publicKeyObject = createPublicKey({ key: jwk, format: 'jwk' });
  const raw = Buffer.concat([uint(signature.r, 32), uint(signature.s, 32)]);
  return verify('sha256', message, { key: publicKeyObject, dsaEncoding: 'ieee-p1363' }, raw);
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Compares the hash and the curve with published answers and with node:crypto, so that a wrong primitive
 * can never reach a vector. Throws an Error that names the first difference.
 */
export function selfCheck(): void {
  const same = (what: string, actual: string | bigint, expected: string | bigint): void => {
    if (actual !== expected) throw new Error(`self-check: ${what} is ${actual}, published is ${expected}`);
  };
  for (const [text, digest] of KECCAK_ANSWERS) {
    same(`Keccak-256 of "${text}"`, hex(keccak(Buffer.from(text))), digest);
  }
  for (const { key, text, k, r, s } of NONCE_ANSWERS) {
    const digest = sha256(Buffer.from(text));
    const signature = sign(key, digest);
    same(`RFC 6979 nonce for "${text}"`, deterministicNonce(key, digest), k);
    same(`r for "${text}"`, signature.r, r);
    same(`s for "${text}"`, signature.s, s);
  }
  for (const [key, address] of ADDRESS_ANSWERS) {
    same(`address of private key ${key}`, hex(addressOf(publicKey(key))), address);
  }
  const recovered = recover(RECOVER_ANSWER.digest, RECOVER_ANSWER.signature);
  same('recovered signer', recovered === null ? 'none' : hex(addressOf(recovered)), RECOVER_ANSWER.signer);

  for (let i = 0; i < 8; i += 1) {
    const key = toBigInt(filler(`self-check/key/${i}`, 32)) % N;
    const message = filler(`self-check/message/${i}`, 10 + i);
    const openssl = opensslPublicKey(key);
    const own = publicKey(key);
    same(`public key ${i}`, hex(Buffer.concat([Buffer.of(4), uint(own.x, 32), uint(own.y, 32)])), hex(openssl));
    const signature = sign(key, sha256(message));
    if (signature.s > HALF_N) throw new Error(`self-check: signature ${i} has a high s`);
    if (!opensslVerifies(openssl, message, signature)) {
      throw new Error(`self-check: node:crypto refuses signature ${i}`);
    }
    const back = recover(sha256(message), signature);
    same(`recovery ${i}`, back === null ? 'none' : hex(addressOf(back)), hex(addressOf(own)));
  }
}
