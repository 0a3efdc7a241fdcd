// Gas as Sui's virtual machine counts it (gas model version 11, cost table 5): each instruction pays for itself, for
// the values it pushes and for the memory they take, at rates that step up as the totals of the transaction grow.
// The figures are Sui's; what a transaction is charged from them is modelled, not measured on a node.

import { VmError } from './errors.ts';

/** Steps of a rate: from `start` on, units cost `rate`. The first starts at 0. */
export type Tiers = readonly (readonly [start: number, rate: number])[];

export interface CostTable {
  readonly instruction: Tiers;
  readonly stackHeight: Tiers;
  readonly stackSize: Tiers;
}

export const SUI_COST_TABLE: CostTable = {
  instruction: [
    [0, 1],
    [20_000, 2],
    [50_000, 10],
    [100_000, 50],
    [200_000, 100],
    [10_000_000, 1000],
  ],
  stackHeight: [
    [0, 1],
    [1_000, 2],
    [10_000, 10],
  ],
  stackSize: [
    [0, 1],
    [100_000, 2],
    [500_000, 5],
    [1_000_000, 100],
    [100_000_000, 1000],
  ],
};

/** One unit of computation is so many internal units. */
const INTERNAL_UNITS = 1000;
/** Calls of native functions beyond this number count their cost as instructions. */
const NATIVE_CALL_THRESHOLD = 700;

/** Computation units that a transaction can use at most, whatever its budget. */
export const MAX_COMPUTATION_UNITS = 5_000_000;
/** Units are rounded up to a multiple of this before they are priced. */
export const ROUNDING_STEP = 1000;

export interface MeterOptions {
  /** Computation units (budget divided by gas price) that may be spent; none if absent: counted but not limited. */
  readonly units?: number;
  /** Instructions after which execution ends in any case. */
  readonly maxInstructions?: number;
  /** Abstract memory (see `size.ts`) after whose allocation, in total, execution ends in any case. */
  readonly maxMemory?: number;
  readonly costs?: CostTable;
}

/** One rate that steps up as a total grows. It never steps down again. */
class Rate {
  readonly #tiers: Tiers;
  rate: number;
  /** The total beyond which the rate changes. */
  next: number;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
    this.rate = tiers[0]?.[1] ?? 0;
    this.next = tiers[1]?.[0] ?? Infinity;
  }

  advance(total: number): void {
    let tier = 0;
    while (tier + 1 < this.#tiers.length && this.#tiers[tier + 1]![0] <= total) tier++;
    this.rate = this.#tiers[tier]![1];
    this.next = this.#tiers[tier + 1]?.[0] ?? Infinity;
  }
}

/** Counts what one transaction executes; shared by all its calls. */
export class Meter {
  /** Bytecode instructions executed so far; beyond 700 native calls, their cost counts as instructions too. */
  instructions = 0;
  nativeCalls = 0;
  /** Greatest height of the operand stack, as charged. */
  maxHeight = 0;
  /** Abstract memory pushed in total: the model never gives memory back. */
  memory = 0;
  /** Internal units left; Infinity if not limited. */
  #left: number;
  readonly #budget: number;
  #spent = 0;
  #height = 0;
  readonly #maxInstructions: number;
  readonly #maxMemory: number;
  readonly #instructionRate: Rate;
  readonly #heightRate: Rate;
  readonly #sizeRate: Rate;

  constructor(options: MeterOptions = {}) {
    const costs = options.costs ?? SUI_COST_TABLE;
    this.#budget = options.units === undefined ? Infinity : options.units * INTERNAL_UNITS;
    this.#left = this.#budget;
    this.#maxInstructions = options.maxInstructions ?? Infinity;
    this.#maxMemory = options.maxMemory ?? Infinity;
    this.#instructionRate = new Rate(costs.instruction);
    this.#heightRate = new Rate(costs.stackHeight);
    this.#sizeRate = new Rate(costs.stackSize);
    this.#instructionRate.next = Math.min(this.#instructionRate.next, this.#maxInstructions);
    this.#sizeRate.next = Math.min(this.#sizeRate.next, this.#maxMemory);
  }

  /** Charges `count` instructions that push and pop so many values, and take so much memory. */
  charge(pushes: number, pops: number, size: number, count = 1): void {
    const height = this.#height + pushes;
    if (height > this.maxHeight) this.maxHeight = height;
    if (height > this.#heightRate.next) this.#heightRate.advance(height);
    this.instructions += count;
    if (this.instructions > this.#instructionRate.next) this.#moreInstructions();
    this.memory += size;
    if (this.memory > this.#sizeRate.next) this.#moreMemory();
    this.deduct(this.#instructionRate.rate * count + this.#sizeRate.rate * size + this.#heightRate.rate * pushes);
    this.#height = height > pops ? height - pops : 0;
  }

  #moreInstructions(): void {
    if (this.instructions > this.#maxInstructions) {
      throw new VmError('OUT_OF_GAS', `more than ${this.#maxInstructions} instructions`);
    }
    this.#instructionRate.advance(this.instructions);
    this.#instructionRate.next = Math.min(this.#instructionRate.next, this.#maxInstructions);
  }

  #moreMemory(): void {
    if (this.memory > this.#maxMemory) throw new VmError('OUT_OF_GAS', `more than ${this.#maxMemory} units of memory`);
    this.#sizeRate.advance(this.memory);
    this.#sizeRate.next = Math.min(this.#sizeRate.next, this.#maxMemory);
  }

  /** Charges the result of a native function: its cost, and the values it returns. */
  chargeNative(cost: number, pushes: number, size: number): void {
    this.nativeCalls++;
    if (this.nativeCalls > NATIVE_CALL_THRESHOLD) return this.charge(pushes, 0, size, cost);
    this.charge(pushes, 0, size, 0);
    this.deduct(cost);
  }

  /** Spends internal units. */
  deduct(units: number): void {
    this.#spent += units;
    this.#left -= units;
    if (this.#left < 0) {
      this.#spent = this.#budget;
      this.#left = 0;
      throw new VmError('OUT_OF_GAS', 'the computation budget is spent');
    }
  }

  /** Charges bytes read or published, at a cost in internal units a byte. */
  chargeBytes(bytes: number, costPerByte: number): void {
    this.deduct(bytes * costPerByte);
  }

  /** Whether so many more internal units could be spent. */
  affords(units: number): boolean {
    return units <= this.#left;
  }

  /** Computation units spent, rounded down, before rounding to the price step. */
  get unitsUsed(): number {
    return Math.floor(this.#spent / INTERNAL_UNITS);
  }

  /** Computation units that are priced: rounded up to a multiple of 1000, at least 1000. */
  get unitsPriced(): number {
    const used = this.unitsUsed;
    if (used > 0 && used % ROUNDING_STEP === 0) return used;
    return (Math.floor(used / ROUNDING_STEP) + 1) * ROUNDING_STEP;
  }
}
