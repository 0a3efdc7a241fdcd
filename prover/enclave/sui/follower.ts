/** Follows one Sui network: the committee, the head, and its last ancestors. */
import { equalBytes } from '../../protocol/bytes.ts';
import type { SentMessage } from '../../protocol/message-sent.ts';
import type { CborInput } from '../../protocol/wire/cbor.ts';
import type { Fields } from '../../protocol/wire/fields.ts';
import type { Lane, SuiOrigin } from '../config.ts';
import { demand, insist } from '../errors.ts';
import { MAX_RUN, MessageIndices, finalBlocks, type Anchor, type Follower, type ProvenMessages } from '../origin.ts';
import {
  MAX_CHECKPOINTS,
  adoptCheckpoint,
  nextCommittee,
  predecessorsOf,
  verifyCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import type { Committee } from './committee.ts';
import { messageInEvents, verifyContents, verifyEvents, type ProvenContents } from './events.ts';

/** Certificates of one request: each costs a decoding of keys at worst. */
const MAX_CERTIFIED = 8;

export class SuiFollower implements Follower {
  readonly #origin: SuiOrigin;
  #committee: Committee;
  /** Final checkpoints without gaps, upwards, the head last; at most `MAX_CHECKPOINTS` */
  #history: readonly Checkpoint[] = [];

  constructor(origin: SuiOrigin) {
    this.#origin = origin;
    this.#committee = origin.committee;
  }

  advance(request: Fields): void {
    let committee = this.#committee;
    let head = this.#history.at(-1);
    for (const bytes of request.byteList('certified', MAX_CERTIFIED)) {
      const next = verifyCheckpoint(committee, bytes);
      head = head ? adoptCheckpoint(head, next) : next;
      if (head.nextMembers) committee = nextCommittee(committee, head);
    }
    insist(head !== undefined, 'NotStarted', () => 'the first request must bring a certified checkpoint');
    const ancestors = predecessorsOf(head, request.byteList('summaries', MAX_CHECKPOINTS));
    request.end();
    this.#history = join(this.#history, [head, ...ancestors]);
    this.#committee = committee;
  }

  status(): { [field: string]: CborInput | undefined } {
    const head = this.#history.at(-1);
    const epoch = this.#committee.epoch;
    return head ? { head: { ...anchorOf(head) }, lowest: this.#history[0]!.sequenceNumber, epoch } : { epoch };
  }

  prove(lane: Lane, request: Fields): { anchor: Anchor; proven: ProvenMessages[] } {
    const [oldest] = this.#history;
    insist(oldest !== undefined, 'NotStarted', () => 'advance to a certified checkpoint first');
    const below = predecessorsOf(oldest, request.byteList('headers', MAX_CHECKPOINTS));
    const checkpointAt = finalBlocks(this.#history, below, oldest.sequenceNumber);
    const anchor = anchorOf(checkpointAt(request.u64('anchor')));
    const indices = new MessageIndices();
    const proven = request.maps('evidence', MAX_RUN).map((evidence) => {
      const checkpoint = checkpointAt(evidence.u64('height'));
      const contents = verifyContents(checkpoint, evidence.bytes('contents'));
      const transactions = evidence.maps('transactions', MAX_RUN);
      evidence.end();
      const messages = transactions.flatMap((transaction) =>
        this.#readTransaction(lane, contents, transaction, indices),
      );
      return { height: checkpoint.sequenceNumber, messages };
    });
    return { anchor, proven };
  }

  #readTransaction(lane: Lane, contents: ProvenContents, request: Fields, indices: MessageIndices): SentMessage[] {
    const index = request.count('index');
    const proven = verifyEvents(contents, index, request.bytes('effects'), request.bytes('events'));
    const indexes = indices.take(request, 'eventIndexes');
    request.end();
    const { chain, messagePackage } = this.#origin;
    return indexes.map((event) => messageInEvents(chain, messagePackage, lane.originOutbox, proven, event));
  }
}

/**
 * The history with a new head.
 * @param added the new head, or the old one, and ancestors of it, downwards
 * @throws LightClientError `ConflictingCheckpoint` when they pass by the old head
 */
function join(old: readonly Checkpoint[], added: readonly Checkpoint[]): readonly Checkpoint[] {
  const [head] = added as [Checkpoint];
  const lowest = added.at(-1)!;
  const oldHead = old.at(-1) ?? head;
  const isSame = head.sequenceNumber === oldHead.sequenceNumber;
  const successor = isSame ? undefined : added[Number(head.sequenceNumber - oldHead.sequenceNumber) - 1];
  demand(
    !successor || (successor.previousDigest !== null && equalBytes(successor.previousDigest, oldHead.digest)),
    'ConflictingCheckpoint',
    () => `the ancestors of checkpoint ${head.sequenceNumber} pass by the head, ${oldHead.sequenceNumber}`,
  );
  // Past a gap the old history is no longer known to lead to the head.
  const older = successor || isSame ? old.filter(({ sequenceNumber }) => sequenceNumber < lowest.sequenceNumber) : [];
  return [...older, ...added.toReversed()].slice(-MAX_CHECKPOINTS);
}

function anchorOf({ sequenceNumber, digest, timestampMs }: Checkpoint): Anchor {
  return { height: sequenceNumber, hash: digest, timestampSeconds: timestampMs / 1000n };
}
