// Objects: structs with key. Their first field is their id, and an id is used once: an object is made only with an id that
// was made for it in the same function. So an id that was taken out of an object can be deleted (or kept where it can do
// no harm), never be the id of another.

import { datatypeName, functionName } from './names.ts';
import { analyze } from '../move/analysis.ts';
import { controlFlow } from '../move/control-flow.ts';
import { stackEffect } from '../move/stack.ts';
import type { VerifierLimits } from '../limits.ts';
import type { WorkMeter } from '../meter.ts';
import type { FunctionView, ModuleView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

/** Functions that return an id that no object has. */
const FRESH_IDS: ReadonlySet<string> = new Set([
  '2::object::new',
  '2::object::new_uid_from_hash',
  '2::derived_object::claim',
  '2::test_scenario::new_object',
]);

/** Functions of the framework that make the objects with well-known ids. */
const EXEMPT: ReadonlySet<string> = new Set([
  '3::sui_system::create',
  '2::clock::create',
  '2::authenticator_state::create',
  '2::random::create',
  '2::deny_list::create',
  'b::bridge::create',
  '2::accumulator::create',
  '2::coin_registry::create',
  '2::address_alias::create',
]);

/** @throws VerificationError KEY_STRUCT */
export function checkKeyStructs(view: ModuleView): void {
  for (const { handle, fields } of view.structs) {
    if (!(handle.abilities & ABILITY.KEY)) continue;
    const first = fields[0];
    if (first?.name !== 'id' || datatypeName(view, first.type) !== '2::object::UID') {
      const found = first ? `${first.name}: ${view.show(first.type)}` : 'no field';
      view.fail(
        'KEY_STRUCT',
        `struct ${handle.name} has key, so its first field must be id: 0x2::object::UID, not ${found}`,
      );
    }
  }
  for (const { handle } of view.enums) {
    if (handle.abilities & ABILITY.KEY) view.fail('KEY_STRUCT', `enum ${handle.name} cannot have key`);
  }
}

interface State {
  /** Whether each local, or value on the stack, is surely a fresh id. */
  readonly locals: boolean[];
  readonly stack: boolean[];
}

function checkFunction(view: ModuleView, fn: FunctionView, limits: VerifierLimits, meter: WorkMeter): void {
  const code = fn.code!;
  analyze<State>(controlFlow(view, fn, code, limits), code.instructions, {
    initial: () => ({ locals: code.locals.map(() => false), stack: [] }),
    clone: ({ locals, stack }) => ({ locals: [...locals], stack: [...stack] }),
    finish: () => {},
    execute({ locals, stack }, instruction, at) {
      meter.add(1 + instruction.count, view.place(fn, at));
      const { op, operand } = instruction;
      if (op === 'MoveLoc') {
        stack.push(locals[operand]!);
        locals[operand] = false;
        return;
      }
      if (op === 'StLoc') {
        locals[operand] = stack.pop()!;
        return;
      }
      const [pops, pushes] = stackEffect(view, fn, instruction);
      const popped = stack.splice(stack.length - pops, pops);
      if (op === 'Pack' || op === 'PackGeneric') {
        const { handle } = view.struct(instruction).struct;
        // The first field is the lowest of the values.
        if (handle.abilities & ABILITY.KEY && popped[0] !== true) {
          const detail =
            `object ${handle.name} must be made with an id that comes straight from object::new or derived_object::claim ` +
            'in the same function';
          view.fail('ID_LEAK', detail, fn, at);
        }
      }
      const fresh = op.startsWith('Call') && FRESH_IDS.has(functionName(view, view.callee(instruction).handle));
      for (let i = 0; i < pushes; i++) stack.push(fresh);
    },
    join(state, other) {
      let changed = false;
      state.locals.forEach((fresh, local) => {
        if (!fresh || other.locals[local]) return;
        state.locals[local] = false;
        changed = true;
      });
      return changed;
    },
  });
}

/** @throws VerificationError ID_LEAK */
export function checkIdLeaks(view: ModuleView, limits: VerifierLimits, meter: WorkMeter): void {
  for (const fn of view.functions) {
    if (fn.code && !EXEMPT.has(functionName(view, fn.handle))) checkFunction(view, fn, limits, meter);
  }
}
