import assert from 'node:assert/strict';
import { blake2b } from '@noble/hashes/blake2.js';
import { bcs } from '@mysten/sui/bcs';
import { deriveDynamicFieldID } from '@mysten/sui/utils';
import type { NativeEnv } from '../../../localnet/sui/natives/env.ts';
import {
  CircularOwnershipError,
  idOf,
  OBJECT_LIMITS,
  type ObjectSource,
  ObjectRuntime,
  type Owner,
  type StoredObject,
} from '../../../localnet/sui/natives/object-runtime.ts';
import { testEnv } from '../../../localnet/sui/natives/test-env.ts';
import { deriveObjectId } from '../../../localnet/sui/natives/transaction-context.ts';
import { addressOf, serialize } from '../../../localnet/sui/vm/bcs.ts';
import { VmError } from '../../../localnet/sui/vm/errors.ts';
import { parseTypeTag } from '../../../localnet/sui/vm/tag.ts';
import { ABILITY, ADDRESS, BOOL, type Type, U64, U8 } from '../../../localnet/sui/vm/types.ts';
import { Bytes, type Ref, refTo, struct, Struct, type Value, Vec } from '../../../localnet/sui/vm/values.ts';
import { ModuleAssembler } from './assemble.ts';
import { NativeHarness, text } from './native-call.ts';

const id = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;
const SUI = id(2);
const STORE = ABILITY.STORE;

/** 0x2::object with ID and UID, and 0x2::m with objects and events. */
function modules(): Uint8Array[] {
  const object = new ModuleAssembler('object', SUI);
  const idHandle = object.datatype('ID', ABILITY.COPY | ABILITY.DROP | STORE);
  object.struct(idHandle, { bytes: 'Address' });
  object.struct(object.datatype('UID', STORE), { id: { Datatype: idHandle } });
  const m = new ModuleAssembler('m', SUI);
  const uid = m.datatype('UID', STORE, [], m.module('object', SUI));
  for (const name of ['Coin', 'Other'])
    m.struct(m.datatype(name, ABILITY.KEY | STORE), { id: { Datatype: uid }, n: 'U64' });
  m.struct(m.datatype('Event', ABILITY.COPY | ABILITY.DROP), { data: { Vector: 'U8' } });
  m.struct(m.datatype('M', ABILITY.DROP), { dummy: 'Bool' });
  m.struct(m.datatype('NotWitness', ABILITY.DROP), { dummy: 'Bool' });
  m.struct(m.datatype('Key', ABILITY.COPY | ABILITY.DROP | STORE), { a: 'U64', b: { Vector: 'U8' } });
  return [object.bytes(), m.bytes()];
}

const uidOf = (address: string): Struct => struct(struct(address));
const coin = (address: string, n: bigint): Struct => struct(uidOf(address), n);

/** A harness outside of tests, over given children and receivable objects. */
function harnessOver(source: Partial<ObjectSource>, inputs: ReadonlyMap<string, Owner> = new Map()): NativeHarness {
  const full: ObjectSource = { readChild: () => undefined, receive: () => undefined, ...source };
  return new NativeHarness(modules(), {}, (loader): NativeEnv => {
    const env = testEnv(loader.types);
    return { ...env, scenario: null, objects: new ObjectRuntime(loader.types, full, inputs) };
  });
}

const typeIn = (harness: NativeHarness, name: string): Type => harness.loader.type(parseTypeTag(`0x2::m::${name}`));

function memoryError(action: () => unknown): number | null {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof VmError && error.status === 'MEMORY_LIMIT_EXCEEDED', String(error));
    return error.subStatus;
  }
  return null;
}

