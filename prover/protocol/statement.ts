import { asBytes, asNonZeroBytes, concat, equalBytes, isZero, readUint, uint } from './bytes.ts';
import { chainFamily, demandAddress, demandDestination, type ChainId } from './chain.ts';
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
  const { originChain, destinationChain } = statement;
  chainFamily(originChain, 'InvalidStatementOriginChain');
  // In the order of section 7, so that the first rule broken is the one that is named: the count comes before the nonce.
  const head = concat(
    TAG_STATEMENT,
    uint(originChain, 8, 'InvalidStatementOriginChain'),
    demandAddress(originChain, statement.originOutbox, 'InvalidStatementOriginOutbox', 'origin outbox'),
    encodeDestination(originChain, destinationChain),
    demandAddress(
      destinationChain,
      statement.destinationInbox,
      'InvalidStatementDestinationInbox',
      'destination inbox',
    ),
    uint(statement.anchorHeight, 8, 'InvalidStatementAnchorHeight'),
    asNonZeroBytes(statement.anchorHash, 32, 'InvalidStatementAnchorHash'),
    uint(statement.anchorTimestampSeconds, 8, 'InvalidStatementAnchorTimestamp'),
  );
  const count = uint(statement.messageCount, 4, 'InvalidStatementCount');
  demandCount(statement.messageCount);
  const firstNonce = uint(statement.firstNonce, 8, 'InvalidStatementNonce');
  demandRun(statement.firstNonce, statement.messageCount);
  return concat(head, firstNonce, count, asNonZeroBytes(statement.messagesRoot, 32, 'InvalidStatementRoot'));
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
  const { originChain, destinationChain } = statement;
  chainFamily(originChain, 'InvalidStatementOriginChain');
  demandAddress(originChain, statement.originOutbox, 'InvalidStatementOriginOutbox', 'origin outbox');
  demandDestination(originChain, destinationChain, 'InvalidStatementDestinationChain');
  demandAddress(destinationChain, statement.destinationInbox, 'InvalidStatementDestinationInbox', 'destination inbox');
  demand(!isZero(statement.anchorHash), 'InvalidStatementAnchorHash', () => 'the anchor hash is zero');
  demandCount(statement.messageCount);
  demandRun(statement.firstNonce, statement.messageCount);
  demand(!isZero(statement.messagesRoot), 'InvalidStatementRoot', () => 'the messages root is zero');
}

function encodeDestination(origin: ChainId, destination: ChainId): Uint8Array {
  demandDestination(origin, destination, 'InvalidStatementDestinationChain');
  return uint(destination, 8, 'InvalidStatementDestinationChain');
}

function demandCount(count: number): void {
  demand(
    count >= 1 && count <= MAX_LEAVES,
    'InvalidStatementCount',
    () => `${count} messages; a statement covers 1 to ${MAX_LEAVES}`,
  );
}

function demandRun(firstNonce: Nonce, count: number): void {
  demand(
    splitNonce(firstNonce).sequence + BigInt(count) - 1n <= MAX_SEQUENCE,
    'InvalidStatementNonce',
    () => `${count} messages from nonce ${firstNonce} leave the lane's generation`,
  );
}
