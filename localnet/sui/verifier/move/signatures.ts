// Types are well formed wherever they are written: references only at the top, type arguments with the abilities asked
// of them, phantom parameters only in phantom places, generic instructions on generic members.

import type { Instruction } from '../code.ts';
import type { Abilities, Ty } from '../types.ts';
import { ALL_ABILITIES } from '../types.ts';
import type { CodeView, DatatypeHandleView, FieldView, FunctionView, ModuleView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

const MAX_VECTOR_PACK = 65_535;

class SignatureChecker {
  readonly #view: ModuleView;
  readonly #fn: FunctionView | undefined;
  /** Abilities where the types in hand stand. */
  readonly #abilities: Abilities;
  at: number | undefined;

  constructor(view: ModuleView, constraints: readonly number[], fn?: FunctionView) {
    this.#view = view;
    this.#fn = fn;
    this.#abilities = view.abilities(constraints);
  }

  /** No reference in it. */
  noReference(ty: Ty): void {
    if (ty.isReference) {
      this.#view.fail('INVALID_SIGNATURE_TOKEN', `a reference within a type or field`, this.#fn, this.at);
    }
    if (ty.elem) this.noReference(ty.elem);
    for (const arg of ty.args) this.noReference(arg);
  }

  /** Type arguments of every datatype in it have the abilities asked of them. */
  instantiations(ty: Ty): void {
    if (ty.elem) this.instantiations(ty.elem);
    if (ty.kind === 'datatype') this.satisfied(ty.args, this.#view.datatypes[ty.index]!.constraints);
    for (const arg of ty.args) this.instantiations(arg);
  }

  satisfied(args: readonly Ty[], constraints: readonly number[]): void {
    const view = this.#view;
    if (args.length !== constraints.length) {
      const detail = `${args.length} type arguments where ${constraints.length} are wanted`;
      view.fail('NUMBER_OF_TYPE_ARGUMENTS_MISMATCH', detail, this.#fn, this.at);
    }
    args.forEach((arg, i) => {
      if (!this.#abilities.has(arg, constraints[i]!)) {
        view.fail('CONSTRAINT_NOT_SATISFIED', `type argument ${view.show(arg)} lacks an ability`, this.#fn, this.at);
      }
    });
  }

  /** Type arguments of an instruction. */
  typeArguments(args: readonly Ty[], constraints: readonly number[]): void {
    for (const arg of args) this.noReference(arg);
    this.satisfied(args, constraints);
  }
}

/** Type parameters that are declared phantom occur in phantom places only. */
function checkPhantoms(view: ModuleView, owner: DatatypeHandleView, ty: Ty, phantomPlace = false): void {
  if (ty.kind === 'param') {
    if (owner.phantom[ty.index] && !phantomPlace) {
      view.fail('INVALID_PHANTOM_TYPE_PARAM_POSITION', `type parameter ${ty.index} of ${owner.name}`);
    }
  } else if (ty.kind === 'datatype') {
    ty.args.forEach((arg, i) => checkPhantoms(view, owner, arg, view.datatypes[ty.index]!.phantom[i]));
  } else if (ty.elem) checkPhantoms(view, owner, ty.elem);
}

function checkFields(view: ModuleView, handle: DatatypeHandleView, fields: readonly FieldView[]): void {
  const checker = new SignatureChecker(view, handle.constraints);
  // An ability of a datatype holds if the type arguments support it, so they are assumed to.
  const assumed = view.abilities(handle.constraints.map(() => ALL_ABILITIES));
  const required = (handle.abilities & ~ABILITY.KEY) | (handle.abilities & ABILITY.KEY ? ABILITY.STORE : 0);
  for (const { name, type } of fields) {
    checker.noReference(type);
    checker.instantiations(type);
    checkPhantoms(view, handle, type);
    if (!assumed.has(type, required)) {
      const detail = `field ${name} of ${handle.name}, ${view.show(type)}, lacks an ability that ${handle.name} claims`;
      view.fail('FIELD_MISSING_TYPE_ABILITY', detail);
    }
  }
}

interface Member {
  readonly constraints: readonly number[];
  readonly args: readonly Ty[];
}

/** The member that an instruction works on, as to its type parameters; null for instructions that name none. */
function member(view: ModuleView, instruction: Instruction): Member | null {
  const { op } = instruction;
  if (op === 'Call' || op === 'CallGeneric') {
    const { handle, args } = view.callee(instruction);
    return { constraints: handle.constraints, args };
  }
  if (op.includes('BorrowField')) {
    const { struct, args } = view.field(instruction);
    return { constraints: struct.handle.constraints, args };
  }
  if (/^(Pack|Unpack)(Generic)?$/.test(op)) {
    const { struct, args } = view.struct(instruction);
    return { constraints: struct.handle.constraints, args };
  }
  if (/^(Pack|Unpack)Variant/.test(op)) {
    const { enum: definition, args } = view.variant(instruction);
    return { constraints: definition.handle.constraints, args };
  }
  return null;
}

function checkCode(view: ModuleView, fn: FunctionView, code: CodeView): void {
  const checker = new SignatureChecker(view, fn.handle.constraints, fn);
  for (const ty of code.locals) checker.instantiations(ty);
  code.instructions.forEach((instruction, at) => {
    checker.at = at;
    const { op, operand } = instruction;
    if (op.startsWith('Vec')) checker.typeArguments(view.signatures[operand]!, [0]);
    const found = op.includes('Generic') ? member(view, instruction) : null;
    if (found) checker.typeArguments(found.args, found.constraints);
  });
}

function checkConsistency(view: ModuleView, fn: FunctionView, code: CodeView): void {
  code.instructions.forEach((instruction, at) => {
    const { op, count } = instruction;
    const found = member(view, instruction);
    if (found && found.constraints.length > 0 !== op.includes('Generic')) {
      const detail = `${op} on what has ${found.constraints.length} type parameters`;
      view.fail('GENERIC_MEMBER_OPCODE_MISMATCH', detail, fn, at);
    }
    if (count > MAX_VECTOR_PACK) view.fail('CONSTRAINT_NOT_SATISFIED', `${op} of ${count} elements`, fn, at);
  });
}

/** @throws VerificationError if a type or an instruction's use of one is not well formed */
export function checkSignatures(view: ModuleView): void {
  const pool = new SignatureChecker(view, []);
  for (const types of view.signatures) for (const ty of types) pool.noReference(ty.isReference ? ty.elem! : ty);
  for (const handle of view.functionHandles) {
    const checker = new SignatureChecker(view, handle.constraints);
    for (const ty of [...handle.returns, ...handle.parameters]) checker.instantiations(ty);
  }
  for (const { handle, fields } of view.structs) checkFields(view, handle, fields);
  for (const { handle, variants } of view.enums) for (const { fields } of variants) checkFields(view, handle, fields);
  for (const fn of view.functions) if (fn.code) checkCode(view, fn, fn.code);
  for (const fn of view.functions) if (fn.code) checkConsistency(view, fn, fn.code);
}
