/** Proofs of delivery: made of a run's messages, found in transactions, and checked before anything is built of them. */
import {
  decodeMessage,
  decodeStatement,
  equalBytes,
  fromHex,
  hash,
  merkleProof,
  merkleRoot,
  messageId,
  plainLeaf,
  recoverSigners,
  STATEMENT_BYTES,
  statementDigest,
  TAG_STATEMENT,
  toHex,
  verifyMerkleProof,
  type Statement,
} from '../protocol/index.ts';
import { CorridorError } from './errors.ts';
import type { Hex, Proof, Sent } from './types.ts';

/**
 * Checks that a proof proves its message: id, place in the run, way to the root, and that its signatures are some. Who
 * of the signers counts is for the destination to say.
 * @returns its statement
 * @throws ProtocolError with the rule that it breaks; CorridorError `Contradiction`
 */
export function checkProof(proof: Proof): Statement {
  const statement = decodeStatement(proof.statement);
  const message = decodeMessage(proof.encoded);
  const id = messageId(statement.originOutbox, proof.encoded);
  if (toHex(id) !== proof.messageId.toLowerCase()) {
    throw new CorridorError('Contradiction', `the message of the proof is ${toHex(id)}, not ${proof.messageId}`);
  }
  const { originChain, destinationChain, firstNonce, messageCount, messagesRoot } = statement;
  if (message.originChain !== originChain || message.destinationChain !== destinationChain) {
    throw new CorridorError('Contradiction', 'the statement of the proof is about another lane than the message');
  }
  if (!Number.isSafeInteger(proof.index) || message.nonce !== firstNonce + BigInt(proof.index)) {
    throw new CorridorError('Contradiction', `the message is not number ${proof.index} of the statement's run`);
  }
  verifyMerkleProof(messagesRoot, plainLeaf(message.nonce, id), proof.index, messageCount, proof.siblings);
  if (proof.signatures.length > 0) recoverSigners(statementDigest(proof.statement), proof.signatures);
  return statement;
}

/**
 * The proof of one message from all messages of a run, without signatures: for a root that the destination keeps.
 * @throws CorridorError `Contradiction` when the run is about other messages
 */
export function proofFromRun(encodedStatement: Uint8Array, run: readonly Sent[], id: Hex): Proof {
  const statement = decodeStatement(encodedStatement);
  const leaves = run.map(({ message, messageId: each }) => plainLeaf(message.nonce, fromHex(each)));
  if (leaves.length !== statement.messageCount || !equalBytes(merkleRoot(leaves), statement.messagesRoot)) {
    throw new CorridorError(
      'Contradiction',
      'the messages that the origin shows do not make the root of the statement',
    );
  }
  const index = run.findIndex(({ messageId: each }) => each === id);
  if (index < 0) throw new CorridorError('Contradiction', `message ${id} is none of the statement's run`);
  return {
    messageId: id,
    encoded: run[index]!.encoded,
    statement: encodedStatement,
    signatures: new Uint8Array(),
    index,
    siblings: merkleProof(leaves, index),
  };
}

/** The statement with a digest, wherever it stands in the bytes of a transaction. */
export function findStatement(transaction: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
  for (let at = transaction.indexOf(TAG_STATEMENT[0]!); at >= 0; at = transaction.indexOf(TAG_STATEMENT[0]!, at + 1)) {
    const candidate = transaction.slice(at, at + STATEMENT_BYTES);
    if (candidate.length < STATEMENT_BYTES) return undefined;
    if (equalBytes(candidate.subarray(0, 32), TAG_STATEMENT) && equalBytes(hash(candidate), digest)) return candidate;
  }
  return undefined;
}
