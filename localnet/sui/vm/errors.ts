// Errors of the Move virtual machine, named as Sui names them, so that a transaction's failure can be reported in the
// words of a Sui node.

/** A module as bytecode names it: the original (runtime) id of its package, and its name. */
export interface ModuleId {
  readonly address: string;
  readonly name: string;
}

/** A place in code. `instruction` is the offset in the function's code; 0 for native functions. */
export interface CodeLocation {
  readonly module: ModuleId;
  readonly functionIndex: number;
  readonly functionName: string;
  readonly instruction: number;
}

/** Sub-statuses of VECTOR_OPERATION_ERROR. */
export const VECTOR_ERROR = {
  INDEX_OUT_OF_BOUNDS: 1,
  POP_EMPTY_VEC: 2,
  VEC_UNPACK_PARITY_MISMATCH: 3,
  VEC_SIZE_LIMIT_REACHED: 4,
} as const;

/** Sub-statuses of MEMORY_LIMIT_EXCEEDED. */
export const MEMORY_ERROR = {
  EVENT_COUNT_LIMIT_EXCEEDED: 0,
  EVENT_SIZE_LIMIT_EXCEEDED: 1,
  NEW_ID_COUNT_LIMIT_EXCEEDED: 2,
  DELETED_ID_COUNT_LIMIT_EXCEEDED: 3,
  TRANSFER_ID_COUNT_LIMIT_EXCEEDED: 4,
  OBJECT_RUNTIME_CACHE_LIMIT_EXCEEDED: 5,
  OBJECT_RUNTIME_STORE_LIMIT_EXCEEDED: 6,
  TOTAL_EVENT_SIZE_LIMIT_EXCEEDED: 7,
} as const;

/** Numbers of the statuses that this machine raises (Move's `StatusCode`); the thousands give the kind. */
export const STATUS = {
  INDEX_OUT_OF_BOUNDS: 1001,
  INVALID_SIGNATURE_TOKEN: 1003,
  RECURSIVE_DATATYPE_DEFINITION: 1005,
  FIELD_MISSING_TYPE_ABILITY: 1006,
  INVALID_FALL_THROUGH: 1007,
  NEGATIVE_STACK_SIZE_WITHIN_BLOCK: 1009,
  DUPLICATE_ELEMENT: 1012,
  LOOKUP_FAILED: 1017,
  TYPE_MISMATCH: 1020,
  MISSING_DEPENDENCY: 1021,
  POP_WITHOUT_DROP_ABILITY: 1023,
  BR_TYPE_MISMATCH_ERROR: 1025,
  ABORT_TYPE_MISMATCH_ERROR: 1026,
  STLOC_TYPE_MISMATCH_ERROR: 1027,
  STLOC_UNSAFE_TO_DESTROY_ERROR: 1028,
  RET_TYPE_MISMATCH_ERROR: 1030,
  FREEZEREF_TYPE_MISMATCH_ERROR: 1032,
  BORROWFIELD_TYPE_MISMATCH_ERROR: 1034,
  COPYLOC_UNAVAILABLE_ERROR: 1037,
  COPYLOC_WITHOUT_COPY_ABILITY: 1038,
  MOVELOC_UNAVAILABLE_ERROR: 1040,
  BORROWLOC_REFERENCE_ERROR: 1042,
  BORROWLOC_UNAVAILABLE_ERROR: 1043,
  CALL_TYPE_MISMATCH_ERROR: 1045,
  PACK_TYPE_MISMATCH_ERROR: 1047,
  UNPACK_TYPE_MISMATCH_ERROR: 1048,
  READREF_TYPE_MISMATCH_ERROR: 1049,
  READREF_WITHOUT_COPY_ABILITY: 1050,
  WRITEREF_TYPE_MISMATCH_ERROR: 1052,
  WRITEREF_WITHOUT_DROP_ABILITY: 1053,
  WRITEREF_NO_MUTABLE_REFERENCE_ERROR: 1055,
  INTEGER_OP_TYPE_MISMATCH_ERROR: 1056,
  BOOLEAN_OP_TYPE_MISMATCH_ERROR: 1057,
  EQUALITY_OP_TYPE_MISMATCH_ERROR: 1058,
  POSITIVE_STACK_SIZE_AT_BLOCK_END: 1069,
  CONSTRAINT_NOT_SATISFIED: 1075,
  NUMBER_OF_TYPE_ARGUMENTS_MISMATCH: 1076,
  ZERO_SIZED_STRUCT: 1080,
  LINKER_ERROR: 1081,
  INVALID_CONSTANT_TYPE: 1082,
  MALFORMED_CONSTANT_DATA: 1083,
  EMPTY_CODE_UNIT: 1084,
  UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP: 1088,
  FUNCTION_RESOLUTION_FAILURE: 1091,
  NUMBER_OF_ARGUMENTS_MISMATCH: 1098,
  FAILED_TO_DESERIALIZE_ARGUMENT: 1100,
  TOO_MANY_TYPE_NODES: 1116,
  ENUM_SWITCH_BAD_OPERAND: 1131,
  ENUM_TYPE_MISMATCH: 1132,
  INVALID_ENUM_SWITCH: 1133,
  ZERO_SIZED_ENUM: 1134,
  UNKNOWN_INVARIANT_VIOLATION_ERROR: 2000,
  STORAGE_ERROR: 2008,
  FAILED_TO_DESERIALIZE_RESOURCE: 2020,
  TYPE_RESOLUTION_FAILURE: 2021,
  UNKNOWN_BINARY_ERROR: 3000,
  MALFORMED: 3001,
  BAD_MAGIC: 3002,
  UNKNOWN_VERSION: 3003,
  UNKNOWN_TABLE_TYPE: 3004,
  BAD_HEADER_TABLE: 3008,
  DUPLICATE_TABLE: 3010,
  VALUE_SERIALIZATION_ERROR: 3022,
  VALUE_DESERIALIZATION_ERROR: 3023,
  TRAILING_BYTES: 3026,
  DEPRECATED_BYTECODE_FORMAT: 3029,
  OUT_OF_GAS: 4002,
  MISSING_DATA: 4008,
  ABORTED: 4016,
  ARITHMETIC_ERROR: 4017,
  VECTOR_OPERATION_ERROR: 4018,
  EXECUTION_STACK_OVERFLOW: 4020,
  CALL_STACK_OVERFLOW: 4021,
  VM_MAX_VALUE_DEPTH_REACHED: 4025,
  MEMORY_LIMIT_EXCEEDED: 4028,
  VM_MAX_TYPE_NODES_REACHED: 4029,
  VARIANT_TAG_MISMATCH: 4030,
} as const;

