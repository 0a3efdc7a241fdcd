// Native functions of sui::test_scenario: transactions within a test, without a ledger.

import { serialize } from '../vm/bcs.ts';
import { VmError } from '../vm/errors.ts';
import type { NativeContext } from '../vm/native.ts';
import type { Type, TypeTable } from '../vm/types.ts';
import { copyValue, equalValues, Struct, struct, type Value, Vec } from '../vm/values.ts';
import { type NativeEnv, type NativeModule, SUI, type SuiNative } from './env.ts';
import { checkOwnership, CircularOwnershipError, type Owner, type Write } from './object-runtime.ts';
import type { Inventory, TestScenario } from './scenario-state.ts';

const E_COULD_NOT_GENERATE_EFFECTS = 0;
const E_INVALID_SHARED_OR_IMMUTABLE_USAGE = 1;
const E_OBJECT_NOT_FOUND = 4;
const E_UNABLE_TO_ALLOCATE_RECEIVING_TICKET = 5;
const E_RECEIVING_TICKET_ALREADY_ALLOCATED = 6;
const E_UNABLE_TO_DEALLOCATE_RECEIVING_TICKET = 7;

type Context = NativeContext<NativeEnv>;

function scenarioOf(ctx: Context): TestScenario {
  if (ctx.env.scenario) return ctx.env.scenario;
  throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', 'test_scenario works in unit tests only');
}

/** The address in an ID value, and an ID value of an address. */
const idIn = (value: Value | undefined): string => (value as Struct).fields[0] as string;
const packId = (id: string): Struct => struct(id);
const packIds = (ids: Iterable<string>): Vec => new Vec([...ids].map(packId));
const packMap = (entries: readonly (readonly [Value, Value])[]): Struct =>
  struct(new Vec(entries.map(([k, v]) => struct(k, v))));

function take(ctx: Context, owner: Owner, type: Type, id: string): Value {
  const scenario = scenarioOf(ctx);
  const object = scenario.objects.get(id);
  const present = scenario.inventory(owner)?.get(type)?.has(id) ?? false;
  if (scenario.taken.has(id) || !present || object === undefined) return ctx.abort(E_OBJECT_NOT_FOUND);
  scenario.taken.set(id, owner);
  ctx.env.objects.inputs.set(id, owner);
  return copyValue(object);
}

/** Option<ID> of the object of a type that came last and is not taken. */
function mostRecent(scenario: TestScenario, inventory: Inventory | undefined, type: Type): Struct {
  const free = [...(inventory?.get(type) ?? [])].filter((id) => !scenario.taken.has(id));
  const last = free.at(-1);
  return struct(new Vec(last === undefined ? [] : [packId(last)]));
}

const wasTaken =
  (matches: (owner: Owner, args: readonly Value[]) => boolean): SuiNative =>
  (ctx, args) => {
    const owner = scenarioOf(ctx).taken.get(idIn(args.at(-1)));
    return owner !== undefined && matches(owner, args);
  };

/** Adds the ids of objects wrapped in a value: UIDs that are fields of structs within the object. */
function collectWrapped(types: TypeTable, type: Type, value: Value, within: boolean, ids: Set<string>): void {
  if (type.elem) {
    if (value instanceof Vec) for (const item of value.items) collectWrapped(types, type.elem, item, within, ids);
    return;
  }
  if (!type.datatype) return;
  const { fields, tag } = value as Struct;
  types.fields(type)[Math.max(tag, 0)]!.forEach((field, i) => {
    const isUid = field.datatype?.key === `${SUI}::object::UID`;
    // The object's own UID is a field of its outermost struct, which does not count.
    if (isUid && within && tag < 0) ids.add(idIn((fields[i] as Struct).fields[0]));
    else collectWrapped(types, field, fields[i]!, true, ids);
  });
}

