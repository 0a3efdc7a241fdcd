// What the verifier reports: the execution failure that a Sui node gives for the publication, the rule that was broken,
// and where.

import type { ModuleId } from '../vm/errors.ts';

/** Move's `StatusCode` of each rule of the bytecode verifier and of linking. The thousands give the kind. */
export const MOVE_RULES = {
  INDEX_OUT_OF_BOUNDS: 1001,
  INVALID_SIGNATURE_TOKEN: 1003,
  RECURSIVE_DATATYPE_DEFINITION: 1005,
  FIELD_MISSING_TYPE_ABILITY: 1006,
  INVALID_FALL_THROUGH: 1007,
  NEGATIVE_STACK_SIZE_WITHIN_BLOCK: 1009,
  DUPLICATE_ELEMENT: 1012,
  INVALID_MODULE_HANDLE: 1013,
  UNIMPLEMENTED_HANDLE: 1014,
  LOOKUP_FAILED: 1017,
  TYPE_MISMATCH: 1020,
  MISSING_DEPENDENCY: 1021,
  POP_WITHOUT_DROP_ABILITY: 1023,
  BR_TYPE_MISMATCH_ERROR: 1025,
  ABORT_TYPE_MISMATCH_ERROR: 1026,
  STLOC_TYPE_MISMATCH_ERROR: 1027,
  STLOC_UNSAFE_TO_DESTROY_ERROR: 1028,
  UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED: 1029,
  RET_TYPE_MISMATCH_ERROR: 1030,
  RET_BORROWED_MUTABLE_REFERENCE_ERROR: 1031,
  FREEZEREF_TYPE_MISMATCH_ERROR: 1032,
  FREEZEREF_EXISTS_MUTABLE_BORROW_ERROR: 1033,
  BORROWFIELD_TYPE_MISMATCH_ERROR: 1034,
  FIELD_EXISTS_MUTABLE_BORROW_ERROR: 1036,
  COPYLOC_UNAVAILABLE_ERROR: 1037,
  COPYLOC_WITHOUT_COPY_ABILITY: 1038,
  COPYLOC_EXISTS_BORROW_ERROR: 1039,
  MOVELOC_UNAVAILABLE_ERROR: 1040,
  MOVELOC_EXISTS_BORROW_ERROR: 1041,
  BORROWLOC_REFERENCE_ERROR: 1042,
  BORROWLOC_UNAVAILABLE_ERROR: 1043,
  BORROWLOC_EXISTS_BORROW_ERROR: 1044,
  CALL_TYPE_MISMATCH_ERROR: 1045,
  CALL_BORROWED_MUTABLE_REFERENCE_ERROR: 1046,
  PACK_TYPE_MISMATCH_ERROR: 1047,
  UNPACK_TYPE_MISMATCH_ERROR: 1048,
  READREF_TYPE_MISMATCH_ERROR: 1049,
  READREF_WITHOUT_COPY_ABILITY: 1050,
  READREF_EXISTS_MUTABLE_BORROW_ERROR: 1051,
  WRITEREF_TYPE_MISMATCH_ERROR: 1052,
  WRITEREF_WITHOUT_DROP_ABILITY: 1053,
  WRITEREF_EXISTS_BORROW_ERROR: 1054,
  WRITEREF_NO_MUTABLE_REFERENCE_ERROR: 1055,
  INTEGER_OP_TYPE_MISMATCH_ERROR: 1056,
  BOOLEAN_OP_TYPE_MISMATCH_ERROR: 1057,
  EQUALITY_OP_TYPE_MISMATCH_ERROR: 1058,
  MODULE_ADDRESS_DOES_NOT_MATCH_SENDER: 1067,
  NO_MODULE_HANDLES: 1068,
  POSITIVE_STACK_SIZE_AT_BLOCK_END: 1069,
  CONSTRAINT_NOT_SATISFIED: 1075,
  NUMBER_OF_TYPE_ARGUMENTS_MISMATCH: 1076,
  LOOP_IN_INSTANTIATION_GRAPH: 1077,
  ZERO_SIZED_STRUCT: 1080,
  LINKER_ERROR: 1081,
  INVALID_CONSTANT_TYPE: 1082,
  MALFORMED_CONSTANT_DATA: 1083,
  EMPTY_CODE_UNIT: 1084,
  INVALID_LOOP_SPLIT: 1085,
  UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP: 1088,
  TOO_MANY_LOCALS: 1089,
  GENERIC_MEMBER_OPCODE_MISMATCH: 1090,
  DUPLICATE_MODULE_NAME: 1095,
  CYCLIC_MODULE_DEPENDENCY: 1097,
  INVALID_FRIEND_DECL_WITH_SELF: 1104,
  INVALID_FRIEND_DECL_WITH_MODULES_OUTSIDE_ACCOUNT_ADDRESS: 1105,
  INVALID_PHANTOM_TYPE_PARAM_POSITION: 1108,
  VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR: 1109,
  VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR: 1110,
  LOOP_MAX_DEPTH_REACHED: 1111,
  TOO_MANY_TYPE_PARAMETERS: 1112,
  TOO_MANY_PARAMETERS: 1113,
  TOO_MANY_BASIC_BLOCKS: 1114,
  VALUE_STACK_OVERFLOW: 1115,
  TOO_MANY_TYPE_NODES: 1116,
  VALUE_STACK_PUSH_OVERFLOW: 1117,
  MAX_FUNCTION_DEFINITIONS_REACHED: 1119,
  MAX_STRUCT_DEFINITIONS_REACHED: 1120,
  MAX_FIELD_DEFINITIONS_REACHED: 1121,
  TOO_MANY_BACK_EDGES: 1122,
  TOO_MANY_VECTOR_ELEMENTS: 1128,
  IDENTIFIER_TOO_LONG: 1129,
  PROGRAM_TOO_COMPLEX: 1130,
  ENUM_SWITCH_BAD_OPERAND: 1131,
  ENUM_TYPE_MISMATCH: 1132,
  INVALID_ENUM_SWITCH: 1133,
  ZERO_SIZED_ENUM: 1134,
  MAX_VARIANTS_REACHED: 1135,
  INVALID_IDENTIFIER: 1136,
  MALFORMED: 3001,
  UNKNOWN_OPCODE: 3007,
  DEPRECATED_BYTECODE_FORMAT: 3029,
} as const;

