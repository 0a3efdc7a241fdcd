/**
 * Blocks of an Ethereum chain as its nodes show them. They are read before they are final, so that nothing is left to be
 * asked for when they are: what is read early counts for nothing until a finalized block leads to its hash.
 */
import {
  decodeMessageSentLog,
  fromEvmAddress,
  fromHex,
  MESSAGE_SENT_TOPIC,
  toHex,
  type ChainId,
} from '../../protocol/index.ts';
import { fetchHeader, fetchHeight, fetchReceipts, type EvmRequest, type Header } from '../evidence/execution.ts';
import { Recent } from '../recent.ts';
import type { StoredEvidence, StoredMessage } from '../store/rows.ts';
import { bloomHas } from './bloom.ts';
import { storedMessage } from './common.ts';
import { packParts } from './parts.ts';

/** What one block holds of ours. */
export interface BlockFound {
  readonly evidence: readonly StoredEvidence[];
  readonly messages: readonly StoredMessage[];
}

/** A block that was read before it was final. */
interface Early {
  readonly header: Header;
  readonly found: BlockFound;
}

/** Finality is three epochs of 32 blocks behind the newest one at times. */
const MAX_EARLY = 128n;
/** What is kept in memory of blocks that are not final; a node may show anything. */
const EARLY_BYTES = 32_000_000;
const TRANSACTION_BYTES = 100;
const MESSAGE_BYTES = 1_000;
const NOTHING: BlockFound = { evidence: [], messages: [] };

export class BlockReader {
  readonly #chain: ChainId;
  readonly #outbox: `0x${string}`;
  /** By height */
  readonly #early = new Recent<bigint, Early>(EARLY_BYTES);
  #isReading = false;

  /** @param outbox 32 bytes */
  constructor(chain: ChainId, outbox: Uint8Array) {
    this.#chain = chain;
    this.#outbox = `0x${toHex(outbox).slice(-40)}`;
  }

  /** A header that was read early, if it is the one with that hash. */
  early(height: bigint, hash: `0x${string}`): Header | undefined {
    const header = this.#early.get(height)?.header;
    return header?.hash === hash ? header : undefined;
  }

  /** Lets go of what was read early of blocks that are stored. */
  forget(headers: readonly Header[]): void {
    for (const { number } of headers) this.#early.delete(number);
  }

  /**
   * What a block holds. Its receipts are those that its header names, and only asked for where its bloom says that there
   * may be messages.
   * @throws EvidenceError
   */
  async read(node: EvmRequest, header: Header): Promise<BlockFound> {
    const early = this.#early.get(header.number);
    if (early?.header.hash === header.hash) return early.found;
    if (!bloomHas(header.logsBloom, [this.#outbox, toHex(MESSAGE_SENT_TOPIC)])) return NOTHING;
    return this.#found(header, await fetchReceipts(node, header));
  }

  /**
   * Reads the blocks above a height that a node has by now and that were not read yet. One call at a time: another one
   * meanwhile does nothing.
   * @throws EvidenceError
   */
  async readAhead(node: EvmRequest, above: bigint): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const height = await fetchHeight(node);
      const last = height < above + MAX_EARLY ? height : above + MAX_EARLY;
      for (let number = above + 1n; number <= last; number++) {
        if (!this.#early.get(number)) await this.#readEarly(node, number);
      }
    } finally {
      this.#isReading = false;
    }
  }

  async #readEarly(node: EvmRequest, number: bigint): Promise<void> {
    const header = await fetchHeader(node, number);
    if (header.number !== number) return;
    // The one before may have been replaced since it was read; and so may those before it, as is found out next time.
    const before = this.#early.get(number - 1n);
    if (before && before.header.hash !== header.parentHash) this.#early.delete(number - 1n);
    const found = await this.read(node, header);
    const bytes = found.evidence.reduce((sum, { body }) => sum + body.length, 0);
    const overhead = header.transactions.length * TRANSACTION_BYTES + found.messages.length * MESSAGE_BYTES;
    this.#early.set(number, { header, found }, header.rlp.length + bytes + overhead);
  }

  #found(header: Header, receipts: Awaited<ReturnType<typeof fetchReceipts>>): BlockFound {
    const evidence: StoredEvidence[] = [];
    const messages: StoredMessage[] = [];
    const common = { chain: this.#chain, height: header.number };
    for (const [transactionIndex, logs] of receipts.logs.entries()) {
      const sent = logs.flatMap((log, eventIndex) => {
        if (log.address !== this.#outbox || log.topics[0] !== toHex(MESSAGE_SENT_TOPIC)) return [];
        const address = fromEvmAddress(fromHex(log.address));
        const decoded = decodeMessageSentLog(this.#chain, {
          address,
          topics: log.topics.map(fromHex),
          data: fromHex(log.data),
        });
        return [{ decoded, eventIndex }];
      });
      if (sent.length === 0) continue;
      evidence.push({ ...common, item: transactionIndex, body: packParts(receipts.prove(transactionIndex)) });
      const transactionId = header.transactions[transactionIndex]!;
      for (const { decoded, eventIndex } of sent) {
        messages.push(storedMessage(decoded, header.number, transactionId, transactionIndex, eventIndex));
      }
    }
    return { evidence, messages };
  }
}
