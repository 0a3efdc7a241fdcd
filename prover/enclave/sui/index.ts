/** Light client of Sui: pure functions, state in and state out (docs/spec/light-clients.md, sections 7 to 9). */
export {
  decodeCommittee,
  QUORUM_THRESHOLD,
  TOTAL_VOTING_POWER,
  type Committee,
  type CommitteeMember,
} from './committee.ts';
export {
  adoptCheckpoint,
  MAX_CHECKPOINTS,
  nextCommittee,
  predecessorsOf,
  verifyCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
export { messageInEvents, verifyContents, verifyEvents, type ProvenContents, type ProvenEvents } from './events.ts';
