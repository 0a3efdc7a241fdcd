/** A Sui network as an origin: certified checkpoints, and the events in them. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { toBase58 } from '@mysten/sui/utils';
import {
  messageInEvents,
  nextCommittee,
  predecessorsOf,
  verifyCheckpoint,
  verifyContents,
  verifyEvents,
  type Checkpoint,
  type Committee,
} from '../../enclave/sui/index.ts';
import { digestOf } from '../../enclave/sui/digest.ts';
import { equalBytes, MESSAGE_SENT_MODULE, MESSAGE_SENT_NAME, toHex, type ChainId } from '../../protocol/index.ts';
import type { Enclave } from '../enclaves/pool.ts';
import type { EnclaveClient, OriginStatus, SignedStatement, SuiEvidence } from '../enclave-client.ts';
import {
  fetchCertified,
  fetchContents,
  fetchEvidence,
  fetchSummary,
  fetchTransaction,
  lastOfEpoch,
  subscribeCertified,
  type CertifiedSummary,
  type CheckpointEvidence,
} from '../evidence/checkpoints.ts';
import { EvidenceError } from '../evidence/errors.ts';
import { listEvents, type EventPlace } from '../evidence/events.ts';
import type { LaneId, StoredEvidence, StoredHeader, StoredMessage } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../turns.ts';
import { certifiedEpoch, certifiedHeight, CertificateStream } from './certificates.ts';
import {
  believable,
  countDifferent,
  firstThatCan,
  groupBy,
  inParallel,
  max,
  min,
  Staleness,
  storedMessage,
} from './common.ts';
import { EvidenceShelf } from './evidence.ts';
import type { Anchor, OnFound, Origin, Run } from './origin.ts';
import { packParts, unpackParts } from './parts.ts';

export interface SuiOriginOptions {
  readonly chain: ChainId;
  /** The committee to start from; the enclaves' too */
  readonly committee: Committee;
  /** The package that defines `MessageSent`, 32 bytes */
  readonly messagePackage: Uint8Array;
  /** Id of the outbox, 32 bytes */
  readonly outbox: Uint8Array;
  /** A checkpoint before which nothing was sent */
  readonly startHeight: bigint;
  /** In order of preference */
  readonly nodes: readonly SuiGrpcClient[];
  readonly store: Store;
  /** Those that are connected */
  readonly enclaves?: () => readonly Pick<Enclave, 'client' | 'advancing'>[];
  /** How long nothing new is taken for the truth before the other nodes are asked too */
  readonly staleMilliseconds?: number;
  /** Told about every node that failed and why */
  readonly onTrouble?: (error: Error) => void;
}

/** Checkpoints that one turn takes in at most, and that one request to an enclave spans. */
const STRIDE = 1024n;
/** A network makes some checkpoints a second. */
const STALE_MS = 10_000;
/** How long the head may stay behind checkpoints that hold nothing of ours. */
const IDLE_MS = 1_500;
/** Of a transaction's effects and events: what an enclave's frame holds, less the checkpoint's contents. */
const MAX_PROVABLE_BYTES = 6 << 20;
/** Checkpoints that are asked for before they are known to be final: each may be large, and a node may name any. */
const AHEAD = 2;
/** Item number of what belongs to a whole checkpoint. */
const WHOLE = -1;

/** What one checkpoint holds of ours. */
interface BlockFound {
  readonly evidence: StoredEvidence[];
  readonly messages: StoredMessage[];
}

/** Nonces of a lane that no node has shown. */
interface Gap {
  readonly lane: LaneId;
  readonly first: bigint;
  readonly last: bigint;
}

