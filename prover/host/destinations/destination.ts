import type { QuorumCounts } from '../../bindings/values.ts';
import type { ChainId } from '../../protocol/index.ts';
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
  | { readonly id: Uint8Array; readonly kind: 'delivered'; readonly transaction: string }
  /** Its recipient failed; it is open still */
  | { readonly id: Uint8Array; readonly kind: 'failed'; readonly reason: string };

/** What a submission cost. */
export interface Submitted {
  readonly outcomes: readonly Outcome[];
  readonly transactions: readonly { readonly id: string; readonly gas: bigint; readonly sentAt: number }[];
  /** Why something else of the run was not delivered; trying again may help */
  readonly trouble?: Error;
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
   * @throws SubmissionError when it may work later
   */
  submit(proven: Proven, open: readonly number[]): Promise<Submitted>;
  /**
   * Deliveries since the last call, whoever made them.
   * @param from where to begin, as the last call gave it; undefined for the deployment
   */
  poll(from: bigint | undefined): Promise<{ outcomes: Outcome[]; next: bigint }>;
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
