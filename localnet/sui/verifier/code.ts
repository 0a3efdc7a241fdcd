// Instructions as the verifier sees them: a name and an index into some table. Values of immediates do not matter.

import { VerificationError, type Place } from './errors.ts';
import type { RawInstruction } from '../vm/format.ts';

/** What the index of an instruction refers to. */
export type OperandKind =
  | 'none'
  | 'constant'
  | 'local'
  | 'offset'
  | 'function'
  | 'functionInstantiation'
  | 'struct'
  | 'structInstantiation'
  | 'field'
  | 'fieldInstantiation'
  | 'signature'
  | 'variant'
  | 'variantInstantiation'
  | 'jumpTable';

export interface Instruction {
  readonly op: string;
  readonly operand: number;
  /** Elements of VecPack and VecUnpack; 0 for any other instruction. */
  readonly count: number;
}

function table(kinds: Readonly<Record<OperandKind, string>>): ReadonlyMap<string, OperandKind> {
  const map = new Map<string, OperandKind>();
  for (const [kind, names] of Object.entries(kinds))
    for (const name of names.split(' ')) map.set(name, kind as OperandKind);
  return map;
}

/** The live instructions. */
export const OPERAND_KINDS = table({
  none:
    'Pop Ret LdU8 LdU16 LdU32 LdU64 LdU128 LdU256 LdTrue LdFalse CastU8 CastU16 CastU32 CastU64 CastU128 CastU256 ' +
    'ReadRef WriteRef FreezeRef Add Sub Mul Mod Div BitOr BitAnd Xor Shl Shr Or And Not Eq Neq Lt Gt Le Ge Abort Nop',
  constant: 'LdConst',
  local: 'CopyLoc MoveLoc StLoc MutBorrowLoc ImmBorrowLoc',
  offset: 'BrTrue BrFalse Branch',
  function: 'Call',
  functionInstantiation: 'CallGeneric',
  struct: 'Pack Unpack',
  structInstantiation: 'PackGeneric UnpackGeneric',
  field: 'MutBorrowField ImmBorrowField',
  fieldInstantiation: 'MutBorrowFieldGeneric ImmBorrowFieldGeneric',
  signature: 'VecPack VecLen VecImmBorrow VecMutBorrow VecPushBack VecPopBack VecUnpack VecSwap',
  variant: 'PackVariant UnpackVariant UnpackVariantImmRef UnpackVariantMutRef',
  variantInstantiation: 'PackVariantGeneric UnpackVariantGeneric UnpackVariantGenericImmRef UnpackVariantGenericMutRef',
  jumpTable: 'VariantSwitch',
});

/** Access to global storage, which Sui does not have. */
const DEPRECATED = /^(Exists|MoveFrom|MoveTo|(Mut|Imm)BorrowGlobal)(Generic)?(Deprecated)?$/;

/** Instructions after which control does not go on to the next one. */
export const TERMINATORS: ReadonlySet<string> = new Set(['Ret', 'Abort', 'Branch', 'VariantSwitch']);

/** @throws VerificationError DEPRECATED_BYTECODE_FORMAT, UNKNOWN_OPCODE */
export function decodeInstruction(raw: RawInstruction, place: Place): Instruction {
  const op = typeof raw === 'string' ? raw : (Object.keys(raw)[0] ?? '');
  const kind = OPERAND_KINDS.get(op);
  if (kind === undefined) {
    if (DEPRECATED.test(op)) {
      throw new VerificationError('DEPRECATED_BYTECODE_FORMAT', `${op}: Sui has no global storage`, place);
    }
    throw new VerificationError('UNKNOWN_OPCODE', op, place);
  }
  if (kind === 'none' || typeof raw === 'string') return { op, operand: 0, count: 0 };
  const value = raw[op];
  if (Array.isArray(value)) return { op, operand: Number(value[0]), count: Number(value[1]) };
  return { op, operand: Number(value), count: 0 };
}