export class SuiOrigin implements Origin {
  readonly chain: ChainId;
  readonly #options: SuiOriginOptions;
  readonly #cursor: string;
  readonly #eventType: string;
  #committee: Committee;
  #head: Anchor | undefined;
  /** The head's certificate, where this process has checked it */
  #headCertified: CertifiedSummary | undefined;
  #started = false;
  /** When the head moved last, by `performance.now` */
  #movedAt = -Infinity;
  /** What each enclave had when it last answered; a restarted one is another client. */
  readonly #known = new WeakMap<EnclaveClient, OriginStatus>();
  /** One at a time: each may take a lot of memory. */
  readonly #fetchingLong = new Turns();
  /** What proves a run, for all enclaves that are asked to. */
  readonly #evidence = new WeakMap<Run, Promise<SuiEvidence[]>>();
  readonly #shelf: EvidenceShelf;
  readonly #staleness: Staleness;
  /** What a node tells of new checkpoints without being asked */
  #stream = new CertificateStream();
  /** Whether the last answers did not go together with what was told: those that are asked next are asked for everything */
  #isStreamDoubted = false;
  /** Checkpoints that one turn takes in: fewer after one that failed, as there may be more in them than one turn can take */
  #span = STRIDE;
  /** The last nonce of each lane that is stored */
  readonly #lastNonces = new Map<string, bigint>();

  constructor(options: SuiOriginOptions) {
    this.chain = options.chain;
    this.#options = options;
    this.#committee = options.committee;
    this.#staleness = new Staleness(options.staleMilliseconds ?? STALE_MS);
    this.#shelf = new EvidenceShelf(options.chain, options.store);
    this.#cursor = `origin/${options.chain}`;
    this.#eventType = `${toHex(options.messagePackage)}::${MESSAGE_SENT_MODULE}::${MESSAGE_SENT_NAME}`;
  }

  get head(): Anchor | undefined {
    return this.#head;
  }

  async watch(callback: () => void, signal: AbortSignal): Promise<void> {
    const take = (certified: CertifiedSummary | undefined): void => {
      if (certified) this.#stream.add(certified);
      callback();
    };
    await this.#ask((node) => subscribeCertified(node, take, signal));
  }

  async poll(onFound: OnFound = () => {}): Promise<boolean> {
    await this.#start();
    const { nodes, onTrouble } = this.#options;
    const pollNode = (node: SuiGrpcClient): Promise<boolean> => this.#pollNode(node, onFound);
    return this.#staleness.others(await this.#ask(pollNode), nodes, onTrouble, pollNode);
  }

  async anchorAt(height: bigint): Promise<Anchor | undefined> {
    if (this.#head?.height === height) return this.#head;
    if (!this.#head || height > this.#head.height) return undefined;
    const header = await this.#options.store.header(this.chain, height);
    return header && { height, hash: header.hash, timestampSeconds: header.timestampSeconds };
  }

  async disagreement(): Promise<number> {
    const head = this.#head;
    if (!head) return 0;
    return countDifferent(this.#options.nodes, toHex(head.hash), async (node) =>
      toHex(digestOf('CheckpointSummary', await fetchSummary(node, head.height))),
    );
  }

  async #start(): Promise<void> {
    if (this.#started) return;
    const cursor = await this.#options.store.cursor(this.#cursor);
    const kept = cursor === undefined ? undefined : await this.#options.store.header(this.chain, cursor);
    if (kept) this.#head = { height: kept.height, hash: kept.hash, timestampSeconds: kept.timestampSeconds };
    this.#started = true;
  }

  async #pollNode(node: SuiGrpcClient, onFound: OnFound): Promise<boolean> {
    // What was told in the meantime may be as wrong: nobody tells anything to this one.
    const told = this.#isStreamDoubted ? new CertificateStream() : this.#stream;
    try {
      const isNew = await this.#follow(node, told, onFound);
      this.#isStreamDoubted = false;
      return isNew;
    } catch (error) {
      // It may have been the stream that was wrong, or ahead of what this node has.
      this.#stream = new CertificateStream();
      this.#isStreamDoubted = true;
      this.#span = max(this.#span / 2n, 1n);
      throw error;
    }
  }

  /** The newest checkpoint, by a node's word. One that is not new counts for nothing: who tells it may be behind. */
  async #newest(node: SuiGrpcClient, told: CertificateStream): Promise<CertifiedSummary> {
    const newest = told.takeNewest();
    const isNew = newest !== undefined && certifiedHeight(newest) >= this.#next;
    return isNew ? newest : fetchCertified(node);
  }