describe('sui natives: ids', () => {
  it('derives the ids of new objects from the digest and their number', () => {
    const digest = Uint8Array.from({ length: 32 }, (_, i) => i);
    const preimage = Buffer.concat([Uint8Array.of(0xf1), digest, Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0)]);
    assert.equal(deriveObjectId(digest, 5n), addressOf(blake2b(preimage, { dkLen: 32 })));
  });

  it('derives the ids of dynamic fields as the Sui SDK does', () => {
    const harness = harnessOver({});
    const hash = (parent: string, type: Type, value: Value) =>
      harness.call('sui::dynamic_field::hash_type_and_key', [parent, value], [type]);
    const parent = id(0x1234);
    assert.equal(hash(parent, U64, 7n), deriveDynamicFieldID(parent, 'u64', bcs.u64().serialize(7n).toBytes()));
    assert.equal(hash(parent, BOOL, true), deriveDynamicFieldID(parent, 'bool', Uint8Array.of(1)));
    const bytes = harness.loader.type({ vector: 'u8' });
    assert.equal(
      hash(parent, bytes, new Bytes(text('abc'))),
      deriveDynamicFieldID(parent, 'vector<u8>', Uint8Array.of(3, 97, 98, 99)),
    );
    const key = typeIn(harness, 'Key');
    const value = struct(9n, new Bytes(text('k')));
    assert.equal(
      hash(parent, key, value),
      deriveDynamicFieldID(parent, '0x2::m::Key', serialize(harness.loader.types, key, value)),
    );
    // Looked up before or not, with names too long to be kept and types that share a name's bytes.
    for (const length of [0, 1, 200, 255, 256, 300, 200, 255]) {
      const name = new Uint8Array(length).fill(32);
      for (const at of [parent, id(0x1235)]) {
        const encoded = bcs.byteVector().serialize(name).toBytes();
        const found = hash(at, bytes, new Bytes(name.slice()));
        assert.equal(found, deriveDynamicFieldID(at, 'vector<u8>', encoded));
      }
    }
    assert.equal(hash(parent, U8, 7), deriveDynamicFieldID(parent, 'u8', Uint8Array.of(7)));
    assert.equal(hash(parent, BOOL, true), deriveDynamicFieldID(parent, 'bool', Uint8Array.of(1)));
    assert.equal(hash(parent, U8, 1), deriveDynamicFieldID(parent, 'u8', Uint8Array.of(1)));
    const nested = harness.loader.type({ vector: { vector: 'address' } });
    const empty = new Vec([]);
    assert.equal(
      hash(parent, nested, empty),
      deriveDynamicFieldID(parent, 'vector<vector<address>>', Uint8Array.of(0)),
    );
  });

  it('makes each fresh id once', () => {
    const harness = harnessOver({});
    const first = harness.call('sui::tx_context::fresh_id', []);
    const second = harness.call('sui::tx_context::fresh_id', []);
    assert.equal(first, deriveObjectId(new Uint8Array(32), 0n));
    assert.equal(second, deriveObjectId(new Uint8Array(32), 1n));
    assert.deepEqual([...harness.env.objects.newIds], [first, second]);
    assert.equal(harness.call('sui::tx_context::native_ids_created', []), 2n);
    assert.equal(harness.call('sui::tx_context::derive_id', [new Bytes(new Uint8Array(32)), 1n]), second);
  });

  it('replaces the transaction in tests only', () => {
    const args = [id(9), new Bytes(new Uint8Array(32).fill(3)), 4n, 5n, 6n, 7n, 8n, 9n, new Vec([id(10)])];
    const harness = new NativeHarness(modules());
    harness.call('sui::tx_context::replace', args);
    assert.equal(harness.call('sui::tx_context::native_sender', []), id(9));
    assert.equal(harness.call('sui::tx_context::native_epoch', []), 4n);
    assert.deepEqual((harness.call('sui::tx_context::native_sponsor', []) as Vec).items, [id(10)]);
    assert.equal(harness.abortOf('sui::tx_context::last_created_id', []), null);
    const fresh = new NativeHarness(modules());
    assert.equal(fresh.abortOf('sui::tx_context::last_created_id', []), 1);
  });
});

