// References are safe: none outlives what it points to, and nothing is read, written, moved or passed on as mutable while
// a reference that would notice is still alive. The rules are those of Move's borrow graph (the stricter of the two
// checkers that Sui's verifier has; the other one, by regular expressions, accepts a little more).

import { analyze } from './analysis.ts';
import { BorrowGraph, type Label } from './borrow-graph.ts';
import type { ControlFlowGraph } from './control-flow.ts';
import { stackEffect } from './stack.ts';
import type { Instruction } from '../code.ts';
import type { MoveRule } from '../errors.ts';
import type { WorkMeter } from '../meter.ts';
import type { Ty } from '../types.ts';
import type { CodeView, FunctionView, ModuleView } from '../view.ts';

/** A value on the stack or in a local: the name of a reference, or no reference. */
const VALUE = -1;

/** Units of work that an edge of the graph costs. */
const EDGE_WORK = 4;

interface State {
  readonly locals: number[];
  graph: BorrowGraph;
  /** Empty between blocks. */
  readonly stack: number[];
  next: number;
}

const localLabel = (local: number): Label => `L${local};`;

class ReferenceAnalysis {
  readonly #view: ModuleView;
  readonly #fn: FunctionView;
  readonly #code: CodeView;
  readonly #meter: WorkMeter;
  /** The reference from which borrows of locals are made. References in locals are named by the local, between blocks. */
  readonly #frame: number;
  #at = 0;

  constructor(view: ModuleView, fn: FunctionView, code: CodeView, meter: WorkMeter) {
    this.#view = view;
    this.#fn = fn;
    this.#code = code;
    this.#meter = meter;
    this.#frame = code.locals.length;
  }

  initial(): State {
    const graph = new BorrowGraph();
    const locals = this.#code.locals.map((ty, i) => {
      if (!ty.isReference || i >= this.#fn.handle.parameters.length) return VALUE;
      graph.add(i, ty.kind === 'mut');
      return i;
    });
    graph.add(this.#frame, true);
    return { locals, graph, stack: [], next: this.#frame + 1 };
  }

  clone({ locals, graph, stack, next }: State): State {
    return { locals: [...locals], graph: graph.clone(), stack: [...stack], next };
  }

  /** Names references in locals by their locals, so that states of different ways can be compared. */
  finish(state: State): void {
    const names = new Map([[this.#frame, this.#frame]]);
    state.locals.forEach((id, local) => {
      if (id !== VALUE) names.set(id, local);
    });
    state.graph = state.graph.renamed(names);
    state.locals.forEach((id, local) => {
      if (id !== VALUE) state.locals[local] = local;
    });
    state.next = this.#frame + 1;
  }

  join(state: State, other: State): boolean {
    let changed = false;
    // References that are alive on one way only cannot be used any more.
    const gone = other.locals.filter((id, local) => id !== VALUE && state.locals[local] === VALUE);
    const joined = gone.length > 0 ? other.graph.clone() : other.graph;
    for (const id of gone) joined.release(id);
    state.locals.forEach((id, local) => {
      if (id === VALUE || other.locals[local] !== VALUE) return;
      state.graph.release(id);
      state.locals[local] = VALUE;
      changed = true;
    });
    if (state.graph.join(joined)) changed = true;
    state.graph.work += joined.work;
    joined.work = 0;
    this.#charge(state);
    return changed;
  }

  #charge(state: State): void {
    this.#meter.add(1 + EDGE_WORK * state.graph.work, this.#view.place(this.#fn, this.#at));
    state.graph.work = 0;
  }

  execute(state: State, instruction: Instruction, at: number): void {
    this.#at = at;
    this.#step(state, instruction);
    this.#charge(state);
  }

  #fail(rule: MoveRule, detail: string): never {
    return this.#view.fail(rule, detail, this.#fn, this.#at);
  }

  #new(state: State, mutable: boolean): number {
    const id = state.next++;
    state.graph.add(id, mutable);
    return id;
  }

  #release(state: State, id: number): void {
    if (id !== VALUE) state.graph.release(id);
  }

