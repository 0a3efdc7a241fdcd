import { evmAddress, filler, hex, patched, uint, zeros } from '../bytes.ts';
import type { Fields } from '../operations.ts';
import {
  abiBytes,
  bcsEvent,
  encodeMessage,
  evmLog,
  layMessageId,
  suiEvent,
  TOPIC_MESSAGE_SENT,
  uleb,
} from '../reference.ts';
import { brokenFromHereOn, newSuite } from '../suite.ts';
import type { Breach, Suite, SuiteWriter } from '../suite.ts';
import { MESSAGE_BREACHES } from './message.ts';
import {
  EVM_CHAIN,
  FEW_BAD_EVM_ADDRESSES,
  GOOD_SUI_ADDRESSES,
  OTHER_EVM_CHAIN,
  OTHER_SUI_CHAIN,
  outboxOf,
  sampleMessage,
  SUI_CHAIN,
} from './samples.ts';

// A header of 94 bytes leaves 2 bytes to the next word, so a body of 2 bytes needs no padding.
const BODY_LENGTHS = [0, 1, 2, 3, 31, 32, 33];
// BCS pads nothing, but a message of 128 bytes, with a body of 34, is the first whose length takes two bytes.
const SUI_BODY_LENGTHS = [0, 1, 31, 32, 33, 34];
const LONGEST_BODY = 8192;

const message = (from: bigint, to: bigint, bodyLength = 4): Buffer =>
  encodeMessage(sampleMessage(from, to, { body: filler('event body', bodyLength) }));

/** What `messageSent.decodeEvm` reads. */
interface Log {
  readonly chain: bigint;
  readonly emitter: Buffer;
  readonly topics: readonly Buffer[];
  readonly data: Buffer;
}

const logToJson = ({ chain, emitter, topics, data }: Log): Fields => ({
  chain: String(chain),
  emitter: hex(emitter),
  topics: topics.map(hex),
  data: hex(data),
});

/** A log around bytes that need not be a valid message. */
function logAround(bytes: Buffer, emitter = outboxOf(EVM_CHAIN)): Log {
  const id = layMessageId(EVM_CHAIN, emitter, bytes);
  return {
    chain: EVM_CHAIN,
    emitter,
    topics: [TOPIC_MESSAGE_SENT, id, uint(SUI_CHAIN, 32)],
    data: abiBytes(bytes),
  };
}

const withTopic = (log: Log, index: number, topic: Buffer): Log => ({
  ...log,
  topics: log.topics.map((old, i) => (i === index ? topic : old)),
});

function evmCases({ valid, invalid }: SuiteWriter): void {
  for (const length of [...BODY_LENGTHS, LONGEST_BODY]) {
    const input = { outbox: hex(outboxOf(EVM_CHAIN)), bytes: hex(message(EVM_CHAIN, SUI_CHAIN, length)) };
    valid('evm', `a body of ${length} bytes`, input);
  }
  const toEvm = hex(message(EVM_CHAIN, OTHER_EVM_CHAIN));
  valid('evm', 'to another EVM chain', { outbox: hex(outboxOf(EVM_CHAIN)), bytes: toEvm });
  for (const [about, outbox] of FEW_BAD_EVM_ADDRESSES) {
    invalid('evm', `outbox: ${about}`, { outbox: hex(outbox), bytes: toEvm }, 'InvalidMessageOutbox');
  }
  for (const { rule, about, apply } of MESSAGE_BREACHES) {
    const bytes = hex(apply(message(EVM_CHAIN, SUI_CHAIN)));
    invalid('evm', about, { outbox: hex(outboxOf(EVM_CHAIN)), bytes }, rule);
  }
}

