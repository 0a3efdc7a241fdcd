/**
 * What the RPC layer needs from a Sui network. The transaction executor implements it on top of a `Ledger`.
 *
 * Life of a transaction: the RPC layer turns a request into the BCS of a `TransactionData`, resolving object references,
 * gas price, budget and payment where the client left them open. `simulate` runs it and reports what would happen;
 * `execute` checks signatures and inputs, runs it, and commits the outcome in a checkpoint of its own. Either throws
 * `TransactionRefused` when the transaction may not run at all; a transaction that runs and aborts is a success with a
 * failure status.
 */
import type { PreparedTransaction } from './ledger/effects.ts';
import type { CommittedTransaction, Ledger } from './ledger/ledger.ts';
import type { CommandResult } from './ledger/outcome.ts';

/**
 * Why a transaction may not run, by the gRPC status that Sui gives:
 * - `INVALID_ARGUMENT`: malformed, not authorized, wrong or missing inputs, insufficient gas;
 * - `FAILED_PRECONDITION`: an owned input is at another version, having been used by another transaction;
 * - `ABORTED`: already executed with other signatures;
 * - `UNIMPLEMENTED`: a kind of transaction that this network does not execute.
 */
export type RefusalCode = 'INVALID_ARGUMENT' | 'FAILED_PRECONDITION' | 'ABORTED' | 'UNIMPLEMENTED';

/** Thrown when a transaction may not run. The ledger is unchanged and no gas is charged. */
export class TransactionRefused extends Error {
  readonly code: RefusalCode;
  /** @param message what is wrong and what to do about it; shown to the client */
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
    this.name = 'TransactionRefused';
  }
}

/** How to simulate. */
export interface SimulateOptions {
  /**
   * True: all checks that execution makes, signatures excepted. False: a look at what functions return; owners and gas
   * are not checked, any function may be called, and any value may be passed.
   */
  readonly checks: boolean;
  /** Whether a transaction without gas payment runs on a mock coin; otherwise it is refused. */
  readonly mockGas: boolean;
  /** Whether to note what commands return and change; true by default. Nothing else depends on it. */
  readonly outputs?: boolean;
}

/** What a simulation found. Nothing was committed. */
export interface Simulation {
  readonly transaction: PreparedTransaction;
  /** One entry per command that ran; empty when the execution failed, or without `outputs`. */
  readonly commands: readonly CommandResult[];
  /** Id of the mock gas coin, when one was used. */
  readonly mockGasId?: string;
}

/** A coin that the faucet gave away. */
export interface FaucetCoin {
  /** MIST. */
  readonly amount: bigint;
  readonly id: string;
  readonly transferTxDigest: string;
}

/** A local Sui network. */
export interface Devnet {
  /** Read by the RPC layer only; it never commits anything itself, clock and epochs excepted. */
  readonly ledger: Ledger;

  /**
   * Runs a transaction without committing it.
   * @param transaction BCS `TransactionData`
   * @throws TransactionRefused
   */
  simulate(transaction: Uint8Array, options: SimulateOptions): Simulation | Promise<Simulation>;

  /**
   * Runs a transaction and commits it in a checkpoint. Executing the same transaction again returns the first result.
   * @param transaction BCS `TransactionData`
   * @param signatures serialized signatures (flag || signature || key)
   * @throws TransactionRefused
   */
  execute(
    transaction: Uint8Array,
    signatures: readonly Uint8Array[],
  ): CommittedTransaction | Promise<CommittedTransaction>;

  /**
   * Gives SUI to an address.
   * @throws TransactionRefused when the faucet is exhausted
   */
  faucet(recipient: string): readonly FaucetCoin[] | Promise<readonly FaucetCoin[]>;
}
