/** The rules of docs/spec/light-clients.md, one name for each, in the order of the spec's sections. */
export type LightClientRule =
  | 'InvalidConfiguration'
  | 'MalformedSsz'
  | 'UnknownFork'
  | 'InvalidExecutionBranch'
  | 'UntrustedBootstrap'
  | 'InvalidCurrentSyncCommitteeBranch'
  | 'LowParticipation'
  | 'FutureSlot'
  | 'InvalidSlotOrder'
  | 'SkippedPeriod'
  | 'IrrelevantUpdate'
  | 'InvalidFinalityBranch'
  | 'ConflictingSyncCommittee'
  | 'InvalidNextSyncCommitteeBranch'
  | 'InvalidSyncCommitteeKey'
  | 'InvalidSyncCommitteeSignature'
  | 'MalformedRlp'
  | 'TooManyHeaders'
  | 'MalformedHeader'
  | 'WrongParent'
  | 'HeadNotDescendant'
  | 'InvalidTransactionIndex'
  | 'ProofTooLong'
  | 'WrongTrieNode'
  | 'MalformedTrieNode'
  | 'AbsentKey'
  | 'UnusedTrieNode'
  | 'MalformedReceipt'
  | 'FailedTransaction'
  | 'LogMissing'
  | 'WrongEmitter'
  | 'MalformedBcs'
  | 'InvalidCommittee'
  | 'WrongEpoch'
  | 'MalformedBitmap'
  | 'QuorumNotReached'
  | 'InvalidCheckpointSignature'
  | 'EndOfEpochMissing'
  | 'TooManyCheckpoints'
  | 'WrongPredecessor'
  | 'ConflictingCheckpoint'
  | 'WrongContents'
  | 'TransactionMissing'
  | 'WrongEffects'
  | 'UnknownEffectsVersion'
  | 'WrongTransaction'
  | 'WrongEvents'
  | 'EventMissing'
  | 'WrongEventType';

/** Thrown by the light clients: `code` is the broken rule, the message says what was wrong and what is expected. */
export class LightClientError extends Error {
  readonly code: LightClientRule;

  constructor(code: LightClientRule, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'LightClientError';
    this.code = code;
  }
}

/** Throws the rule unless the condition holds. The detail is a function so that the honest path pays nothing for it. */
export function demand(condition: boolean, code: LightClientRule, detail: () => string): asserts condition {
  if (!condition) throw new LightClientError(code, detail());
}
