// Move's bytecode verifier: all that makes a module safe by itself, whatever it is linked with.

import { checkBounds } from './bounds.ts';
import { controlFlow } from './control-flow.ts';
import { checkLocals } from './locals.ts';
import { checkInstantiationLoops, checkRecursiveData } from './recursion.ts';
import { checkReferences } from './references.ts';
import { checkSignatures } from './signatures.ts';
import { checkStack } from './stack.ts';
import { checkConstants, checkDuplicates, checkFriends, checkLimits } from './tables.ts';
import { checkTypes } from './typing.ts';
import type { VerifierLimits } from '../limits.ts';
import type { WorkMeter } from '../meter.ts';
import { type ModuleView, viewOf } from '../view.ts';
import type { ModuleTables } from '../../vm/format.ts';

/**
 * Checks a module by the rules of Move, in the order in which Move does.
 *
 * @returns the module's view, for the passes that rely on these
 * @throws VerificationError naming the first rule broken
 */
export function verifyMoveModule(tables: ModuleTables, limits: VerifierLimits, meter: WorkMeter): ModuleView {
  checkBounds(tables);
  const view = viewOf(tables);
  checkLimits(view, limits);
  checkDuplicates(view);
  checkSignatures(view);
  checkConstants(view, limits);
  checkFriends(view);
  checkRecursiveData(view);
  checkInstantiationLoops(view);
  let backEdges = 0;
  for (const fn of view.functions) {
    if (!fn.code) continue;
    const cfg = controlFlow(view, fn, fn.code, limits);
    checkStack(view, fn, fn.code, cfg, limits);
    checkTypes(view, fn, fn.code, cfg, meter);
    checkLocals(view, fn, fn.code, cfg, meter);
    checkReferences(view, fn, fn.code, cfg, meter);
    backEdges += cfg.backEdges;
  }
  if (backEdges > limits.backEdges) view.fail('TOO_MANY_BACK_EDGES', `${backEdges} jumps back`);
  return view;
}
