import type { ChainId } from '../../protocol/index.ts';
import type { EnclaveClient, SignedStatement } from '../enclave-client.ts';
import type { LaneId, StoredMessage } from '../store/rows.ts';

/** A block that a statement may name as its anchor. */
export interface Anchor {
  readonly height: bigint;
  /** 32 bytes */
  readonly hash: Uint8Array;
  readonly timestampSeconds: bigint;
}

/** Consecutive messages of one lane, and an anchor at or after all of them. */
export interface Run {
  readonly lane: LaneId;
  /** In order of nonce, at least one */
  readonly messages: readonly StoredMessage[];
  readonly anchor: Anchor;
}

export type OnFound = (messages: readonly StoredMessage[], anchor: Anchor) => void;

/** A chain that messages come from: what is final there, and how an enclave is shown it. */
export interface Origin {
  readonly chain: ChainId;
  /** The newest final block of which everything is stored; undefined before the first */
  readonly head: Anchor | undefined;
  /**
   * Looks for what has become final and stores it. One call at a time.
   * @param onFound told of messages that are final, which are being stored then, and of the anchor that is the head itself
   * when they are
   * @returns whether there was something new
   * @throws EvidenceError when no node gives consistent answers; nothing has changed then
   */
  poll(onFound?: OnFound): Promise<boolean>;
  /** Calls back whenever there may be something new, until the signal aborts or the node hangs up. */
  watch(callback: () => void, signal: AbortSignal): Promise<void>;
  /** A block that may be an anchor. */
  anchorAt(height: bigint): Promise<Anchor | undefined>;
  /** How many of the nodes show another block than the final one at its height. One that shows none is not counted. */
  disagreement(): Promise<number>;
  /**
   * Moves an enclave's light client to a height at least.
   * @throws EvidenceError, EnclaveRefusal, EnclaveUnavailable
   */
  advance(enclave: EnclaveClient, height: bigint): Promise<void>;
  /** Has an enclave prove a run, to whose anchor it has been advanced. */
  prove(enclave: EnclaveClient, run: Run): Promise<SignedStatement>;
}
