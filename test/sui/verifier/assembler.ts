// A small assembler, for modules that the compiler would not make. What it makes is real bytecode: the tables are
// serialized by the template package and decoded again.

import * as template from '@mysten/move-bytecode-template';
import { readModule, type ModuleTables, type SignatureToken } from '../../../localnet/sui/vm/format.ts';

export const COPY = 1;
export const DROP = 2;
export const STORE = 4;
export const KEY = 8;
export const SELF = '0x' + 'aa'.padStart(64, '0');
export const SUI = '0x' + '2'.padStart(64, '0');

export const ref = (to: SignatureToken): SignatureToken => ({ Reference: to });
export const mut = (to: SignatureToken): SignatureToken => ({ MutableReference: to });
export const vector = (of: SignatureToken): SignatureToken => ({ Vector: of });
export const param = (index: number): SignatureToken => ({ TypeParameter: index });

/** An instruction as text ("CopyLoc 0") or with an operand that the assembler gave. */
export type Line = string | Record<string, unknown>;
export type TypeParameters = readonly { readonly constraints: number; readonly phantom?: boolean }[];

export interface FunctionText {
  readonly params?: readonly SignatureToken[];
  readonly returns?: readonly SignatureToken[];
  readonly locals?: readonly SignatureToken[];
  /** Constraints of the type parameters. */
  readonly typeParameters?: readonly number[];
  readonly visibility?: 'Private' | 'Public' | 'Friend';
  readonly entry?: boolean;
  /** Null for a native function. */
  readonly code: readonly Line[] | null;
  readonly jumpTables?: readonly { readonly head: number; readonly offsets: readonly number[] }[];
}

const WIDE = /^Ld(U64|U128)$/;

