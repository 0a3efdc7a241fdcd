// The inventories of sui::test_scenario: which objects each address has, and which the test has taken out of them.

import type { Type } from '../vm/types.ts';
import type { Value } from '../vm/values.ts';
import { ChaChaRng } from './chacha.ts';
import type { ObjectSource, Owner, StoredObject } from './object-runtime.ts';

/** Ids by type, in the order in which they came, the most recent last. */
export type Inventory = Map<Type, Set<string>>;

/** An object set aside to be received. */
export interface Ticket {
  readonly owner: string;
  readonly value: Value;
}

export class TestScenario implements ObjectSource {
  readonly objects = new Map<string, Value>();
  readonly byAddress = new Map<string, Inventory>();
  readonly shared: Inventory = new Map();
  readonly immutable: Inventory = new Map();
  /** Values of immutable objects when they were taken, which must not change. */
  readonly takenImmutable = new Map<string, { readonly type: Type; readonly value: Value }>();
  readonly taken = new Map<string, Owner>();
  tickets = new Map<string, Ticket>();
  /** Objects that may be received, as storage would hold them. */
  readonly receivable = new Map<string, StoredObject & { readonly owner: string }>();

  readonly #random = new ChaChaRng(new Uint8Array(32));

  /** 32 bytes. */
  nextSeed(): Uint8Array {
    return this.#random.bytes(32);
  }

  /** Tests have no storage: children exist only as far as the test made them. */
  readChild(): undefined {
    return undefined;
  }

  receive(parent: string, id: string, version: bigint): StoredObject | undefined {
    const object = this.receivable.get(id);
    return object && object.owner === parent && object.version === version ? object : undefined;
  }

  inventory(owner: Owner): Inventory | null {
    if (owner.kind === 'shared') return this.shared;
    if (owner.kind === 'immutable') return this.immutable;
    if (owner.kind === 'object') return null;
    let inventory = this.byAddress.get(owner.address);
    if (!inventory) this.byAddress.set(owner.address, (inventory = new Map<Type, Set<string>>()));
    return inventory;
  }

  /** The address that has an object, if any. */
  holder(id: string): string | undefined {
    // Addresses are searched in their order, as Sui does.
    for (const address of [...this.byAddress.keys()].sort()) {
      for (const ids of this.byAddress.get(address)!.values()) if (ids.has(id)) return address;
    }
    return undefined;
  }

  /** The type of an object in any inventory. */
  typeOf(id: string): Type | undefined {
    for (const inventory of [...this.byAddress.values(), this.shared, this.immutable]) {
      for (const [type, ids] of inventory) if (ids.has(id)) return type;
    }
    return undefined;
  }

  /** Removes an object from all inventories. */
  remove(id: string): void {
    for (const inventory of [...this.byAddress.values(), this.shared, this.immutable]) {
      for (const ids of inventory.values()) ids.delete(id);
    }
    this.taken.delete(id);
  }

  add(owner: Owner, type: Type, id: string): void {
    const inventory = this.inventory(owner);
    if (!inventory) return;
    let ids = inventory.get(type);
    if (!ids) inventory.set(type, (ids = new Set()));
    ids.add(id);
  }
}
