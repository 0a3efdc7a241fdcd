/** A beacon of drand's public network "quicknet", which signs under the suite that Sui's validators have. */
import { createHash } from 'node:crypto';

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Round 1000. */
export const QUICKNET = {
  key: fromHex(
    '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451' +
      '0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  ),
  signature: fromHex(
    'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39',
  ),
  message: Uint8Array.from(createHash('sha256').update(fromHex('00000000000003e8')).digest()),
};
