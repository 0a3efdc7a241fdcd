// Typing and compiling of the instructions on structs, enums and vectors.

import { entry } from './format.ts';
import type { Limits } from './limits.ts';
import { checkTypeArguments } from './loader.ts';
import type { DatatypeImage } from './module.ts';
import { Instruction, OP } from './opcodes.ts';
import type { TypingContext } from './typing.ts';
import { KIND, type Type, U64 } from './types.ts';

/** A datatype of this module under type arguments given by a signature (null: none). */
function bindDatatype(ctx: TypingContext, image: DatatypeImage, signature: number | null): Type {
  const args = signature === null ? [] : ctx.bind(signature);
  const datatype = ctx.module.datatype(image.handle);
  const constraints = datatype.params.map((p) => p.constraints);
  checkTypeArguments(args, constraints, datatype.key);
  return ctx.types.datatype(datatype, args);
}

/** A datatype that an instruction names. */
interface Named {
  readonly type: Type;
  /** Its type arguments as the module has them: open over the parameters of the function. */
  readonly args: readonly Type[];
  /** Number of the variant; -1 for a struct. */
  readonly tag: number;
}

function structAt(ctx: TypingContext, index: number, generic: boolean): Named {
  const { image } = ctx.module;
  if (!generic) return { type: bindDatatype(ctx, entry(image.structs, index, 'struct'), null), args: [], tag: -1 };
  const { def, type_parameters: args } = entry(image.tables.struct_def_instantiations, index, 'struct instantiation');
  const type = bindDatatype(ctx, entry(image.structs, def, 'struct'), args);
  return { type, args: ctx.module.signature(args), tag: -1 };
}

function variantAt(ctx: TypingContext, index: number, generic: boolean): Named {
  const { image } = ctx.module;
  if (!generic) {
    const handle = entry(image.tables.variant_handles, index, 'variant handle');
    return {
      type: bindDatatype(ctx, entry(image.enums, handle.enum_def, 'enum'), null),
      args: [],
      tag: handle.variant,
    };
  }
  const { enum_def, variant } = entry(image.tables.variant_instantiation_handles, index, 'variant instantiation');
  const { def, type_parameters: args } = entry(image.tables.enum_def_instantiations, enum_def, 'enum instantiation');
  const type = bindDatatype(ctx, entry(image.enums, def, 'enum'), args);
  return { type, args: ctx.module.signature(args), tag: variant };
}

/** The limit that building a value of the type, named with the open arguments `args`, would break, if any. */
function limitFault(ctx: TypingContext, limits: Limits, type: Type, args: readonly Type[]): Instruction | null {
  // Sui counts the nodes of the function's arguments and of the open ones: those before the type is put together.
  const nodes = [...ctx.typeArguments, ...args].reduce((n, t) => n + t.nodes, 1);
  if (args.length > 0 && nodes > limits.typeNodes) return new Instruction(OP.FAIL, 'VM_MAX_TYPE_NODES_REACHED');
  return type.depth > limits.valueDepth ? new Instruction(OP.FAIL, 'VM_MAX_VALUE_DEPTH_REACHED') : null;
}

function pack(ctx: TypingContext, limits: Limits, { type, args, tag }: Named): Instruction {
  const fields = entry(ctx.types.fields(type), Math.max(tag, 0), 'variant');
  ctx.expectAll(fields, 'PACK_TYPE_MISMATCH_ERROR');
  ctx.push(type);
  return limitFault(ctx, limits, type, args) ?? new Instruction(OP.PACK, fields.length, tag);
}

function borrowField(ctx: TypingContext, name: string, index: number): Instruction {
  const { tables, structs } = ctx.module.image;
  const generic = name.endsWith('Generic');
  const instantiation = generic ? entry(tables.field_instantiations, index, 'field instantiation') : null;
  const handle = entry(tables.field_handles, instantiation ? instantiation.handle : index, 'field handle');
  const owner = entry(structs, handle.owner, 'struct');
  const type = bindDatatype(ctx, owner, instantiation ? instantiation.type_parameters : null);
  const mutable = name.startsWith('Mut');
  ctx.popReference('BORROWFIELD_TYPE_MISMATCH_ERROR', type, mutable);
  ctx.push(ctx.types.reference(entry(ctx.types.fields(type)[0]!, handle.field, 'field'), mutable));
  return new Instruction(OP.BORROW_FIELD, handle.field);
}

