/** What an execution did to objects: from the object runtime's results to writes, with Sui's checks at the end. */
import type { MoveRecord, ObjectRecord } from '../ledger/objects.ts';
import type { OwnerWrite } from '../ledger/outcome.ts';
import type { Owner } from '../ledger/types.ts';
import { CircularOwnershipError, type Owner as RuntimeOwner, type RuntimeResults } from '../natives/object-runtime.ts';
import { typeTagBytes } from '../natives/type-tag.ts';
import { serialize } from '../vm/bcs.ts';
import { ABILITY, type Type } from '../vm/types.ts';
import { ExecutionFailure, fail } from './failure.ts';
import { FIGURES } from './figures.ts';
import { isCoin } from './framework-types.ts';
import { packageSize, type NewPackage } from './packages.ts';
import type { Place } from './program.ts';
import type { Run } from './run.ts';
import { balanceOf, setBalance } from './values.ts';

/** An object as the transaction leaves it; what is paid for its storage comes later. */
export interface MoveDraft {
  readonly kind: 'move';
  readonly id: string;
  readonly type: Type;
  readonly contents: Uint8Array;
  readonly owner: OwnerWrite;
}

export type Draft = MoveDraft | ({ readonly kind: 'package' } & NewPackage);

/** Everything that changes. Ids of objects made and deleted in the transaction occur nowhere. */
export interface Changes {
  readonly written: Map<string, Draft>;
  /** Objects that existed before and are written, deleted or wrapped, as they were. */
  readonly modified: Map<string, ObjectRecord>;
  readonly created: Set<string>;
  readonly deleted: Set<string>;
  /** Children that were read and not changed. */
  readonly read: readonly { readonly id: string; readonly version: bigint }[];
}

/** The ledger's owner in the runtime's words, and the other way around. */
export function runtimeOwner(owner: Owner): RuntimeOwner {
  switch (owner.$kind) {
    case 'AddressOwner':
      return { kind: 'address', address: owner.AddressOwner };
    case 'ObjectOwner':
      return { kind: 'object', parent: owner.ObjectOwner };
    case 'Shared':
      return { kind: 'shared' };
    case 'ConsensusAddressOwner':
      return { kind: 'consensus', address: owner.ConsensusAddressOwner.owner };
    default:
      return { kind: 'immutable' };
  }
}

function ownerWrite(owner: RuntimeOwner): OwnerWrite {
  return owner.kind === 'consensus' ? { kind: 'consensusAddress', address: owner.address } : owner;
}

/** A draft that leaves an object as it is. */
export function unchanged(record: MoveRecord, type: Type): MoveDraft {
  const { id, contents, owner } = record;
  return { kind: 'move', id, type, contents, owner: ownerWrite(runtimeOwner(owner)) };
}

/**
 * Ends an execution whose commands all succeeded.
 * @param gas the gas coin before the transaction
 * @param reserved MIST to give back to it
 * @param at gives a particular version of an object
 * @throws ExecutionFailure
 */
export function finishRun(
  run: Run,
  objects: readonly Place[],
  gas: { readonly place: Place; readonly record: MoveRecord; readonly reserved: bigint },
  at: (id: string, version: bigint) => ObjectRecord | undefined,
): Changes {
  const modified = new Map<string, ObjectRecord>();
  const sharedByValue: string[] = [];
  const giveBack = (place: Place, record: MoveRecord): void => {
    modified.set(record.id, record);
    const value = place.cell[0];
    if (value !== undefined) {
      run.machine(() => run.env.objects.transfer(runtimeOwner(record.owner), place.type, value, true));
    } else if (record.owner.$kind === 'Shared') sharedByValue.push(record.id);
  };
  for (const place of objects) {
    if (place.origin.kind === 'object' && place.origin.usage.mutable) giveBack(place, place.origin.record);
  }
  giveBack(gas.place, gas.record);
  const results = finishRuntime(run);
  checkShared(sharedByValue, results);
  returnReserve(results, gas.record.id, gas.reserved);

  const read: { id: string; version: bigint }[] = [];
  for (const [id, { version, modified: changed }] of results.loaded) {
    if (changed) modified.set(id, at(id, version)!);
    else read.push({ id, version });
  }
  const { types } = run.packages.loader;
  const written = new Map<string, Draft>();
  for (const [id, { owner, type, value }] of results.writes) {
    const contents = run.machine(() => serialize(types, type, value));
    checkSize(id, contents);
    written.set(id, { kind: 'move', id, type, contents, owner: ownerWrite(owner) });
  }
  const created = new Set(results.created);
  for (const added of run.packages.added) {
    written.set(added.id, { kind: 'package', ...added });
    created.add(added.id);
  }
  return { written, modified, created, deleted: new Set(results.deleted), read };
}

