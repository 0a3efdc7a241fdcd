// Checks of a whole module, before anything of it runs: those of Move's bytecode verifier that keep values from being
// copied, dropped or forged. Not among them: the borrow check of references, which only the compiler makes here.

import { typeFunction } from './compile.ts';
import { ModuleError, type Status } from './errors.ts';
import type { Limits } from './limits.ts';
import type { LinkedModule } from './loader.ts';
import type { DatatypeImage, FunctionImage } from './module.ts';
import { type CallTarget, type Instruction, OP } from './opcodes.ts';
import { ABILITY, type Type } from './types.ts';

const ALL_ABILITIES = ABILITY.COPY | ABILITY.DROP | ABILITY.STORE | ABILITY.KEY;

/** What a local may hold where control arrives: a value on all ways, on some, or on none. */
const HOLDS = { NO: 0, MAYBE: 1, YES: 2 } as const;

/** Instructions after which control may go on, and where. */
function successors(instruction: Instruction, at: number): readonly number[] {
  switch (instruction.op) {
    case OP.RET:
    case OP.ABORT:
      return [];
    case OP.BRANCH:
      return [instruction.a as number];
    case OP.BR_TRUE:
    case OP.BR_FALSE:
      return [at + 1, instruction.a as number];
    case OP.VARIANT_SWITCH:
      return instruction.a as readonly number[];
    default:
      return [at + 1];
  }
}

/** Follows what each local holds through a function: nothing is read before it is set, and nothing undroppable is lost. */
class LocalsCheck {
  readonly #where: string;
  readonly #code: readonly Instruction[];
  readonly #locals: readonly Type[];
  readonly #constraints: readonly number[];

  constructor(where: string, code: readonly Instruction[], locals: readonly Type[], constraints: readonly number[]) {
    this.#where = where;
    this.#code = code;
    this.#locals = locals;
    this.#constraints = constraints;
  }

  #fail(status: Status, at: number, local: number): never {
    throw new ModuleError(status, `${this.#where}@${at}: local ${local} of type ${this.#locals[local]?.key}`);
  }

  #isLost(state: Uint8Array, local: number): boolean {
    const droppable = this.#locals[local]!.abilities(this.#constraints) & ABILITY.DROP;
    return state[local] !== HOLDS.NO && !droppable;
  }

  /** Applies an instruction to a state. */
  #step({ op, a }: Instruction, at: number, state: Uint8Array): void {
    const local = a as number;
    const read = (status: Status): void => {
      if (state[local] !== HOLDS.YES) this.#fail(status, at, local);
    };
    if (op === OP.COPY_LOC || op === OP.COPY_LOC_SCALAR) read('COPYLOC_UNAVAILABLE_ERROR');
    else if (op === OP.BORROW_LOC) read('BORROWLOC_UNAVAILABLE_ERROR');
    else if (op === OP.MOVE_LOC) {
      read('MOVELOC_UNAVAILABLE_ERROR');
      state[local] = HOLDS.NO;
    } else if (op === OP.ST_LOC) {
      if (this.#isLost(state, local)) this.#fail('STLOC_UNSAFE_TO_DESTROY_ERROR', at, local);
      state[local] = HOLDS.YES;
    } else if (op === OP.RET) {
      const lost = this.#locals.findIndex((_, i) => this.#isLost(state, i));
      if (lost >= 0) this.#fail('UNSAFE_RET_UNUSED_VALUES_WITHOUT_DROP', at, lost);
    }
  }

  /** Runs until no state changes. States only ever go towards MAYBE, so that it ends. */
  run(parameterCount: number): void {
    const states: (Uint8Array | undefined)[] = new Array(this.#code.length);
    states[0] = Uint8Array.from(this.#locals, (_, i) => (i < parameterCount ? HOLDS.YES : HOLDS.NO));
    const pending = [0];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const state = states[at]!.slice();
      this.#step(this.#code[at]!, at, state);
      for (const next of successors(this.#code[at]!, at)) {
        const known = states[next];
        const joined = known ? state.map((holds, i) => (holds === known[i] ? holds : HOLDS.MAYBE)) : state;
        if (known && joined.every((holds, i) => holds === known[i])) continue;
        states[next] = joined.slice();
        pending.push(next);
      }
    }
  }
}

/**
 * Checks a function for all its type arguments, without executing anything: types, links and locals.
 *
 * @throws ModuleError or VmError naming the rule broken and the instruction.
 */
export function verifyFunction(module: LinkedModule, image: FunctionImage, limits: Limits): void {
  const { types } = module.linkage.loader;
  const params = image.typeParameters.map((_, i) => types.param(i));
  const { code, locals } = typeFunction(module, image, params, image.typeParameters, limits);
  for (const { op, a } of code) if (op === OP.CALL) (a as CallTarget).check();
  if (!image.code) return;
  const { address, name } = module.image.id;
  const check = new LocalsCheck(`${address}::${name}::${image.name}`, code, locals, image.typeParameters);
  check.run(module.signature(image.parameters).length);
}

/** Fields must have what the abilities of their datatype require of them: copy copy, drop drop, store and key store. */
function verifyDatatype(module: LinkedModule, image: DatatypeImage): void {
  const datatype = module.datatype(image.handle);
  datatype.depthFormula(); // refuses datatypes that contain themselves
  const wanted = image.abilities & ABILITY.KEY ? image.abilities | ABILITY.STORE : image.abilities;
  const required = wanted & ~ABILITY.KEY;
  // A datatype has an ability only as far as its arguments do, so that parameters count as having all.
  const params = image.params.map(() => ALL_ABILITIES);
  for (const { fields, fieldNames } of datatype.variants) {
    fields.forEach((field, i) => {
      if (field.isReference)
        throw new ModuleError('INVALID_SIGNATURE_TOKEN', `${datatype.key}.${fieldNames[i]} is a reference`);
      if (required & ~field.abilities(params)) {
        throw new ModuleError('FIELD_MISSING_TYPE_ABILITY', `${datatype.key}.${fieldNames[i]} of type ${field.key}`);
      }
    });
  }
}

/**
 * Checks all datatypes and functions of a module.
 *
 * @throws ModuleError or VmError naming the rule broken and where.
 */
export function verifyModule(module: LinkedModule, limits: Limits): void {
  for (const image of module.image.datatypes.values()) verifyDatatype(module, image);
  for (const image of module.image.functions) verifyFunction(module, image, limits);
}
