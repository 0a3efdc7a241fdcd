// From bytecode to the machine's instructions: one pass over the code of a function under closed type arguments, which
// picks for each instruction the one for the representation of its operands. It needs their types for that, and refuses
// code whose types do not fit; the full check of a module before it is published is that of ../verifier.

import { compileDatatype, compileVector } from './compile-data.ts';
import { ModuleError, VmError } from './errors.ts';
import { entry, type RawInstruction } from './format.ts';
import { deserializeConstant } from './bcs.ts';
import { checkTypeArguments, type FunctionInstance, type LinkedModule } from './loader.ts';
import { type Limits } from './limits.ts';
import type { FunctionImage } from './module.ts';
import { type CallTarget, Instruction, OP } from './opcodes.ts';
import { TypingContext } from './typing.ts';
import { BOOL, KIND, type Type, U128, U16, U256, U32, U64, U8, WIDTH } from './types.ts';

const LOADS: Readonly<Record<string, Type>> = {
  LdU8: U8,
  LdU16: U16,
  LdU32: U32,
  LdU64: U64,
  LdU128: U128,
  LdU256: U256,
};
const CASTS: Readonly<Record<string, Type>> = {
  CastU8: U8,
  CastU16: U16,
  CastU32: U32,
  CastU64: U64,
  CastU128: U128,
  CastU256: U256,
};
/** Operators on two integers of one width: the instruction for widths up to 32 bits, and for wider ones. */
const INTEGER_OPS: Readonly<Record<string, readonly [number, number]>> = {
  Add: [OP.ADD_SMALL, OP.ADD_BIG],
  Sub: [OP.SUB, OP.SUB],
  Mul: [OP.MUL_SMALL, OP.MUL_BIG],
  Div: [OP.DIV_SMALL, OP.DIV_BIG],
  Mod: [OP.MOD, OP.MOD],
  BitOr: [OP.OR_SMALL, OP.OR_BIG],
  BitAnd: [OP.AND_SMALL, OP.AND_BIG],
  Xor: [OP.XOR_SMALL, OP.XOR_BIG],
};
const COMPARISONS: Readonly<Record<string, number>> = { Lt: OP.LT, Gt: OP.GT, Le: OP.LE, Ge: OP.GE };
const TERMINATORS = new Set(['Branch', 'Ret', 'Abort', 'VariantSwitch']);

/** The name of an instruction and its operand, if it has one. */
export function splitInstruction(raw: RawInstruction): [name: string, operand: unknown] {
  if (typeof raw === 'string') return [raw, undefined];
  const name = Object.keys(raw)[0]!;
  return [name, raw[name]];
}

const isSmall = (type: Type): boolean => type.kind <= KIND.U32;

/** The greatest value of an integer type, in the representation of its values. */
export function maxOf(type: Type): number | bigint {
  const width = WIDTH[type.kind]!;
  return width <= 32 ? 2 ** width - 1 : (1n << BigInt(width)) - 1n;
}

/** An immediate as the tables give it, in the representation of its type. */
function immediate(type: Type, operand: unknown): number | bigint {
  if (type.kind === KIND.U256) {
    // Little-endian bytes.
    return (operand as number[]).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }
  return isSmall(type) ? Number(operand) : BigInt(operand as number | bigint);
}

/** Offsets at which a block starts: targets of jumps, and what follows a jump. */
function blockStarts(ctx: TypingContext): ReadonlySet<number> {
  const { code, jump_tables: tables } = ctx.image.code!;
  const starts = new Set<number>();
  const target = (offset: number): void => {
    if (offset >= code.length) throw new ModuleError('INDEX_OUT_OF_BOUNDS', `jump to ${offset} of ${code.length}`);
    starts.add(offset);
  };
  code.forEach((raw, at) => {
    const [name, operand] = splitInstruction(raw);
    if (name === 'Branch' || name === 'BrTrue' || name === 'BrFalse') target(operand as number);
    if (name === 'VariantSwitch') entry(tables, operand as number, 'jump table').jump_table.Full.forEach(target);
    if (TERMINATORS.has(name) || name === 'BrTrue' || name === 'BrFalse') starts.add(at + 1);
  });
  return starts;
}

