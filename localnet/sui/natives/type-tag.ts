// BCS of type tags, as ids and digests are derived from them.

import { addressBytes, BcsWriter } from '../vm/bcs.ts';
import type { Type } from '../vm/types.ts';

/** Variants of Move's `TypeTag` by kind of type: the wider integers were added last. */
const TAG_VARIANT = [0, 1, 8, 9, 2, 3, 10, 4, 5, 6, 7];

function writeTypeTag(out: BcsWriter, type: Type): void {
  out.byte(TAG_VARIANT[type.kind]!);
  if (type.elem) writeTypeTag(out, type.elem);
  if (!type.datatype) return;
  out.bytes(addressBytes(type.datatype.definingId));
  for (const name of [type.datatype.module, type.datatype.name]) {
    const bytes = new TextEncoder().encode(name);
    out.uleb128(bytes.length);
    out.bytes(bytes);
  }
  out.uleb128(type.args.length);
  for (const arg of type.args) writeTypeTag(out, arg);
}

/** BCS of the tag of a closed type without references, under defining ids. */
export function typeTagBytes(type: Type): Uint8Array {
  const out = new BcsWriter();
  writeTypeTag(out, type);
  return out.finish();
}