/** Whether a taken shared or immutable object was handed on, wrapped, made a child, deleted or (if immutable) changed. */
function misusesShared(ctx: Context, writes: ReadonlyMap<string, Write>, wrapped: ReadonlySet<string>): boolean {
  const { objects } = ctx.env;
  const children = new Set(objects.activeChildren().map(([id]) => id));
  for (const [id, owner] of scenarioOf(ctx).taken) {
    if (owner.kind !== 'shared' && owner.kind !== 'immutable') continue;
    const write = writes.get(id);
    if (write && write.owner.kind !== owner.kind) return true;
    if (owner.kind === 'immutable' && objects.deletedIds.has(id)) return true;
    if (wrapped.has(id) || children.has(id)) return true;
  }
  return false;
}

/** Whether a value of type `actual` can be serialized as one of type `wanted`: whether they are built alike. */
function fitsLayout(types: TypeTable, actual: Type, value: Value, wanted: Type): boolean {
  if (actual === wanted) return true;
  if (actual.kind !== wanted.kind) return false;
  if (actual.elem) {
    const [from, to] = [actual.elem, wanted.elem!];
    if (from.isScalar || to.isScalar) return from === to;
    return !(value instanceof Vec) || value.items.every((item) => fitsLayout(types, from, item, to));
  }
  if (!actual.datatype || actual.datatype.isEnum !== wanted.datatype!.isEnum) return false;
  const { fields, tag } = value as Struct;
  const from = types.fields(actual)[Math.max(tag, 0)]!;
  const to = types.fields(wanted)[Math.max(tag, 0)];
  return to?.length === from.length && fields.every((field, i) => fitsLayout(types, from[i]!, field, to[i]!));
}

/** Puts objects whose tickets were not used back. */
function returnTickets(ctx: Context): void {
  const scenario = scenarioOf(ctx);
  for (const [id, { value }] of scenario.tickets) {
    if (ctx.env.objects.received.has(id)) continue;
    scenario.objects.set(id, value);
    scenario.receivable.delete(id);
  }
  scenario.tickets = new Map();
}

/** The scenario's TransactionEffects. */
function packEffects(
  writes: ReadonlyMap<string, Write>,
  created: ReadonlySet<string>,
  deleted: readonly string[],
  events: number,
): Struct {
  const toAccount: [Value, Value][] = [];
  const toObject: [Value, Value][] = [];
  const shared: string[] = [];
  const frozen: string[] = [];
  for (const [id, { owner }] of writes) {
    if (owner.kind === 'object') toObject.push([packId(id), packId(owner.parent)]);
    else if (owner.kind === 'shared') shared.push(id);
    else if (owner.kind === 'immutable') frozen.push(id);
    else toAccount.push([packId(id), owner.address]);
  }
  const ids = [...writes.keys()];
  return struct(
    packIds(ids.filter((id) => created.has(id))),
    packIds(ids.filter((id) => !created.has(id))),
    packIds(deleted),
    packMap(toAccount),
    packMap(toObject),
    packIds(shared),
    packIds(frozen),
    BigInt(events),
  );
}

/** Ends the transaction in hand: moves what it wrote into the inventories and starts the next one. */
const endTransaction: SuiNative = (ctx) => {
  const scenario = scenarioOf(ctx);
  const { objects } = ctx.env;
  returnTickets(ctx);
  const { transfers: writes, newIds: created, events } = objects;
  try {
    checkOwnership(writes);
  } catch (error) {
    if (error instanceof CircularOwnershipError) ctx.abort(E_COULD_NOT_GENERATE_EFFECTS);
    throw error;
  }
  const children = objects.activeChildren();
  const wrapped = new Set<string>();
  for (const { type, value } of writes.values()) collectWrapped(ctx.types, type, value, false, wrapped);
  for (const [, child] of children) collectWrapped(ctx.types, child.type, child.cell[0]!, false, wrapped);
  if (misusesShared(ctx, writes, wrapped)) ctx.abort(E_INVALID_SHARED_OR_IMMUTABLE_USAGE);

  for (const id of [...objects.deletedIds, ...writes.keys(), ...children.map(([id]) => id)]) scenario.remove(id);
  for (const [id, { owner, type, value }] of writes) {
    scenario.add(owner, type, id);
    const before = scenario.takenImmutable.get(id);
    if (before && before.type === type && !equalValues(before.value, value)) {
      ctx.abort(E_INVALID_SHARED_OR_IMMUTABLE_USAGE);
    }
    scenario.objects.set(id, copyValue(value));
  }
  const deleted = [...objects.deletedIds, ...[...wrapped].sort()];
  for (const id of [...deleted, ...children.map(([id]) => id)]) scenario.objects.delete(id);
  const effects = packEffects(writes, created, deleted, events.length);
  objects.nextTransaction(scenario.taken);
  return effects;
};

