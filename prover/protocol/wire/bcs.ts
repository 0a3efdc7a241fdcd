import { check } from './errors.ts';

/** Reads BCS front to back, strictly: one value has one encoding. Every field handed out is a copy. */
export class BcsReader {
  readonly #bytes: Uint8Array;
  position = 0;

  /** @throws WireError `MalformedBcs` when the value is not a byte array */
  constructor(bytes: Uint8Array) {
    check(bytes instanceof Uint8Array, 'MalformedBcs', () => 'expected a Uint8Array');
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes of a known length without a prefix. */
  take(length: number): Uint8Array {
    const end = this.position + length;
    check(end <= this.#bytes.length, 'MalformedBcs', () => `${this.#bytes.length} bytes, at least ${end} expected`);
    const taken = this.#bytes.slice(this.position, end);
    this.position = end;
    return taken;
  }

  u64(): bigint {
    return new DataView(this.take(8).buffer).getBigUint64(0, true);
  }

  /** ULEB128 in its shortest form: a length, or the tag of an enum. Four bytes hold all that fits into a request. */
  uleb(): number {
    for (let value = 0, shift = 0; shift < 28; shift += 7) {
      const byte = this.take(1)[0]!;
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      check(byte !== 0 || shift === 0, 'MalformedBcs', () => 'a length is not in its shortest form');
      return value;
    }
    check(false, 'MalformedBcs', () => 'a length is too long');
  }

  /** Tag of an enum with so many variants. */
  variant(count: number): number {
    const tag = this.uleb();
    check(tag < count, 'MalformedBcs', () => `variant ${tag} of an enum of ${count}`);
    return tag;
  }

  /** Length-prefixed bytes, or text. */
  bytes(): Uint8Array {
    return this.take(this.uleb());
  }

  /** Bytes of a known length that are length-prefixed nevertheless, as digests and validator keys are. */
  prefixed(length: number): Uint8Array {
    const found = this.uleb();
    check(found === length, 'MalformedBcs', () => `${found} bytes where ${length} belong`);
    return this.take(length);
  }

  digest(): Uint8Array {
    return this.prefixed(32);
  }

  option<T>(read: () => T): T | null {
    return this.variant(2) === 1 ? read() : null;
  }

  /** Every element has at least one byte: a count is refused by the first that is missing. */
  vector<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let rest = this.uleb(); rest > 0; rest--) items.push(read());
    return items;
  }

  /** To be called after the last field. */
  end(): void {
    const rest = this.#bytes.length - this.position;
    check(rest === 0, 'MalformedBcs', () => `${rest} bytes too many`);
  }
}