describe('sui natives: transfers and events', () => {
  it('records owners in the order of the first transfer', () => {
    const harness = harnessOver({});
    const type = typeIn(harness, 'Coin');
    for (const n of [3, 1, 2]) harness.call('sui::transfer::transfer_impl', [coin(id(n), 1n), id(100 + n)], [type]);
    harness.call('sui::transfer::freeze_object_impl', [coin(id(3), 1n)], [type]);
    const { writes } = harness.env.objects.finish();
    assert.deepEqual([...writes.keys()], [id(3), id(1), id(2)]);
    assert.deepEqual(writes.get(id(3))!.owner, { kind: 'immutable' });
    assert.deepEqual(writes.get(id(1))!.owner, { kind: 'address', address: id(101) });
  });

  it('shares new objects and those that are shared already, and no others', () => {
    const inputs = new Map<string, Owner>([
      [id(1), { kind: 'shared' }],
      [id(2), { kind: 'address', address: id(9) }],
    ]);
    const harness = harnessOver({}, inputs);
    const type = typeIn(harness, 'Coin');
    const share = (n: number) => harness.abortOf('sui::transfer::share_object_impl', [coin(id(n), 1n)], [type]);
    harness.env.objects.newId(id(3));
    assert.equal(share(1), null);
    assert.equal(share(2), 0);
    assert.equal(share(3), null);
    assert.equal(share(4), 0);
  });

  it('gives parties of one member only', () => {
    const harness = harnessOver({});
    const type = typeIn(harness, 'Coin');
    const party = (members: string[], permissions: bigint[], others = 0n) =>
      harness.call(
        'sui::transfer::party_transfer_impl',
        [coin(id(1), 1n), others, new Vec(members), new Vec(permissions)],
        [type],
      );
    party([id(7)], [15n]);
    assert.deepEqual(harness.env.objects.finish().writes.get(id(1))!.owner, { kind: 'consensus', address: id(7) });
    assert.throws(() => party([id(7), id(8)], [15n, 15n]), VmError);
    assert.throws(() => party([id(7)], [7n]), VmError);
    assert.throws(() => party([id(7)], [15n], 1n), VmError);
  });

  it('keeps what was made, deleted and made again apart', () => {
    const harness = harnessOver({}, new Map([[id(1), { kind: 'address', address: id(9) }]]));
    const { objects } = harness.env;
    harness.call('sui::object::record_new_uid', [id(5)]);
    harness.call('sui::object::delete_impl', [id(5)]);
    harness.call('sui::object::delete_impl', [id(1)]);
    harness.call('sui::object::delete_impl', [id(6)]);
    harness.call('sui::object::record_new_uid', [id(6)]); // a field removed and added again
    const { created, deleted, generated } = objects.finish();
    assert.deepEqual([[...created], [...deleted], [...generated]], [[], [id(1)], [id(5)]]);
  });

  it('emits events and finds them by type', () => {
    const harness = harnessOver({});
    const [event, other] = [typeIn(harness, 'Event'), typeIn(harness, 'M')];
    harness.call('sui::event::emit', [struct(new Bytes(text('a')))], [event]);
    harness.call('sui::event::emit', [struct(true)], [other]);
    assert.equal(harness.call('sui::event::num_events', []), 2);
    assert.equal((harness.call('sui::event::events_by_type', [], [event]) as Vec).items.length, 1);
    assert.deepEqual(
      harness.env.objects.finish().events.map((e) => e.type.key),
      [event.key, other.key],
    );
  });

  it('ends a transaction at each limit of the protocol configuration', () => {
    const harness = harnessOver({});
    const [event, type] = [typeIn(harness, 'Event'), typeIn(harness, 'Coin')];
    const emit = (size: number) => () =>
      harness.call('sui::event::emit', [struct(new Bytes(new Uint8Array(size)))], [event]);
    assert.equal(memoryError(emit(250 * 1024)), 1);
    for (let i = 0; i < OBJECT_LIMITS.events; i++) emit(1)();
    assert.equal(memoryError(emit(1)), 0);
    const large = harnessOver({});
    const emitLarge = () =>
      large.call('sui::event::emit', [struct(new Bytes(new Uint8Array(255_000)))], [typeIn(large, 'Event')]);
    let code: number | null = null;
    for (let i = 0; i < 300 && code === null; i++) code = memoryError(emitLarge);
    assert.equal(code, 7);
    const { objects } = harness.env;
    for (let i = 0; i < OBJECT_LIMITS.newIds; i++) objects.newId(id(i));
    assert.equal(
      memoryError(() => objects.newId(id(9999))),
      2,
    );
    for (let i = 0; i < OBJECT_LIMITS.deletedIds; i++) objects.deleteId(id(10_000 + i));
    assert.equal(
      memoryError(() => objects.deleteId(id(99_999))),
      3,
    );
    for (let i = 0; i < OBJECT_LIMITS.transfers; i++) {
      harness.call('sui::transfer::transfer_impl', [coin(id(i), 0n), id(1)], [type]);
    }
    assert.equal(
      memoryError(() => harness.call('sui::transfer::transfer_impl', [coin(id(99_999), 0n), id(1)], [type])),
      4,
    );
  });

  it('knows one-time witnesses by name and shape', () => {
    const harness = harnessOver({});
    const isWitness = (name: string) =>
      harness.call('sui::types::is_one_time_witness', [refTo(true)], [typeIn(harness, name)]);
    assert.equal(isWitness('M'), true);
    assert.equal(isWitness('NotWitness'), false);
    assert.equal(isWitness('Event'), false);
    assert.equal(harness.call('sui::types::is_one_time_witness', [refTo(1n)], [U64]), false);
    assert.deepEqual(
      harness.call('sui::test_utils::create_one_time_witness', [], [typeIn(harness, 'M')]),
      struct(true),
    );
    assert.equal(harness.abortOf('sui::test_utils::create_one_time_witness', [], [typeIn(harness, 'NotWitness')]), 1);
    assert.equal(harness.abortOf('sui::test_utils::create_one_time_witness', [], [U64]), 0);
  });
});