function parseLine(line: Line): unknown {
  if (typeof line !== 'string') return line;
  const [op, operand, count] = line.split(' ');
  if (operand === undefined) return op;
  if (count !== undefined) return { [op!]: [Number(operand), BigInt(count)] };
  return { [op!]: WIDE.test(op!) ? BigInt(operand) : Number(operand) };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export class Assembler {
  readonly tables: Mutable<ModuleTables>;

  constructor(name = 'm', address = SELF) {
    this.tables = {
      version: 7,
      self_module_handle_idx: 0,
      module_handles: [],
      datatype_handles: [],
      function_handles: [],
      field_handles: [],
      friend_decls: [],
      struct_def_instantiations: [],
      function_instantiations: [],
      field_instantiations: [],
      signatures: [],
      identifiers: [],
      address_identifiers: [],
      constant_pool: [],
      metadata: [],
      struct_defs: [],
      function_defs: [],
      enum_defs: [],
      enum_def_instantiations: [],
      variant_handles: [],
      variant_instantiation_handles: [],
    };
    this.module(name, address);
  }

  #row<T>(table: T[], row: T): number {
    const text = JSON.stringify(row);
    const at = table.findIndex((r) => JSON.stringify(r) === text);
    return at >= 0 ? at : table.push(row) - 1;
  }

  name(text: string): number {
    return this.#row(this.tables.identifiers, text);
  }

  module(name: string, address = SELF): number {
    const row = { address: this.#row(this.tables.address_identifiers, address.slice(2)), name: this.name(name) };
    return this.#row(this.tables.module_handles, row);
  }

  friend(name: string, address = SELF): void {
    const row = { address: this.#row(this.tables.address_identifiers, address.slice(2)), name: this.name(name) };
    this.tables.friend_decls.push(row);
  }

  signature(types: readonly SignatureToken[]): number {
    return this.#row(this.tables.signatures, types);
  }

  #datatypeHandle(module: number, name: string, abilities: number, parameters: TypeParameters): number {
    const type_parameters = parameters.map((p) => ({ constraints: p.constraints, is_phantom: p.phantom ?? false }));
    return this.tables.datatype_handles.push({ module, name: this.name(name), abilities, type_parameters }) - 1;
  }

  /** A datatype of another module; gives its handle. */
  importType(module: string, name: string, abilities: number, parameters: TypeParameters = [], address = SUI): number {
    return this.#datatypeHandle(this.module(module, address), name, abilities, parameters);
  }

  uid(): SignatureToken {
    return { Datatype: this.importType('object', 'UID', STORE) };
  }

  /** A function of another module; gives its handle. */
  importFunction(
    module: string,
    name: string,
    { params = [], returns = [], typeParameters = [] }: Omit<FunctionText, 'code'> = {},
    address = SUI,
  ): number {
    return this.#functionHandle(this.module(module, address), name, params, returns, typeParameters);
  }

  #functionHandle(
    module: number,
    name: string,
    params: readonly SignatureToken[],
    returns: readonly SignatureToken[],
    typeParameters: readonly number[],
  ): number {
    const handle = {
      module,
      name: this.name(name),
      parameters: this.signature(params),
      return_: this.signature(returns),
      type_parameters: typeParameters,
    };
    return this.tables.function_handles.push(handle) - 1;
  }

  struct(
    name: string,
    abilities: number,
    fields: Readonly<Record<string, SignatureToken>>,
    parameters: TypeParameters = [],
  ): { readonly handle: number; readonly def: number; readonly type: SignatureToken } {
    const handle = this.#datatypeHandle(0, name, abilities, parameters);
    const Declared = Object.entries(fields).map(([field, signature]) => ({ name: this.name(field), signature }));
    const def = this.tables.struct_defs.push({ struct_handle: handle, field_information: { Declared } }) - 1;
    return { handle, def, type: { Datatype: handle } };
  }

  enum(
    name: string,
    abilities: number,
    variants: Readonly<Record<string, Readonly<Record<string, SignatureToken>>>>,
    parameters: TypeParameters = [],
  ): { readonly handle: number; readonly def: number; readonly type: SignatureToken } {
    const handle = this.#datatypeHandle(0, name, abilities, parameters);
    const rows = Object.entries(variants).map(([variant, fields]) => ({
      variant_name: this.name(variant),
      fields: Object.entries(fields).map(([field, signature]) => ({ name: this.name(field), signature })),
    }));
    const def = this.tables.enum_defs.push({ enum_handle: handle, variants: rows }) - 1;
    return { handle, def, type: { Datatype: handle } };
  }

  variant(def: number, tag: number): number {
    return this.#row(this.tables.variant_handles, { enum_def: def, variant: tag });
  }

  field(owner: number, field: number): number {
    return this.#row(this.tables.field_handles, { owner, field });
  }

  structOf(def: number, types: readonly SignatureToken[]): number {
    return this.#row(this.tables.struct_def_instantiations, { def, type_parameters: this.signature(types) });
  }

  callOf(handle: number, types: readonly SignatureToken[]): number {
    return this.#row(this.tables.function_instantiations, { handle, type_parameters: this.signature(types) });
  }

  fieldOf(handle: number, types: readonly SignatureToken[]): number {
    return this.#row(this.tables.field_instantiations, { handle, type_parameters: this.signature(types) });
  }

  constant(type: SignatureToken, data: readonly number[]): number {
    return this.#row(this.tables.constant_pool, { type_: type, data });
  }

  /** Declares and defines a function; gives its handle. `code` may be made from the handle, for recursion. */
  fn(name: string, text: FunctionText | ((handle: number) => FunctionText), head?: Omit<FunctionText, 'code'>): number {
    const declared = typeof text === 'function' ? (head ?? {}) : text;
    const { params = [], returns = [], typeParameters = [] } = declared;
    const handle = this.#functionHandle(0, name, params, returns, typeParameters);
    const {
      code,
      locals = [],
      visibility = 'Private',
      entry = false,
      jumpTables = [],
    } = typeof text === 'function' ? { ...head, ...text(handle) } : text;
    this.tables.function_defs.push({
      function: handle,
      visibility,
      is_entry: entry,
      acquires_global_resources: [],
      code: code && {
        locals: this.signature(locals),
        code: code.map(parseLine),
        jump_tables: jumpTables.map(({ head: head_enum, offsets }) => ({
          head_enum,
          jump_table: { Full: [...offsets] },
        })),
      },
    } as never);
    return handle;
  }

  /** The bytes of the module. */
  bytes(): Uint8Array {
    return template.serialize(this.tables);
  }

  /** The module as a node reads it. */
  read(): ModuleTables {
    return readModule(this.bytes());
  }
}
