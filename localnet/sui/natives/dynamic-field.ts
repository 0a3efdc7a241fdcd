// Native functions of sui::dynamic_field: objects owned by objects, under ids derived from the owner and a name.

import { blake2b } from '@noble/hashes/blake2.js';
import { Cache } from '../cache.ts';
import { addressBytes, addressOf, serialize } from '../vm/bcs.ts';
import type { NativeContext } from '../vm/native.ts';
import { abstractSize, structTagSize, typeSize, typeTagSize } from '../vm/size.ts';
import type { Type } from '../vm/types.ts';
import { type Ref, type Struct } from '../vm/values.ts';
import { COST } from './costs.ts';
import type { NativeEnv, NativeModule, SuiNative } from './env.ts';
import { type CacheInfo, type ChildResult, ObjectRuntime } from './object-runtime.ts';
import { typeTagBytes } from './type-tag.ts';

const E_KEY_DOES_NOT_EXIST = 1;
const E_FIELD_TYPE_MISMATCH = 2;
const E_BCS_SERIALIZATION_FAILURE = 3;

/** Abstract sizes that Sui charges for a value that is already in the machine, moved and borrowed. */
const PRESENT_SIZE = 2;
const BORROWED_SIZE = 8;

/** First byte of what the id of a dynamic field is the hash of. */
const CHILD_SCOPE = 0xf0;

/**
 * The id of a dynamic field: blake2b256(0xf0, parent, length of the name's BCS as u64, the name's BCS, BCS of its type).
 *
 * @param parent "0x" and 64 hex digits.
 */
export function deriveFieldId(parent: string, nameType: Type, nameBytes: Uint8Array): string {
  const derive = (): string => hashField(parent, nameType, nameBytes);
  if (nameBytes.length > MAX_KEPT_NAME || nameType.key.length > MAX_KEPT_TYPE) return derive();
  const name = Buffer.from(nameBytes).toString('latin1');
  return fieldIds.get(`${parent} ${name.length} ${name} ${nameType.key}`, derive);
}

/** Transactions look up the same fields over and over, in each simulation and again when they are executed. */
const fieldIds = new Cache<string>(4096);
const MAX_KEPT_NAME = 256;
const MAX_KEPT_TYPE = 512;

function hashField(parent: string, nameType: Type, nameBytes: Uint8Array): string {
  const tag = typeTagBytes(nameType);
  const input = new Uint8Array(1 + 32 + 8 + nameBytes.length + tag.length);
  input[0] = CHILD_SCOPE;
  input.set(addressBytes(parent), 1);
  new DataView(input.buffer).setBigUint64(33, BigInt(nameBytes.length), true);
  input.set(nameBytes, 41);
  input.set(tag, 41 + nameBytes.length);
  return addressOf(blake2b(input, { dkLen: 32 }));
}

type Context = NativeContext<NativeEnv>;

/** A child that was read from storage for the call costs one for each of its bytes, and one if there is none. */
function chargeCache(ctx: Context, cache: CacheInfo): void {
  if (cache.from === 'storage') ctx.charge(Math.max(cache.bytes, 1));
}

/** The child, which must exist and be of the type. */
function existing(
  ctx: Context,
  parent: string,
  id: string,
  type: Type,
): Exclude<ChildResult, { readonly mismatch: true }> {
  if (!ctx.hasLayout(type)) ctx.abort(E_BCS_SERIALIZATION_FAILURE);
  const result = ctx.env.objects.child(parent, id, type);
  if (result.mismatch) return ctx.abort(E_FIELD_TYPE_MISMATCH);
  if (result.child.cell.length === 0) ctx.abort(E_KEY_DOES_NOT_EXIST);
  chargeCache(ctx, result.cache);
  return result;
}

const borrow: SuiNative = (ctx, [uid, id], [type]) => {
  const { field } = COST;
  ctx.charge(COST.base + field.borrowPerTypeByte * typeSize(type!));
  const parent = (((uid as Ref).get() as Struct).fields[0] as Struct).fields[0] as string;
  const { child, cache } = existing(ctx, parent, id as string, type!);
  const ref = ObjectRuntime.borrow(child);
  const size = cache.from === 'value' ? BORROWED_SIZE : BORROWED_SIZE + abstractSize(ctx.types, type!, ref.get());
  ctx.charge(field.borrowPerByte * size);
  return ref;
};

export const dynamic_field: NativeModule = {
  hash_type_and_key(ctx, [parent, name], [type]) {
    const { field } = COST;
    ctx.charge(COST.base);
    ctx.charge(field.hashPerByte * (typeSize(type!) + abstractSize(ctx.types, type!, name!)));
    ctx.charge(field.hashPerByte * typeTagSize(type!));
    if (!ctx.hasLayout(type!)) ctx.abort(E_BCS_SERIALIZATION_FAILURE);
    return deriveFieldId(parent as string, type!, serialize(ctx.types, type!, name!));
  },
  add_child_object(ctx, [parent, value], [type]) {
    const { field } = COST;
    ctx.charge(COST.base + field.addPerValueByte * PRESENT_SIZE);
    ctx.charge(field.addPerTypeByte * typeSize(type!));
    ctx.charge(field.addPerTagByte * structTagSize(type!));
    ctx.env.objects.addChild(parent as string, type!, value!);
  },
  borrow_child_object: borrow,
  borrow_child_object_mut: borrow,
  remove_child_object(ctx, [parent, id], [type]) {
    const { field } = COST;
    ctx.charge(COST.base + field.removePerTypeByte * typeSize(type!));
    const { child, cache } = existing(ctx, parent as string, id as string, type!);
    const value = child.cell.pop()!;
    ctx.charge(field.removePerByte * (cache.from === 'value' ? PRESENT_SIZE : abstractSize(ctx.types, type!, value)));
    return value;
  },
  has_child_object(ctx, [parent, id]) {
    ctx.charge(COST.base);
    const [cache, exists] = ctx.env.objects.childExists(parent as string, id as string);
    chargeCache(ctx, cache);
    return exists;
  },
  has_child_object_with_ty(ctx, [parent, id], [type]) {
    ctx.charge(COST.base + COST.field.hasPerByte * typeSize(type!));
    ctx.charge(COST.field.hasPerByte * structTagSize(type!));
    const [cache, exists] = ctx.env.objects.childExists(parent as string, id as string, type!);
    chargeCache(ctx, cache);
    return exists;
  },
};
