// Native functions of the standard library (package 0x1).

import { sha3_256 } from '@noble/hashes/sha3.js';
import { createHash } from 'node:crypto';
import { serialize } from '../vm/bcs.ts';
import { VECTOR_ERROR, VmError } from '../vm/errors.ts';
import { bytesAt, bytesOf, bytesResult } from '../vm/native.ts';
import { formatType } from '../vm/tag.ts';
import { KIND, type Type } from '../vm/types.ts';
import { Bytes, Ref, struct, type Value, Vec } from '../vm/values.ts';
import { COST } from './costs.ts';
import { displayValue } from './display.ts';
import type { NativeModule, SuiNative } from './env.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Abort code for types without a package, asked for its id. */
const E_NON_MODULE_TYPE = 0;
/** NFE_BCS_SERIALIZATION_FAILURE. */
const E_BCS = 0x1c5;
const E_SUBSTRING_ORDER = 1;

export const bcs: NativeModule = {
  to_bytes(ctx, [ref], [type]) {
    if (!ctx.hasLayout(type!)) {
      ctx.chargeQuietly(COST.bcsFailure);
      return ctx.abort(E_BCS);
    }
    const bytes = serialize(ctx.types, type!, (ref as Ref).get());
    ctx.charge(COST.bcsPerByte * Math.max(bytes.length, 1));
    return bytesResult(bytes);
  },
};

export const debug: NativeModule = {
  print(ctx, [ref], [type]) {
    ctx.charge(COST.base);
    ctx.env.print(`[debug] ${displayValue(ctx.types, type!, (ref as Ref).get())}`);
  },
  print_stack_trace(ctx) {
    ctx.charge(COST.base);
    ctx.env.print('[debug] stack trace: not kept by this machine');
  },
};

const digest =
  (hash: (bytes: Uint8Array) => Uint8Array): SuiNative =>
  (ctx, [data]) => {
    const bytes = bytesOf(data);
    ctx.charge(COST.base + COST.hashPerByte * Math.max(bytes.length, 1));
    return bytesResult(hash(bytes));
  };

export const hash: NativeModule = {
  sha2_256: digest((bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())),
  sha3_256: digest(sha3_256),
};

