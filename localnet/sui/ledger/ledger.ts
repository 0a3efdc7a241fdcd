/**
 * The ledger of a local Sui network: objects, transactions, certified checkpoints, epochs and the clock.
 *
 * Everything is deterministic under the seed and the sequence of calls; the ledger never reads the machine's clock.
 * Certificates are made when first asked for: they depend on nothing but the summary and the epoch's keys.
 */
import { bcs } from '@mysten/sui/bcs';
import { toBase64 } from '@mysten/sui/utils';
import {
  CheckpointContents,
  CheckpointSummary,
  TransactionEffects,
  digestOf,
  type Certificate,
  type Contents,
  type EventValue,
  type FullCheckpoint,
  type GasCosts,
  type Summary,
} from './bcs.ts';
import { LocalCommittee, equalStakes } from './committee.ts';
import { prepareTransaction, type PreparedTransaction, type StateView } from './effects.ts';
import { encodeObject, type MoveRecord, type ObjectRecord } from './objects.ts';
import type { ObjectWrite, TransactionOutcome } from './outcome.ts';
import { DEFAULT_REFERENCE_GAS_PRICE, PROTOCOL_VERSION } from './protocol.ts';
import { ObjectStore } from './store.ts';
import { NO_GAS, changeEpochOutcome, clockOutcome, clockTime, genesisOutcome } from './system.ts';
import { CLOCK_ID, LedgerError, type ObjectKey } from './types.ts';

/** How a ledger begins. */
export interface LedgerOptions {
  /** Fixes the validators' keys and with them every certificate. */
  readonly seed: string;
  /** Objects that exist from genesis on, at version 1: the framework's packages, the faucet's coins. */
  readonly genesis: readonly ObjectWrite[];
  /** Time of genesis, milliseconds since the Unix epoch. */
  readonly startMs: bigint;
  /** Voting power of each validator, summing up to 10,000; four equal ones by default. */
  readonly stakes?: readonly bigint[];
  /** MIST per gas unit. */
  readonly referenceGasPrice?: bigint;
  readonly protocolVersion?: bigint;
  /** Version of checkpoint contents: 2 by default, 1 as on older networks. */
  readonly contentsVersion?: 1 | 2;
  /** How many checkpoints of history to keep; all by default. Live objects are always kept. */
  readonly retainCheckpoints?: number;
}

/** A transaction in the ledger. */
export interface CommittedTransaction {
  readonly digest: string;
  /** BCS `TransactionData`. */
  readonly transaction: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  /** BCS `TransactionEffects`. */
  readonly effects: Uint8Array;
  readonly effectsDigest: string;
  readonly events: readonly EventValue[];
  /** Objects changed, as they were before. */
  readonly replaced: readonly ObjectKey[];
  /** Inputs not changed. */
  readonly read: readonly ObjectKey[];
  /** Objects written. */
  readonly after: readonly ObjectKey[];
  readonly loaded: readonly ObjectKey[];
  /** Position in the whole ledger, from 0. */
  readonly sequence: number;
  /** Sequence number of its checkpoint. */
  readonly checkpoint: bigint;
  /** Position in its checkpoint, from 0. */
  readonly index: number;
}

/** A checkpoint. */
export interface Checkpoint {
  readonly summary: Summary;
  /** base58 of the summary's digest. */
  readonly digest: string;
  readonly contents: Contents;
  readonly transactions: readonly CommittedTransaction[];
  /** The quorum's signature. */
  certificate(): Certificate;
}

/** One epoch. `lastCheckpoint` and `endMs` are absent while it lasts. */
export interface Epoch {
  readonly epoch: bigint;
  readonly committee: LocalCommittee;
  readonly referenceGasPrice: bigint;
  readonly protocolVersion: bigint;
  readonly firstCheckpoint: bigint;
  readonly startMs: bigint;
  readonly lastCheckpoint?: bigint;
  readonly endMs?: bigint;
}

/** What the next epoch changes; anything absent stays as it is. The keys always change. */
export interface NextEpoch {
  readonly stakes?: readonly bigint[];
  readonly referenceGasPrice?: bigint;
  readonly protocolVersion?: bigint;
}

type Listener = (checkpoint: Checkpoint) => void;

