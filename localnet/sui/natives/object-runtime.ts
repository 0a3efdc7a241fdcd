// The objects of one transaction: ids made and deleted, transfers, events, and children reached through dynamic fields.
// Native functions write here; the transaction's executor reads the results at the end. Limits are those of Sui's
// protocol configuration for transactions of users.

import { deserialize } from '../vm/bcs.ts';
import { MEMORY_ERROR, VmError } from '../vm/errors.ts';
import type { Type, TypeTable } from '../vm/types.ts';
import { copyValue, equalValues, Ref, type Struct, type Value } from '../vm/values.ts';

/** Ids and addresses are "0x" and 64 hex digits. Versions of shared owners are the executor's business. */
export type Owner =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'object'; readonly parent: string }
  | { readonly kind: 'shared' }
  | { readonly kind: 'immutable' }
  | { readonly kind: 'consensus'; readonly address: string };

/** An object in storage. */
export interface StoredObject {
  /** The type's text under defining ids, as `formatType` gives it. */
  readonly type: string;
  /** BCS. */
  readonly contents: Uint8Array;
  readonly version: bigint;
}

/** How the runtime reaches storage. */
export interface ObjectSource {
  /** The object owned by the object `parent` under the id `child`, as the transaction may see it. */
  readChild(parent: string, child: string): StoredObject | undefined;
  /** The object that the address (of an object) `parent` owns, at a version that the transaction may receive. */
  receive(parent: string, id: string, version: bigint): StoredObject | undefined;
}

export interface ObjectLimits {
  readonly newIds: number;
  readonly deletedIds: number;
  readonly transfers: number;
  readonly events: number;
  /** Abstract size of one event with its type, and of all events of the transaction. */
  readonly eventSize: number;
  readonly totalEventSize: number;
  readonly cachedObjects: number;
  readonly storeEntries: number;
}

/** For transactions of users. */
export const OBJECT_LIMITS: ObjectLimits = {
  newIds: 2048,
  deletedIds: 2048,
  transfers: 2048,
  events: 1024,
  eventSize: 250 * 1024,
  totalEventSize: 256 * 250 * 1024,
  cachedObjects: 1000,
  storeEntries: 1000,
};

/** For transactions that are not metered: those of the system, and unit tests. */
export const TEST_OBJECT_LIMITS: ObjectLimits = {
  ...OBJECT_LIMITS,
  newIds: 16 * 2048,
  deletedIds: 16 * 2048,
  transfers: 16 * 2048,
  cachedObjects: 16_000,
  storeEntries: 16_000,
};

/** Objects made at genesis under fixed ids: they count as new whenever they are first transferred. */
const FRAMEWORK_OBJECTS: ReadonlySet<string> = new Set(
  ['5', '6', '7', '8', '403', '9', 'acc', 'c', 'd', 'a'].map((id) => `0x${id.padStart(64, '0')}`),
);

export interface Write {
  readonly owner: Owner;
  readonly type: Type;
  readonly value: Value;
}

export interface EmittedEvent {
  readonly type: Type;
  readonly value: Value;
}

/** What a transaction did, for its executor. */
export interface RuntimeResults {
  /** Objects to write, in the order of their first transfer; children come last, by id. */
  readonly writes: ReadonlyMap<string, Write>;
  readonly events: readonly EmittedEvent[];
  /** Made in the transaction and not deleted in it. Some may be wrapped rather than written. */
  readonly created: ReadonlySet<string>;
  /** All ids made, those deleted again included. */
  readonly generated: ReadonlySet<string>;
  /** Deleted, and older than the transaction. */
  readonly deleted: ReadonlySet<string>;
  /** Children and received objects that were loaded, with their versions. */
  readonly loaded: ReadonlyMap<string, { readonly version: bigint; readonly modified: boolean }>;
}

/** A dynamic field's object. Its cell holds the value, or nothing once it is removed. */
interface Child {
  readonly parent: string;
  readonly type: Type;
  readonly cell: Value[];
  /** What storage held, to tell at the end whether anything changed. */
  readonly before: { readonly parent: string; readonly type: Type; readonly value: Value } | null;
}

/** How a child came to hand; decides what Sui charges for it. */
export type CacheInfo = { readonly from: 'value' | 'object' } | { readonly from: 'storage'; readonly bytes: number };

export type ChildResult =
  { readonly mismatch: true } | { readonly mismatch: false; readonly child: Child; readonly cache: CacheInfo };

/** Objects own one another in a circle: Sui's `CircularObjectOwnership`. */
export class CircularOwnershipError extends Error {
  readonly object: string;

  constructor(object: string) {
    super(
      `object ${object} would own itself through others: give it to an address, or to an object outside the circle`,
    );
    this.name = 'CircularOwnershipError';
    this.object = object;
  }
}

/** The id of an object's value: every object starts with `id: UID { id: ID { bytes: address } }`. */
export function idOf(object: Value): string {
  return (((object as Struct).fields[0] as Struct).fields[0] as Struct).fields[0] as string;
}

