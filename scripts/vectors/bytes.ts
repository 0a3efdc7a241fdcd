import jsSha3 from 'js-sha3';

/** A value as it stands in a vector file. */
export type Json = string | number | Json[] | { [key: string]: Json };

/** `hash` of section 1: Keccak-256 with the original padding, 32 bytes. */
export function keccak(...parts: Uint8Array[]): Buffer {
  return Buffer.from(jsSha3.keccak256(Buffer.concat(parts)), 'hex');
}

/** Big-endian unsigned integer of `width` bytes. Throws RangeError when the value does not fit. */
export function uint(value: bigint | number, width: number): Buffer {
  const digits = BigInt(value)
    .toString(16)
    .padStart(width * 2, '0');
  if (digits.startsWith('-') || digits.length !== width * 2) {
    throw new RangeError(`${value} does not fit ${width} bytes`);
  }
  return Buffer.from(digits, 'hex');
}

/** The unsigned integer that big-endian bytes stand for; 0 for none. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(hex(bytes));
}

/** `0x` and lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return '0x' + Buffer.from(bytes).toString('hex');
}

/** Bytes of `0x` and lower-case hex. Throws TypeError on anything else. */
export function unhex(text: Json | undefined): Buffer {
  if (typeof text !== 'string' || !/^0x([0-9a-f]{2})*$/.test(text)) {
    throw new TypeError(`not 0x and lower-case hex: ${JSON.stringify(text)}`);
  }
  return Buffer.from(text.slice(2), 'hex');
}

/** `length` zero bytes. */
export function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

/** Whether no byte is set. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** A copy with `patch` written at `offset`. */
export function patched(bytes: Uint8Array, offset: number, patch: Uint8Array | readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(patch, offset);
  return copy;
}

/**
 * Reproducible filler: the first `length` bytes of hash(seed ‖ label ‖ 0), hash(seed ‖ label ‖ 1), ...
 * Labels keep the values of one vector independent of how many vectors stand before it.
 */
export function filler(label: string, length: number): Buffer {
  const seed = Buffer.from(`corridor vectors/${label}`, 'utf8');
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i += 1) {
    blocks.push(keccak(seed, uint(i, 4)));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** An EVM address as the protocol writes it: 12 zero bytes, then 20 of filler. */
export function evmAddress(label: string): Buffer {
  return Buffer.concat([zeros(12), filler(label, 20)]);
}
