import { evmAddress, filler, hex, patched, uint, zeros } from '../bytes.ts';
import { statementToJson } from '../operations.ts';
import { layStatement, TAG_MESSAGE, TAG_REGISTRATION, TAG_REVOCATION, TAG_STATEMENT } from '../reference.ts';
import type { Statement } from '../reference.ts';
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
  SUI_CHAIN,
  WIDE_EVM_CHAIN,
} from './samples.ts';

const LAST_SEQUENCE = 2n ** 48n - 1n;
const U64_MAX = 2n ** 64n - 1n;

/** An honest statement between two chains, with changes. */
export function sampleStatement(from: bigint, to: bigint, changes: Partial<Statement> = {}): Statement {
  const inbox = to >> 56n === 0n ? evmAddress(`inbox ${to}`) : filler(`inbox ${to}`, 32);
  return {
    originChain: from,
    originOutbox: outboxOf(from),
    destinationChain: to,
    destinationInbox: inbox,
    anchorHeight: 23_456_789n,
    anchorHash: filler('anchor', 32),
    anchorTimestampSeconds: 1_764_000_000n,
    firstNonce: 2n ** 48n + 7n,
    messageCount: 5,
    messagesRoot: filler('root', 32),
    ...changes,
  };
}

const evmToSui = (changes: Partial<Statement> = {}): Statement => sampleStatement(EVM_CHAIN, SUI_CHAIN, changes);
const suiToEvm = (changes: Partial<Statement> = {}): Statement => sampleStatement(SUI_CHAIN, EVM_CHAIN, changes);

function goodStatements(): [about: string, statement: Statement][] {
  const runs: [about: string, firstNonce: bigint, messageCount: number][] = [
    ['one message', 0n, 1],
    ['256 messages', 0n, 256],
    ['the last message of generation 0', LAST_SEQUENCE, 1],
    ['the last two messages of generation 0', LAST_SEQUENCE - 1n, 2],
    ['the last 256 messages of generation 0', LAST_SEQUENCE - 255n, 256],
    ['the last message of the last generation', U64_MAX, 1],
    ['a nonce above what a double can count', 2n ** 53n + 1n, 3],
  ];
  return [
    ['EVM to Sui', evmToSui()],
    ['Sui to EVM', suiToEvm()],
    ['EVM to EVM', sampleStatement(EVM_CHAIN, OTHER_EVM_CHAIN)],
    ['Sui to Sui', sampleStatement(SUI_CHAIN, OTHER_SUI_CHAIN)],
    ['EVM chains above what a double can count', sampleStatement(WIDE_EVM_CHAIN, WIDE_EVM_CHAIN - 1n)],
    ...runs.map(([about, firstNonce, messageCount]): [string, Statement] => [
      about,
      evmToSui({ firstNonce, messageCount }),
    ]),
    ['anchor height and timestamp are zero', evmToSui({ anchorHeight: 0n, anchorTimestampSeconds: 0n })],
    ['the highest anchor height', evmToSui({ anchorHeight: U64_MAX })],
    ['the highest anchor timestamp', evmToSui({ anchorTimestampSeconds: U64_MAX })],
    ['only the last bit of the anchor hash is set', evmToSui({ anchorHash: uint(1, 32) })],
    ['only the first bit of the root is set', evmToSui({ messagesRoot: patched(zeros(32), 0, [0x80]) })],
  ];
}

/** Addresses at the edges of what is well formed. */
function goodAddresses(): [about: string, statement: Statement][] {
  return [
    ...GOOD_EVM_ADDRESSES.map(([about, address]): [string, Statement] => [
      `EVM addresses: ${about}`,
      sampleStatement(EVM_CHAIN, OTHER_EVM_CHAIN, { originOutbox: address, destinationInbox: address }),
    ]),
    ...GOOD_SUI_ADDRESSES.map(([about, address]): [string, Statement] => [
      `Sui addresses: ${about}`,
      sampleStatement(SUI_CHAIN, OTHER_SUI_CHAIN, { originOutbox: address, destinationInbox: address }),
    ]),
  ];
}

