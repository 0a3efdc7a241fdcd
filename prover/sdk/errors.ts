/** What can go wrong, by names that programs may compare. */
export type CorridorErrorCode =
  /** The deployment description is wrong; the message names each mistake */
  | 'InvalidDeployment'
  /** The deployment has no such chain, or a chain of another kind was needed */
  | 'UnknownChain'
  /** The chain's description names no node, and no client was given */
  | 'NoClient'
  /** A recipient or an id has not the form that its chain needs */
  | 'InvalidAddress'
  /** The wallet client has no account */
  | 'NoAccount'
  /** The wallet is on another chain than the one to send on */
  | 'WrongChain'
  /** Neither hosts nor chains know such a message */
  | 'UnknownMessage'
  /** No root that covers the message is kept on chain, and no host gives signatures; try again later */
  | 'NotProven'
  /** The message was delivered before; there is nothing to do */
  | 'AlreadyDelivered'
  /** Nobody can call the recipient: the message says why */
  | 'UnreachableRecipient'
  /** The account that is to pay has too little: the message says what it has and what is needed */
  | 'InsufficientFunds'
  /** A contract refuses, or would: `rule` is its name for it (docs/spec/contracts.md) */
  | 'Refused'
  /** A node or host says what cannot be true */
  | 'Contradiction'
  /** A node or host cannot be reached, or answers with an error */
  | 'Unavailable'
  /** It took longer than was allowed */
  | 'Timeout';

/** Every error of the SDK, but for `ProtocolError`, which names a broken rule of docs/spec/protocol.md. */
export class CorridorError extends Error {
  readonly code: CorridorErrorCode;
  /** The contract's name for why it refuses */
  readonly rule?: string;

  constructor(code: CorridorErrorCode, message: string, options: { rule?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CorridorError';
    this.code = code;
    if (options.rule !== undefined) this.rule = options.rule;
  }
}
