/** Evidence as it is stored; that of the newest blocks, which are proven next, from memory. */
import type { ChainId } from '../../protocol/index.ts';
import { Recent } from '../recent.ts';
import type { StoredEvidence } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { groupBy, max, min } from './common.ts';

const RECENT_BYTES = 16_000_000;

/** Of evidence, by block. */
interface Place {
  readonly height: bigint;
  readonly item: number;
}

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

  /** @param evidence that is in the store; of a block there may be more, which was found at another time */
  keep(evidence: readonly StoredEvidence[]): void {
    for (const [height, ofBlock] of groupBy(evidence, (one) => one.height)) {
      this.#recent.set(
        height,
        ofBlock,
        ofBlock.reduce((sum, { body }) => sum + body.length, 0),
      );
    }
  }

  /** Those that are in the store. */
  async read(wanted: readonly Place[]): Promise<Bodies> {
    const heights = [...new Set(wanted.map(({ height }) => height))];
    const recent = bodiesOf(heights.flatMap((height) => this.#recent.get(height) ?? []));
    if (wanted.every(({ height, item }) => recent(height, item) !== undefined)) return recent;
    const [lowest, highest] = [heights.reduce(min), heights.reduce(max)];
    return bodiesOf(await this.#store.evidence(this.#chain, lowest, highest));
  }
}

function bodiesOf(evidence: readonly StoredEvidence[]): Bodies {
  const bodies = new Map(evidence.map(({ height, item, body }) => [`${height}/${item}`, body]));
  return (height, item) => bodies.get(`${height}/${item}`);
}
