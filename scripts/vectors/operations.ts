// The table of test/vectors/README.md: each operation with its inputs and outputs in JSON.
import { hex, keccak, unhex } from './bytes.ts';
import type { Json } from './bytes.ts';
import * as reference from './reference.ts';

export type Fields = { [key: string]: Json };

function number(value: Json | undefined): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new TypeError(`not a JSON number of up to 32 bits: ${JSON.stringify(value)}`);
  }
  return value;
}

function u64(value: Json | undefined): bigint {
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]*)$/.test(value) || BigInt(value) >= 2n ** 64n) {
    throw new TypeError(`not a decimal string of a u64: ${JSON.stringify(value)}`);
  }
  return BigInt(value);
}

/** Byte strings of a width that every language fixes in its types. */
function fixed(value: Json | undefined, length: number): Buffer {
  const bytes = unhex(value);
  if (bytes.length !== length) throw new TypeError(`${bytes.length} bytes where ${length} are due`);
  return bytes;
}

function list(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new TypeError(`not a list: ${JSON.stringify(value)}`);
  return value;
}

export function messageToJson(message: reference.Message): Fields {
  return {
    kind: message.kind,
    originChain: String(message.originChain),
    destinationChain: String(message.destinationChain),
    nonce: String(message.nonce),
    sender: hex(message.sender),
    recipient: hex(message.recipient),
    executionGas: message.executionGas,
    body: hex(message.body),
  };
}

function messageOf(fields: Fields): reference.Message {
  return {
    kind: number(fields.kind),
    originChain: u64(fields.originChain),
    destinationChain: u64(fields.destinationChain),
    nonce: u64(fields.nonce),
    sender: fixed(fields.sender, 32),
    recipient: fixed(fields.recipient, 32),
    executionGas: number(fields.executionGas),
    body: unhex(fields.body),
  };
}

export function statementToJson(statement: reference.Statement): Fields {
  return {
    originChain: String(statement.originChain),
    originOutbox: hex(statement.originOutbox),
    destinationChain: String(statement.destinationChain),
    destinationInbox: hex(statement.destinationInbox),
    anchorHeight: String(statement.anchorHeight),
    anchorHash: hex(statement.anchorHash),
    anchorTimestampSeconds: String(statement.anchorTimestampSeconds),
    firstNonce: String(statement.firstNonce),
    messageCount: statement.messageCount,
    messagesRoot: hex(statement.messagesRoot),
  };
}

function statementOf(fields: Fields): reference.Statement {
  return {
    originChain: u64(fields.originChain),
    originOutbox: fixed(fields.originOutbox, 32),
    destinationChain: u64(fields.destinationChain),
    destinationInbox: fixed(fields.destinationInbox, 32),
    anchorHeight: u64(fields.anchorHeight),
    anchorHash: fixed(fields.anchorHash, 32),
    anchorTimestampSeconds: u64(fields.anchorTimestampSeconds),
    firstNonce: u64(fields.firstNonce),
    messageCount: number(fields.messageCount),
    messagesRoot: fixed(fields.messagesRoot, 32),
  };
}

export function registrationToJson(registration: reference.Registration): Fields {
  return {
    chain: String(registration.chain),
    registry: hex(registration.registry),
    operator: hex(registration.operator),
    challenge: hex(registration.challenge),
    signer: hex(registration.signer),
    encryptionKey: hex(registration.encryptionKey),
    configurationHash: hex(registration.configurationHash),
  };
}

function registrationOf(fields: Fields): reference.Registration {
  return {
    chain: u64(fields.chain),
    registry: fixed(fields.registry, 32),
    operator: fixed(fields.operator, 32),
    challenge: fixed(fields.challenge, 32),
    signer: fixed(fields.signer, 20),
    encryptionKey: fixed(fields.encryptionKey, 32),
    configurationHash: fixed(fields.configurationHash, 32),
  };
}

const sent = ({ messageId, bytes }: { messageId: Uint8Array; bytes: Uint8Array }): Fields => ({
  messageId: hex(messageId),
  bytes: hex(bytes),
});

