/**
 * Read masks with Sui's meaning: a mask is a tree of field names; a name without children selects everything below it;
 * `*` selects everything; a field is served when it, or anything below it, is selected.
 */
import { invalid } from './status.ts';

/** The reflection data of a protobuf message that masks need. */
export interface MessageShape {
  readonly typeName: string;
  readonly fields: readonly {
    readonly name: string;
    readonly localName?: string;
    readonly kind: string;
    readonly T?: unknown;
  }[];
}

interface Node {
  readonly children: Map<string, Node>;
}

const MAX_PATHS = 256;
const MAX_PATH_LENGTH = 512;

/** A parsed read mask. */
export class FieldMask {
  readonly #all: boolean;
  readonly #root: Node;

  private constructor(all: boolean, root: Node) {
    this.#all = all;
    this.#root = root;
  }

  /** The mask that selects everything. */
  static everything(): FieldMask {
    return new FieldMask(true, { children: new Map() });
  }

  /** A mask of known paths, separated by commas. */
  static of(paths: string): FieldMask {
    return FieldMask.#build(paths.split(','));
  }

  /**
   * The mask of a request.
   * @param type the message that the mask applies to; every path must name one of its fields
   * @param mask as sent; when absent, `fallback` (paths separated by commas) applies
   */
  static parse(type: MessageShape, mask: { paths: string[] } | undefined, fallback: string): FieldMask {
    if (!mask) return FieldMask.of(fallback);
    if (mask.paths.length > MAX_PATHS) throw invalid('read_mask', `more than ${MAX_PATHS} paths`);
    for (const path of mask.paths) {
      if (path !== '*' && (path.length > MAX_PATH_LENGTH || !isField(type, path.split('.')))) {
        throw invalid('read_mask', `invalid read_mask path: ${path.slice(0, MAX_PATH_LENGTH)}`);
      }
    }
    return FieldMask.#build(mask.paths);
  }

  static #build(paths: readonly string[]): FieldMask {
    if (paths.includes('*')) return FieldMask.everything();
    const root: Node = { children: new Map() };
    for (const path of paths) {
      let node = root;
      let fresh = false;
      let covered = false;
      for (const part of path.split('.')) {
        // A shorter path already selects everything below this point.
        covered = !fresh && node !== root && node.children.size === 0;
        if (covered) break;
        let child = node.children.get(part);
        fresh = child === undefined;
        if (!child) node.children.set(part, (child = { children: new Map() }));
        node = child;
      }
      if (!covered) node.children.clear();
    }
    return new FieldMask(false, root);
  }

  /** Whether a field, given by its path, is selected wholly or in part. */
  has(path: string): boolean {
    return this.sub(path) !== undefined;
  }

  /** The mask for the message in a field, or undefined when the field is not selected. */
  sub(path: string): FieldMask | undefined {
    if (this.#all) return this;
    let node = this.#root;
    for (const part of path.split('.')) {
      if (node !== this.#root && node.children.size === 0) return FieldMask.everything();
      const child = node.children.get(part);
      if (!child) return undefined;
      node = child;
    }
    return node.children.size === 0 ? FieldMask.everything() : new FieldMask(false, node);
  }
}

function isField(type: MessageShape, [name, ...rest]: string[]): boolean {
  const field = type.fields.find((candidate) => candidate.name === name);
  if (!field) return false;
  if (rest.length === 0) return true;
  if (field.kind !== 'message' || typeof field.T !== 'function') return false;
  const shape = (field.T as () => MessageShape)();
  // Well-known types are values, not messages with fields of their own.
  return !shape.typeName.startsWith('google.protobuf.') && isField(shape, rest);
}

/** Renderers by field; each gets the mask for what is below it. */
export type Renderers<T> = { [K in keyof T]?: (mask: FieldMask) => T[K] | undefined };

/**
 * Renders the selected fields of a message and no others.
 * @param fields renderers under the fields' names in TypeScript (camelCase)
 */
export function project<T extends object>(mask: FieldMask, fields: Renderers<T>): T {
  const message: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[]) {
    const sub = mask.sub(snakeCase(key));
    const value = sub && fields[key]!(sub);
    if (value !== undefined) message[key] = value;
  }
  return message as T;
}

const snakes = new Map<string, string>();

function snakeCase(key: string): string {
  let name = snakes.get(key);
  if (name === undefined) snakes.set(key, (name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
  return name;
}
