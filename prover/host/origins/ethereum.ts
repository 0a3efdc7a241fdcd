/** An Ethereum chain as an origin: finality from its beacon chain, blocks and receipts from its nodes. */
import {
  decodeLightClientBootstrap,
  decodeLightClientFinalityUpdate,
  decodeLightClientUpdate,
  finalizedBlock,
  initializeLightClientStore,
  processLightClientUpdate,
  type EthereumConfig,
  type LightClientStore,
  type LightClientUpdate,
} from '../../enclave/ethereum/index.ts';
import { fromHex, toHex, type ChainId } from '../../protocol/index.ts';
import type { Enclave } from '../enclaves/pool.ts';
import type { EnclaveClient, EthereumEvidence, OriginStatus, SignedStatement } from '../enclave-client.ts';
import type { BeaconClient } from '../evidence/beacon.ts';
import { EvidenceError } from '../evidence/errors.ts';
import { fetchHeader, type EvmRequest, type Header } from '../evidence/execution.ts';
import { Recent } from '../recent.ts';
import type { StoredHeader, StoredMessage } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { believable, countDifferent, firstThatCan, groupBy, inParallel, max, Staleness } from './common.ts';
import { BlockReader } from './ethereum-blocks.ts';
import { EvidenceShelf } from './evidence.ts';
import type { Anchor, OnFound, Origin, Run } from './origin.ts';
import { unpackParts } from './parts.ts';
import { bringsAnything, nextStep, type Known } from './sync-steps.ts';

export interface EthereumOriginOptions {
  readonly chain: ChainId;
  readonly lightClient: EthereumConfig;
  /** Root of the beacon block to start from, 32 bytes; the enclaves' too */
  readonly trustedBlockRoot: Uint8Array;
  /** 32 bytes */
  readonly outbox: Uint8Array;
  /** In order of preference; the next one is asked where one is out of reach or contradicts itself */
  readonly nodes: readonly EvmRequest[];
  readonly beacons: readonly BeaconClient[];
  readonly store: Store;
  /** Those that are connected */
  readonly enclaves?: () => readonly Pick<Enclave, 'client' | 'advancing'>[];
  /** Blocks that one turn takes in, so that catching up keeps memory flat; default 1,024 */
  readonly stride?: number;
  /** How long nothing new is taken for the truth before the other nodes are asked too */
  readonly staleMilliseconds?: number;
  /** Told about every node that failed and why */
  readonly onTrouble?: (error: Error) => void;
}

const STRIDE = 1024;
/** A chain finalizes every 6.4 minutes. */
const STALE_MS = 30_000;
/** Headers in one request to an enclave: at 600 bytes each well within a frame. */
const MAX_HEADERS = 4_096;
/** What is kept in memory of headers: some thousands. */
const HEADER_BYTES = 4_000_000;

/** A block that leads to the finalized one. */
interface StrideEnd {
  readonly height: bigint;
  readonly hash: `0x${string}`;
}

/** A finality update with what it says, of which the host's own light client has checked every signature. */
interface Finality {
  readonly update: Uint8Array;
  readonly slot: number;
  readonly signatureSlot: number;
  readonly block: Anchor;
}

export class EthereumOrigin implements Origin {
  readonly chain: ChainId;
  readonly #options: EthereumOriginOptions;
  readonly #cursor: string;
  readonly #blocks: BlockReader;
  readonly #staleness: Staleness;
  #light: LightClientStore | undefined;
  #finality: Finality | undefined;
  #head: Anchor | undefined;
  /** Where the light client began, which is where blocks are taken in from while none is. */
  #begin: Anchor | undefined;
  #started = false;
  /** What each enclave had when it last answered; a restarted one is another client. */
  readonly #known = new WeakMap<EnclaveClient, OriginStatus>();
  /** What proves a run, for all enclaves that are asked to. */
  readonly #evidence = new WeakMap<Run, Promise<EthereumEvidence[]>>();
  readonly #shelf: EvidenceShelf;
  /** Headers, by height, that are known to lead to a finalized block */
  readonly #headersKept = new Recent<bigint, Uint8Array>(HEADER_BYTES);

