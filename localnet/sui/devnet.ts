/**
 * A local Sui network in one object: executes transactions against an in-memory ledger and certifies each in a checkpoint
 * of its own. Everything it does follows from its seed, its options and the sequence of calls.
 */
import { buildFramework, type BuiltFramework } from './build/builder.ts';
import type { Devnet, FaucetCoin, Simulation, SimulateOptions } from './devnet-api.ts';
import { TransactionRefused } from './devnet-api.ts';
import { Executor, type ExecuteMode, type ExecutionReport } from './execution/executor.ts';
import { frameworkPackages, suiMetadata } from './execution/genesis.ts';
import { refuseSignature } from './execution/refusal.ts';
import { decodeTransaction, type Transaction } from './execution/transaction.ts';
import { Faucet } from './faucet.ts';
import {
  Ledger,
  type Checkpoint,
  type CommittedTransaction,
  type LedgerOptions,
  type NextEpoch,
} from './ledger/ledger.ts';
import type { ObjectWrite } from './ledger/outcome.ts';
import { SignatureError, verifySignatures } from './ledger/signatures.ts';
import { AWS_NITRO_ROOT } from './natives/env.ts';

/** How a network begins and runs. */
export interface DevnetOptions extends Partial<Omit<LedgerOptions, 'genesis'>> {
  /** The framework's bytecode; compiled, or taken from the build cache, by `startDevnet` when absent. */
  readonly framework: BuiltFramework;
  /** Further objects that exist from genesis on. */
  readonly genesis?: readonly ObjectWrite[];
  /**
   * Time in milliseconds since the Unix epoch that the network's clock follows: read before each transaction. Without it
   * the clock stands until it is advanced.
   */
  readonly clock?: () => bigint;
  /** SHA-256 of the root certificate that attestation documents must lead to, hex; that of AWS by default. */
  readonly nitroRoot?: string;
  /** Where std::debug prints to; nowhere by default. */
  readonly print?: (text: string) => void;
  /** Feature flags that sui::protocol_config reports. */
  readonly features?: ReadonlySet<string>;
}

const DEFAULT_START_MS = 1_750_000_000_000n;
/** Reports of so many transactions are kept. */
const REPORTS_KEPT = 1000;

/** What a simulation found, with its figures. */
export interface LocalSimulation extends Simulation {
  readonly report: ExecutionReport;
}

/** The network. */
export class LocalDevnet implements Devnet {
  readonly ledger: Ledger;
  readonly #executor: Executor;
  readonly #faucet: Faucet;
  readonly #clock: (() => bigint) | undefined;
  readonly #reports = new Map<string, ExecutionReport>();
  #lastFaucet: Promise<unknown> = Promise.resolve();