/** The ledger. */
export class Ledger implements StateView {
  readonly objects = new ObjectStore();
  readonly #options: LedgerOptions;
  readonly #transactions = new Map<string, CommittedTransaction>();
  readonly #checkpoints: Checkpoint[] = [];
  readonly #checkpointByDigest = new Map<string, Checkpoint>();
  readonly #epochs: Epoch[] = [];
  readonly #listeners = new Set<Listener>();
  #pending: CommittedTransaction[] = [];
  #total = 0;
  #round = 0n;
  #rolling: GasCosts = NO_GAS;
  #firstKept = 0;

  constructor(options: LedgerOptions) {
    const stakes = options.stakes ?? equalStakes(4);
    this.#options = options;
    this.#epochs.push({
      epoch: 0n,
      committee: new LocalCommittee(options.seed, 0n, stakes),
      referenceGasPrice: options.referenceGasPrice ?? DEFAULT_REFERENCE_GAS_PRICE,
      protocolVersion: options.protocolVersion ?? PROTOCOL_VERSION,
      firstCheckpoint: 0n,
      startMs: options.startMs,
    });
    this.commit(this.prepare(genesisOutcome(options.genesis, options.startMs)));
    this.seal();
  }

  // State that preparing a transaction reads.

  get height(): number {
    return this.#total;
  }

  get epoch(): bigint {
    return this.currentEpoch.epoch;
  }

  live(id: string): ObjectRecord | undefined {
    return this.objects.live(id);
  }

  at(id: string, version: bigint): ObjectRecord | undefined {
    return this.objects.at(id, version);
  }

  lastVersion(id: string): bigint | undefined {
    return this.objects.lastVersion(id);
  }

  isWrapped(id: string): boolean {
    return this.objects.isWrapped(id);
  }

  // Reads.

  /** Digest of checkpoint 0, base58: the chain identifier. */
  get chainIdentifier(): string {
    return this.#genesisDigest;
  }
  #genesisDigest = '';

  get currentEpoch(): Epoch {
    return this.#epochs.at(-1)!;
  }

  epochInfo(epoch: bigint): Epoch | undefined {
    return this.#epochs[Number(epoch)];
  }

  /** The time on the clock object, milliseconds. */
  get nowMs(): bigint {
    return clockTime(this.#clock());
  }

  get latestCheckpoint(): Checkpoint {
    return this.#checkpoints.at(-1)!;
  }

  /** Sequence number of the oldest checkpoint kept. */
  get lowestCheckpoint(): bigint {
    return BigInt(this.#firstKept);
  }

  checkpoint(sequence: bigint): Checkpoint | undefined {
    const index = sequence - this.lowestCheckpoint;
    return index < 0n || index >= BigInt(this.#checkpoints.length) ? undefined : this.#checkpoints[Number(index)];
  }

  checkpointByDigest(digest: string): Checkpoint | undefined {
    return this.#checkpointByDigest.get(digest);
  }

  transaction(digest: string): CommittedTransaction | undefined {
    return this.#transactions.get(digest);
  }

  // Changes.

  /** Computes what committing an outcome would do. Changes nothing. */
  prepare(outcome: TransactionOutcome): PreparedTransaction {
    return prepareTransaction(outcome, this);
  }

  /**
   * Commits a prepared transaction to the checkpoint under construction. All of it takes effect or nothing.
   * @throws LedgerError OUTCOME_STALE when another transaction was committed since `prepare`, OUTCOME_INVALID for a
   * simulation with phantom inputs
   */
  commit(prepared: PreparedTransaction): CommittedTransaction {
    if (prepared.phantom) throw new LedgerError('OUTCOME_INVALID', 'an input of this transaction does not exist');
    if (prepared.height !== this.#total) {
      throw new LedgerError(
        'OUTCOME_STALE',
        'the ledger moved on since this transaction was executed; execute it again',
      );
    }
    const key = ({ id, version }: ObjectRecord): ObjectKey => ({ id, version });
    const committed: CommittedTransaction = {
      digest: prepared.digest,
      transaction: prepared.transaction,
      signatures: prepared.signatures,
      effects: prepared.effects,
      effectsDigest: prepared.effectsDigest,
      events: prepared.events,
      replaced: prepared.replaced.map(key),
      read: prepared.read.map(key),
      after: prepared.after.map(key),
      loaded: prepared.loaded,
      sequence: this.#total,
      checkpoint: BigInt(this.#firstKept + this.#checkpoints.length),
      index: this.#pending.length,
    };
    this.objects.apply(prepared);
    this.#transactions.set(committed.digest, committed);
    this.#pending.push(committed);
    this.#total++;
    const { gasUsed } = prepared;
    this.#rolling = {
      computationCost: this.#rolling.computationCost + gasUsed.computationCost,
      storageCost: this.#rolling.storageCost + gasUsed.storageCost,
      storageRebate: this.#rolling.storageRebate + gasUsed.storageRebate,
      nonRefundableStorageFee: this.#rolling.nonRefundableStorageFee + gasUsed.nonRefundableStorageFee,
    };
    return committed;
  }

  /** Closes the checkpoint under construction, empty or not, and tells the subscribers. */
  seal(): Checkpoint {
    return this.#seal(undefined);
  }

  /**
   * Sets the clock by a consensus commit, in the checkpoint under construction.
   * @throws LedgerError CLOCK_INVALID when the time would go backwards or beyond a u64
   */
  setClock(timestampMs: bigint): CommittedTransaction {
    const clock = this.#clock();
    if (timestampMs < clockTime(clock) || timestampMs >= 1n << 64n) {
      throw new LedgerError('CLOCK_INVALID', `the clock stands at ${clockTime(clock)} ms and only moves forward`);
    }
    this.#round++;
    return this.commit(this.prepare(clockOutcome(clock, this.epoch, this.#round, timestampMs)));
  }

  /** Moves the clock forward by some milliseconds, in a checkpoint of its own. */
  advanceClock(deltaMs: bigint): Checkpoint {
    if (deltaMs < 0n) throw new LedgerError('CLOCK_INVALID', 'the clock only moves forward');
    this.setClock(this.nowMs + deltaMs);
    return this.seal();
  }

  /** Ends the epoch: its last checkpoint names the next committee, which certifies from then on. */
  advanceEpoch(next: NextEpoch = {}): Checkpoint {
    const ending = this.currentEpoch;
    const epoch = ending.epoch + 1n;
    const stakes = next.stakes ?? ending.committee.stakes;
    const committee = new LocalCommittee(this.#options.seed, epoch, stakes);
    const referenceGasPrice = next.referenceGasPrice ?? ending.referenceGasPrice;
    const protocolVersion = next.protocolVersion ?? ending.protocolVersion;
    if (referenceGasPrice < 1n || protocolVersion < ending.protocolVersion) {
      throw new LedgerError('EPOCH_INVALID', 'the gas price is at least 1 and the protocol version never falls');
    }
    const startMs = this.nowMs;
    this.commit(this.prepare(changeEpochOutcome(epoch, protocolVersion, this.#rolling, startMs)));
    const checkpoint = this.#seal({
      nextEpochCommittee: committee.committee.members,
      nextEpochProtocolVersion: protocolVersion,
      epochCommitments: [],
    });
    const last = checkpoint.summary.sequenceNumber;
    this.#epochs[this.#epochs.length - 1] = { ...ending, lastCheckpoint: last, endMs: startMs };
    this.#epochs.push({ epoch, committee, referenceGasPrice, protocolVersion, firstCheckpoint: last + 1n, startMs });
    this.#rolling = NO_GAS;
    this.#round = 0n;
    return checkpoint;
  }

  /**
   * Remembers everything; what it gives back puts it back, any number of times. For tests that begin alike: subscribers
   * see the same checkpoints again, and a package that was published in between must not be called afterwards.
   */
  mark(): () => void {
    const restoreObjects = this.objects.mark();
    const transactions = [...this.#transactions];
    const checkpoints = [...this.#checkpoints];
    const epochs = [...this.#epochs];
    const pending = [...this.#pending];
    const [total, round, rolling, firstKept] = [this.#total, this.#round, this.#rolling, this.#firstKept];
    return () => {
      restoreObjects();
      this.#transactions.clear();
      for (const [digest, transaction] of transactions) this.#transactions.set(digest, transaction);
      this.#checkpoints.splice(0, Infinity, ...checkpoints);
      this.#checkpointByDigest.clear();
      for (const checkpoint of checkpoints) this.#checkpointByDigest.set(checkpoint.digest, checkpoint);
      this.#epochs.splice(0, Infinity, ...epochs);
      this.#pending = [...pending];
      [this.#total, this.#round, this.#rolling, this.#firstKept] = [total, round, rolling, firstKept];
    };
  }

  /** Calls the listener with every checkpoint sealed from now on, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #clock(): MoveRecord {
    return this.objects.live(CLOCK_ID) as MoveRecord;
  }

  #seal(endOfEpochData: Summary['endOfEpochData'] | undefined): Checkpoint {
    const transactions = this.#pending;
    const contents = this.#contents(transactions);
    const summary: Summary = {
      epoch: this.epoch,
      sequenceNumber: BigInt(this.#firstKept + this.#checkpoints.length),
      networkTotalTransactions: BigInt(this.#total),
      contentDigest: digestOf('CheckpointContents', CheckpointContents.serialize(contents).toBytes()),
      previousDigest: this.#checkpoints.at(-1)?.digest ?? null,
      epochRollingGasCostSummary: this.#rolling,
      timestampMs: this.nowMs,
      checkpointCommitments: [],
      endOfEpochData: endOfEpochData ?? null,
      // BCS of `CheckpointVersionSpecificData::V1 { randomness_rounds: [] }`.
      versionSpecificData: Uint8Array.of(0, 0),
    };
    const digest = digestOf('CheckpointSummary', CheckpointSummary.serialize(summary).toBytes());
    const { committee } = this.currentEpoch;
    let certificate: Certificate | undefined;
    const checkpoint: Checkpoint = {
      summary,
      digest,
      contents,
      transactions,
      certificate: () => (certificate ??= committee.certify(summary)),
    };
    this.#pending = [];
    this.#checkpoints.push(checkpoint);
    this.#checkpointByDigest.set(digest, checkpoint);
    if (summary.sequenceNumber === 0n) this.#genesisDigest = digest;
    this.#prune();
    for (const listener of this.#listeners) listener(checkpoint);
    return checkpoint;
  }

  #contents(transactions: readonly CommittedTransaction[]): Contents {
    if (this.#options.contentsVersion === 1) {
      const digests = transactions.map(({ digest, effectsDigest }) => ({
        transaction: digest,
        effects: effectsDigest,
      }));
      const signatures = transactions.map((transaction) => [...transaction.signatures]);
      return { $kind: 'V1', V1: { transactions: digests, signatures } };
    }
    const entries = transactions.map(({ digest, effectsDigest, signatures }) => ({
      digests: { transaction: digest, effects: effectsDigest },
      signatures: signatures.map((signature): [Uint8Array, bigint | null] => [signature, null]),
    }));
    return { $kind: 'V2', V2: { transactions: entries } };
  }

  #prune(): void {
    const retain = this.#options.retainCheckpoints;
    while (retain !== undefined && this.#checkpoints.length > Math.max(1, retain)) {
      const oldest = this.#checkpoints.shift()!;
      this.#firstKept++;
      this.#checkpointByDigest.delete(oldest.digest);
      for (const transaction of oldest.transactions) {
        this.#transactions.delete(transaction.digest);
        this.objects.prune(transaction.replaced);
      }
    }
  }
}

/**
 * A checkpoint with everything in it, as in a `.chk` file.
 * @throws LedgerError OUTCOME_INVALID when an object version was pruned
 */
export function fullCheckpoint(ledger: Ledger, checkpoint: Checkpoint): FullCheckpoint {
  const object = ({ id, version }: ObjectKey) => {
    const record = ledger.at(id, version);
    if (!record) throw new LedgerError('OUTCOME_INVALID', `${id}@${version} is no longer kept`);
    return bcs.Object.parse(encodeObject(record));
  };
  return {
    summary: { summary: checkpoint.summary, signature: checkpoint.certificate() },
    contents: checkpoint.contents,
    transactions: checkpoint.transactions.map((transaction) => ({
      transaction: [
        {
          intentMessage: {
            intent: {
              scope: { $kind: 'TransactionData', TransactionData: true },
              version: { $kind: 'V0', V0: true },
              appId: { $kind: 'Sui', Sui: true },
            },
            value: bcs.TransactionData.parse(transaction.transaction),
          },
          txSignatures: transaction.signatures.map((signature) => toBase64(signature)),
        },
      ],
      effects: TransactionEffects.parse(transaction.effects),
      events: transaction.events.length > 0 ? { data: [...transaction.events] } : null,
      inputObjects: [...transaction.replaced, ...transaction.read].map(object),
      outputObjects: transaction.after.map(object),
    })),
  };
}
