/** Every live opcode of the binary format (move-binary-format, `Bytecode`, without the deprecated global storage ones). */
export const LIVE: readonly string[] = (
  'Pop Ret BrTrue BrFalse Branch LdU8 LdU64 LdU128 CastU8 CastU64 CastU128 LdConst LdTrue LdFalse CopyLoc MoveLoc StLoc ' +
  'Call CallGeneric Pack PackGeneric Unpack UnpackGeneric ReadRef WriteRef FreezeRef MutBorrowLoc ImmBorrowLoc ' +
  'MutBorrowField MutBorrowFieldGeneric ImmBorrowField ImmBorrowFieldGeneric Add Sub Mul Mod Div BitOr BitAnd Xor Or And ' +
  'Not Eq Neq Lt Gt Le Ge Abort Nop Shl Shr VecPack VecLen VecImmBorrow VecMutBorrow VecPushBack VecPopBack VecUnpack ' +
  'VecSwap LdU16 LdU32 LdU256 CastU16 CastU32 CastU256 PackVariant PackVariantGeneric UnpackVariant UnpackVariantImmRef ' +
  'UnpackVariantMutRef UnpackVariantGeneric UnpackVariantGenericImmRef UnpackVariantGenericMutRef VariantSwitch'
).split(' ');
