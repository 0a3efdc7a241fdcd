// Reading the binary format of Move modules. The tables are decoded by the template package, which is Move's own
// deserializer with its bounds check; the frame around them (magic, version, table headers) is checked here first, so
// that nothing but a whole module of a known version reaches it. Malformed bytes give a ModuleError, never a crash.

import * as template from '@mysten/move-bytecode-template';
import { ModuleError } from './errors.ts';

/** 0xA11CEB0B: a module that may be published. */
const MAGIC = 0xa11ceb0b;
/** 0xDEADC0DE: a module compiled with a mode (tests). The rest of its bytes is as in any other module. */
const TEST_MAGIC = 0xdeadc0de;
/** From version 7 on, the top byte of the version word is the flavor: 5 is Sui. */
const FLAVOR = 0x05;
const OLDEST_VERSION = 6;
const NEWEST_VERSION = 7;
const ADDRESS_TABLE = 0x8;
const KNOWN_TABLES = 0x14;

export type SignatureToken =
  | 'Bool'
  | 'U8'
  | 'U16'
  | 'U32'
  | 'U64'
  | 'U128'
  | 'U256'
  | 'Address'
  | 'Signer'
  | { Vector: SignatureToken }
  | { Reference: SignatureToken }
  | { MutableReference: SignatureToken }
  | { Datatype: number }
  | { DatatypeInstantiation: [number, SignatureToken[]] }
  | { TypeParameter: number };

export interface FieldDefinition {
  readonly name: number;
  readonly signature: SignatureToken;
}

/** An instruction: its name, or its name with an operand. */
export type RawInstruction = string | Readonly<Record<string, unknown>>;

export interface CodeUnit {
  /** Index of the signature of the locals after the parameters. */
  readonly locals: number;
  readonly code: readonly RawInstruction[];
  readonly jump_tables: readonly { readonly head_enum: number; readonly jump_table: { readonly Full: number[] } }[];
}

export interface FunctionDefinition {
  readonly function: number;
  readonly visibility: 'Private' | 'Public' | 'Friend';
  readonly is_entry: boolean;
  /** Absent for native functions. */
  readonly code: CodeUnit | null | undefined;
}

/** The tables of a module. Numbers are indices into other tables, ability fields bit sets (see `ABILITY`). */
export interface ModuleTables {
  readonly version: number;
  readonly self_module_handle_idx: number;
  readonly module_handles: readonly { readonly address: number; readonly name: number }[];
  readonly datatype_handles: readonly {
    readonly module: number;
    readonly name: number;
    readonly abilities: number;
    readonly type_parameters: readonly { readonly constraints: number; readonly is_phantom: boolean }[];
  }[];
  readonly function_handles: readonly {
    readonly module: number;
    readonly name: number;
    readonly parameters: number;
    readonly return_: number;
    readonly type_parameters: readonly number[];
  }[];
  readonly field_handles: readonly { readonly owner: number; readonly field: number }[];
  readonly friend_decls: readonly { readonly address: number; readonly name: number }[];
  readonly struct_def_instantiations: readonly { readonly def: number; readonly type_parameters: number }[];
  readonly function_instantiations: readonly { readonly handle: number; readonly type_parameters: number }[];
  readonly field_instantiations: readonly { readonly handle: number; readonly type_parameters: number }[];
  readonly signatures: readonly (readonly SignatureToken[])[];
  readonly identifiers: readonly string[];
  readonly address_identifiers: readonly string[];
  readonly constant_pool: readonly { readonly type_: SignatureToken; readonly data: readonly number[] }[];
  readonly metadata: readonly unknown[];
  readonly struct_defs: readonly {
    readonly struct_handle: number;
    readonly field_information: 'Native' | { readonly Declared: readonly FieldDefinition[] };
  }[];
  readonly function_defs: readonly FunctionDefinition[];
  readonly enum_defs: readonly {
    readonly enum_handle: number;
    readonly variants: readonly { readonly variant_name: number; readonly fields: readonly FieldDefinition[] }[];
  }[];
  readonly enum_def_instantiations: readonly { readonly def: number; readonly type_parameters: number }[];
  readonly variant_handles: readonly { readonly enum_def: number; readonly variant: number }[];
  readonly variant_instantiation_handles: readonly { readonly enum_def: number; readonly variant: number }[];
}

interface Frame {
  /** Offset of the table contents, and of the self handle index that follows them. */
  readonly contents: number;
  readonly end: number;
  readonly tables: ReadonlyMap<number, { readonly offset: number; readonly length: number }>;
  readonly selfHandle: number;
  readonly testMode: boolean;
}

/** Reads a ULEB128 number below 2^32 at `at`; gives it and the offset behind it. */
function readUleb(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) throw new ModuleError('MALFORMED', 'the module ends within a number');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if ((shift > 0 && byte === 0) || value > 0xffff_ffff) break;
      return [value, at];
    }
  }
  throw new ModuleError('MALFORMED', 'a number is overlong');
}

