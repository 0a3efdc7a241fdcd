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

/** The rules of docs/spec/enclave.md, one name for each, in the order of the spec's sections. */
export type EnclaveRule =
  | 'InvalidOrigin'
  | 'InvalidLane'
  | 'UnknownMethod'
  | 'AttestationFailed'
  | 'UnknownOrigin'
  | 'NotStarted'
  | 'AlreadyStarted'
  | 'UnknownLane'
  | 'UnknownBlock'
  | 'MessageAfterAnchor'
  | 'WrongMessageCount'
  | 'WrongMessageLane'
  | 'WrongMessageNonce'
  | 'ConfidentialMessage'
  | 'NonceTooOld'
  | 'ConflictingMessage';

/** Thrown by the enclave for what is not a light client's to judge: `code` is the broken rule. */
export class EnclaveError extends Error {
  readonly code: EnclaveRule;

  constructor(code: EnclaveRule, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'EnclaveError';
    this.code = code;
  }
}

/** As `demand`, for the enclave's own rules. */
export function insist(condition: boolean, code: EnclaveRule, detail: () => string): asserts condition {
  if (!condition) throw new EnclaveError(code, detail());
}
