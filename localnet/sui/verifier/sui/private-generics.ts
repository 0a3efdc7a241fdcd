// Functions of the framework that act for the module that defines a type: only that module may call them with the type.
// Without this, any module could transfer, share, freeze or receive another's objects without store, or forge its events.

import { functionName, qualified } from './names.ts';
import type { ModuleView } from '../view.ts';

/** For each type parameter whether its argument must be a type that the calling module defines. */
const RULES: ReadonlyMap<string, readonly boolean[]> = new Map([
  ['1::internal::permit', [true]],
  ['2::event::emit', [true]],
  ['2::event::emit_authenticated', [true]],
  ['2::event::num_events', []],
  ['2::event::events_by_type', [false]],
  ['2::transfer::transfer', [true]],
  ['2::transfer::freeze_object', [true]],
  ['2::transfer::share_object', [true]],
  ['2::transfer::receive', [true]],
  ['2::transfer::party_transfer', [true]],
  ['2::transfer::public_transfer', [false]],
  ['2::transfer::public_freeze_object', [false]],
  ['2::transfer::public_share_object', [false]],
  ['2::transfer::public_receive', [false]],
  ['2::transfer::public_party_transfer', [false]],
  ['2::transfer::receiving_object_id', [false]],
  ['2::coin_registry::new_currency', [true]],
]);

/** Modules all of whose public functions must have a rule, so that none is forgotten. */
const EXHAUSTIVE = /^2::(event|transfer)::/;
/** Acts as transactions do, in tests. */
const EXEMPT = /^2::test_scenario::/;

/** @throws VerificationError PRIVATE_GENERICS */
export function checkPrivateGenerics(view: ModuleView): void {
  if (EXEMPT.test(qualified(view.id, ''))) return;
  for (const fn of view.functions) {
    const name = functionName(view, fn.handle);
    if (EXHAUSTIVE.test(name) && fn.visibility === 'Public' && !RULES.has(name)) {
      view.fail('PRIVATE_GENERICS', `public function ${name} has no rule`, fn);
    }
    fn.code?.instructions.forEach((instruction, at) => {
      if (instruction.op !== 'Call' && instruction.op !== 'CallGeneric') return;
      const { handle, args } = view.callee(instruction);
      const callee = functionName(view, handle);
      const rule = RULES.get(callee);
      if (!rule) return;
      if (args.length !== rule.length) {
        view.fail('PRIVATE_GENERICS', `${callee} is called with ${args.length} type arguments`, fn, at);
      }
      args.forEach((arg, i) => {
        const own = arg.kind === 'datatype' && view.datatypes[arg.index]!.module === view.selfHandle;
        if (rule[i] && !own) {
          const help = callee.startsWith('2::transfer::') ? `; for a type with store use public_${handle.name}` : '';
          const detail = `${callee} may be called only with a type that this module defines, not ${view.show(arg)}${help}`;
          view.fail('PRIVATE_GENERICS', detail, fn, at);
        }
      });
    });
  }
}