function decodeEvmCases({ valid, invalid }: SuiteWriter): void {
  const good = (about: string, log: Log): void => valid('decodeEvm', about, logToJson(log));
  const bad = (about: string, log: Log, rule: string): void => invalid('decodeEvm', about, logToJson(log), rule);

  for (const length of BODY_LENGTHS) {
    good(`a body of ${length} bytes`, logAround(message(EVM_CHAIN, SUI_CHAIN, length)));
  }
  const toEvm = message(EVM_CHAIN, OTHER_EVM_CHAIN);
  good('to another EVM chain', {
    chain: EVM_CHAIN,
    emitter: outboxOf(EVM_CHAIN),
    ...evmLog(outboxOf(EVM_CHAIN), toEvm),
  });

  const bytes = message(EVM_CHAIN, SUI_CHAIN);
  const honest = logAround(bytes);
  const [signature = zeros(0), id = zeros(0), destination = zeros(0)] = honest.topics;

  const topics: [about: string, topics: Buffer[]][] = [
    ['no topics', []],
    ['two topics', [signature, id]],
    ['four topics', [signature, id, destination, zeros(32)]],
    ['the first topic is another event', [evmAddress('event'), id, destination]],
    ['the first topic differs in its last bit', [patched(signature, 31, [(signature[31] ?? 0) ^ 1]), id, destination]],
    ['the first topic lacks a byte', [signature.subarray(0, 31), id, destination]],
    ['the message id lacks a byte', [signature, id.subarray(0, 31), destination]],
    ['the destination is 8 bytes', [signature, id, destination.subarray(24)]],
    ['the destination is 33 bytes', [signature, id, Buffer.concat([zeros(1), destination])]],
    ['the topics are rotated', [id, destination, signature]],
  ];
  for (const [about, value] of topics) bad(about, { ...honest, topics: value }, 'InvalidLogTopics');

  // 98 bytes of message: 30 bytes of padding follow.
  const { data } = honest;
  const end = 64 + bytes.length;
  const exact = message(EVM_CHAIN, SUI_CHAIN, 2);
  const unpadded = logAround(exact);
  const datas: [about: string, data: Buffer][] = [
    ['no data', zeros(0)],
    ['the offset alone', data.subarray(0, 32)],
    ['no bytes after the length', data.subarray(0, 64)],
    ['the offset is 0', patched(data, 0, uint(0, 32))],
    ['the offset is 33', patched(data, 0, uint(33, 32))],
    ['the offset is 64, with a word between', Buffer.concat([uint(64, 32), zeros(32), data.subarray(32)])],
    ['the offset is 32 plus 2^255', patched(data, 0, [0x80])],
    ['the length is one less, so that the padding is not zero', patched(data, 32, uint(bytes.length - 1, 32))],
    ['the length exceeds the data by one', patched(unpadded.data, 32, uint(exact.length + 1, 32))],
    ['the length is 98 plus 2^64', patched(data, 55, [1])],
    ['the length is 98 plus 2^255', patched(data, 32, [0x80])],
    ['the length is 2^256 - 1', patched(data, 32, uint(2n ** 256n - 1n, 32))],
    ['the first byte of the padding is not zero', patched(data, end, [1])],
    ['the last byte of the padding is not zero', patched(data, data.length - 1, [1])],
    ['no padding', data.subarray(0, end)],
    ['the padding lacks a byte', data.subarray(0, data.length - 1)],
    ['one zero byte after the padding', Buffer.concat([data, zeros(1)])],
    ['a zero word after the padding', Buffer.concat([data, zeros(32)])],
    ['a zero word where no padding is due', Buffer.concat([unpadded.data, zeros(32)])],
    ['the message without its ABI encoding', bytes],
  ];
  for (const [about, value] of datas) bad(about, { ...honest, data: value }, 'InvalidLogData');

  bad('canonical encoding of no bytes', logAround(zeros(0)), 'InvalidMessageLength');
  for (const { rule, about, apply } of MESSAGE_BREACHES) bad(about, logAround(apply(bytes)), rule);
  for (const [about, emitter] of FEW_BAD_EVM_ADDRESSES) {
    bad(`emitter: ${about}, and the id agrees with it`, logAround(bytes, emitter), 'InvalidMessageOutbox');
  }

  bad('read from another EVM chain', { ...honest, chain: OTHER_EVM_CHAIN }, 'InvalidLogOriginChain');
  bad('read from the destination chain', { ...honest, chain: SUI_CHAIN }, 'InvalidLogOriginChain');
  const fromSui = message(SUI_CHAIN, EVM_CHAIN);
  const onSui = { ...evmLog(outboxOf(SUI_CHAIN), fromSui), chain: SUI_CHAIN, emitter: outboxOf(SUI_CHAIN) };
  bad('a log that is said to be from Sui', onSui, 'InvalidLogOriginChain');
  const fromElsewhere = message(OTHER_EVM_CHAIN, SUI_CHAIN);
  const forged = { ...evmLog(outboxOf(EVM_CHAIN), fromElsewhere), chain: EVM_CHAIN, emitter: outboxOf(EVM_CHAIN) };
  bad('an emitter that claims another origin', forged, 'InvalidLogOriginChain');

  const destinations: [about: string, topic: Buffer][] = [
    ['another chain', uint(OTHER_SUI_CHAIN, 32)],
    ['dirty above the 8 bytes', patched(destination, 23, [1])],
    ['dirty in its first byte', patched(destination, 0, [0x80])],
    ['aligned to the left', Buffer.concat([destination.subarray(24), zeros(24)])],
  ];
  for (const [about, topic] of destinations) {
    bad(`destination topic: ${about}`, withTopic(honest, 2, topic), 'InvalidLogDestinationChain');
  }

  bad('another emitter', { ...honest, emitter: evmAddress('another outbox') }, 'InvalidLogMessageId');
  bad(
    'the id differs in its last bit',
    withTopic(honest, 1, patched(id, 31, [(id[31] ?? 0) ^ 1])),
    'InvalidLogMessageId',
  );
  const other = layMessageId(EVM_CHAIN, outboxOf(EVM_CHAIN), patched(bytes, 18, uint(8, 8)));
  bad('the id of the next message', withTopic(honest, 1, other), 'InvalidLogMessageId');
  bad('the message differs from the id', { ...honest, data: patched(data, 64 + 93, [0]) }, 'InvalidLogMessageId');

  const cut = patched(patched(data, 32, uint(bytes.length - 1, 32)), end - 1, [0]);
  bad('the length is one less, which leaves a canonical encoding', { ...honest, data: cut }, 'InvalidLogMessageId');

  const breaches: Breach<Log>[] = [
    { rule: 'InvalidLogTopics', about: '', apply: (log) => withTopic(log, 0, zeros(32)) },
    { rule: 'InvalidLogData', about: '', apply: (log) => ({ ...log, data: patched(log.data, 0, [1]) }) },
    { rule: 'InvalidMessageVersion', about: '', apply: (log) => ({ ...log, data: patched(log.data, 64, [2]) }) },
    { rule: 'InvalidLogOriginChain', about: '', apply: (log) => ({ ...log, chain: OTHER_EVM_CHAIN }) },
    { rule: 'InvalidLogDestinationChain', about: '', apply: (log) => withTopic(log, 2, zeros(32)) },
    { rule: 'InvalidLogMessageId', about: '', apply: (log) => withTopic(log, 1, zeros(32)) },
  ];
  for (const { value, rule } of brokenFromHereOn(honest, breaches)) {
    bad('breaks this rule and every later one', value, rule);
  }
}

