/**
 * From final messages to deliveries. Each stage leaves what it found in the store and the next one's job in the queue,
 * and may be run any number of times: what is done already is found done.
 */
import {
  decodeStatement,
  equalBytes,
  merkleRoot,
  recoverSigner,
  statementDigest,
  toHex,
  fromHex,
} from '../protocol/index.ts';
import { WireError } from '../protocol/wire/index.ts';
import { SubmissionError, type Destination, type Outcome, type Proven, type Seen } from './destinations/destination.ts';
import { Deliveries } from './deliveries.ts';
import { leavesOf, proofOf } from './destinations/proof.ts';
import { EnclaveRefusal } from './enclave-client.ts';
import type { Enclave, EnclavePool } from './enclaves/pool.ts';
import { EvidenceError } from './evidence/errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Anchor, Origin, Run } from './origins/origin.ts';
import type { JobData, Queue } from './queue.ts';
import { Proposer } from './proposer.ts';
import { Recent } from './recent.ts';
import { consecutive, runOf, type NewRun, type ServedLane } from './runs.ts';
import { MAX_SIGNATURES } from '../protocol/signature.ts';
import { chooseSignatures, joinSigned } from './signatures.ts';
import type { LaneId, Signed, StoredMessage, StoredRun } from './store/rows.ts';
import type { Store } from './store/store.ts';
import { Turns } from './turns.ts';

/** What the other operators' hosts are asked for, and told. */
export interface Exchange {
  /** Whether there is nobody to tell. */
  readonly isAlone: boolean;
  /** How long this host waits before it proposes, in milliseconds: nothing where it is its turn. */
  delay(lane: LaneId, firstNonce: bigint): number;
  /**
   * Tells all others of signatures.
   * @throws Error when one of them has not taken them
   */
  share(run: StoredRun, signatures: readonly Uint8Array[]): Promise<void>;
}

export interface BatchOptions {
  /** Most messages in a run, where the destination takes as many */
  readonly maxMessages: number;
  /** A run that is not full waits for more until its oldest message has been final so long */
  readonly maxAgeMilliseconds: number;
}

export interface PipelineOptions {
  readonly store: Store;
  readonly queue: Queue;
  readonly origins: ReadonlyMap<bigint, Origin>;
  readonly destinations: ReadonlyMap<bigint, Destination>;
  readonly lanes: readonly ServedLane[];
  readonly enclaves: EnclavePool;
  readonly exchange: Exchange;
  readonly batch: BatchOptions;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What another host gave is not taken. */
export class ExchangeError extends Error {
  readonly code: 'UnknownSigner' | 'TooManyProposals';

  constructor(code: ExchangeError['code'], message: string) {
    super(message);
    this.name = 'ExchangeError';
    this.code = code;
  }
}

/** Too few signers vouch for a run yet. */
class QuorumPending extends Error {
  override readonly name = 'QuorumPending';
}

const PROVE = { concurrency: 2, retrySeconds: 1, longestRetrySeconds: 15, expireSeconds: 60 };
const SUBMIT = { retrySeconds: 1, longestRetrySeconds: 60, expireSeconds: 180 };
const SHARE = { concurrency: 2, retrySeconds: 1, longestRetrySeconds: 30, expireSeconds: 60 };
const DELIVER = { concurrency: 2, retrySeconds: 4, longestRetrySeconds: 3600, expireSeconds: 180 };
/** First pause before a message is tried again whose recipient has failed. */
const FIRST_RETRY_SECONDS = 5;
/**
 * A recipient may fail in a block though it did not when that was tried before, and take all the gas that it gets: so
 * often it may, with a pause before the third time, and four times that before each one after.
 */
const MOST_PAID_FAILURES = 5;
const PAID_PAUSE_MS = 3_600_000;
/** Open runs that a sweep looks at at one time, and failed messages in all. */
const SWEEP = 500;

export class Pipeline {
  readonly #o: PipelineOptions;
  readonly #proposer: Proposer;
  readonly #takingRuns = new Turns();
  /** Digests of the runs that are being submitted */
  readonly #submitting = new Set<string>();
  readonly #deliveries: Deliveries;
  /** Chains that each enclave waits for its turn to follow */
  readonly #following = new WeakMap<Enclave, Set<bigint>>();
  /** Messages of runs, by digest: they are final, so that no stage needs to read them twice. */
  readonly #messages = new Recent<string, readonly StoredMessage[]>(RECENT_BYTES);
  /**
   * Runs that this host has just made, and what it knows of their signatures: of their first way through the stages
   * nothing needs to be read back. Whatever does not go well at once is taken from the store.
   */
  readonly #fresh = new Recent<string, Fresh>(FRESH_BYTES);
  /** Signatures over runs that were proven while their messages were stored */
  readonly #early = new Recent<string, Promise<readonly Signed[]>>(FRESH_BYTES);
  /** When a destination last took signatures of some signers for enough */
  readonly #enough = new Map<string, number>();

