/** Follows one Ethereum chain: the light client's store, the head that messages are proven from, its last ancestors. */
import type { SentMessage } from '../../protocol/message-sent.ts';
import type { CborInput } from '../../protocol/wire/cbor.ts';
import type { Fields } from '../../protocol/wire/fields.ts';
import type { EthereumOrigin, Lane } from '../config.ts';
import { insist } from '../errors.ts';
import { MAX_RUN, MessageIndices, finalBlocks, type Anchor, type Follower, type ProvenMessages } from '../origin.ts';
import {
  MAX_HEADERS,
  adoptHead,
  ancestorsOf,
  beginDescent,
  extendDescent,
  type Descent,
  type ExecutionBlock,
} from './blocks.ts';
import {
  decodeLightClientBootstrap,
  decodeLightClientFinalityUpdate,
  decodeLightClientUpdate,
  type LightClientUpdate,
} from './containers.ts';
import { messageInReceipt, verifyReceipt } from './receipt.ts';
import { initializeLightClientStore, processLightClientUpdate, type LightClientStore } from './sync-protocol.ts';
import { MAX_NODES } from './trie.ts';

/** Updates of one request: each costs a decoding of keys at worst. */
const MAX_UPDATES = 8;

interface State {
  readonly store: LightClientStore;
  /** Final blocks without gaps, upwards, the head last; at most `MAX_HEADERS` */
  readonly history: readonly ExecutionBlock[];
  /** Set while the way down from a newer finalized block has not reached the head */
  readonly descent: Descent | null;
}

export class EthereumFollower implements Follower {
  readonly #origin: EthereumOrigin;
  #state: State | null = null;

  constructor(origin: EthereumOrigin) {
    this.#origin = origin;
  }

  advance(request: Fields): void {
    const config = this.#origin.lightClient;
    const currentSlot = request.count('currentSlot');
    let { store, history, descent } = this.#begin(request);
    const apply = (update: LightClientUpdate): void => {
      store = processLightClientUpdate(config, store, update, currentSlot);
    };
    for (const bytes of request.byteList('updates', MAX_UPDATES)) apply(decodeLightClientUpdate(config, bytes));
    for (const bytes of request.byteList('finalityUpdates', MAX_UPDATES))
      apply(decodeLightClientFinalityUpdate(config, bytes));
    const headers = request.byteList('headers', MAX_HEADERS);
    request.end();

    descent = extendDescent(descent ?? beginDescent(store), headers);
    const head = history.at(-1)!;
    if (descent.lowest.number <= head.number) {
      adoptHead(head, descent);
      const newer = descent.newest.filter(({ number }) => number > head.number).reverse();
      history = [...history, ...newer].slice(-MAX_HEADERS);
      descent = null;
    } else if (descent.lowest === descent.head) {
      // Nothing is lost by beginning again from a newer block.
      descent = null;
    }
    this.#state = { store, history, descent };
  }

  status(): { [field: string]: CborInput | undefined } {
    if (!this.#state) return {};
    const { store, history, descent } = this.#state;
    return {
      head: { ...anchorOf(history.at(-1)!) },
      lowest: history[0]!.number,
      finalizedSlot: store.finalizedHeader.beacon.slot,
      finalizedHeight: store.finalizedHeader.execution.blockNumber,
      knowsNextSyncCommittee: store.nextSyncCommittee ? 1 : 0,
      descent: descent ? { height: descent.lowest.number, parentHash: descent.lowest.parentHash } : undefined,
    };
  }

  prove(lane: Lane, request: Fields): { anchor: Anchor; proven: ProvenMessages[] } {
    insist(this.#state !== null, 'NotStarted', () => 'advance with a bootstrap first');
    const { history } = this.#state;
    const [oldest] = history as [ExecutionBlock];
    const blockAt = finalBlocks(history, ancestorsOf(oldest, request.byteList('headers', MAX_HEADERS)), oldest.number);
    const anchor = anchorOf(blockAt(request.u64('anchor')));
    const indices = new MessageIndices();
    const proven = request.maps('evidence', MAX_RUN).map((evidence) => {
      const block = blockAt(evidence.u64('height'));
      const receipts = evidence.maps('receipts', MAX_RUN);
      evidence.end();
      return {
        height: block.number,
        messages: receipts.flatMap((receipt) => readReceipt(lane, block, receipt, indices)),
      };
    });
    return { anchor, proven };
  }

  /** The present state, or the first one from the bootstrap that the request brings. */
  #begin(request: Fields): State {
    if (!request.has('bootstrap')) {
      insist(this.#state !== null, 'NotStarted', () => 'the first request must bring a bootstrap');
      return this.#state;
    }
    insist(this.#state === null, 'AlreadyStarted', () => 'there is a store already; leave the bootstrap out');
    const { lightClient, trustedBlockRoot } = this.#origin;
    const bootstrap = decodeLightClientBootstrap(lightClient, request.bytes('bootstrap'));
    const store = initializeLightClientStore(lightClient, trustedBlockRoot, bootstrap);
    return { store, history: [beginDescent(store).head], descent: null };
  }
}

function readReceipt(lane: Lane, block: ExecutionBlock, request: Fields, indices: MessageIndices): SentMessage[] {
  const receipt = verifyReceipt(block, request.count('index'), request.byteList('proof', MAX_NODES));
  const logs = indices.take(request, 'logs');
  request.end();
  return logs.map((index) => messageInReceipt(lane.originChain, lane.originOutbox, receipt, index));
}

function anchorOf({ number, hash, timestamp }: ExecutionBlock): Anchor {
  return { height: number, hash, timestampSeconds: timestamp };
}