function suiCases({ valid, invalid }: SuiteWriter): void {
  for (const length of [...SUI_BODY_LENGTHS, LONGEST_BODY]) {
    const input = { outbox: hex(outboxOf(SUI_CHAIN)), bytes: hex(message(SUI_CHAIN, EVM_CHAIN, length)) };
    valid('sui', `a body of ${length} bytes`, input);
  }
  const bytes = message(SUI_CHAIN, OTHER_SUI_CHAIN);
  valid('sui', 'to another Sui chain', { outbox: hex(outboxOf(SUI_CHAIN)), bytes: hex(bytes) });
  for (const [about, outbox] of GOOD_SUI_ADDRESSES) {
    valid('sui', `outbox: ${about}`, { outbox: hex(outbox), bytes: hex(bytes) });
  }
  invalid('sui', 'no outbox', { outbox: hex(zeros(32)), bytes: hex(bytes) }, 'InvalidMessageOutbox');
  for (const { rule, about, apply } of MESSAGE_BREACHES) {
    const broken = hex(apply(message(SUI_CHAIN, EVM_CHAIN)));
    invalid('sui', about, { outbox: hex(outboxOf(SUI_CHAIN)), bytes: broken }, rule);
  }
}

/** What `messageSent.decodeSui` reads. */
interface Event {
  readonly chain: bigint;
  readonly outbox: Buffer;
  readonly data: Buffer;
}

