import { asBytes, asFixedBytes, concat, equalBytes, isZero, readUint, uint } from './bytes.ts';
import { chainFamily, type ChainId } from './chain.ts';
import { demand } from './errors.ts';
import { hash } from './hash.ts';
import { decodeMessage, messageId, type Message } from './message.ts';

/** First topic of the EVM event (docs/spec/protocol.md section 5), 32 bytes. */
export const MESSAGE_SENT_TOPIC = hash(new TextEncoder().encode('MessageSent(bytes32,uint64,bytes)'));

/** Module and name of the event's type on Sui; the address before them is the package that defined it. */
export const MESSAGE_SENT_MODULE = 'message_sent';
export const MESSAGE_SENT_NAME = 'MessageSent';

/** The parts of an EVM log that say what was sent. */
export interface EvmLog {
  /** Emitter, 20 bytes left-padded to 32 */
  address: Uint8Array;
  /** 32 bytes each */
  topics: readonly Uint8Array[];
  data: Uint8Array;
}

/** A message as it left its outbox. */
export interface SentMessage {
  outbox: Uint8Array;
  messageId: Uint8Array;
  /** The encoded message, 94 to 8,286 bytes */
  encoded: Uint8Array;
  message: Message;
}

/**
 * The log that an EVM outbox emits for an encoded message.
 * @throws ProtocolError the rules of sections 4
 */
export function encodeMessageSentLog(outbox: Uint8Array, encoded: Uint8Array): EvmLog {
  const bytes = asBytes(encoded, 'InvalidMessageLength');
  const address = asBytes(outbox, 'InvalidMessageOutbox');
  const id = messageId(address, bytes);
  return {
    address,
    topics: [MESSAGE_SENT_TOPIC.slice(), id, word(bytes, 10)],
    data: abiBytes(bytes),
  };
}

/**
 * Reads an EVM log strictly. That the log was emitted on `chain` by `log.address` is for the caller to prove.
 * @throws ProtocolError the rules of section 5
 */
export function decodeMessageSentLog(chain: ChainId, log: EvmLog): SentMessage {
  const topics = Array.from(log.topics, (topic) => asFixedBytes(topic, 32, 'InvalidLogTopics'));
  demand(
    topics.length === 3 && equalBytes(topics[0]!, MESSAGE_SENT_TOPIC),
    'InvalidLogTopics',
    () => 'expected the topics of MessageSent(bytes32 indexed, uint64 indexed, bytes)',
  );
  const encoded = parseAbiBytes(asBytes(log.data, 'InvalidLogData'));
  const message = decodeMessage(encoded);
  demand(
    message.originChain === chain && chainFamily(chain) === 'evm',
    'InvalidLogOriginChain',
    () => `the message names origin chain ${message.originChain}, the log is from ${chain}; EVM chains only`,
  );
  demand(
    equalBytes(topics[2]!, word(encoded, 10)),
    'InvalidLogDestinationChain',
    () => `the indexed destination is not the message's, ${message.destinationChain}`,
  );
  const outbox = asBytes(log.address, 'InvalidMessageOutbox');
  const id = messageId(outbox, encoded);
  demand(
    equalBytes(topics[1]!, id),
    'InvalidLogMessageId',
    () => 'the indexed message id is not that of the message under this emitter',
  );
  return { outbox, messageId: id, encoded, message };
}

/**
 * BCS of the event that a Sui outbox emits for an encoded message.
 * @throws ProtocolError the rules of section 4
 */
export function encodeMessageSentEvent(outbox: Uint8Array, encoded: Uint8Array): Uint8Array {
  const bytes = asBytes(encoded, 'InvalidMessageLength');
  const address = asBytes(outbox, 'InvalidMessageOutbox');
  return concat(address, Uint8Array.of(32), messageId(address, bytes), uleb128(bytes.length), bytes);
}

/**
 * Reads the BCS of a Sui event strictly. That an event of this type was emitted on `chain` is for the caller to prove.
 * @param outbox the outbox that is followed, 32 bytes
 * @throws ProtocolError the rules of section 5
 */
export function decodeMessageSentEvent(chain: ChainId, outbox: Uint8Array, data: Uint8Array): SentMessage {
  const bytes = asBytes(data, 'InvalidEventData');
  // 32 bytes of outbox, one length byte, 32 bytes of id, at least one length byte.
  demand(bytes.length >= 66 && bytes[32] === 32, 'InvalidEventData', () => 'not an outbox, a 32-byte id and a message');
  const { value: length, next } = readUleb128(bytes, 65);
  demand(
    next + length === bytes.length,
    'InvalidEventData',
    () => `the message is said to have ${length} bytes, ${bytes.length - next} are there`,
  );
  const encoded = bytes.slice(next);
  const emitter = bytes.slice(0, 32);
  const isFollowed = equalBytes(emitter, asBytes(outbox, 'InvalidEventOutbox'));
  demand(isFollowed, 'InvalidEventOutbox', () => 'the event is from another outbox');
  const message = decodeMessage(encoded);
  demand(
    message.originChain === chain && chainFamily(chain) === 'sui',
    'InvalidEventOriginChain',
    () => `the message names origin chain ${message.originChain}, the event is from ${chain}; Sui chains only`,
  );
  const id = messageId(emitter, encoded);
  demand(
    equalBytes(bytes.subarray(33, 65), id),
    'InvalidEventMessageId',
    () => 'the message id is not that of the message under this outbox',
  );
  return { outbox: emitter, messageId: id, encoded, message };
}

/** The u64 at an offset as a 32-byte word. */
function word(bytes: Uint8Array, offset: number): Uint8Array {
  return concat(new Uint8Array(24), bytes.subarray(offset, offset + 8));
}

/** Canonical ABI encoding of one `bytes` parameter (Solidity ABI specification, "Use of Dynamic Types"). */
function abiBytes(bytes: Uint8Array): Uint8Array {
  const padding = new Uint8Array((32 - (bytes.length % 32)) % 32);
  return concat(uint(32, 32, 'InvalidLogData'), uint(bytes.length, 32, 'InvalidLogData'), bytes, padding);
}

function parseAbiBytes(data: Uint8Array): Uint8Array {
  demand(data.length >= 64 && data.length % 32 === 0, 'InvalidLogData', () => `${data.length} bytes of ABI data`);
  demand(readUint(data, 0, 32) === 32n, 'InvalidLogData', () => 'the offset of the message is not 32');
  const length = readUint(data, 32, 32);
  const isExact = length <= data.length - 64 && BigInt(data.length - 64) - length < 32n;
  demand(isExact, 'InvalidLogData', () => `${length} bytes are said to follow, ${data.length - 64} do, with padding`);
  const end = 64 + Number(length);
  demand(isZero(data.subarray(end)), 'InvalidLogData', () => 'the padding after the message is not zero');
  return data.slice(64, end);
}

/** ULEB128 in its shortest form, as BCS demands. */
function uleb128(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...out, rest);
}

/** A length as BCS has it: a u32 in ULEB128 in its shortest form, which takes at most five bytes. */
function readUleb128(bytes: Uint8Array, offset: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[offset + i];
    demand(byte !== undefined, 'InvalidEventData', () => 'the length of the message is cut off');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      demand(i === 0 || byte !== 0, 'InvalidEventData', () => 'the length of the message is not in its shortest form');
      demand(value < 2 ** 32, 'InvalidEventData', () => 'the length of the message is above 2^32 - 1');
      return { value, next: offset + i + 1 };
    }
  }
  demand(false, 'InvalidEventData', () => 'the length of the message has no end');
}