function isUtf8(bytes: Uint8Array): boolean {
  try {
    UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether offset `at` of UTF-8 text lies between two characters. */
function isBoundary(bytes: Uint8Array, at: bigint): boolean {
  if (at === 0n || at === BigInt(bytes.length)) return true;
  return at < bytes.length && (bytes[Number(at)]! & 0xc0) !== 0x80;
}

export const string: NativeModule = {
  internal_check_utf8(ctx, [ref]) {
    const bytes = bytesAt(ref);
    ctx.charge(COST.base + COST.stringPerByte * bytes.length);
    return isUtf8(bytes);
  },
  internal_is_char_boundary(ctx, [ref, at]) {
    ctx.charge(COST.base);
    return isBoundary(bytesAt(ref), at as bigint);
  },
  internal_sub_string(ctx, [ref, from, to]) {
    ctx.charge(COST.base);
    const [i, j] = [from as bigint, to as bigint];
    if (j < i) ctx.abort(E_SUBSTRING_ORDER);
    const bytes = bytesAt(ref);
    // Move code checks the bounds before it calls; a node would panic here.
    if (j > bytes.length) throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'a substring ends beyond its string');
    ctx.charge(COST.base + COST.stringPerByte * Number(j - i));
    return bytesResult(bytes.slice(Number(i), Number(j)));
  },
  internal_index_of(ctx, [ref, pattern]) {
    const wanted = bytesAt(pattern);
    ctx.charge(COST.base + COST.stringPerByte * wanted.length);
    const bytes = bytesAt(ref);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(wanted);
    const at = found < 0 ? bytes.length : found;
    ctx.charge(COST.stringPerByte * at);
    return BigInt(at);
  },
};

const typeName =
  (ids: 'defining' | 'original'): SuiNative =>
  (ctx, _, [type]) => {
    ctx.charge(COST.base);
    const name = formatType(type!, ids, '');
    ctx.charge(COST.typeNamePerByte * name.length);
    return struct(struct(bytesResult(new TextEncoder().encode(name))));
  };

const typeId =
  (ids: 'definingId' | 'originalId'): SuiNative =>
  (ctx, _, [type]) => {
    ctx.charge(COST.base);
    return type!.datatype?.[ids] ?? ctx.abort(E_NON_MODULE_TYPE);
  };

export const type_name: NativeModule = {
  get: typeName('defining'),
  get_with_original_ids: typeName('original'),
  with_defining_ids: typeName('defining'),
  with_original_ids: typeName('original'),
  defining_id: typeId('definingId'),
  original_id: typeId('originalId'),
};

export const unit_test: NativeModule = {
  poison() {},
  destroy() {},
};

const isBytes = (type: Type): boolean => type.kind === KIND.U8;

function elementAt(ref: Value, type: Type, index: bigint): Ref {
  const vector = (ref as Ref).get();
  const length = isBytes(type) ? (vector as Bytes).length : (vector as Vec).items.length;
  if (index >= length) {
    throw new VmError('VECTOR_OPERATION_ERROR', `index ${index} of ${length}`, VECTOR_ERROR.INDEX_OUT_OF_BOUNDS);
  }
  return new Ref(isBytes(type) ? (vector as Bytes).data : (vector as Vec).items, Number(index));
}

const borrowElement: SuiNative = (ctx, [ref, index], [type]) => {
  ctx.charge(COST.base);
  return elementAt(ref!, type!, index as bigint);
};

/** The compiler turns calls of these into instructions; transactions may still call them as functions. */
export const vector: NativeModule = {
  empty(ctx, _, [type]) {
    ctx.charge(COST.base);
    return isBytes(type!) ? new Bytes(new Uint8Array()) : new Vec([]);
  },
  length(ctx, [ref], [type]) {
    ctx.charge(COST.base);
    const vector = (ref as Ref).get();
    return BigInt(isBytes(type!) ? (vector as Bytes).length : (vector as Vec).items.length);
  },
  borrow: borrowElement,
  borrow_mut: borrowElement,
  push_back(ctx, [ref, item], [type]) {
    ctx.charge(COST.base);
    const vector = (ref as Ref).get();
    const length = isBytes(type!) ? (vector as Bytes).length : (vector as Vec).items.length;
    if (length >= ctx.limits.vectorLength) {
      throw new VmError('VECTOR_OPERATION_ERROR', 'a vector is full', VECTOR_ERROR.VEC_SIZE_LIMIT_REACHED);
    }
    if (isBytes(type!)) (vector as Bytes).push(item as number);
    else (vector as Vec).items.push(item!);
  },
  pop_back(ctx, [ref], [type]) {
    ctx.charge(COST.base);
    const vector = (ref as Ref).get();
    const length = isBytes(type!) ? (vector as Bytes).length : (vector as Vec).items.length;
    if (length === 0) throw new VmError('VECTOR_OPERATION_ERROR', 'the vector is empty', VECTOR_ERROR.POP_EMPTY_VEC);
    return isBytes(type!) ? (vector as Bytes).pop() : (vector as Vec).items.pop()!;
  },
  destroy_empty(ctx, [vector], [type]) {
    ctx.charge(COST.base);
    const length = isBytes(type!) ? (vector as Bytes).length : (vector as Vec).items.length;
    if (length !== 0) {
      throw new VmError('VECTOR_OPERATION_ERROR', 'not empty', VECTOR_ERROR.VEC_UNPACK_PARITY_MISMATCH);
    }
  },
  swap(ctx, [ref, first, second], [type]) {
    ctx.charge(COST.base);
    const a = elementAt(ref!, type!, first as bigint);
    const b = elementAt(ref!, type!, second as bigint);
    const held = a.get();
    a.set(b.get());
    b.set(held);
  },
};
