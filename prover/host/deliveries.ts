/** What chains show of deliveries, and what has been noted of them: only what is new costs a look into the database. */
import { toHex, type ChainId } from '../protocol/index.ts';
import type { Outcome, Seen } from './destinations/destination.ts';
import type { Log } from './log.ts';
import type { JobData } from './queue.ts';
import type { StoredMessage } from './store/rows.ts';
import type { Store } from './store/store.ts';

/** A delivery that is in the store. */
interface Noted {
  readonly id: Uint8Array;
  /** Its block, where that may be replaced yet */
  readonly height: bigint | undefined;
  /** By `performance.now` */
  readonly at: number;
}

export interface DeliveriesOptions {
  readonly store: Store;
  readonly log: Log;
  /** Has a message tried again whose recipient has failed */
  readonly retry: (job: JobData) => Promise<void>;
  /** Has a message delivered again whose delivery is gone; with the run that it is in, if any */
  readonly open: (message: StoredMessage, run: Uint8Array | undefined) => Promise<void>;
}

/** How long a delivery that nothing replaces is kept in mind: longer than it takes to be seen once more. */
const KEPT_MS = 60_000;

export class Deliveries {
  readonly #o: DeliveriesOptions;
  /** By chain, then by message id in hex: all that the store has of the blocks that are read again, and some more. */
  readonly #noted = new Map<ChainId, Map<JobData['id'], Noted>>();

  constructor(options: DeliveriesOptions) {
    this.#o = options;
  }

  /** Notes what became of messages, and sees to it that those whose recipient failed are tried again. */
  async note(chain: ChainId, outcomes: readonly Outcome[]): Promise<void> {
    const { store, log } = this.#o;
    const noted = await this.#notedOf(chain);
    const delivered = outcomes.filter((outcome) => outcome.kind === 'delivered');
    const fresh = delivered.filter(({ id, height }) => {
      const known = noted.get(toHex(id));
      return known === undefined || known.height !== height;
    });
    const news = new Set((await store.markDelivered(fresh)).map(toHex));
    const at = performance.now();
    for (const { id, transaction, height } of fresh) {
      const messageId = toHex(id);
      noted.set(messageId, { id, height, at });
      if (news.delete(messageId)) log.info({ messageId, transaction }, 'delivered');
    }
    for (const outcome of outcomes) {
      if (outcome.kind !== 'failed') continue;
      const id = toHex(outcome.id);
      const isNew = await store.markFailed(outcome.id, outcome.reason, outcome.isPaid ?? false);
      if (!isNew) continue;
      log.warn({ messageId: id, reason: outcome.reason }, 'recipient failed');
      await this.#o.retry({ id });
    }
  }

  /**
   * Notes what a destination shows, and opens again what it showed before and does not any more: a block with deliveries
   * may be replaced by one without.
   * @param askedAt by `performance.now`, when the destination was asked
   */
  async see(chain: ChainId, { outcomes, signers, reread }: Seen, askedAt: number): Promise<void> {
    const { store, log } = this.#o;
    await store.addSigners(chain, signers);
    await this.note(chain, outcomes);
    const noted = await this.#notedOf(chain);
    const still = new Set(outcomes.filter(({ kind }) => kind === 'delivered').map(({ id }) => toHex(id)));
    const gone: Uint8Array[] = [];
    for (const [messageId, { id, height, at }] of noted) {
      // What is below the blocks that were read is not read again.
      const isOver = height === undefined ? at < askedAt - KEPT_MS : reread !== undefined && height < reread.from;
      if (isOver) noted.delete(messageId);
      else if (reread && height !== undefined && height <= reread.to && at < askedAt && !still.has(messageId)) {
        gone.push(id);
      }
    }
    if (gone.length === 0) return;
    for (const { message, run } of await store.reopen(gone)) {
      log.warn({ messageId: toHex(message.id) }, 'its delivery is gone from the chain');
      await this.#o.open(message, run);
    }
    for (const id of gone) noted.delete(toHex(id));
  }

  /** At first, what a process before this one has noted. */
  async #notedOf(chain: ChainId): Promise<Map<JobData['id'], Noted>> {
    const known = this.#noted.get(chain);
    if (known) return known;
    const kept = await this.#o.store.deliveriesFrom(chain, deliveriesCursor(chain));
    const noted = new Map(kept.map(({ id, height }) => [toHex(id), { id, height, at: -Infinity }]));
    // Another call may have been faster.
    if (!this.#noted.has(chain)) this.#noted.set(chain, noted);
    return this.#noted.get(chain)!;
  }
}

/** Name of the cursor of a chain's deliveries: what is in blocks below is not read again. */
export function deliveriesCursor(chain: ChainId): string {
  return `deliveries/${chain}`;
}