  /** A mutable reference may be written through, or passed on, if nothing borrows from it. */
  #requireWritable({ graph }: State, id: number, rule: MoveRule): void {
    if (graph.isMutable(id) && graph.isBorrowed(id, null, false)) {
      this.#fail(rule, 'a reference that is still in use borrows from this mutable reference');
    }
  }

  /** What is behind a mutable reference may be read, at `label`, if no mutable reference borrows from there. */
  #requireReadable({ graph }: State, id: number, label: Label | null, rule: MoveRule): void {
    if (graph.isMutable(id) && graph.isBorrowed(id, label, true)) {
      this.#fail(rule, 'a mutable reference that is still in use borrows from this reference');
    }
  }

  #step(state: State, instruction: Instruction): void {
    const { op, operand } = instruction;
    const { stack, graph, locals } = state;
    switch (op) {
      case 'Pop':
      case 'VariantSwitch':
        return this.#release(state, stack.pop()!);
      case 'CopyLoc':
        return this.#copyLocal(state, operand);
      case 'MoveLoc': {
        const id = locals[operand]!;
        if (id === VALUE && graph.isBorrowed(this.#frame, localLabel(operand), false)) {
          this.#fail('MOVELOC_EXISTS_BORROW_ERROR', `local ${operand} is borrowed`);
        }
        locals[operand] = VALUE;
        stack.push(id);
        return;
      }
      case 'StLoc': {
        const old = locals[operand]!;
        if (old === VALUE && graph.isBorrowed(this.#frame, localLabel(operand), false)) {
          this.#fail('STLOC_UNSAFE_TO_DESTROY_ERROR', `local ${operand} is borrowed`);
        }
        this.#release(state, old);
        locals[operand] = stack.pop()!;
        return;
      }
      case 'MutBorrowLoc':
      case 'ImmBorrowLoc':
        return this.#borrowLocal(state, operand, op === 'MutBorrowLoc');
      case 'FreezeRef': {
        const id = stack.pop()!;
        this.#requireReadable(state, id, null, 'FREEZEREF_EXISTS_MUTABLE_BORROW_ERROR');
        const frozen = this.#new(state, false);
        graph.borrow(id, '', frozen);
        graph.release(id);
        stack.push(frozen);
        return;
      }
      case 'ReadRef': {
        const id = stack.pop()!;
        this.#requireReadable(state, id, null, 'READREF_EXISTS_MUTABLE_BORROW_ERROR');
        graph.release(id);
        stack.push(VALUE);
        return;
      }
      case 'WriteRef': {
        const id = stack.pop()!;
        stack.pop();
        this.#requireWritable(state, id, 'WRITEREF_EXISTS_BORROW_ERROR');
        return graph.release(id);
      }
      case 'Eq':
      case 'Neq': {
        const compared = [stack.pop()!, stack.pop()!].filter((id) => id !== VALUE);
        for (const id of compared) this.#requireReadable(state, id, null, 'READREF_EXISTS_MUTABLE_BORROW_ERROR');
        for (const id of compared) graph.release(id);
        stack.push(VALUE);
        return;
      }
      case 'Call':
      case 'CallGeneric': {
        const { parameters, returns } = this.#view.callee(instruction).handle;
        const args = parameters.map(() => stack.pop()!);
        return this.#call(state, args, returns, 'CALL_BORROWED_MUTABLE_REFERENCE_ERROR');
      }
      case 'VecImmBorrow':
      case 'VecMutBorrow': {
        stack.pop();
        const elem = this.#view.signatures[operand]![0]!;
        const result = this.#view.types.reference(elem, op === 'VecMutBorrow');
        return this.#call(state, [stack.pop()!], [result], 'VEC_BORROW_ELEMENT_EXISTS_MUTABLE_BORROW_ERROR');
      }
      case 'VecLen':
        this.#release(state, stack.pop()!);
        stack.push(VALUE);
        return;
      case 'VecPushBack':
        stack.pop();
        return this.#changeVector(state);
      case 'VecPopBack':
        this.#changeVector(state);
        stack.push(VALUE);
        return;
      case 'VecSwap':
        stack.pop();
        stack.pop();
        return this.#changeVector(state);
      case 'Ret':
        return this.#return(state);
      default:
        if (op.includes('BorrowField')) return this.#borrowField(state, instruction);
        if (op.endsWith('Ref')) return this.#unpackReference(state, instruction);
    }
    // Whatever is left works on values only.
    const [pops, pushes] = stackEffect(this.#view, this.#fn, instruction);
    stack.length -= pops;
    for (let i = 0; i < pushes; i++) stack.push(VALUE);
  }

  #copyLocal(state: State, local: number): void {
    const { graph, stack, locals } = state;
    const id = locals[local]!;
    if (id === VALUE) {
      if (this.#isMutablyBorrowed(graph, local)) {
        this.#fail('COPYLOC_EXISTS_BORROW_ERROR', `local ${local} is mutably borrowed`);
      }
      stack.push(VALUE);
      return;
    }
    const copy = this.#new(state, graph.isMutable(id));
    graph.borrow(id, '', copy);
    stack.push(copy);
  }

  /** A borrow of the frame as a whole (from edges given up) may be of any local. */
  #isMutablyBorrowed(graph: BorrowGraph, local: number): boolean {
    return graph.isWhollyBorrowed(this.#frame) || graph.isBorrowed(this.#frame, localLabel(local), true);
  }

  #borrowLocal(state: State, local: number, mutable: boolean): void {
    const { graph } = state;
    if (mutable ? graph.isWhollyBorrowed(this.#frame) : this.#isMutablyBorrowed(graph, local)) {
      this.#fail('BORROWLOC_EXISTS_BORROW_ERROR', `local ${local} is mutably borrowed`);
    }
    const id = this.#new(state, mutable);
    graph.borrow(this.#frame, localLabel(local), id);
    state.stack.push(id);
  }

  #borrowField(state: State, instruction: Instruction): void {
    const { graph, stack } = state;
    const mutable = instruction.op.startsWith('Mut');
    const label: Label = `F${this.#view.field(instruction).handleIndex};`;
    const id = stack.pop()!;
    if (!mutable) this.#requireReadable(state, id, label, 'FIELD_EXISTS_MUTABLE_BORROW_ERROR');
    else this.#requireNotWhollyBorrowed(graph, id);
    const field = this.#new(state, mutable);
    graph.borrow(id, label, field);
    graph.release(id);
    stack.push(field);
  }

  #requireNotWhollyBorrowed(graph: BorrowGraph, id: number): void {
    if (graph.isWhollyBorrowed(id)) {
      this.#fail('FIELD_EXISTS_MUTABLE_BORROW_ERROR', 'a reference that is still in use borrows the whole value');
    }
  }

  #unpackReference(state: State, instruction: Instruction): void {
    const { graph, stack } = state;
    const { enum: definition, tag, variant } = this.#view.variant(instruction);
    const mutable = instruction.op.endsWith('MutRef');
    const id = stack.pop()!;
    if (!mutable) this.#requireReadable(state, id, null, 'FIELD_EXISTS_MUTABLE_BORROW_ERROR');
    else this.#requireNotWhollyBorrowed(graph, id);
    variant.fields.forEach((_, i) => {
      const field = this.#new(state, mutable);
      graph.borrow(id, `V${definition.index}.${tag}.${i};`, field);
      stack.push(field);
    });
    graph.release(id);
  }

  /** Mutable references that are returned may point into any mutable argument, immutable ones into any argument. */
  #call(state: State, args: readonly number[], returns: readonly Ty[], rule: MoveRule): void {
    const { graph, stack } = state;
    const references = args.filter((id) => id !== VALUE);
    for (const id of references) this.#requireWritable(state, id, rule);
    const mutable = references.filter((id) => graph.isMutable(id));
    for (const type of returns) {
      if (!type.isReference) {
        stack.push(VALUE);
        continue;
      }
      const id = this.#new(state, type.kind === 'mut');
      for (const parent of type.kind === 'mut' ? mutable : references) graph.borrowWeakly(parent, id);
      stack.push(id);
      this.#charge(state);
    }
    for (const id of references) {
      graph.release(id);
      this.#charge(state);
    }
  }

  #changeVector(state: State): void {
    const id = state.stack.pop()!;
    this.#requireWritable(state, id, 'VEC_UPDATE_EXISTS_MUTABLE_BORROW_ERROR');
    state.graph.release(id);
  }

  #return(state: State): void {
    const { graph, stack, locals } = state;
    locals.forEach((id, local) => {
      this.#release(state, id);
      locals[local] = VALUE;
    });
    if (graph.isBorrowed(this.#frame, null, false)) {
      this.#fail('UNSAFE_RET_LOCAL_OR_RESOURCE_STILL_BORROWED', 'a reference to a local would be returned');
    }
    const returned = stack.splice(0).filter((id) => id !== VALUE);
    for (const id of returned) this.#requireWritable(state, id, 'RET_BORROWED_MUTABLE_REFERENCE_ERROR');
    for (const id of returned) graph.release(id);
  }
}

/** @throws VerificationError naming the instruction at which a reference would become unsafe */
export function checkReferences(
  view: ModuleView,
  fn: FunctionView,
  code: CodeView,
  cfg: ControlFlowGraph,
  meter: WorkMeter,
): void {
  analyze(cfg, code.instructions, new ReferenceAnalysis(view, fn, code, meter));
}