function limitError(subStatus: number, detail: string): never {
  throw new VmError('MEMORY_LIMIT_EXCEEDED', detail, subStatus);
}

function sameOwner(a: Owner, b: Owner): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'address' || a.kind === 'consensus') return a.address === (b as typeof a).address;
  return a.kind !== 'object' || a.parent === (b as typeof a).parent;
}

export class ObjectRuntime {
  readonly #types: TypeTable;
  readonly #source: ObjectSource;
  readonly #limits: ObjectLimits;
  /** Owners of the transaction's input objects. */
  inputs: Map<string, Owner>;
  newIds = new Set<string>();
  generatedIds = new Set<string>();
  deletedIds = new Set<string>();
  transfers = new Map<string, Write>();
  events: EmittedEvent[] = [];
  received = new Map<string, bigint>();
  #eventSize = 0;
  readonly #children = new Map<string, Child>();
  readonly #cached = new Map<string, StoredObject | null>();

  constructor(
    types: TypeTable,
    source: ObjectSource,
    inputs: ReadonlyMap<string, Owner> = new Map(),
    limits: ObjectLimits = OBJECT_LIMITS,
  ) {
    this.#types = types;
    this.#source = source;
    this.#limits = limits;
    this.inputs = new Map(inputs);
  }

  /** Records that the transaction makes an object of this id. */
  newId(id: string): void {
    if (this.newIds.size >= this.#limits.newIds) {
      limitError(MEMORY_ERROR.NEW_ID_COUNT_LIMIT_EXCEEDED, `more than ${this.#limits.newIds} ids are made`);
    }
    // A dynamic field deleted and added again in one transaction keeps its id and is not new.
    if (this.deletedIds.delete(id)) return;
    this.generatedIds.add(id);
    this.newIds.add(id);
  }

  /** Records that the object of this id is deleted. */
  deleteId(id: string): void {
    if (this.deletedIds.size >= this.#limits.deletedIds) {
      limitError(MEMORY_ERROR.DELETED_ID_COUNT_LIMIT_EXCEEDED, `more than ${this.#limits.deletedIds} ids are deleted`);
    }
    if (!this.newIds.delete(id)) this.deletedIds.add(id);
  }

