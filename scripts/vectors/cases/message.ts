import { evmAddress, filler, hex, patched, uint, zeros } from '../bytes.ts';
import { messageToJson } from '../operations.ts';
import { layMessage } from '../reference.ts';
import type { Message } from '../reference.ts';
import { brokenFromHereOn, newSuite } from '../suite.ts';
import type { Breach, Suite, SuiteWriter } from '../suite.ts';
import {
  BAD_EVM_ADDRESSES,
  EVM_CHAIN,
  FEW_BAD_EVM_ADDRESSES,
  GOOD_EVM_ADDRESSES,
  GOOD_SUI_ADDRESSES,
  OTHER_EVM_CHAIN,
  OTHER_SUI_CHAIN,
  outboxOf,
  sampleMessage,
  SUI_CHAIN,
  WIDE_EVM_CHAIN,
} from './samples.ts';

const ROUTES: readonly (readonly [about: string, origin: bigint, destination: bigint])[] = [
  ['EVM to Sui', EVM_CHAIN, SUI_CHAIN],
  ['Sui to EVM', SUI_CHAIN, EVM_CHAIN],
  ['EVM to EVM', EVM_CHAIN, OTHER_EVM_CHAIN],
  ['Sui to Sui', SUI_CHAIN, OTHER_SUI_CHAIN],
  ['from the highest EVM chain', 2n ** 56n - 1n, SUI_CHAIN],
  ['EVM chains above what a double can count, apart by their last bit', WIDE_EVM_CHAIN, WIDE_EVM_CHAIN - 1n],
  ['from the Sui chain with identifier zero', 0x53n << 56n, EVM_CHAIN],
];

/** Fields at the edges of what section 4 admits. */
function goodMessages(): [about: string, message: Message][] {
  const evmToSui = (changes: Partial<Message>): Message => sampleMessage(EVM_CHAIN, SUI_CHAIN, changes);
  const suiToEvm = (changes: Partial<Message>): Message => sampleMessage(SUI_CHAIN, EVM_CHAIN, changes);
  return [
    ...ROUTES.map(([about, from, to]): [string, Message] => [about, sampleMessage(from, to)]),
    ['confidential', evmToSui({ kind: 1 })],
    ['the body is empty', evmToSui({ body: zeros(0) })],
    ['the body is one byte', evmToSui({ body: zeros(1) })],
    ['the body is zeros', suiToEvm({ body: zeros(32) })],
    ['the nonce is zero', evmToSui({ nonce: 0n })],
    ['the last nonce of generation 0', evmToSui({ nonce: 2n ** 48n - 1n })],
    ['the nonce is above what a double can count', evmToSui({ nonce: 2n ** 53n + 1n })],
    ['the highest nonce', evmToSui({ nonce: 2n ** 64n - 1n })],
    ['execution gas is zero', suiToEvm({ executionGas: 0 })],
    ['execution gas has its top bit set', suiToEvm({ executionGas: 0x80000000 })],
    ['the highest execution gas', suiToEvm({ executionGas: 0xffffffff })],
  ];
}

/** Addresses at the edges of what is well formed. */
function goodAddresses(): [about: string, message: Message][] {
  return [
    ...GOOD_EVM_ADDRESSES.map(([about, address]): [string, Message] => [
      `EVM addresses: ${about}`,
      sampleMessage(EVM_CHAIN, OTHER_EVM_CHAIN, { sender: address, recipient: address }),
    ]),
    ...GOOD_SUI_ADDRESSES.map(([about, address]): [string, Message] => [
      `Sui addresses: ${about}`,
      sampleMessage(SUI_CHAIN, OTHER_SUI_CHAIN, { sender: address, recipient: address }),
    ]),
  ];
}

/**
 * Fields that break one rule, all within their widths. `thorough` adds what an encoder that shares a decoder's
 * checks would only repeat.
 */
