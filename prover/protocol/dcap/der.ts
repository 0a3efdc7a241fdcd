import { toHex } from '../bytes.ts';
import { check, DcapError, type DcapRule } from './errors.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/**
 * Reads DER front to back within one element (docs/spec/dcap.md section 4): definite lengths in the shortest form, at
 * most two bytes of length, nothing beyond the parent.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  /** Offset in `bytes` of what is read next */
  position: number;
  /** Offset in `bytes` where the element ends */
  readonly end: number;
  /** What a structural fault is called in this document */
  readonly malformed: DcapRule;

  constructor(bytes: Uint8Array, malformed: DcapRule, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.malformed = malformed;
    this.position = position;
    this.end = end;
  }

  isAtEnd(): boolean {
    return this.position === this.end;
  }

  /** The next tag, or -1 at the end. */
  peekTag(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /**
   * Enters the next element: returns a reader of its content and moves behind it.
   * @param rule what to call a fault of the header
   * @throws DcapError with the rule on another tag, a length not in its shortest form, or an end beyond the parent's
   */
  element(tag: number, rule: DcapRule = this.malformed): DerReader {
    const found = this.peekTag();
    check(found === tag, rule, () => `expected tag 0x${tag.toString(16)} at ${this.position}, ${described(found)}`);
    let content = this.position + 2;
    let length = content <= this.end ? this.bytes[content - 1]! : -1;
    if (length === 0x81 && content < this.end) {
      length = this.bytes[content]!;
      content += 1;
      check(length >= 0x80, rule, () => `length at ${this.position + 1} is not in its shortest form`);
    } else if (length === 0x82 && content + 1 < this.end) {
      length = (this.bytes[content]! << 8) | this.bytes[content + 1]!;
      content += 2;
      check(length >= 0x100, rule, () => `length at ${this.position + 1} is not in its shortest form`);
    } else {
      check(length >= 0 && length < 0x80, rule, () => `length at ${this.position + 1} is missing or above 65,535`);
    }
    const end = content + length;
    check(end <= this.end, rule, () => `the element at ${this.position} goes on beyond its parent`);
    this.position = end;
    return new DerReader(this.bytes, this.malformed, content, end);
  }

  /** As `element`, and it must be the last of its parent. */
  last(tag: number, rule: DcapRule = this.malformed): DerReader {
    const inner = this.element(tag, rule);
    check(this.isAtEnd(), rule, () => `unexpected bytes at ${this.position}`);
    return inner;
  }

  /** Moves behind the next bytes if they are the expected ones. */
  expect(expected: Uint8Array, rule: DcapRule = this.malformed): void {
    const matches = this.startsWith(expected);
    check(matches, rule, () => `expected ${toHex(expected)} at ${this.position}`);
    this.position += expected.length;
  }

  startsWith(expected: Uint8Array): boolean {
    if (this.position + expected.length > this.end) return false;
    return expected.every((byte, i) => this.bytes[this.position + i] === byte);
  }

  /** A copy of the next bytes, which it moves behind. */
  take(length: number, rule: DcapRule = this.malformed): Uint8Array {
    check(this.position + length <= this.end, rule, () => `${length} bytes expected at ${this.position}`);
    this.position += length;
    return this.bytes.slice(this.position - length, this.position);
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.take(this.end - this.position);
  }
}

/**
 * Value of an INTEGER that is not negative, big-endian without leading zeros (zero itself is one zero byte).
 * @param content of the INTEGER
 * @param maxBytes most bytes of value
 * @throws DcapError with the rule when it is empty, negative, not minimal or too long
 */
export function readInteger(content: DerReader, maxBytes: number, rule: DcapRule): Uint8Array {
  const bytes = content.rest();
  const first = bytes[0];
  const second = bytes[1];
  if (first === undefined || first >= 0x80) throw new DcapError(rule, 'an INTEGER is empty or negative');
  const needless = first === 0 && second !== undefined && second < 0x80;
  check(!needless, rule, () => `an INTEGER has a needless leading zero: ${toHex(bytes)}`);
  const value = first === 0 && second !== undefined ? bytes.subarray(1) : bytes;
  check(value.length <= maxBytes, rule, () => `an INTEGER has ${value.length} bytes, at most ${maxBytes} are allowed`);
  return value;
}

function described(tag: number): string {
  return tag < 0 ? 'found the end' : `found 0x${tag.toString(16)}`;
}
