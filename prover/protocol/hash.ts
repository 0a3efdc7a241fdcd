import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat } from './bytes.ts';

/** Keccak-256 of the concatenation of the parts (docs/spec/protocol.md section 1). 32 bytes. */
export function hash(...parts: Uint8Array[]): Uint8Array {
  return keccak_256(parts.length === 1 ? parts[0]! : concat(...parts));
}

/** The domain tags of docs/spec/protocol.md section 1, 32 bytes each: keccak256 of the ASCII name. */
export const TAG_MESSAGE = tag('corridor.message.v1');
export const TAG_STATEMENT = tag('corridor.statement.v1');
export const TAG_REGISTRATION = tag('corridor.registration.v1');
export const TAG_REVOCATION = tag('corridor.revocation.v1');

function tag(name: string): Uint8Array {
  return hash(new TextEncoder().encode(name));
}
