/**
 * What a transaction executor hands to the ledger.
 *
 * The executor says what happened to which object; versions, digests, effects, dependencies and indices are the
 * ledger's work (`prepareTransaction`). The same outcome serves simulation, where it is only prepared, and execution,
 * where it is committed.
 */
import type { bcs } from '@mysten/sui/bcs';
import type { EventValue, GasCosts } from './bcs.ts';
import type { ObjectRecord, PackageValue } from './objects.ts';
import type { ObjectKey } from './types.ts';

/** `TransactionEffectsV2` as its BCS encoder takes it. */
export type EffectsInput = Extract<Parameters<typeof bcs.TransactionEffects.serialize>[0], { V2: unknown }>['V2'];

/** Status of an execution, as in Sui's BCS: `{ Success: true }` or `{ Failure: { error, command } }`. */
export type ExecutionStatus = EffectsInput['status'];

/**
 * How a transaction's input was used. It fixes three things: the lamport version (one more than the highest version of
 * all inputs), the dependencies, and what appears in the effects.
 *
 * - `mutable`: an owned object, a gas coin or a shared object taken mutably. If the outcome neither writes, deletes nor
 *   wraps it, the ledger rewrites it unchanged at the new version, as Sui does even when the transaction fails.
 * - `read`: an immutable object, or a shared one taken immutably; the latter appears as `ReadOnlyRoot`.
 * - `receiving`: an object sent to another object; appears in the effects only if it was really received.
 */
export interface InputUse extends ObjectKey {
  readonly use: 'mutable' | 'read' | 'receiving';
  /** Only for an object that the ledger does not hold: the mock gas coin of a simulation. Cannot be committed. */
  readonly phantom?: ObjectRecord;
}

/** Who owns an object after the transaction. Start versions are filled in by the ledger. */
export type OwnerWrite =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'object'; readonly parent: string }
  | { readonly kind: 'shared' }
  | { readonly kind: 'consensusAddress'; readonly address: string }
  | { readonly kind: 'immutable' };

/** A Move object as the transaction leaves it. Its version becomes the lamport version. */
export interface MoveWrite {
  readonly kind: 'move';
  /** Must equal the first 32 bytes of `contents`. */
  readonly id: string;
  /** Any spelling; the ledger canonicalizes it. */
  readonly type: string;
  readonly hasPublicTransfer: boolean;
  readonly contents: Uint8Array;
  readonly owner: OwnerWrite;
  /** MIST. */
  readonly storageRebate: bigint;
}

/** A package that was published or upgraded: always a new object. */
export interface PackageWrite {
  readonly kind: 'package';
  readonly id: string;
  /** 1 for a publication, one more than the predecessor for an upgrade. */
  readonly version: bigint;
  readonly package: PackageValue;
  readonly storageRebate: bigint;
}

export type ObjectWrite = MoveWrite | PackageWrite;

/**
 * The result of executing one transaction.
 *
 * A failed transaction must carry the writes that survive failure only: the gas coins. Objects that were created and
 * deleted in the same transaction are not mentioned at all.
 */
export interface TransactionOutcome {
  /** BCS `TransactionData`. */
  readonly transaction: Uint8Array;
  /** Its digest in base58, where that is known. */
  readonly digest?: string;
  /** Serialized user signatures (flag || signature || key), sender first; empty in a simulation. */
  readonly signatures: readonly Uint8Array[];
  readonly status: ExecutionStatus;
  /** MIST. */
  readonly gasUsed: GasCosts;
  /** The coin that paid; must be among the objects changed. Absent for system transactions. */
  readonly gasObject?: string;
  /** Every input object, gas coins and shared objects included, each once. */
  readonly inputs: readonly InputUse[];
  /** Objects created, mutated or unwrapped, and packages published, each once. */
  readonly writes: readonly ObjectWrite[];
  /** Ids of all objects that this transaction created and did not delete: written ones and wrapped ones. */
  readonly created: readonly string[];
  /** Ids whose UID was deleted: objects that were live before, or wrapped before ("unwrapped then deleted"). */
  readonly deleted: readonly string[];
  /** Ids that are inside another object now: objects that were live before, or created here. */
  readonly wrapped: readonly string[];
  /** In order of emission. */
  readonly events: readonly EventValue[];
  /** Objects that were loaded beside the inputs and not changed: dynamic fields read, packages called. */
  readonly loaded: readonly ObjectKey[];
}

/** One value that a command returned or changed through a reference, for simulations. */
export interface CommandValue {
  /** Canonical type. */
  readonly type: string;
  /** BCS. */
  readonly value: Uint8Array;
  /** The argument that the reference was passed in; absent for return values. */
  readonly argument?: Argument;
}

/** An argument of a programmable transaction, as in Sui's BCS. */
export type Argument = typeof bcs.Argument.$inferType;

/** What one command returned. */
export interface CommandResult {
  readonly returnValues: readonly CommandValue[];
  readonly mutatedReferences: readonly CommandValue[];
}
