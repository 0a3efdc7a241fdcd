// Locals: none is read before it has a value or after it was moved out, and no value without drop is overwritten or left
// behind.

import { analyze } from './analysis.ts';
import type { ControlFlowGraph } from './control-flow.ts';
import type { WorkMeter } from '../meter.ts';
import type { CodeView, FunctionView, ModuleView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

const EMPTY = 0;
/** Has a value on some of the ways here. */
const MAYBE = 1;
const FULL = 2;

/** @throws VerificationError naming the instruction and the local */
export function checkLocals(
  view: ModuleView,
  fn: FunctionView,
  code: CodeView,
  cfg: ControlFlowGraph,
  meter: WorkMeter,
): void {
  const abilities = view.abilities(fn.handle.constraints);
  const droppable = code.locals.map((ty) => abilities.has(ty, ABILITY.DROP));
  const parameters = fn.handle.parameters.length;
  analyze<Uint8Array>(cfg, code.instructions, {
    initial: () => Uint8Array.from(code.locals, (_, i) => (i < parameters ? FULL : EMPTY)),
    clone: (state) => state.slice(),
    finish: () => {},
    execute(state, { op, operand }, at) {
      meter.add(1, view.place(fn, at));
      switch (op) {
        case 'StLoc':
          if (state[operand] !== EMPTY && !droppable[operand]) {
            view.fail('STLOC_UNSAFE_TO_DESTROY_ERROR', `local ${operand} has a value without drop`, fn, at);
          }
          state[operand] = FULL;
          break;
        case 'MoveLoc':
          if (state[operand] !== FULL) view.fail('MOVELOC_UNAVAILABLE_ERROR', `local ${operand} may be empty`, fn, at);
          state[operand] = EMPTY;
          break;
        case 'CopyLoc':
          if (state[operand] !== FULL) view.fail('COPYLOC_UNAVAILABLE_ERROR', `local ${operand} may be empty`, fn, at);
          break;
        case 'MutBorrowLoc':
        case 'ImmBorrowLoc':
          if (state[operand] !== FULL)
            view.fail('BORROWLOC_UNAVAILABLE_ERROR', `local ${operand} may be empty`, fn, at);
          break;
        case 'Ret':
          state.forEach((s, local) => {
            if (s !== EMPTY && !droppable[local]) {
              view.fail(
                'UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP',
                `local ${local} may have a value without drop`,
                fn,
                at,
              );
            }
          });
          break;
        default:
          break;
      }
    },
    join(state, other) {
      let changed = false;
      for (let i = 0; i < state.length; i++) {
        if (state[i] === other[i] || state[i] === MAYBE) continue;
        state[i] = MAYBE;
        changed = true;
      }
      return changed;
    },
  });
}
