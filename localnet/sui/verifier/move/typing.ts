// Every instruction finds operands of the types it wants, with the abilities it needs. Blocks start and end with an empty
// stack, so each can be checked by itself.

import type { ControlFlowGraph } from './control-flow.ts';
import type { Instruction } from '../code.ts';
import type { MoveRule } from '../errors.ts';
import type { WorkMeter } from '../meter.ts';
import type { Abilities, Ty, TyKind } from '../types.ts';
import type { CodeView, FieldView, FunctionView, ModuleView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

const LOADS: Readonly<Record<string, TyKind>> = {
  LdU8: 'u8',
  LdU16: 'u16',
  LdU32: 'u32',
  LdU64: 'u64',
  LdU128: 'u128',
  LdU256: 'u256',
  LdTrue: 'bool',
  LdFalse: 'bool',
};
const CASTS: Readonly<Record<string, TyKind>> = {
  CastU8: 'u8',
  CastU16: 'u16',
  CastU32: 'u32',
  CastU64: 'u64',
  CastU128: 'u128',
  CastU256: 'u256',
};
const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Mod', 'Div', 'BitOr', 'BitAnd', 'Xor']);
const COMPARISONS = new Set(['Lt', 'Gt', 'Le', 'Ge']);

class TypeChecker {
  readonly #view: ModuleView;
  readonly #fn: FunctionView;
  readonly #code: CodeView;
  readonly #abilities: Abilities;
  readonly #stack: Ty[] = [];
  #at = 0;

  constructor(view: ModuleView, fn: FunctionView, code: CodeView) {
    this.#view = view;
    this.#fn = fn;
    this.#code = code;
    this.#abilities = view.abilities(fn.handle.constraints);
  }

  #fail(rule: MoveRule, detail: string): never {
    return this.#view.fail(rule, detail, this.#fn, this.#at);
  }

  #push(...types: readonly Ty[]): void {
    for (const ty of types) this.#stack.push(ty);
  }

  #primitive(kind: TyKind): Ty {
    return this.#view.types.primitive(kind);
  }

  #pop(): Ty {
    return this.#stack.pop()!;
  }

  #expect(wanted: Ty, rule: MoveRule): void {
    const found = this.#pop();
    if (found !== wanted) this.#fail(rule, `${this.#view.show(found)} where ${this.#view.show(wanted)} is wanted`);
  }

  /** The last of `wanted` is on top. */
  #expectAll(wanted: readonly Ty[], rule: MoveRule): void {
    for (let i = wanted.length - 1; i >= 0; i--) this.#expect(wanted[i]!, rule);
  }

  #integer(): Ty {
    const found = this.#pop();
    if (!found.isInteger) this.#fail('INTEGER_OP_TYPE_MISMATCH_ERROR', `${this.#view.show(found)} is no integer`);
    return found;
  }

  /** Pops a reference to `target`. */
  #expectReference(target: Ty, mutable: 'mutable' | 'immutable' | 'any', rule: MoveRule): void {
    const found = this.#pop();
    const kinds = { mutable: ['mut'], immutable: ['ref'], any: ['ref', 'mut'] }[mutable];
    if (!kinds.includes(found.kind) || found.elem !== target) {
      const wanted = `${mutable === 'mutable' ? '&mut ' : '&'}${this.#view.show(target)}`;
      this.#fail(rule, `${this.#view.show(found)} where ${wanted} is wanted`);
    }
  }

  #require(ty: Ty, ability: number, rule: MoveRule): void {
    if (!this.#abilities.has(ty, ability)) this.#fail(rule, `${this.#view.show(ty)} lacks the ability`);
  }

  #fields(fields: readonly FieldView[], args: readonly Ty[]): Ty[] {
    return fields.map((f) => this.#view.types.substitute(f.type, args));
  }

  check(at: number): void {
    this.#at = at;
    const instruction = this.#code.instructions[at]!;
    const { op } = instruction;
    if (op in LOADS) return this.#push(this.#primitive(LOADS[op]!));
    if (op in CASTS) {
      this.#integer();
      return this.#push(this.#primitive(CASTS[op]!));
    }
    if (ARITHMETIC.has(op) || COMPARISONS.has(op)) {
      const type = this.#integer();
      this.#expect(type, 'INTEGER_OP_TYPE_MISMATCH_ERROR');
      return this.#push(COMPARISONS.has(op) ? this.#primitive('bool') : type);
    }
    if (op.startsWith('Vec')) return this.#vector(instruction);
    if (op.includes('Variant')) return this.#variant(instruction);
    if (op.includes('Ref') || op.includes('Borrow')) return this.#reference(instruction);
    return this.#other(instruction);
  }

  #other(instruction: Instruction): void {
    const { op, operand } = instruction;
    const bool = this.#primitive('bool');
    switch (op) {
      case 'Branch':
      case 'Nop':
        return;
      case 'Pop':
        return this.#require(this.#pop(), ABILITY.DROP, 'POP_WITHOUT_DROP_ABILITY');
      case 'Ret':
        return this.#expectAll(this.#fn.handle.returns, 'RET_TYPE_MISMATCH_ERROR');
      case 'BrTrue':
      case 'BrFalse':
        return this.#expect(bool, 'BR_TYPE_MISMATCH_ERROR');
      case 'Abort':
        return this.#expect(this.#primitive('u64'), 'ABORT_TYPE_MISMATCH_ERROR');
      case 'LdConst':
        return this.#push(this.#view.types.fromToken(this.#view.tables.constant_pool[operand]!.type_));
      case 'StLoc':
        return this.#expect(this.#code.locals[operand]!, 'STLOC_TYPE_MISMATCH_ERROR');
      case 'CopyLoc':
        this.#require(this.#code.locals[operand]!, ABILITY.COPY, 'COPYLOC_WITHOUT_COPY_ABILITY');
        return this.#push(this.#code.locals[operand]!);
      case 'MoveLoc':
        return this.#push(this.#code.locals[operand]!);
      case 'Shl':
      case 'Shr':
        this.#expect(this.#primitive('u8'), 'INTEGER_OP_TYPE_MISMATCH_ERROR');
        return this.#push(this.#integer());
      case 'Or':
      case 'And':
        this.#expectAll([bool, bool], 'BOOLEAN_OP_TYPE_MISMATCH_ERROR');
        return this.#push(bool);
      case 'Not':
        this.#expect(bool, 'BOOLEAN_OP_TYPE_MISMATCH_ERROR');
        return this.#push(bool);
      case 'Eq':
      case 'Neq': {
        const type = this.#pop();
        this.#require(type, ABILITY.DROP, 'EQUALITY_OP_TYPE_MISMATCH_ERROR');
        this.#expect(type, 'EQUALITY_OP_TYPE_MISMATCH_ERROR');
        return this.#push(bool);
      }
      case 'Call':
      case 'CallGeneric': {
        const { handle, args } = this.#view.callee(instruction);
        const bind = (ty: Ty): Ty => this.#view.types.substitute(ty, args);
        this.#expectAll(handle.parameters.map(bind), 'CALL_TYPE_MISMATCH_ERROR');
        return this.#push(...handle.returns.map(bind));
      }
      default: {
        const { struct, args } = this.#view.struct(instruction);
        const type = this.#view.types.datatype(struct.handle.index, args);
        const fields = this.#fields(struct.fields, args);
        if (op.startsWith('Pack')) {
          this.#expectAll(fields, 'PACK_TYPE_MISMATCH_ERROR');
          return this.#push(type);
        }
        this.#expect(type, 'UNPACK_TYPE_MISMATCH_ERROR');
        return this.#push(...fields);
      }
    }
  }

  #reference(instruction: Instruction): void {
    const { op, operand } = instruction;
    const { types } = this.#view;
    switch (op) {
      case 'FreezeRef': {
        const found = this.#pop();
        if (found.kind !== 'mut')
          this.#fail('FREEZEREF_TYPE_MISMATCH_ERROR', `${this.#view.show(found)} is not mutable`);
        return this.#push(types.reference(found.elem!, false));
      }
      case 'ReadRef': {
        const found = this.#pop();
        if (!found.isReference) this.#fail('READREF_TYPE_MISMATCH_ERROR', `${this.#view.show(found)} is no reference`);
        this.#require(found.elem!, ABILITY.COPY, 'READREF_WITHOUT_COPY_ABILITY');
        return this.#push(found.elem!);
      }
      case 'WriteRef': {
        const found = this.#pop();
        if (found.kind !== 'mut') {
          this.#fail('WRITEREF_NO_MUTABLE_REFERENCE_ERROR', `${this.#view.show(found)} is not mutable`);
        }
        this.#require(found.elem!, ABILITY.DROP, 'WRITEREF_WITHOUT_DROP_ABILITY');
        return this.#expect(found.elem!, 'WRITEREF_TYPE_MISMATCH_ERROR');
      }
      case 'MutBorrowLoc':
      case 'ImmBorrowLoc': {
        const type = this.#code.locals[operand]!;
        if (type.isReference) this.#fail('BORROWLOC_REFERENCE_ERROR', `local ${operand} is a reference`);
        return this.#push(types.reference(type, op === 'MutBorrowLoc'));
      }
      default: {
        const { struct, field, args } = this.#view.field(instruction);
        const mutable = op.startsWith('Mut');
        const owner = types.datatype(struct.handle.index, args);
        this.#expectReference(owner, mutable ? 'mutable' : 'any', 'BORROWFIELD_TYPE_MISMATCH_ERROR');
        return this.#push(types.reference(types.substitute(field.type, args), mutable));
      }
    }
  }

  #variant(instruction: Instruction): void {
    const { op, operand } = instruction;
    const { types } = this.#view;
    if (op === 'VariantSwitch') {
      const found = this.#pop();
      if (found.kind !== 'ref')
        this.#fail('ENUM_SWITCH_BAD_OPERAND', `${this.#view.show(found)} is no immutable reference`);
      const { head } = this.#code.jumpTables[operand]!;
      if (found.elem!.kind !== 'datatype' || found.elem!.index !== head.handle.index) {
        this.#fail('ENUM_TYPE_MISMATCH', `${this.#view.show(found)} where enum ${head.handle.name} is wanted`);
      }
      return;
    }
    const { enum: definition, variant, args } = this.#view.variant(instruction);
    const type = types.datatype(definition.handle.index, args);
    const fields = this.#fields(variant.fields, args);
    if (op.startsWith('Pack')) {
      this.#expectAll(fields, 'PACK_TYPE_MISMATCH_ERROR');
      return this.#push(type);
    }
    if (op.endsWith('Ref')) {
      const mutable = op.endsWith('MutRef');
      this.#expectReference(type, mutable ? 'mutable' : 'immutable', 'UNPACK_TYPE_MISMATCH_ERROR');
      return this.#push(...fields.map((f) => types.reference(f, mutable)));
    }
    this.#expect(type, 'UNPACK_TYPE_MISMATCH_ERROR');
    this.#push(...fields);
  }

  #vector({ op, operand, count }: Instruction): void {
    const rule = 'TYPE_MISMATCH';
    const elem = this.#view.signatures[operand]![0]!;
    const vector = this.#view.types.vector(elem);
    const u64 = this.#primitive('u64');
    switch (op) {
      case 'VecPack':
        for (let i = 0; i < count; i++) this.#expect(elem, rule);
        return this.#push(vector);
      case 'VecUnpack':
        this.#expect(vector, rule);
        for (let i = 0; i < count; i++) this.#push(elem);
        return;
      case 'VecLen':
        this.#expectReference(vector, 'any', rule);
        return this.#push(u64);
      case 'VecImmBorrow':
      case 'VecMutBorrow':
        this.#expect(u64, rule);
        this.#expectReference(vector, op === 'VecMutBorrow' ? 'mutable' : 'any', rule);
        return this.#push(this.#view.types.reference(elem, op === 'VecMutBorrow'));
      case 'VecPushBack':
        this.#expect(elem, rule);
        return this.#expectReference(vector, 'mutable', rule);
      case 'VecPopBack':
        this.#expectReference(vector, 'mutable', rule);
        return this.#push(elem);
      default:
        this.#expectAll([u64, u64], rule);
        return this.#expectReference(vector, 'mutable', rule);
    }
  }
}

/** @throws VerificationError naming the instruction and the types */
export function checkTypes(
  view: ModuleView,
  fn: FunctionView,
  code: CodeView,
  cfg: ControlFlowGraph,
  meter: WorkMeter,
): void {
  const checker = new TypeChecker(view, fn, code);
  for (const { start, end } of cfg.blocks) {
    for (let at = start; at <= end; at++) {
      meter.add(1 + code.instructions[at]!.count, view.place(fn, at));
      checker.check(at);
    }
  }
}
