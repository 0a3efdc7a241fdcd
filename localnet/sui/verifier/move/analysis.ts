// Abstract interpretation: a state for every point of the code that covers all ways to get there.

import type { ControlFlowGraph } from './control-flow.ts';
import type { Instruction } from '../code.ts';

/** What an analysis knows and how an instruction changes it. States of a function have finitely many joins. */
export interface Analysis<State> {
  initial(): State;
  clone(state: State): State;
  /** Changes the state in place; throws if the instruction may not be executed in it. */
  execute(state: State, instruction: Instruction, at: number): void;
  /** Brings the state of a block's end into the form in which states are joined. */
  finish(state: State): void;
  /** Adds what `other` knows to `state`; true if that changed it. */
  join(state: State, other: State): boolean;
}

/** Runs an analysis over the code that can be reached, until the states no longer change. */
export function analyze<State>(
  cfg: ControlFlowGraph,
  instructions: readonly Instruction[],
  analysis: Analysis<State>,
): void {
  const { blocks, order, position } = cfg;
  const before: (State | undefined)[] = order.map((_, i) => (i === 0 ? analysis.initial() : undefined));
  for (let at = 0; at < order.length;) {
    const { start, end, successors } = blocks[order[at]!]!;
    const state = analysis.clone(before[at]!);
    for (let offset = start; offset <= end; offset++) analysis.execute(state, instructions[offset]!, offset);
    analysis.finish(state);
    let next = at + 1;
    for (const successor of successors) {
      const to = position[successor]!;
      const known = before[to];
      if (known === undefined) before[to] = analysis.clone(state);
      // A jump back to a loop whose state has grown: the loop is done again before what follows it.
      else if (analysis.join(known, state) && to <= at) {
        next = to;
        break;
      }
    }
    at = next;
  }
}
