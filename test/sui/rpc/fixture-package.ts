/** Test fixtures: packages assembled from declarations. The functions have bodies that are never run. */
import { serialize } from '@mysten/move-bytecode-template';
import type { PackageWrite } from '../../../localnet/sui/ledger/outcome.ts';
import { normalizeAddress } from '../../../localnet/sui/ledger/types.ts';

/** `u64`, `&0x2::object::UID`, `&mut T0`, `vector<u8>`, `0x2::coin::Coin<T0>` and the like. */
type TypeText = string;
type Fields = Record<string, TypeText>;

export interface ModuleSpec {
  readonly address: string;
  readonly name: string;
  readonly structs?: Record<string, { abilities: number; parameters?: number; fields: Fields }>;
  readonly enums?: Record<string, { abilities: number; variants: Record<string, Fields> }>;
  readonly functions?: Record<
    string,
    {
      visibility?: 'Public' | 'Private' | 'Friend';
      entry?: boolean;
      types?: number[];
      parameters?: TypeText[];
      returns?: TypeText[];
    }
  >;
  readonly constants?: { type_: unknown; data: number[] }[];
}

export const COPY = 1;
export const DROP = 2;
export const STORE = 4;
export const KEY = 8;

/** Bytecode of a module. */
export function assemble(spec: ModuleSpec): Uint8Array {
  const identifiers: string[] = [];
  const addresses: string[] = [];
  const modules: { address: number; name: number }[] = [];
  const datatypes: { module: number; name: number; abilities: number; type_parameters: unknown[] }[] = [];
  const signatures: unknown[][] = [[]];
  const intern = <T>(table: T[], value: T): number => {
    const text = JSON.stringify(value);
    const index = table.findIndex((entry) => JSON.stringify(entry) === text);
    return index >= 0 ? index : table.push(value) - 1;
  };
  const id = (name: string): number => intern(identifiers, name);
  const module = (address: string, name: string): number =>
    intern(modules, { address: intern(addresses, normalizeAddress(address).slice(2)), name: id(name) });
  const self = module(spec.address, spec.name);
  const params = (count: number) => Array.from({ length: count }, () => ({ constraints: 0, is_phantom: false }));
  const datatype = (home: number, name: string, abilities: number, count: number): number => {
    const known = datatypes.findIndex((handle) => handle.module === home && handle.name === id(name));
    return known >= 0
      ? known
      : datatypes.push({ module: home, name: id(name), abilities, type_parameters: params(count) }) - 1;
  };
  for (const [name, { abilities, parameters = 0 }] of Object.entries(spec.structs ?? {}))
    datatype(self, name, abilities, parameters);
  for (const [name, { abilities }] of Object.entries(spec.enums ?? {})) datatype(self, name, abilities, 0);

  const token = (text: TypeText): unknown => {
    if (text.startsWith('&mut ')) return { MutableReference: token(text.slice(5)) };
    if (text.startsWith('&')) return { Reference: token(text.slice(1)) };
    if (/^T\d+$/.test(text)) return { TypeParameter: Number(text.slice(1)) };
    if (text.startsWith('vector<')) return { Vector: token(text.slice(7, -1)) };
    const match = /^(.+?)::(\w+)::(\w+)(?:<(.*)>)?$/.exec(text);
    if (!match) return text[0]!.toUpperCase() + text.slice(1);
    const args = match[4] ? match[4].split(', ').map(token) : [];
    const handle = datatype(module(match[1]!, match[2]!), match[3]!, COPY | DROP | STORE, args.length);
    return args.length > 0 ? { DatatypeInstantiation: [handle, args] } : { Datatype: handle };
  };
  const fields = (list: Fields) =>
    Object.entries(list).map(([name, type]) => ({ name: id(name), signature: token(type) }));

  const functionHandles: unknown[] = [];
  const functionDefs = Object.entries(spec.functions ?? {}).map(([name, f]) => {
    functionHandles.push({
      module: self,
      name: id(name),
      parameters: intern(signatures, (f.parameters ?? []).map(token)),
      return_: intern(signatures, (f.returns ?? []).map(token)),
      type_parameters: f.types ?? [],
    });
    return {
      function: functionHandles.length - 1,
      visibility: f.visibility ?? 'Public',
      is_entry: f.entry ?? false,
      acquires_global_resources: [],
      code: { locals: 0, code: ['Ret'], jump_tables: [] },
    };
  });
  const structDefs = Object.entries(spec.structs ?? {}).map(([name, s]) => ({
    struct_handle: datatype(self, name, 0, 0),
    field_information: { Declared: fields(s.fields) },
  }));
  const enumDefs = Object.entries(spec.enums ?? {}).map(([name, e]) => ({
    enum_handle: datatype(self, name, 0, 0),
    variants: Object.entries(e.variants).map(([variant, list]) => ({
      variant_name: id(variant),
      fields: fields(list),
    })),
  }));
  return serialize({
    version: 7,
    self_module_handle_idx: self,
    module_handles: modules,
    datatype_handles: datatypes,
    function_handles: functionHandles,
    field_handles: [],
    friend_decls: [],
    struct_def_instantiations: [],
    function_instantiations: [],
    field_instantiations: [],
    signatures,
    identifiers,
    address_identifiers: addresses,
    constant_pool: spec.constants ?? [],
    metadata: [],
    struct_defs: structDefs,
    function_defs: functionDefs,
    enum_defs: enumDefs,
    enum_def_instantiations: [],
    variant_handles: [],
    variant_instantiation_handles: [],
  });
}