const eventToJson = ({ chain, outbox, data }: Event): Fields => ({
  chain: String(chain),
  outbox: hex(outbox),
  data: hex(data),
});

function decodeSuiCases({ valid, invalid }: SuiteWriter): void {
  const outbox = outboxOf(SUI_CHAIN);
  const honest = (data: Buffer): Event => ({ chain: SUI_CHAIN, outbox, data });
  const good = (about: string, event: Event): void => valid('decodeSui', about, eventToJson(event));
  const bad = (about: string, event: Event, rule: string): void =>
    invalid('decodeSui', about, eventToJson(event), rule);
  const around = (bytes: Buffer): Event => honest(bcsEvent(outbox, layMessageId(SUI_CHAIN, outbox, bytes), bytes));

  for (const length of SUI_BODY_LENGTHS) {
    good(`a body of ${length} bytes`, honest(suiEvent(outbox, message(SUI_CHAIN, EVM_CHAIN, length))));
  }
  for (const [about, address] of GOOD_SUI_ADDRESSES) {
    const data = suiEvent(address, message(SUI_CHAIN, OTHER_SUI_CHAIN));
    good(`outbox: ${about}`, { chain: SUI_CHAIN, outbox: address, data });
  }

  const bytes = message(SUI_CHAIN, EVM_CHAIN, 0);
  const id = layMessageId(SUI_CHAIN, outbox, bytes);
  const data = bcsEvent(outbox, id, bytes);
  const lay = (...parts: (Uint8Array | number[])[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));
  const datas: [about: string, data: Buffer][] = [
    ['no data', zeros(0)],
    ['the outbox is cut', data.subarray(0, 31)],
    ['ends after the length of the id', data.subarray(0, 33)],
    ['ends after the id', data.subarray(0, 65)],
    ['ends after the length of the message', data.subarray(0, 66)],
    ['the message lacks a byte', data.subarray(0, data.length - 1)],
    ['one zero byte follows', lay(data, [0])],
    ['a second event follows', lay(data, data)],
    ['the id is empty', bcsEvent(outbox, zeros(0), bytes)],
    ['the id is 31 bytes', bcsEvent(outbox, id.subarray(0, 31), bytes)],
    ['the id is 33 bytes', bcsEvent(outbox, lay(id, [0]), bytes)],
    ['the length of the id takes two bytes', lay(outbox, [0xa0, 0], id, uleb(bytes.length), bytes)],
    ['the length of the message takes two bytes', lay(outbox, uleb(32), id, [0xde, 0], bytes)],
    ['the length of the message takes five bytes', lay(outbox, uleb(32), id, [0xde, 0x80, 0x80, 0x80, 0], bytes)],
    [
      'the length of the message takes ten bytes',
      lay(outbox, uleb(32), id, [0xde, ...Array<number>(8).fill(0x80), 0], bytes),
    ],
    ['the length of the message never ends', lay(outbox, uleb(32), id, [0xde, ...Array<number>(20).fill(0x80)])],
    ['the length of the message exceeds the data by one', lay(outbox, uleb(32), id, uleb(95), bytes)],
    ['the length of the message is one less', lay(outbox, uleb(32), id, uleb(93), bytes)],
    ['the length of the message is 2^32 - 1', lay(outbox, uleb(32), id, uleb(2 ** 32 - 1), bytes)],
    ['the length of the message is 94 plus 2^32', lay(outbox, uleb(32), id, uleb(2 ** 32 + 94), bytes)],
    ['the length of the message is 0 and the message follows', lay(outbox, uleb(32), id, [0], bytes)],
    ['the outbox has a length', lay(uleb(32), data)],
    ['id and message are swapped', bcsEvent(outbox, bytes, id)],
  ];
  for (const [about, value] of datas) bad(about, honest(value), 'InvalidEventData');

  bad('another outbox is expected', { ...honest(data), outbox: filler('another outbox', 32) }, 'InvalidEventOutbox');
  bad('the outbox differs in its last bit', honest(patched(data, 31, [(data[31] ?? 0) ^ 1])), 'InvalidEventOutbox');
  bad('the outbox is zero', honest(patched(data, 0, zeros(32))), 'InvalidEventOutbox');

  bad('the message is empty', around(zeros(0)), 'InvalidMessageLength');
  for (const { rule, about, apply } of MESSAGE_BREACHES) bad(about, around(apply(bytes)), rule);
  const nowhere = zeros(32);
  const fromNowhere = bcsEvent(nowhere, layMessageId(SUI_CHAIN, nowhere, bytes), bytes);
  bad(
    'the zero outbox is expected and found',
    { chain: SUI_CHAIN, outbox: nowhere, data: fromNowhere },
    'InvalidMessageOutbox',
  );

  bad('read from another Sui chain', { ...honest(data), chain: OTHER_SUI_CHAIN }, 'InvalidEventOriginChain');
  bad('read from the destination chain', { ...honest(data), chain: EVM_CHAIN }, 'InvalidEventOriginChain');
  const fromEvm = suiEvent(outboxOf(EVM_CHAIN), message(EVM_CHAIN, SUI_CHAIN));
  const onEvm = { chain: EVM_CHAIN, outbox: outboxOf(EVM_CHAIN), data: fromEvm };
  bad('an event that is said to be from an EVM chain', onEvm, 'InvalidEventOriginChain');
  const claimed = suiEvent(outbox, message(OTHER_SUI_CHAIN, EVM_CHAIN));
  bad('an event that claims another origin', honest(claimed), 'InvalidEventOriginChain');

  bad('the id is zero', honest(bcsEvent(outbox, zeros(32), bytes)), 'InvalidEventMessageId');
  bad('the id differs in its last bit', honest(patched(data, 64, [(data[64] ?? 0) ^ 1])), 'InvalidEventMessageId');
  const elsewhere = layMessageId(SUI_CHAIN, filler('another outbox', 32), bytes);
  bad(
    'the id of the message under another outbox',
    honest(bcsEvent(outbox, elsewhere, bytes)),
    'InvalidEventMessageId',
  );
  bad('the message differs from the id', honest(patched(data, 66 + 93, [0])), 'InvalidEventMessageId');

  const breaches: Breach<Event>[] = [
    { rule: 'InvalidEventData', about: '', apply: (event) => ({ ...event, data: lay(event.data, [0]) }) },
    { rule: 'InvalidEventOutbox', about: '', apply: (event) => ({ ...event, data: patched(event.data, 0, [0]) }) },
    { rule: 'InvalidMessageVersion', about: '', apply: (event) => ({ ...event, data: patched(event.data, 66, [2]) }) },
    { rule: 'InvalidEventOriginChain', about: '', apply: (event) => ({ ...event, chain: OTHER_SUI_CHAIN }) },
    {
      rule: 'InvalidEventMessageId',
      about: '',
      apply: (event) => ({ ...event, data: patched(event.data, 33, zeros(32)) }),
    },
  ];
  for (const { value, rule } of brokenFromHereOn(honest(data), breaches)) {
    bad('breaks this rule and every later one', value, rule);
  }
}

/** Section 5. */
export function messageSentSuite(): Suite {
  const writer = newSuite('messageSent', 5);
  evmCases(writer);
  suiCases(writer);
  decodeEvmCases(writer);
  decodeSuiCases(writer);
  return writer.suite;
}