export const test_scenario: NativeModule = {
  end_transaction: endTransaction,
  take_from_address_by_id(ctx, [, address, id], [type]) {
    return take(ctx, { kind: 'address', address: address as string }, type!, idIn(id));
  },
  take_immutable_by_id(ctx, [, id], [type]) {
    const value = take(ctx, { kind: 'immutable' }, type!, idIn(id));
    scenarioOf(ctx).takenImmutable.set(idIn(id), { type: type!, value: copyValue(value) });
    return value;
  },
  take_shared_by_id(ctx, [, id], [type]) {
    return take(ctx, { kind: 'shared' }, type!, idIn(id));
  },
  ids_for_address(ctx, [address], [type]) {
    return packIds(
      scenarioOf(ctx)
        .byAddress.get(address as string)
        ?.get(type!) ?? [],
    );
  },
  most_recent_id_for_address(ctx, [address], [type]) {
    const scenario = scenarioOf(ctx);
    return mostRecent(scenario, scenario.byAddress.get(address as string), type!);
  },
  most_recent_immutable_id(ctx, _, [type]) {
    const scenario = scenarioOf(ctx);
    return mostRecent(scenario, scenario.immutable, type!);
  },
  most_recent_id_shared(ctx, _, [type]) {
    const scenario = scenarioOf(ctx);
    return mostRecent(scenario, scenario.shared, type!);
  },
  was_taken_from_address: wasTaken((owner, [address]) => owner.kind === 'address' && owner.address === address),
  was_taken_immutable: wasTaken((owner) => owner.kind === 'immutable'),
  was_taken_shared: wasTaken((owner) => owner.kind === 'shared'),
  allocate_receiving_ticket_for_object(ctx, [id], [type]) {
    const scenario = scenarioOf(ctx);
    const object = idIn(id);
    if (!ctx.hasLayout(type!)) ctx.abort(E_UNABLE_TO_ALLOCATE_RECEIVING_TICKET);
    if (scenario.tickets.has(object)) ctx.abort(E_RECEIVING_TICKET_ALREADY_ALLOCATED);
    const value = scenario.objects.get(object);
    if (value === undefined) throw new VmError('UNKNOWN_INVARIANT_VIOLATION_ERROR', `no object ${object} to receive`);
    scenario.objects.delete(object);
    const actual = scenario.typeOf(object);
    if (actual && !fitsLayout(ctx.types, actual, value, type!)) ctx.abort(E_UNABLE_TO_ALLOCATE_RECEIVING_TICKET);
    const owner = scenario.holder(object);
    if (owner === undefined) return ctx.abort(E_OBJECT_NOT_FOUND);
    const version = 0n;
    scenario.tickets.set(object, { owner, value });
    const contents = serialize(ctx.types, type!, value);
    scenario.receivable.set(object, { owner, type: type!.key, contents, version });
    return version;
  },
  deallocate_receiving_ticket_for_object(ctx, [id]) {
    const scenario = scenarioOf(ctx);
    const object = idIn(id);
    const ticket = scenario.tickets.get(object);
    if (!ticket || !scenario.receivable.delete(object)) return ctx.abort(E_UNABLE_TO_DEALLOCATE_RECEIVING_TICKET);
    scenario.tickets.delete(object);
    scenario.objects.set(object, ticket.value);
  },
};
