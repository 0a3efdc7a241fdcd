import { evmAddress, filler, hex, keccak, patched, uint, zeros } from '../bytes.ts';
import { registrationToJson } from '../operations.ts';
import { layRegistration, registrationHash, TAG_REGISTRATION, TAG_STATEMENT } from '../reference.ts';
import type { Registration } from '../reference.ts';
import { brokenFromHereOn, newSuite } from '../suite.ts';
import type { Breach, Suite, SuiteWriter } from '../suite.ts';
import {
  BAD_EVM_ADDRESSES,
  EVM_CHAIN,
  GOOD_EVM_ADDRESSES,
  GOOD_SUI_ADDRESSES,
  OTHER_EVM_CHAIN,
  SUI_CHAIN,
  WIDE_EVM_CHAIN,
} from './samples.ts';

function sampleRegistration(chain: bigint, changes: Partial<Registration> = {}): Registration {
  const address = (label: string): Buffer => (chain >> 56n === 0n ? evmAddress(label) : filler(label, 32));
  return {
    chain,
    registry: address('registry'),
    operator: address('operator'),
    challenge: filler('challenge', 32),
    signer: filler('enclave signer', 20),
    encryptionKey: filler('encryption key', 32),
    configurationHash: filler('configuration', 32),
    ...changes,
  };
}

const onEvm = (changes: Partial<Registration> = {}): Registration => sampleRegistration(EVM_CHAIN, changes);
const onSui = (changes: Partial<Registration> = {}): Registration => sampleRegistration(SUI_CHAIN, changes);

function goodRegistrations(): [about: string, registration: Registration][] {
  type Good = [about: string, registration: Registration];
  return [
    ['EVM', onEvm()],
    ['Sui', onSui()],
    ['another EVM chain, all else the same', onEvm({ chain: OTHER_EVM_CHAIN })],
    ['an EVM chain above what a double can count', onEvm({ chain: WIDE_EVM_CHAIN })],
    ['the highest EVM chain', onEvm({ chain: 2n ** 56n - 1n })],
    ['the lowest values', onEvm(lowest())],
    ['only the first bits are set', onSui(firstBits())],
    ...GOOD_EVM_ADDRESSES.map(([about, address]): Good => [
      `EVM addresses: ${about}`,
      onEvm({ registry: address, operator: address }),
    ]),
    ...GOOD_SUI_ADDRESSES.map(([about, address]): Good => [
      `Sui addresses: ${about}`,
      onSui({ registry: address, operator: address }),
    ]),
  ];
}

function lowest(): Partial<Registration> {
  const one = uint(1, 32);
  const signer = uint(1, 20);
  return { registry: one, operator: one, challenge: one, signer, encryptionKey: one, configurationHash: one };
}

function firstBits(): Partial<Registration> {
  const bit = patched(zeros(32), 0, [0x80]);
  const signer = patched(zeros(20), 0, [0x80]);
  return { registry: bit, operator: bit, challenge: bit, signer, encryptionKey: bit, configurationHash: bit };
}

const set =
  (changes: Partial<Registration>) =>
  (registration: Registration): Registration => ({ ...registration, ...changes });

/** One breach for each rule on a field, in order. */
const FIELD_BREACHES: readonly Breach<Registration>[] = [
  { rule: 'InvalidRegistrationChain', about: 'the chain is zero', apply: set({ chain: 0n }) },
  { rule: 'InvalidRegistrationRegistry', about: 'the registry is zero', apply: set({ registry: zeros(32) }) },
  { rule: 'InvalidRegistrationOperator', about: 'the operator is zero', apply: set({ operator: zeros(32) }) },
  { rule: 'InvalidRegistrationChallenge', about: 'the challenge is zero', apply: set({ challenge: zeros(32) }) },
  { rule: 'InvalidRegistrationSigner', about: 'the signer is zero', apply: set({ signer: zeros(20) }) },
  {
    rule: 'InvalidRegistrationEncryptionKey',
    about: 'the encryption key is zero',
    apply: set({ encryptionKey: zeros(32) }),
  },
  {
    rule: 'InvalidRegistrationConfiguration',
    about: 'the configuration hash is zero',
    apply: set({ configurationHash: zeros(32) }),
  },
];

function badRegistrations(): [about: string, registration: Registration, rule: string][] {
  type Bad = [about: string, registration: Registration, rule: string];
  const chains: [about: string, chain: bigint][] = [
    ['family 1', 2n ** 56n],
    ['Sui with padding', 0x5300800035834a8an],
    ['family 0x54', 0x5400000035834a8an],
    ['all ones', 2n ** 64n - 1n],
  ];
  return [
    ...FIELD_BREACHES.map(({ rule, about, apply }): Bad => [`EVM: ${about}`, apply(onEvm()), rule]),
    ...FIELD_BREACHES.slice(1, 3).map(({ rule, about, apply }): Bad => [`Sui: ${about}`, apply(onSui()), rule]),
    ...chains.map(([about, chain]): Bad => [`chain: ${about}`, onEvm({ chain }), 'InvalidRegistrationChain']),
    ...BAD_EVM_ADDRESSES.slice(1, 4).map(([about, registry]): Bad => [
      `EVM registry: ${about}`,
      onEvm({ registry }),
      'InvalidRegistrationRegistry',
    ]),
    ...BAD_EVM_ADDRESSES.slice(1, 4).map(([about, operator]): Bad => [
      `EVM operator: ${about}`,
      onEvm({ operator }),
      'InvalidRegistrationOperator',
    ]),
    ...brokenFromHereOn(onEvm(), FIELD_BREACHES).map(({ value, rule }): Bad => [
      'breaks this rule and every later one',
      value,
      rule,
    ]),
  ];
}