  constructor(options: DevnetOptions) {
    const { framework, genesis = [], clock, nitroRoot, print, features, ...ledger } = options;
    const seed = options.seed ?? 'localnet';
    this.#faucet = new Faucet(seed);
    this.#clock = clock;
    this.ledger = new Ledger({
      ...ledger,
      seed,
      startMs: options.startMs ?? clock?.() ?? DEFAULT_START_MS,
      genesis: [...frameworkPackages(framework), suiMetadata(), ...this.#faucet.genesis(), ...genesis],
    });
    this.#executor = new Executor(ledgerState(this.ledger), {
      nitroRoot: nitroRoot ?? AWS_NITRO_ROOT,
      print: print ?? (() => {}),
      features: features ?? new Set(),
    });
  }

  /**
   * Runs a transaction without committing it.
   * @param transaction BCS `TransactionData`
   * @throws TransactionRefused
   */
  simulate(transaction: Uint8Array, { checks, mockGas, outputs = true }: SimulateOptions): LocalSimulation {
    const mode = { checks, mockGas, track: outputs };
    return this.#run(decodeTransaction(transaction), [], mode, ({ outcome, commands, mockGasId, report }) => ({
      transaction: this.ledger.prepare(outcome),
      commands,
      report,
      ...(mockGasId === undefined ? {} : { mockGasId }),
    }));
  }

  /**
   * Runs a transaction and commits it in a checkpoint. Executing it again returns the first result.
   * @param transaction BCS `TransactionData`
   * @param signatures serialized signatures (flag || signature || key), of the sender and of a sponsor
   * @throws TransactionRefused
   */
  execute(transaction: Uint8Array, signatures: readonly Uint8Array[]): CommittedTransaction {
    const decoded = decodeTransaction(transaction);
    checkSignatures(transaction, signatures, [decoded.sender, decoded.gas.owner]);
    const known = this.ledger.transaction(decoded.digestText);
    if (known) return this.#again(known, signatures);
    const mode = { checks: true, mockGas: false, track: false };
    if (this.#clockIsDue()) {
      // What is refused must not move the clock.
      this.#executor.check(decoded, mode);
      this.#followClock();
    }
    return this.#run(decoded, signatures, mode, ({ outcome, report }) => {
      const committed = this.ledger.commit(this.ledger.prepare(outcome));
      this.#executor.packages.keepAdded();
      this.#remember(committed.digest, report);
      this.ledger.seal();
      return committed;
    });
  }

  /** Executes and, whatever `use` does with the outcome short of keeping it, leaves no published package behind. */
  #run<T>(
    transaction: Transaction,
    signatures: readonly Uint8Array[],
    mode: ExecuteMode,
    use: (executed: ReturnType<Executor['execute']>) => T,
  ): T {
    try {
      return use(this.#executor.execute(transaction, signatures, mode));
    } finally {
      this.#executor.packages.forgetAdded();
    }
  }

  #again(known: CommittedTransaction, signatures: readonly Uint8Array[]): CommittedTransaction {
    const text = (list: readonly Uint8Array[]): string =>
      list
        .map((s) => Buffer.from(s).toString('hex'))
        .sort()
        .join();
    if (text(known.signatures) === text(signatures)) return known;
    throw new TransactionRefused('ABORTED', 'The transaction is already finalized but with different user signatures');
  }

  #remember(digest: string, report: ExecutionReport): void {
    this.#reports.set(digest, report);
    if (this.#reports.size <= REPORTS_KEPT) return;
    for (const oldest of this.#reports.keys()) {
      this.#reports.delete(oldest);
      break;
    }
  }

  /** Instructions, gas and cause of failure of one of the latest transactions. */
  report(digest: string): ExecutionReport | undefined {
    return this.#reports.get(digest);
  }

  /**
   * Gives SUI to an address.
   * @throws TransactionRefused when the faucet is exhausted
   */
  faucet(recipient: string): Promise<FaucetCoin[]> {
    // One after the other: all of them spend the same coin.
    const give = (): Promise<FaucetCoin[]> => this.#faucet.give(this, recipient);
    const coins = this.#lastFaucet.then(give, give);
    this.#lastFaucet = coins;
    return coins;
  }

  // Time.

  #clockIsDue(): boolean {
    return this.#clock !== undefined && this.#clock() > this.ledger.nowMs;
  }

  #followClock(): void {
    const now = this.#clock?.();
    if (now !== undefined && now > this.ledger.nowMs) this.ledger.setClock(now);
  }

  /** Moves the clock forward by some milliseconds, in a checkpoint of its own. */
  advanceClock(deltaMs: bigint): Checkpoint {
    return this.ledger.advanceClock(deltaMs);
  }

  /** Ends the epoch; the next committee takes over. */
  advanceEpoch(next: NextEpoch = {}): Checkpoint {
    this.#followClock();
    return this.ledger.advanceEpoch(next);
  }

  /** Closes a checkpoint, empty if nothing happened: what a network without load does all the time. */
  tick(): Checkpoint {
    this.#followClock();
    return this.ledger.seal();
  }
}

/** Starts a network with the framework subset of this repository, compiled once and cached. */
export async function startDevnet(options: Partial<DevnetOptions> = {}): Promise<LocalDevnet> {
  return new LocalDevnet({ ...options, framework: options.framework ?? (await buildFramework()) });
}

function checkSignatures(transaction: Uint8Array, signatures: readonly Uint8Array[], signers: readonly string[]): void {
  try {
    verifySignatures(transaction, signatures, signers);
  } catch (error) {
    if (error instanceof SignatureError) refuseSignature(error.message);
    throw error;
  }
}

/** What of the ledger the executor reads. */
function ledgerState(ledger: Ledger) {
  return {
    get epoch() {
      return ledger.epoch;
    },
    get epochStartMs() {
      return ledger.currentEpoch.startMs;
    },
    get referenceGasPrice() {
      return ledger.currentEpoch.referenceGasPrice;
    },
    get chainIdentifier() {
      return ledger.chainIdentifier;
    },
    live: (id: string) => ledger.live(id),
    at: (id: string, version: bigint) => ledger.at(id, version),
    isWrapped: (id: string) => ledger.isWrapped(id),
  };
}