function badMessages(thorough: boolean): [about: string, message: Message, rule: string][] {
  const evmToSui = (changes: Partial<Message>): Message => sampleMessage(EVM_CHAIN, SUI_CHAIN, changes);
  const suiToEvm = (changes: Partial<Message>): Message => sampleMessage(SUI_CHAIN, EVM_CHAIN, changes);
  const badChains: [string, bigint][] = [
    ['zero', 0n],
    ['family 1', 2n ** 56n + 1n],
    ['Sui with padding', 0x5300000135834a8an],
    ['family 0x54', 0x5400000035834a8an],
    ['all ones', 2n ** 64n - 1n],
  ];
  return [
    ...[2, 127, 128, 255].map((kind): [string, Message, string] => [
      `the kind is ${kind}`,
      evmToSui({ kind }),
      'InvalidMessageKind',
    ]),
    ...badChains
      .slice(0, thorough ? 5 : 2)
      .map(([about, originChain]): [string, Message, string] => [
        `origin chain: ${about}`,
        evmToSui({ originChain }),
        'InvalidMessageOriginChain',
      ]),
    ...badChains
      .slice(0, thorough ? 5 : 2)
      .map(([about, destinationChain]): [string, Message, string] => [
        `destination chain: ${about}`,
        evmToSui({ destinationChain }),
        'InvalidMessageDestinationChain',
      ]),
    ['from an EVM chain to itself', evmToSui({ destinationChain: EVM_CHAIN }), 'InvalidMessageDestinationChain'],
    ['from a Sui chain to itself', suiToEvm({ destinationChain: SUI_CHAIN }), 'InvalidMessageDestinationChain'],
    [
      'both chains are the same invalid one',
      evmToSui({ originChain: 0n, destinationChain: 0n }),
      'InvalidMessageOriginChain',
    ],
    ...(thorough ? BAD_EVM_ADDRESSES : FEW_BAD_EVM_ADDRESSES).map(([about, sender]): [string, Message, string] => [
      `EVM sender: ${about}`,
      evmToSui({ sender }),
      'InvalidMessageSender',
    ]),
    ['Sui sender: zero', suiToEvm({ sender: zeros(32) }), 'InvalidMessageSender'],
    ...(thorough ? BAD_EVM_ADDRESSES : FEW_BAD_EVM_ADDRESSES).map(([about, recipient]): [string, Message, string] => [
      `EVM recipient: ${about}`,
      suiToEvm({ recipient }),
      'InvalidMessageRecipient',
    ]),
    ['Sui recipient: zero', evmToSui({ recipient: zeros(32) }), 'InvalidMessageRecipient'],
  ];
}

const overwrite =
  (offset: number, patch: Uint8Array | readonly number[]) =>
  (bytes: Buffer): Buffer =>
    patched(bytes, offset, patch);

/** One breach for each rule of section 4, in order, on encoded bytes. */
export const MESSAGE_BREACHES: readonly Breach<Buffer>[] = [
  { rule: 'InvalidMessageLength', about: 'one byte short', apply: (bytes) => bytes.subarray(0, 93) },
  { rule: 'InvalidMessageVersion', about: 'version 2', apply: overwrite(0, [2]) },
  { rule: 'InvalidMessageKind', about: 'kind 2', apply: overwrite(1, [2]) },
  { rule: 'InvalidMessageOriginChain', about: 'no origin', apply: overwrite(2, zeros(8)) },
  { rule: 'InvalidMessageDestinationChain', about: 'no destination', apply: overwrite(10, zeros(8)) },
  { rule: 'InvalidMessageSender', about: 'no sender', apply: overwrite(26, zeros(32)) },
  { rule: 'InvalidMessageRecipient', about: 'no recipient', apply: overwrite(58, zeros(32)) },
];

function decodeCases({ valid, invalid }: SuiteWriter): void {
  for (const [about, message] of [...goodMessages(), ...goodAddresses()])
    valid('decode', about, { bytes: hex(layMessage(message)) });
  const longest = layMessage(sampleMessage(SUI_CHAIN, EVM_CHAIN, { body: filler('long body', 8192) }));
  valid('decode', 'the body is 8,192 bytes', { bytes: hex(longest) });

  const honest = layMessage(sampleMessage(EVM_CHAIN, SUI_CHAIN));
  const lengths: [about: string, bytes: Buffer][] = [
    ['no bytes', zeros(0)],
    ['one byte', honest.subarray(0, 1)],
    ['cut inside the sender', honest.subarray(0, 40)],
    ['one byte short of the header', honest.subarray(0, 93)],
    ['8,287 bytes', Buffer.concat([honest.subarray(0, 94), filler('too long', 8193)])],
  ];
  for (const [about, bytes] of lengths) invalid('decode', about, { bytes: hex(bytes) }, 'InvalidMessageLength');
  for (const version of [0, 2, 128, 129, 255]) {
    const bytes = hex(patched(honest, 0, [version]));
    invalid('decode', `the version is ${version}`, { bytes }, 'InvalidMessageVersion');
  }
  for (const [about, message, rule] of badMessages(true)) {
    invalid('decode', about, { bytes: hex(layMessage(message)) }, rule);
  }
  for (const { value, rule } of brokenFromHereOn(honest, MESSAGE_BREACHES)) {
    invalid('decode', 'breaks this rule and every later one', { bytes: hex(value) }, rule);
  }
}