describe('sui natives: dynamic fields', () => {
  const parent = id(0xaa);
  /** A store with one child of type Coin, of which reads are counted. */
  function withChild() {
    const reads: string[] = [];
    const harness = harnessOver({
      readChild: (owner, child): StoredObject | undefined => {
        reads.push(child);
        if (owner !== parent || child !== id(1)) return undefined;
        return {
          type: `${SUI}::m::Coin`,
          contents: serialize(harness.loader.types, typeIn(harness, 'Coin'), coin(id(1), 5n)),
          version: 3n,
        };
      },
    });
    return { harness, reads, coinType: typeIn(harness, 'Coin'), otherType: typeIn(harness, 'Other') };
  }
  const uid = refTo(uidOf(parent));

  it('loads a child once and writes it only if it changed', () => {
    const { harness, reads, coinType } = withChild();
    const borrow = () => harness.call('sui::dynamic_field::borrow_child_object_mut', [uid, id(1)], [coinType]) as Ref;
    assert.equal((borrow().get() as Struct).fields[1], 5n);
    borrow();
    assert.deepEqual(reads, [id(1)]);
    const before = harness.env.objects.finish();
    assert.equal(before.writes.size, 0);
    assert.deepEqual(before.loaded.get(id(1)), { version: 3n, modified: false });
    (borrow().get() as Struct).fields[1] = 6n;
    const after = harness.env.objects.finish();
    assert.deepEqual(after.writes.get(id(1))!.owner, { kind: 'object', parent });
    assert.deepEqual(after.writes.get(id(1))!.value, coin(id(1), 6n));
    assert.equal(after.loaded.get(id(1))!.modified, true);
  });

  it('writes nothing for a change that was undone', () => {
    const { harness, coinType } = withChild();
    const ref = harness.call('sui::dynamic_field::borrow_child_object_mut', [uid, id(1)], [coinType]) as Ref;
    (ref.get() as Struct).fields[1] = 6n;
    (ref.get() as Struct).fields[1] = 5n;
    assert.equal(harness.env.objects.finish().writes.size, 0);
  });

  it('aborts as Sui does for missing children and other types', () => {
    const { harness, coinType, otherType } = withChild();
    const abort = (name: string, child: string, type: Type) =>
      harness.abortOf(`sui::dynamic_field::${name}`, [name === 'remove_child_object' ? parent : uid, child], [type]);
    for (const name of ['borrow_child_object', 'borrow_child_object_mut', 'remove_child_object']) {
      assert.equal(abort(name, id(2), coinType), 1, name);
      assert.equal(abort(name, id(1), otherType), 2, name);
    }
    // Once looked for under a type, a missing child is one of that type.
    assert.equal(abort('borrow_child_object', id(2), otherType), 2);
  });

  it('removes, adds back and moves children', () => {
    const { harness, coinType } = withChild();
    const { objects } = harness.env;
    const value = harness.call('sui::dynamic_field::remove_child_object', [parent, id(1)], [coinType])!;
    assert.equal(harness.call('sui::dynamic_field::has_child_object', [parent, id(1)]), false);
    assert.equal(harness.abortOf('sui::dynamic_field::remove_child_object', [parent, id(1)], [coinType]), 1);
    harness.call('sui::dynamic_field::add_child_object', [parent, value], [coinType]);
    assert.equal(harness.call('sui::dynamic_field::has_child_object_with_ty', [parent, id(1)], [coinType]), true);
    assert.equal(objects.finish().writes.size, 0);
    const again = harness.call('sui::dynamic_field::remove_child_object', [parent, id(1)], [coinType])!;
    harness.call('sui::dynamic_field::add_child_object', [id(0xbb), again], [coinType]);
    assert.deepEqual(objects.finish().writes.get(id(1))!.owner, { kind: 'object', parent: id(0xbb) });
  });

  it('tells existence and type without loading the value', () => {
    const { harness, coinType, otherType } = withChild();
    const has = (child: string) => harness.call('sui::dynamic_field::has_child_object', [parent, child]);
    const hasType = (child: string, type: Type) =>
      harness.call('sui::dynamic_field::has_child_object_with_ty', [parent, child], [type]);
    assert.deepEqual([has(id(1)), has(id(2))], [true, false]);
    assert.deepEqual(
      [hasType(id(1), coinType), hasType(id(1), otherType), hasType(id(2), coinType)],
      [true, false, false],
    );
  });

  it('refuses to add over a child, and stored bytes that are no value of their type', () => {
    const { harness, coinType } = withChild();
    harness.call('sui::dynamic_field::borrow_child_object', [uid, id(1)], [coinType]);
    const add = () => harness.call('sui::dynamic_field::add_child_object', [parent, coin(id(1), 1n)], [coinType]);
    assert.throws(add, (e) => e instanceof VmError && e.status === 'UNKNOWN_INVARIANT_VIOLATION_ERROR');
    const broken = harnessOver({
      readChild: () => ({ type: `${SUI}::m::Coin`, contents: Uint8Array.of(1), version: 1n }),
    });
    assert.throws(
      () => broken.call('sui::dynamic_field::borrow_child_object', [uid, id(1)], [typeIn(broken, 'Coin')]),
      (e) => e instanceof VmError && e.status === 'FAILED_TO_DESERIALIZE_RESOURCE',
    );
  });

  it('ends a transaction that looks up or uses too many children', () => {
    const { harness, coinType } = withChild();
    const has = (n: number) => () => harness.call('sui::dynamic_field::has_child_object', [parent, id(n)]);
    for (let i = 0; i < OBJECT_LIMITS.cachedObjects; i++) has(i)();
    assert.equal(memoryError(has(99_999)), 5);
    const add = (n: number) => () =>
      harness.call('sui::dynamic_field::add_child_object', [parent, coin(id(n), 0n)], [coinType]);
    for (let i = 0; i < OBJECT_LIMITS.storeEntries; i++) add(50_000 + i)();
    assert.equal(memoryError(add(99_999)), 6);
  });

  it('charges for the bytes that a child takes to load', () => {
    const { harness, coinType } = withChild();
    const cost = (): number => {
      harness.call('sui::dynamic_field::borrow_child_object', [uid, id(1)], [coinType]);
      return harness.context.cost;
    };
    // 52 and 10 for one type node; then 40 bytes loaded, and the size of a reference (8), two structs inside one (6),
    // an address (32) and a u64 (8).
    assert.equal(cost(), 52 + 10 + 40 + (8 + 6 + 32 + 8));
    assert.equal(cost(), 52 + 10 + 8);
  });
});

