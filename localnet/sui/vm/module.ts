// A module's tables made convenient, before anything outside the module is looked up.

import { ModuleError, type ModuleId } from './errors.ts';
import { type CodeUnit, entry, type FieldDefinition, type ModuleTables, readModule } from './format.ts';
import type { TypeParameter } from './types.ts';

export interface FunctionImage {
  readonly index: number;
  readonly name: string;
  readonly handle: number;
  readonly visibility: 'Private' | 'Public' | 'Friend';
  readonly isEntry: boolean;
  /** Null for native functions. */
  readonly code: CodeUnit | null;
  /** Signature indices. */
  readonly parameters: number;
  readonly returns: number;
  /** Ability constraints of the type parameters. */
  readonly typeParameters: readonly number[];
}

export interface DatatypeImage {
  readonly name: string;
  readonly handle: number;
  readonly abilities: number;
  readonly params: readonly TypeParameter[];
  readonly isEnum: boolean;
  /** One entry for a struct, one for each variant of an enum. */
  readonly variants: readonly { readonly name: string; readonly fields: readonly FieldDefinition[] }[];
}

/** A decoded module. `id.address` is the original id of its package, whatever version the bytes come from. */
export class ModuleImage {
  readonly id: ModuleId;
  readonly tables: ModuleTables;
  readonly functions: readonly FunctionImage[];
  readonly functionByName: ReadonlyMap<string, FunctionImage>;
  readonly datatypes: ReadonlyMap<string, DatatypeImage>;
  /** Datatypes by index of the struct and enum definition tables. */
  readonly structs: readonly DatatypeImage[];
  readonly enums: readonly DatatypeImage[];

  /** @throws ModuleError if the bytes are no well-formed module. */
  constructor(bytes: Uint8Array) {
    const tables = readModule(bytes);
    this.tables = tables;
    this.id = this.moduleId(tables.self_module_handle_idx);
    this.functions = tables.function_defs.map((def, index) => {
      const handle = entry(tables.function_handles, def.function, 'function handle');
      return {
        index,
        name: this.identifier(handle.name),
        handle: def.function,
        visibility: def.visibility,
        isEntry: def.is_entry,
        code: def.code ?? null,
        parameters: handle.parameters,
        returns: handle.return_,
        typeParameters: handle.type_parameters,
      };
    });
    this.structs = tables.struct_defs.map((def) => {
      if (def.field_information === 'Native') throw new ModuleError('MALFORMED', 'native structs are not supported');
      const { Declared: fields } = def.field_information;
      if (fields.length === 0) throw new ModuleError('ZERO_SIZED_STRUCT', `struct ${def.struct_handle} has no field`);
      return this.#datatype(def.struct_handle, false, [{ name: '', fields }]);
    });
    this.enums = tables.enum_defs.map((def) => {
      if (def.variants.length === 0) throw new ModuleError('ZERO_SIZED_ENUM', `enum ${def.enum_handle} has no variant`);
      const variants = def.variants.map((v) => ({ name: this.identifier(v.variant_name), fields: v.fields }));
      return this.#datatype(def.enum_handle, true, variants);
    });
    this.functionByName = unique(this.functions, 'function');
    this.datatypes = unique([...this.structs, ...this.enums], 'datatype');
  }

  #datatype(handleIndex: number, isEnum: boolean, variants: DatatypeImage['variants']): DatatypeImage {
    const handle = entry(this.tables.datatype_handles, handleIndex, 'datatype handle');
    if (handle.module !== this.tables.self_module_handle_idx) {
      throw new ModuleError('INVALID_MODULE_HANDLE', `datatype ${handleIndex} is defined outside its module`);
    }
    return {
      name: this.identifier(handle.name),
      handle: handleIndex,
      abilities: handle.abilities,
      params: handle.type_parameters.map((p) => ({ constraints: p.constraints, phantom: p.is_phantom })),
      isEnum,
      variants,
    };
  }

  identifier(index: number): string {
    return entry(this.tables.identifiers, index, 'identifier');
  }

  /** The module that a module handle names. */
  moduleId(handleIndex: number): ModuleId {
    const handle = entry(this.tables.module_handles, handleIndex, 'module handle');
    const address = entry(this.tables.address_identifiers, handle.address, 'address');
    return { address: `0x${address.padStart(64, '0')}`, name: this.identifier(handle.name) };
  }

  /** Whether the module declares another one of its package a friend. */
  hasFriend(id: ModuleId): boolean {
    return this.tables.friend_decls.some(
      (f) =>
        this.identifier(f.name) === id.name &&
        `0x${entry(this.tables.address_identifiers, f.address, 'address')}` === id.address,
    );
  }

  /** Modules that this one refers to, without itself. */
  dependencies(): ModuleId[] {
    return this.tables.module_handles
      .map((_, i) => this.moduleId(i))
      .filter((_, i) => i !== this.tables.self_module_handle_idx);
  }
}

function unique<T extends { readonly name: string }>(items: readonly T[], what: string): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    if (map.has(item.name)) throw new ModuleError('DUPLICATE_ELEMENT', `${what} ${item.name} is defined twice`);
    map.set(item.name, item);
  }
  return map;
}
