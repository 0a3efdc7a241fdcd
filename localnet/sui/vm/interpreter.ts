// The interpreter: one loop over compiled instructions, with its own operand stack and call stack, so that no depth of
// calls in Move code uses up the host's stack. Each instruction is charged before it takes effect, as on Sui.

import { compileInstance } from './compile.ts';
import { type CodeLocation, locate, MoveAbort, NativeAbort, type Status, VECTOR_ERROR, VmError } from './errors.ts';
import { type FunctionInstance } from './loader.ts';
import type { Session } from './machine.ts';
import { type CallTarget, type Instruction, OP } from './opcodes.ts';
import { abstractSize, traversedSize } from './size.ts';
import type { Type } from './types.ts';
import { Bytes, Ref, Struct, type Value, Vec } from './values.ts';

/** Abstract size of a reference. */
const REF_SIZE = 8;
/** Memory that packing adds to what is packed. */
const STRUCT_SIZE = 2;
const VECTOR_SIZE = 8;

/** A suspended call. */
class Frame {
  readonly instance: FunctionInstance;
  readonly code: readonly Instruction[];
  readonly pc: number;
  readonly locals: Value[];

  constructor(instance: FunctionInstance, code: readonly Instruction[], pc: number, locals: Value[]) {
    this.instance = instance;
    this.code = code;
    this.pc = pc;
    this.locals = locals;
  }
}

function locationOf(instance: FunctionInstance, instruction: number): CodeLocation {
  const { image } = instance;
  return {
    module: instance.module.image.id,
    functionIndex: image.index,
    functionName: image.name,
    instruction,
  };
}

function arithmeticError(detail: string): never {
  throw new VmError('ARITHMETIC_ERROR', detail);
}

function vectorError(subStatus: number, detail: string): never {
  throw new VmError('VECTOR_OPERATION_ERROR', detail, subStatus);
}

/** The local's value; moved-out and unset locals are never read by code that Move's verifier accepts. */
function present(value: Value | undefined): Value {
  if (value === undefined) throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'a local is read before it is set');
  return value;
}

/** An index within a vector's length, as a number. */
function indexIn(index: bigint, length: number): number {
  if (index >= length) vectorError(VECTOR_ERROR.INDEX_OUT_OF_BOUNDS, `index ${index} of ${length}`);
  return Number(index);
}

function variantOf(value: Value, tag: number): Struct {
  const variant = value as Struct;
  if (variant.tag !== tag) throw new VmError('VARIANT_TAG_MISMATCH', `variant ${variant.tag} where ${tag} is wanted`);
  return variant;
}

/** Calls a native function, charging it as Sui does: once as an instruction, then for its cost and its result. */
function callNative<Env>(session: Session<Env>, instance: FunctionInstance, args: readonly Value[]): Value[] {
  const { context, machine, meter } = session;
  try {
    meter.charge(0, args.length, 0);
    const native = machine.natives.get(instance.name);
    if (!native) throw new VmError('MISSING_DEPENDENCY', `native function ${instance.name} is not provided`);
    context.function = instance;
    context.cost = 0;
    let result: Value | void;
    try {
      result = native(context, args, instance.typeArguments);
    } catch (error) {
      if (!(error instanceof NativeAbort)) throw error;
      meter.chargeNative(context.cost, 0, 0);
      throw new MoveAbort(error.code, locationOf(instance, 0));
    }
    const { returns } = instance;
    if ((result === undefined ? 0 : 1) !== returns.length) {
      throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `native function ${instance.name} returned wrongly`);
    }
    if (result === undefined) {
      meter.chargeNative(context.cost, 0, 0);
      return [];
    }
    meter.chargeNative(context.cost, 1, abstractSize(machine.loader.types, returns[0]!, result));
    return [result];
  } catch (error) {
    throw locate(error, locationOf(instance, 0));
  }
}

function localsFor(instance: FunctionInstance, args: readonly Value[]): Value[] {
  const locals = args.slice() as (Value | undefined)[];
  for (let i = locals.length; i < instance.localCount; i++) locals.push(undefined);
  return locals as Value[];
}