  /**
   * Gives an object to an owner.
   *
   * @param atEnd whether the executor hands back an input that was not moved: its owner must not change.
   * @returns whether the object is new, stays with its owner, or changes hands.
   */
  transfer(owner: Owner, type: Type, value: Value, atEnd = false): 'new' | 'same' | 'changed' {
    const id = idOf(value);
    const framework = FRAMEWORK_OBJECTS.has(id);
    const before = this.inputs.get(id);
    let result: 'new' | 'same' | 'changed';
    if (this.newIds.has(id)) result = 'new';
    else if (before) result = sameOwner(owner, before) ? 'same' : 'changed';
    else if (framework) {
      this.newIds.add(id);
      this.generatedIds.add(id);
      result = 'new';
    } else result = 'changed';
    if (atEnd && result !== 'same') {
      throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `object ${id} changed its owner without a transfer`);
    }
    if (!framework && !atEnd && this.transfers.size >= this.#limits.transfers) {
      limitError(MEMORY_ERROR.TRANSFER_ID_COUNT_LIMIT_EXCEEDED, `more than ${this.#limits.transfers} transfers`);
    }
    this.transfers.set(id, { owner, type, value });
    return result;
  }

  /** Counts an event's size against the limits; to be called before `emit`. */
  countEvent(size: number): void {
    if (size > this.#limits.eventSize) {
      limitError(MEMORY_ERROR.EVENT_SIZE_LIMIT_EXCEEDED, `an event of size ${size} exceeds ${this.#limits.eventSize}`);
    }
    if (this.#eventSize + size > this.#limits.totalEventSize) {
      limitError(MEMORY_ERROR.TOTAL_EVENT_SIZE_LIMIT_EXCEEDED, `events exceed ${this.#limits.totalEventSize} in sum`);
    }
    this.#eventSize += size;
  }

  emit(type: Type, value: Value): void {
    if (this.events.length >= this.#limits.events) {
      limitError(MEMORY_ERROR.EVENT_COUNT_LIMIT_EXCEEDED, `more than ${this.#limits.events} events`);
    }
    this.events.push({ type, value });
  }

  /** The stored object of a child, remembered whether it exists or not. */
  #stored(parent: string, child: string): [CacheInfo, StoredObject | null] {
    const known = this.#cached.get(child);
    if (known !== undefined) return [{ from: 'object' }, known];
    const stored = this.#source.readChild(parent, child) ?? null;
    if (this.#cached.size >= this.#limits.cachedObjects) {
      const { cachedObjects } = this.#limits;
      limitError(MEMORY_ERROR.OBJECT_RUNTIME_CACHE_LIMIT_EXCEEDED, `more than ${cachedObjects} children are looked up`);
    }
    this.#cached.set(child, stored);
    return [{ from: 'storage', bytes: stored?.contents.length ?? 0 }, stored];
  }

  #checkStore(): void {
    if (this.#children.size >= this.#limits.storeEntries) {
      const { storeEntries } = this.#limits;
      limitError(MEMORY_ERROR.OBJECT_RUNTIME_STORE_LIMIT_EXCEEDED, `more than ${storeEntries} children are in use`);
    }
  }

  #decode(type: Type, object: StoredObject, id: string): Value {
    try {
      return deserialize(this.#types, type, object.contents);
    } catch {
      throw new VmError('FAILED_TO_DESERIALIZE_RESOURCE', `object ${id} is no ${type.key}`);
    }
  }

  /** The child object, loaded if need be. A child that does not exist has an empty cell. */
  child(parent: string, id: string, type: Type): ChildResult {
    const known = this.#children.get(id);
    if (known)
      return known.type === type ? { mismatch: false, child: known, cache: { from: 'value' } } : { mismatch: true };
    const [cache, stored] = this.#stored(parent, id);
    if (stored && stored.type !== type.key) return { mismatch: true };
    const value = stored && this.#decode(type, stored, id);
    this.#checkStore();
    const child: Child =
      value === null
        ? { parent, type, cell: [], before: null }
        : { parent, type, cell: [value], before: { parent, type, value: copyValue(value) } };
    this.#children.set(id, child);
    return { mismatch: false, child, cache };
  }

  addChild(parent: string, type: Type, value: Value): void {
    const id = idOf(value);
    this.#checkStore();
    const known = this.#children.get(id);
    if (known && known.cell.length > 0) {
      throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `child ${id} is added while it exists`);
    }
    this.#children.set(id, { parent, type, cell: [value], before: known?.before ?? null });
  }

  childExists(parent: string, id: string, type: Type | null = null): [CacheInfo, boolean] {
    const known = this.#children.get(id);
    if (known) return [{ from: 'value' }, known.cell.length > 0 && (!type || known.type === type)];
    const [cache, stored] = this.#stored(parent, id);
    return [cache, stored !== null && (!type || stored.type === type.key)];
  }

  /** Receives an object sent to the address of `parent`; undefined if there is none, null if its type is another. */
  receive(parent: string, id: string, version: bigint, type: Type): Value | null | undefined {
    const stored = this.#source.receive(parent, id, version);
    if (!stored) return undefined;
    if (stored.type !== type.key) return null;
    const value = this.#decode(type, stored, id);
    if (this.received.has(id)) {
      throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `object ${id} is received twice`);
    }
    this.received.set(id, stored.version);
    return value;
  }

  /** A reference to the value in a child's cell. */
  static borrow(child: Child): Ref {
    return new Ref(child.cell, 0);
  }

  /** Children that hold a value now, by id. */
  activeChildren(): [id: string, child: Child][] {
    return [...this.#children].filter(([, c]) => c.cell.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Forgets ids, transfers and events, as test_scenario does between transactions; children stay. */
  nextTransaction(inputs: ReadonlyMap<string, Owner>): void {
    this.inputs = new Map(inputs);
    this.newIds = new Set();
    this.generatedIds = new Set();
    this.deletedIds = new Set();
    this.transfers = new Map();
    this.events = [];
    this.received = new Map();
    this.#eventSize = 0;
  }

  /**
   * What the transaction did.
   *
   * @throws CircularOwnershipError if objects own one another in a circle.
   */
  finish(): RuntimeResults {
    const loaded = new Map<string, { version: bigint; modified: boolean }>();
    for (const [id, stored] of this.#cached) if (stored) loaded.set(id, { version: stored.version, modified: false });
    for (const [id, version] of this.received) loaded.set(id, { version, modified: true });
    const writes = new Map(this.transfers);
    const children = [...this.#children].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [id, { parent, type, cell, before }] of children) {
      const value = cell[0];
      const changed =
        value === undefined
          ? before !== null
          : !before || before.parent !== parent || before.type !== type || !equalValues(before.value, value);
      if (!changed) continue;
      const entry = loaded.get(id);
      if (entry) entry.modified = true;
      if (value !== undefined) writes.set(id, { owner: { kind: 'object', parent }, type, value });
    }
    checkOwnership(writes);
    // What was taken out of its field in one command and transferred or deleted in another was modified, too.
    for (const id of [...writes.keys(), ...this.deletedIds]) {
      const entry = loaded.get(id);
      if (entry) entry.modified = true;
    }
    return {
      writes,
      events: this.events,
      created: this.newIds,
      generated: this.generatedIds,
      deleted: this.deletedIds,
      loaded,
    };
  }
}

/** Refuses objects that own one another in a circle: nobody could ever use them. */
export function checkOwnership(writes: ReadonlyMap<string, Write>): void {
  const parents = new Map<string, string>();
  for (const [id, { owner }] of writes) {
    if (owner.kind !== 'object') continue;
    for (let at: string | undefined = owner.parent; at !== undefined; at = parents.get(at)) {
      if (at === id) throw new CircularOwnershipError(id);
    }
    parents.set(id, owner.parent);
  }
}
