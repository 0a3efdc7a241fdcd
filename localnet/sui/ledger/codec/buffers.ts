/**
 * Reading and writing BCS without intermediate values, for the formats that every transaction passes through many times.
 *
 * The quick codecs of this folder are never the judge: whatever they meet that is malformed or merely uncommon they give
 * up (`orElse`), and the SDK's types decide, whose errors clients see. What they do accept is canonical by construction,
 * so that nothing has to be encoded a second time to be sure.
 */
import { fromBase58, toBase58 } from '@mysten/sui/utils';

/** Thrown where a quick codec leaves a value to the SDK's; never seen outside of `orElse`. */
class Uncommon extends Error {
  override readonly name = 'Uncommon';
}

/** Gives a value up to the SDK's codec. */
export function giveUp(what: string): never {
  throw new Uncommon(what);
}

/** What the quick way gives or, where that fails in whatever way, what the careful one does. */
export function orElse<T>(quick: () => T, careful: () => T): T {
  try {
    return quick();
  } catch {
    return careful();
  }
}

const ADDRESS_BYTES = 32;
const ADDRESS_LENGTH = 2 + 2 * ADDRESS_BYTES;
/** Nothing in a ledger is as long as that; a length that needs more is not read. */
const MAX_LENGTH = 2 ** 28;
/** Bits that a length may have before its last byte. */
const MAX_SHIFT = 28;
const ASCII = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex -- the very range that is meant

/** Reads canonical BCS, and never past its end. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Demands that everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) giveUp('bytes too many');
  }

  /** Moves on by so many bytes, and says where they begin. */
  #take(count: number): number {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) giveUp('too short');
    return from;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  bool(): boolean {
    const byte = this.u8();
    return byte > 1 ? giveUp('a boolean') : byte === 1;
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** In decimal, as the SDK gives it. */
  u64(): string {
    return this.#bytes.readBigUInt64LE(this.#take(8)).toString();
  }

  /** A length or a variant. */
  uleb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (shift > MAX_SHIFT || value > MAX_LENGTH) giveUp('a length');
      if (byte < 0x80) return byte === 0 && shift > 0 ? giveUp('a length with a zero in front') : value;
    }
  }

  address(): string {
    const from = this.#take(ADDRESS_BYTES);
    return `0x${this.#bytes.toString('hex', from, from + ADDRESS_BYTES)}`;
  }

  /** A digest, in base58. */
  digest(): string {
    if (this.u8() !== ADDRESS_BYTES) giveUp('a digest');
    const from = this.#take(ADDRESS_BYTES);
    return toBase58(this.#bytes.subarray(from, from + ADDRESS_BYTES));
  }

  /** Bytes with their length, in base64. */
  base64(): string {
    const length = this.uleb();
    const from = this.#take(length);
    return this.#bytes.toString('base64', from, from + length);
  }

  ascii(): string {
    const length = this.uleb();
    const from = this.#take(length);
    const text = this.#bytes.toString('latin1', from, from + length);
    return ASCII.test(text) ? text : giveUp('text beyond ASCII');
  }

  vector<T>(read: (reader: this) => T): T[] {
    const items: T[] = [];
    for (let left = this.uleb(); left > 0; left--) items.push(read(this));
    return items;
  }

  option<T>(read: (reader: this) => T): T | null {
    return this.bool() ? read(this) : null;
  }
}

/** Writes BCS. */
export class Writer {
  #bytes = Buffer.allocUnsafe(1024);
  #at = 0;

  /** A copy of what was written. */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#at));
  }

  /** Makes room for so many bytes, and says where they begin. */
  #room(count: number): number {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#at, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, from);
      this.#bytes = grown;
    }
    return from;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  bool(value: unknown): void {
    if (typeof value !== 'boolean') giveUp('a boolean');
    this.u8(value ? 1 : 0);
  }

  u16(value: unknown): void {
    if (typeof value !== 'number') giveUp('a u16');
    const at = this.#room(2);
    this.#bytes.writeUInt16LE(value as number, at);
  }

  u32(value: unknown): void {
    if (typeof value !== 'number') giveUp('a u32');
    const at = this.#room(4);
    this.#bytes.writeUInt32LE(value as number, at);
  }

  u64(value: string | number | bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64LE(BigInt(value), at);
  }

  uleb(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.u8((rest & 0x7f) | 0x80);
    this.u8(rest);
  }

  address(value: unknown): void {
    if (typeof value !== 'string' || value.length !== ADDRESS_LENGTH || !value.startsWith('0x')) giveUp('an address');
    const at = this.#room(ADDRESS_BYTES);
    // What is no digit ends the writing.
    if (this.#bytes.write((value as string).slice(2), at, 'hex') !== ADDRESS_BYTES) giveUp('an address');
  }

  digest(value: string): void {
    const bytes = fromBase58(value);
    if (bytes.length !== ADDRESS_BYTES) giveUp('a digest');
    this.bytes(bytes);
  }

  /** Bytes without a length. */
  raw(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  /** Bytes behind their length. */
  bytes(value: unknown): void {
    if (!(value instanceof Uint8Array)) giveUp('bytes');
    this.uleb((value as Uint8Array).length);
    this.raw(value as Uint8Array);
  }

  /** Bytes behind their length, given in base64. */
  base64(value: unknown): void {
    if (typeof value !== 'string') giveUp('base64');
    const bytes = Buffer.from(value as string, 'base64');
    // Node reads more than base64, and skips what it cannot read.
    if (bytes.toString('base64') !== value) giveUp('base64');
    this.bytes(bytes);
  }

  ascii(value: unknown): void {
    if (typeof value !== 'string' || !ASCII.test(value)) giveUp('text beyond ASCII');
    this.uleb((value as string).length);
    const at = this.#room((value as string).length);
    this.#bytes.write(value as string, at, 'latin1');
  }

  vector<T>(items: Iterable<T> & { readonly length: number }, write: (writer: this, item: T) => void): void {
    this.uleb(items.length);
    for (const item of items) write(this, item);
  }

  option<T>(value: T | null | undefined, write: (writer: this, value: T) => void): void {
    const isThere = value !== null && value !== undefined;
    this.bool(isThere);
    if (isThere) write(this, value);
  }

  /**
   * The number of the one variant of a value as the SDK has enums, `$kind` or not.
   * @param names of all variants, in order
   * @returns which it is, and what is in it
   */
  variant(value: object, names: readonly string[]): [name: string, contents: never] {
    let name = '';
    for (const key in value) {
      if (key === '$kind') continue;
      if (name !== '') giveUp('two variants');
      name = key;
    }
    const index = names.indexOf(name);
    const contents = (value as Record<string, unknown>)[name];
    if (index < 0 || contents === undefined) giveUp(`variant ${name}`);
    this.uleb(index);
    return [name, contents as never];
  }
}
