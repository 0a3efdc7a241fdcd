/** Turns an executor's outcome into effects, events and object versions, without changing the ledger. */
import type { bcs } from '@mysten/sui/bcs';
import { fromBase58, toBase58 } from '@mysten/sui/utils';
import { digestOf, type EventValue, type GasCosts } from './bcs.ts';
import { decodeEffects, encodeEffects, encodeEvents } from './codec/effects.ts';
import { coinBalance, idOfContents, seal, PACKAGE_OWNER, type MoveRecord, type ObjectRecord } from './objects.ts';
import type { EffectsInput, MoveWrite, ObjectWrite, OwnerWrite, TransactionOutcome } from './outcome.ts';
import { LedgerError, canonicalType, coinTypeOf, normalizeAddress, ownerAddress } from './types.ts';
import type { ObjectKey, Owner } from './types.ts';

/** `TransactionEffectsV2`, decoded. */
export type EffectsV2 = Extract<typeof bcs.TransactionEffects.$inferType, { $kind: 'V2' }>['V2'];
type Change = EffectsInput['changedObjects'] extends Iterable<readonly [unknown, infer T]> ? T : never;

/** The part of the ledger's state that preparing a transaction reads. */
export interface StateView {
  /** Changes with every commit. */
  readonly height: number;
  readonly epoch: bigint;
  live(id: string): ObjectRecord | undefined;
  at(id: string, version: bigint): ObjectRecord | undefined;
  /** The last version under which the object appeared on its own; undefined when it never did. */
  lastVersion(id: string): bigint | undefined;
  /** Whether the object is inside another one. */
  isWrapped(id: string): boolean;
}

/** Change of one owner's balance of one coin by a transaction. */
export interface BalanceChange {
  readonly address: string;
  readonly coinType: string;
  /** Smallest units; negative when spent. */
  readonly amount: bigint;
}

/** A transaction with everything that the ledger will store about it. */
export interface PreparedTransaction {
  /** `StateView.height` that it was prepared on. */
  readonly height: number;
  /** base58. */
  readonly digest: string;
  readonly transaction: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  /** BCS `TransactionEffects`. */
  readonly effects: Uint8Array;
  readonly effectsDigest: string;
  /** MIST. */
  readonly gasUsed: GasCosts;
  readonly events: readonly EventValue[];
  /** Objects that were written, deleted or wrapped, as they were before. */
  readonly replaced: readonly ObjectRecord[];
  /** Inputs that stayed as they are. */
  readonly read: readonly ObjectRecord[];
  /** Objects written. */
  readonly after: readonly ObjectRecord[];
  readonly deleted: readonly string[];
  readonly wrapped: readonly string[];
  readonly loaded: readonly ObjectKey[];
  /** An input was a phantom: this can be looked at, not committed. */
  readonly phantom: boolean;
}

const refuse = (message: string): never => {
  throw new LedgerError('OUTCOME_INVALID', `${message}; the executor must report what the object runtime really did`);
};

/**
 * Computes versions, digests, effects and events of an outcome.
 * @throws LedgerError OUTCOME_INVALID when the outcome contradicts itself or the ledger's state
 */
