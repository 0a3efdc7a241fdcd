/**
 * A transaction with types: what each argument of each command is, and how it is used. Made before anything runs, so that
 * a transaction whose commands do not fit together fails without having executed any of them.
 */
import type { Argument } from '../ledger/outcome.ts';
import type { MoveRecord } from '../ledger/objects.ts';
import type { FunctionInstance, Linkage } from '../vm/loader.ts';
import type { Type } from '../vm/types.ts';
import type { Value } from '../vm/values.ts';
import type { Upgrade } from './transaction.ts';

/** Where a value comes from. A pure input has one place for each type that it is used at. */
export type Origin =
  | { readonly kind: 'context' }
  | { readonly kind: 'gas' }
  | { readonly kind: 'object'; readonly record: MoveRecord; readonly usage: ObjectUsage }
  | { readonly kind: 'pure'; readonly bytes: Uint8Array }
  | { readonly kind: 'receiving'; readonly id: string; readonly version: bigint }
  | { readonly kind: 'result' };

/** How an input object may be used. `Shared` ones must be shared again or deleted when taken by value. */
export interface ObjectUsage {
  readonly mutable: boolean;
  readonly shared: boolean;
}

/** A place that holds a value, or held one until it was taken. */
export class Place {
  readonly origin: Origin;
  readonly type: Type;
  /** How the transaction names it; null for the context. */
  readonly argument: Argument | null;
  /** The value while the transaction runs; empty before it is loaded and after it was taken. References point here. */
  readonly cell: Value[] = [];

  constructor(origin: Origin, type: Type, argument: Argument | null) {
    this.origin = origin;
    this.type = type;
    this.argument = argument;
  }
}

/**
 * How an argument takes its value:
 * - `use`: the value itself, moved or copied;
 * - `borrow`: a reference to it;
 * - `read`: what the reference in the place refers to, copied;
 * - `freeze`: the mutable reference in the place, as an immutable one.
 */
export type ArgumentMode = 'use' | 'borrow' | 'read' | 'freeze';

export interface TypedArgument {
  /** Position among the command's arguments, as failures name it. */
  readonly index: number;
  readonly place: Place;
  readonly mode: ArgumentMode;
  /** Type of what the command gets. */
  readonly type: Type;
  /** Of a borrow: whether the reference is mutable. */
  readonly mutable: boolean;
  /** Whether the place is empty afterwards. The last copy of a value becomes a move where nothing borrows it. */
  move: boolean;
  /** Of a copy: whether something borrowed the value at that moment. */
  borrowed: boolean;
}

export type Action =
  | { readonly kind: 'call'; readonly function: FunctionInstance; readonly linkage: Linkage; readonly package: string }
  | { readonly kind: 'transfer' }
  /** Type of the coin, `0x2::coin::Coin<T>`. */
  | { readonly kind: 'split'; readonly coin: Type }
  | { readonly kind: 'merge'; readonly coin: Type }
  | { readonly kind: 'vector'; readonly element: Type }
  | { readonly kind: 'publish'; readonly modules: readonly Uint8Array[]; readonly dependencies: readonly string[] }
  | { readonly kind: 'upgrade'; readonly upgrade: Upgrade };

export interface TypedCommand {
  readonly index: number;
  readonly action: Action;
  /** Objects before the recipient; the coin before the amounts; the target before the coins merged into it. */
  readonly arguments: readonly TypedArgument[];
  readonly results: readonly Place[];
  /** For each result, whether nothing uses it and it can be dropped. */
  dropped: readonly boolean[];
  /** Shared objects that the command takes by value, so that it must share them again or delete them. */
  consumesShared: boolean;
}

/** A place whose bytes have to fit the type that a command wants; the constraint names who wanted it first. */
export interface ByteInput {
  readonly place: Place;
  readonly command: number;
  readonly argument: number;
}

export interface Program {
  readonly context: Place;
  readonly gas: Place;
  /** Input objects in the order of the inputs. */
  readonly objects: readonly Place[];
  readonly pure: readonly ByteInput[];
  readonly receiving: readonly ByteInput[];
  readonly commands: readonly TypedCommand[];
}
