// Which references borrow from which. A node is a reference, an edge from P to C says that C points into what P points
// to: along a path of fields exactly ("strong"), or to anything at or below the path ("weak").

/** A step of a path. Ends with ';', so that a prefix of a path's text is a prefix of the path. */
export type Label = `${string};`;

interface Edge {
  readonly strong: boolean;
  /** Labels put together; empty for what the parent points to itself. */
  readonly path: string;
}

/** More edges than this between two references are given up for one that says "anywhere". */
const MAX_EDGES = 10;
const ANYWHERE: Edge = { strong: false, path: '' };

class EdgeSet {
  readonly #edges: Map<string, Edge>;
  #overflown: boolean;

  constructor(edges: Map<string, Edge> = new Map(), overflown = false) {
    this.#edges = edges;
    this.#overflown = overflown;
  }

  static #key(edge: Edge): string {
    return (edge.strong ? '=' : '~') + edge.path;
  }

  add(edge: Edge): void {
    if (this.#overflown) return;
    if (this.#edges.size >= MAX_EDGES) {
      this.#edges.clear();
      this.#overflown = true;
      edge = ANYWHERE;
    }
    this.#edges.set(EdgeSet.#key(edge), edge);
  }

  delete(edge: Edge): void {
    this.#edges.delete(EdgeSet.#key(edge));
  }

  /** Whether what `edge` says is said already. */
  covers(edge: Edge): boolean {
    if (this.#edges.has(EdgeSet.#key(edge))) return true;
    for (const { strong, path } of this.#edges.values()) if (!strong && edge.path.startsWith(path)) return true;
    return false;
  }

  clone(): EdgeSet {
    return new EdgeSet(new Map(this.#edges), this.#overflown);
  }

  get size(): number {
    return this.#edges.size;
  }

  [Symbol.iterator](): Iterator<Edge> {
    return this.#edges.values();
  }
}

interface Node {
  readonly mutable: boolean;
  readonly children: Map<number, EdgeSet>;
  readonly parents: Set<number>;
}

export class BorrowGraph {
  readonly #nodes: Map<number, Node>;
  /** Edges touched so far: a measure of work. */
  work = 0;

  constructor(nodes: Map<number, Node> = new Map()) {
    this.#nodes = nodes;
  }

  clone(): BorrowGraph {
    const nodes = new Map<number, Node>();
    for (const [id, { mutable, children, parents }] of this.#nodes) {
      const copied = new Map<number, EdgeSet>();
      for (const [child, edges] of children) {
        copied.set(child, edges.clone());
        this.work += edges.size;
      }
      nodes.set(id, { mutable, children: copied, parents: new Set(parents) });
    }
    this.work += nodes.size;
    return new BorrowGraph(nodes);
  }

  add(id: number, mutable: boolean): void {
    this.#nodes.set(id, { mutable, children: new Map(), parents: new Set() });
  }

  isMutable(id: number): boolean {
    return this.#nodes.get(id)!.mutable;
  }

  #addEdge(parent: number, child: number, edge: Edge): void {
    this.work++;
    const { children } = this.#nodes.get(parent)!;
    let edges = children.get(child);
    if (!edges) children.set(child, (edges = new EdgeSet()));
    edges.add(edge);
    this.#nodes.get(child)!.parents.add(parent);
  }

  /** `child` may point anywhere into what `parent` points to. */
  borrowWeakly(parent: number, child: number): void {
    this.#addEdge(parent, child, ANYWHERE);
  }

  /**
   * `child`, a new reference, points to what is at `path` from `parent`. What borrows from there or below already comes
   * to borrow from `child`.
   */
  borrow(parent: number, path: string, child: number): void {
    const { children } = this.#nodes.get(parent)!;
    for (const [id, edges] of [...children]) {
      for (const edge of [...edges]) {
        this.work++;
        if (!edge.path.startsWith(path)) continue;
        edges.delete(edge);
        this.#addEdge(child, id, { strong: edge.strong, path: edge.path.slice(path.length) });
      }
      if (edges.size === 0) {
        children.delete(id);
        this.#nodes.get(id)!.parents.delete(parent);
      }
    }
    this.#addEdge(parent, child, { strong: true, path });
  }

  /** Forgets a reference that is no more; what borrowed from it borrows from what it borrowed from. */
  release(id: number): void {
    const { children, parents } = this.#nodes.get(id)!;
    this.#nodes.delete(id);
    for (const child of children.keys()) this.#nodes.get(child)!.parents.delete(id);
    for (const parent of parents) {
      const above = this.#nodes.get(parent)!.children;
      const upper = above.get(id)!;
      above.delete(id);
      for (const { strong, path } of upper) {
        for (const [child, edges] of children) {
          if (child === parent) continue;
          for (const lower of edges) {
            this.#addEdge(parent, child, {
              strong: strong && lower.strong,
              path: strong ? path + lower.path : path,
            });
          }
        }
      }
    }
  }

  /**
   * Whether something borrows from a reference: from the whole of it, or from its part at `label` (without a label, from
   * any part).
   *
   * @param mutably count mutable references only
   */
  isBorrowed(id: number, label: Label | null, mutably: boolean): boolean {
    for (const [child, edges] of this.#nodes.get(id)!.children) {
      if (mutably && !this.isMutable(child)) continue;
      for (const { path } of edges) {
        this.work++;
        if (path === '' || label === null || path.startsWith(label)) return true;
      }
    }
    return false;
  }

  /** Whether something borrows from the whole of a reference. */
  isWhollyBorrowed(id: number): boolean {
    for (const edges of this.#nodes.get(id)!.children.values()) {
      for (const { path } of edges) if (path === '') return true;
    }
    return false;
  }

  /** The same graph with other names for its references; all must be given one. */
  renamed(names: ReadonlyMap<number, number>): BorrowGraph {
    const nodes = new Map<number, Node>();
    for (const [id, { mutable, children, parents }] of this.#nodes) {
      nodes.set(names.get(id)!, {
        mutable,
        children: new Map([...children].map(([child, edges]) => [names.get(child)!, edges])),
        parents: new Set([...parents].map((parent) => names.get(parent)!)),
      });
    }
    const result = new BorrowGraph(nodes);
    result.work = this.work;
    return result;
  }

  /** Adds what another graph over the same references says; true if it says more. */
  join(other: BorrowGraph): boolean {
    const missing: [parent: number, child: number, edge: Edge][] = [];
    for (const [parent, { children }] of other.#nodes) {
      const known = this.#nodes.get(parent)!.children;
      for (const [child, edges] of children) {
        for (const edge of edges) {
          this.work++;
          if (!known.get(child)?.covers(edge)) missing.push([parent, child, edge]);
        }
      }
    }
    for (const [parent, child, edge] of missing) this.#addEdge(parent, child, edge);
    return missing.length > 0;
  }
}
