/** Evidence as it is stored; that of the newest blocks, which are proven next, from memory. */
import type { ChainId } from '../../protocol/index.ts';
import { Recent } from '../recent.ts';
import type { StoredEvidence } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { groupBy } from './common.ts';

const RECENT_BYTES = 16_000_000;

/** Bodies by block and item. */
export type Bodies = (height: bigint, item: number) => Uint8Array | undefined;

export class EvidenceShelf {
  readonly #chain: ChainId;
  readonly #store: Store;
  readonly #recent = new Recent<bigint, readonly StoredEvidence[]>(RECENT_BYTES);

  constructor(chain: ChainId, store: Store) {
    this.#chain = chain;
    this.#store = store;
  }

  /** @param evidence that is in the store, all there is of its blocks */
  keep(evidence: readonly StoredEvidence[]): void {
    for (const [height, ofBlock] of groupBy(evidence, (one) => one.height)) {
      this.#recent.set(
        height,
        ofBlock,
        ofBlock.reduce((sum, { body }) => sum + body.length, 0),
      );
    }
  }

  /** @param heights of blocks, ascending */
  async read(heights: readonly bigint[]): Promise<Bodies> {
    const recent = heights.map((height) => this.#recent.get(height));
    const isWhole = recent.every((found) => found !== undefined);
    const found = isWhole ? recent.flat() : await this.#store.evidence(this.#chain, heights[0]!, heights.at(-1)!);
    const bodies = new Map(found.map(({ height, item, body }) => [`${height}/${item}`, body]));
    return (height, item) => bodies.get(`${height}/${item}`);
  }
}
