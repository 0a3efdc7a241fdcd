// Abstract memory sizes, the measure that Sui's gas model (version 11) charges stack growth by: 8 for small primitives,
// 16 for u128, 32 for u256 and addresses, 8 for references, 2 for each struct, variant and vector on top of its parts.

import { KIND, type Type, type TypeTable } from './types.ts';
import { type Bytes, type Ref, type Struct, type Value, type Vec } from './values.ts';

const CONTAINER = 2;
const REFERENCE = 8;
/** Bytes that one element of a vector of primitives occupies; vectors of anything else count their elements. */
const ELEMENT = [1, 1, 2, 4, 8, 16, 32, 32];

/** Size of `value`, of closed type `type`. A reference counts 8, whatever it refers to. */
export function abstractSize(types: TypeTable, type: Type, value: Value): number {
  const fixed = type.fixedSize;
  if (fixed >= 0) return fixed;
  if (type.kind === KIND.VECTOR) {
    const elem = type.elem!;
    if (elem.kind === KIND.U8) return CONTAINER + (value as Bytes).length;
    const items = (value as Vec).items;
    if (elem.kind <= KIND.ADDRESS) return CONTAINER + items.length * ELEMENT[elem.kind]!;
    let size = CONTAINER;
    const each = elem.fixedSize;
    if (each >= 0) return size + each * items.length;
    for (const item of items) size += abstractSize(types, elem, item);
    return size;
  }
  const { fields, tag } = value as Struct;
  const fieldTypes = types.fields(type)[tag < 0 ? 0 : tag]!;
  let size = CONTAINER;
  for (let i = 0; i < fieldTypes.length; i++) size += abstractSize(types, fieldTypes[i]!, fields[i]!);
  return size;
}

/** As `abstractSize`, but a reference counts what it refers to as well (for `==` and borrowed children). */
export function traversedSize(types: TypeTable, type: Type, value: Value): number {
  if (!type.isReference) return abstractSize(types, type, value);
  return REFERENCE + abstractSize(types, type.elem!, (value as Ref).get());
}

/** Size of a type itself: one for each of its nodes. */
export function typeSize(type: Type): number {
  return type.nodes;
}

/** Size of a type tag: one for each node, and the address (32 bytes) and names of each datatype in it. */
export function typeTagSize(type: Type): number {
  if (type.elem) return 1 + typeTagSize(type.elem);
  return type.datatype ? 1 + structTagSize(type) : 1;
}

/** Size of the struct tag of a datatype type: as `typeTagSize`, without the outermost node. */
export function structTagSize(type: Type): number {
  const { module, name } = type.datatype!;
  return type.args.reduce((size, arg) => size + typeTagSize(arg), 32 + module.length + name.length);
}