function finishRuntime(run: Run): RuntimeResults {
  try {
    return run.machine(() => run.env.objects.finish());
  } catch (error) {
    if (!(error instanceof CircularOwnershipError)) throw error;
    throw new ExecutionFailure({ CircularObjectOwnership: { object: error.object } }, error.message);
  }
}

/** Shared objects that were taken by value must have been shared again or deleted. */
function checkShared(ids: readonly string[], { writes, deleted }: RuntimeResults): void {
  for (const id of ids) {
    const write = writes.get(id);
    if (write ? write.owner.kind === 'shared' : deleted.has(id)) continue;
    const detail = `shared object ${id} may be shared again or deleted, not transferred, frozen or wrapped`;
    fail('SharedObjectOperationNotAllowed', detail);
  }
}

const MAX_U64 = (1n << 64n) - 1n;

function returnReserve({ writes }: RuntimeResults, id: string, reserved: bigint): void {
  const coin = writes.get(id);
  if (!coin) return fail('VMInvariantViolation', `gas coin ${id} is gone`);
  const balance = balanceOf(coin.value) + reserved;
  if (balance > MAX_U64) fail('CoinBalanceOverflow', 'the gas coin exceeds 2^64 - 1 MIST');
  setBalance(coin.value, balance);
}

function checkSize(id: string, { length }: Uint8Array): void {
  const { maxObjectSize } = FIGURES;
  if (length <= maxObjectSize) return;
  const status = { MoveObjectTooBig: { objectSize: length, maxObjectSize } };
  throw new ExecutionFailure(status, `object ${id} has ${length} bytes, at most ${maxObjectSize} are allowed`);
}

// Sizes.

/** Bytes that every object counts beside its data: owner (at most), previous transaction, storage rebate. */
const OBJECT_OVERHEAD = 40 + 32 + 8;
/** Version, and whether the object may be transferred by anyone. */
const MOVE_OVERHEAD = 8 + 1;

const typeSizes = new WeakMap<Type, number>();

/** BCS bytes of an object's type; the types of coins are abbreviated. */
function typeSize(type: Type): number {
  let size = typeSizes.get(type);
  if (size === undefined) {
    if (!isCoin(type)) size = typeTagBytes(type).length;
    else size = isSui(type.args[0]!) ? 1 : 1 + typeTagBytes(type.args[0]!).length;
    typeSizes.set(type, size);
  }
  return size;
}

const isSui = ({ datatype }: Type): boolean => datatype?.key === `0x${'2'.padStart(64, '0')}::sui::SUI`;

/** Size that an object is charged for, in bytes. */
export function chargedSize(draft: Draft): number {
  if (draft.kind === 'package') return OBJECT_OVERHEAD + packageSize(draft.value);
  return OBJECT_OVERHEAD + MOVE_OVERHEAD + typeSize(draft.type) + draft.contents.length;
}

/** Whether objects of a type may be transferred by any code. */
export function hasPublicTransfer(type: Type): boolean {
  return (type.abilities() & ABILITY.STORE) !== 0;
}

/**
 * Checks how much a transaction writes.
 * @param inputs number of its input objects
 * @throws ExecutionFailure EffectsTooLarge, WrittenObjectsTooLarge
 */
export function checkLimits({ written, modified }: Changes, inputs: number): void {
  // Sui's upper bound of the size of effects.
  const effects = 120 + 10 + 40 + 40 + 1000 + 128 * (written.size + modified.size) + 1000 + 40 * inputs;
  const { maxEffectsSize, maxWrittenSize } = FIGURES;
  if (effects > maxEffectsSize) {
    const status = { EffectsTooLarge: { currentSize: effects, maxSize: maxEffectsSize } };
    throw new ExecutionFailure(status, `effects of up to ${effects} bytes`);
  }
  const size = [...written.values()].reduce((sum, draft) => sum + chargedSize(draft), 0);
  if (size <= maxWrittenSize) return;
  const status = { WrittenObjectsTooLarge: { currentSize: size, maxSize: maxWrittenSize } };
  throw new ExecutionFailure(status, `${size} bytes are written`);
}
