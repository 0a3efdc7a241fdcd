/**
 * Renders Move values as JSON the way Sui's RPC does: 64-bit and wider integers as strings, byte vectors in base64,
 * strings, ids, options and balances without their wrappers, enum variants under `@variant`.
 */
import type { GrpcTypes } from '@mysten/sui/grpc';
import { toBase64 } from '../base64.ts';
import type { DatatypeDescriptor, FieldDescriptor, PackageReader, SignatureBody } from '../ledger/packages.ts';
import { STD_ADDRESS, SUI_ADDRESS, parseType, type StructTag, type TypeTag } from '../ledger/types.ts';

/** `google.protobuf.Value`. */
export type JsonValue = NonNullable<GrpcTypes.Event['json']>;

/** Bytes of JSON and structure that one value may take, and how deep it may nest. */
const MAX_COST = 1024 * 1024;
const MAX_DEPTH = 80;
const VALUE_COST = 64;

/** Thrown when a value has no JSON form: unknown type, bytes of another type, or too large. */
class Unrenderable extends Error {}

/** Renders a value of a type given as text, or returns undefined when its layout is unknown or it is too large. */
export function renderJson(packages: PackageReader, type: string, bytes: Uint8Array): JsonValue | undefined {
  try {
    const visitor = new Visitor(packages, bytes);
    const value = visitor.value(tagToBody(parseType(type)), [], 0);
    return visitor.done ? value : undefined;
  } catch {
    // Like Sui, which leaves the field out when a value cannot be shown.
    return undefined;
  }
}

/** A type tag as a closed signature body. */
export function tagToBody(tag: TypeTag): SignatureBody {
  if ('struct' in tag && tag.struct) {
    const { address, module, name, typeParams } = tag.struct as StructTag;
    return {
      kind: 'datatype',
      package: address,
      module,
      name,
      args: typeParams.map((arg) => tagToBody(arg as TypeTag)),
    };
  }
  if ('vector' in tag && tag.vector) return { kind: 'vector', element: tagToBody(tag.vector as TypeTag) };
  return { kind: Object.keys(tag).find((key) => key !== '$kind') } as SignatureBody;
}

/** Replaces type parameters by arguments. */
export function instantiate(body: SignatureBody, args: readonly SignatureBody[]): SignatureBody {
  switch (body.kind) {
    case 'parameter': {
      const arg = args[body.index];
      if (!arg) throw new Unrenderable(`type argument ${body.index} is missing`);
      return arg;
    }
    case 'vector':
      return { kind: 'vector', element: instantiate(body.element, args) };
    case 'datatype':
      return { ...body, args: body.args.map((arg) => instantiate(arg, args)) };
    default:
      return body;
  }
}

/**
 * Bytes that the first field's value takes in a struct, given its type: how a dynamic field's name is told from its
 * value. Undefined when the layout is unknown or the bytes are of another type.
 */
export function lengthOf(packages: PackageReader, type: string, bytes: Uint8Array): number | undefined {
  try {
    const visitor = new Visitor(packages, bytes);
    visitor.value(tagToBody(parseType(type)), [], 0);
    return visitor.position;
  } catch {
    return undefined;
  }
}

const text = (value: string): JsonValue => ({ kind: { oneofKind: 'stringValue', stringValue: value } });
const number = (value: number): JsonValue => ({ kind: { oneofKind: 'numberValue', numberValue: value } });
const list = (values: JsonValue[]): JsonValue => ({ kind: { oneofKind: 'listValue', listValue: { values } } });
const map = (fields: Record<string, JsonValue>): JsonValue => ({
  kind: { oneofKind: 'structValue', structValue: { fields } },
});
const NULL: JsonValue = { kind: { oneofKind: 'nullValue', nullValue: 0 } };

/** Structs that are shown as what they wrap. */
const STRINGS = [`${STD_ADDRESS}::ascii::String`, `${STD_ADDRESS}::string::String`, `${SUI_ADDRESS}::url::Url`];
const IDS = [`${SUI_ADDRESS}::object::ID`, `${SUI_ADDRESS}::object::UID`];
const OPTION = `${STD_ADDRESS}::option::Option`;
const BALANCE = `${SUI_ADDRESS}::balance::Balance`;