/** Executes a function to its end. See `Session.call`. */
export function execute<Env>(session: Session<Env>, entryPoint: FunctionInstance, args: readonly Value[]): Value[] {
  if (!entryPoint.image.code) return callNative(session, entryPoint, args);
  const { meter, machine } = session;
  const { limits } = machine;
  const { types } = machine.loader;
  const stackLimit = limits.operandStack;
  const stack: Value[] = [];
  const frames: Frame[] = [];
  let instance = entryPoint;
  let pc = 0;
  try {
    let code = instance.code ?? compileInstance(instance, limits);
    let locals = localsFor(instance, args);
    for (;;) {
      const instruction = code[pc]!;
      const { a, b } = instruction;
      switch (instruction.op) {
        case OP.NOP:
          meter.charge(0, 0, 0);
          break;
        case OP.POP:
          meter.charge(0, 1, 0);
          stack.pop();
          break;
        case OP.RET: {
          meter.charge(0, 0, 0);
          const frame = frames.pop();
          if (!frame) return stack;
          ({ instance, code, pc, locals } = frame);
          break;
        }
        case OP.BR_TRUE:
          meter.charge(0, 1, 0);
          if (stack.pop()) {
            pc = a as number;
            continue;
          }
          break;
        case OP.BR_FALSE:
          meter.charge(0, 1, 0);
          if (!stack.pop()) {
            pc = a as number;
            continue;
          }
          break;
        case OP.BRANCH:
          meter.charge(0, 0, 0);
          pc = a as number;
          continue;
        case OP.LD:
          meter.charge(1, 0, 1);
          stack.push(a as Value);
          break;
        case OP.LD_CONST:
          meter.charge(1, 0, b);
          stack.push((a as Vec | Bytes).copy());
          break;
        case OP.LD_CONST_SCALAR:
          meter.charge(1, 0, b);
          stack.push(a as Value);
          break;
        case OP.COPY_LOC: {
          const value = present(locals[a as number]);
          meter.charge(1, 0, abstractSize(types, instruction.type!, value));
          stack.push((value as Struct | Vec | Bytes).copy());
          break;
        }
        case OP.COPY_LOC_SCALAR:
          meter.charge(1, 0, b);
          stack.push(present(locals[a as number]));
          break;
        case OP.MOVE_LOC: {
          const value = present(locals[a as number]);
          meter.charge(1, 0, REF_SIZE);
          (locals as (Value | undefined)[])[a as number] = undefined;
          stack.push(value);
          break;
        }
        case OP.ST_LOC:
          meter.charge(0, 1, 0);
          locals[a as number] = stack.pop()!;
          break;
        case OP.BORROW_LOC:
          meter.charge(1, 0, REF_SIZE);
          present(locals[a as number]);
          stack.push(new Ref(locals, a as number));
          break;
        case OP.BORROW_FIELD: {
          meter.charge(1, 1, REF_SIZE);
          const owner = (stack.pop() as Ref).get() as Struct;
          stack.push(new Ref(owner.fields, a as number));
          break;
        }
        case OP.CALL: {
          const target = a as CallTarget;
          const callee = (target.instance ??= target.resolve());
          const count = target.argumentCount;
          meter.charge(0, count, 0);
          const given = count === 0 ? [] : stack.splice(stack.length - count, count);
          if (!callee.image.code) {
            for (const value of callNative(session, callee, given)) stack.push(value);
            break;
          }
          const calleeCode = callee.code ?? compileInstance(callee, limits);
          if (frames.length >= limits.callStack) {
            const detail = `more than ${limits.callStack} calls are open`;
            throw new VmError('CALL_STACK_OVERFLOW', detail, null, locationOf(callee, 0));
          }
          frames.push(new Frame(instance, code, pc, locals));
          for (let i = count; i < callee.localCount; i++) (given as (Value | undefined)[]).push(undefined);
          instance = callee;
          code = calleeCode;
          locals = given;
          pc = 0;
          continue;
        }
        case OP.FAIL:
          throw new VmError(a as Status, 'a type is too large or nests too deep');
        case OP.PACK: {
          const count = a as number;
          meter.charge(1, count, STRUCT_SIZE);
          stack.push(new Struct(stack.splice(stack.length - count, count), b));
          break;
        }
        case OP.UNPACK: {
          const { fields } = stack.pop() as Struct;
          meter.charge(fields.length, 1, 0);
          for (let i = 0; i < fields.length; i++) stack.push(fields[i]!);
          break;
        }
        case OP.UNPACK_VARIANT: {
          const popped = stack.pop() as Struct;
          meter.charge(popped.fields.length, 1, 0);
          const { fields } = variantOf(popped, b);
          for (let i = 0; i < fields.length; i++) stack.push(fields[i]!);
          break;
        }
        case OP.UNPACK_VARIANT_REF: {
          const { fields } = variantOf((stack.pop() as Ref).get(), b);
          meter.charge(fields.length, 1, 0);
          for (let i = 0; i < fields.length; i++) stack.push(new Ref(fields, i));
          break;
        }
        case OP.VARIANT_SWITCH:
          meter.charge(0, 1, 0);
          pc = (a as number[])[((stack.pop() as Ref).get() as Struct).tag]!;
          continue;
        case OP.READ_REF: {
          const value = (stack.pop() as Ref).get() as Struct | Vec | Bytes;
          meter.charge(1, 1, abstractSize(types, instruction.type!, value));
          stack.push(value.copy());
          break;
        }
        case OP.READ_REF_SCALAR:
          meter.charge(1, 1, b);
          stack.push((stack.pop() as Ref).get());
          break;
        case OP.WRITE_REF: {
          const target = stack.pop() as Ref;
          const value = stack.pop()!;
          meter.charge(0, 2, abstractSize(types, instruction.type!, value));
          target.set(value);
          break;
        }
        case OP.FREEZE_REF:
          meter.charge(1, 1, REF_SIZE);
          break;
        case OP.ADD_SMALL: {
          meter.charge(1, 2, 1);
          const sum = (stack.pop() as number) + (stack.pop() as number);
          if (sum > (a as number)) arithmeticError('addition overflows');
          stack.push(sum);
          break;
        }
        case OP.ADD_BIG: {
          meter.charge(1, 2, 1);
          const sum = (stack.pop() as bigint) + (stack.pop() as bigint);
          if (sum > (a as bigint)) arithmeticError('addition overflows');
          stack.push(sum);
          break;
        }
        case OP.SUB: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as number;
          const left = stack.pop() as number;
          if (right > left) arithmeticError('subtraction underflows');
          stack.push(left - right);
          break;
        }
        case OP.MUL_SMALL: {
          meter.charge(1, 2, 1);
          // Products beyond 2^53 are inexact, but all that fit the width are exact.
          const product = (stack.pop() as number) * (stack.pop() as number);
          if (product > (a as number)) arithmeticError('multiplication overflows');
          stack.push(product);
          break;
        }
        case OP.MUL_BIG: {
          meter.charge(1, 2, 1);
          const product = (stack.pop() as bigint) * (stack.pop() as bigint);
          if (product > (a as bigint)) arithmeticError('multiplication overflows');
          stack.push(product);
          break;
        }
        case OP.DIV_SMALL: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as number;
          if (right === 0) arithmeticError('division by zero');
          stack.push(Math.floor((stack.pop() as number) / right));
          break;
        }
        case OP.DIV_BIG: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as bigint;
          if (right === 0n) arithmeticError('division by zero');
          stack.push((stack.pop() as bigint) / right);
          break;
        }
        case OP.MOD: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as number;
          if (!right) arithmeticError('division by zero');
          stack.push((stack.pop() as number) % right);
          break;
        }
        case OP.OR_SMALL:
          meter.charge(1, 2, 1);
          stack.push(((stack.pop() as number) | (stack.pop() as number)) >>> 0);
          break;
        case OP.AND_SMALL:
          meter.charge(1, 2, 1);
          stack.push(((stack.pop() as number) & (stack.pop() as number)) >>> 0);
          break;
        case OP.XOR_SMALL:
          meter.charge(1, 2, 1);
          stack.push(((stack.pop() as number) ^ (stack.pop() as number)) >>> 0);
          break;
        case OP.OR_BIG:
          meter.charge(1, 2, 1);
          stack.push((stack.pop() as bigint) | (stack.pop() as bigint));
          break;
        case OP.AND_BIG:
          meter.charge(1, 2, 1);
          stack.push((stack.pop() as bigint) & (stack.pop() as bigint));
          break;
        case OP.XOR_BIG:
          meter.charge(1, 2, 1);
          stack.push((stack.pop() as bigint) ^ (stack.pop() as bigint));
          break;
        case OP.SHL_SMALL:
        case OP.SHR_SMALL: {
          meter.charge(1, 2, 1);
          const by = stack.pop() as number;
          if (by >= (a as number)) arithmeticError('a shift is as wide as the integer');
          const value = stack.pop() as number;
          stack.push(instruction.op === OP.SHR_SMALL ? value >>> by : ((value << by) & b) >>> 0);
          break;
        }
        case OP.SHL_BIG:
        case OP.SHR_BIG: {
          meter.charge(1, 2, 1);
          const by = stack.pop() as number;
          // A u8 cannot reach the width of a u256, whose shifts never fail.
          if (by >= (a as number)) arithmeticError('a shift is as wide as the integer');
          const value = stack.pop() as bigint;
          const shift = BigInt(by);
          stack.push(instruction.op === OP.SHR_BIG ? value >> shift : BigInt.asUintN(a as number, value << shift));
          break;
        }
        case OP.OR: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as boolean;
          const left = stack.pop() as boolean;
          stack.push(left || right);
          break;
        }
        case OP.AND: {
          meter.charge(1, 2, 1);
          const right = stack.pop() as boolean;
          const left = stack.pop() as boolean;
          stack.push(left && right);
          break;
        }
        case OP.NOT:
          meter.charge(1, 1, 1);
          stack.push(!stack.pop());
          break;
        case OP.EQ_SCALAR:
        case OP.NEQ_SCALAR: {
          meter.charge(1, 2, 1 + 2 * b);
          const equal = stack.pop() === stack.pop();
          stack.push(equal === (instruction.op === OP.EQ_SCALAR));
          break;
        }
        case OP.EQ:
        case OP.NEQ: {
          const right = stack.pop() as Struct;
          const left = stack.pop() as Struct;
          const type = instruction.type as Type;
          meter.charge(1, 2, 1 + traversedSize(types, type, left) + traversedSize(types, type, right));
          stack.push(left.equals(right) === (instruction.op === OP.EQ));
          break;
        }
        case OP.LT: {
          meter.charge(1, 2, 1);
          const right = stack.pop()!;
          stack.push(stack.pop()! < right);
          break;
        }
        case OP.GT: {
          meter.charge(1, 2, 1);
          const right = stack.pop()!;
          stack.push(stack.pop()! > right);
          break;
        }
        case OP.LE: {
          meter.charge(1, 2, 1);
          const right = stack.pop()!;
          stack.push(stack.pop()! <= right);
          break;
        }
        case OP.GE: {
          meter.charge(1, 2, 1);
          const right = stack.pop()!;
          stack.push(stack.pop()! >= right);
          break;
        }
        case OP.CAST_SMALL_SMALL: {
          meter.charge(1, 1, 1);
          if ((stack.at(-1) as number) > (a as number)) arithmeticError('a cast does not fit');
          break;
        }
        case OP.CAST_SMALL_BIG:
          meter.charge(1, 1, 1);
          stack.push(BigInt(stack.pop() as number));
          break;
        case OP.CAST_BIG_SMALL: {
          meter.charge(1, 1, 1);
          const value = stack.pop() as bigint;
          if (value > (a as bigint)) arithmeticError('a cast does not fit');
          stack.push(Number(value));
          break;
        }
        case OP.CAST_BIG_BIG: {
          meter.charge(1, 1, 1);
          if ((stack.at(-1) as bigint) > (a as bigint)) arithmeticError('a cast does not fit');
          break;
        }
        case OP.ABORT:
          meter.charge(0, 1, 0);
          throw new MoveAbort(stack.pop() as bigint, locationOf(instance, pc));
        case OP.VEC_PACK: {
          const count = a as number;
          meter.charge(1, count, VECTOR_SIZE);
          stack.push(new Vec(stack.splice(stack.length - count, count)));
          break;
        }
        case OP.VEC_PACK_BYTES: {
          const count = a as number;
          meter.charge(1, count, VECTOR_SIZE);
          stack.push(new Bytes(Uint8Array.from(stack.splice(stack.length - count, count) as number[])));
          break;
        }
        case OP.VEC_LEN:
          meter.charge(1, 1, 1);
          stack.push(BigInt(((stack.pop() as Ref).get() as Vec).items.length));
          break;
        case OP.VEC_LEN_BYTES:
          meter.charge(1, 1, 1);
          stack.push(BigInt(((stack.pop() as Ref).get() as Bytes).length));
          break;
        case OP.VEC_BORROW: {
          meter.charge(1, 2, REF_SIZE);
          const index = stack.pop() as bigint;
          const { items } = (stack.pop() as Ref).get() as Vec;
          stack.push(new Ref(items, indexIn(index, items.length)));
          break;
        }
        case OP.VEC_BORROW_BYTES: {
          meter.charge(1, 2, REF_SIZE);
          const index = stack.pop() as bigint;
          const bytes = (stack.pop() as Ref).get() as Bytes;
          stack.push(new Ref(bytes.data, indexIn(index, bytes.length)));
          break;
        }
        case OP.VEC_PUSH_BACK: {
          meter.charge(0, 2, 0);
          const value = stack.pop()!;
          const { items } = (stack.pop() as Ref).get() as Vec;
          if (items.length >= limits.vectorLength) vectorError(VECTOR_ERROR.VEC_SIZE_LIMIT_REACHED, 'a vector is full');
          items.push(value);
          break;
        }
        case OP.VEC_PUSH_BACK_BYTES: {
          meter.charge(0, 2, 0);
          const value = stack.pop() as number;
          const bytes = (stack.pop() as Ref).get() as Bytes;
          if (bytes.length >= limits.vectorLength) vectorError(VECTOR_ERROR.VEC_SIZE_LIMIT_REACHED, 'a vector is full');
          bytes.push(value);
          break;
        }
        case OP.VEC_POP_BACK: {
          const { items } = (stack.pop() as Ref).get() as Vec;
          meter.charge(1, 1, 0);
          if (items.length === 0) vectorError(VECTOR_ERROR.POP_EMPTY_VEC, 'the vector is empty');
          stack.push(items.pop()!);
          break;
        }
        case OP.VEC_POP_BACK_BYTES: {
          const bytes = (stack.pop() as Ref).get() as Bytes;
          meter.charge(1, 1, 0);
          if (bytes.length === 0) vectorError(VECTOR_ERROR.POP_EMPTY_VEC, 'the vector is empty');
          stack.push(bytes.pop());
          break;
        }
        case OP.VEC_UNPACK:
        case OP.VEC_UNPACK_BYTES: {
          const popped = stack.pop()!;
          const items = popped instanceof Bytes ? popped.view() : (popped as Vec).items;
          meter.charge(a as number, 1, 0);
          if (items.length !== a) {
            vectorError(
              VECTOR_ERROR.VEC_UNPACK_PARITY_MISMATCH,
              `${items.length} elements where ${a as number} are wanted`,
            );
          }
          for (const item of items) stack.push(item);
          break;
        }
        case OP.VEC_SWAP:
        case OP.VEC_SWAP_BYTES: {
          meter.charge(0, 3, 0);
          const second = stack.pop() as bigint;
          const first = stack.pop() as bigint;
          const vector = (stack.pop() as Ref).get();
          const bytes = vector instanceof Bytes;
          const items = (bytes ? vector.data : (vector as Vec).items) as Value[];
          const length = bytes ? vector.length : items.length;
          const i = indexIn(first, length);
          const j = indexIn(second, length);
          const held = items[i]!;
          items[i] = items[j]!;
          items[j] = held;
          break;
        }
        default:
          throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `no instruction ${instruction.op}`);
      }
      if (stack.length > stackLimit) {
        throw new VmError('EXECUTION_STACK_OVERFLOW', `more than ${stackLimit} values are on the stack`);
      }
      pc++;
    }
  } catch (error) {
    throw locate(error, locationOf(instance, pc));
  }
}
