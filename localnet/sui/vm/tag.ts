// Type tags: types as transactions and events name them, by package id, with no module looked up.

import { PRIMITIVES, type Type } from './types.ts';

export interface StructTag {
  /** "0x" and 64 hex digits. */
  readonly address: string;
  readonly module: string;
  readonly name: string;
  readonly typeArguments: readonly TypeTag[];
}

/** A primitive's name, a vector or a struct (or enum). */
export type TypeTag = string | { readonly vector: TypeTag } | StructTag;

const IDENTIFIER = /^(?:[A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+)$/;
/** As deep as code can nest a type; what a transaction may name is limited elsewhere. */
const MAX_DEPTH = 128;

/** "0x" and 64 lowercase hex digits from any "0x" form of an address; RangeError if it is none. */
export function normalizeAddress(text: string): string {
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(text))
    throw new RangeError(`"${text}" is no address: write 0x and up to 64 hex digits`);
  return `0x${text.slice(2).toLowerCase().padStart(64, '0')}`;
}

/**
 * Parses the text form of a type, for instance `vector<0x2::coin::Coin<0x2::sui::SUI>>`.
 *
 * @throws RangeError if it is no type, or nested deeper than 128.
 */
export function parseTypeTag(text: string): TypeTag {
  let at = 0;
  const fail = (): never => {
    throw new RangeError(`"${text}" is no type: unexpected text at ${at}`);
  };
  const skip = (): void => {
    while (text[at] === ' ') at++;
  };
  const word = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? fail();
    at += found.length;
    return found;
  };
  const list = (depth: number): TypeTag[] => {
    if (text[at] !== '<') return [];
    const items: TypeTag[] = [];
    do {
      at++;
      items.push(tag(depth + 1));
    } while (text[at] === ',');
    if (text[at++] !== '>') fail();
    return items;
  };
  const tag = (depth: number): TypeTag => {
    if (depth > MAX_DEPTH) throw new RangeError(`"${text}" is nested deeper than ${MAX_DEPTH}`);
    skip();
    const head = word(/[A-Za-z0-9_]+/y);
    let result: TypeTag;
    if (text.startsWith('::', at)) {
      const address = normalizeAddress(head);
      at += 2;
      const module = word(/[A-Za-z0-9_]+/y);
      if (!text.startsWith('::', at)) fail();
      at += 2;
      const name = word(/[A-Za-z0-9_]+/y);
      if (!IDENTIFIER.test(module) || !IDENTIFIER.test(name)) fail();
      result = { address, module, name, typeArguments: list(depth) };
    } else if (head === 'vector') {
      const args = list(depth);
      if (args.length !== 1) fail();
      result = { vector: args[0]! };
    } else {
      if (!PRIMITIVES.has(head)) fail();
      result = head;
    }
    skip();
    return result;
  };
  const result = tag(0);
  if (at !== text.length) fail();
  return result;
}

/** The text form of a type as Sui writes it; datatypes appear under defining ids, or original ids if asked for. */
export function formatType(type: Type, ids: 'defining' | 'original' = 'defining', prefix = '0x'): string {
  if (type.elem) return `vector<${formatType(type.elem, ids, prefix)}>`;
  if (!type.datatype) return type.key;
  const { definingId, originalId, module, name } = type.datatype;
  const address = prefix + (ids === 'defining' ? definingId : originalId).slice(2);
  const args = type.args.length ? `<${type.args.map((a) => formatType(a, ids, prefix)).join(',')}>` : '';
  return `${address}::${module}::${name}${args}`;
}

/** The tag of a closed type without references, by defining ids. */
export function tagOfType(type: Type): TypeTag {
  if (type.elem) return { vector: tagOfType(type.elem) };
  if (!type.datatype) return type.key;
  const { definingId: address, module, name } = type.datatype;
  return { address, module, name, typeArguments: type.args.map(tagOfType) };
}
