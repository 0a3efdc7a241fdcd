// Values of the machine. Integers up to 32 bits are numbers, wider ones bigints; addresses are "0x" and 64 hex digits;
// byte vectors are kept as bytes. Structs and vectors are mutable containers that references point into.

/** A container that a reference may point into: fields, elements, bytes or the locals of a frame. */
export type Container = Value[] | Uint8Array;

export type Value = boolean | number | bigint | string | Struct | Vec | Bytes | Ref;

/** A struct, or a variant of an enum (`tag` is -1 for structs). */
export class Struct {
  readonly fields: Value[];
  readonly tag: number;

  constructor(fields: Value[], tag = -1) {
    this.fields = fields;
    this.tag = tag;
  }

  copy(): Struct {
    return new Struct(copyAll(this.fields), this.tag);
  }

  equals(other: Value): boolean {
    return other instanceof Struct && this.tag === other.tag && allEqual(this.fields, other.fields);
  }
}

/** A vector of anything but bytes. */
export class Vec {
  readonly items: Value[];

  constructor(items: Value[]) {
    this.items = items;
  }

  copy(): Vec {
    return new Vec(copyAll(this.items));
  }

  equals(other: Value): boolean {
    return other instanceof Vec && allEqual(this.items, other.items);
  }
}

/** A vector<u8>. `data` may be longer than the vector: only its first `length` bytes count. */
export class Bytes {
  data: Uint8Array;
  length: number;

  /** Takes `data` over: the caller must not write to it afterwards. */
  constructor(data: Uint8Array, length = data.length) {
    this.data = data;
    this.length = length;
  }

  /** The bytes, without a copy: valid until the vector changes. */
  view(): Uint8Array {
    return this.length === this.data.length ? this.data : this.data.subarray(0, this.length);
  }

  push(byte: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint8Array(Math.max(16, this.length * 2));
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = byte;
  }

  pop(): number {
    return this.data[--this.length]!;
  }

  copy(): Bytes {
    return new Bytes(this.data.slice(0, this.length));
  }

  equals(other: Value): boolean {
    if (!(other instanceof Bytes) || this.length !== other.length) return false;
    for (let i = 0; i < this.length; i++) if (this.data[i] !== other.data[i]) return false;
    return true;
  }
}

/** A reference: a place in a container. Mutable and immutable references look the same at run time. */
export class Ref {
  readonly container: Container;
  readonly index: number;

  constructor(container: Container, index: number) {
    this.container = container;
    this.index = index;
  }

  /** The value referred to, not a copy. */
  get(): Value {
    return this.container[this.index]!;
  }

  set(value: Value): void {
    (this.container as Value[])[this.index] = value;
  }

  copy(): Ref {
    return this;
  }

  /** References are equal if what they refer to is. */
  equals(other: Value): boolean {
    return other instanceof Ref && equalValues(this.get(), other.get());
  }
}

function copyAll(values: readonly Value[]): Value[] {
  const copies = values.slice();
  for (let i = 0; i < copies.length; i++) {
    const value = copies[i]!;
    if (typeof value === 'object') copies[i] = value.copy();
  }
  return copies;
}

function allEqual(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalValues(a[i]!, b[i]!)) return false;
  return true;
}

/** A deep copy. */
export function copyValue(value: Value): Value {
  return typeof value === 'object' ? value.copy() : value;
}

/** Deep equality of two values of one type. */
export function equalValues(a: Value, b: Value): boolean {
  return typeof a === 'object' ? a.equals(b) : a === b;
}

/** A reference to a value that lives outside any frame, for instance an argument of a call from outside. */
export function refTo(value: Value): Ref {
  return new Ref([value], 0);
}

/** A struct from its fields, in order. */
export function struct(...fields: Value[]): Struct {
  return new Struct(fields);
}

/** A vector<u8> holding a copy of `bytes`. */
export function bytesValue(bytes: Uint8Array): Bytes {
  return new Bytes(bytes.slice());
}
