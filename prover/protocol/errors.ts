/** The rules of docs/spec/protocol.md, one name for each, in the order of the spec's sections. */
export type Rule =
  | 'InvalidChain'
  | 'InvalidNonce'
  | 'InvalidMessageLength'
  | 'InvalidMessageVersion'
  | 'InvalidMessageKind'
  | 'InvalidMessageOriginChain'
  | 'InvalidMessageDestinationChain'
  | 'InvalidMessageNonce'
  | 'InvalidMessageSender'
  | 'InvalidMessageRecipient'
  | 'InvalidMessageExecutionGas'
  | 'InvalidMessageOutbox'
  | 'InvalidLogTopics'
  | 'InvalidLogData'
  | 'InvalidLogOriginChain'
  | 'InvalidLogDestinationChain'
  | 'InvalidLogMessageId'
  | 'InvalidEventData'
  | 'InvalidEventOutbox'
  | 'InvalidEventOriginChain'
  | 'InvalidEventMessageId'
  | 'InvalidLeaf'
  | 'InvalidLeafCount'
  | 'InvalidProofIndex'
  | 'InvalidProofLength'
  | 'InvalidProof'
  | 'InvalidStatementLength'
  | 'InvalidStatementTag'
  | 'InvalidStatementOriginChain'
  | 'InvalidStatementOriginOutbox'
  | 'InvalidStatementDestinationChain'
  | 'InvalidStatementDestinationInbox'
  | 'InvalidStatementAnchorHeight'
  | 'InvalidStatementAnchorHash'
  | 'InvalidStatementAnchorTimestamp'
  | 'InvalidStatementCount'
  | 'InvalidStatementNonce'
  | 'InvalidStatementRoot'
  | 'InvalidDigest'
  | 'InvalidSecretKey'
  | 'InvalidSignatureLength'
  | 'InvalidSignatureCount'
  | 'InvalidSignatureS'
  | 'InvalidSignatureV'
  | 'UnrecoverableSignature'
  | 'UnorderedSigners'
  | 'InvalidRegistrationChain'
  | 'InvalidRegistrationRegistry'
  | 'InvalidRegistrationOperator'
  | 'InvalidRegistrationChallenge'
  | 'InvalidRegistrationSigner'
  | 'InvalidRegistrationEncryptionKey'
  | 'InvalidRegistrationConfiguration'
  | 'InvalidReportDataLength'
  | 'InvalidReportDataPadding'
  | 'InvalidReportData'
  | 'InvalidRevocationLength'
  | 'InvalidRevocationTag'
  | 'InvalidRevocationTargetKind'
  | 'InvalidRevocationTarget'
  | 'InvalidAddress'
  | 'InvalidHex';

/** Thrown by every function of prover/protocol: `code` is the broken rule, the message says what was wrong and what is expected. */
export class ProtocolError extends Error {
  readonly code: Rule;

  constructor(code: Rule, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

/** Throws the rule unless the condition holds. The detail is a function so that the honest path pays nothing for it. */
export function demand(condition: boolean, code: Rule, detail: () => string): asserts condition {
  if (!condition) throw new ProtocolError(code, detail());
}