  constructor(options: PipelineOptions) {
    this.#o = options;
    const { store, queue, lanes, exchange, batch, log } = options;
    this.#proposer = new Proposer({
      ...{ store, lanes, exchange, batch },
      destination: (chain) => this.#destination(chain),
      add: (run, messages) => this.#addOwn(run, messages),
    });
    this.#deliveries = new Deliveries({
      store,
      log,
      retry: (job) => queue.send('deliver', job.id, job, FIRST_RETRY_SECONDS),
      open: (message, run) => this.#reopened(message, run),
    });
  }

  async start(): Promise<void> {
    const { queue } = this.#o;
    await queue.stage('prove', PROVE, ({ id }) => this.#quietly('prove', () => this.#prove(fromHex(id))));
    await queue.stage('share', SHARE, ({ id }) => this.#quietly('share', () => this.#share(fromHex(id))));
    for (const { chain, concurrency } of this.#o.destinations.values()) {
      const submit = ({ id }: JobData): Promise<void> => this.#quietly('submit', () => this.#submit(fromHex(id)));
      await queue.stage(submitTo(chain), { ...SUBMIT, concurrency }, submit);
    }
    await queue.stage('deliver', DELIVER, ({ id }) => this.#quietly('deliver', () => this.#deliver(fromHex(id))));
    await this.sweep();
  }

  /** Failures that are to be expected are logged in one line; the queue brings the job again either way. */
  async #quietly(stage: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { message, name } = error as Error;
      const isExpected =
        error instanceof QuorumPending || error instanceof EvidenceError || error instanceof SubmissionError;
      this.#o.log[isExpected ? 'info' : 'warn'](
        { stage, reason: isExpected ? message : String(error) },
        `${stage} waits: ${name}`,
      );
      this.#o.metrics.failures.inc({ stage });
      throw error;
    }
  }

  /** Puts the job of every run that is not done back into the queue where it is lost, and that of every failed message. */
  async sweep(): Promise<void> {
    const { store, queue } = this.#o;
    const chains = [...this.#o.destinations.keys()];
    const [toProve, toDeliver, ...toSubmit] = await Promise.all(
      ['prove', 'deliver', ...chains.map(submitTo)].map((stage) => queue.pending(stage)),
    );
    const submitting = new Map(chains.map((chain, i) => [chain, toSubmit[i]!]));
    // All of them: there may be many that wait for something that never comes.
    for (let skip = 0, isMore = true; isMore; skip += SWEEP) {
      const runs = await store.openRuns(SWEEP, skip);
      for (const run of runs) {
        const id = toHex(run.digest);
        const waiting = run.provenAt ? submitting.get(run.destinationChain) : toProve;
        const stage = run.provenAt ? submitTo(run.destinationChain) : 'prove';
        if (waiting && !waiting.has(id)) await queue.send(stage, id, { id });
      }
      isMore = runs.length === SWEEP;
    }
    for (const failed of await store.failedMessages(SWEEP, MOST_PAID_FAILURES)) {
      const id = toHex(failed);
      if (!toDeliver!.has(id)) await queue.send('deliver', id, { id }, FIRST_RETRY_SECONDS);
    }
  }

  /** Lets the enclaves follow an origin, so that the next message finds them at its head, the first one too. */
  follow(origin: Origin): void {
    if (!origin.head) return;
    for (const enclave of this.#o.enclaves.connected) {
      const following = this.#following.get(enclave) ?? new Set();
      this.#following.set(enclave, following);
      // One that is to follow already goes as far as the head is by then.
      if (following.has(origin.chain)) continue;
      following.add(origin.chain);
      enclave.advancing
        .run(() => {
          following.delete(origin.chain);
          return origin.advance(enclave.client, origin.head!.height);
        })
        .catch((error: unknown) => this.#o.enclaves.lost(enclave, error));
    }
  }

  // Proposing.

  /**
   * Proposes runs of what is final on an origin and not in a run yet.
   * @returns in how many milliseconds to look again though nothing new has become final
   */
  propose(origin: Origin): Promise<number | undefined> {
    return this.#proposer.propose(origin);
  }

  /** Has what is final and about to be stored proven meanwhile, where it will be a run as it is. */
  anticipate(origin: Origin, anchor: Anchor, messages: readonly StoredMessage[]): void {
    const { enclaves, log } = this.#o;
    for (const { run, messages: ofRun } of this.#proposer.expect(origin, anchor, messages)) {
      const request: Run = { lane: run, messages: ofRun, anchor };
      const signing = enclaves.connected.map((enclave) =>
        this.#ask(enclave, run, request).catch((error: unknown) => {
          enclaves.lost(enclave, error);
          // It is asked once more when the run is known, and heard then.
          log.debug({ enclave: enclave.name, reason: String(error) }, 'no signature yet');
        }),
      );
      const signed = Promise.all(signing).then((each) => each.filter((one) => one !== undefined));
      this.#early.set(toHex(run.digest), signed, FRESH_OVERHEAD);
    }
  }

  async #addOwn(run: NewRun, messages: readonly StoredMessage[]): Promise<void> {
    this.#fresh.set(toHex(run.digest), { run: { ...run, proposedAt: new Date() }, signed: [] }, FRESH_OVERHEAD);
    await this.#addRun(run, messages);
  }

  /** Makes a run known, with what others have signed of it, and has it proven. */
  async #addRun(run: NewRun, messages: readonly StoredMessage[], signed: readonly Signed[] = []): Promise<void> {
    const { store, queue, log } = this.#o;
    const digest = toHex(run.digest);
    await store.addRun(run);
    await store.addSignatures(run.digest, signed);
    this.#keepMessages(digest, messages);
    for (const { id } of messages) log.info({ messageId: toHex(id), digest }, 'proposed');
    await queue.now('prove', digest, { id: digest });
  }

  // Proving.

  async #prove(digest: Uint8Array): Promise<void> {
    const { store, queue, enclaves, exchange, log, metrics } = this.#o;
    const id = toHex(digest);
    const ours = this.#fresh.take(id);
    const run = ours?.run ?? (await store.run(digest));
    if (!run || run.doneAt) return;
    // What others have delivered may be neither proven any more nor be here any more, and would be tried for ever.
    if (!ours && (await store.openMessages(run)).length === 0) return store.markRun(digest, 'done');
    const messages = await this.#messagesOf(run);
    const kept = ours?.signed ?? (await store.signatures(digest));
    const had = new Set(kept.map(({ signer }) => toHex(signer)));
    const early = ((await this.#early.take(id)) ?? []).filter(({ signer }) => !had.has(toHex(signer)));
    for (const { signer } of early) had.add(toHex(signer));
    const todo = (await enclaves.all()).filter(({ signer }) => !had.has(toHex(signer)));
    const stop = metrics.proofSeconds.startTimer();
    const anchor = todo.length === 0 ? undefined : await this.#origin(run.originChain).anchorAt(run.anchor);
    // One request for all of them, so that its evidence is read once.
    const request = anchor && { lane: run, messages, anchor };
    const made = await Promise.all(todo.map((enclave) => this.#proveWith(enclave, run, request)));
    // One message that nobody can prove must not keep the others of its run back.
    const isHopeless = made.length > 0 && had.size === 0 && made.every((each) => each === 'hopeless');
    if (isHopeless && messages.length > 1 && anchor) return this.#split(run, messages, anchor);
    const signed = [...early, ...made.filter((each) => typeof each !== 'string')];
    if (signed.length > 0) stop();
    let vouching: readonly Signed[] = [...kept, ...signed];
    const isKnown = this.#wasEnough(run, vouching);
    await store.addSignatures(digest, signed, isKnown);
    if (signed.length > 0 && !exchange.isAlone) await queue.send('share', id, { id });
    if (!isKnown) {
      // Others may have come from other hosts meanwhile.
      if (!exchange.isAlone) vouching = await store.signatures(digest);
      const state = await this.#quorum(run, vouching);
      if (!state.isMet) {
        // Another host may have dropped what it was told, with keys that it did not know yet, or have lost its database.
        if (!exchange.isAlone && kept.length > 0) await queue.send('share', id, { id });
        throw new QuorumPending(state.detail);
      }
      await store.markRun(digest, 'proven');
    }
    for (const message of messages) log.info({ messageId: toHex(message.id), digest: id }, 'proven');
    // The others step in one after the other where the delivery is not seen by then.
    const pause = Math.ceil(exchange.delay(run, run.firstNonce) / 1000);
    const job = [submitTo(run.destinationChain), id, { id }] as const;
    if (pause > 0) return queue.send(...job, pause);
    if (ours) {
      const bytes = FRESH_OVERHEAD + vouching.length * SIGNED_BYTES;
      this.#fresh.set(id, { run: { ...run, provenAt: new Date() }, signed: vouching }, bytes);
    }
    await queue.now(...job);
  }

  /** Two runs of one: every host makes the same two. */
  async #split(run: StoredRun, messages: readonly StoredMessage[], anchor: Anchor): Promise<void> {
    const lane = this.#laneOf(messages[0]!);
    if (!lane) return;
    const middle = Math.ceil(messages.length / 2);
    for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
      await this.#addRun(runOf(lane, half, anchor), half);
    }
    await this.#o.store.markRun(run.digest, 'done');
    this.#o.log.warn({ digest: toHex(run.digest) }, 'no enclave can prove the run as a whole: it is split');
  }

  async #share(digest: Uint8Array): Promise<void> {
    const { store, exchange, enclaves } = this.#o;
    const run = await store.run(digest);
    if (!run || run.doneAt) return;
    const kept = await store.signatures(digest);
    // The others have their own; of many, ours are what they lack.
    const ours = new Set(enclaves.connected.map(({ signer }) => toHex(signer)));
    const isOurs = ({ signer }: Signed): boolean => ours.has(toHex(signer));
    const told = [...kept.filter(isOurs), ...kept.filter((one) => !isOurs(one))].slice(0, MAX_SIGNATURES);
    await exchange.share(
      run,
      told.map(({ signature }) => signature),
    );
  }

  async #proveWith(enclave: Enclave, run: StoredRun, request: Run | undefined): Promise<Signed | Failure> {
    const { enclaves, log } = this.#o;
    let isAdvanced = false;
    try {
      if (!request) throw new EvidenceError('Missing', `block ${run.anchor} is not known to be final yet`);
      return await this.#ask(enclave, run, request, () => (isAdvanced = true));
    } catch (error) {
      enclaves.lost(enclave, error);
      const { message, name } = error as Error;
      log.warn({ enclave: enclave.name, digest: toHex(run.digest), reason: message }, `no signature: ${name}`);
      return isAdvanced && isHopeless(run, error) ? 'hopeless' : 'failed';
    }
  }

  /**
   * Has one enclave sign a run, to whose anchor it is advanced first.
   * @param onAdvanced told when it is there
   */
  async #ask(enclave: Enclave, run: NewRun, request: Run, onAdvanced?: () => void): Promise<Signed> {
    const origin = this.#origin(run.originChain);
    await enclave.advancing.run(() => origin.advance(enclave.client, run.anchor));
    onAdvanced?.();
    const { statement, signature } = await origin.prove(enclave.client, request);
    if (!equalBytes(statement, run.statement)) {
      throw new Error(`enclave ${enclave.name} signed another statement than the one proposed`);
    }
    if (!equalBytes(recoverSigner(run.digest, signature), enclave.signer)) {
      throw new Error(`enclave ${enclave.name} signed with another key than its own`);
    }
    return { signer: enclave.signer, signature };
  }

  /**
   * Takes a statement with signatures that another host gives. They authenticate themselves: it must be one that follows
   * from what is final here, and signed by a key that counts at the destination's registry. Nothing else is kept.
   * @returns the statement's digest
   * @throws ProtocolError; EvidenceError when its messages or its anchor are not final here yet; ExchangeError
   */
  async takeStatement(encoded: Uint8Array, signatures: readonly Uint8Array[]): Promise<Uint8Array> {
    const { store, queue } = this.#o;
    const digest = statementDigest(encoded);
    const statement = decodeStatement(encoded);
    const known = await store.run(digest);
    if (known?.doneAt) return digest;
    const proposal = known ? undefined : await this.#followsFromFinal(encoded, digest);
    // What is kept already costs nobody anything.
    const had = new Set((await store.signatures(digest)).map(({ signature }) => toHex(signature)));
    const fresh = signatures.filter((signature) => {
      const isFresh = !had.has(toHex(signature));
      had.add(toHex(signature));
      return isFresh;
    });
    const signed = fresh.map((signature) => ({ signature, signer: recoverSigner(digest, signature) }));
    const counting = await this.#thatCount(statement.destinationChain, signed);
    if (counting.length === 0) {
      if (fresh.length === 0 && known) return digest;
      throw new ExchangeError('UnknownSigner', 'no key that counts at the destination has signed it');
    }
    // One after the other: many at one time would all be within the bounds.
    const isNew = await this.#takingRuns.run(async () => {
      if (!proposal) return store.addSignatures(digest, counting);
      const open = (await store.openMessages(proposal.run)).map(({ nonce }) => nonce);
      if (open.length === 0) return false;
      await this.#demandUse(proposal.run, open, counting);
      await this.#addRun(proposal.run, proposal.messages, counting);
      this.#proposer.hasOthers(this.#laneOf(proposal.messages[0]!));
      return false;
    });
    if (isNew) await queue.send('prove', toHex(digest), { id: toHex(digest) });
    return digest;
  }

  /**
   * What anyone needs to deliver a message; undefined when no such message is final here.
   * @throws EvidenceError when the message is not proven yet
   */
  async proofOf(id: Uint8Array) {
    const { store } = this.#o;
    const message = await store.message(id);
    if (!message) return undefined;
    const run = message.run && (await store.run(message.run));
    const signatures = run?.provenAt && (await this.#joined(run, await store.signatures(run.digest)));
    if (!signatures) throw new EvidenceError('Missing', 'the message is not proven here yet');
    const { statement } = run;
    const index = Number(message.nonce - run.firstNonce);
    const siblings = proofOf({ messages: await this.#messagesOf(run) }, index);
    return { message, statement, signatures, index, siblings };
  }

  /** The run that a statement of another host is, when it is true and of use. */
  async #followsFromFinal(
    encoded: Uint8Array,
    digest: Uint8Array,
  ): Promise<{ run: NewRun; messages: readonly StoredMessage[] }> {
    const { store, lanes } = this.#o;
    const statement = decodeStatement(encoded);
    const lane = lanes.find(
      ({ originChain, destinationChain, outbox, inbox, generation }) =>
        originChain === statement.originChain &&
        destinationChain === statement.destinationChain &&
        equalBytes(outbox, statement.originOutbox) &&
        equalBytes(inbox, statement.destinationInbox) &&
        BigInt(generation) === statement.firstNonce >> 48n,
    );
    const anchor = lane && (await this.#origin(lane.originChain).anchorAt(statement.anchorHeight));
    if (!anchor) throw new EvidenceError('Missing', 'its lane is not served, or its anchor is not final here yet');
    const messages = await store.messages(lane, statement.firstNonce, statement.messageCount);
    const isWhole = consecutive(messages).length === statement.messageCount;
    if (!isWhole || messages[0]?.nonce !== statement.firstNonce) {
      throw new EvidenceError('Missing', 'its messages are not all final here yet');
    }
    const run = runOf(lane, messages, anchor);
    if (!equalBytes(run.digest, digest)) {
      throw new EvidenceError('Contradiction', 'what is final here makes another statement');
    }
    return { run, messages };
  }

  /**
   * There are many true statements about few messages: of each signer some are enough. One signer uses up no other's
   * share, or it could keep the hosts from ever agreeing on a run; and half of a run must be of use, or each message
   * could be had proven hundreds of times.
   * @throws ExchangeError
   */
  async #demandUse(
    run: NewRun,
    open: readonly bigint[],
    counting: readonly { readonly signer: Uint8Array }[],
  ): Promise<void> {
    const others = await this.#o.store.runsSignedOver(
      run,
      counting.map(({ signer }) => signer),
    );
    const isOfUse = counting.some(({ signer }) => {
      const signed = others.filter((other) => equalBytes(other.signer, signer));
      const fresh = open.filter(
        (nonce) => signed.filter(({ first, last }) => first <= nonce && nonce <= last).length < MAX_OVERLAP,
      );
      return fresh.length > 0 && 2 * fresh.length >= open.length;
    });
    if (!isOfUse) throw new ExchangeError('TooManyProposals', 'its messages are in many runs of its signers already');
  }

  /** Those whose keys the registry of a destination has taken and counts now. Keys that it has not cost no question. */
  async #thatCount<T extends { readonly signer: Uint8Array }>(chain: bigint, signed: readonly T[]): Promise<T[]> {
    const { store } = this.#o;
    const signers = signed.map(({ signer }) => signer);
    const taken = new Set((await store.signers(chain, signers)).map(toHex));
    const destination = this.#destination(chain);
    const counts = await Promise.all(
      signed.map(async ({ signer }) => taken.has(toHex(signer)) && (await destination.key(signer)).counts),
    );
    return signed.filter((_, i) => counts[i]);
  }

  /**
   * Whether a destination would take some signatures for enough. It is not asked again for some seconds about signers of
   * whom it said so: a submission that is refused costs nothing, and asks anew.
   */
  async #quorum(run: StoredRun, signed: readonly Signed[]): Promise<{ isMet: boolean; detail: string }> {
    if (signed.length === 0) return { isMet: false, detail: 'no enclave has signed yet' };
    if (this.#wasEnough(run, signed)) return { isMet: true, detail: 'as before' };
    const { digest, statement, destinationChain } = run;
    const signatures = await this.#joined(run, signed);
    if (!signatures) return { isMet: false, detail: 'no key counts that has signed' };
    const state = await this.#destination(destinationChain).quorum({ digest, statement, signatures });
    if (this.#enough.size > MAX_ENOUGH) this.#enough.clear();
    if (state.isMet) this.#enough.set(questionOf(run, signed), Date.now());
    return state;
  }

  #wasEnough(run: StoredRun, signed: readonly Signed[]): boolean {
    return Date.now() - (this.#enough.get(questionOf(run, signed)) ?? 0) < ENOUGH_MS;
  }

  /** A signature set for a run's destination. */
  async #joined(run: StoredRun, signed: readonly Signed[]): Promise<Uint8Array | undefined> {
    const destination = this.#destination(run.destinationChain);
    return joinSigned(await chooseSignatures(signed, (signer) => destination.key(signer)));
  }

  // Submitting.

  /** A run that is submitted already is left to that job, which comes again by itself where it fails. */
  async #submit(digest: Uint8Array): Promise<void> {
    const id = toHex(digest);
    if (this.#submitting.has(id)) return;
    this.#submitting.add(id);
    try {
      await this.#submitRun(digest);
    } finally {
      this.#submitting.delete(id);
    }
  }

  async #submitRun(digest: Uint8Array): Promise<void> {
    const { store } = this.#o;
    const ours = this.#fresh.take(toHex(digest));
    const run = ours?.run ?? (await store.run(digest));
    // One that is being proven again comes back when it is.
    if (!run?.provenAt || run.doneAt) return;
    const messages = await this.#messagesOf(run);
    // What has failed is tried again by itself. Of what has just been proven all is open, or its delivery costs nothing.
    const open = ours ? [...messages.keys()] : await this.#openIndexes(run, messages, ({ hasFailed }) => !hasFailed);
    if (open.length > 0 && !(await this.#submitOpen(run, messages, open, { signed: ours?.signed }))) {
      // Deliveries that others made are seen by `takeDeliveries`; what is open without having failed is looked at again.
      await this.#askWhatIsDelivered(run, messages);
      const left = await store.openMessages(run);
      if (left.some((message) => !message.hasFailed))
        throw new SubmissionError('Pending', 'deliveries are not seen yet');
    }
    await store.markRun(digest, 'done');
  }

  /** Keys that had vouched were revoked or have expired since: those that count now are to sign. */
  async #proveAgain({ digest }: StoredRun): Promise<void> {
    const { store, queue, log } = this.#o;
    this.#enough.clear();
    log.warn({ digest: toHex(digest) }, 'too few of its signers count any more');
    await store.reopenProof(digest);
    await queue.send('prove', toHex(digest), { id: toHex(digest) });
  }

  /** By the inbox itself: a delivery may be older than what is looked through for deliveries. */
  async #askWhatIsDelivered(run: StoredRun, messages: readonly StoredMessage[]): Promise<void> {
    const { store, log } = this.#o;
    const open = await this.#openIndexes(run, messages);
    if (open.length === 0) return;
    const found = await this.#destination(run.destinationChain).delivered(messages, open);
    const news = await store.markDelivered(found.map((index) => ({ id: messages[index]!.id })));
    for (const id of news) log.info({ messageId: toHex(id) }, 'delivered, long ago');
  }

  /**
   * @returns whether all of it has been delivered
   * @throws what stands in the way of the rest
   */
  async #submitOpen(
    run: StoredRun,
    messages: readonly StoredMessage[],
    open: readonly number[],
    { isRetry = false, signed }: { readonly isRetry?: boolean; readonly signed?: readonly Signed[] | undefined } = {},
  ): Promise<boolean> {
    const { store, log, metrics } = this.#o;
    const proven = await this.#proven(run, messages, signed);
    const destination = this.#destination(run.destinationChain);
    const { outcomes, transactions, trouble } = await destination.submit(proven, open, isRetry);
    for (const { id, gas, sentAt } of transactions) {
      metrics.submissionGas.observe({ chain: String(run.destinationChain) }, Number(gas));
      log.info({ digest: toHex(run.digest), transaction: id, gas: String(gas), sentAt }, 'submitted');
    }
    if (transactions.length > 0) await store.markRun(run.digest, 'submitted');
    await this.takeOutcomes(run.destinationChain, outcomes);
    if (trouble instanceof SubmissionError && trouble.code === 'QuorumNotReached') await this.#proveAgain(run);
    if (trouble) throw trouble;
    const delivered = new Set(outcomes.filter(({ kind }) => kind === 'delivered').map(({ id }) => toHex(id)));
    return open.every((index) => delivered.has(toHex(messages[index]!.id)));
  }

  /** Notes what became of messages. */
  readonly takeOutcomes = (chain: bigint, outcomes: readonly Outcome[]): Promise<void> =>
    this.#deliveries.note(chain, outcomes);

  async #proven(run: StoredRun, messages: readonly StoredMessage[], signed?: readonly Signed[]): Promise<Proven> {
    const signatures = await this.#joined(run, signed ?? (await this.#o.store.signatures(run.digest)));
    if (!signatures) throw new QuorumPending('no enclave has signed yet');
    const { digest, statement } = run;
    return { digest, statement, signatures, messages };
  }

  /** Notes what a destination shows. */
  readonly takeSeen = (chain: bigint, seen: Seen, askedAt: number): Promise<void> =>
    this.#deliveries.see(chain, seen, askedAt);

  /** Has a message delivered again whose delivery is gone. */
  async #reopened(message: StoredMessage, run: Uint8Array | undefined): Promise<void> {
    if (!run) return this.#runAlone(message);
    const id = toHex(run);
    await this.#o.queue.send(submitTo(message.destinationChain), id, { id });
  }

  /** A run of one message, which the lane has gone past: others had delivered it before this host had it in a run. */
  async #runAlone(message: StoredMessage): Promise<void> {
    const lane = this.#laneOf(message);
    const anchor = this.#origin(message.originChain).head;
    if (lane && anchor) await this.#addRun(runOf(lane, [message], anchor), [message]);
  }

  #laneOf(message: StoredMessage): ServedLane | undefined {
    return this.#o.lanes.find(
      ({ originChain, destinationChain, generation }) =>
        originChain === message.originChain &&
        destinationChain === message.destinationChain &&
        BigInt(generation) === message.nonce >> 48n,
    );
  }

  /** Tries one message again whose recipient has failed. */
  async #deliver(id: Uint8Array): Promise<void> {
    const { store } = this.#o;
    const message = await store.message(id);
    if (!message || message.deliveredAt || !message.run) return;
    const { failedAt, paidFailures } = message;
    if (paidFailures >= MOST_PAID_FAILURES) {
      this.#o.log.warn({ messageId: toHex(id), paidFailures }, 'its recipient fails in blocks alone: left to others');
      return;
    }
    const pause = paidFailures < 2 ? 0 : PAID_PAUSE_MS * 4 ** (paidFailures - 2);
    if (failedAt && Date.now() < failedAt.getTime() + pause)
      throw new SubmissionError('RecipientFailed', `its recipient has failed ${paidFailures} times in a block`);
    const run = (await store.run(message.run))!;
    if (!run.provenAt) throw new QuorumPending('its run is being proven again');
    const messages = await this.#messagesOf(run);
    const index = messages.findIndex((candidate) => equalBytes(candidate.id, id));
    if (await this.#submitOpen(run, messages, [index], { isRetry: true })) return;
    await this.#askWhatIsDelivered(run, messages);
    const after = await store.message(id);
    if (!after?.deliveredAt)
      throw new SubmissionError('RecipientFailed', after?.failure ?? 'the recipient failed again');
  }

  async #messagesOf(run: StoredRun): Promise<readonly StoredMessage[]> {
    const known = this.#messages.get(toHex(run.digest));
    if (known) return known;
    const count = Number(run.lastNonce - run.firstNonce) + 1;
    const messages = await this.#o.store.messages(run, run.firstNonce, count);
    if (consecutive(messages).length !== count || messages[0]?.nonce !== run.firstNonce) {
      throw new EvidenceError('Missing', 'not all messages of the run are known to be final yet');
    }
    const { messagesRoot } = decodeStatement(run.statement);
    if (!equalBytes(merkleRoot(leavesOf(messages)), messagesRoot)) {
      throw new EvidenceError('Contradiction', 'the run is about other messages than are final here');
    }
    this.#keepMessages(toHex(run.digest), messages);
    return messages;
  }

  #keepMessages(digest: string, messages: readonly StoredMessage[]): void {
    const bytes = messages.reduce((sum, { encoded }) => sum + encoded.length + MESSAGE_OVERHEAD, 0);
    this.#messages.set(digest, messages, bytes);
  }

  async #openIndexes(
    run: StoredRun,
    messages: readonly StoredMessage[],
    isWanted: (message: { readonly hasFailed: boolean }) => boolean = () => true,
  ): Promise<number[]> {
    const open = new Set((await this.#o.store.openMessages(run)).filter(isWanted).map(({ nonce }) => nonce));
    return messages.flatMap(({ nonce }, index) => (open.has(nonce) ? [index] : []));
  }

  #origin(chain: bigint): Origin {
    const origin = this.#o.origins.get(chain);
    if (!origin) throw new Error(`chain ${chain} is no origin of this host; add it to the configuration`);
    return origin;
  }

  #destination(chain: bigint): Destination {
    const destination = this.#o.destinations.get(chain);
    if (!destination) throw new Error(`chain ${chain} is no destination of this host; add it to the configuration`);
    return destination;
  }
}

