/**
 * What a transaction pays, as Sui's gas model (version 11) has it: computation by the units used, rounded up, at the
 * transaction's price; storage for every byte written; a rebate for what was paid before for the objects written or
 * deleted. The figures are modelled, not measured on a node.
 */
import type { GasCosts } from '../ledger/bcs.ts';
import { coinBalance, coinContents, type MoveRecord, type ObjectRecord } from '../ledger/objects.ts';
import type { Type } from '../vm/types.ts';
import { chargedSize, unchanged, type Changes, type MoveDraft } from './changes.ts';
import { ExecutionFailure, failureName } from './failure.ts';
import { FIGURES } from './figures.ts';

/** What decides what is paid. */
export interface Payment {
  /** Gas coins as they were; the first takes the others up. */
  readonly coins: readonly MoveRecord[];
  readonly coinType: Type;
  /** Input objects that were taken mutably, with their types. */
  readonly mutable: readonly (readonly [MoveRecord, Type])[];
  /** MIST per unit. */
  readonly price: bigint;
  readonly referencePrice: bigint;
  /** MIST. */
  readonly budget: bigint;
  /** Computation units, rounded up as they are priced. */
  readonly units: number;
}

/** A transaction with everything paid. */
export interface Settlement {
  readonly costs: GasCosts;
  readonly changes: Changes;
  /** MIST that is paid back when an object is deleted, by id; all objects written have an entry. */
  readonly rebates: ReadonlyMap<string, bigint>;
  readonly failure: ExecutionFailure | null;
}

/** Contents of the gas coin once all gas coins are in it. */
export function smashedCoin(coins: readonly MoveRecord[]): Uint8Array {
  const total = coins.reduce((sum, coin) => sum + coinBalance(coin)!, 0n);
  return coinContents(coins[0]!.id, total);
}

/**
 * Settles a transaction. A failed one changes nothing but its gas coins.
 * @param changes what the execution changed, before gas coins other than the first were put into it
 */
export function settle(payment: Payment, changes: Changes | null, failure: ExecutionFailure | null): Settlement {
  const { computation, exhausted } = computationCost(payment, failure);
  let outcome = failure ?? (exhausted ? outOfGas('the budget does not cover the computation') : null);
  let settled = outcome || !changes ? onlyGas(payment) : withSmashed(payment, changes);
  touchInputs(payment, settled);
  let storage = storageOf(settled);
  let spent = computation;
  if (!covers(payment.budget - spent, storage)) {
    // The writes are given up; input objects are still written at a new version and have to be paid for.
    outcome ??= outOfGas('the budget does not cover the storage');
    settled = onlyGas(payment);
    touchInputs(payment, settled);
    storage = storageOf(settled);
    if (!covers(payment.budget - spent, storage)) {
      spent = payment.budget;
      storage = withoutStorage(settled);
    }
  }
  const costs: GasCosts = {
    computationCost: spent,
    storageCost: storage.cost,
    storageRebate: storage.rebate,
    nonRefundableStorageFee: storage.fee,
  };
  deduct(payment, settled, costs);
  return { costs, changes: settled, rebates: storage.rebates, failure: outcome };
}

function outOfGas(detail: string): ExecutionFailure {
  return new ExecutionFailure({ InsufficientGas: true }, detail);
}

function computationCost(
  { price, referencePrice, budget, units }: Payment,
  failure: ExecutionFailure | null,
): { computation: bigint; exhausted: boolean } {
  const aborted = failure !== null && failureName(failure.status) === 'MoveAbort';
  const cap = FIGURES.abortPriceFactor * referencePrice;
  const effective = aborted && price > cap ? cap : price;
  const cost = BigInt(units) * effective;
  return budget <= cost ? { computation: budget, exhausted: true } : { computation: cost, exhausted: false };
}

// What changes.

/** The gas coins alone change: the others are put into the first. */
function onlyGas(payment: Payment): Changes {
  const { coins, coinType } = payment;
  const changes: Changes = {
    written: new Map(),
    modified: new Map(),
    created: new Set(),
    deleted: new Set(),
    read: [],
  };
  const coin: MoveDraft = { ...unchanged(coins[0]!, coinType), contents: smashedCoin(coins) };
  changes.written.set(coin.id, coin);
  changes.modified.set(coin.id, coins[0]!);
  return withSmashed(payment, changes);
}

function withSmashed({ coins }: Payment, changes: Changes): Changes {
  for (const coin of coins.slice(1)) {
    changes.modified.set(coin.id, coin);
    changes.deleted.add(coin.id);
  }
  return changes;
}

/** Mutable inputs get a new version, whether anything in them changed or not. */
function touchInputs({ mutable }: Payment, changes: Changes): void {
  for (const [record, type] of mutable) {
    if (changes.modified.has(record.id)) continue;
    changes.modified.set(record.id, record);
    changes.written.set(record.id, unchanged(record, type));
  }
}

// Storage.

interface Storage {
  readonly cost: bigint;
  readonly rebate: bigint;
  readonly fee: bigint;
  readonly rebates: Map<string, bigint>;
}

const BASIS_POINTS = 10_000n;

function storage(cost: bigint, freed: bigint, rebates: Map<string, bigint>): Storage {
  const rebate = (freed * FIGURES.rebateRate + BASIS_POINTS / 2n) / BASIS_POINTS;
  return { cost, rebate, fee: freed - rebate, rebates };
}

function storageOf({ written, modified }: Changes): Storage {
  const rebates = new Map<string, bigint>();
  let cost = 0n;
  for (const [id, draft] of written) {
    const price = BigInt(chargedSize(draft)) * FIGURES.storageUnitsPerByte * FIGURES.storagePrice;
    rebates.set(id, price);
    cost += price;
  }
  return storage(cost, sumRebates(modified.values()), rebates);
}

/** Nothing is paid for storage: objects keep the rebates that they had, and only what is gone pays back. */
function withoutStorage({ written, modified }: Changes): Storage {
  const rebates = new Map<string, bigint>();
  for (const id of written.keys()) rebates.set(id, modified.get(id)!.storageRebate);
  const gone = [...modified.values()].filter(({ id }) => !written.has(id));
  return storage(0n, sumRebates(gone), rebates);
}

function sumRebates(objects: Iterable<ObjectRecord>): bigint {
  let sum = 0n;
  for (const { storageRebate } of objects) sum += storageRebate;
  return sum;
}

/** Whether what is left of the budget pays for storage beyond the rebate. */
function covers(left: bigint, { cost, rebate }: Storage): boolean {
  return rebate >= cost || left >= cost - rebate;
}

function deduct({ coins }: Payment, { written }: Changes, costs: GasCosts): void {
  const draft = written.get(coins[0]!.id) as MoveDraft;
  const { contents } = draft;
  const balance = new DataView(contents.buffer, contents.byteOffset, contents.byteLength).getBigUint64(32, true);
  const net = costs.computationCost + costs.storageCost - costs.storageRebate;
  written.set(draft.id, { ...draft, contents: coinContents(draft.id, balance - net) });
}
