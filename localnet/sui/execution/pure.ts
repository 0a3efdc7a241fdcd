/** Checks the bytes of pure arguments: BCS of the type, strings of the right encoding, options of one element at most. */
import { BcsReader } from '../vm/bcs.ts';
import { VmError } from '../vm/errors.ts';
import { KIND, WIDTH, type Type } from '../vm/types.ts';
import { argumentFailure } from './failure.ts';
import { pureLayout, type PureLayout } from './framework-types.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Checks bytes that are given for a type.
 * @throws ExecutionFailure InvalidUsageOfPureArg for a type that cannot be given as bytes, InvalidBCSBytes for bytes that
 * are none of its values
 */
export function checkPure(bytes: Uint8Array, type: Type, argument: number): void {
  const layout = pureLayout(type);
  if (!layout) throw argumentFailure('InvalidUsageOfPureArg', argument, `${type.key} cannot be given as bytes`);
  const reader = new BcsReader(bytes);
  const invalid = (reason: string) => argumentFailure('InvalidBCSBytes', argument, `not a ${type.key}: ${reason}`);
  try {
    walk(reader, layout);
  } catch (error) {
    if (error instanceof VmError) throw invalid(error.detail);
    throw error;
  }
  if (reader.remaining > 0) throw invalid(`${reader.remaining} bytes too many`);
}

function wrong(detail: string): never {
  throw new VmError('VALUE_DESERIALIZATION_ERROR', detail);
}

function walk(reader: BcsReader, layout: PureLayout): void {
  switch (layout.kind) {
    case 'primitive':
      return primitive(reader, layout.type);
    case 'vector': {
      const count = reader.uleb128();
      // Every element takes a byte at least.
      if (count > reader.remaining) wrong(`${count} elements wanted, ${reader.remaining} bytes left`);
      for (let i = 0; i < count; i++) walk(reader, layout.element);
      return;
    }
    case 'option': {
      const tag = reader.byte();
      if (tag > 1) wrong(`an option with tag ${tag}`);
      if (tag === 1) walk(reader, layout.element);
      return;
    }
    default: {
      const text = reader.bytes(reader.uleb128());
      if (layout.kind === 'ascii' && text.some((byte) => byte > 0x7f)) wrong('not ASCII');
      try {
        utf8.decode(text);
      } catch {
        wrong('not UTF-8');
      }
    }
  }
}

function primitive(reader: BcsReader, type: Type): void {
  const width = WIDTH[type.kind]!;
  if (width > 0) reader.integer(width);
  else if (type.kind === KIND.BOOL) reader.bool();
  else reader.bytes(32);
}