/** The stage of each destination: a slow chain holds up nothing that goes elsewhere. */
function submitTo(chain: bigint): string {
  return `submit/${chain}`;
}

/** Runs of one signer that a message may be in. */
const MAX_OVERLAP = 8;

/** What is kept in memory of runs' messages, and what one takes beside its encoding. */
const RECENT_BYTES = 16_000_000;
const MESSAGE_OVERHEAD = 600;
/** What is kept in mind of runs that this host has just made. */
const FRESH_BYTES = 2_000_000;
const FRESH_OVERHEAD = 1_000;
const SIGNED_BYTES = 200;
/** How long a quorum counts for met, and how many are kept in mind. */
const ENOUGH_MS = 10_000;
const MAX_ENOUGH = 1_000;

/** A run on its first way through the stages. */
interface Fresh {
  readonly run: StoredRun;
  readonly signed: readonly Signed[];
}

/** What a destination is asked about signers. */
function questionOf({ originChain, destinationChain }: StoredRun, signed: readonly Signed[]): string {
  return [originChain, destinationChain, ...signed.map(({ signer }) => toHex(signer)).sort()].join();
}

/** Why an enclave has not signed a run: it may later, or it never will. */
type Failure = 'failed' | 'hopeless';

/** How long what an enclave refuses may be a matter of time. */
const REFUSED_MS = 120_000;

/** Whether an enclave that has followed its chain so far cannot prove a run: it is too much for one request, or lacks evidence. */
function isHopeless(run: StoredRun, error: unknown): boolean {
  if (error instanceof EnclaveRefusal) return Date.now() - run.proposedAt.getTime() > REFUSED_MS;
  return error instanceof WireError || (error instanceof EvidenceError && error.code === 'Missing');
}