/** Types and compiles one function. */
class Compiler {
  readonly ctx: TypingContext;
  readonly limits: Limits;
  readonly code: Instruction[] = [];

  constructor(ctx: TypingContext, limits: Limits) {
    this.ctx = ctx;
    this.limits = limits;
  }

  run(): Instruction[] {
    const { ctx } = this;
    const { code } = ctx.image.code!;
    if (code.length === 0) ctx.fail('EMPTY_CODE_UNIT', 'no instruction');
    const starts = blockStarts(ctx);
    let last = '';
    code.forEach((raw, at) => {
      ctx.at = at;
      if (starts.has(at)) ctx.endBlock();
      const [name, operand] = splitInstruction(raw);
      this.code.push(this.instruction(name, operand));
      last = name;
    });
    ctx.endBlock();
    ctx.require(TERMINATORS.has(last), 'INVALID_FALL_THROUGH', `the code ends with ${last}`);
    return this.code;
  }

  instruction(name: string, operand: unknown): Instruction {
    const ints = INTEGER_OPS[name];
    if (ints) {
      const type = this.ctx.popInteger();
      this.ctx.expect(type, 'INTEGER_OP_TYPE_MISMATCH_ERROR');
      this.ctx.push(type);
      return new Instruction(ints[isSmall(type) ? 0 : 1], maxOf(type));
    }
    const load = LOADS[name];
    if (load) {
      this.ctx.push(load);
      return new Instruction(OP.LD, immediate(load, operand));
    }
    const cast = CASTS[name];
    if (cast) return this.cast(cast);
    if (name in COMPARISONS) {
      const type = this.ctx.popInteger();
      this.ctx.expect(type, 'INTEGER_OP_TYPE_MISMATCH_ERROR');
      this.ctx.push(BOOL);
      return new Instruction(COMPARISONS[name]!);
    }
    return (
      this.simple(name, operand as number) ??
      this.reference(name, operand as number) ??
      compileDatatype(this.ctx, this.limits, name, operand as number) ??
      compileVector(this.ctx, this.limits, name, operand) ??
      this.ctx.fail('DEPRECATED_BYTECODE_FORMAT', `instruction ${name} is no longer in use`)
    );
  }

  cast(target: Type): Instruction {
    const source = this.ctx.popInteger();
    this.ctx.push(target);
    const op = isSmall(source)
      ? isSmall(target)
        ? OP.CAST_SMALL_SMALL
        : OP.CAST_SMALL_BIG
      : isSmall(target)
        ? OP.CAST_BIG_SMALL
        : OP.CAST_BIG_BIG;
    const max = maxOf(target);
    return new Instruction(op, op === OP.CAST_BIG_SMALL ? BigInt(max) : max);
  }

