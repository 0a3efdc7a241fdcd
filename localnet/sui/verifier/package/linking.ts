// Linking: what a module says of the modules it uses is what they are, and it uses only what it may.

import { type ModuleView, sameModule } from '../view.ts';
import type { Ty } from '../types.ts';
import type { DatatypeHandleView, FunctionHandleView } from '../view.ts';

/** Text of a type by full names, so that types of different modules can be compared. */
export function typeText(view: ModuleView, ty: Ty): string {
  switch (ty.kind) {
    case 'vector':
      return `vector<${typeText(view, ty.elem!)}>`;
    case 'ref':
      return `&${typeText(view, ty.elem!)}`;
    case 'mut':
      return `&mut ${typeText(view, ty.elem!)}`;
    case 'param':
      return `$${ty.index}`;
    case 'datatype': {
      const { module, name } = view.datatypes[ty.index]!;
      const id = view.moduleIds[module]!;
      return `${id.address}::${id.name}::${name}<${typeTexts(view, ty.args)}>`;
    }
    default:
      return ty.kind;
  }
}

export function typeTexts(view: ModuleView, types: readonly Ty[]): string {
  return types.map((t) => typeText(view, t)).join(', ');
}

/** Constraints that a user states must be at least those of the definition. */
function constraintsFit(stated: readonly number[], defined: readonly number[]): boolean {
  return stated.length === defined.length && defined.every((c, i) => (c & ~stated[i]!) === 0);
}

function linkDatatype(user: ModuleView, handle: DatatypeHandleView, owner: ModuleView): void {
  const where = `${owner.id.address}::${owner.id.name}::${handle.name}`;
  const definition = [...owner.structs, ...owner.enums].find((d) => d.handle.name === handle.name)?.handle;
  if (!definition) user.fail('LOOKUP_FAILED', `datatype ${where} does not exist`);
  const fits =
    (handle.abilities & ~definition.abilities) === 0 &&
    constraintsFit(handle.constraints, definition.constraints) &&
    handle.phantom.every((phantom, i) => !phantom || definition.phantom[i]!);
  if (!fits) user.fail('TYPE_MISMATCH', `datatype ${where} is not what this module takes it for`);
}

function linkFunction(user: ModuleView, handle: FunctionHandleView, owner: ModuleView): void {
  const where = `${owner.id.address}::${owner.id.name}::${handle.name}`;
  const definition = owner.functions.find((f) => f.name === handle.name);
  if (!definition) user.fail('LOOKUP_FAILED', `function ${where} does not exist`);
  const visible =
    definition.visibility === 'Public' ||
    (definition.visibility === 'Friend' && owner.friends.some((friend) => sameModule(friend, user.id)));
  if (!visible) user.fail('LOOKUP_FAILED', `function ${where} may not be called from this module`);
  const same = (a: readonly Ty[], b: readonly Ty[]): boolean => typeTexts(user, a) === typeTexts(owner, b);
  const fits =
    constraintsFit(handle.constraints, definition.handle.constraints) &&
    same(handle.parameters, definition.handle.parameters) &&
    same(handle.returns, definition.handle.returns);
  if (!fits) user.fail('TYPE_MISMATCH', `function ${where} is not what this module takes it for`);
}

/**
 * Compares a module's handles with the modules they name.
 *
 * @param find the module of a handle's index, undefined if there is none
 * @throws VerificationError LINKER_ERROR, LOOKUP_FAILED, TYPE_MISMATCH
 */
export function checkLinks(view: ModuleView, find: (handle: number) => ModuleView | undefined): void {
  const owners = view.moduleIds.map((id, index) => {
    if (index === view.selfHandle) return view;
    const owner = find(index);
    if (!owner) view.fail('LINKER_ERROR', `module ${id.address}::${id.name} is not there`);
    return owner;
  });
  for (const handle of view.datatypes) {
    if (handle.module !== view.selfHandle) linkDatatype(view, handle, owners[handle.module]!);
  }
  for (const handle of view.functionHandles) {
    if (handle.module !== view.selfHandle) linkFunction(view, handle, owners[handle.module]!);
  }
}

/**
 * No module of a package uses itself by way of others, and each comes after those that it uses.
 *
 * @throws VerificationError CYCLIC_MODULE_DEPENDENCY; LINKER_ERROR for an order that Sui does not accept
 */
export function checkOrder(views: readonly ModuleView[]): void {
  const names = new Map(views.map((view, index) => [view.id.name, index]));
  const uses = views.map((view) =>
    view.moduleIds
      .filter((id, index) => index !== view.selfHandle && id.address === view.id.address)
      .flatMap((id) => names.get(id.name) ?? []),
  );
  const state = new Array<'new' | 'open' | 'done'>(views.length).fill('new');
  const visit = (index: number): void => {
    if (state[index] === 'done') return;
    if (state[index] === 'open') views[index]!.fail('CYCLIC_MODULE_DEPENDENCY', 'the module depends on itself');
    state[index] = 'open';
    uses[index]!.forEach(visit);
    state[index] = 'done';
  };
  views.forEach((_, index) => visit(index));
  uses.forEach((used, index) => {
    const later = used.find((u) => u > index);
    if (later === undefined) return;
    const detail = `module ${views[later]!.id.name}, which it uses, comes after it: sort the modules by dependency`;
    views[index]!.fail('LINKER_ERROR', detail);
  });
}
