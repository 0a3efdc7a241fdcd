/** Runs as every host makes them of the same messages. */
import { encodeStatement, merkleRoot, statementDigest } from '../protocol/index.ts';
import { leavesOf } from './destinations/proof.ts';
import type { Anchor } from './origins/origin.ts';
import type { LaneId, StoredMessage, StoredRun } from './store/rows.ts';

/** A lane that is served, in one generation. */
export interface ServedLane extends LaneId {
  readonly generation: number;
  /** 32 bytes */
  readonly inbox: Uint8Array;
}

export type NewRun = Omit<StoredRun, 'proposedAt'>;

/** The one run over messages with an anchor: every host makes the same of the same. */
export function runOf(lane: ServedLane, messages: readonly StoredMessage[], anchor: Anchor): NewRun {
  const { originChain, outbox, destinationChain, inbox } = lane;
  const [first] = messages as [StoredMessage];
  const statement = encodeStatement({
    originChain,
    originOutbox: outbox,
    destinationChain,
    destinationInbox: inbox,
    anchorHeight: anchor.height,
    anchorHash: anchor.hash,
    anchorTimestampSeconds: anchor.timestampSeconds,
    firstNonce: first.nonce,
    messageCount: messages.length,
    messagesRoot: merkleRoot(leavesOf(messages)),
  });
  return {
    originChain,
    outbox,
    destinationChain,
    digest: statementDigest(statement),
    statement,
    firstNonce: first.nonce,
    lastNonce: messages.at(-1)!.nonce,
    anchor: anchor.height,
  };
}

/** The messages from the first on whose nonces follow one another. */
export function consecutive(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  const end = messages.findIndex(({ nonce }, i) => i > 0 && nonce !== messages[i - 1]!.nonce + 1n);
  return end === -1 ? messages : messages.slice(0, end);
}
