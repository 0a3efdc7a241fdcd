// The machine's own instructions. The compiler turns bytecode into these with every type known, so that the interpreter
// never looks at a type to decide what to do: Move's 76 live opcodes, split where the operand's representation differs
// and merged where generic and plain forms do the same.

import type { FunctionInstance } from './loader.ts';
import type { Type } from './types.ts';

/** Dense numbers, so that the interpreter's switch becomes a jump table. */
export const OP = {
  NOP: 0,
  POP: 1,
  RET: 2,
  BR_TRUE: 3,
  BR_FALSE: 4,
  BRANCH: 5,
  /** Push the immediate `a`, a scalar. */
  LD: 6,
  /** Push a copy of the constant `a`, whose serialized form has `b` bytes. */
  LD_CONST: 7,
  LD_CONST_SCALAR: 8,
  COPY_LOC: 9,
  /** Copy a local that is its own copy, of abstract size `b`. */
  COPY_LOC_SCALAR: 10,
  MOVE_LOC: 11,
  ST_LOC: 12,
  BORROW_LOC: 13,
  BORROW_FIELD: 14,
  /** Call `a`, a CallTarget. */
  CALL: 15,
  /** Fail with status `a`: the instruction would build a type or value beyond a limit. */
  FAIL: 16,
  /** Pack `a` fields; `b` is the variant tag, -1 for a struct. */
  PACK: 17,
  UNPACK: 18,
  UNPACK_VARIANT: 19,
  UNPACK_VARIANT_REF: 20,
  VARIANT_SWITCH: 21,
  READ_REF: 22,
  READ_REF_SCALAR: 23,
  WRITE_REF: 24,
  FREEZE_REF: 25,
  /** Arithmetic on numbers; `a` is the greatest value of the width. */
  ADD_SMALL: 26,
  SUB: 27,
  MUL_SMALL: 28,
  DIV_SMALL: 29,
  MOD: 30,
  /** Arithmetic on bigints; `a` is the greatest value of the width. */
  ADD_BIG: 31,
  MUL_BIG: 32,
  DIV_BIG: 33,
  /** Bitwise operations; on numbers the result is made unsigned again. */
  OR_SMALL: 34,
  AND_SMALL: 35,
  XOR_SMALL: 36,
  OR_BIG: 37,
  AND_BIG: 38,
  XOR_BIG: 39,
  /** Shifts; `a` is the width, `b` the mask of a small width. */
  SHL_SMALL: 40,
  SHR_SMALL: 41,
  SHL_BIG: 42,
  SHR_BIG: 43,
  OR: 44,
  AND: 45,
  NOT: 46,
  /** Equality of scalars that are no references, both of abstract size `b`. */
  EQ_SCALAR: 47,
  NEQ_SCALAR: 48,
  EQ: 49,
  NEQ: 50,
  LT: 51,
  GT: 52,
  LE: 53,
  GE: 54,
  /** Casts; `a` is the greatest value of the target width. */
  CAST_SMALL_SMALL: 55,
  CAST_SMALL_BIG: 56,
  CAST_BIG_SMALL: 57,
  CAST_BIG_BIG: 58,
  ABORT: 59,
  VEC_PACK: 60,
  VEC_PACK_BYTES: 61,
  VEC_LEN: 62,
  VEC_LEN_BYTES: 63,
  VEC_BORROW: 64,
  VEC_BORROW_BYTES: 65,
  VEC_PUSH_BACK: 66,
  VEC_PUSH_BACK_BYTES: 67,
  VEC_POP_BACK: 68,
  VEC_POP_BACK_BYTES: 69,
  VEC_UNPACK: 70,
  VEC_UNPACK_BYTES: 71,
  VEC_SWAP: 72,
  VEC_SWAP_BYTES: 73,
} as const;

/** What a call refers to; resolved when it is first executed. */
export interface CallTarget {
  instance: FunctionInstance | null;
  /** Looks the function up and checks that it is what the caller's handle says and that the caller may call it. */
  readonly resolve: () => FunctionInstance;
  readonly argumentCount: number;
}

/** One instruction with its operands, whose meaning depends on `op`. All instructions have the same shape. */
export class Instruction {
  readonly op: number;
  readonly a: unknown;
  readonly b: number;
  /** The type that the instruction works on, where the interpreter needs it to measure a value. */
  readonly type: Type | null;

  constructor(op: number, a: unknown = 0, b = 0, type: Type | null = null) {
    this.op = op;
    this.a = a;
    this.b = b;
    this.type = type;
  }
}
