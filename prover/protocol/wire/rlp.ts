/**
 * RLP, strictly (Ethereum yellow paper, appendix B): one value has one encoding.
 *
 * Items are handed around as their encodings, views into the bytes they came from, and opened where they are needed: no
 * recursion, and nothing is decoded that nobody looks at.
 */
import { check } from './errors.ts';

interface Item {
  isList: boolean;
  /** Where the payload begins and ends */
  start: number;
  end: number;
}

/**
 * The encodings of the items of a list.
 * @param encoding exactly one list
 * @throws WireError `MalformedRlp`
 */
export function rlpList(encoding: Uint8Array): Uint8Array[] {
  const list = readItem(encoding, 0);
  check(list.isList && list.end === encoding.length, 'MalformedRlp', () => 'expected exactly one list');
  const items: Uint8Array[] = [];
  for (let position = list.start; position < list.end;) {
    const { end } = readItem(encoding, position);
    items.push(encoding.subarray(position, end));
    position = end;
  }
  return items;
}

/**
 * The bytes of a string.
 * @param encoding exactly one string
 * @throws WireError `MalformedRlp`
 */
export function rlpString(encoding: Uint8Array): Uint8Array {
  const { isList, start, end } = readItem(encoding, 0);
  check(!isList && end === encoding.length, 'MalformedRlp', () => 'expected exactly one string');
  return encoding.subarray(start, end);
}

/**
 * The unsigned integer in a string: big-endian, without leading zeros, at most eight bytes.
 * @throws WireError `MalformedRlp`
 */
export function rlpUint(encoding: Uint8Array): bigint {
  const bytes = rlpString(encoding);
  check(
    bytes.length <= 8 && bytes[0] !== 0,
    'MalformedRlp',
    () => 'expected an integer of 8 bytes without leading zeros',
  );
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Whether an encoding is that of a list. */
export function isRlpList(encoding: Uint8Array): boolean {
  return encoding.length > 0 && encoding[0]! >= 0xc0;
}

function readItem(bytes: Uint8Array, position: number): Item {
  const head = bytes[position];
  check(head !== undefined, 'MalformedRlp', () => 'an item is missing');
  if (head < 0x80) return { isList: false, start: position, end: position + 1 };
  const isList = head >= 0xc0;
  const short = head - (isList ? 0xc0 : 0x80);
  let start = position + 1;
  let length = short;
  if (short > 55) {
    start += short - 55;
    length = readLength(bytes, position + 1, start);
  }
  const end = start + length;
  check(end <= bytes.length, 'MalformedRlp', () => `an item ends at ${end}, the bytes at ${bytes.length}`);
  const isOwnEncoding = !isList && length === 1 && bytes[start]! < 0x80;
  check(!isOwnEncoding, 'MalformedRlp', () => 'a byte below 0x80 is its own encoding');
  return { isList, start, end };
}

/** A length of one to eight bytes; three hold every length that this program accepts. */
function readLength(bytes: Uint8Array, from: number, to: number): number {
  check(to - from <= 3 && to <= bytes.length, 'MalformedRlp', () => 'an item is cut off or longer than 16 MB');
  let length = 0;
  for (let i = from; i < to; i++) length = length * 256 + bytes[i]!;
  check(bytes[from] !== 0 && length > 55, 'MalformedRlp', () => 'a length is not in its shortest form');
  return length;
}