  /** The first checkpoint that is not taken in. */
  get #next(): bigint {
    return this.#head ? this.#head.height + 1n : this.#options.startHeight;
  }

  async #follow(node: SuiGrpcClient, told: CertificateStream, onFound: OnFound): Promise<boolean> {
    const before = this.#head;
    const newest = await this.#newest(node, told);
    const height = certifiedHeight(newest);
    for (;;) {
      const from = this.#next;
      if (height < from) break;
      const last = min(height, from + this.#span - 1n);
      const places = await this.#places(node, from, last);
      // A network makes many checkpoints, each of which costs pairings here and in every enclave.
      const isWorthIt = places.length > 0 || last < height || performance.now() - this.#movedAt >= IDLE_MS;
      if (!isWorthIt) break;
      const certified = last === height ? newest : (told.at(last) ?? (await certifiedAt(node, last)));
      await this.#takeIn(node, from, places, { certified, told }, onFound);
      this.#movedAt = performance.now();
      this.#span = min(this.#span * 2n, STRIDE);
      if (last === height) break;
    }
    return this.#head !== before;
  }

  /** Places of all events of outboxes between two checkpoints, both included. */
  #places(node: SuiGrpcClient, first: bigint, last: bigint): Promise<EventPlace[]> {
    return listEvents(node, { types: [this.#eventType], first, last });
  }

  /** A checkpoint by its certificate, for which committees are followed up to its epoch. */
  async #verified(node: SuiGrpcClient, certified: CertifiedSummary): Promise<Checkpoint> {
    for (;;) {
      const committee = this.#committee;
      const epoch = certifiedEpoch(certified);
      if (epoch === committee.epoch) return believable(() => verifyCheckpoint(committee, certified.encoded));
      if (epoch < committee.epoch) return this.#verifiedEarlier(node, certified, epoch);
      const last = await certifiedAt(node, await lastOfEpoch(node, committee.epoch));
      this.#committee = believable(() => nextCommittee(committee, verifyCheckpoint(committee, last.encoded)));
    }
  }

  /** While catching up through epochs: from the starting point on once more. */
  async #verifiedEarlier(node: SuiGrpcClient, certified: CertifiedSummary, epoch: bigint): Promise<Checkpoint> {
    let { committee } = this.#options;
    while (committee.epoch < epoch) {
      const last = await certifiedAt(node, await lastOfEpoch(node, committee.epoch));
      committee = believable(() => nextCommittee(committee, verifyCheckpoint(committee, last.encoded)));
    }
    return believable(() => verifyCheckpoint(committee, certified.encoded));
  }

  /**
   * Takes in the checkpoints up to a certified one.
   * @param places of all events in them
   */
  async #takeIn(
    node: SuiGrpcClient,
    from: bigint,
    places: readonly EventPlace[],
    { certified, told }: { readonly certified: CertifiedSummary; readonly told: CertificateStream },
    onFound: OnFound,
  ): Promise<void> {
    const height = certifiedHeight(certified);
    const numbers = Array.from({ length: Number(height - from) }, (_, i) => height - 1n - BigInt(i));
    const summaries = await inParallel(
      numbers,
      async (number) => told.at(number)?.summary ?? fetchSummary(node, number),
    );
    this.#lead(from - 1n, certified, summaries);
    // Asked for already, since the check of the certificate keeps the processor busy.
    const ahead = new Map<bigint, Promise<CheckpointEvidence>>();
    for (const [checkpoint] of groupBy(places, (place) => place.checkpoint).slice(0, AHEAD)) {
      ahead.set(checkpoint, fetchEvidence(node, checkpoint));
    }
    // Where the certificate is refused, nobody asks how that ended.
    for (const answer of ahead.values()) answer.catch(() => {});
    await written();
    const top = await this.#verified(node, certified);
    const below = believable(() => predecessorsOf(top, summaries));
    const lowest = below.at(-1) ?? top;
    const head = this.#head;
    if (head && !(lowest.previousDigest && equalBytes(lowest.previousDigest, head.hash))) {
      throw new EvidenceError('Contradiction', `checkpoint ${lowest.sequenceNumber} does not follow ${head.height}`);
    }
    const checkpoints = new Map([top, ...below].map((checkpoint) => [checkpoint.sequenceNumber, checkpoint]));
    const encoded = [certified.summary, ...summaries];
    const headers = [top, ...below].map((checkpoint, i) => this.#storedHeader(checkpoint, encoded[i]!));
    const blocks = await inParallel(
      groupBy(places, ({ checkpoint }) => checkpoint),
      ([height, ofBlock]) => this.#readCheckpoint(node, checkpoints.get(height), ofBlock, ahead.get(height)),
    );
    if (await this.#gapIn(blocks.flatMap((block) => block.messages))) {
      blocks.unshift(...(await this.#readBefore(node, from, blocks)));
    }
    const messages = blocks.flatMap((block) => block.messages);
    const gap = await this.#gapIn(messages);
    if (gap) {
      const hint = gap.first % (1n << 48n) === 0n ? ', or startHeight is above where the outbox began to send' : '';
      throw new EvidenceError('Contradiction', `the node left out nonces ${gap.first} to ${gap.last}${hint}`);
    }
    const evidence = blocks.flatMap((block) => block.evidence);
    this.#shelf.keep(evidence);
    const anchor = anchorOf(top);
    if (messages.length > 0) onFound(messages, anchor);
    await this.#options.store.addFinal(this.#cursor, top.sequenceNumber, { headers, evidence, messages });
    for (const message of messages) this.#lastNonces.set(laneOf(message), message.nonce);
    this.#head = anchor;
    this.#headCertified = certified;
  }

  async #readCheckpoint(
    node: SuiGrpcClient,
    checkpoint: Checkpoint | undefined,
    places: readonly EventPlace[],
    ahead?: Promise<CheckpointEvidence>,
  ): Promise<BlockFound> {
    if (!checkpoint)
      throw new EvidenceError('Contradiction', 'the node lists events of other checkpoints than asked for');
    const { chain } = this;
    const { messagePackage, outbox } = this.#options;
    const common = { chain, height: checkpoint.sequenceNumber };
    // What others have put into the same checkpoint may be more than one answer holds.
    const whole = await (ahead ?? fetchEvidence(node, common.height)).catch(unlessUnavailable);
    const shown = whole?.contents ?? (await fetchContents(node, common.height));
    const contents = believable(() => verifyContents(checkpoint, shown));
    const evidence: StoredEvidence[] = [{ ...common, item: WHOLE, body: shown }];
    const messages: StoredMessage[] = [];
    for (const [index, ofTransaction] of groupBy(places, ({ transactionIndex }) => transactionIndex)) {
      const execution = contents.transactions[index];
      if (!execution)
        throw new EvidenceError('Contradiction', `no transaction ${index} in checkpoint ${common.height}`);
      const digest = toBase58(execution.transaction);
      const { effects, events } =
        whole?.transactions[index] ?? (await this.#fetchingLong.run(() => fetchTransaction(node, digest)));
      const proven = believable(() => verifyEvents(contents, index, effects, events));
      let isOurs = false;
      for (const { eventIndex } of ofTransaction) {
        const data = proven.events[eventIndex]?.contents;
        // Any object of the type may emit under it; only one is the outbox that is served.
        if (!data || !equalBytes(data.subarray(0, 32), outbox)) continue;
        const sent = believable(() => messageInEvents(chain, messagePackage, outbox, proven, eventIndex));
        messages.push(storedMessage(sent, common.height, digest, index, eventIndex));
        isOurs = true;
      }
      // An enclave takes no more in one request: whoever sends a message amid so much has sent one that nobody proves.
      const isProvable = effects.length + events.length < MAX_PROVABLE_BYTES;
      if (isOurs && isProvable) evidence.push({ ...common, item: index, body: packParts([effects, events]) });
    }
    return { evidence, messages };
  }

  /**
   * Nonces that are missing before one of these messages. A lane's nonces begin at 0 and have no gaps (INV-24), so that
   * a node which leaves events out is found out by the next one.
   */
  async #gapIn(messages: readonly StoredMessage[]): Promise<Gap | undefined> {
    const last = new Map<string, bigint>();
    for (const message of messages) {
      const begin = firstOfGeneration(message.nonce);
      const lane = laneOf(message);
      const stored = last.get(lane) ?? this.#lastNonces.get(lane);
      const known = stored ?? (await this.#options.store.lastNonceBefore(message, message.nonce)) ?? -1n;
      const expected = known < begin ? begin : known + 1n;
      if (message.nonce > expected) return { lane: message, first: expected, last: message.nonce - 1n };
      last.set(lane, message.nonce);
    }
    return undefined;
  }

  /** What lies before a checkpoint and was left out when that was taken in, by whichever node: all of it once more. */
  async #readBefore(node: SuiGrpcClient, from: bigint, blocks: readonly BlockFound[]): Promise<BlockFound[]> {
    const found: BlockFound[] = [];
    for (;;) {
      const gap = await this.#gapIn([...found, ...blocks].flatMap((block) => block.messages));
      if (!gap) return found;
      const [before] = await this.#options.store.messages(gap.lane, gap.first - 1n, 1);
      const lowest = before && before.nonce < gap.first ? before.height : this.#options.startHeight;
      const places = lowest < from ? await this.#places(node, lowest, from - 1n) : [];
      const again = await inParallel(
        groupBy(places, ({ checkpoint }) => checkpoint),
        async ([height, ofBlock]) => {
          const checkpoint = await this.#verified(node, await certifiedAt(node, height));
          const block = await this.#readCheckpoint(node, checkpoint, ofBlock);
          return { ...block, messages: await this.#notStored(block.messages) };
        },
        // Committees are followed on the way, one after the other.
        1,
      );
      const { destinationChain } = gap.lane;
      const isFilled = again.some(({ messages }) =>
        messages.some((message) => message.nonce === gap.first && message.destinationChain === destinationChain),
      );
      if (!isFilled) return found;
      found.unshift(...again);
    }
  }

  /** Those above the last one of their lane that is stored. What is below was stored too, and may be forgotten by now. */
  async #notStored(messages: readonly StoredMessage[]): Promise<StoredMessage[]> {
    const last = await Promise.all(
      messages.map(async (message) => {
        const end = firstOfGeneration(message.nonce) + (1n << 48n);
        return this.#lastNonces.get(laneOf(message)) ?? this.#options.store.lastNonceBefore(message, end);
      }),
    );
    return messages.filter(({ nonce }, i) => nonce > (last[i] ?? -1n));
  }

  #storedHeader({ sequenceNumber, digest, timestampMs }: Checkpoint, encoded: Uint8Array): StoredHeader {
    const timestampSeconds = timestampMs / 1000n;
    return { chain: this.chain, height: sequenceNumber, hash: digest, encoded, timestampSeconds };
  }

  // Enclaves.

  /**
   * Shows a certificate to the enclaves that are where this host is, while the host checks it itself: both take long, and
   * what is wrong with it each of them sees alone.
   */
  #lead(height: bigint, certified: CertifiedSummary, summaries: readonly Uint8Array[]): void {
    const { chain } = this;
    for (const { client, advancing } of this.#options.enclaves?.() ?? []) {
      const lead = async (): Promise<void> => {
        const known = this.#known.get(client);
        const isNext = known?.head?.height === height && known.epoch === certifiedEpoch(certified);
        if (isNext)
          this.#known.set(client, await client.advanceSui({ chain, certified: [certified.encoded], summaries }));
      };
      // Whoever needs the enclave next finds out where it is, what it refused, and why.
      advancing.run(lead).catch(() => this.#known.delete(client));
    }
  }

  async advance(enclave: EnclaveClient, height: bigint): Promise<void> {
    const { chain } = this;
    const known = this.#known.get(enclave);
    if (known?.head && known.head.height >= height) return;
    let status = known ?? (await enclave.status()).origins.find((origin) => origin.chain === chain) ?? { chain };
    const target = this.#head;
    if (!target) throw new EvidenceError('Missing', 'nothing is final yet');
    try {
      while (!status.head || status.head.height < target.height) {
        status = await this.#stride(enclave, status, target.height);
      }
      this.#known.set(enclave, status);
    } catch (error) {
      // It may have taken some of it, or another host has led it further: what it has by now it refuses for ever.
      this.#known.delete(enclave);
      throw error;
    }
  }

  /** One request: up to the target, the end of the enclave's epoch, or so many checkpoints further. */
  async #stride(enclave: EnclaveClient, { head, epoch }: OriginStatus, target: bigint): Promise<OriginStatus> {
    return this.#ask(async (node) => {
      const isLast = epoch === undefined || epoch >= this.#committee.epoch;
      const end = isLast ? target : min(target, await lastOfEpoch(node, epoch));
      const top = head ? min(end, head.height + STRIDE) : end;
      // That of the head has been checked; of any other what this node says.
      const isHead = this.#headCertified !== undefined && top === certifiedHeight(this.#headCertified);
      const certified = isHead ? this.#headCertified! : await certifiedAt(node, top);
      const lowest = head ? head.height + 1n : top;
      const between = await this.#options.store.headers(this.chain, lowest, top - 1n);
      const summaries = between.map(({ encoded }) => encoded);
      // What the enclave refuses, another node may have right.
      return enclave.advanceSui({ chain: this.chain, certified: [certified.encoded], summaries });
    });
  }

  async prove(enclave: EnclaveClient, run: Run): Promise<SignedStatement> {
    const { lane, messages, anchor } = run;
    let evidence = this.#evidence.get(run);
    if (!evidence) this.#evidence.set(run, (evidence = this.#evidenceOf(run)));
    const proof = await evidence;
    const { originChain, outbox: originOutbox, destinationChain } = lane;
    const [first] = messages as [StoredMessage];
    const headers = await this.#summariesBelow(enclave, first.height);
    const proposal = { originChain, originOutbox, destinationChain, firstNonce: first.nonce, count: messages.length };
    return enclave.proveSui({ ...proposal, anchor: anchor.height, headers }, proof);
  }

  async #evidenceOf({ messages }: Run): Promise<SuiEvidence[]> {
    const ofBlocks = groupBy(messages, ({ height }) => height);
    const ofMessages = messages.map(({ height, transactionIndex }) => ({ height, item: transactionIndex }));
    const bodies = await this.#shelf.read([...ofBlocks.map(([height]) => ({ height, item: WHOLE })), ...ofMessages]);
    const body = (height: bigint, item: number): Uint8Array => {
      const found = bodies(height, item);
      if (!found) throw new EvidenceError('Missing', `evidence of transaction ${item} in checkpoint ${height} is gone`);
      return found;
    };
    return ofBlocks.map(([height, ofCheckpoint]) => ({
      height,
      contents: body(height, WHOLE),
      transactions: groupBy(ofCheckpoint, ({ transactionIndex }) => transactionIndex).map(([index, sent]) => {
        const [effects, events] = unpackParts(body(height, index)) as [Uint8Array, Uint8Array];
        return { index, effects, events, eventIndexes: sent.map(({ eventIndex }) => eventIndex) };
      }),
    }));
  }

  /** Summaries from below an enclave's history down to a height, where that is so old. */
  async #summariesBelow(enclave: EnclaveClient, height: bigint): Promise<Uint8Array[]> {
    const lowest = this.#known.get(enclave)?.lowest;
    if (lowest === undefined || lowest <= height) return [];
    return (await this.#options.store.headers(this.chain, height, lowest - 1n)).map(({ encoded }) => encoded);
  }

  #ask<T>(ask: (node: SuiGrpcClient) => Promise<T>): Promise<T> {
    return firstThatCan(this.#options.nodes, this.#options.onTrouble, ask);
  }
}

/**
 * @throws EvidenceError; `Contradiction` when it is another checkpoint's, which may be any number of checkpoints away
 */
async function certifiedAt(node: SuiGrpcClient, height: bigint): Promise<CertifiedSummary> {
  const certified = await fetchCertified(node, height);
  const shown = certifiedHeight(certified);
  if (shown !== height) throw new EvidenceError('Contradiction', `the node shows checkpoint ${shown} for ${height}`);
  return certified;
}

/** A lane in one generation. */
function laneOf({ destinationChain, nonce }: StoredMessage): string {
  return `${destinationChain}/${firstOfGeneration(nonce)}`;
}

function firstOfGeneration(nonce: bigint): bigint {
  return (nonce >> 48n) << 48n;
}

function unlessUnavailable(error: unknown): undefined {
  if (error instanceof EvidenceError && error.code === 'Unavailable') return undefined;
  throw error;
}

function anchorOf({ sequenceNumber, digest, timestampMs }: Checkpoint): Anchor {
  return { height: sequenceNumber, hash: digest, timestampSeconds: timestampMs / 1000n };
}

/** Lets what is to be sent be sent before the processor is kept busy. */
function written(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
