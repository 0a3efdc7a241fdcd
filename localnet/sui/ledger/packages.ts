/**
 * What published bytecode declares: functions, datatypes and constants, with type names resolved through the package's
 * linkage and type origins, as clients see them.
 */
import { deserialize } from '@mysten/move-bytecode-template';
import type { ObjectRecord, PackageRecord } from './objects.ts';
import { normalizeAddress } from './types.ts';

export type Ability = 'copy' | 'drop' | 'store' | 'key';
export type Primitive = 'bool' | 'u8' | 'u16' | 'u32' | 'u64' | 'u128' | 'u256' | 'address' | 'signer';

/** A type in a signature or field. Datatypes carry the id of the package that first defined them. */
export type SignatureBody =
  | { readonly kind: Primitive }
  | { readonly kind: 'vector'; readonly element: SignatureBody }
  | { readonly kind: 'parameter'; readonly index: number }
  | {
      readonly kind: 'datatype';
      readonly package: string;
      readonly module: string;
      readonly name: string;
      readonly args: readonly SignatureBody[];
    };

/** A parameter or result. */
export interface Signature {
  readonly reference?: 'immutable' | 'mutable';
  readonly body: SignatureBody;
}

export interface TypeParameter {
  readonly constraints: readonly Ability[];
  readonly isPhantom: boolean;
}

export interface FunctionDescriptor {
  readonly name: string;
  readonly visibility: 'private' | 'public' | 'friend';
  readonly isEntry: boolean;
  readonly typeParameters: readonly TypeParameter[];
  readonly parameters: readonly Signature[];
  readonly returns: readonly Signature[];
}

export interface FieldDescriptor {
  readonly name: string;
  readonly type: SignatureBody;
}

export interface DatatypeDescriptor {
  readonly module: string;
  readonly name: string;
  readonly definingId: string;
  readonly abilities: readonly Ability[];
  readonly typeParameters: readonly TypeParameter[];
  /** Of a struct. */
  readonly fields?: readonly FieldDescriptor[];
  /** Of an enum. */
  readonly variants?: readonly { readonly name: string; readonly fields: readonly FieldDescriptor[] }[];
}

/** A constant: its type as the bytecode spells it, and its BCS. */
export interface ModuleConstant {
  readonly type: unknown;
  readonly data: Uint8Array;
}

export interface ModuleDescriptor {
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionDescriptor>;
  readonly datatypes: ReadonlyMap<string, DatatypeDescriptor>;
  readonly constants: readonly ModuleConstant[];
}

/** The parts of `deserialize`'s result that descriptors need. */
interface RawModule {
  self_module_handle_idx: number;
  module_handles: { address: number; name: number }[];
  datatype_handles: { module: number; name: number; abilities: number; type_parameters: RawTypeParameter[] }[];
  function_handles: { name: number; parameters: number; return_: number; type_parameters: number[] }[];
  signatures: RawToken[][];
  identifiers: string[];
  address_identifiers: string[];
  constant_pool: { type_: unknown; data: number[] }[];
  struct_defs: { struct_handle: number; field_information: 'Native' | { Declared: RawField[] } }[];
  enum_defs: { enum_handle: number; variants: { variant_name: number; fields: RawField[] }[] }[];
  function_defs: { function: number; visibility: 'Private' | 'Public' | 'Friend'; is_entry: boolean }[];
}
type RawTypeParameter = { constraints: number; is_phantom: boolean };
type RawField = { name: number; signature: RawToken };
type RawToken =
  | string
  | { Vector: RawToken }
  | { Datatype: number }
  | { DatatypeInstantiation: [number, RawToken[]] }
  | { TypeParameter: number }
  | { Reference: RawToken }
  | { MutableReference: RawToken };

const ABILITIES: readonly [number, Ability][] = [
  [1, 'copy'],
  [2, 'drop'],
  [4, 'store'],
  [8, 'key'],
];

function abilities(bits: number): Ability[] {
  return ABILITIES.filter(([bit]) => bits & bit).map(([, name]) => name);
}

/** Reads descriptors of packages in the ledger; each module is decoded once. */
export class PackageReader {
  readonly #object: (id: string) => ObjectRecord | undefined;
  readonly #modules = new WeakMap<PackageRecord, Map<string, ModuleDescriptor>>();

  /** @param object gives the current version of an object */
  constructor(object: (id: string) => ObjectRecord | undefined) {
    this.#object = object;
  }

  /** A package, or undefined when the id is none. */
  package(id: string): PackageRecord | undefined {
    const object = this.#object(id);
    return object?.kind === 'package' ? object : undefined;
  }

