/**
 * CBOR in its deterministic form (RFC 8949, section 4.2.1), of five types: unsigned integers, byte strings, text, arrays,
 * and maps with text keys. A value has one encoding, and nothing else decodes: no indefinite length, no number that is
 * not in its shortest form, no key twice or out of order.
 */
import { concat } from '../bytes.ts';
import { check } from './errors.ts';

/** What decodes. Byte strings are views into the bytes that they came from. */
export type CborValue = bigint | Uint8Array | string | CborValue[] | CborMap;
export type CborMap = Map<string, CborValue>;

/** What encodes. A field that is undefined is left out. */
export type CborInput =
  number | bigint | Uint8Array | string | readonly CborInput[] | { readonly [key: string]: CborInput | undefined };

const MAJOR = { uint: 0, bytes: 2, text: 3, array: 4, map: 5 } as const;
/** Arrays and maps inside one another; a `prove` request has six. */
const MAX_DEPTH = 8;
/** Values in one frame, so that small bytes cannot become large objects; a `prove` request of 8,192 headers has 8,300. */
const MAX_VALUES = 32_768;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Encodes a value. */
export function encodeCbor(value: CborInput): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') return head(MAJOR.uint, value);
  if (value instanceof Uint8Array) return concat(head(MAJOR.bytes, value.length), value);
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value);
    return concat(head(MAJOR.text, text.length), text);
  }
  if (isList(value)) return concat(head(MAJOR.array, value.length), ...value.map(encodeCbor));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const pairs = entries.map(([key, item]) => ({ key: encodeCbor(key), item: encodeCbor(item!) }));
  pairs.sort((a, b) => compare(a.key, b.key));
  return concat(head(MAJOR.map, pairs.length), ...pairs.flatMap(({ key, item }) => [key, item]));
}

/**
 * Decodes exactly one value.
 * @throws WireError `MalformedFrame`
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = { bytes, position: 0, values: 0 };
  const value = readValue(reader, 0);
  demandCbor(reader.position === bytes.length, () => `${bytes.length - reader.position} bytes after the value`);
  return value;
}

interface Reader {
  readonly bytes: Uint8Array;
  position: number;
  values: number;
}

function readValue(reader: Reader, depth: number): CborValue {
  demandCbor(++reader.values <= MAX_VALUES, () => `more than ${MAX_VALUES} values`);
  const { major, argument } = readHead(reader);
  if (major === MAJOR.uint) return argument;
  // Every byte or item takes at least one byte: a length beyond the end is refused before anything is made of it.
  const rest = reader.bytes.length - reader.position;
  demandCbor(argument <= rest, () => `length ${argument} where ${rest} bytes are left`);
  const length = Number(argument);
  if (major === MAJOR.bytes) return take(reader, length);
  if (major === MAJOR.text) return readText(reader, length);
  demandCbor(depth < MAX_DEPTH, () => `nested deeper than ${MAX_DEPTH}`);
  // An array takes its memory at once, and its own bytes may be claimed again by each one inside it.
  demandCbor(length <= MAX_VALUES - reader.values, () => `more than ${MAX_VALUES} values`);
  if (major === MAJOR.array) return Array.from({ length }, () => readValue(reader, depth + 1));
  demandCbor(major === MAJOR.map, () => `major type ${major} is not in use`);
  const map: CborMap = new Map();
  let previous: Uint8Array = new Uint8Array();
  for (let i = 0; i < length; i++) {
    const start = reader.position;
    const key = readValue(reader, MAX_DEPTH);
    const encoded = reader.bytes.subarray(start, reader.position);
    const isNext = typeof key === 'string' && compare(previous, encoded) < 0;
    demandCbor(isNext, () => 'keys must be text, each once, in order of their encodings');
    map.set(key, readValue(reader, depth + 1));
    previous = encoded;
  }
  return map;
}

function readText(reader: Reader, length: number): string {
  try {
    return utf8.decode(take(reader, length));
  } catch {
    demandCbor(false, () => 'text that is not UTF-8');
  }
}

/** The first byte holds major type and argument, or how many bytes the argument has; it must be the shortest way. */
function readHead(reader: Reader): { major: number; argument: bigint } {
  const first = take(reader, 1)[0]!;
  const info = first & 31;
  if (info < 24) return { major: first >> 5, argument: BigInt(info) };
  demandCbor(info < 28, () => `a length or number of form ${info}`);
  const width = 1 << (info - 24);
  let argument = 0n;
  for (const byte of take(reader, width)) argument = (argument << 8n) | BigInt(byte);
  const least = width === 1 ? 24n : 1n << BigInt(4 * width);
  demandCbor(argument >= least, () => `${argument} in ${width} bytes is not in its shortest form`);
  return { major: first >> 5, argument };
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.position + length;
  demandCbor(end <= reader.bytes.length, () => 'the value is cut off');
  const taken = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return taken;
}

function head(major: number, argument: number | bigint): Uint8Array {
  const value = BigInt(argument);
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} is no unsigned integer of 64 bits`);
  if (value < 24n) return Uint8Array.of((major << 5) | Number(value));
  const power = [8n, 16n, 32n, 64n].findIndex((bits) => value < 1n << bits);
  const bytes = Array.from({ length: 1 << power }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)).reverse();
  return Uint8Array.of((major << 5) | (24 + power), ...bytes);
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function isList(value: CborInput): value is readonly CborInput[] {
  return Array.isArray(value);
}

function demandCbor(condition: boolean, detail: () => string): asserts condition {
  check(condition, 'MalformedFrame', detail);
}
