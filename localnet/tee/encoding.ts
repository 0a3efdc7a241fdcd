/** Small encoders that every writer of the simulated platform uses. */

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes of hex digits without 0x; blanks are for reading. */
export function hex(digits: string): Uint8Array {
  const plain = digits.replaceAll(' ', '');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(plain)) throw new TypeError(`expected pairs of hex digits, got ${digits}`);
  return Uint8Array.from(plain.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Lower-case hex digits without 0x. */
export function hexDigits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Two bytes, little-endian, as quotes have them. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff);
}

/** Four bytes, little-endian, as quotes have them. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff);
}

/** `2025-06-19T10:16:03Z`, as signed JSON has it. */
export function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

export const DAY_SECONDS = 86_400;
