// What transactions call: `init`, run once when the package is published, and entry functions.

import { datatypeName, isTxContext } from './names.ts';
import type { Abilities, Ty } from '../types.ts';
import type { FunctionView, ModuleView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

export const INIT = 'init';

/** `init` is private, not entry, not generic, returns nothing, and ends with the transaction context; nobody calls it. */
export function checkInit(view: ModuleView): void {
  for (const fn of view.functions) {
    fn.code?.instructions.forEach((instruction, at) => {
      if (instruction.op !== 'Call' && instruction.op !== 'CallGeneric') return;
      if (view.callee(instruction).handle.name === INIT) view.fail('INIT', 'init may not be called', fn, at);
    });
    if (fn.name !== INIT) continue;
    const { parameters, returns, constraints } = fn.handle;
    if (fn.visibility !== 'Private') view.fail('INIT', 'init must be private', fn);
    if (fn.isEntry) view.fail('INIT', 'init cannot be entry', fn);
    if (constraints.length > 0) view.fail('INIT', 'init cannot have type parameters', fn);
    if (returns.length > 0) view.fail('INIT', 'init cannot return anything', fn);
    if (parameters.length < 1 || parameters.length > 2) view.fail('INIT', 'init has one or two parameters', fn);
    if (!isTxContext(view, parameters.at(-1))) {
      view.fail('INIT', 'the last parameter of init must be &TxContext or &mut TxContext', fn);
    }
  }
}

/** Types that a transaction can give as bytes. */
function isPure(view: ModuleView, fn: FunctionView, ty: Ty): boolean {
  switch (ty.kind) {
    case 'signer':
    case 'ref':
    case 'mut':
      return false;
    case 'param':
      return !(fn.handle.constraints[ty.index]! & ABILITY.KEY);
    case 'vector':
      return isPure(view, fn, ty.elem!);
    case 'datatype': {
      const name = datatypeName(view, ty);
      if (['2::object::ID', '1::ascii::String', '1::string::String'].includes(name)) return true;
      return name === '1::option::Option' && isPure(view, fn, ty.args[0]!);
    }
    default:
      return true;
  }
}

function checkEntryParameter(view: ModuleView, fn: FunctionView, abilities: Abilities, ty: Ty): void {
  const target = ty.isReference ? ty.elem! : ty;
  const name = datatypeName(view, target);
  if (ty.kind !== 'ref' && (name === '2::clock::Clock' || name === '2::random::Random')) {
    view.fail('ENTRY', `an entry function takes ${name} by immutable reference only`, fn);
  }
  const isObject = (t: Ty): boolean => (t.kind === 'datatype' || t.kind === 'param') && abilities.has(t, ABILITY.KEY);
  const isObjectVector = ty.kind === 'vector' && isObject(ty.elem!);
  if (!isPure(view, fn, ty) && !isObject(target) && !isObjectVector && name !== '2::transfer::Receiving') {
    view.fail('ENTRY', `an entry function cannot take ${view.show(ty)}: neither an object nor plain data`, fn);
  }
}

/**
 * The signature rules for entry functions that nodes had before they let entry functions take and return anything that a
 * transaction can handle (which is decided when it calls them).
 */
export function checkEntrySignatures(view: ModuleView): void {
  for (const fn of view.functions) {
    if (!fn.isEntry || fn.name === INIT) continue;
    const abilities = view.abilities(fn.handle.constraints);
    const { parameters, returns } = fn.handle;
    const arguments_ = isTxContext(view, parameters.at(-1)) ? parameters.slice(0, -1) : parameters;
    for (const ty of arguments_) checkEntryParameter(view, fn, abilities, ty);
    for (const ty of returns) {
      if (ty.isReference || !abilities.has(ty, ABILITY.DROP)) {
        view.fail('ENTRY', `an entry function cannot return ${view.show(ty)}: it is a reference or lacks drop`, fn);
      }
    }
  }
}