export type Status = keyof typeof STATUS;
export type StatusKind = 'verification' | 'invariant' | 'deserialization' | 'execution' | 'unknown';

/** The kind of a status: a fault of the code, of the machine, of the binary, or of this execution. */
export function statusKind(status: string): StatusKind {
  const number = (STATUS as Record<string, number>)[status];
  if (number === undefined) return 'unknown';
  return (['unknown', 'verification', 'invariant', 'deserialization', 'execution'] as const)[
    Math.floor(number / 1000)
  ]!;
}

/** `address::name::function@instruction`, as the messages below show a place. */
export function formatLocation(location: CodeLocation | null): string {
  if (!location) return 'an unknown place';
  const { module, functionName, instruction } = location;
  return `${module.address}::${module.name}::${functionName}@${instruction}`;
}

/** Move code (or a native function on its behalf) aborted with a code: Sui's `MoveAbort`. */
export class MoveAbort extends Error {
  readonly code: bigint;
  readonly location: CodeLocation;

  constructor(code: bigint, location: CodeLocation) {
    super(`Move abort ${code} in ${formatLocation(location)}`);
    this.name = 'MoveAbort';
    this.code = code;
    this.location = location;
  }
}

/** Execution ended by a rule of the machine: Sui's `MovePrimitiveRuntimeError`, `InsufficientGas` and their like. */
export class VmError extends Error {
  readonly status: Status;
  readonly subStatus: number | null;
  readonly detail: string;
  readonly location: CodeLocation | null;

  constructor(status: Status, detail: string, subStatus: number | null = null, location: CodeLocation | null = null) {
    super(`${status}${subStatus === null ? '' : ` (${subStatus})`} in ${formatLocation(location)}: ${detail}`);
    this.name = 'VmError';
    this.status = status;
    this.subStatus = subStatus;
    this.detail = detail;
    this.location = location;
  }

  /** The same error at a place, unless it already has one. */
  at(location: CodeLocation): VmError {
    return this.location ? this : new VmError(this.status, this.detail, this.subStatus, location);
  }
}

/** A module cannot be read, linked or typed. `status` is one of `STATUS` or any other deserializer status of Move. */
export class ModuleError extends Error {
  readonly status: string;
  readonly detail: string;

  constructor(status: string, detail: string) {
    super(`${status}: ${detail}`);
    this.name = 'ModuleError';
    this.status = status;
    this.detail = detail;
  }
}

/** Thrown by a native function to abort with a code; the interpreter turns it into `MoveAbort` at the native's place. */
export class NativeAbort extends Error {
  readonly code: bigint;

  constructor(code: bigint | number) {
    super(`native abort ${code}`);
    this.name = 'NativeAbort';
    this.code = BigInt(code);
  }
}

/** Gives an error that execution met its place; faults of modules found on the way become errors of the machine. */
export function locate(error: unknown, location: CodeLocation): Error {
  if (error instanceof MoveAbort) return error;
  if (error instanceof VmError) return error.at(location);
  if (error instanceof ModuleError) return new VmError(error.status as VmError['status'], error.detail, null, location);
  // Code that types cannot get here; what does is a fault of this machine or of code that the type check missed.
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', detail, null, location);
}