/** A package of such modules. Types originate in this package unless told otherwise. */
export function packageOf(
  id: string,
  specs: readonly ModuleSpec[],
  more: { version?: bigint; origins?: Record<string, string>; linkage?: Record<string, [string, bigint]> } = {},
): PackageWrite {
  const { version = 1n, origins = {}, linkage = {} } = more;
  const home = normalizeAddress(id);
  const types = (spec: ModuleSpec) => [...Object.keys(spec.structs ?? {}), ...Object.keys(spec.enums ?? {})];
  return {
    kind: 'package',
    id: home,
    version,
    storageRebate: 0n,
    package: {
      modules: new Map(specs.map((spec) => [spec.name, assemble(spec)])),
      typeOrigins: specs.flatMap((spec) =>
        types(spec).map((datatypeName) => ({
          moduleName: spec.name,
          datatypeName,
          package: normalizeAddress(origins[datatypeName] ?? id),
        })),
      ),
      linkage: new Map(
        Object.entries(linkage).map(([original, [upgradedId, upgradedVersion]]) => [
          normalizeAddress(original),
          { upgradedId: normalizeAddress(upgradedId), upgradedVersion },
        ]),
      ),
    },
  };
}

const UID = { id: '0x2::object::UID' };

/** As much of the framework as the tests look at. */
export const FRAMEWORK = packageOf('0x2', [
  {
    address: '0x2',
    name: 'object',
    structs: {
      ID: { abilities: COPY | DROP | STORE, fields: { bytes: 'address' } },
      UID: { abilities: STORE, fields: { id: '0x2::object::ID' } },
    },
  },
  {
    address: '0x2',
    name: 'balance',
    structs: { Balance: { abilities: STORE, parameters: 1, fields: { value: 'u64' } } },
  },
  {
    address: '0x2',
    name: 'coin',
    structs: {
      Coin: { abilities: KEY | STORE, parameters: 1, fields: { ...UID, balance: '0x2::balance::Balance<T0>' } },
    },
  },
  { address: '0x2', name: 'sui', structs: { SUI: { abilities: DROP, fields: { dummy_field: 'bool' } } } },
  {
    address: '0x2',
    name: 'dynamic_field',
    structs: { Field: { abilities: KEY, parameters: 2, fields: { ...UID, name: 'T0', value: 'T1' } } },
  },
  {
    address: '0x2',
    name: 'dynamic_object_field',
    structs: { Wrapper: { abilities: COPY | DROP | STORE, parameters: 1, fields: { name: 'T0' } } },
  },
]);

/** What most tests call, own and emit: a counter. */
export const COUNTER_ID = normalizeAddress('0xc0');
const counter: ModuleSpec = {
  address: COUNTER_ID,
  name: 'counter',
  structs: {
    Counter: {
      abilities: KEY | STORE,
      fields: { ...UID, value: 'u64', label: '0x1::string::String', limit: '0x1::option::Option<u32>' },
    },
    Bumped: { abilities: COPY | DROP, fields: { counter: '0x2::object::ID', by: 'u64', note: 'vector<u8>' } },
    Box: { abilities: STORE, parameters: 1, fields: { content: 'T0' } },
  },
  enums: {
    Mood: { abilities: COPY | DROP | STORE, variants: { Calm: {}, Busy: { since: 'u64', with: 'vector<address>' } } },
  },
  functions: {
    bump: { parameters: ['&mut 0xc0::counter::Counter', 'u64'] },
    read: { parameters: ['&0xc0::counter::Counter'], returns: ['u64'] },
    destroy: { parameters: ['0xc0::counter::Counter'] },
    collect: {
      parameters: ['&mut 0xc0::counter::Counter', '0x2::transfer::Receiving<0x2::coin::Coin<0x2::sui::SUI>>'],
    },
    bump_after: { parameters: ['&0x2::tx_context::TxContext', '&mut 0xc0::counter::Counter'] },
    read_after: { parameters: ['&mut 0x2::tx_context::TxContext', '&0xc0::counter::Counter'] },
    hidden: { visibility: 'Private', entry: true },
    put: {
      types: [STORE, KEY | STORE],
      parameters: ['T0', '&T1', 'vector<vector<T0>>'],
      returns: ['0xc0::counter::Box<T0>', '&mut T1'],
    },
  },
  constants: [
    { type_: { Vector: 'U8' }, data: [7, ...Buffer.from('ETooBig')] },
    { type_: { Vector: 'U8' }, data: [12, ...Buffer.from('over the top')] },
    { type_: 'U64', data: [42, 0, 0, 0, 0, 0, 0, 0] },
  ],
};
export const COUNTER = packageOf(COUNTER_ID, [counter]);

/** Its second version, which adds a type; the module still knows itself by the first version's id. */
export const COUNTER_V2_ID = normalizeAddress('0xc2');
export const COUNTER_V2 = packageOf(
  COUNTER_V2_ID,
  [
    {
      ...counter,
      structs: { ...counter.structs, Extra: { abilities: DROP, fields: { x: 'u8' } } },
      functions: { ...counter.functions, extra: { returns: ['0xc0::counter::Extra', '0xc0::counter::Counter'] } },
    },
  ],
  { version: 2n, origins: { Counter: COUNTER_ID, Bumped: COUNTER_ID, Box: COUNTER_ID, Mood: COUNTER_ID } },
);

/** A package linked against the second version. */
export const USER_ID = normalizeAddress('0xd0');
export const USER = packageOf(
  USER_ID,
  [
    {
      address: USER_ID,
      name: 'user',
      functions: { use_both: { parameters: ['0xc0::counter::Extra', '&0xc0::counter::Counter'] } },
    },
  ],
  { linkage: { [COUNTER_ID]: [COUNTER_V2_ID, 2n] } },
);
