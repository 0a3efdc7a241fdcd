/** Writes DER (ITU-T X.690): definite lengths in the shortest form, up to 65,535 bytes. */
import { concat } from '../../prover/protocol/bytes.ts';
import { hex, utf8 } from './encoding.ts';

/** An element: tag, length, content. */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  return concat(Uint8Array.of(tag), derLength(content.length), content);
}

export function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x10000) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  throw new RangeError(`${length} bytes need more than two bytes of length`);
}

export function sequence(...parts: Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

export function octets(...parts: Uint8Array[]): Uint8Array {
  return der(0x04, ...parts);
}

/** An OBJECT IDENTIFIER from its content in hex. */
export function oid(content: string): Uint8Array {
  return der(0x06, hex(content));
}

/** An INTEGER that is not negative, from its big-endian magnitude or a number below 2^32. */
export function integer(value: Uint8Array | number): Uint8Array {
  const magnitude = typeof value === 'number' ? Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value) : value;
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  return der(0x02, digits[0]! >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), digits);
}

/** A time of RFC 5280 section 4.1.2.5: UTCTime before 2050, GeneralizedTime from then on. */
export function time(seconds: number): Uint8Array {
  const digits = `${new Date(seconds * 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return digits < '2050' ? utcTime(digits.slice(2)) : generalizedTime(digits);
}

export function utcTime(text: string): Uint8Array {
  return der(0x17, utf8(text));
}

export function generalizedTime(text: string): Uint8Array {
  return der(0x18, utf8(text));
}

/** An ECDSA signature as certificates and CRLs end with it: BIT STRING of SEQUENCE of r and s. */
export function signatureBits(signature: Uint8Array): Uint8Array {
  const pair = sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return der(0x03, Uint8Array.of(0), pair);
}