class Visitor {
  readonly #packages: PackageReader;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;
  #cost = 0;

  constructor(packages: PackageReader, bytes: Uint8Array) {
    this.#packages = packages;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.position === this.#bytes.length;
  }

  value(body: SignatureBody, args: readonly SignatureBody[], depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new Unrenderable('nested too deeply');
    this.#spend(VALUE_COST);
    switch (body.kind) {
      case 'bool': {
        const byte = this.#take(1)[0]!;
        if (byte > 1) throw new Unrenderable('a bool is 0 or 1');
        return { kind: { oneofKind: 'boolValue', boolValue: byte === 1 } };
      }
      case 'u8':
        return number(Number(this.#integer(1)));
      case 'u16':
        return number(Number(this.#integer(2)));
      case 'u32':
        return number(Number(this.#integer(4)));
      case 'u64':
        return text(this.#integer(8).toString());
      case 'u128':
        return text(this.#integer(16).toString());
      case 'u256':
        return text(this.#integer(32).toString());
      case 'address':
      case 'signer':
        return text(this.#address());
      case 'vector':
        return this.#vector(instantiate(body.element, args), depth);
      case 'parameter':
        return this.value(instantiate(body, args), [], depth);
      case 'datatype':
        return this.#datatype(instantiate(body, args) as Extract<SignatureBody, { kind: 'datatype' }>, depth);
    }
  }

  #vector(element: SignatureBody, depth: number): JsonValue {
    const length = this.#uleb();
    if (element.kind === 'u8') return this.#text(toBase64(this.#take(length)));
    const values: JsonValue[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(element, [], depth + 1));
    return list(values);
  }

  #datatype(body: Extract<SignatureBody, { kind: 'datatype' }>, depth: number): JsonValue {
    const { args } = body;
    const name = `${body.package}::${body.module}::${body.name}`;
    if (STRINGS.includes(name)) {
      return this.#text(new TextDecoder('utf-8', { fatal: true }).decode(this.#take(this.#uleb())));
    }
    if (IDS.includes(name)) return this.#text(this.#address());
    if (name === BALANCE) return text(this.#integer(8).toString());
    if (name === OPTION) {
      const length = this.#uleb();
      if (length > 1) throw new Unrenderable('an option has at most one value');
      return length === 0 ? NULL : this.value(args[0]!, [], depth);
    }
    const descriptor = this.#descriptor(body);
    if (descriptor.fields) return map(this.#fields(descriptor.fields, args, depth));
    const variant = descriptor.variants?.[this.#uleb()];
    if (!variant) throw new Unrenderable('unknown variant');
    return map({ '@variant': this.#text(variant.name), ...this.#fields(variant.fields, args, depth) });
  }

  #fields(
    fields: readonly FieldDescriptor[],
    args: readonly SignatureBody[],
    depth: number,
  ): Record<string, JsonValue> {
    const entries: Record<string, JsonValue> = {};
    for (const { name, type } of fields) {
      this.#spend(name.length);
      entries[name] = this.value(type, args, depth + 1);
    }
    return entries;
  }

  #descriptor(body: Extract<SignatureBody, { kind: 'datatype' }>): DatatypeDescriptor {
    const descriptor = this.#packages.module(body.package, body.module)?.datatypes.get(body.name);
    if (!descriptor) throw new Unrenderable(`${body.package}::${body.module}::${body.name} is unknown`);
    return descriptor;
  }

  #text(value: string): JsonValue {
    this.#spend(value.length);
    return text(value);
  }

  #address(): string {
    return `0x${Buffer.from(this.#take(32)).toString('hex')}`;
  }

  #integer(size: number): bigint {
    return this.#take(size).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  #uleb(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.position++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Unrenderable('a length does not end');
  }

  #take(length: number): Uint8Array {
    if (this.#bytes.length - this.position < length) throw new Unrenderable('too few bytes');
    this.position += length;
    return this.#bytes.subarray(this.position - length, this.position);
  }

  #spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > MAX_COST) throw new Unrenderable('too large');
  }
}