describe('sui natives: receiving', () => {
  const receivable = (harness: () => NativeHarness): Partial<ObjectSource> => ({
    receive: (parent, object, version) =>
      parent === id(0xaa) && object === id(1) && version === 7n
        ? {
            type: `${SUI}::m::Coin`,
            contents: serialize(harness().loader.types, typeIn(harness(), 'Coin'), coin(id(1), 5n)),
            version,
          }
        : undefined,
  });

  it('receives what was sent to the object, at its version and type, once', () => {
    const harness: NativeHarness = harnessOver(receivable(() => harness));
    const receive = (parent: string, object: string, version: bigint, type: Type) =>
      ['sui::transfer::receive_impl', [parent, struct(object), version], [type]] as const;
    const [coinType, otherType] = [typeIn(harness, 'Coin'), typeIn(harness, 'Other')];
    assert.equal(harness.abortOf(...receive(id(0xab), id(1), 7n, coinType)), 3);
    assert.equal(harness.abortOf(...receive(id(0xaa), id(1), 6n, coinType)), 3);
    assert.equal(harness.abortOf(...receive(id(0xaa), id(1), 7n, otherType)), 2);
    const value = harness.call(...receive(id(0xaa), id(1), 7n, coinType))!;
    assert.equal(idOf(value), id(1));
    assert.deepEqual(harness.env.objects.finish().loaded.get(id(1)), { version: 7n, modified: true });
    assert.throws(() => harness.call(...receive(id(0xaa), id(1), 7n, coinType)), /received twice/);
  });
});

