/** Functions and types that a transaction names, looked up in its packages. */
import { type Linkage, type FunctionInstance } from '../vm/loader.ts';
import { ModuleError, VmError } from '../vm/errors.ts';
import type { TypeTag } from '../vm/tag.ts';
import type { Type } from '../vm/types.ts';
import { ExecutionFailure, fail, inCommand, machineFailure, type FailureStatus } from './failure.ts';
import type { PackageStore } from './packages.ts';
import type { Command, MoveCall, Transaction } from './transaction.ts';

export interface LoadedCall {
  readonly function: FunctionInstance;
  readonly linkage: Linkage;
}

/** A command with what it names; null where there is nothing to look up. */
export type LoadedCommand = { readonly call?: LoadedCall; readonly type?: Type };

/** Looks up what every command names, in order, before any of it is typed. */
export function loadCommands(transaction: Transaction, packages: PackageStore): LoadedCommand[] {
  return transaction.commands.map((command, index) => inCommand(index, () => loadCommand(command, packages)));
}

function loadCommand(command: Command, packages: PackageStore): LoadedCommand {
  switch (command.kind) {
    case 'call':
      return { call: loadCall(command, packages) };
    case 'vector':
      return command.type === null ? {} : { type: loadTypeArgument(command.type, 0, packages) };
    case 'publish':
    case 'upgrade':
      packages.checkPublicationLinkage(command.dependencies);
      return {};
    default:
      return {};
  }
}

function loadCall(call: MoveCall, packages: PackageStore): LoadedCall {
  const linkage = packages.linkage(call.package);
  const typeArguments = call.typeArguments.map((tag, index) => loadTypeArgument(tag, index, packages));
  const original = linkage.root.view.originalId;
  try {
    return { linkage, function: linkage.function(original, call.module, call.function, typeArguments) };
  } catch (error) {
    if (error instanceof VmError && error.status === 'FUNCTION_RESOLUTION_FAILURE') {
      return fail('FunctionNotFound', `no function ${call.function} in ${call.package}::${call.module}`);
    }
    throw machineFailure(error, packages.relocation(linkage));
  }
}

function loadTypeArgument(tag: TypeTag, index: number, packages: PackageStore): Type {
  try {
    return packages.loader.type(tag);
  } catch (error) {
    throw typeArgumentFailure(error, index);
  }
}

function typeArgumentFailure(error: unknown, argumentIdx: number): ExecutionFailure {
  const status = error instanceof VmError || error instanceof ModuleError ? error.status : '';
  const detail = error instanceof Error ? error.message : '';
  const kinds: Record<string, FailureStatus> = {
    NUMBER_OF_TYPE_ARGUMENTS_MISMATCH: { TypeArityMismatch: true },
    TYPE_RESOLUTION_FAILURE: { TypeArgumentError: { argumentIdx, kind: { TypeNotFound: true } } },
    CONSTRAINT_NOT_SATISFIED: { TypeArgumentError: { argumentIdx, kind: { ConstraintNotSatisfied: true } } },
  };
  const kind = kinds[status];
  return kind ? new ExecutionFailure(kind, detail) : machineFailure(error, (id) => id);
}