function encodeCases({ valid, invalid }: SuiteWriter): void {
  for (const [about, message] of goodMessages()) valid('encode', about, messageToJson(message));
  for (const [about, message, rule] of badMessages(false)) invalid('encode', about, messageToJson(message), rule);

  const longest = sampleMessage(SUI_CHAIN, EVM_CHAIN, { body: filler('long body', 8192) });
  valid('encode', 'the body is 8,192 bytes', messageToJson(longest));
  const honest = sampleMessage(EVM_CHAIN, SUI_CHAIN);
  const set =
    (changes: Partial<Message>) =>
    (message: Message): Message => ({ ...message, ...changes });
  const breaches: Breach<Message>[] = [
    { rule: 'InvalidMessageLength', about: '', apply: set({ body: filler('too long', 8193) }) },
    { rule: 'InvalidMessageKind', about: 'kind', apply: set({ kind: 2 }) },
    { rule: 'InvalidMessageOriginChain', about: 'origin', apply: set({ originChain: 0n }) },
    { rule: 'InvalidMessageDestinationChain', about: 'destination', apply: set({ destinationChain: 0n }) },
    { rule: 'InvalidMessageSender', about: 'sender', apply: set({ sender: zeros(32) }) },
    { rule: 'InvalidMessageRecipient', about: 'recipient', apply: set({ recipient: zeros(32) }) },
  ];
  for (const { value, rule } of brokenFromHereOn(honest, breaches)) {
    const about = rule === 'InvalidMessageLength' ? 'a body of 8,193 bytes' : 'broken';
    invalid('encode', `${about}, and every later rule with it`, messageToJson(value), rule);
  }
}

function idCases({ valid, invalid }: SuiteWriter): void {
  const idInput = (outbox: Uint8Array, bytes: Uint8Array) => ({ outbox: hex(outbox), bytes: hex(bytes) });
  for (const [about, from, to] of ROUTES) {
    valid('id', about, idInput(outboxOf(from), layMessage(sampleMessage(from, to))));
  }
  const fromEvm = layMessage(sampleMessage(EVM_CHAIN, SUI_CHAIN));
  const fromSui = layMessage(sampleMessage(SUI_CHAIN, EVM_CHAIN));
  valid('id', 'the same message from another outbox', idInput(evmAddress('another outbox'), fromEvm));
  valid('id', 'another nonce', idInput(outboxOf(EVM_CHAIN), patched(fromEvm, 18, uint(8, 8))));
  valid('id', 'the body is empty', idInput(outboxOf(EVM_CHAIN), fromEvm.subarray(0, 94)));
  const long = Buffer.concat([fromEvm.subarray(0, 94), filler('body of two blocks', 200)]);
  valid('id', 'more than one block of Keccak', idInput(outboxOf(EVM_CHAIN), long));
  for (const [about, outbox] of GOOD_EVM_ADDRESSES) valid('id', `EVM outbox: ${about}`, idInput(outbox, fromEvm));
  for (const [about, outbox] of GOOD_SUI_ADDRESSES) valid('id', `Sui outbox: ${about}`, idInput(outbox, fromSui));

  for (const [about, outbox] of BAD_EVM_ADDRESSES) {
    invalid('id', `EVM outbox: ${about}`, idInput(outbox, fromEvm), 'InvalidMessageOutbox');
  }
  invalid('id', 'Sui outbox: zero', idInput(zeros(32), fromSui), 'InvalidMessageOutbox');
  for (const { rule, about, apply } of MESSAGE_BREACHES) {
    invalid('id', about, idInput(outboxOf(EVM_CHAIN), apply(fromEvm)), rule);
  }
  for (const { rule, about, apply } of [...MESSAGE_BREACHES.slice(0, 1), ...MESSAGE_BREACHES.slice(-1)]) {
    invalid('id', `${about}, and no outbox`, idInput(zeros(32), apply(fromEvm)), rule);
  }
}

/** Section 4. */
export function messageSuite(): Suite {
  const writer = newSuite('message', 4);
  decodeCases(writer);
  encodeCases(writer);
  idCases(writer);
  return writer.suite;
}