/** Every operation, from `in` to `out`. They throw BrokenRule, or TypeError for an `in` of the wrong shape. */
export const OPERATIONS: Readonly<Record<string, (input: Fields) => Fields>> = {
  'chain.validate': (input) => ({ family: reference.chainFamily(u64(input.chain), 'InvalidChain') }),
  'chain.sui': (input) => ({ chain: String(reference.suiChain(fixed(input.identifier, 4))) }),
  'nonce.split': (input) => {
    const { generation, sequence } = reference.splitNonce(u64(input.nonce));
    return { generation, sequence: String(sequence) };
  },
  'message.decode': (input) => messageToJson(reference.decodeMessage(unhex(input.bytes))),
  'message.encode': (input) => ({ bytes: hex(reference.encodeMessage(messageOf(input))) }),
  'message.id': (input) => ({ messageId: hex(reference.messageId(fixed(input.outbox, 32), unhex(input.bytes))) }),
  'messageSent.evm': (input) => {
    const { topics, data } = reference.evmLog(fixed(input.outbox, 32), unhex(input.bytes));
    return { topics: topics.map(hex), data: hex(data) };
  },
  'messageSent.sui': (input) => ({ data: hex(reference.suiEvent(fixed(input.outbox, 32), unhex(input.bytes))) }),
  'messageSent.decodeEvm': (input) => {
    const topics = list(input.topics).map(unhex);
    return sent(reference.decodeEvmLog(u64(input.chain), fixed(input.emitter, 32), topics, unhex(input.data)));
  },
  'messageSent.decodeSui': (input) =>
    sent(reference.decodeSuiEvent(u64(input.chain), fixed(input.outbox, 32), unhex(input.data))),
  'merkle.plainLeaf': (input) => ({ leaf: hex(reference.plainLeaf(u64(input.nonce), fixed(input.messageId, 32))) }),
  'merkle.confidentialLeaf': (input) => {
    const id = fixed(input.messageId, 32);
    return { leaf: hex(reference.confidentialLeaf(u64(input.nonce), id, fixed(input.deliveryHash, 32))) };
  },
  'merkle.root': (input) => ({ root: hex(reference.merkleRoot(list(input.leaves).map((leaf) => fixed(leaf, 32)))) }),
  'merkle.verify': (input) => {
    const [root, leaf] = [fixed(input.root, 32), fixed(input.leaf, 32)];
    reference.verifyProof(root, leaf, number(input.index), number(input.count), unhex(input.proof));
    return {};
  },
  'statement.decode': (input) => statementToJson(reference.decodeStatement(unhex(input.bytes))),
  'statement.encode': (input) => ({ bytes: hex(reference.encodeStatement(statementOf(input))) }),
  'statement.digest': (input) => ({ digest: hex(reference.statementDigest(unhex(input.bytes))) }),
  'signature.recover': (input) => ({
    signer: hex(reference.recoverSigner(keccak(unhex(input.message)), unhex(input.signature))),
  }),
  'signature.recoverSet': (input) => ({
    signers: reference.recoverSet(keccak(unhex(input.message)), unhex(input.signatures)).map(hex),
  }),
  'registration.hash': (input) => ({ hash: hex(reference.registrationHash(registrationOf(input))) }),
  'registration.check': (input) => {
    reference.checkReportData(registrationOf(input), unhex(input.reportData));
    return {};
  },
  'revocation.decode': (input) => {
    const { kind, target } = reference.decodeRevocation(unhex(input.bytes));
    return { kind, target: hex(target) };
  },
  'revocation.encode': (input) => {
    const kind = number(input.kind);
    if (kind > 255) throw new TypeError(`the kind ${kind} does not fit a byte`);
    return { bytes: hex(reference.encodeRevocation(kind, fixed(input.target, 32))) };
  },
  'revocation.digest': (input) => ({ digest: hex(reference.revocationDigest(unhex(input.bytes))) }),
};
