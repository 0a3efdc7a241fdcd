// BCS of values by type (https://github.com/diem/bcs): little-endian integers, ULEB128 lengths and variant tags in their
// shortest form, structs as their fields in order. Decoding is strict: nothing but the canonical bytes is accepted.

import { ModuleError, VmError } from './errors.ts';
import { KIND, WIDTH, type Type, type TypeTable } from './types.ts';
import { Bytes, Struct, type Value, Vec } from './values.ts';

/** Lengths in BCS are below 2^31. */
const MAX_LENGTH = 2 ** 31 - 1;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** "0x" and 64 hex digits to 32 bytes. */
export function addressBytes(address: string): Uint8Array {
  return new Uint8Array(Buffer.from(address.slice(2), 'hex'));
}

/** 32 bytes to "0x" and 64 hex digits. */
export function addressOf(bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError(`an address has 32 bytes, not ${bytes.length}`);
  let text = '0x';
  for (let i = 0; i < 32; i++) text += HEX[bytes[i]!]!;
  return text;
}

/** A growing byte buffer. */
export class BcsWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  uleb128(value: number): void {
    while (value >= 0x80) {
      this.byte((value & 0x7f) | 0x80);
      value >>>= 7;
    }
    this.byte(value);
  }

  /** A little-endian integer of `width` bits. */
  integer(value: number | bigint, width: number): void {
    this.#reserve(width / 8);
    if (typeof value === 'number') {
      for (let i = 0; i < width; i += 8) this.#bytes[this.#length++] = (value >>> i) & 0xff;
      return;
    }
    for (let i = 0; i < width; i += 32) {
      let word = Number(BigInt.asUintN(32, value));
      value >>= 32n;
      for (let j = 0; j < 4; j++) {
        this.#bytes[this.#length++] = word & 0xff;
        word >>>= 8;
      }
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads bytes from the start; every method fails rather than read past the end. */
export class BcsReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    if (this.#position >= this.#bytes.length) throw decodeError('the input ends early');
    return this.#bytes[this.#position++]!;
  }

  bytes(count: number): Uint8Array {
    if (count > this.remaining) throw decodeError(`${count} bytes wanted, ${this.remaining} left`);
    return this.#bytes.slice(this.#position, (this.#position += count));
  }

  bool(): boolean {
    const byte = this.byte();
    if (byte > 1) throw decodeError(`${byte} is not a bool`);
    return byte === 1;
  }

  uleb128(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (shift > 0 && byte === 0) throw decodeError('a length is not in its shortest form');
        if (value > MAX_LENGTH) throw decodeError('a length exceeds 2^31 - 1');
        return value;
      }
    }
    throw decodeError('a length exceeds 32 bits');
  }

  integer(width: number): number | bigint {
    if (width / 8 > this.remaining) throw decodeError(`an integer of ${width} bits is cut short`);
    if (width <= 32) {
      let value = 0;
      for (let i = 0; i < width; i += 8) value += this.#bytes[this.#position++]! * 2 ** i;
      return value;
    }
    let value = 0n;
    for (let i = width / 8 - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[this.#position + i]!);
    this.#position += width / 8;
    return value;
  }
}

function decodeError(detail: string): VmError {
  return new VmError('VALUE_DESERIALIZATION_ERROR', detail);
}

function encode(types: TypeTable, type: Type, value: Value, out: BcsWriter): void {
  const { kind } = type;
  if (kind >= KIND.U8 && kind <= KIND.U256) return out.integer(value as number | bigint, WIDTH[kind]!);
  switch (kind) {
    case KIND.BOOL:
      return out.byte(value ? 1 : 0);
    case KIND.ADDRESS:
    case KIND.SIGNER:
      return out.bytes(addressBytes(value as string));
    case KIND.VECTOR: {
      if (type.elem!.kind === KIND.U8) {
        out.uleb128((value as Bytes).length);
        return out.bytes((value as Bytes).view());
      }
      const { items } = value as Vec;
      out.uleb128(items.length);
      for (const item of items) encode(types, type.elem!, item, out);
      return;
    }
    case KIND.DATATYPE: {
      const { fields, tag } = value as Struct;
      if (tag >= 0) out.uleb128(tag);
      const fieldTypes = types.fields(type)[tag < 0 ? 0 : tag]!;
      for (let i = 0; i < fieldTypes.length; i++) encode(types, fieldTypes[i]!, fields[i]!, out);
      return;
    }
    default:
      throw new VmError('VALUE_SERIALIZATION_ERROR', `${type.key} has no serialized form`);
  }
}

function decode(types: TypeTable, type: Type, input: BcsReader): Value {
  const { kind } = type;
  if (kind >= KIND.U8 && kind <= KIND.U256) return input.integer(WIDTH[kind]!);
  switch (kind) {
    case KIND.BOOL:
      return input.bool();
    case KIND.ADDRESS:
      return addressOf(input.bytes(32));
    case KIND.VECTOR: {
      const count = input.uleb128();
      if (type.elem!.kind === KIND.U8) return new Bytes(input.bytes(count));
      // Every value takes a byte at least, so a longer vector cannot be whole.
      if (count > input.remaining) throw decodeError(`${count} elements wanted, ${input.remaining} bytes left`);
      const items: Value[] = [];
      for (let i = 0; i < count; i++) items.push(decode(types, type.elem!, input));
      return new Vec(items);
    }
    case KIND.DATATYPE: {
      const variants = types.fields(type);
      const tag = type.datatype!.isEnum ? input.uleb128() : -1;
      const fieldTypes = variants[tag < 0 ? 0 : tag];
      if (!fieldTypes) throw decodeError(`${type.key} has no variant ${tag}`);
      return new Struct(
        fieldTypes.map((t) => decode(types, t, input)),
        tag,
      );
    }
    default:
      throw decodeError(`${type.key} has no serialized form`);
  }
}

/**
 * Serializes a value of a closed type.
 *
 * @throws VmError VALUE_SERIALIZATION_ERROR for references; TOO_MANY_TYPE_NODES for types beyond `layoutNodes`.
 */
export function serialize(types: TypeTable, type: Type, value: Value, layoutNodes = Infinity): Uint8Array {
  types.layoutNodes(type, layoutNodes);
  const out = new BcsWriter();
  encode(types, type, value, out);
  return out.finish();
}

/**
 * Deserializes bytes that hold one value of a closed type and nothing else.
 *
 * @throws VmError VALUE_DESERIALIZATION_ERROR if the bytes are not the canonical form of a value of the type.
 */
export function deserialize(types: TypeTable, type: Type, bytes: Uint8Array, layoutNodes = Infinity): Value {
  types.layoutNodes(type, layoutNodes);
  const input = new BcsReader(bytes);
  const value = decode(types, type, input);
  if (input.remaining > 0) throw decodeError(`${input.remaining} bytes after the value`);
  return value;
}

/** Deserializes a constant of a module: primitives and vectors of them only. */
export function deserializeConstant(types: TypeTable, type: Type, bytes: Uint8Array): Value {
  let elem: Type = type;
  while (elem.kind === KIND.VECTOR) elem = elem.elem!;
  if (elem.kind > KIND.ADDRESS) throw new ModuleError('INVALID_CONSTANT_TYPE', `a constant of type ${type.key}`);
  try {
    return deserialize(types, type, bytes);
  } catch (error) {
    throw new ModuleError('MALFORMED_CONSTANT_DATA', (error as Error).message);
  }
}
