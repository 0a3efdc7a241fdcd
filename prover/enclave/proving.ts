/** From proven messages to a signed statement (docs/spec/enclave.md section 6). */
import { MESSAGE_KIND } from '../protocol/message.ts';
import type { SentMessage } from '../protocol/message-sent.ts';
import { merkleRoot, plainLeaf } from '../protocol/merkle.ts';
import { splitNonce } from '../protocol/nonce.ts';
import { encodeStatement, statementDigest } from '../protocol/statement.ts';
import type { Fields } from '../protocol/wire/fields.ts';
import type { Lane } from './config.ts';
import { insist } from './errors.ts';
import type { Keys } from './keys.ts';
import { MAX_RUN, type Anchor, type Follower, type ProvenMessages } from './origin.ts';
import type { NonceWindow } from './window.ts';

/** A run as the host proposes it. */
interface Proposal {
  readonly lane: Lane;
  readonly firstNonce: bigint;
  readonly count: number;
}

/**
 * Signs a true proposal: the messages are final (INV-40), consecutive, of this lane and no other, at or before the
 * anchor, and none of their nonces has another leaf (INV-41). Whoever proposes the same gets the same bytes.
 * @throws WireError, EnclaveError, LightClientError, ProtocolError the rules of docs/spec/enclave.md section 6; nothing has changed then
 */
export function prove(
  lane: Lane,
  follower: Follower,
  window: NonceWindow,
  keys: Keys,
  request: Fields,
): { statement: Uint8Array; signature: Uint8Array } {
  const proposal = { lane, firstNonce: request.u64('firstNonce'), count: request.count('count', MAX_RUN) };
  const { anchor, proven } = follower.prove(lane, request);
  request.end();
  const leaves = readRun(proposal, anchor, proven);
  const statement = encodeStatement({
    originChain: lane.originChain,
    originOutbox: lane.originOutbox,
    destinationChain: lane.destinationChain,
    destinationInbox: lane.destinationInbox,
    anchorHeight: anchor.height,
    anchorHash: anchor.hash,
    anchorTimestampSeconds: anchor.timestampSeconds,
    firstNonce: proposal.firstNonce,
    messageCount: proposal.count,
    messagesRoot: merkleRoot(leaves),
  });
  const sequence = Number(splitNonce(proposal.firstNonce).sequence);
  window.check(sequence, leaves);
  window.record(sequence, leaves);
  return { statement, signature: keys.sign(statementDigest(statement)) };
}

/** The leaves of a run, every message of which has been checked against the proposal. */
function readRun(proposal: Proposal, anchor: Anchor, proven: readonly ProvenMessages[]): Uint8Array[] {
  for (const { height } of proven) {
    const isBefore = height <= anchor.height;
    insist(isBefore, 'MessageAfterAnchor', () => `messages at height ${height}, the anchor at ${anchor.height}`);
  }
  const messages = proven.flatMap((block) => block.messages);
  const { length } = messages;
  insist(length === proposal.count, 'WrongMessageCount', () => `${length} messages, ${proposal.count} proposed`);
  return messages.map((sent, index) => readLeaf(proposal, sent, index));
}

function readLeaf({ lane, firstNonce }: Proposal, { message, messageId }: SentMessage, index: number): Uint8Array {
  const { destinationChain, nonce, kind } = message;
  insist(
    destinationChain === lane.destinationChain,
    'WrongMessageLane',
    () => `message ${index} is for chain ${destinationChain}, the lane leads to ${lane.destinationChain}`,
  );
  const expected = firstNonce + BigInt(index);
  insist(nonce === expected, 'WrongMessageNonce', () => `message ${index} has nonce ${nonce}, ${expected} expected`);
  insist(
    kind === MESSAGE_KIND.plain,
    'ConfidentialMessage',
    () => `message ${index} is confidential; this enclave proves plain ones`,
  );
  return plainLeaf(nonce, messageId);
}