export function prepareTransaction(outcome: TransactionOutcome, state: StateView): PreparedTransaction {
  const digest = outcome.digest ?? digestOf('TransactionData', outcome.transaction);
  const inputs = loadInputs(outcome, state);
  const lamport = 1n + [...inputs.values()].reduce((max, { version }) => (version > max ? version : max), 0n);
  const writes = withTouchedInputs(outcome, inputs);
  checkSets(outcome, writes, state);

  const prior = (id: string): ObjectRecord | undefined => inputs.get(id) ?? state.live(id);
  const after = new Map<string, ObjectRecord>();
  for (const write of writes) after.set(write.id, writeObject(write, prior(write.id), lamport, digest));

  const changed = [...new Set([...after.keys(), ...outcome.deleted, ...outcome.wrapped])].sort();
  const created = new Set(outcome.created);
  const deleted = new Set(outcome.deleted);
  const replaced = new Map<string, ObjectRecord>();
  const changes = changed.map((id): [string, Change] => {
    const old = prior(id);
    if (old) replaced.set(id, old);
    if (old?.owner.$kind === 'Immutable') refuse(`${id} is immutable and was changed`);
    const last = old?.version ?? state.lastVersion(id) ?? 0n;
    if (last >= lamport) refuse(`${id} had version ${last}, not below the new one ${lamport}: an input is missing`);
    return [
      id,
      {
        inputState: old ? { Exist: [[old.version, old.digest], old.owner] } : { NotExist: true },
        outputState: outputState(after.get(id)),
        idOperation: created.has(id) ? { Created: true } : deleted.has(id) ? { Deleted: true } : { None: true },
      },
    ];
  });

  const eventsBytes = outcome.events.length > 0 ? encodeEvents(outcome.events) : undefined;
  const gasIndex = outcome.gasObject === undefined ? null : changed.indexOf(outcome.gasObject);
  if (gasIndex === -1) refuse(`gas object ${outcome.gasObject} is not among the objects changed`);
  const read = [...inputs.values()].filter(({ id }) => !replaced.has(id));
  const loaded = outcome.loaded.map(
    ({ id, version }) => state.at(id, version) ?? refuse(`${id}@${version} is unknown`),
  );
  const effects = encodeEffects({
    V2: {
      status: outcome.status,
      executedEpoch: state.epoch,
      gasUsed: outcome.gasUsed,
      transactionDigest: digest,
      gasObjectIndex: gasIndex,
      eventsDigest: eventsBytes ? digestOf('TransactionEvents', eventsBytes) : null,
      dependencies: sortDigests([...replaced.values(), ...read, ...loaded].map((object) => object.previousTransaction)),
      lamportVersion: lamport,
      changedObjects: changes,
      unchangedConsensusObjects: read
        .filter(({ owner }) => owner.$kind === 'Shared' || owner.$kind === 'ConsensusAddressOwner')
        .map(({ id, version, digest: ref }) => [id, { ReadOnlyRoot: [version, ref] }]),
      auxDataDigest: null,
    },
  });

  return {
    height: state.height,
    digest,
    transaction: outcome.transaction,
    signatures: outcome.signatures,
    effects,
    effectsDigest: digestOf('TransactionEffects', effects),
    gasUsed: outcome.gasUsed,
    events: outcome.events,
    replaced: [...replaced.values()],
    read,
    after: [...after.values()],
    deleted: outcome.deleted,
    wrapped: outcome.wrapped,
    loaded: outcome.loaded,
    phantom: outcome.inputs.some((input) => input.phantom !== undefined),
  };
}

function loadInputs(outcome: TransactionOutcome, state: StateView): Map<string, ObjectRecord> {
  const inputs = new Map<string, ObjectRecord>();
  for (const { id, version, phantom } of outcome.inputs) {
    const object = phantom ?? state.live(id) ?? refuse(`input ${id} is not live`);
    if (object.version !== version) refuse(`input ${id} is at version ${object.version}, not ${version}`);
    if (object.kind === 'package') refuse(`${id} is a package; report it as loaded`);
    if (inputs.has(id)) refuse(`input ${id} is listed twice`);
    inputs.set(id, object);
  }
  return inputs;
}

/** Mutable inputs get the new version even when nothing in them changed. */
function withTouchedInputs(outcome: TransactionOutcome, inputs: Map<string, ObjectRecord>): ObjectWrite[] {
  const gone = new Set([...outcome.writes.map((write) => write.id), ...outcome.deleted, ...outcome.wrapped]);
  const touched = outcome.inputs
    .filter((input) => input.use === 'mutable' && !gone.has(input.id))
    .map(({ id }): MoveWrite => {
      const { type, hasPublicTransfer, contents, owner, storageRebate } = inputs.get(id) as MoveRecord;
      return { kind: 'move', id, type, hasPublicTransfer, contents, owner: ownerToWrite(owner), storageRebate };
    });
  return [...outcome.writes, ...touched];
}

function ownerToWrite(owner: Owner): OwnerWrite {
  switch (owner.$kind) {
    case 'AddressOwner':
      return { kind: 'address', address: owner.AddressOwner };
    case 'ObjectOwner':
      return { kind: 'object', parent: owner.ObjectOwner };
    case 'ConsensusAddressOwner':
      return { kind: 'consensusAddress', address: owner.ConsensusAddressOwner.owner };
    case 'Shared':
      return { kind: 'shared' };
    default:
      return refuse('an immutable object was taken mutably');
  }
}

