// Checks on the tables alone: sizes, duplicates, friends and constants.

import { visitToken } from './bounds.ts';
import type { VerifierLimits } from '../limits.ts';
import { type ModuleView, sameModule } from '../view.ts';
import type { SignatureToken } from '../../vm/format.ts';

/** Weights of a type's parts: what stands for types of unknown size counts more. */
const OPEN_NODE_WEIGHT = 4;

function typeWeight(token: SignatureToken): number {
  let weight = 0;
  visitToken(token, (t) => {
    weight +=
      typeof t !== 'string' && !('Vector' in t || 'Reference' in t || 'MutableReference' in t) ? OPEN_NODE_WEIGHT : 1;
  });
  return weight;
}

function* fieldTokens(view: ModuleView): Generator<SignatureToken> {
  for (const { field_information } of view.tables.struct_defs) {
    if (field_information !== 'Native') for (const field of field_information.Declared) yield field.signature;
  }
  for (const { variants } of view.tables.enum_defs) {
    for (const { fields } of variants) for (const field of fields) yield field.signature;
  }
}

/** @throws VerificationError if the module exceeds a limit */
export function checkLimits(view: ModuleView, limits: VerifierLimits): void {
  const { tables } = view;
  for (const [name, limit] of Object.entries(limits.tables)) {
    const { length } = tables[name as keyof VerifierLimits['tables']];
    if (length > limit) view.fail('MALFORMED', `table ${name} has ${length} rows, the limit is ${limit}`);
  }
  for (const handle of view.functionHandles) {
    if (handle.constraints.length > limits.typeParameters) {
      view.fail('TOO_MANY_TYPE_PARAMETERS', `${handle.constraints.length} of function ${handle.name}`);
    }
    if (handle.parameters.length > limits.functionParameters) {
      view.fail('TOO_MANY_PARAMETERS', `${handle.parameters.length} of function ${handle.name}`);
    }
  }
  for (const handle of view.datatypes) {
    if (handle.constraints.length > limits.typeParameters) {
      view.fail('TOO_MANY_TYPE_PARAMETERS', `${handle.constraints.length} of datatype ${handle.name}`);
    }
  }
  for (const token of [
    ...tables.signatures.flat(),
    ...tables.constant_pool.map((c) => c.type_),
    ...fieldTokens(view),
  ]) {
    const weight = typeWeight(token);
    if (weight > limits.typeNodes) view.fail('TOO_MANY_TYPE_NODES', `a type of weight ${weight}`);
  }
  for (const name of tables.identifiers) {
    if (name.length > limits.identifierLength) view.fail('IDENTIFIER_TOO_LONG', `${name.length} letters`);
    if (!/^([A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+)$/.test(name)) view.fail('INVALID_IDENTIFIER', JSON.stringify(name));
  }
  if (view.functions.length > limits.functionDefinitions) {
    view.fail('MAX_FUNCTION_DEFINITIONS_REACHED', `${view.functions.length} functions`);
  }
  const data = view.structs.length + view.enums.length;
  if (data > limits.dataDefinitions) view.fail('MAX_STRUCT_DEFINITIONS_REACHED', `${data} structs and enums`);
  for (const { handle, fields } of view.structs) {
    if (fields.length > limits.fields) {
      view.fail('MAX_FIELD_DEFINITIONS_REACHED', `struct ${handle.name} has ${fields.length} fields`);
    }
  }
  for (const { handle, variants } of view.enums) {
    if (variants.length > limits.variants) {
      view.fail('MAX_VARIANTS_REACHED', `enum ${handle.name} has ${variants.length} variants`);
    }
    const fields = variants.reduce((n, v) => n + v.fields.length, 0);
    if (fields > limits.fields) view.fail('MAX_FIELD_DEFINITIONS_REACHED', `enum ${handle.name} has ${fields} fields`);
  }
}

/** The first item that is there twice. */
function duplicate<T>(items: Iterable<T>, key: (item: T) => unknown): T | undefined {
  const seen = new Set<unknown>();
  for (const item of items) {
    const k = key(item);
    if (seen.has(k)) return item;
    seen.add(k);
  }
  return undefined;
}

/**
 * No table has a row twice, so that equal things have equal indices; what is defined belongs to the module, and what the
 * module names as its own is defined.
 */
export function checkDuplicates(view: ModuleView): void {
  const { tables } = view;
  const unique = <T>(items: Iterable<T>, what: string, key: (item: T) => unknown = (x) => JSON.stringify(x)): void => {
    const found = duplicate(items, key);
    if (found !== undefined) view.fail('DUPLICATE_ELEMENT', `${what} ${JSON.stringify(key(found))} is there twice`);
  };
  unique(tables.identifiers, 'identifier');
  unique(tables.address_identifiers, 'address');
  unique(tables.constant_pool, 'constant');
  unique(tables.signatures, 'signature');
  unique(tables.module_handles, 'module handle');
  unique(tables.friend_decls, 'friend declaration');
  unique(tables.datatype_handles, 'datatype handle', (h) => `${h.module}:${h.name}`);
  unique(tables.function_handles, 'function handle', (h) => `${h.module}:${h.name}`);
  unique(tables.function_instantiations, 'function instantiation');
  unique(tables.variant_handles, 'variant handle');
  unique(tables.field_handles, 'field handle');
  unique(tables.field_instantiations, 'field instantiation');
  unique(tables.struct_def_instantiations, 'struct instantiation');
  unique(tables.enum_def_instantiations, 'enum instantiation');
  unique(view.functions, 'function', (f) => f.name);
  unique([...view.structs, ...view.enums], 'datatype', (d) => d.handle.name);

  for (const def of tables.struct_defs) {
    if (def.field_information === 'Native') view.fail('MISSING_DEPENDENCY', 'native structs do not exist');
  }
  for (const { handle, fields } of view.structs) {
    if (fields.length === 0) view.fail('ZERO_SIZED_STRUCT', `struct ${handle.name} has no field`);
    unique(fields, `field of ${handle.name}`, (f) => f.name);
  }
  for (const { handle, variants } of view.enums) {
    if (variants.length === 0) view.fail('ZERO_SIZED_ENUM', `enum ${handle.name} has no variant`);
    unique(variants, `variant of ${handle.name}`, (v) => v.name);
    for (const { name, fields } of variants) unique(fields, `field of ${handle.name}::${name}`, (f) => f.name);
  }
  const defined = new Set([...view.structs, ...view.enums, ...view.functions].map((d) => d.handle));
  for (const { module, name } of defined) {
    if (module !== view.selfHandle) view.fail('INVALID_MODULE_HANDLE', `${name} is defined here but of another module`);
  }
  for (const handle of [...view.datatypes, ...view.functionHandles]) {
    if (handle.module === view.selfHandle && !defined.has(handle)) {
      view.fail('UNIMPLEMENTED_HANDLE', `${handle.name} is named as of this module but not defined`);
    }
  }
}

/** Friends are other modules at the same address. */
export function checkFriends(view: ModuleView): void {
  for (const friend of view.friends) {
    if (sameModule(friend, view.id)) view.fail('INVALID_FRIEND_DECL_WITH_SELF', 'the module declares itself a friend');
    if (friend.address !== view.id.address) {
      view.fail(
        'INVALID_FRIEND_DECL_WITH_MODULES_OUTSIDE_ACCOUNT_ADDRESS',
        `${friend.address}::${friend.name} is of another package`,
      );
    }
  }
}

const CONSTANT_WIDTH: Readonly<Record<string, number>> = {
  Bool: 1,
  U8: 1,
  U16: 2,
  U32: 4,
  U64: 8,
  U128: 16,
  U256: 32,
  Address: 32,
};

/** Constants are of primitive types, or vectors of them, and their bytes are the BCS of a value. */
export function checkConstants(view: ModuleView, limits: VerifierLimits): void {
  view.tables.constant_pool.forEach(({ type_: type, data }, index) => {
    const malformed = (why: string): never => view.fail('MALFORMED_CONSTANT_DATA', `constant ${index} ${why}`);
    let at = 0;
    const length = (): number => {
      let value = 0;
      for (let shift = 0; shift < 35; shift += 7) {
        const byte = data[at++] ?? malformed('ends within a length');
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80)
          return (shift > 0 && byte === 0) || value > 0x7fff_ffff ? malformed('has an overlong length') : value;
      }
      return malformed('has an overlong length');
    };
    const read = (token: SignatureToken): void => {
      if (typeof token !== 'string') {
        const { Vector: elem } = token as { Vector: SignatureToken };
        // Every value has at least one byte, so the loop ends with the data.
        for (let n = length(); n > 0; n--) read(elem);
        return;
      }
      const width = CONSTANT_WIDTH[token]!;
      if (at + width > data.length) malformed('ends early');
      if (token === 'Bool' && data[at]! > 1) malformed('has a bool that is neither 0 nor 1');
      at += width;
    };
    visitToken(type, (t) => {
      if (typeof t === 'string' ? !(t in CONSTANT_WIDTH) : !('Vector' in t)) {
        view.fail('INVALID_CONSTANT_TYPE', `constant ${index} is of a type that no constant can have`);
      }
    });
    if (typeof type !== 'string') {
      const elements = length();
      at = 0;
      if (elements > limits.constantVectorLength) view.fail('TOO_MANY_VECTOR_ELEMENTS', `constant ${index}`);
    }
    read(type);
    if (at !== data.length) malformed('has trailing bytes');
  });
}
