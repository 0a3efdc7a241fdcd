// The operand stack: each block leaves it as high as it found it and does not reach below.

import type { ControlFlowGraph } from './control-flow.ts';
import type { Instruction } from '../code.ts';
import type { VerifierLimits } from '../limits.ts';
import type { CodeView, FunctionView, ModuleView } from '../view.ts';

/** Pops and pushes of instructions for which they are always the same. */
const EFFECTS: ReadonlyMap<string, readonly [pops: number, pushes: number]> = new Map(
  (
    [
      [[0, 0], 'Branch Nop'],
      [[1, 0], 'Pop BrTrue BrFalse StLoc Abort VariantSwitch'],
      [[0, 1], 'LdU8 LdU16 LdU32 LdU64 LdU128 LdU256 LdTrue LdFalse LdConst CopyLoc MoveLoc MutBorrowLoc ImmBorrowLoc'],
      [
        [1, 1],
        'Not FreezeRef ReadRef MutBorrowField ImmBorrowField MutBorrowFieldGeneric ImmBorrowFieldGeneric ' +
          'CastU8 CastU16 CastU32 CastU64 CastU128 CastU256 VecLen VecPopBack',
      ],
      [[2, 1], 'Add Sub Mul Mod Div BitOr BitAnd Xor Shl Shr Or And Eq Neq Lt Gt Le Ge VecImmBorrow VecMutBorrow'],
      [[2, 0], 'WriteRef VecPushBack'],
      [[3, 0], 'VecSwap'],
    ] as const
  ).flatMap(([effect, names]) => names.split(' ').map((name) => [name, effect] as const)),
);

/** How many values an instruction pops, and then pushes. */
export function stackEffect(
  view: ModuleView,
  fn: FunctionView,
  instruction: Instruction,
): readonly [pops: number, pushes: number] {
  const { op, count } = instruction;
  const fixed = EFFECTS.get(op);
  if (fixed) return fixed;
  if (op === 'Ret') return [fn.handle.returns.length, 0];
  if (op.startsWith('Call')) {
    const { handle } = view.callee(instruction);
    return [handle.parameters.length, handle.returns.length];
  }
  if (op === 'VecPack') return [count, 1];
  if (op === 'VecUnpack') return [1, count];
  const { fields } = op.includes('Variant') ? view.variant(instruction).variant : view.struct(instruction).struct;
  return op.startsWith('Pack') ? [fields.length, 1] : [1, fields.length];
}

/** @throws VerificationError for a block, reachable or not, that is not balanced or uses too much stack */
export function checkStack(
  view: ModuleView,
  fn: FunctionView,
  code: CodeView,
  cfg: ControlFlowGraph,
  limits: VerifierLimits,
): void {
  for (const { start, end } of cfg.blocks) {
    let height = 0;
    let pushed = 0;
    for (let at = start; at <= end; at++) {
      const [pops, pushes] = stackEffect(view, fn, code.instructions[at]!);
      pushed += pushes;
      if (pushed > limits.pushSize)
        view.fail('VALUE_STACK_PUSH_OVERFLOW', `a block pushes over ${limits.pushSize}`, fn, at);
      if (height < pops)
        view.fail('NEGATIVE_STACK_SIZE_WITHIN_BLOCK', `${pops} values are popped of ${height}`, fn, at);
      height += pushes - pops;
      if (height > limits.stackSize) view.fail('VALUE_STACK_OVERFLOW', `over ${limits.stackSize} values`, fn, at);
    }
    if (height !== 0) view.fail('POSITIVE_STACK_SIZE_AT_BLOCK_END', `${height} values are left`, fn, end);
  }
}