describe('sui natives: ownership', () => {
  it('refuses objects that own one another in a circle', () => {
    const harness = harnessOver({});
    const type = typeIn(harness, 'Coin');
    const give = (child: number, parent: number) =>
      harness.env.objects.transfer({ kind: 'object', parent: id(parent) }, type, coin(id(child), 0n));
    give(1, 2);
    give(2, 3);
    assert.equal(harness.env.objects.finish().writes.size, 2);
    give(3, 1);
    assert.throws(() => harness.env.objects.finish(), CircularOwnershipError);
    const self = harnessOver({});
    self.env.objects.transfer({ kind: 'object', parent: id(1) }, type, coin(id(1), 0n));
    assert.throws(() => self.env.objects.finish(), CircularOwnershipError);
  });

  it('hands an input back to its owner at the end, and to no other', () => {
    const owner: Owner = { kind: 'address', address: id(9) };
    const harness = harnessOver({}, new Map([[id(1), owner]]));
    const type = typeIn(harness, 'Coin');
    assert.equal(harness.env.objects.transfer(owner, type, coin(id(1), 2n), true), 'same');
    assert.throws(
      () => harness.env.objects.transfer({ kind: 'immutable' }, type, coin(id(1), 2n), true),
      /without a transfer/,
    );
  });
});