/** Every id plays one part, and that part fits what the ledger knows of it. */
function checkSets(outcome: TransactionOutcome, writes: readonly ObjectWrite[], state: StateView): void {
  const parts = new Map<string, string>();
  const claim = (id: string, part: string): void => {
    const other = parts.get(id);
    if (other !== undefined) refuse(`${id} is both ${other} and ${part}`);
    parts.set(id, part);
  };
  const created = new Set(outcome.created);
  const phantoms = new Set(outcome.inputs.filter((input) => input.phantom).map((input) => input.id));
  const exists = (id: string): boolean => state.live(id) !== undefined || phantoms.has(id);
  for (const { id, kind } of writes) {
    claim(id, 'written');
    if (kind === 'package' && !created.has(id)) refuse(`package ${id} is not among the objects created`);
    if (!created.has(id) && !exists(id) && !state.isWrapped(id)) refuse(`${id} was neither created, live nor wrapped`);
  }
  for (const id of outcome.deleted) {
    claim(id, 'deleted');
    if (!exists(id) && !state.isWrapped(id)) refuse(`${id} was deleted without having existed`);
  }
  for (const id of outcome.wrapped) {
    claim(id, 'wrapped');
    if (!created.has(id) && !exists(id)) refuse(`${id} was wrapped without having been live`);
  }
  for (const id of created) {
    const part = parts.get(id);
    if (part !== 'written' && part !== 'wrapped') refuse(`${id} was created but is ${part ?? 'nowhere'}`);
    // An id that was deleted may come back: a dynamic field's is derived from its parent and its name.
    if (exists(id) || state.isWrapped(id)) refuse(`${id} was created but existed before`);
  }
}

function writeObject(write: ObjectWrite, old: ObjectRecord | undefined, lamport: bigint, digest: string): ObjectRecord {
  const { id, storageRebate } = write;
  if (normalizeAddress(id) !== id) refuse(`${id} is not in its 64-digit form`);
  const common = { id, storageRebate, previousTransaction: digest };
  if (write.kind === 'package') {
    const { version } = write;
    return seal({ ...common, kind: 'package', version, owner: PACKAGE_OWNER, package: write.package });
  }
  if (idOfContents(write.contents) !== id) refuse(`the contents of ${id} carry another id`);
  return seal({
    ...common,
    kind: 'move',
    version: lamport,
    owner: newOwner(write.owner, old?.owner, lamport),
    type: canonicalType(write.type),
    hasPublicTransfer: write.hasPublicTransfer,
    contents: write.contents,
  });
}

function newOwner(owner: OwnerWrite, old: Owner | undefined, lamport: bigint): Owner {
  switch (owner.kind) {
    case 'address':
      return { $kind: 'AddressOwner', AddressOwner: normalizeAddress(owner.address) };
    case 'object':
      return { $kind: 'ObjectOwner', ObjectOwner: normalizeAddress(owner.parent) };
    case 'immutable':
      return { $kind: 'Immutable', Immutable: true };
    case 'shared': {
      const since = old?.$kind === 'Shared' ? old.Shared.initialSharedVersion : String(lamport);
      return { $kind: 'Shared', Shared: { initialSharedVersion: since } };
    }
    case 'consensusAddress': {
      const address = normalizeAddress(owner.address);
      const same = old?.$kind === 'ConsensusAddressOwner' && old.ConsensusAddressOwner.owner === address;
      const startVersion = same ? old.ConsensusAddressOwner.startVersion : String(lamport);
      return { $kind: 'ConsensusAddressOwner', ConsensusAddressOwner: { startVersion, owner: address } };
    }
  }
}

function outputState(object: ObjectRecord | undefined): Change['outputState'] {
  if (!object) return { NotExist: true };
  if (object.kind === 'package') return { PackageWrite: [object.version, object.digest] };
  return { ObjectWrite: [object.digest, object.owner] };
}

/** Digests in the order of their bytes, each once. */
function sortDigests(digests: readonly string[]): string[] {
  return [...new Set(digests)]
    .map((digest) => fromBase58(digest))
    .sort((a, b) => Buffer.compare(a, b))
    .map((digest) => toBase58(digest));
}

/** Decodes effects; this ledger writes version 2 only. */
export function readEffects(effects: Uint8Array): EffectsV2 {
  const value = decodeEffects(effects);
  if (value.$kind !== 'V2') throw new LedgerError('OUTCOME_INVALID', 'effects of version 1 are not written any more');
  return value.V2;
}

/**
 * Balance changes of a transaction: coins after it minus coins before it, by owner and coin type. Zero sums are left out.
 * @param replaced objects changed, as they were
 */
export function balanceChanges(replaced: readonly ObjectRecord[], after: readonly ObjectRecord[]): BalanceChange[] {
  const sums = new Map<string, { address: string; coinType: string; amount: bigint }>();
  const add = (object: ObjectRecord, sign: bigint): void => {
    const address = ownerAddress(object.owner);
    const balance = coinBalance(object);
    if (address === undefined || balance === undefined) return;
    const coinType = coinTypeOf((object as MoveRecord).type)!;
    const key = `${address} ${coinType}`;
    const entry = sums.get(key) ?? { address, coinType, amount: 0n };
    entry.amount += sign * balance;
    sums.set(key, entry);
  };
  for (const object of replaced) add(object, -1n);
  for (const object of after) add(object, 1n);
  return [...sums.entries()]
    .filter(([, { amount }]) => amount !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, change]) => change);
}