/** `thorough` adds what an encoder that shares a decoder's checks would only repeat. */
function badStatements(thorough: boolean): [about: string, statement: Statement, rule: string][] {
  const badChains: [string, bigint][] = [
    ['zero', 0n],
    ['family 1', 2n ** 56n],
    ['Sui with padding', 0x5300000135834a8an],
    ['family 0x52', 0x5200000035834a8an],
    ['all ones', U64_MAX],
  ];
  const badAddresses = thorough ? BAD_EVM_ADDRESSES : FEW_BAD_EVM_ADDRESSES;
  const counts = [0, 257, 65_536 + 1, 2 ** 31, 2 ** 32 - 1];
  const overruns: [about: string, firstNonce: bigint, messageCount: number][] = [
    ['two messages from the last nonce of generation 0', LAST_SEQUENCE, 2],
    ['256 messages from the last nonce of generation 0', LAST_SEQUENCE, 256],
    ['256 messages, one too many', LAST_SEQUENCE - 254n, 256],
    ['two messages from the last nonce of generation 1', 2n ** 49n - 1n, 2],
    ['two messages from the highest nonce', U64_MAX, 2],
    ['256 messages of the last generation, one too many', U64_MAX - 254n, 256],
  ];
  type Bad = [about: string, statement: Statement, rule: string];
  return [
    ...badChains
      .slice(0, thorough ? 5 : 2)
      .map(([about, originChain]): Bad => [
        `origin chain: ${about}`,
        evmToSui({ originChain }),
        'InvalidStatementOriginChain',
      ]),
    ...badAddresses.map(([about, originOutbox]): Bad => [
      `EVM outbox: ${about}`,
      evmToSui({ originOutbox }),
      'InvalidStatementOriginOutbox',
    ]),
    ['Sui outbox: zero', suiToEvm({ originOutbox: zeros(32) }), 'InvalidStatementOriginOutbox'],
    ...badChains
      .slice(0, thorough ? 5 : 2)
      .map(([about, destinationChain]): Bad => [
        `destination chain: ${about}`,
        evmToSui({ destinationChain }),
        'InvalidStatementDestinationChain',
      ]),
    ['from an EVM chain to itself', evmToSui({ destinationChain: EVM_CHAIN }), 'InvalidStatementDestinationChain'],
    ['from a Sui chain to itself', suiToEvm({ destinationChain: SUI_CHAIN }), 'InvalidStatementDestinationChain'],
    [
      'both chains are the same invalid one',
      evmToSui({ originChain: 0n, destinationChain: 0n }),
      'InvalidStatementOriginChain',
    ],
    ...badAddresses.map(([about, destinationInbox]): Bad => [
      `EVM inbox: ${about}`,
      suiToEvm({ destinationInbox }),
      'InvalidStatementDestinationInbox',
    ]),
    ['Sui inbox: zero', evmToSui({ destinationInbox: zeros(32) }), 'InvalidStatementDestinationInbox'],
    ['the anchor hash is zero', evmToSui({ anchorHash: zeros(32) }), 'InvalidStatementAnchorHash'],
    ...counts.map((messageCount): Bad => [
      `the count is ${messageCount}`,
      evmToSui({ messageCount }),
      'InvalidStatementCount',
    ]),
    ['the count is 0 at nonce 0', evmToSui({ firstNonce: 0n, messageCount: 0 }), 'InvalidStatementCount'],
    ...overruns.map(([about, firstNonce, messageCount]): Bad => [
      about,
      evmToSui({ firstNonce, messageCount }),
      'InvalidStatementNonce',
    ]),
    ['the root is zero', evmToSui({ messagesRoot: zeros(32) }), 'InvalidStatementRoot'],
    [
      'count 257 and past the last nonce',
      evmToSui({ firstNonce: LAST_SEQUENCE, messageCount: 257 }),
      'InvalidStatementCount',
    ],
    [
      'past the last nonce and no root',
      evmToSui({ firstNonce: LAST_SEQUENCE, messageCount: 2, messagesRoot: zeros(32) }),
      'InvalidStatementNonce',
    ],
  ];
}

const set =
  (changes: Partial<Statement>) =>
  (statement: Statement): Statement => ({ ...statement, ...changes });

