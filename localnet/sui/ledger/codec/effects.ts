/**
 * `TransactionEffects` of transactions that succeeded, and `TransactionEvents`. The SDK writes and reads those of
 * failures, with their many causes.
 */
import type { bcs } from '@mysten/sui/bcs';
import { TransactionEffects, TransactionEvents, type EventValue } from '../bcs.ts';
import { giveUp, orElse, Reader, Writer } from './buffers.ts';
import { readOwner, writeOwner } from './objects.ts';
import { writeStructTag } from './types.ts';

export type EffectsValue = typeof bcs.TransactionEffects.$inferType;
export type EffectsInput = Parameters<typeof bcs.TransactionEffects.serialize>[0];

type V2 = NonNullable<EffectsValue['V2']>;
type Change = V2['changedObjects'][number];
type Unchanged = V2['unchangedConsensusObjects'][number];
type VersionDigest = [version: string, digest: string];

/** BCS of effects. */
export function encodeEffects(value: EffectsInput): Uint8Array {
  return orElse(
    () => encodeEffectsQuickly(value),
    () => TransactionEffects.serialize(value as never).toBytes(),
  );
}

/** Reads effects that this ledger wrote. */
export function decodeEffects(bytes: Uint8Array): EffectsValue {
  return orElse(
    () => decodeEffectsQuickly(bytes),
    () => TransactionEffects.parse(bytes),
  );
}

/** BCS of the events of a transaction. */
export function encodeEvents(events: readonly EventValue[]): Uint8Array {
  return orElse(
    () => encodeEventsQuickly(events),
    () => TransactionEvents.serialize({ data: [...events] }).toBytes(),
  );
}

/** @throws where it leaves effects to the SDK */
export function encodeEffectsQuickly(value: EffectsInput): Uint8Array {
  const writer = new Writer();
  writeEffects(writer, value as EffectsValue);
  return writer.finish();
}

/** @throws where it leaves effects to the SDK */
export function decodeEffectsQuickly(bytes: Uint8Array): EffectsValue {
  const reader = new Reader(bytes);
  const value = readEffects(reader);
  reader.end();
  return value;
}

/** @throws where it leaves events to the SDK */
export function encodeEventsQuickly(events: readonly EventValue[]): Uint8Array {
  const writer = new Writer();
  writer.vector(events, writeEvent);
  return writer.finish();
}

function writeEvent(w: Writer, { packageId, module, sender, type, contents }: EventValue): void {
  w.address(packageId);
  w.ascii(module);
  w.address(sender);
  writeStructTag(w, type);
  w.bytes(contents);
}

// Variants by number.
const VERSIONS = ['V1', 'V2'];
const STATES = ['Success'];
const INPUT_STATES = ['NotExist', 'Exist'];
const OUTPUT_STATES = ['NotExist', 'ObjectWrite', 'PackageWrite'];
const OPERATIONS = ['None', 'Created', 'Deleted'] as const;
const UNCHANGED = [
  'ReadOnlyRoot',
  'MutateConsensusStreamEnded',
  'ReadConsensusStreamEnded',
  'Cancelled',
  'PerEpochConfig',
] as const;

// Reading.

const readDigest = (r: Reader): string => r.digest();
const readU32 = (r: Reader): number => r.u32();
const readVersion = (r: Reader): VersionDigest => [r.u64(), r.digest()];

function readEffects(r: Reader): EffectsValue {
  if (VERSIONS[r.uleb()] !== 'V2' || STATES[r.uleb()] !== 'Success') giveUp('a failure');
  const value: V2 = {
    status: { Success: true, $kind: 'Success' },
    executedEpoch: r.u64(),
    gasUsed: {
      computationCost: r.u64(),
      storageCost: r.u64(),
      storageRebate: r.u64(),
      nonRefundableStorageFee: r.u64(),
    },
    transactionDigest: r.digest(),
    gasObjectIndex: r.option(readU32),
    eventsDigest: r.option(readDigest),
    dependencies: r.vector(readDigest),
    lamportVersion: r.u64(),
    changedObjects: r.vector(readChange),
    unchangedConsensusObjects: r.vector(readUnchanged),
    auxDataDigest: r.option(readDigest),
  };
  return { V2: value, $kind: 'V2' };
}

