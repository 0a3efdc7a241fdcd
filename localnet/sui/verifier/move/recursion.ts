// Nothing may be infinite: no datatype contains itself, and no recursion of generic functions makes ever larger types.

import type { Ty } from '../types.ts';
import type { ModuleView } from '../view.ts';

/**
 * Strongly connected components of a graph (Tarjan's algorithm, with an explicit stack, since the graph is untrusted).
 *
 * @param successors for each node
 * @returns the component of each node
 */
export function components(successors: readonly (readonly number[])[]): number[] {
  const component = new Array<number>(successors.length).fill(-1);
  const order = new Array<number>(successors.length).fill(-1);
  const low = new Array<number>(successors.length).fill(-1);
  const open: number[] = [];
  let visited = 0;
  let found = 0;
  for (let root = 0; root < successors.length; root++) {
    if (order[root] !== -1) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    while (path.length > 0) {
      const frame = path.at(-1)!;
      const { node } = frame;
      if (frame.next === 0) {
        order[node] = low[node] = visited++;
        open.push(node);
      }
      const successor = successors[node]![frame.next++];
      if (successor !== undefined) {
        if (order[successor] === -1) path.push({ node: successor, next: 0 });
        else if (component[successor] === -1) low[node] = Math.min(low[node]!, order[successor]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low[parent.node] = Math.min(low[parent.node]!, low[node]!);
      if (low[node] !== order[node]) continue;
      for (let member = -1; member !== node;) component[(member = open.pop()!)] = found;
      found++;
    }
  }
  return component;
}

/** Visits a type and everything in it. */
function visitTy(ty: Ty, visit: (ty: Ty) => void): void {
  visit(ty);
  if (ty.elem) visitTy(ty.elem, visit);
  for (const arg of ty.args) visitTy(arg, visit);
}

/** No datatype of the module contains itself, not even through a vector or a type argument. */
export function checkRecursiveData(view: ModuleView): void {
  const successors: number[][] = view.datatypes.map(() => []);
  const fields = [
    ...view.structs.map(({ handle, fields }) => ({ handle, fields })),
    ...view.enums.map(({ handle, variants }) => ({ handle, fields: variants.flatMap((v) => v.fields) })),
  ];
  for (const { handle, fields: list } of fields) {
    for (const { type } of list) {
      visitTy(type, (t) => {
        const inner = t.kind === 'datatype' ? view.datatypes[t.index]! : null;
        if (inner?.module === view.selfHandle) successors[handle.index]!.push(inner.index);
      });
    }
  }
  const component = components(successors);
  for (const { index, name } of view.datatypes) {
    if (successors[index]!.some((s) => component[s] === component[index])) {
      view.fail('RECURSIVE_DATATYPE_DEFINITION', `${name} contains itself`);
    }
  }
}

/**
 * Type parameters of functions are nodes; a call that binds a callee's parameter to a type in which the caller's occurs is
 * an edge. A cycle with an edge that wraps the parameter in another type would make infinitely many instances.
 */
export function checkInstantiationLoops(view: ModuleView): void {
  const firstNode: number[] = [];
  let count = 0;
  const definitions = new Map<number, number>();
  for (const fn of view.functions) {
    definitions.set(fn.handle.index, fn.index);
    firstNode.push(count);
    count += fn.handle.constraints.length;
  }
  const successors: number[][] = Array.from({ length: count }, () => []);
  const wrapping: { readonly from: number; readonly to: number; readonly fn: number; readonly at: number }[] = [];
  for (const fn of view.functions) {
    fn.code?.instructions.forEach((instruction, at) => {
      if (instruction.op !== 'CallGeneric') return;
      const { handle, args } = view.callee(instruction);
      const callee = definitions.get(handle.index);
      if (callee === undefined) return;
      args.forEach((arg, i) => {
        visitTy(arg, (t) => {
          if (t.kind !== 'param') return;
          const edge = { from: firstNode[fn.index]! + t.index, to: firstNode[callee]! + i, fn: fn.index, at };
          successors[edge.from]!.push(edge.to);
          if (t !== arg) wrapping.push(edge);
        });
      });
    });
  }
  const component = components(successors);
  const loop = wrapping.find(({ from, to }) => component[from] === component[to]);
  if (loop) {
    const detail = 'this recursive call makes a larger type each time';
    view.fail('LOOP_IN_INSTANTIATION_GRAPH', detail, view.functions[loop.fn], loop.at);
  }
}