function checkCases({ valid, invalid }: SuiteWriter): void {
  const honest = onEvm();
  const hash = registrationHash(honest);
  const reportData = Buffer.concat([hash, zeros(32)]);
  const withData = (registration: Registration, data: Uint8Array) => ({
    ...registrationToJson(registration),
    reportData: hex(data),
  });

  for (const [about, registration] of goodRegistrations().slice(0, 5)) {
    valid('check', about, withData(registration, Buffer.concat([registrationHash(registration), zeros(32)])));
  }
  for (const { rule, about, apply } of FIELD_BREACHES) {
    const registration = apply(honest);
    const forged = Buffer.concat([keccak(layRegistration(registration)), zeros(32)]);
    invalid('check', `${about}, and the hash agrees`, withData(registration, forged), rule);
  }

  const lengths: [about: string, data: Buffer][] = [
    ['no bytes', zeros(0)],
    ['one byte', reportData.subarray(0, 1)],
    ['the hash alone', hash],
    ['one byte short', reportData.subarray(0, 63)],
    ['one zero byte follows', Buffer.concat([reportData, zeros(1)])],
    ['a zero word follows', Buffer.concat([reportData, zeros(32)])],
  ];
  for (const [about, data] of lengths) invalid('check', about, withData(honest, data), 'InvalidReportDataLength');

  const paddings: [about: string, data: Buffer][] = [
    ['the first byte of the padding is not zero', patched(reportData, 32, [0x80])],
    ['the last byte of the padding is not zero', patched(reportData, 63, [1])],
    ['the hash is there twice', Buffer.concat([hash, hash])],
    ['the halves change places', Buffer.concat([zeros(32), hash])],
  ];
  for (const [about, data] of paddings) invalid('check', about, withData(honest, data), 'InvalidReportDataPadding');

  const changes: [about: string, change: Partial<Registration>][] = [
    ['chain', { chain: OTHER_EVM_CHAIN }],
    ['registry', { registry: evmAddress('another registry') }],
    ['operator', { operator: evmAddress('another operator') }],
    ['challenge', { challenge: filler('another challenge', 32) }],
    ['signer', { signer: filler('another signer', 20) }],
    ['encryption key', { encryptionKey: filler('another encryption key', 32) }],
    ['configuration hash', { configurationHash: filler('another configuration', 32) }],
    ['registry and operator, which change places', { registry: honest.operator, operator: honest.registry }],
  ];
  for (const [about, change] of changes) {
    const input = withData({ ...honest, ...change }, reportData);
    invalid('check', `report data of a registration that differs in: ${about}`, input, 'InvalidReportData');
  }
  const plain = layRegistration(honest);
  const hashes: [about: string, hash: Buffer][] = [
    ['zero', zeros(32)],
    ['differs in its first bit', patched(hash, 0, [(hash[0] ?? 0) ^ 0x80])],
    ['differs in its last bit', patched(hash, 31, [(hash[31] ?? 0) ^ 1])],
    ['under the tag of a statement', keccak(patched(plain, 0, TAG_STATEMENT))],
    ['without a tag', keccak(plain.subarray(32))],
    ['signer of 20 bytes', keccak(plain.subarray(0, 136), plain.subarray(148))],
    [
      'signer padded on the right',
      keccak(plain.subarray(0, 136), plain.subarray(148, 168), zeros(12), plain.subarray(168)),
    ],
    ['the tag in place of the hash', TAG_REGISTRATION],
    ['hashed twice', keccak(hash)],
  ];
  for (const [about, value] of hashes) {
    const input = withData(honest, Buffer.concat([value, zeros(32)]));
    invalid('check', `the hash: ${about}`, input, 'InvalidReportData');
  }

  const configuration = { ...honest, configurationHash: zeros(32) };
  invalid('check', 'a field and the length', withData(configuration, zeros(63)), 'InvalidRegistrationConfiguration');
  invalid('check', 'length, padding and hash', withData(honest, filler('report', 65)), 'InvalidReportDataLength');
  invalid('check', 'padding and hash', withData(honest, filler('report', 64)), 'InvalidReportDataPadding');
}

/** Section 9. */
export function registrationSuite(): Suite {
  const writer = newSuite('registration', 9);
  const { valid, invalid } = writer;
  for (const [about, registration] of goodRegistrations()) valid('hash', about, registrationToJson(registration));
  for (const [about, registration, rule] of badRegistrations()) {
    invalid('hash', about, registrationToJson(registration), rule);
  }
  checkCases(writer);
  return writer.suite;
}
