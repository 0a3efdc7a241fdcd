/** All versions of all objects, with the indices that queries need. */
import type { PreparedTransaction } from './effects.ts';
import type { MoveRecord, ObjectRecord, PackageRecord } from './objects.ts';
import { ownerAddress, type ObjectKey } from './types.ts';

/** Versions kept, in ascending order, and the last one ever written. */
interface History {
  versions: ObjectRecord[];
  last: bigint;
}

type Index = Map<string, Map<string, MoveRecord>>;

/**
 * The object store. `apply` is the only way in and cannot fail half-way: everything that may be refused was refused
 * when the transaction was prepared.
 */
export class ObjectStore {
  readonly #history = new Map<string, History>();
  readonly #live = new Map<string, ObjectRecord>();
  readonly #wrapped = new Set<string>();
  /** Owned by an account or by an object that is addressed like one. */
  readonly #owned: Index = new Map();
  /** Dynamic fields and their values by parent. */
  readonly #children: Index = new Map();
  readonly #packages: PackageRecord[] = [];
  /** First coin metadata, treasury cap and the like of each coin type: `<struct name> <coin type>` to object id. */
  readonly #coinObjects = new Map<string, string>();

  /** The current version of an object that exists on its own. */
  live(id: string): ObjectRecord | undefined {
    return this.#live.get(id);
  }

  /** A particular version, live or not. */
  at(id: string, version: bigint): ObjectRecord | undefined {
    return this.#history.get(id)?.versions.findLast((object) => object.version === version);
  }

  /** The last version under which the object appeared on its own, even if it is kept no more. */
  lastVersion(id: string): bigint | undefined {
    return this.#history.get(id)?.last;
  }

  /** Whether the object is inside another one. */
  isWrapped(id: string): boolean {
    return this.#wrapped.has(id);
  }

  /** Number of object versions held. */
  get size(): number {
    let count = 0;
    for (const { versions } of this.#history.values()) count += versions.length;
    return count;
  }

  /** Objects owned by an address (also through consensus), unordered. */
  owned(address: string): Iterable<MoveRecord> {
    return this.#owned.get(address)?.values() ?? [];
  }

  /** Objects whose parent is the given object, unordered. */
  children(parent: string): Iterable<MoveRecord> {
    return this.#children.get(parent)?.values() ?? [];
  }

  /** The first object of type `0x2::coin::<name><coinType>`, e.g. the metadata of a coin. */
  coinObject(name: string, coinType: string): ObjectRecord | undefined {
    const id = this.#coinObjects.get(`${name} ${coinType}`);
    return id === undefined ? undefined : this.#live.get(id);
  }

  /** All packages, in the order of publication. */
  packages(): readonly PackageRecord[] {
    return this.#packages;
  }

  /** Applies a transaction. */
  apply({ after, deleted, wrapped }: Pick<PreparedTransaction, 'after' | 'deleted' | 'wrapped'>): void {
    for (const id of deleted) {
      this.#remove(id);
      this.#wrapped.delete(id);
    }
    for (const id of wrapped) {
      this.#remove(id);
      this.#wrapped.add(id);
    }
    for (const object of after) {
      this.#remove(object.id);
      this.#wrapped.delete(object.id);
      this.#insert(object);
    }
  }

  /** Forgets versions that are live no more. */
  prune(keys: readonly ObjectKey[]): void {
    for (const { id, version } of keys) {
      const history = this.#history.get(id);
      if (!history || this.#live.get(id)?.version === version) continue;
      // Versions are forgotten oldest first, so that it is mostly the first that goes.
      const index = history.versions.findIndex((object) => object.version === version);
      if (index >= 0) history.versions.splice(index, 1);
    }
  }

  /** Remembers everything; what it gives back puts it back, any number of times. */
  mark(): () => void {
    const maps = [this.#history, this.#live, this.#owned, this.#children, this.#coinObjects] as Map<string, unknown>[];
    const copies = maps.map((map) => new Map([...map].map(([key, value]) => [key, copyOf(value)])));
    const wrapped = [...this.#wrapped];
    const packages = this.#packages.length;
    return () => {
      for (const [i, map] of maps.entries()) {
        map.clear();
        for (const [key, value] of copies[i]!) map.set(key, copyOf(value));
      }
      this.#wrapped.clear();
      for (const id of wrapped) this.#wrapped.add(id);
      this.#packages.length = packages;
    };
  }

  #insert(object: ObjectRecord): void {
    const history = this.#history.get(object.id);
    if (history) {
      history.versions.push(object);
      history.last = object.version;
    } else {
      this.#history.set(object.id, { versions: [object], last: object.version });
    }
    this.#live.set(object.id, object);
    if (object.kind === 'package') {
      this.#packages.push(object);
      return;
    }
    const key = ownerAddress(object.owner);
    if (key !== undefined) {
      const index = this.#indexOf(object);
      let entries = index.get(key);
      if (!entries) index.set(key, (entries = new Map<string, MoveRecord>()));
      entries.set(object.id, object);
    }
    this.#indexCoinObject(object);
  }

  #indexCoinObject({ type, id }: MoveRecord): void {
    const match = /^0x0{63}2::coin::(CoinMetadata|TreasuryCap|RegulatedCoinMetadata)<(.+)>$/.exec(type);
    if (!match) return;
    const key = `${match[1]} ${match[2]}`;
    if (!this.#coinObjects.has(key)) this.#coinObjects.set(key, id);
  }

  #remove(id: string): void {
    const object = this.#live.get(id);
    if (!object) return;
    this.#live.delete(id);
    if (object.kind !== 'move') return;
    const key = ownerAddress(object.owner);
    if (key === undefined) return;
    const index = this.#indexOf(object);
    const entries = index.get(key);
    entries?.delete(id);
    if (entries?.size === 0) index.delete(key);
  }

  #indexOf(object: MoveRecord): Index {
    return object.owner.$kind === 'ObjectOwner' ? this.#children : this.#owned;
  }
}

/** A copy of what a map of the store holds, as far as the store changes it in place. */
function copyOf(value: unknown): unknown {
  if (value instanceof Map) return new Map(value);
  if (typeof value !== 'object' || value === null || !('versions' in value)) return value;
  const { versions, last } = value as History;
  return { versions: [...versions], last };
}
