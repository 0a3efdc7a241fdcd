// Assembles Move modules for tests with the template package's serializer, so that single opcodes can be tried without a
// compiler.

import * as template from '@mysten/move-bytecode-template';
import type { RawInstruction, SignatureToken } from '../../../localnet/sui/vm/format.ts';
import { Machine } from '../../../localnet/sui/vm/machine.ts';
import { Meter, type MeterOptions } from '../../../localnet/sui/vm/meter.ts';
import type { NativeTable } from '../../../localnet/sui/vm/native.ts';
import { packagesOf } from '../../../localnet/sui/vm/packages.ts';
import { type Limits, SUI_LIMITS } from '../../../localnet/sui/vm/limits.ts';
import type { Type } from '../../../localnet/sui/vm/types.ts';
import type { Value } from '../../../localnet/sui/vm/values.ts';

export const HERE = `0x${'42'.padStart(64, '0')}`;

export interface FunctionSpec {
  readonly name: string;
  readonly params?: readonly SignatureToken[];
  readonly returns?: readonly SignatureToken[];
  /** Locals after the parameters. */
  readonly locals?: readonly SignatureToken[];
  /** Absent for a native function. */
  readonly code?: readonly RawInstruction[];
  readonly typeParameters?: readonly number[];
  readonly visibility?: 'Public' | 'Private' | 'Friend';
  /** Offsets of a VariantSwitch by enum, one table each. */
  readonly jumps?: readonly { readonly head: number; readonly offsets: readonly number[] }[];
}

interface Parameters {
  readonly constraints: number;
  readonly is_phantom: boolean;
}

