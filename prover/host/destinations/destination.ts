import type { QuorumCounts } from '../../bindings/values.ts';
import type { ChainId } from '../../protocol/index.ts';
import type { KeyStatus } from '../operators/registrar.ts';
import type { StoredMessage } from '../store/rows.ts';

/** A proven run, ready for its destination. */
export interface Proven {
  readonly digest: Uint8Array;
  /** 204 bytes */
  readonly statement: Uint8Array;
  /** A signature set (docs/spec/protocol.md section 8) */
  readonly signatures: Uint8Array;
  /** All messages of the run in order */
  readonly messages: readonly StoredMessage[];
}

/** What became of a message. */
export type Outcome =
  | {
      readonly id: Uint8Array;
      readonly kind: 'delivered';
      readonly transaction: string;
      /** Its block, where that may be replaced yet */
      readonly height?: bigint;
    }
  /** Its recipient failed; it is open still */
  | {
      readonly id: Uint8Array;
      readonly kind: 'failed';
      readonly reason: string;
      /** It failed in a block, at this host's cost */
      readonly isPaid?: boolean;
    };

/** What a submission cost. */
export interface Submitted {
  readonly outcomes: readonly Outcome[];
  readonly transactions: readonly { readonly id: string; readonly gas: bigint; readonly sentAt: number }[];
  /** Why something else of the run was not delivered; trying again may help */
  readonly trouble?: Error;
}

/** What a destination shows of deliveries. */
export interface Seen {
  readonly outcomes: readonly Outcome[];
  /** Signers whose keys its registry has taken */
  readonly signers: readonly Uint8Array[];
  /** Where to begin the next time */
  readonly next: bigint;
  /** Whether there is more to be had at once */
  readonly isBehind: boolean;
  /** Blocks, both included, of which `outcomes` has all deliveries: what was seen in them before and is not, is gone */
  readonly reread?: { readonly from: bigint; readonly to: bigint };
}

/** Whether signatures suffice. */
export interface QuorumState {
  readonly isMet: boolean;
  /** For people */
  readonly detail: string;
  readonly counts?: QuorumCounts;
}

/** A chain that messages go to. */
export interface Destination {
  readonly chain: ChainId;
  /** Runs that are submitted at one time. */
  readonly concurrency: number;
  /** Most messages in a run to here. */
  readonly maxRun: number;
  /** How many messages from the first on fit one run. */
  fit(messages: readonly StoredMessage[]): number;
  /** Whether the registry and the policy of the origin would take these signatures now. */
  quorum(proven: Pick<Proven, 'digest' | 'statement' | 'signatures'>): Promise<QuorumState>;
  /**
   * Delivers what is open of a run. What others have delivered meanwhile costs nothing and is no error: the deliveries
   * that `poll` finds say so.
   * @param open indexes in the run
   * @param isRetry their recipients have failed before: where they would again, nothing is spent
   * @throws SubmissionError when it may work later
   */
  submit(proven: Proven, open: readonly number[], isRetry?: boolean): Promise<Submitted>;
  /**
   * Deliveries and keys since the last call, whoever made them.
   * @param from where to begin, as the last call gave it; undefined for the deployment
   */
  poll(from: bigint | undefined): Promise<Seen>;
  /**
   * Which messages the inbox holds for delivered, whoever did it and however long ago, but not so lately that it could
   * be undone: `poll` shows those.
   * @param open indexes to be looked at
   */
  delivered(messages: readonly StoredMessage[], open: readonly number[]): Promise<number[]>;
  /** Where a key stands at the registry; an answer may be some seconds old. */
  key(signer: Uint8Array): Promise<KeyStatus>;
  /** Calls back whenever there may be something new, until the signal aborts or the node hangs up. */
  watch(callback: () => void, signal: AbortSignal): Promise<void>;
}

/** A submission did not go through and changed nothing; trying again may help. */
export class SubmissionError extends Error {
  /** The contract's rule where it named one, else the kind of trouble. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SubmissionError';
    this.code = code;
  }
}