  /** A module of a package. */
  module(packageId: string, name: string): ModuleDescriptor | undefined {
    const record = this.package(packageId);
    const code = record?.package.modules.get(name);
    if (!record || !code) return undefined;
    let modules = this.#modules.get(record);
    if (!modules) this.#modules.set(record, (modules = new Map<string, ModuleDescriptor>()));
    let module = modules.get(name);
    if (!module) modules.set(name, (module = this.#describe(record, deserialize(code) as RawModule)));
    return module;
  }

  #describe(record: PackageRecord, raw: RawModule): ModuleDescriptor {
    const identifier = (index: number): string => raw.identifiers[index]!;
    const moduleName = (index: number): string => identifier(raw.module_handles[index]!.name);
    const address = (index: number): string => normalizeAddress(raw.address_identifiers[index]!);
    const self = raw.module_handles[raw.self_module_handle_idx]!;
    const selfAddress = address(self.address);

    const datatype = (handle: number): { package: string; module: string; name: string } => {
      const { module, name } = raw.datatype_handles[handle]!;
      const home = address(raw.module_handles[module]!.address);
      const owner = home === selfAddress ? record : this.package(record.package.linkage.get(home)?.upgradedId ?? home);
      const names = { module: moduleName(module), name: identifier(name) };
      return { package: owner ? definingId(owner, names.module, names.name) : home, ...names };
    };
    const body = (token: RawToken): SignatureBody => {
      if (typeof token === 'string') return { kind: token.toLowerCase() as Primitive };
      if ('Vector' in token) return { kind: 'vector', element: body(token.Vector) };
      if ('TypeParameter' in token) return { kind: 'parameter', index: token.TypeParameter };
      if ('Datatype' in token) return { kind: 'datatype', ...datatype(token.Datatype), args: [] };
      if ('DatatypeInstantiation' in token) {
        const [handle, args] = token.DatatypeInstantiation;
        return { kind: 'datatype', ...datatype(handle), args: args.map(body) };
      }
      throw new Error('a reference cannot be part of a type');
    };
    const signature = (token: RawToken): Signature => {
      if (typeof token === 'object' && 'Reference' in token)
        return { reference: 'immutable', body: body(token.Reference) };
      if (typeof token === 'object' && 'MutableReference' in token) {
        return { reference: 'mutable', body: body(token.MutableReference) };
      }
      return { body: body(token) };
    };
    const fields = (list: RawField[]): FieldDescriptor[] =>
      list.map(({ name, signature: token }) => ({ name: identifier(name), type: body(token) }));
    const header = (handle: number) => {
      const { abilities: bits, type_parameters: parameters } = raw.datatype_handles[handle]!;
      const { package: defining, module, name } = datatype(handle);
      return {
        module,
        name,
        definingId: defining,
        abilities: abilities(bits),
        typeParameters: parameters.map((p) => ({ constraints: abilities(p.constraints), isPhantom: p.is_phantom })),
      };
    };

    const datatypes = new Map<string, DatatypeDescriptor>();
    for (const { struct_handle: handle, field_information: information } of raw.struct_defs) {
      const entry = { ...header(handle), fields: information === 'Native' ? [] : fields(information.Declared) };
      datatypes.set(entry.name, entry);
    }
    for (const { enum_handle: handle, variants } of raw.enum_defs) {
      const list = variants.map(({ variant_name: name, fields: own }) => ({
        name: identifier(name),
        fields: fields(own),
      }));
      const entry = { ...header(handle), variants: list };
      datatypes.set(entry.name, entry);
    }
    const functions = new Map<string, FunctionDescriptor>();
    for (const { function: handle, visibility, is_entry: isEntry } of raw.function_defs) {
      const { name, parameters, return_: returns, type_parameters: typeParameters } = raw.function_handles[handle]!;
      functions.set(identifier(name), {
        name: identifier(name),
        visibility: visibility.toLowerCase() as FunctionDescriptor['visibility'],
        isEntry,
        typeParameters: typeParameters.map((bits) => ({ constraints: abilities(bits), isPhantom: false })),
        parameters: raw.signatures[parameters]!.map(signature),
        returns: raw.signatures[returns]!.map(signature),
      });
    }
    const constants = raw.constant_pool.map(({ type_: type, data }) => ({ type, data: Uint8Array.from(data) }));
    return { name: identifier(self.name), functions, datatypes, constants };
  }
}

function definingId(record: PackageRecord, module: string, name: string): string {
  const origin = record.package.typeOrigins.find((o) => o.moduleName === module && o.datatypeName === name);
  return origin ? normalizeAddress(origin.package) : record.id;
}