/** Tables of a module under construction. Methods give indices. */
export class ModuleAssembler {
  readonly #identifiers: string[] = [];
  readonly #addresses: string[] = [];
  readonly #moduleHandles: { address: number; name: number }[] = [];
  readonly #signatures: SignatureToken[][] = [[]];
  readonly #tables = {
    datatype_handles: [] as object[],
    function_handles: [] as object[],
    field_handles: [] as object[],
    friend_decls: [] as object[],
    struct_def_instantiations: [] as object[],
    function_instantiations: [] as object[],
    field_instantiations: [] as object[],
    constant_pool: [] as object[],
    struct_defs: [] as object[],
    function_defs: [] as object[],
    enum_defs: [] as object[],
    enum_def_instantiations: [] as object[],
    variant_handles: [] as object[],
    variant_instantiation_handles: [] as object[],
  };

  constructor(name = 'm', address = HERE) {
    this.module(name, address);
  }

  #add<T>(table: T[], item: T): number {
    const text = JSON.stringify(item);
    const known = table.findIndex((t) => JSON.stringify(t) === text);
    return known >= 0 ? known : table.push(item) - 1;
  }

  module(name: string, address = HERE): number {
    const hex = address.slice(2);
    return this.#add(this.#moduleHandles, {
      address: this.#add(this.#addresses, hex),
      name: this.#add(this.#identifiers, name),
    });
  }

  friend(name: string, address = HERE): void {
    this.#tables.friend_decls.push(this.#moduleHandles[this.module(name, address)]!);
  }

  signature(tokens: readonly SignatureToken[]): number {
    return this.#add(this.#signatures, [...tokens]);
  }

  /** A datatype handle; of this module unless another is given. */
  datatype(name: string, abilities: number, typeParameters: readonly Parameters[] = [], module = 0): number {
    return this.#add(this.#tables.datatype_handles, {
      module,
      name: this.#add(this.#identifiers, name),
      abilities,
      type_parameters: [...typeParameters],
    });
  }

  #fields(fields: Readonly<Record<string, SignatureToken>>): object[] {
    return Object.entries(fields).map(([name, signature]) => ({ name: this.#add(this.#identifiers, name), signature }));
  }

  /** A struct definition over a handle of this module. */
  struct(handle: number, fields: Readonly<Record<string, SignatureToken>>): number {
    const field_information = { Declared: this.#fields(fields) };
    return this.#tables.struct_defs.push({ struct_handle: handle, field_information }) - 1;
  }

  enum(handle: number, variants: Readonly<Record<string, Readonly<Record<string, SignatureToken>>>>): number {
    const defs = Object.entries(variants).map(([name, fields]) => ({
      variant_name: this.#add(this.#identifiers, name),
      fields: this.#fields(fields),
    }));
    return this.#tables.enum_defs.push({ enum_handle: handle, variants: defs }) - 1;
  }

  field(owner: number, field: number): number {
    return this.#add(this.#tables.field_handles, { owner, field });
  }

  variant(enumDef: number, variant: number): number {
    return this.#add(this.#tables.variant_handles, { enum_def: enumDef, variant });
  }

  structInstance(def: number, args: readonly SignatureToken[]): number {
    return this.#add(this.#tables.struct_def_instantiations, { def, type_parameters: this.signature(args) });
  }

  fieldInstance(handle: number, args: readonly SignatureToken[]): number {
    return this.#add(this.#tables.field_instantiations, { handle, type_parameters: this.signature(args) });
  }

  variantInstance(def: number, args: readonly SignatureToken[], variant: number): number {
    const enum_def = this.#add(this.#tables.enum_def_instantiations, { def, type_parameters: this.signature(args) });
    return this.#add(this.#tables.variant_instantiation_handles, { enum_def, variant });
  }

  constant(type_: SignatureToken, data: readonly number[]): number {
    return this.#add(this.#tables.constant_pool, { type_, data: [...data] });
  }

  /** A function handle; of this module unless another is given. */
  handle(spec: Omit<FunctionSpec, 'code'>, module = 0): number {
    return this.#add(this.#tables.function_handles, {
      module,
      name: this.#add(this.#identifiers, spec.name),
      parameters: this.signature(spec.params ?? []),
      return_: this.signature(spec.returns ?? []),
      type_parameters: [...(spec.typeParameters ?? [])],
    });
  }

  functionInstance(handle: number, args: readonly SignatureToken[]): number {
    return this.#add(this.#tables.function_instantiations, { handle, type_parameters: this.signature(args) });
  }

  function(spec: FunctionSpec): number {
    const handle = this.handle(spec);
    const code = spec.code && {
      locals: this.signature(spec.locals ?? []),
      code: [...spec.code],
      jump_tables: (spec.jumps ?? []).map((j) => ({ head_enum: j.head, jump_table: { Full: [...j.offsets] } })),
    };
    this.#tables.function_defs.push({
      function: handle,
      visibility: spec.visibility ?? 'Public',
      is_entry: false,
      acquires_global_resources: [],
      code: code ?? null,
    });
    return handle;
  }

  bytes(): Uint8Array {
    return template.serialize({
      version: 7,
      self_module_handle_idx: 0,
      module_handles: this.#moduleHandles,
      identifiers: this.#identifiers,
      address_identifiers: this.#addresses,
      signatures: this.#signatures,
      metadata: [],
      publishable: true,
      ...this.#tables,
    });
  }
}

/** A module with one function. */
export function assemble(
  spec: Omit<FunctionSpec, 'name'>,
  prepare: (m: ModuleAssembler) => void = () => {},
): Uint8Array {
  const module = new ModuleAssembler();
  prepare(module);
  module.function({ name: 'f', ...spec });
  return module.bytes();
}

export interface RunOptions extends MeterOptions {
  readonly types?: readonly Type[];
  readonly limits?: Limits;
  readonly natives?: NativeTable<null>;
  readonly module?: string;
  readonly name?: string;
}

/** Loads modules, calls a function (by default `m::f`) and gives its results and the meter. */
export function run(
  modules: Uint8Array | readonly Uint8Array[],
  args: readonly Value[] = [],
  options: RunOptions = {},
): { values: Value[]; meter: Meter; machine: Machine<null> } {
  const packages = packagesOf(modules instanceof Uint8Array ? [modules] : modules);
  const machine = new Machine<null>(
    (id) => packages.get(id),
    options.natives ?? new Map(),
    options.limits ?? SUI_LIMITS,
  );
  const meter = new Meter({ maxInstructions: 10_000_000, ...options });
  const instance = machine.loader
    .linkage(HERE)
    .function(HERE, options.module ?? 'm', options.name ?? 'f', options.types ?? []);
  return { values: machine.session(null, meter).call(instance, args), meter, machine };
}
