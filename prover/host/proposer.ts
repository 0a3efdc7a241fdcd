/** Which messages become a run together, and when. */
import type { Destination } from './destinations/destination.ts';
import type { Anchor, Origin } from './origins/origin.ts';
import type { BatchOptions, Exchange } from './pipeline.ts';
import { consecutive, runOf, type NewRun, type ServedLane } from './runs.ts';
import type { StoredMessage } from './store/rows.ts';
import type { Store } from './store/store.ts';

export interface ProposerOptions {
  readonly store: Store;
  readonly lanes: readonly ServedLane[];
  readonly exchange: Exchange;
  readonly batch: BatchOptions;
  readonly destination: (chain: bigint) => Destination;
  /** Makes a run known, and has it proven */
  readonly add: (run: NewRun, messages: readonly StoredMessage[]) => Promise<void>;
}

/** A run that will be proposed when its messages are stored. */
export interface ExpectedRun {
  readonly run: NewRun;
  readonly messages: readonly StoredMessage[];
}

/** What this host knows of a lane's runs. */
interface Known {
  /** Below this nonce, all of the lane is in runs, or was delivered before it was */
  readonly covered: bigint;
  /** Whether no run begins at it or above */
  readonly isEnd: boolean;
}

export class Proposer {
  readonly #o: ProposerOptions;
  readonly #known = new WeakMap<ServedLane, Known>();
  readonly #expected = new WeakMap<ServedLane, ExpectedRun & { readonly anchor: Anchor }>();
  /** Lanes that others have made runs of since their runs were last looked at */
  readonly #isStale = new WeakSet<ServedLane>();

  constructor(options: ProposerOptions) {
    this.#o = options;
  }

  /** Others have made a run of a lane: it may be anywhere. */
  hasOthers(lane: ServedLane | undefined): void {
    if (lane) this.#isStale.add(lane);
  }

  /**
   * The runs that messages will be which are final and not stored yet: of each lane the first one, where nothing else
   * comes before it and nothing is waited for.
   */
  expect(origin: Origin, anchor: Anchor, messages: readonly StoredMessage[]): ExpectedRun[] {
    return this.#lanesOf(origin).flatMap((lane) => {
      const { batch, exchange } = this.#o;
      const known = this.#known.get(lane);
      const ofLane = messages.filter(({ destinationChain }) => destinationChain === lane.destinationChain);
      const [first] = ofLane;
      const isNext = known?.isEnd && !this.#isStale.has(lane) && first?.nonce === known.covered;
      if (!isNext || exchange.delay(lane, first.nonce) > 0) return [];
      const { count, isFull } = this.#choose(lane, consecutive(ofLane));
      if (count === 0 || (!isFull && batch.maxAgeMilliseconds > 0)) return [];
      const chosen = ofLane.slice(0, count);
      const expected = { run: runOf(lane, chosen, anchor), messages: chosen };
      this.#expected.set(lane, { ...expected, anchor });
      return [expected];
    });
  }

  /**
   * Proposes runs of what is final on an origin and not in a run yet.
   * @returns in how many milliseconds to look again though nothing new has become final
   */
  async propose(origin: Origin): Promise<number | undefined> {
    let soonest: number | undefined;
    for (const lane of this.#lanesOf(origin)) {
      if (!origin.head) continue;
      const wait = await this.#proposeLane(lane, origin.head);
      if (wait !== undefined && (soonest === undefined || wait < soonest)) soonest = wait;
    }
    return soonest;
  }

  async #proposeLane(lane: ServedLane, anchor: Anchor): Promise<number | undefined> {
    const { store, batch, exchange } = this.#o;
    const { limit } = this.#choose(lane, []);
    await this.#proposeExpected(lane, anchor);
    for (;;) {
      const { first, end } = await this.#uncovered(lane);
      const { messages, oldest } = await store.openFrom(lane, first, limit, end);
      if (oldest === undefined && end !== undefined) {
        // Others have delivered all before that run: a lane's messages become known in order.
        this.#known.set(lane, { covered: end, isEnd: false });
        continue;
      }
      const run = consecutive(messages).filter(({ nonce }) => end === undefined || nonce < end);
      const { count, isFull } = this.#choose(lane, run);
      if (count === 0 || oldest === undefined) return undefined;
      const age = Date.now() - oldest.getTime();
      // Before another's run there is nothing to wait for.
      const isDue = isFull || run.at(-1)!.nonce + 1n === end;
      const wait = (isDue ? 0 : batch.maxAgeMilliseconds) + exchange.delay(lane, run[0]!.nonce);
      if (age < wait) return wait - age;
      const chosen = run.slice(0, count);
      await this.#add(lane, runOf(lane, chosen, anchor), chosen);
    }
  }

  /** What was expected, now that it is stored: its anchor has become the head, and not another one of that height. */
  async #proposeExpected(lane: ServedLane, anchor: Anchor): Promise<void> {
    const expected = this.#expected.get(lane);
    this.#expected.delete(lane);
    const known = this.#known.get(lane);
    if (!expected || !known?.isEnd || this.#isStale.has(lane)) return;
    const { run, messages } = expected;
    if (run.firstNonce === known.covered && expected.anchor === anchor) await this.#add(lane, run, messages);
  }

  async #add(lane: ServedLane, run: NewRun, messages: readonly StoredMessage[]): Promise<void> {
    await this.#o.add(run, messages);
    const isEnd = this.#known.get(lane)?.isEnd ?? false;
    this.#known.set(lane, { covered: run.lastNonce + 1n, isEnd });
  }

  /** How many messages from the first on make a run, and whether no more would fit. */
  #choose(lane: ServedLane, run: readonly StoredMessage[]): { count: number; isFull: boolean; limit: number } {
    const destination = this.#o.destination(lane.destinationChain);
    const limit = Math.min(this.#o.batch.maxMessages, destination.maxRun);
    const some = run.slice(0, limit);
    const count = some.length === 0 ? 0 : Math.min(some.length, destination.fit(some));
    return { count, isFull: count === limit || count < some.length, limit };
  }

  /** The first stretch of a lane that no run covers. Nothing lies beyond it while there are only this host's runs. */
  async #uncovered(lane: ServedLane): Promise<{ first: bigint; end?: bigint }> {
    const known = this.#known.get(lane);
    if (known?.isEnd && !this.#isStale.has(lane)) return { first: known.covered };
    // Whatever comes while the store is asked is looked at once more.
    this.#isStale.delete(lane);
    const found = await this.#o.store.uncovered(lane, known?.covered ?? BigInt(lane.generation) << 48n);
    this.#known.set(lane, { covered: found.first, isEnd: found.end === undefined });
    return found;
  }

  #lanesOf({ chain }: Origin): readonly ServedLane[] {
    return this.#o.lanes.filter(({ originChain }) => originChain === chain);
  }
}
