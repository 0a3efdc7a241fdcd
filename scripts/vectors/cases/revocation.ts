import { evmAddress, filler, hex, patched, uint, zeros } from '../bytes.ts';
import { layRevocation, TAG_MESSAGE, TAG_REGISTRATION, TAG_REVOCATION, TAG_STATEMENT } from '../reference.ts';
import { brokenFromHereOn, newSuite } from '../suite.ts';
import type { Breach, Suite } from '../suite.ts';

const SIGNER = 1;
const PLATFORM = 2;
const MEASUREMENT = 3;

/** Section 10. */
export function revocationSuite(): Suite {
  const { valid, invalid, suite } = newSuite('revocation', 10);
  const good: [about: string, kind: number, target: Buffer][] = [
    ['a signer', SIGNER, evmAddress('revoked signer')],
    ['a platform', PLATFORM, filler('platform', 32)],
    ['a measurement', MEASUREMENT, filler('measurement', 32)],
    ['signer one', SIGNER, uint(1, 32)],
    ['a signer with only its first bit set', SIGNER, patched(zeros(32), 12, [0x80])],
    ['the highest signer', SIGNER, uint(2n ** 160n - 1n, 32)],
    ['a platform whose first 12 bytes are zero', PLATFORM, evmAddress('platform')],
    ['a platform with only its first bit set', PLATFORM, patched(zeros(32), 0, [0x80])],
    ['measurement one', MEASUREMENT, uint(1, 32)],
    ['the highest measurement', MEASUREMENT, uint(2n ** 256n - 1n, 32)],
  ];
  const bad: [about: string, kind: number, target: Buffer, rule: string][] = [
    ...[0, 4, 127, 128, 129, 255].map((kind): [string, number, Buffer, string] => [
      `kind ${kind}`,
      kind,
      evmAddress('revoked signer'),
      'InvalidRevocationTargetKind',
    ]),
    ['no signer', SIGNER, zeros(32), 'InvalidRevocationTarget'],
    ['no platform', PLATFORM, zeros(32), 'InvalidRevocationTarget'],
    ['no measurement', MEASUREMENT, zeros(32), 'InvalidRevocationTarget'],
    ['a signer whose first byte is not zero', SIGNER, patched(evmAddress('s'), 0, [1]), 'InvalidRevocationTarget'],
    ['a signer whose twelfth byte is not zero', SIGNER, patched(evmAddress('s'), 11, [1]), 'InvalidRevocationTarget'],
    ['padding without a signer', SIGNER, patched(zeros(32), 11, [1]), 'InvalidRevocationTarget'],
    ['a platform as a signer', SIGNER, filler('platform', 32), 'InvalidRevocationTarget'],
    ['kind 4 and no target', 4, zeros(32), 'InvalidRevocationTargetKind'],
  ];

  const honest = layRevocation(SIGNER, evmAddress('revoked signer'));
  const lengths: [about: string, bytes: Buffer][] = [
    ['no bytes', zeros(0)],
    ['one byte', honest.subarray(0, 1)],
    ['the tag alone', honest.subarray(0, 32)],
    ['no target', honest.subarray(0, 33)],
    ['one byte short', honest.subarray(0, 64)],
    ['a signer of 20 bytes', Buffer.concat([honest.subarray(0, 33), honest.subarray(45)])],
    ['one zero byte follows', Buffer.concat([honest, zeros(1)])],
    ['two revocations', Buffer.concat([honest, honest])],
  ];
  const tags: [about: string, tag: Buffer][] = [
    ['zero', zeros(32)],
    ['of a message', TAG_MESSAGE],
    ['of a statement', TAG_STATEMENT],
    ['of a registration', TAG_REGISTRATION],
    ['differs in its first bit', patched(TAG_REVOCATION, 0, [(TAG_REVOCATION[0] ?? 0) ^ 0x80])],
    ['differs in its last bit', patched(TAG_REVOCATION, 31, [(TAG_REVOCATION[31] ?? 0) ^ 1])],
  ];
  const breaches: Breach<Buffer>[] = [
    { rule: 'InvalidRevocationLength', about: 'one byte short', apply: (bytes) => bytes.subarray(0, 64) },
    { rule: 'InvalidRevocationTag', about: 'no tag', apply: (bytes) => patched(bytes, 0, zeros(32)) },
    { rule: 'InvalidRevocationTargetKind', about: 'kind 0', apply: (bytes) => patched(bytes, 32, [0]) },
    { rule: 'InvalidRevocationTarget', about: 'no target', apply: (bytes) => patched(bytes, 33, zeros(32)) },
  ];

  for (const [about, kind, target] of good) valid('decode', about, { bytes: hex(layRevocation(kind, target)) });
  for (const [about, bytes] of lengths) invalid('decode', about, { bytes: hex(bytes) }, 'InvalidRevocationLength');
  for (const [about, tag] of tags) {
    invalid('decode', `tag: ${about}`, { bytes: hex(patched(honest, 0, tag)) }, 'InvalidRevocationTag');
  }
  for (const [about, kind, target, rule] of bad) {
    invalid('decode', about, { bytes: hex(layRevocation(kind, target)) }, rule);
  }
  for (const { value, rule } of brokenFromHereOn(honest, breaches)) {
    invalid('decode', 'breaks this rule and every later one', { bytes: hex(value) }, rule);
  }

  for (const [about, kind, target] of good.slice(0, 5)) {
    valid('digest', about, { bytes: hex(layRevocation(kind, target)) });
  }
  for (const { rule, about, apply } of breaches) invalid('digest', about, { bytes: hex(apply(honest)) }, rule);

  for (const [about, kind, target] of good) valid('encode', about, { kind, target: hex(target) });
  for (const [about, kind, target, rule] of bad) invalid('encode', about, { kind, target: hex(target) }, rule);
  return suite;
}
