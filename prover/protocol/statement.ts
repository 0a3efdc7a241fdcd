import { asBytes, asFixedBytes, concat, equalBytes, isZero, readUint, uint } from './bytes.ts';
import { chainFamily, demandAddress, type ChainId } from './chain.ts';
import { demand } from './errors.ts';
import { hash, TAG_STATEMENT } from './hash.ts';
import { MAX_LEAVES } from './merkle.ts';
import { MAX_SEQUENCE, splitNonce, type Nonce } from './nonce.ts';

export const STATEMENT_BYTES = 204;

/** What an enclave signs: one run of consecutive nonces of one lane (docs/spec/protocol.md section 7). */
export interface Statement {
  originChain: ChainId;
  /** 32 bytes */
  originOutbox: Uint8Array;
  destinationChain: ChainId;
  /** 32 bytes */
  destinationInbox: Uint8Array;
  /** Block number, or checkpoint sequence number; u64 */
  anchorHeight: bigint;
  /** Execution block hash, or checkpoint digest; 32 bytes */
  anchorHash: Uint8Array;
  /** Seconds since 1970; u64 */
  anchorTimestampSeconds: bigint;
  firstNonce: Nonce;
  /** 1 to 256 */
  messageCount: number;
  /** 32 bytes */
  messagesRoot: Uint8Array;
}

/**
 * Encodes a statement, 204 bytes.
 * @throws ProtocolError the rules of section 7
 */
export function encodeStatement(statement: Statement): Uint8Array {
  const encoded = concat(
    TAG_STATEMENT,
    uint(statement.originChain, 8, 'InvalidStatementOriginChain'),
    asFixedBytes(statement.originOutbox, 32, 'InvalidStatementOriginOutbox'),
    uint(statement.destinationChain, 8, 'InvalidStatementDestinationChain'),
    asFixedBytes(statement.destinationInbox, 32, 'InvalidStatementDestinationInbox'),
    uint(statement.anchorHeight, 8, 'InvalidStatementAnchorHeight'),
    asFixedBytes(statement.anchorHash, 32, 'InvalidStatementAnchorHash'),
    uint(statement.anchorTimestampSeconds, 8, 'InvalidStatementAnchorTimestamp'),
    uint(statement.firstNonce, 8, 'InvalidStatementNonce'),
    uint(statement.messageCount, 4, 'InvalidStatementCount'),
    asFixedBytes(statement.messagesRoot, 32, 'InvalidStatementRoot'),
  );
  decodeStatement(encoded);
  return encoded;
}

/**
 * Decodes a statement and checks every rule of section 7. The result shares no memory with the input.
 * @param encoded 204 bytes
 * @throws ProtocolError the rules of section 7
 */
export function decodeStatement(encoded: Uint8Array): Statement {
  const bytes = asBytes(encoded, 'InvalidStatementLength');
  demand(
    bytes.length === STATEMENT_BYTES,
    'InvalidStatementLength',
    () => `${bytes.length} bytes; a statement has ${STATEMENT_BYTES}`,
  );
  demand(
    equalBytes(bytes.subarray(0, 32), TAG_STATEMENT),
    'InvalidStatementTag',
    () => 'the first 32 bytes are not the tag of a statement, version 1',
  );
  const statement: Statement = {
    originChain: readUint(bytes, 32, 8),
    originOutbox: bytes.slice(40, 72),
    destinationChain: readUint(bytes, 72, 8),
    destinationInbox: bytes.slice(80, 112),
    anchorHeight: readUint(bytes, 112, 8),
    anchorHash: bytes.slice(120, 152),
    anchorTimestampSeconds: readUint(bytes, 152, 8),
    firstNonce: readUint(bytes, 160, 8),
    messageCount: Number(readUint(bytes, 168, 4)),
    messagesRoot: bytes.slice(172, 204),
  };
  demandRules(statement);
  return statement;
}

/**
 * Digest of an encoded statement, the 32 bytes that are signed.
 * @throws ProtocolError the rules of section 7: what is not a statement has no digest
 */
export function statementDigest(encoded: Uint8Array): Uint8Array {
  const bytes = asBytes(encoded, 'InvalidStatementLength');
  decodeStatement(bytes);
  return hash(bytes);
}

function demandRules(statement: Statement): void {
  const { originChain, destinationChain, messageCount } = statement;
  chainFamily(originChain, 'InvalidStatementOriginChain');
  demandAddress(originChain, statement.originOutbox, 'InvalidStatementOriginOutbox', 'origin outbox');
  chainFamily(destinationChain, 'InvalidStatementDestinationChain');
  demand(
    originChain !== destinationChain,
    'InvalidStatementDestinationChain',
    () => `origin and destination are both chain ${originChain}`,
  );
  demandAddress(destinationChain, statement.destinationInbox, 'InvalidStatementDestinationInbox', 'destination inbox');
  demand(!isZero(statement.anchorHash), 'InvalidStatementAnchorHash', () => 'the anchor hash is zero');
  demand(
    messageCount >= 1 && messageCount <= MAX_LEAVES,
    'InvalidStatementCount',
    () => `${messageCount} messages; a statement covers 1 to ${MAX_LEAVES}`,
  );
  demand(
    splitNonce(statement.firstNonce).sequence + BigInt(messageCount - 1) <= MAX_SEQUENCE,
    'InvalidStatementNonce',
    () => `${messageCount} messages from nonce ${statement.firstNonce} leave the lane's generation`,
  );
  demand(!isZero(statement.messagesRoot), 'InvalidStatementRoot', () => 'the messages root is zero');
}