  constructor(options: EthereumOriginOptions) {
    this.chain = options.chain;
    this.#options = options;
    this.#shelf = new EvidenceShelf(options.chain, options.store);
    this.#cursor = `origin/${options.chain}`;
    this.#staleness = new Staleness(options.staleMilliseconds ?? STALE_MS);
    this.#blocks = new BlockReader(options.chain, options.outbox);
  }

  get head(): Anchor | undefined {
    return this.#head;
  }

  async watch(callback: () => void, signal: AbortSignal): Promise<void> {
    await this.#ask(this.#options.beacons, (beacon) => beacon.onFinality(callback, signal));
  }

  async poll(onFound: OnFound = () => {}): Promise<boolean> {
    const start = await this.#start();
    await this.#followBeacons();
    const target = finalizedBlock(this.#light!);
    let from = this.#head ?? start;
    const before = this.#head;
    const ends = await this.#ask(this.#options.nodes, (node) => this.#strides(node, from, target));
    for (const end of ends) {
      from = await this.#ask(this.#options.nodes, (node) => this.#takeIn(node, from, end, onFound));
      this.#head = from;
    }
    this.#head = from;
    this.#readAhead(from.height);
    return before === undefined || before.height < from.height;
  }

  /** Reads what is not final yet, for which nobody waits. Where no node can be asked, the next `poll` finds out. */
  #readAhead(above: bigint): void {
    firstThatCan(this.#options.nodes, undefined, (node) => this.#blocks.readAhead(node, above)).catch(() => {});
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
    return countDifferent(
      this.#options.nodes,
      toHex(head.hash),
      async (node) => (await fetchHeader(node, head.height)).hash,
    );
  }

  // The host's own light client: what a beacon node says counts as little here as in the enclave.

  async #start(): Promise<Anchor> {
    const { lightClient, trustedBlockRoot, store } = this.#options;
    this.#light ??= await this.#ask(this.#options.beacons, async (beacon) => {
      const bootstrap = decodeLightClientBootstrap(lightClient, await beacon.bootstrap(trustedBlockRoot));
      return initializeLightClientStore(lightClient, trustedBlockRoot, bootstrap);
    });
    if (!this.#started) {
      const cursor = await store.cursor(this.#cursor);
      const kept = cursor === undefined ? undefined : await store.header(this.chain, cursor);
      if (kept) this.#head = { height: kept.height, hash: kept.hash, timestampSeconds: kept.timestampSeconds };
      this.#started = true;
    }
    const { number, hash, timestamp } = finalizedBlock(this.#light);
    this.#begin ??= { height: number, hash, timestampSeconds: timestamp };
    // Enclaves begin here too, and a descent ends with the header of the block that it leads to.
    if (!this.#head) {
      const header = await this.#ask(this.#options.nodes, (node) => fetchHeader(node, toHex(this.#begin!.hash)));
      await store.addHeaders([this.#storedHeader(header)]);
    }
    return this.#begin;
  }

  async #followBeacons(): Promise<void> {
    const { beacons, onTrouble } = this.#options;
    const follow = async (beacon: BeaconClient): Promise<boolean> => {
      const before = this.#finality;
      await this.#followFinality(beacon);
      return this.#finality !== before;
    };
    await this.#staleness.others(await this.#ask(beacons, follow), beacons, onTrouble, follow);
  }

  async #followFinality(beacon: BeaconClient): Promise<void> {
    const bytes = await beacon.finalityUpdate();
    if (!bytes) return;
    const update = this.#decodeFinality(bytes);
    if (this.#finality && update.finalizedHeader.beacon.slot <= this.#finality.slot) return;
    for (;;) {
      const step = nextStep(this.#options.lightClient, stateOf(this.#light!), update);
      if (step === undefined) break;
      if (step === 'finality') this.#apply(update);
      else if (!(await this.#applyPeriod(beacon, step))) break;
    }
    const { beacon: header } = this.#light!.finalizedHeader;
    if (header.slot < update.finalizedHeader.beacon.slot) {
      throw new EvidenceError('Missing', 'the beacon node lacks updates of sync committee periods in between');
    }
    const { number, hash, timestamp } = finalizedBlock(this.#light!);
    this.#finality = {
      update: bytes,
      slot: update.finalizedHeader.beacon.slot,
      signatureSlot: update.signatureSlot,
      block: { height: number, hash, timestampSeconds: timestamp },
    };
  }

  #decodeFinality(bytes: Uint8Array): LightClientUpdate {
    return believable(() => decodeLightClientFinalityUpdate(this.#options.lightClient, bytes));
  }

  /** @returns whether there was an update for the period that brought anything */
  async #applyPeriod(beacon: BeaconClient, period: number): Promise<boolean> {
    const [bytes] = await beacon.updates(period, 1);
    if (!bytes) return false;
    const update = believable(() => decodeLightClientUpdate(this.#options.lightClient, bytes));
    if (!bringsAnything(this.#options.lightClient, stateOf(this.#light!), update)) return false;
    this.#apply(update);
    return true;
  }

  #apply(update: LightClientUpdate): void {
    const { lightClient } = this.#options;
    this.#light = believable(() => processLightClientUpdate(lightClient, this.#light!, update, update.signatureSlot));
  }

  // Blocks.

  /**
   * Ends of the strides between a block that is stored and the finalized one, upwards. Each is found by descending from
   * the finalized block, so that nothing is taken in which does not lead to it.
   */
  async #strides(node: EvmRequest, from: Anchor, target: { number: bigint; hash: Uint8Array }): Promise<StrideEnd[]> {
    const stride = BigInt(this.#options.stride ?? STRIDE);
    let end = { height: target.number, hash: toHex(target.hash) };
    const ends = [end];
    while (end.height > from.height + stride) {
      const lowest = from.height + ((end.height - from.height - 1n) / stride) * stride;
      const headers = await this.#headers(node, lowest, end);
      end = { height: lowest, hash: headers[0]!.parentHash };
      ends.unshift(end);
    }
    return end.height > from.height ? ends : [];
  }

  /** Headers above a height up to a block whose hash is known, upwards. */
  async #headers(node: EvmRequest, below: bigint, end: StrideEnd): Promise<Header[]> {
    const early = this.#earlyHeaders(below, end);
    const last = end.height - BigInt(early.length);
    const numbers = Array.from({ length: Number(last - below) }, (_, i) => below + 1n + BigInt(i));
    const headers = [...(await inParallel(numbers, (number) => fetchHeader(node, number))), ...early];
    let expected = end.hash;
    for (const header of headers.toReversed()) {
      if (header.hash !== expected) {
        throw new EvidenceError(
          'Contradiction',
          `block ${header.number} does not lead to the one that the beacon chain has finalized`,
        );
      }
      expected = header.parentHash;
    }
    return headers;
  }

  /** Of the headers above a height, those that were read before and lead to a block whose hash is known, upwards. */
  #earlyHeaders(below: bigint, end: StrideEnd): Header[] {
    const headers: Header[] = [];
    let expected = end.hash;
    for (let height = end.height; height > below; height--) {
      const header = this.#blocks.early(height, expected);
      if (!header) break;
      headers.unshift(header);
      expected = header.parentHash;
    }
    return headers;
  }

  /** Takes in the blocks between one that is stored and one that the beacon chain has finalized. */
  async #takeIn(node: EvmRequest, from: Anchor, end: StrideEnd, onFound: OnFound): Promise<Anchor> {
    const headers = await this.#headers(node, from.height, end);
    if (headers[0]!.parentHash !== toHex(from.hash)) {
      throw new EvidenceError('Contradiction', `block ${end.height} does not descend from final block ${from.height}`);
    }
    for (const { number, rlp } of headers) this.#headersKept.set(number, rlp, rlp.length);
    if (end.height === finalizedBlock(this.#light!).number) this.#lead(end.height);
    const blocks = await inParallel(headers, (header) => this.#blocks.read(node, header));
    const found = {
      headers: headers.map((header) => this.#storedHeader(header)),
      evidence: blocks.flatMap(({ evidence }) => evidence),
      messages: blocks.flatMap(({ messages }) => messages),
    };
    const top = anchorOf(found.headers.at(-1)!);
    this.#shelf.keep(found.evidence);
    if (found.messages.length > 0) onFound(found.messages, top);
    await this.#options.store.addFinal(this.#cursor, end.height, found);
    this.#blocks.forget(headers);
    return top;
  }

  #storedHeader({ number, hash, rlp, timestamp }: Header): StoredHeader {
    return { chain: this.chain, height: number, hash: fromHex(hash), encoded: rlp, timestampSeconds: timestamp };
  }

  // Enclaves.

  /** Lets the enclaves that have been asked before follow, while this host reads the blocks. */
  #lead(height: bigint): void {
    for (const { client, advancing } of this.#options.enclaves?.() ?? []) {
      if (!this.#known.has(client)) continue;
      // Whoever needs the enclave next finds out what it refused, and why.
      advancing.run(() => this.advance(client, height)).catch(() => {});
    }
  }

  async advance(enclave: EnclaveClient, height: bigint): Promise<void> {
    try {
      this.#known.set(enclave, await this.#advanced(enclave, height));
    } catch (error) {
      // It may have taken some of it, or another host has led it further: what it has by now it refuses for ever.
      this.#known.delete(enclave);
      throw error;
    }
  }

  async #advanced(enclave: EnclaveClient, height: bigint): Promise<OriginStatus> {
    const { chain } = this;
    const { lightClient } = this.#options;
    let status = this.#known.get(enclave) ?? (await this.#statusOf(enclave));
    if (status.head && status.head.height >= height) return status;
    const finality = this.#finality;
    if (!finality) throw new EvidenceError('Missing', 'nothing is final yet');
    const update = this.#decodeFinality(finality.update);
    const currentSlot = finality.signatureSlot;
    if (!status.head) {
      // What the enclave refuses, another node may have right.
      status = await this.#ask(this.#options.beacons, async (beacon) => {
        const bootstrap = await beacon.bootstrap(this.#options.trustedBlockRoot);
        return enclave.advanceEthereum({ chain, currentSlot, bootstrap });
      });
    }
    for (;;) {
      const step = nextStep(lightClient, knownTo(status), update);
      if (step === undefined) break;
      if (step === 'finality') {
        status = await enclave.advanceEthereum({ chain, currentSlot, finalityUpdates: [finality.update] });
        continue;
      }
      const advanced = await this.#advancePeriod(enclave, status, step, currentSlot);
      if (!advanced) break;
      status = advanced;
    }
    return this.#descend(enclave, status, currentSlot);
  }

  async #statusOf(enclave: EnclaveClient): Promise<OriginStatus> {
    const { chain } = this;
    return (await enclave.status()).origins.find((origin) => origin.chain === chain) ?? { chain };
  }

  async #advancePeriod(
    enclave: EnclaveClient,
    status: OriginStatus,
    period: number,
    currentSlot: number,
  ): Promise<OriginStatus | undefined> {
    const { lightClient } = this.#options;
    return this.#ask(this.#options.beacons, async (beacon) => {
      const [bytes] = await beacon.updates(period, 1);
      if (!bytes) return undefined;
      const update = believable(() => decodeLightClientUpdate(lightClient, bytes));
      if (!bringsAnything(lightClient, knownTo(status), update)) return undefined;
      return enclave.advanceEthereum({ chain: this.chain, currentSlot, updates: [bytes] });
    });
  }

  /** Leads the enclave's head up to its finalized block, by the headers between. */
  async #descend(enclave: EnclaveClient, first: OriginStatus, currentSlot: number): Promise<OriginStatus> {
    let status = first;
    for (;;) {
      const { head, finalizedHeight, descent } = status;
      if (!head || finalizedHeight === undefined || (finalizedHeight <= head.height && !descent)) return status;
      const top = (descent?.height ?? finalizedHeight) - 1n;
      const lowest = max(head.height, top - BigInt(MAX_HEADERS) + 1n);
      const headers = await this.#encodedHeaders(lowest, top);
      status = await enclave.advanceEthereum({ chain: this.chain, currentSlot, headers });
    }
  }

  /** Headers between two heights, both included, downwards. */
  async #encodedHeaders(lowest: bigint, top: bigint): Promise<Uint8Array[]> {
    const count = Number(top - lowest + 1n);
    const kept = Array.from({ length: count }, (_, i) => this.#headersKept.get(top - BigInt(i)));
    if (kept.every((header) => header !== undefined)) return kept;
    const stored = await this.#options.store.headers(this.chain, lowest, top);
    if (stored.length !== count) throw new EvidenceError('Missing', `headers ${lowest} to ${top} are not all stored`);
    return stored.map(({ encoded }) => encoded);
  }

  async prove(enclave: EnclaveClient, run: Run): Promise<SignedStatement> {
    const { lane, messages, anchor } = run;
    let evidence = this.#evidence.get(run);
    if (!evidence) this.#evidence.set(run, (evidence = this.#evidenceOf(run)));
    const proof = await evidence;
    const { originChain, outbox: originOutbox, destinationChain } = lane;
    const [first] = messages as [StoredMessage];
    const headers = await this.#headersBelow(enclave, first.height);
    const proposal = {
      originChain,
      originOutbox,
      destinationChain,
      firstNonce: first.nonce,
      count: messages.length,
      anchor: anchor.height,
      headers,
    };
    return enclave.proveEthereum(proposal, proof);
  }

  async #evidenceOf({ messages }: Run): Promise<EthereumEvidence[]> {
    const ofBlocks = groupBy(messages, ({ height }) => height);
    const bodies = await this.#shelf.read(
      messages.map(({ height, transactionIndex }) => ({ height, item: transactionIndex })),
    );
    return ofBlocks.map(([height, ofBlock]) => ({
      height,
      receipts: groupBy(ofBlock, ({ transactionIndex }) => transactionIndex).map(([index, ofReceipt]) => {
        const body = bodies(height, index);
        if (!body) throw new EvidenceError('Missing', `evidence of transaction ${index} in block ${height} is gone`);
        return { index, proof: unpackParts(body), logs: ofReceipt.map(({ eventIndex }) => eventIndex) };
      }),
    }));
  }

  /** Headers from below an enclave's history down to a height, where that is so old. */
  async #headersBelow(enclave: EnclaveClient, height: bigint): Promise<Uint8Array[]> {
    const lowest = this.#known.get(enclave)?.lowest;
    if (lowest === undefined || lowest <= height) return [];
    return (await this.#options.store.headers(this.chain, height, lowest - 1n)).map(({ encoded }) => encoded);
  }

  #ask<Node, T>(nodes: readonly Node[], ask: (node: Node) => Promise<T>): Promise<T> {
    return firstThatCan(nodes, this.#options.onTrouble, ask);
  }
}

function anchorOf({ height, hash, timestampSeconds }: StoredHeader): Anchor {
  return { height, hash, timestampSeconds };
}

function stateOf({ finalizedHeader, nextSyncCommittee }: LightClientStore): Known {
  return { slot: finalizedHeader.beacon.slot, knowsNextCommittee: Boolean(nextSyncCommittee) };
}

function knownTo({ finalizedSlot, knowsNextSyncCommittee }: OriginStatus): Known {
  return { slot: finalizedSlot!, knowsNextCommittee: knowsNextSyncCommittee === true };
}