describe('sui natives: std', () => {
  const harness = harnessOver({});
  const bytes = (s: string | Uint8Array): Ref => refTo(new Bytes(typeof s === 'string' ? text(s) : s));

  it('names types by their ids', () => {
    const name = (type: Type) => {
      const value = harness.call('std::type_name::with_defining_ids', [], [type]) as Struct;
      return Buffer.from(((value.fields[0] as Struct).fields[0] as Bytes).view()).toString();
    };
    assert.equal(name(U64), 'u64');
    assert.equal(name(typeIn(harness, 'Coin')), `${SUI.slice(2)}::m::Coin`);
    assert.equal(name(harness.loader.types.vector(ADDRESS)), 'vector<address>');
    assert.equal(harness.call('std::type_name::defining_id', [], [typeIn(harness, 'Coin')]), SUI);
    assert.equal(harness.abortOf('std::type_name::original_id', [], [U64]), 0);
  });

  it('handles UTF-8 strings', () => {
    const utf8 = (b: string | Uint8Array) => harness.call('std::string::internal_check_utf8', [bytes(b)]);
    assert.equal(utf8('grüße €𝄞'), true);
    // Overlong, surrogate, beyond U+10FFFF, cut short (Unicode 15, table 3-7).
    for (const bad of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
    ])
      assert.equal(utf8(Uint8Array.from(bad)), false);
    assert.equal(utf8(Uint8Array.of(0xef, 0xbb, 0xbf)), true); // a byte order mark is a character
    const boundary = (i: bigint) => harness.call('std::string::internal_is_char_boundary', [bytes('aé'), i]);
    assert.deepEqual([0n, 1n, 2n, 3n, 4n].map(boundary), [true, true, false, true, false]);
    const index = (a: string, b: string) => harness.call('std::string::internal_index_of', [bytes(a), bytes(b)]);
    assert.deepEqual([index('hello', 'l'), index('hello', 'x'), index('hello', '')], [2n, 5n, 0n]);
    const sub = harness.call('std::string::internal_sub_string', [bytes('hello'), 1n, 3n]) as Bytes;
    assert.equal(Buffer.from(sub.view()).toString(), 'el');
    assert.equal(harness.abortOf('std::string::internal_sub_string', [bytes('hello'), 3n, 1n]), 1);
  });

  it('converts addresses', () => {
    const [toNumber, fromNumber, fromBytes] = ['to_u256', 'from_u256', 'from_bytes'].map((n) => `sui::address::${n}`);
    assert.equal(harness.call(toNumber!, [id(0x1234)]), 0x1234n);
    assert.equal(harness.call(fromNumber!, [(1n << 256n) - 1n]), `0x${'f'.repeat(64)}`);
    assert.equal(harness.call(fromBytes!, [new Bytes(new Uint8Array(32).fill(1))]), `0x${'01'.repeat(32)}`);
    assert.equal(harness.abortOf(fromBytes!, [new Bytes(new Uint8Array(31))]), 0);
  });

  it('serializes values', () => {
    const value = harness.call('std::bcs::to_bytes', [refTo(coin(id(1), 5n))], [typeIn(harness, 'Coin')]) as Bytes;
    assert.deepEqual(value.view(), Uint8Array.of(...new Uint8Array(31), 1, 5, 0, 0, 0, 0, 0, 0, 0));
  });

  it('shows values when asked to', () => {
    const printed: string[] = [];
    const loud = new NativeHarness(modules(), { print: (line) => printed.push(line) });
    loud.call('std::debug::print', [refTo(coin(id(1), 5n))], [typeIn(loud, 'Coin')]);
    loud.call('std::debug::print', [refTo(new Vec([1n, 2n]))], [loud.loader.type({ vector: 'u64' })]);
    assert.deepEqual(printed, [
      '[debug] 0x2::m::Coin { id: 0x2::object::UID { id: 0x2::object::ID { bytes: @0x1 } }, n: 5 }',
      '[debug] [1, 2]',
    ]);
  });
});