/** Structs and enums; null for any other instruction. */
export function compileDatatype(ctx: TypingContext, limits: Limits, name: string, operand: number): Instruction | null {
  switch (name) {
    case 'ImmBorrowField':
    case 'MutBorrowField':
    case 'ImmBorrowFieldGeneric':
    case 'MutBorrowFieldGeneric':
      return borrowField(ctx, name, operand);
    case 'Pack':
    case 'PackGeneric':
      return pack(ctx, limits, structAt(ctx, operand, name === 'PackGeneric'));
    case 'Unpack':
    case 'UnpackGeneric': {
      const { type } = structAt(ctx, operand, name === 'UnpackGeneric');
      ctx.expect(type, 'UNPACK_TYPE_MISMATCH_ERROR');
      ctx.pushAll(ctx.types.fields(type)[0]!);
      return new Instruction(OP.UNPACK);
    }
    case 'PackVariant':
    case 'PackVariantGeneric':
      return pack(ctx, limits, variantAt(ctx, operand, name === 'PackVariantGeneric'));
    case 'UnpackVariant':
    case 'UnpackVariantGeneric': {
      const { type, tag } = variantAt(ctx, operand, name === 'UnpackVariantGeneric');
      ctx.expect(type, 'UNPACK_TYPE_MISMATCH_ERROR');
      ctx.pushAll(entry(ctx.types.fields(type), tag, 'variant'));
      return new Instruction(OP.UNPACK_VARIANT, 0, tag);
    }
    case 'UnpackVariantImmRef':
    case 'UnpackVariantMutRef':
    case 'UnpackVariantGenericImmRef':
    case 'UnpackVariantGenericMutRef': {
      const { type, tag } = variantAt(ctx, operand, name.includes('Generic'));
      const mutable = name.endsWith('MutRef');
      ctx.popReference('ENUM_TYPE_MISMATCH', type, mutable);
      const fields = entry(ctx.types.fields(type), tag, 'variant');
      ctx.pushAll(fields.map((f) => ctx.types.reference(f, mutable)));
      return new Instruction(OP.UNPACK_VARIANT_REF, 0, tag);
    }
    case 'VariantSwitch': {
      const table = entry(ctx.image.code!.jump_tables, operand, 'jump table');
      const target = ctx.popReference('ENUM_SWITCH_BAD_OPERAND');
      const head = ctx.module.datatype(entry(ctx.module.image.enums, table.head_enum, 'enum').handle);
      ctx.require(target.datatype === head, 'ENUM_SWITCH_BAD_OPERAND', `${target.key} is not ${head.key}`);
      const offsets = table.jump_table.Full;
      ctx.require(offsets.length === head.variants.length, 'INVALID_ENUM_SWITCH', `${offsets.length} jumps`);
      return new Instruction(OP.VARIANT_SWITCH, offsets);
    }
    default:
      return null;
  }
}

/** Vectors; null for any other instruction. */
export function compileVector(ctx: TypingContext, limits: Limits, name: string, operand: unknown): Instruction | null {
  if (!name.startsWith('Vec')) return null;
  const [signature, count] = Array.isArray(operand) ? [Number(operand[0]), Number(operand[1])] : [Number(operand), 0];
  const elem = ctx.bindOne(signature);
  const vector = ctx.types.vector(elem);
  const bytes = elem.kind === KIND.U8;
  const mismatch = 'TYPE_MISMATCH';
  switch (name) {
    case 'VecPack':
    case 'VecUnpack': {
      // More elements than the stack may hold can neither be there nor be pushed.
      if (count > limits.operandStack) ctx.fail('NEGATIVE_STACK_SIZE_WITHIN_BLOCK', `${name} of ${count} elements`);
      const elements = new Array<Type>(count).fill(elem);
      if (name === 'VecPack') {
        ctx.expectAll(elements, mismatch);
        ctx.push(vector);
        return (
          limitFault(ctx, limits, elem, ctx.module.signature(signature)[0]!.args) ??
          new Instruction(bytes ? OP.VEC_PACK_BYTES : OP.VEC_PACK, count)
        );
      }
      ctx.expect(vector, mismatch);
      ctx.pushAll(elements);
      return new Instruction(bytes ? OP.VEC_UNPACK_BYTES : OP.VEC_UNPACK, count);
    }
    case 'VecLen':
      ctx.popReference(mismatch, vector);
      ctx.push(U64);
      return new Instruction(bytes ? OP.VEC_LEN_BYTES : OP.VEC_LEN);
    case 'VecImmBorrow':
    case 'VecMutBorrow':
      ctx.expect(U64, mismatch);
      ctx.popReference(mismatch, vector, name === 'VecMutBorrow');
      ctx.push(ctx.types.reference(elem, name === 'VecMutBorrow'));
      return new Instruction(bytes ? OP.VEC_BORROW_BYTES : OP.VEC_BORROW);
    case 'VecPushBack':
      ctx.expect(elem, mismatch);
      ctx.popReference(mismatch, vector, true);
      return new Instruction(bytes ? OP.VEC_PUSH_BACK_BYTES : OP.VEC_PUSH_BACK);
    case 'VecPopBack':
      ctx.popReference(mismatch, vector, true);
      ctx.push(elem);
      return new Instruction(bytes ? OP.VEC_POP_BACK_BYTES : OP.VEC_POP_BACK);
    case 'VecSwap':
      ctx.expectAll([U64, U64], mismatch);
      ctx.popReference(mismatch, vector, true);
      return new Instruction(bytes ? OP.VEC_SWAP_BYTES : OP.VEC_SWAP);
    default:
      return null;
  }
}
