// The control flow graph of a function and what is asked of it: code does not run off its end, and loops are proper loops
// with one entry each, not nested too deep.

import { TERMINATORS } from '../code.ts';
import type { VerifierLimits } from '../limits.ts';
import type { CodeView, FunctionView, ModuleView } from '../view.ts';

export interface Block {
  /** Offsets of the first and the last instruction. */
  readonly start: number;
  readonly end: number;
  /** Indices of blocks, ascending. */
  readonly successors: readonly number[];
}

export interface ControlFlowGraph {
  /** By offset; the first is the entry. */
  readonly blocks: readonly Block[];
  /** Blocks that can be reached, each after its predecessors except along jumps back (reverse postorder). */
  readonly order: readonly number[];
  /** Place of each block in `order`; -1 if it cannot be reached. */
  readonly position: readonly number[];
  /** Jumps back: how many. */
  readonly backEdges: number;
}

/** Offsets that an instruction may jump to. */
function jumpTargets(code: CodeView, at: number): readonly number[] {
  const { op, operand } = code.instructions[at]!;
  if (op === 'VariantSwitch') return code.jumpTables[operand]!.offsets;
  return op === 'Branch' || op === 'BrTrue' || op === 'BrFalse' ? [operand] : [];
}

function makeBlocks(code: CodeView): Block[] {
  const { instructions } = code;
  const starts = new Set([0]);
  instructions.forEach(({ op }, at) => {
    const targets = jumpTargets(code, at);
    for (const target of targets) starts.add(target);
    if (targets.length > 0 || TERMINATORS.has(op)) starts.add(at + 1);
  });
  starts.delete(instructions.length);
  const offsets = [...starts].sort((a, b) => a - b);
  const blockAt = new Map(offsets.map((offset, index) => [offset, index]));
  return offsets.map((start, index) => {
    const end = (offsets[index + 1] ?? instructions.length) - 1;
    const next = new Set(jumpTargets(code, end));
    if (!TERMINATORS.has(instructions[end]!.op)) next.add(end + 1);
    const successors = [...next].map((offset) => blockAt.get(offset)!).sort((a, b) => a - b);
    return { start, end, successors };
  });
}

/** Later successors first, so that of two ways the one that comes first in the code comes first in the order. */
function reversePostorder(blocks: readonly Block[]): number[] {
  const order: number[] = [];
  const seen = new Set([0]);
  const path = [{ block: 0, next: 1 }];
  while (path.length > 0) {
    const frame = path.at(-1)!;
    const successor = blocks[frame.block]!.successors.at(-frame.next++);
    if (successor === undefined) {
      order.push(frame.block);
      path.pop();
    } else if (!seen.has(successor)) {
      seen.add(successor);
      path.push({ block: successor, next: 1 });
    }
  }
  return order.reverse();
}

/** Predecessors by position in `order`. */
function predecessors(blocks: readonly Block[], order: readonly number[], position: readonly number[]): number[][] {
  const result: number[][] = order.map(() => []);
  order.forEach((block, at) => {
    for (const successor of blocks[block]!.successors) result[position[successor]!]!.push(at);
  });
  return result;
}

/**
 * Immediate dominators by position (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm). A position's immediate
 * dominator comes before it; that of the entry is itself.
 */
function dominators(preds: readonly (readonly number[])[]): number[] {
  const idom: number[] = preds.map((_, i) => (i === 0 ? 0 : -1));
  const intersect = (a: number, b: number): number => {
    while (a !== b) {
      while (a > b) a = idom[a]!;
      while (b > a) b = idom[b]!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < preds.length; i++) {
      const known = preds[i]!.filter((p) => idom[p] !== -1);
      const found = known.reduce(intersect);
      if (idom[i] !== found) {
        idom[i] = found;
        changed = true;
      }
    }
  }
  return idom;
}

/** The innermost loops first, each with the positions in it, head included. */
function naturalLoops(preds: readonly (readonly number[])[]): { readonly head: number; readonly body: Set<number> }[] {
  const loops: { head: number; body: Set<number> }[] = [];
  for (let head = preds.length - 1; head >= 0; head--) {
    const work = preds[head]!.filter((p) => p >= head);
    if (work.length === 0) continue;
    const body = new Set([head]);
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (body.has(node)) continue;
      body.add(node);
      work.push(...preds[node]!);
    }
    loops.push({ head, body });
  }
  return loops;
}

/**
 * Builds and checks the graph.
 *
 * @throws VerificationError EMPTY_CODE_UNIT, INVALID_FALL_THROUGH, TOO_MANY_BASIC_BLOCKS, INVALID_LOOP_SPLIT (a jump into
 *   the middle of a loop), LOOP_MAX_DEPTH_REACHED, TOO_MANY_BACK_EDGES
 */
export function controlFlow(
  view: ModuleView,
  fn: FunctionView,
  code: CodeView,
  limits: VerifierLimits,
): ControlFlowGraph {
  const { instructions } = code;
  const last = instructions.at(-1);
  if (!last) view.fail('EMPTY_CODE_UNIT', 'no instruction', fn);
  if (!TERMINATORS.has(last.op)) {
    view.fail('INVALID_FALL_THROUGH', `the code ends with ${last.op}`, fn, instructions.length - 1);
  }
  const blocks = makeBlocks(code);
  if (blocks.length > limits.basicBlocks) view.fail('TOO_MANY_BASIC_BLOCKS', `${blocks.length} blocks`, fn);
  const order = reversePostorder(blocks);
  const position = new Array<number>(blocks.length).fill(-1);
  order.forEach((block, at) => (position[block] = at));
  const preds = predecessors(blocks, order, position);
  const idom = dominators(preds);
  const dominates = (a: number, b: number): boolean => {
    while (b > a) b = idom[b]!;
    return a === b;
  };
  let backEdges = 0;
  preds.forEach((from, to) => {
    for (const pred of from) {
      if (pred < to) continue;
      backEdges++;
      if (!dominates(to, pred)) {
        view.fail(
          'INVALID_LOOP_SPLIT',
          'a loop can be entered other than by its head',
          fn,
          blocks[order[pred]!]!.start,
        );
      }
    }
  });
  if (backEdges > limits.backEdges) view.fail('TOO_MANY_BACK_EDGES', `${backEdges} jumps back`, fn);
  const depths = new Map<number, number>();
  for (const { head, body } of naturalLoops(preds)) {
    let depth = 1;
    for (const [inner, d] of depths) if (body.has(inner)) depth = Math.max(depth, d + 1);
    depths.set(head, depth);
    if (depth > limits.loopDepth) {
      view.fail('LOOP_MAX_DEPTH_REACHED', `loops nest ${depth} deep`, fn, blocks[order[head]!]!.start);
    }
  }
  return { blocks, order, position, backEdges };
}