/** One breach for each rule on a field, in order; the rule on the nonce needs a count that is valid. */
const FIELD_BREACHES: readonly Breach<Statement>[] = [
  { rule: 'InvalidStatementOriginChain', about: 'no origin', apply: set({ originChain: 0n }) },
  { rule: 'InvalidStatementOriginOutbox', about: 'no outbox', apply: set({ originOutbox: zeros(32) }) },
  { rule: 'InvalidStatementDestinationChain', about: 'no destination', apply: set({ destinationChain: 0n }) },
  { rule: 'InvalidStatementDestinationInbox', about: 'no inbox', apply: set({ destinationInbox: zeros(32) }) },
  { rule: 'InvalidStatementAnchorHash', about: 'no anchor hash', apply: set({ anchorHash: zeros(32) }) },
  { rule: 'InvalidStatementCount', about: '300 messages', apply: set({ messageCount: 300 }) },
  { rule: 'InvalidStatementNonce', about: 'past the last nonce', apply: set({ firstNonce: U64_MAX, messageCount: 2 }) },
  { rule: 'InvalidStatementRoot', about: 'no root', apply: set({ messagesRoot: zeros(32) }) },
];

/** The breaches that only bytes can commit, in order, and the first one of a field. */
const BYTE_BREACHES: readonly Breach<Buffer>[] = [
  { rule: 'InvalidStatementLength', about: 'one byte short', apply: (bytes) => bytes.subarray(0, 203) },
  { rule: 'InvalidStatementTag', about: 'no tag', apply: (bytes) => patched(bytes, 0, zeros(32)) },
  { rule: 'InvalidStatementOriginChain', about: 'no chain', apply: (bytes) => patched(bytes, 32, zeros(8)) },
];

function byteCases({ invalid }: SuiteWriter): void {
  const honest = layStatement(evmToSui());
  const lengths: [about: string, bytes: Buffer][] = [
    ['no bytes', zeros(0)],
    ['one byte', honest.subarray(0, 1)],
    ['the tag alone', honest.subarray(0, 32)],
    ['one byte short', honest.subarray(0, 203)],
    ['one zero byte follows', Buffer.concat([honest, zeros(1)])],
    ['without its tag', honest.subarray(32)],
    ['two statements', Buffer.concat([honest, honest])],
  ];
  for (const [about, bytes] of lengths) invalid('decode', about, { bytes: hex(bytes) }, 'InvalidStatementLength');
  const tags: [about: string, tag: Buffer][] = [
    ['zero', zeros(32)],
    ['of a message', TAG_MESSAGE],
    ['of a registration', TAG_REGISTRATION],
    ['of a revocation', TAG_REVOCATION],
    ['differs in its first bit', patched(TAG_STATEMENT, 0, [(TAG_STATEMENT[0] ?? 0) ^ 0x80])],
    ['differs in its last bit', patched(TAG_STATEMENT, 31, [(TAG_STATEMENT[31] ?? 0) ^ 1])],
    ['the name in place of its hash', Buffer.from('corridor.statement.v1'.padEnd(32, '\0'))],
  ];
  for (const [about, tag] of tags) {
    invalid('decode', `tag: ${about}`, { bytes: hex(patched(honest, 0, tag)) }, 'InvalidStatementTag');
  }
  for (const { value, rule } of brokenFromHereOn(honest, BYTE_BREACHES)) {
    invalid('decode', 'breaks this rule and the next ones', { bytes: hex(value) }, rule);
  }
}

/** Section 7. */
export function statementSuite(): Suite {
  const writer = newSuite('statement', 7);
  const { valid, invalid } = writer;
  const good = goodStatements();
  type Bad = [about: string, statement: Statement, rule: string];
  const order = brokenFromHereOn(evmToSui(), FIELD_BREACHES).map(({ value, rule }): Bad => [
    'breaks this rule and every later one',
    value,
    rule,
  ]);

  for (const [about, statement] of [...good, ...goodAddresses()])
    valid('decode', about, { bytes: hex(layStatement(statement)) });
  byteCases(writer);
  for (const [about, statement, rule] of [...badStatements(true), ...order])
    invalid('decode', about, { bytes: hex(layStatement(statement)) }, rule);

  for (const [about, statement] of [...good.slice(0, 2), ...good.slice(4)])
    valid('encode', about, statementToJson(statement));
  for (const [about, statement, rule] of [...badStatements(false), ...order])
    invalid('encode', about, statementToJson(statement), rule);

  for (const [about, statement] of good.slice(0, 4)) valid('digest', about, { bytes: hex(layStatement(statement)) });
  for (const { rule, about, apply } of BYTE_BREACHES.slice(0, 2)) {
    invalid('digest', about, { bytes: hex(apply(layStatement(evmToSui()))) }, rule);
  }
  for (const { rule, about, apply } of FIELD_BREACHES) {
    invalid('digest', about, { bytes: hex(layStatement(apply(evmToSui()))) }, rule);
  }
  return writer.suite;
}