  /** Control, constants, locals, booleans, shifts and calls. */
  simple(name: string, operand: number): Instruction | null {
    const { ctx } = this;
    switch (name) {
      case 'Nop':
        return new Instruction(OP.NOP);
      case 'Pop':
        ctx.requireDrop(ctx.pop(), 'POP_WITHOUT_DROP_ABILITY');
        return new Instruction(OP.POP);
      case 'Ret':
        ctx.expectAll(ctx.returns, 'RET_TYPE_MISMATCH_ERROR');
        return new Instruction(OP.RET);
      case 'BrTrue':
      case 'BrFalse':
        ctx.expect(BOOL, 'BR_TYPE_MISMATCH_ERROR');
        return new Instruction(name === 'BrTrue' ? OP.BR_TRUE : OP.BR_FALSE, operand);
      case 'Branch':
        return new Instruction(OP.BRANCH, operand);
      case 'Abort':
        ctx.expect(U64, 'ABORT_TYPE_MISMATCH_ERROR');
        return new Instruction(OP.ABORT);
      case 'LdTrue':
      case 'LdFalse':
        ctx.push(BOOL);
        return new Instruction(OP.LD, name === 'LdTrue');
      case 'LdConst':
        return this.constant(operand);
      case 'CopyLoc':
      case 'MoveLoc':
      case 'StLoc':
        return this.local(name, operand);
      case 'And':
      case 'Or':
        ctx.expectAll([BOOL, BOOL], 'BOOLEAN_OP_TYPE_MISMATCH_ERROR');
        ctx.push(BOOL);
        return new Instruction(name === 'And' ? OP.AND : OP.OR);
      case 'Not':
        ctx.expect(BOOL, 'BOOLEAN_OP_TYPE_MISMATCH_ERROR');
        ctx.push(BOOL);
        return new Instruction(OP.NOT);
      case 'Shl':
      case 'Shr': {
        ctx.expect(U8, 'INTEGER_OP_TYPE_MISMATCH_ERROR');
        const type = ctx.popInteger();
        ctx.push(type);
        const width = WIDTH[type.kind]!;
        if (isSmall(type))
          return new Instruction(name === 'Shl' ? OP.SHL_SMALL : OP.SHR_SMALL, width, Number(maxOf(type)));
        return new Instruction(name === 'Shl' ? OP.SHL_BIG : OP.SHR_BIG, width);
      }
      case 'Eq':
      case 'Neq':
        return this.equality(name === 'Eq');
      case 'Call':
        return this.call(operand, []);
      case 'CallGeneric': {
        const instantiation = entry(ctx.module.image.tables.function_instantiations, operand, 'function instantiation');
        return this.call(instantiation.handle, ctx.bind(instantiation.type_parameters));
      }
      default:
        return null;
    }
  }

  constant(index: number): Instruction {
    const { type_: token, data } = entry(this.ctx.module.image.tables.constant_pool, index, 'constant');
    const type = this.ctx.module.token(token);
    const value = deserializeConstant(this.ctx.types, type, Uint8Array.from(data));
    this.ctx.push(type);
    return new Instruction(type.isScalar ? OP.LD_CONST_SCALAR : OP.LD_CONST, value, data.length);
  }

  local(name: string, index: number): Instruction {
    const { ctx } = this;
    const type = entry(ctx.locals, index, 'local');
    if (name === 'StLoc') {
      ctx.expect(type, 'STLOC_TYPE_MISMATCH_ERROR');
      return new Instruction(OP.ST_LOC, index);
    }
    ctx.push(type);
    if (name === 'MoveLoc') return new Instruction(OP.MOVE_LOC, index);
    ctx.requireCopy(type, 'COPYLOC_WITHOUT_COPY_ABILITY');
    if (type.isScalar) return new Instruction(OP.COPY_LOC_SCALAR, index, type.fixedSize);
    return new Instruction(OP.COPY_LOC, index, 0, type);
  }

  equality(equal: boolean): Instruction {
    const { ctx } = this;
    const type = ctx.pop();
    ctx.expect(type, 'EQUALITY_OP_TYPE_MISMATCH_ERROR');
    ctx.requireDrop(type, 'EQUALITY_OP_TYPE_MISMATCH_ERROR');
    ctx.push(BOOL);
    if (type.isScalar && !type.isReference) {
      return new Instruction(equal ? OP.EQ_SCALAR : OP.NEQ_SCALAR, 0, type.fixedSize);
    }
    return new Instruction(equal ? OP.EQ : OP.NEQ, 0, 0, type);
  }

  call(handleIndex: number, typeArguments: readonly Type[]): Instruction {
    const { ctx } = this;
    const { image, linkage } = ctx.module;
    const handle = entry(image.tables.function_handles, handleIndex, 'function handle');
    const id = image.moduleId(handle.module);
    const name = image.identifier(handle.name);
    checkTypeArguments(typeArguments, handle.type_parameters, `${id.name}::${name}`);
    const bind = (signature: number) =>
      ctx.module.signature(signature).map((t) => ctx.types.substitute(t, typeArguments));
    const parameters = bind(handle.parameters);
    ctx.expectAll(parameters, 'CALL_TYPE_MISMATCH_ERROR');
    ctx.pushAll(bind(handle.return_));
    // Sui counts the nodes of the caller's and the callee's type arguments together.
    const nodes = [...ctx.typeArguments, ...typeArguments].reduce((n, t) => n + t.nodes, 1);
    if (nodes > this.limits.typeNodes) return new Instruction(OP.FAIL, 'VM_MAX_TYPE_NODES_REACHED');
    const caller = ctx.module;
    const resolve = (): FunctionInstance => {
      const target = linkage.module(id.address, id.name);
      const callee = target.image.functionByName.get(name);
      if (!callee) throw new VmError('FUNCTION_RESOLUTION_FAILURE', `no function ${id.address}::${id.name}::${name}`);
      checkLink(caller, handleIndex, target, callee);
      return linkage.instance(target, callee, typeArguments);
    };
    const target: CallTarget = { instance: null, resolve, argumentCount: parameters.length };
    return new Instruction(OP.CALL, target);
  }