/** Checks everything around the table contents and says where they are. */
function readFrame(bytes: Uint8Array): Frame {
  if (bytes.length < 9) throw new ModuleError('MALFORMED', `${bytes.length} bytes are no module`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  if (magic !== MAGIC && magic !== TEST_MAGIC) throw new ModuleError('BAD_MAGIC', `magic ${magic.toString(16)}`);
  const word = view.getUint32(4, true);
  const version = word & 0x00ff_ffff;
  const flavor = word >>> 24;
  if (version < OLDEST_VERSION || version > NEWEST_VERSION || flavor !== (version >= 7 ? FLAVOR : 0)) {
    throw new ModuleError(
      'UNKNOWN_VERSION',
      `version ${version} of flavor ${flavor}; versions 6 and 7 (Sui) are known`,
    );
  }
  let [count, at] = readUleb(bytes, 8);
  if (count > 255) throw new ModuleError('BAD_HEADER_TABLE', `${count} tables`);
  const tables = new Map<number, { offset: number; length: number }>();
  for (; count > 0; count--) {
    const kind = bytes[at];
    if (kind === undefined) throw new ModuleError('BAD_HEADER_TABLE', 'the module ends within the table headers');
    if (kind === 0 || kind === 9 || kind > KNOWN_TABLES) throw new ModuleError('UNKNOWN_TABLE_TYPE', `table ${kind}`);
    if (tables.has(kind)) throw new ModuleError('DUPLICATE_TABLE', `table ${kind}`);
    const [offset, afterOffset] = readUleb(bytes, at + 1);
    const [length, afterLength] = readUleb(bytes, afterOffset);
    if (length === 0) throw new ModuleError('BAD_HEADER_TABLE', `table ${kind} is empty`);
    tables.set(kind, { offset, length });
    at = afterLength;
  }
  // Tables must follow one another without gap or overlap.
  let end = 0;
  for (const table of [...tables.values()].sort((a, b) => a.offset - b.offset)) {
    if (table.offset !== end)
      throw new ModuleError('BAD_HEADER_TABLE', `a table starts at ${table.offset}, not ${end}`);
    end += table.length;
  }
  if (at + end > bytes.length) throw new ModuleError('BAD_HEADER_TABLE', 'a table reaches beyond the module');
  const [selfHandle, after] = readUleb(bytes, at + end);
  if (after !== bytes.length) throw new ModuleError('TRAILING_BYTES', `${bytes.length - after} bytes after the module`);
  return { contents: at, end: at + end, tables, selfHandle, testMode: magic === TEST_MAGIC };
}

/** Whether the module was compiled with a mode, and so can be run in tests but not published. */
export function isTestModule(bytes: Uint8Array): boolean {
  return readFrame(bytes).testMode;
}

/**
 * Decodes a module. Modules compiled for tests are accepted: only their magic differs.
 *
 * @throws ModuleError with the status that Move's deserializer gives.
 */
export function readModule(bytes: Uint8Array): ModuleTables {
  let input = bytes;
  if (readFrame(bytes).testMode) {
    input = bytes.slice();
    new DataView(input.buffer).setUint32(0, MAGIC);
  }
  try {
    return template.deserialize(input) as ModuleTables;
  } catch (error) {
    // The package throws plain objects as well as errors.
    const message = String((error as { message?: unknown } | null)?.message ?? error);
    const status = /with status ([A-Z0-9_]+)/.exec(message)?.[1] ?? 'UNKNOWN_BINARY_ERROR';
    throw new ModuleError(status, message);
  }
}

/**
 * The module with its own address replaced, as publishing does for modules compiled at 0x0.
 *
 * @param address "0x" and 64 hex digits.
 */
export function withSelfAddress(bytes: Uint8Array, address: string): Uint8Array {
  const tables = readModule(bytes);
  const frame = readFrame(bytes);
  const addresses = frame.tables.get(ADDRESS_TABLE);
  const handle = tables.module_handles[tables.self_module_handle_idx];
  if (!addresses || !handle) throw new ModuleError('NO_MODULE_HANDLES', 'the module names no address');
  const id = Buffer.from(address.slice(2), 'hex');
  if (id.length !== 32) throw new RangeError(`an address has 32 bytes, not ${id.length}`);
  const moved = bytes.slice();
  moved.set(id, frame.contents + addresses.offset + 32 * handle.address);
  return moved;
}

/** The element of a table; `table` names it in the error. */
export function entry<T>(table: readonly T[], index: number, name: string): T {
  const found = table[index];
  if (found === undefined) throw new ModuleError('INDEX_OUT_OF_BOUNDS', `${name} ${index} of ${table.length}`);
  return found;
}
