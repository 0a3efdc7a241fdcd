/** Certified checkpoints of Sui: the certificate, the hand-over to the next committee, and the hash chain between them. */
import { concat, equalBytes } from '../../protocol/bytes.ts';
import { BcsReader } from '../../protocol/wire/bcs.ts';
import { demand } from '../errors.ts';
import { makeCommittee, readMember, verifyQuorum, type Committee, type CommitteeMember } from './committee.ts';
import { digestOf } from './digest.ts';

/** A final checkpoint: certified by a committee, or an ancestor of one that is. Only this module makes them. */
export interface Checkpoint {
  readonly epoch: bigint;
  readonly sequenceNumber: bigint;
  /** 32 bytes, as the following ones */
  readonly digest: Uint8Array;
  readonly contentDigest: Uint8Array;
  /** Null in the genesis checkpoint */
  readonly previousDigest: Uint8Array | null;
  /** Milliseconds since 1970 */
  readonly timestampMs: bigint;
  /** In the last checkpoint of an epoch: who certifies the next one */
  readonly nextMembers: readonly CommitteeMember[] | null;
}

/** Intent of a checkpoint summary: scope 2, version 0, application 0 (shared-crypto, `intent.rs`). */
const INTENT = Uint8Array.of(2, 0, 0);
/** Summaries that one call of `predecessorsOf` takes. */
export const MAX_CHECKPOINTS = 8_192;

/**
 * A checkpoint from its certificate.
 * @param certified BCS `CertifiedCheckpointSummary`: summary, epoch, aggregate signature (48 bytes), signer bitmap
 * @throws WireError `MalformedBcs`; LightClientError `WrongEpoch`, and the rules of `verifyQuorum`
 */
export function verifyCheckpoint(committee: Committee, certified: Uint8Array): Checkpoint {
  const reader = new BcsReader(certified);
  const checkpoint = readSummary(reader);
  const summary = certified.subarray(0, reader.position);
  const epochBytes = reader.take(8);
  const epoch = new BcsReader(epochBytes).u64();
  const signature = reader.take(48);
  const bitmap = reader.bytes();
  reader.end();
  const found = checkpoint.epoch === committee.epoch ? epoch : checkpoint.epoch;
  demand(
    found === committee.epoch,
    'WrongEpoch',
    () => `a checkpoint of epoch ${found} cannot be judged by the committee of epoch ${committee.epoch}`,
  );
  verifyQuorum(committee, concat(INTENT, summary, epochBytes), bitmap, signature);
  return { ...checkpoint, digest: digestOf('CheckpointSummary', summary) };
}

/**
 * The committee of the next epoch, from the last checkpoint of this one.
 * @throws LightClientError `WrongEpoch`, `EndOfEpochMissing`, `InvalidCommittee`
 */
export function nextCommittee(committee: Committee, { epoch, sequenceNumber, nextMembers }: Checkpoint): Committee {
  demand(
    epoch === committee.epoch,
    'WrongEpoch',
    () => `checkpoint of epoch ${epoch}, committee of ${committee.epoch}`,
  );
  demand(
    nextMembers !== null,
    'EndOfEpochMissing',
    () => `checkpoint ${sequenceNumber} is not the last of its epoch; hand over the one that is`,
  );
  return makeCommittee(epoch + 1n, nextMembers);
}

/**
 * Ancestors of a final checkpoint, downwards.
 * @param summaries BCS `CheckpointSummary` from the checkpoint's predecessor downwards, at most `MAX_CHECKPOINTS`
 * @returns the checkpoint of each summary
 * @throws LightClientError `TooManyCheckpoints`, `WrongPredecessor`; WireError `MalformedBcs`
 */
export function predecessorsOf(checkpoint: Checkpoint, summaries: readonly Uint8Array[]): Checkpoint[] {
  const { length } = summaries;
  demand(length <= MAX_CHECKPOINTS, 'TooManyCheckpoints', () => `${length} summaries, at most ${MAX_CHECKPOINTS}`);
  let child = checkpoint;
  return summaries.map((summary) => {
    const digest = digestOf('CheckpointSummary', summary);
    demand(
      child.previousDigest !== null && equalBytes(digest, child.previousDigest),
      'WrongPredecessor',
      () => `the summary given is not that of the predecessor of checkpoint ${child.sequenceNumber}`,
    );
    const reader = new BcsReader(summary);
    const parent = readSummary(reader);
    reader.end();
    demand(
      parent.sequenceNumber === child.sequenceNumber - 1n,
      'WrongPredecessor',
      () => `checkpoint ${child.sequenceNumber} names checkpoint ${parent.sequenceNumber} for its predecessor`,
    );
    return (child = { ...parent, digest });
  });
}

/**
 * The new head. Of two certified checkpoints with one sequence number the first stays, and a head never goes back.
 * @throws LightClientError `ConflictingCheckpoint`
 */
export function adoptCheckpoint(old: Checkpoint, next: Checkpoint): Checkpoint {
  const isSame = equalBytes(next.digest, old.digest);
  const { previousDigest } = next;
  const isChild = next.sequenceNumber === old.sequenceNumber + 1n;
  const isLinked = !isChild || (previousDigest !== null && equalBytes(previousDigest, old.digest));
  demand(
    isSame || (next.sequenceNumber > old.sequenceNumber && next.epoch >= old.epoch && isLinked),
    'ConflictingCheckpoint',
    () => `checkpoint ${next.sequenceNumber} does not follow the head, ${old.sequenceNumber}`,
  );
  return next;
}

/** `CheckpointSummary` (sui-types, `messages_checkpoint.rs`), without the digest, which is the caller's to compute. */
function readSummary(reader: BcsReader): Omit<Checkpoint, 'digest'> {
  const epoch = reader.u64();
  const sequenceNumber = reader.u64();
  reader.u64(); // transactions of the network so far
  const contentDigest = reader.digest();
  const previousDigest = reader.option(() => reader.digest());
  reader.take(4 * 8); // gas costs of the epoch so far
  const timestampMs = reader.u64();
  const readCommitments = (): unknown => reader.vector(() => (reader.variant(2), reader.digest()));
  readCommitments();
  const nextMembers = reader.option(() => {
    const members = reader.vector(() => readMember(reader));
    reader.u64(); // protocol version of the next epoch
    readCommitments();
    return members;
  });
  reader.bytes(); // data that depends on the protocol version
  return { epoch, sequenceNumber, contentDigest, previousDigest, timestampMs, nextMembers };
}