  /** References to locals and what is behind references. */
  reference(name: string, operand: number): Instruction | null {
    const { ctx } = this;
    switch (name) {
      case 'ImmBorrowLoc':
      case 'MutBorrowLoc': {
        const type = entry(ctx.locals, operand, 'local');
        ctx.require(!type.isReference, 'BORROWLOC_REFERENCE_ERROR', `local ${operand} is a reference`);
        ctx.push(ctx.types.reference(type, name === 'MutBorrowLoc'));
        return new Instruction(OP.BORROW_LOC, operand);
      }
      case 'ReadRef': {
        const target = ctx.popReference('READREF_TYPE_MISMATCH_ERROR');
        ctx.requireCopy(target, 'READREF_WITHOUT_COPY_ABILITY');
        ctx.push(target);
        if (target.isScalar) return new Instruction(OP.READ_REF_SCALAR, 0, target.fixedSize);
        return new Instruction(OP.READ_REF, 0, 0, target);
      }
      case 'WriteRef': {
        const target = ctx.popReference('WRITEREF_NO_MUTABLE_REFERENCE_ERROR', null, true);
        ctx.requireDrop(target, 'WRITEREF_WITHOUT_DROP_ABILITY');
        ctx.expect(target, 'WRITEREF_TYPE_MISMATCH_ERROR');
        return new Instruction(OP.WRITE_REF, 0, 0, target);
      }
      case 'FreezeRef': {
        const target = ctx.popReference('FREEZEREF_TYPE_MISMATCH_ERROR', null, true);
        ctx.push(ctx.types.reference(target, false));
        return new Instruction(OP.FREEZE_REF);
      }
      default:
        return null;
    }
  }
}

/** Checks that a function is what a caller's handle says it is, and that the caller may call it. */
function checkLink(caller: LinkedModule, handleIndex: number, target: LinkedModule, callee: FunctionImage): void {
  const handle = entry(caller.image.tables.function_handles, handleIndex, 'function handle');
  const same = (a: readonly Type[], b: readonly Type[]) => a.length === b.length && a.every((t, i) => t === b[i]);
  const matches =
    same(caller.signature(handle.parameters), target.signature(callee.parameters)) &&
    same(caller.signature(handle.return_), target.signature(callee.returns)) &&
    handle.type_parameters.length === callee.typeParameters.length &&
    callee.typeParameters.every((c, i) => (c & ~handle.type_parameters[i]!) === 0);
  const where = `${target.image.id.address}::${target.image.id.name}::${callee.name}`;
  if (!matches) throw new VmError('TYPE_MISMATCH', `${where} is not what ${caller.image.id.name} expects`);
  const visible =
    callee.visibility === 'Public' ||
    caller === target ||
    (callee.visibility === 'Friend' &&
      caller.image.id.address === target.image.id.address &&
      target.image.hasFriend(caller.image.id));
  if (!visible) throw new VmError('LOOKUP_FAILED', `${where} is not visible in ${caller.image.id.name}`);
}

/**
 * Compiles a function instance in place.
 *
 * @throws ModuleError or VmError if the code does not type or link.
 */
export function compileInstance(instance: FunctionInstance, limits: Limits): readonly Instruction[] {
  const ctx = new TypingContext(instance.module, instance.image, instance.typeArguments);
  instance.localCount = ctx.locals.length;
  return (instance.code = new Compiler(ctx, limits).run());
}
