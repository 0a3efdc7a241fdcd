/** Failures of an execution, in the words of Sui's `ExecutionFailureStatus`. */
import type { ExecutionStatus } from '../ledger/outcome.ts';
import { type CodeLocation, ModuleError, MoveAbort, statusKind, VmError } from '../vm/errors.ts';

/** `ExecutionFailureStatus` as its BCS encoder takes it. */
export type FailureStatus = Extract<ExecutionStatus, { Failure: unknown }>['Failure']['error'];
/** `CommandArgumentError` as its BCS encoder takes it. */
export type ArgumentFault = Extract<FailureStatus, { CommandArgumentError: unknown }>['CommandArgumentError']['kind'];

/** Failures without data that transactions meet. */
export type PlainFailure =
  | 'ArityMismatch'
  | 'CoinBalanceOverflow'
  | 'FeatureNotYetSupported'
  | 'FunctionNotFound'
  | 'InsufficientCoinBalance'
  | 'InvalidLinkage'
  | 'NonEntryFunctionInvoked'
  | 'PublishErrorNonZeroAddress'
  | 'PublishUpgradeDependencyDowngrade'
  | 'PublishUpgradeMissingDependency'
  | 'SharedObjectOperationNotAllowed'
  | 'VMInvariantViolation'
  | 'VMVerificationOrDeserializationError';

/** Faults of arguments without data that transactions meet. */
export type PlainFault =
  | 'ArgumentWithoutValue'
  | 'CannotMoveBorrowedValue'
  | 'InvalidArgumentToPrivateEntryFunction'
  | 'InvalidBCSBytes'
  | 'InvalidGasCoinUsage'
  | 'InvalidMakeMoveVecNonObjectArgument'
  | 'InvalidObjectByMutRef'
  | 'InvalidObjectByValue'
  | 'InvalidReferenceArgument'
  | 'InvalidTransferObject'
  | 'InvalidUsageOfPureArg'
  | 'TypeMismatch';

/** Thrown where an execution fails. The transaction is committed with this status and pays for its gas. */
export class ExecutionFailure extends Error {
  readonly status: FailureStatus;
  /** Index of the command that failed; null where it is the transaction as a whole. */
  readonly command: number | null;
  /** What went wrong, in more detail than the status has. */
  readonly detail: string;

  constructor(status: FailureStatus, detail: string, command: number | null = null) {
    super(`${failureName(status)}: ${detail}`);
    this.name = 'ExecutionFailure';
    this.status = status;
    this.detail = detail;
    this.command = command;
  }

  /** The same failure in a command, unless it already has one. */
  at(command: number): ExecutionFailure {
    return this.command === null ? new ExecutionFailure(this.status, this.detail, command) : this;
  }
}

/** Name of a failure's variant. */
export function failureName(status: FailureStatus): string {
  return Object.keys(status).find((key) => key !== '$kind')!;
}

/** A failure without data. */
export function fail(kind: PlainFailure, detail: string): never {
  throw new ExecutionFailure({ [kind]: true } as unknown as FailureStatus, detail);
}

/** A fault of one of a command's arguments. */
export function argumentFailure(kind: ArgumentFault | PlainFault, argIdx: number, detail: string): ExecutionFailure {
  const fault = typeof kind === 'string' ? ({ [kind]: true } as unknown as ArgumentFault) : kind;
  return new ExecutionFailure({ CommandArgumentError: { argIdx, kind: fault } }, `argument ${argIdx}: ${detail}`);
}

/** Runs a part of a command; a failure in it is the command's. */
export function inCommand<T>(command: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ExecutionFailure ? error.at(command) : error;
  }
}

/**
 * The failure that an error of the machine amounts to.
 * @param relocate storage id of the package that an original id stands for, where the error occurred
 */
export function machineFailure(error: unknown, relocate: (originalId: string) => string): ExecutionFailure {
  if (error instanceof ExecutionFailure) return error;
  if (error instanceof MoveAbort) {
    const { module } = error.location;
    const location = { ...moveLocation(error.location), module: { ...module, address: relocate(module.address) } };
    return new ExecutionFailure({ MoveAbort: [location, error.code] }, error.message);
  }
  if (error instanceof ModuleError) return statusFailure(error.status, null, error.message);
  if (error instanceof VmError) return statusFailure(error.status, error.location, error.message);
  throw error;
}

function statusFailure(status: string, location: CodeLocation | null, detail: string): ExecutionFailure {
  if (status === 'OUT_OF_GAS') return new ExecutionFailure({ InsufficientGas: true }, detail);
  switch (statusKind(status)) {
    case 'execution':
      return new ExecutionFailure({ MovePrimitiveRuntimeError: location ? moveLocation(location) : null }, detail);
    case 'invariant':
      return new ExecutionFailure({ VMInvariantViolation: true }, detail);
    default:
      return new ExecutionFailure({ VMVerificationOrDeserializationError: true }, detail);
  }
}

function moveLocation({ module, functionIndex, functionName, instruction }: CodeLocation) {
  return { module: { ...module }, function: functionIndex, instruction, functionName };
}
