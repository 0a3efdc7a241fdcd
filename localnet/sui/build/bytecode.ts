import { MoveBuildError } from './errors.ts';

/** A module's name: the account address (64 hex digits, no 0x) and the identifier. */
export interface ModuleId {
  readonly address: string;
  readonly name: string;
}

/** Who a compiled module is, and which modules its code and types refer to. */
export interface ModuleHeader {
  readonly self: ModuleId;
  readonly imports: readonly ModuleId[];
}

const MAGIC = 0xa11ceb0b;
const TABLE_MODULE_HANDLES = 0x1;
const TABLE_IDENTIFIERS = 0x7;
const TABLE_ADDRESSES = 0x8;
const MAX_TABLES = 32;

/**
 * Reads the head of a compiled module (Move binary format 7): its own name and its imports.
 *
 * @throws MoveBuildError `bytecode` on anything but a well-formed header, also for modules compiled with a
 *   compiler mode (magic 0xDEADC0DE), which no chain accepts
 */
export function readModuleHeader(bytes: Uint8Array): ModuleHeader {
  const reader = new Reader(bytes);
  if (reader.u32be() !== MAGIC) throw new MoveBuildError('bytecode', 'not a publishable Move module: wrong magic');
  reader.skip(4); // version and flavor
  const count = reader.uleb();
  if (count > MAX_TABLES) throw new MoveBuildError('bytecode', `a module cannot have ${count} tables`);
  const tables = new Map<number, { start: number; length: number }>();
  for (let i = 0; i < count; i++) {
    const kind = reader.u8();
    tables.set(kind, { start: reader.uleb(), length: reader.uleb() });
  }
  const content = reader.offset;
  const table = (kind: number): Reader => {
    const at = tables.get(kind);
    if (!at) throw new MoveBuildError('bytecode', `a module needs table ${kind}`);
    return reader.slice(content + at.start, at.length);
  };

  const identifiers: string[] = [];
  for (let r = table(TABLE_IDENTIFIERS); !r.done();) identifiers.push(r.text(r.uleb()));
  const addresses: string[] = [];
  for (let r = table(TABLE_ADDRESSES); !r.done();) addresses.push(r.hex(32));
  const handles: ModuleId[] = [];
  for (let r = table(TABLE_MODULE_HANDLES); !r.done();) {
    handles.push({ address: at(addresses, r.uleb()), name: at(identifiers, r.uleb()) });
  }

  // The self handle index follows the last table.
  const end = Math.max(...[...tables.values()].map((t) => t.start + t.length));
  const tail = reader.slice(content + end, bytes.length - content - end);
  const selfIndex = tail.uleb();
  if (!tail.done()) throw new MoveBuildError('bytecode', 'trailing bytes after a module');
  return { self: at(handles, selfIndex), imports: handles.filter((_, i) => i !== selfIndex) };
}

/**
 * Orders modules so that each comes after those of the same list that it imports; ties keep their order.
 *
 * @throws MoveBuildError `bytecode` on a module given twice or an import cycle
 */
export function sortByDependency(modules: readonly Uint8Array[]): Uint8Array[] {
  const nodes = new Map<string, { bytes: Uint8Array; imports: string[] }>();
  for (const bytes of modules) {
    const { self, imports } = readModuleHeader(bytes);
    if (nodes.has(key(self))) throw new MoveBuildError('bytecode', `module ${key(self)} is given twice`);
    nodes.set(key(self), { bytes, imports: imports.map(key) });
  }
  const sorted: Uint8Array[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string): void => {
    const node = nodes.get(id);
    if (!node || state.get(id) === 'done') return;
    if (state.get(id) === 'open') throw new MoveBuildError('bytecode', `module ${id} imports itself in a circle`);
    state.set(id, 'open');
    node.imports.forEach(visit);
    state.set(id, 'done');
    sorted.push(node.bytes);
  };
  for (const id of nodes.keys()) visit(id);
  return sorted;
}

function key(id: ModuleId): string {
  return `${id.address}::${id.name}`;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new MoveBuildError('bytecode', `index ${index} is outside its table`);
  return item;
}

/** Cursor that never reads past its input. */
class Reader {
  readonly #bytes: Uint8Array;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  done(): boolean {
    return this.offset === this.#bytes.length;
  }

  skip(length: number): void {
    this.#take(length);
  }

  u8(): number {
    return this.#take(1)[0]!;
  }

  u32be(): number {
    const b = this.#take(4);
    return ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0;
  }

  /** ULEB128 of at most 32 bits. */
  uleb(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    throw new MoveBuildError('bytecode', 'an index does not fit in 32 bits');
  }

  text(length: number): string {
    return Buffer.from(this.#take(length)).toString('utf8');
  }

  hex(length: number): string {
    return Buffer.from(this.#take(length)).toString('hex');
  }

  slice(start: number, length: number): Reader {
    if (length < 0 || start + length > this.#bytes.length) {
      throw new MoveBuildError('bytecode', 'a table reaches past the end of the module');
    }
    return new Reader(this.#bytes.subarray(start, start + length));
  }

  #take(length: number): Uint8Array {
    if (this.offset + length > this.#bytes.length) {
      throw new MoveBuildError('bytecode', 'the module ends early');
    }
    this.offset += length;
    return this.#bytes.subarray(this.offset - length, this.offset);
  }
}
