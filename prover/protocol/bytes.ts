import { demand, ProtocolError, type Rule } from './errors.ts';

const HEX_PATTERN = /^0x(?:[0-9a-fA-F]{2})*$/;

/** Concatenates byte strings into a new one. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Lower-case hex with a leading `0x`. */
export function toHex(bytes: Uint8Array): `0x${string}` {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return `0x${hex}`;
}

/**
 * Bytes of a hex string that starts with `0x` and has an even number of digits.
 * @throws ProtocolError `InvalidHex`
 */
export function fromHex(hex: string): Uint8Array {
  demand(typeof hex === 'string' && HEX_PATTERN.test(hex), 'InvalidHex', () => `expected 0x and pairs of hex digits`);
  const out = new Uint8Array((hex.length - 2) / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return out;
}

/** Whether two byte strings are the same. Not constant time: nothing secret is compared with it. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Whether every byte is zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * A copy of the caller's bytes. What is checked must be what is hashed and handed out, whatever happens to the caller's
 * memory in between: it may be shared with another thread, or be a Buffer whose `slice` aliases.
 * @throws ProtocolError with the given rule when the value is not a byte array, or one whose memory is gone
 */
export function asBytes(value: Uint8Array, rule: Rule): Uint8Array {
  demand(value instanceof Uint8Array, rule, () => 'expected a Uint8Array');
  try {
    return new Uint8Array(value);
  } catch {
    throw new ProtocolError(rule, 'the memory of the Uint8Array is detached');
  }
}

/**
 * As `asBytes`, of an exact length.
 * @throws ProtocolError with the given rule
 */
export function asFixedBytes(value: Uint8Array, length: number, rule: Rule): Uint8Array {
  const bytes = asBytes(value, rule);
  demand(bytes.length === length, rule, () => `expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

/**
 * As `asFixedBytes`, of bytes that are not all zero.
 * @throws ProtocolError with the given rule
 */
export function asNonZeroBytes(value: Uint8Array, length: number, rule: Rule): Uint8Array {
  const bytes = asFixedBytes(value, length, rule);
  demand(!isZero(bytes), rule, () => 'must not be zero');
  return bytes;
}

/** Reads a big-endian unsigned integer. The caller has checked that offset + width is inside. */
export function readUint(bytes: Uint8Array, offset: number, width: number): bigint {
  let value = 0n;
  for (let i = offset; i < offset + width; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

/**
 * Big-endian unsigned integer of a fixed width in bytes.
 * @throws ProtocolError with the given rule when the value is negative, not an integer or wider than the field
 */
export function uint(value: bigint | number, width: number, rule: Rule): Uint8Array {
  const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value);
  demand(isInteger && value >= 0, rule, () => `expected an unsigned integer of ${width} bytes, got ${String(value)}`);
  let rest = BigInt(value);
  demand(rest < 1n << BigInt(8 * width), rule, () => `${rest} does not fit ${width} bytes`);
  const out = new Uint8Array(width);
  for (let i = width - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}