/**
 * Rules of Sui's own verifier, which a node reports under one status, `SuiMoveVerificationError`.
 *
 * - `KEY_STRUCT`: the first field of a struct with key is `id: 0x2::object::UID`; no enum has key
 * - `ID_LEAK`: an object is made with a fresh UID only
 * - `PRIVATE_GENERICS`: emit, transfer and their like take types of the calling module only
 * - `INIT`: the signature of `init`, and that nothing calls it
 * - `ENTRY`: the signature of entry functions (see `VerifierOptions.entrySignatures`)
 * - `ONE_TIME_WITNESS`: the type and its only instance
 */
export const SUI_RULES = ['KEY_STRUCT', 'ID_LEAK', 'PRIVATE_GENERICS', 'INIT', 'ENTRY', 'ONE_TIME_WITNESS'] as const;

/** Why an upgrade is refused: Sui's `PackageUpgradeError`. */
export const UPGRADE_RULES = ['IncompatibleUpgrade', 'UnknownUpgradePolicy'] as const;

export type MoveRule = keyof typeof MOVE_RULES;
export type SuiRule = (typeof SUI_RULES)[number];
export type UpgradeRule = (typeof UPGRADE_RULES)[number];
export type Rule = MoveRule | SuiRule | UpgradeRule;

/** Names of Sui's `ExecutionFailureStatus` that verification can give. */
export type FailureKind =
  | 'VMVerificationOrDeserializationError'
  | 'SuiMoveVerificationError'
  | 'SuiMoveVerificationTimedout'
  | 'PackageUpgradeError';

function kindOf(rule: Rule): FailureKind {
  if (rule === 'PROGRAM_TOO_COMPLEX') return 'SuiMoveVerificationTimedout';
  if (rule in MOVE_RULES) return 'VMVerificationOrDeserializationError';
  return (UPGRADE_RULES as readonly string[]).includes(rule) ? 'PackageUpgradeError' : 'SuiMoveVerificationError';
}

/** Where a rule is broken, as far as it is known. */
export interface Place {
  readonly module?: ModuleId | undefined;
  readonly functionName?: string | undefined;
  /** Offset in the function's code. */
  readonly instruction?: number | undefined;
}

function formatPlace({ module, functionName, instruction }: Place): string {
  if (!module) return 'the package';
  const of = functionName === undefined ? '' : `::${functionName}`;
  const at = instruction === undefined ? '' : `@${instruction}`;
  return `${module.address}::${module.name}${of}${at}`;
}

/** A module or package may not be published, or an upgrade not be made. */
export class VerificationError extends Error {
  /** The execution failure that a Sui node reports. */
  readonly kind: FailureKind;
  readonly rule: Rule;
  readonly place: Place;
  readonly detail: string;

  constructor(rule: Rule, detail: string, place: Place = {}) {
    super(`${rule} in ${formatPlace(place)}: ${detail}`);
    this.name = 'VerificationError';
    this.kind = kindOf(rule);
    this.rule = rule;
    this.place = place;
    this.detail = detail;
  }

  /** Move's number of the rule; null for rules that are not Move's. */
  get statusCode(): number | null {
    return (MOVE_RULES as Record<string, number>)[this.rule] ?? null;
  }
}
