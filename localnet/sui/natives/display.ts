// Values as text, for std::debug.

import { KIND, type Type, type TypeTable } from '../vm/types.ts';
import { type Bytes, Ref, type Struct, type Value, type Vec } from '../vm/values.ts';

function isText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((b) => b >= 0x20 && b < 0x7f);
}

/** A value of a closed type as std::debug shows it: field names, addresses as @0x…, strings in quotes. */
export function displayValue(types: TypeTable, type: Type, value: Value): string {
  if (value instanceof Ref) return displayValue(types, type.elem!, value.get());
  if (type.kind === KIND.ADDRESS) return `@0x${BigInt(value as string).toString(16)}`;
  if (type.kind === KIND.VECTOR) {
    if (type.elem!.kind === KIND.U8) return `0x${Buffer.from((value as Bytes).view()).toString('hex')}`;
    return `[${(value as Vec).items.map((v) => displayValue(types, type.elem!, v)).join(', ')}]`;
  }
  if (!type.datatype) return String(value as bigint | boolean);
  const { fields, tag } = value as Struct;
  const { module, name } = type.datatype;
  if ((module === 'string' || module === 'ascii') && name === 'String') {
    const bytes = (fields[0] as Bytes).view();
    if (isText(bytes)) return JSON.stringify(Buffer.from(bytes).toString());
  }
  const index = Math.max(tag, 0);
  const variant = type.datatype.variants[index]!;
  const fieldTypes = types.fields(type)[index]!;
  const shown = fieldTypes.map((t, i) => `${variant.fieldNames[i]}: ${displayValue(types, t, fields[i]!)}`);
  const head = `0x${BigInt(type.datatype.definingId).toString(16)}::${module}::${name}`;
  return `${head}${tag < 0 ? '' : `::${variant.name}`} { ${shown.join(', ')} }`;
}
