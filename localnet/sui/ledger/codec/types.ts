/** Type tags, as text and as values of the SDK. */
import { formatType, parseType, type StructTag, type TypeTag } from '../types.ts';
import { giveUp, type Reader, type Writer } from './buffers.ts';

/** Variants by number: the wider integers were added last. */
const TAGS = ['bool', 'u8', 'u64', 'u128', 'address', 'signer', 'vector', 'struct', 'u16', 'u32', 'u256'];
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_DEPTH = 16;

/** A type as the SDK spells it, with blanks between arguments. */
export function readTypeTag(r: Reader, depth = 0): string {
  const name = TAGS[r.uleb()] ?? giveUp('a type');
  if (depth > MAX_DEPTH) giveUp('a type');
  if (name === 'vector') return `vector<${readTypeTag(r, depth + 1)}>`;
  if (name !== 'struct') return name;
  const words = [r.address(), readIdentifier(r), readIdentifier(r)];
  const args = r.vector(() => readTypeTag(r, depth + 1));
  return words.join('::') + (args.length > 0 ? `<${args.join(', ')}>` : '');
}

function readIdentifier(r: Reader): string {
  const text = r.ascii();
  return IDENTIFIER.test(text) ? text : giveUp('an identifier');
}

/** A type given as canonical text, with or without blanks between arguments, or as a value. */
export function writeTypeTag(w: Writer, type: string | TypeTag): void {
  if (typeof type !== 'string') return writeTag(w, type);
  const text = type.replaceAll(', ', ',');
  const tag = parseType(text);
  if (formatType(tag) !== text) giveUp('a type');
  writeTag(w, tag);
}

function writeTag(w: Writer, tag: object): void {
  const [name, contents] = w.variant(tag, TAGS);
  if (name === 'vector') writeTag(w, contents);
  if (name === 'struct') writeStructTag(w, contents);
}

export function writeStructTag(w: Writer, { address, module, name, typeParams }: StructTag): void {
  w.address(address);
  w.ascii(module);
  w.ascii(name);
  w.vector(typeParams as readonly TypeTag[], writeTag);
}