function readChange(r: Reader): Change {
  const id = r.address();
  const inputState = readInputState(r);
  const outputState = readOutputState(r);
  const operation = OPERATIONS[r.uleb()] ?? giveUp('an operation');
  const idOperation = { [operation]: true, $kind: operation } as unknown as Change[1]['idOperation'];
  return [id, { inputState, outputState, idOperation }];
}

function readInputState(r: Reader): Change[1]['inputState'] {
  switch (INPUT_STATES[r.uleb()]) {
    case 'NotExist':
      return { NotExist: true, $kind: 'NotExist' };
    case 'Exist':
      return { Exist: [readVersion(r), readOwner(r)], $kind: 'Exist' };
    default:
      return giveUp('a state');
  }
}

function readOutputState(r: Reader): Change[1]['outputState'] {
  switch (OUTPUT_STATES[r.uleb()]) {
    case 'NotExist':
      return { NotExist: true, $kind: 'NotExist' };
    case 'ObjectWrite':
      return { ObjectWrite: [r.digest(), readOwner(r)], $kind: 'ObjectWrite' };
    case 'PackageWrite':
      return { PackageWrite: readVersion(r), $kind: 'PackageWrite' };
    default:
      return giveUp('a state');
  }
}

function readUnchanged(r: Reader): Unchanged {
  const id = r.address();
  const name = UNCHANGED[r.uleb()] ?? giveUp('a kind');
  if (name === 'ReadOnlyRoot') return [id, { ReadOnlyRoot: readVersion(r), $kind: name }];
  if (name === 'PerEpochConfig') return [id, { PerEpochConfig: true, $kind: name }];
  return [id, { [name]: r.u64(), $kind: name } as unknown as Unchanged[1]];
}

// Writing.

const writeDigest = (w: Writer, digest: string): void => w.digest(digest);
const writeU32 = (w: Writer, value: number): void => w.u32(value);

function writeVersion(w: Writer, value: VersionDigest): void {
  if (value.length !== 2) giveUp('a version');
  w.u64(value[0]);
  w.digest(value[1]);
}

function writeEffects(w: Writer, value: EffectsValue): void {
  if (!value.V2) return giveUp('version 1');
  const effects: V2 = w.variant(value, VERSIONS)[1];
  w.variant(effects.status, STATES);
  w.u64(effects.executedEpoch);
  const { computationCost, storageCost, storageRebate, nonRefundableStorageFee } = effects.gasUsed;
  for (const cost of [computationCost, storageCost, storageRebate, nonRefundableStorageFee]) w.u64(cost);
  w.digest(effects.transactionDigest);
  w.option(effects.gasObjectIndex, writeU32);
  w.option(effects.eventsDigest, writeDigest);
  w.vector(effects.dependencies, writeDigest);
  w.u64(effects.lamportVersion);
  w.vector(effects.changedObjects, writeChange);
  w.vector(effects.unchangedConsensusObjects, writeUnchanged);
  w.option(effects.auxDataDigest, writeDigest);
}

function writeChange(w: Writer, [id, { inputState, outputState, idOperation }]: Change): void {
  w.address(id);
  const [before, old] = w.variant(inputState, INPUT_STATES);
  if (before === 'Exist') {
    const [version, owner] = old as NonNullable<(typeof inputState)['Exist']>;
    writeVersion(w, version);
    writeOwner(w, owner);
  }
  const [after, written] = w.variant(outputState, OUTPUT_STATES);
  if (after === 'ObjectWrite') {
    const [digest, owner] = written as NonNullable<(typeof outputState)['ObjectWrite']>;
    w.digest(digest);
    writeOwner(w, owner);
  }
  if (after === 'PackageWrite') writeVersion(w, written);
  w.variant(idOperation, OPERATIONS);
}

function writeUnchanged(w: Writer, [id, kind]: Unchanged): void {
  w.address(id);
  const [name, contents] = w.variant(kind, UNCHANGED);
  if (name === 'ReadOnlyRoot') writeVersion(w, contents);
  else if (name !== 'PerEpochConfig') w.u64(contents);
}
