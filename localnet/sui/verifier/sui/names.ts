// Names of the framework that Sui's rules speak of.

import type { Ty } from '../types.ts';
import type { FunctionHandleView, ModuleView } from '../view.ts';
import type { ModuleId } from '../../vm/errors.ts';

/** `0x` and 64 hex digits of a framework address. */
export function systemAddress(short: string): string {
  return `0x${short.padStart(64, '0')}`;
}

/** A function or datatype written shortly: `2::object::UID`. */
export function qualified(id: ModuleId, name: string): string {
  return `${id.address.slice(2).replace(/^0+(?=.)/, '')}::${id.name}::${name}`;
}

/** The function that a handle names. */
export function functionName(view: ModuleView, handle: FunctionHandleView): string {
  return qualified(view.moduleIds[handle.module]!, handle.name);
}

/** The datatype of a type; empty for any other type. */
export function datatypeName(view: ModuleView, ty: Ty): string {
  if (ty.kind !== 'datatype') return '';
  const { module, name } = view.datatypes[ty.index]!;
  return qualified(view.moduleIds[module]!, name);
}

/** Whether a type is `&TxContext` or `&mut TxContext`. */
export function isTxContext(view: ModuleView, ty: Ty | undefined): boolean {
  return (ty?.isReference && datatypeName(view, ty.elem!) === '2::tx_context::TxContext') ?? false;
}
