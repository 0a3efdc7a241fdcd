/** Evidence of the wrong form or with wrong signatures: docs/spec/dcap.md sections 7 and 8. */
import { concat } from '../../../prover/protocol/bytes.ts';
import { hex, u16, u32 } from '../encoding.ts';
import { flipS, sign } from '../keys.ts';
import { keyBinding, QUOTE_FORMS, type QuoteForm } from '../quote.ts';
import { caseKey, type Draft } from './draft.ts';
import { body, header } from './edits.ts';
import { flipBits, LAYOUT, overwrite, quotePlan, TDX_FORMS, type OracleRow, type Plan } from './plan.ts';
import type { RuleName } from './rules.ts';

const finish = (change: (bytes: Uint8Array) => Uint8Array) => (draft: Draft) => void (draft.finishQuote = change);
const word = (bytes: Uint8Array, offset: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
const addToWord = (bytes: Uint8Array, offset: number, by: number): Uint8Array =>
  overwrite(bytes, offset, u32(word(bytes, offset) + by));

/** The same in several forms. */
function inForms(
  forms: readonly QuoteForm[],
  rule: RuleName,
  about: string,
  edit: (form: QuoteForm) => (draft: Draft) => void,
  oracle?: OracleRow,
): Plan[] {
  return forms.map((form) => quotePlan(rule, form, about, edit(form), oracle));
}

const truncated: Plan[] = [
  ...[0, 1, 47, 48, 431, 432, 1051].map((n) =>
    quotePlan(
      'TruncatedEvidence',
      'sgx3',
      `cut to ${n} bytes`,
      finish((bytes) => bytes.slice(0, n)),
    ),
  ),
  ...TDX_FORMS.flatMap((form) =>
    [1051, 1052, LAYOUT[form].leaf - 1].map((n) =>
      quotePlan(
        'TruncatedEvidence',
        form,
        `cut to ${n} bytes`,
        finish((bytes) => bytes.slice(0, n)),
      ),
    ),
  ),
];

const headers: Plan[] = [
  ...[0, 1, 2, 6, 7, 0x0103, 0x0300, 0xffff].flatMap((version) =>
    inForms(version < 6 ? ['sgx3', 'tdx4'] : ['tdx5'], 'UnsupportedQuoteVersion', `version ${version}`, () =>
      header(0, u16(version)),
    ),
  ),
  ...[0, 1, 3, 4, 0x0102, 0x0200, 0xffff].flatMap((type) =>
    inForms(['sgx3', 'tdx4'], 'UnsupportedAttestationKeyType', `type ${type}`, () => header(2, u16(type))),
  ),
  ...[0x81, 0x80, 0x01, 0x10000].map((type) =>
    quotePlan('UnsupportedTeeType', 'sgx3', `type 0x${type.toString(16)}`, header(4, u32(type))),
  ),
  ...[0, 0x80, 0x82, 0x8100, 0x81000000].flatMap((type) =>
    inForms(['tdx4', 'tdx5'], 'UnsupportedTeeType', `type 0x${type.toString(16)}`, () => header(4, u32(type))),
  ),
  ...Array.from({ length: 16 }, (_, i) =>
    quotePlan(
      'UnknownQeVendor',
      (['sgx3', 'tdx4', 'tdx5', 'tdx5td15'] as const)[i % 4]!,
      `byte ${i} of the vendor`,
      (draft) => void (draft.quote.header = flipBits(draft.quote.header, 12 + i, 1 << (i % 8))),
      'header',
    ),
  ),
  ...TDX_FORMS.flatMap((form) =>
    [8, 9, 10, 11].map((offset) =>
      quotePlan('ReservedHeaderField', form, `byte ${offset}`, header(offset, [offset === 9 ? 0x80 : 1]), 'header'),
    ),
  ),
];

const descriptor = (offset: number, value: ArrayLike<number>) => (draft: Draft) =>
  void (draft.quote.descriptor = overwrite(draft.quote.descriptor, offset, value));
const descriptors: Plan[] = [
  ...[0, 1, 4, 5, 0x0102, 0x0200, 0xffff].flatMap((type) =>
    inForms(['tdx5', 'tdx5td15'], 'UnsupportedBodyType', `type ${type}`, () => descriptor(0, u16(type))),
  ),
  ...[0, 384, 583, 585, 648, 584 + 0x10000].map((size) =>
    quotePlan('InvalidBodySize', 'tdx5', `size ${size}`, descriptor(2, u32(size)), 'header'),
  ),
  ...[0, 584, 647, 649, 648 + 0x1000000].map((size) =>
    quotePlan('InvalidBodySize', 'tdx5td15', `size ${size}`, descriptor(2, u32(size)), 'header'),
  ),
  quotePlan('InvalidBodySize', 'tdx5', 'type of a TD report 1.5 over one of 1.0', descriptor(0, u16(3))),
];

const sizes: Plan[] = QUOTE_FORMS.flatMap((form): Plan[] => {
  const { bodyEnd, qeReport, leaf } = LAYOUT[form];
  const isTdx = form !== 'sgx3';
  const plan = (rule: RuleName, about: string, change: (bytes: Uint8Array) => Uint8Array, oracle?: OracleRow): Plan =>
    quotePlan(rule, form, about, finish(change), oracle);
  return [
    plan('InvalidSignatureDataSize', 'the last byte missing', (bytes) => bytes.slice(0, -1)),
    plan('InvalidSignatureDataSize', 'the leaf missing', (bytes) => bytes.slice(0, leaf)),
    plan('InvalidSignatureDataSize', 'a zero byte more', (bytes) => concat(bytes, Uint8Array.of(0)), 'header'),
    plan('InvalidSignatureDataSize', 'a page more', (bytes) => concat(bytes, new Uint8Array(4096)), 'header'),
    plan('InvalidSignatureDataSize', 'size one less', (bytes) => addToWord(bytes, bodyEnd, -1)),
    plan('InvalidSignatureDataSize', 'size one more', (bytes) => addToWord(bytes, bodyEnd, 1)),
    plan('InvalidSignatureDataSize', 'size of 2^32 - 1', (bytes) => overwrite(bytes, bodyEnd, u32(0xffffffff))),
    ...[0, 1, 2, 3, 6, 7, 0x0104].map((type) =>
      plan('UnsupportedCertificationData', `inner type ${type}`, (bytes) =>
        overwrite(bytes, qeReport + 482, u16(type)),
      ),
    ),
    quotePlan('UnsupportedCertificationData', form, 'inner type 5 over a leaf as DER', (draft) => {
      // The same mistake in the machine's form: type 4 over a PEM chain.
      draft.finishQuote = (bytes, kind) => overwrite(bytes, qeReport + 482, u16(kind === 'evidence' ? 5 : 4));
    }),
    plan(
      'InvalidCertificationDataSize',
      'inner size one less',
      (bytes) => addToWord(bytes, qeReport + 484, -1),
      'header',
    ),
    plan('InvalidCertificationDataSize', 'inner size one more', (bytes) => addToWord(bytes, qeReport + 484, 1)),
    plan('InvalidCertificationDataSize', 'inner size zero', (bytes) => overwrite(bytes, qeReport + 484, u32(0))),
    ...(isTdx
      ? [
          ...[0, 4, 5, 7, 0x0106].map((type) =>
            plan(
              'UnsupportedCertificationData',
              `outer type ${type}`,
              (bytes) => overwrite(bytes, bodyEnd + 132, u16(type)),
              'header',
            ),
          ),
          plan('InvalidCertificationDataSize', 'outer size one less', (bytes) => addToWord(bytes, bodyEnd + 134, -1)),
          plan('InvalidCertificationDataSize', 'outer size one more', (bytes) => addToWord(bytes, bodyEnd + 134, 1)),
          plan('InvalidCertificationDataSize', 'outer size zero', (bytes) => overwrite(bytes, bodyEnd + 134, u32(0))),
        ]
      : []),
  ];
});

const authentication: Plan[] = [0, 16, 31, 33, 64, 256].flatMap((length) =>
  inForms(
    length % 32 === 0 ? QUOTE_FORMS : ['sgx3', 'tdx4'],
    'InvalidQeAuthDataSize',
    `${length} bytes`,
    () => (draft) => {
      draft.quote.qeAuthData = new Uint8Array(length).fill(7);
    },
  ),
);

const reports: Plan[] = [
  ...[21, 26, 31, 96, 111, 127, 160, 175, 191, 262, 280, 303].map((offset) =>
    quotePlan('ReservedReportField', 'sgx3', `byte ${offset}`, body(offset, [offset % 2 ? 0x80 : 1]), 'header'),
  ),
  ...[1, 2, 3, 4, 5, 6, 7].map((bit) => tdAttribute('ReservedTdAttributes', 'tdx4', bit)),
  ...[8, 9, 15, 17, 20, 24, 25, 26].map((bit) => tdAttribute('ReservedTdAttributes', 'tdx5', bit)),
  ...[32, 33, 40, 55, 56, 61, 62].map((bit) => tdAttribute('ReservedTdAttributes', 'tdx5td15', bit)),
  ...TDX_FORMS.flatMap((form) => [
    quotePlan('SeptVeNotDisabled', form, 'no attributes', body(120, new Uint8Array(8))),
    quotePlan('SeptVeNotDisabled', form, 'PKS alone', body(120, hex('0000004000000000'))),
    quotePlan('SeptVeNotDisabled', form, 'KL and PERFMON', body(120, hex('0000008000000080'))),
    quotePlan('SeptVeNotDisabled', form, 'MIGRATABLE alone', body(120, hex('0000002000000000'))),
  ]),
  ...TDX_FORMS.flatMap((form) => [
    quotePlan('DebugNotAllowed', form, 'DEBUG', body(120, hex('0100001000000000'))),
    quotePlan('DebugNotAllowed', form, 'DEBUG with all that is allowed', body(120, hex('010001f800000080'))),
  ]),
  ...[0x07, 0x02, 0x06, 0x17, 0x37].map((flags) =>
    quotePlan('DebugNotAllowed', 'sgx3', `flags 0x${flags.toString(16)}`, body(48, [flags])),
  ),
];

function tdAttribute(rule: RuleName, form: QuoteForm, bit: number): Plan {
  return quotePlan(rule, form, `bit ${bit}`, (draft) => {
    draft.quote.body = flipBits(draft.quote.body, 120 + (bit >> 3), 1 << (bit & 7));
  });
}

const ORDER = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const PRIME = hex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');

/** Signatures of 64 bytes that no key makes: r or s out of range, or of another message. */
function badSignatures(offset: number): [about: string, change: (bytes: Uint8Array) => Uint8Array][] {
  return [
    ['one bit of r', (bytes) => flipBits(bytes, offset + 31)],
    ['one bit of s', (bytes) => flipBits(bytes, offset + 63, 0x10)],
    [
      'r and s swapped',
      (bytes) =>
        overwrite(
          overwrite(bytes, offset, bytes.slice(offset + 32, offset + 64)),
          offset + 32,
          bytes.slice(offset, offset + 32),
        ),
    ],
    ['r zero', (bytes) => overwrite(bytes, offset, new Uint8Array(32))],
    ['s zero', (bytes) => overwrite(bytes, offset + 32, new Uint8Array(32))],
    ['r and s zero', (bytes) => overwrite(bytes, offset, new Uint8Array(64))],
    ['r the order', (bytes) => overwrite(bytes, offset, ORDER)],
    ['s the order', (bytes) => overwrite(bytes, offset + 32, ORDER)],
    ['s all ones', (bytes) => overwrite(bytes, offset + 32, new Uint8Array(32).fill(0xff))],
  ];
}

/** Attestation keys that are no point of the curve. */
const NO_POINTS: readonly [about: string, key: Uint8Array][] = [
  ['zeros', new Uint8Array(64)],
  ['off the curve', new Uint8Array(64).fill(7)],
  ['x the prime', concat(PRIME, new Uint8Array(32).fill(1))],
  ['y all ones', concat(caseKey('attestation').publicKey.slice(0, 32), new Uint8Array(32).fill(0xff))],
];

const signatures: Plan[] = QUOTE_FORMS.flatMap((form): Plan[] => {
  const { body: bodyStart, bodyEnd, qeReport } = LAYOUT[form];
  const plan = (rule: RuleName, about: string, edit: (draft: Draft) => void, oracle?: OracleRow): Plan =>
    quotePlan(rule, form, about, edit, oracle);
  const isMain = form === 'sgx3' || form === 'tdx4';
  return [
    ...['pckCa', 'root', 'tcbSigning', 'attestation', 'stranger'].map((name) =>
      plan(
        'InvalidQeReportSignature',
        `signed by ${name}`,
        (draft) => void (draft.quote.qeReportSigner = caseKey(name)),
      ),
    ),
    ...[0, 48, 128, 258, 383].map((offset) =>
      plan(
        'InvalidQeReportSignature',
        `byte ${offset} of the report changed`,
        finish((bytes) => flipBits(bytes, qeReport + offset)),
      ),
    ),
    ...badSignatures(qeReport + 384).map(([about, change]) => plan('InvalidQeReportSignature', about, finish(change))),
    ...[0, 31].map((i) =>
      plan(
        'QeReportDataMismatch',
        `byte ${i} of the authentication data changed`,
        finish((bytes) => flipBits(bytes, qeReport + 450 + i)),
      ),
    ),
    plan('QeReportDataMismatch', 'attestation key that the enclave does not vouch for', (draft) => {
      draft.quote.quoteSigner = caseKey('stranger');
      draft.finishQuote = (bytes) => overwrite(bytes, bodyEnd + 68, caseKey('stranger').publicKey);
    }),
    plan('QeReportDataMismatch', 'key and authentication data in the other order', (draft) => {
      bindTo(draft, keyBinding(draft.quote.qeAuthData, draft.quote.attestationKey));
    }),
    plan('QeReportDataMismatch', 'key alone', (draft) => {
      bindTo(draft, keyBinding(draft.quote.attestationKey, new Uint8Array()));
    }),
    plan('QeReportDataMismatch', 'zeros', (draft) => bindTo(draft, new Uint8Array(64))),
    plan('QeReportDataMismatch', 'binding in the second half', (draft) => {
      const binding = keyBinding(draft.quote.attestationKey, draft.quote.qeAuthData);
      bindTo(draft, concat(binding.slice(32), binding.slice(0, 32)));
    }),
    ...[32, 47, 63].map((i) =>
      plan(
        'QeReportDataMismatch',
        `byte ${i} is not zero`,
        (draft) => {
          bindTo(draft, overwrite(keyBinding(draft.quote.attestationKey, draft.quote.qeAuthData), i, [1]));
        },
        'qeReportData',
      ),
    ),
    ...['stranger', 'pck', 'root'].map((name) =>
      plan('InvalidQuoteSignature', `signed by ${name}`, (draft) => void (draft.quote.quoteSigner = caseKey(name))),
    ),
    ...[28, 47, bodyStart, bodyStart + 136, bodyEnd - 1].map((offset) =>
      plan(
        'InvalidQuoteSignature',
        `byte ${offset} changed`,
        finish((bytes) => flipBits(bytes, offset)),
      ),
    ),
    plan(
      'InvalidQuoteSignature',
      'signature of the QE report',
      finish((bytes) => overwrite(bytes, bodyEnd + 4, bytes.slice(qeReport + 384, qeReport + 448))),
    ),
    plan('InvalidQuoteSignature', 'over the body without the header', (draft) => {
      const signature = sign(draft.quote.body, draft.quote.quoteSigner);
      draft.finishQuote = (bytes) => overwrite(bytes, bodyEnd + 4, signature);
    }),
    ...(isMain ? badSignatures(bodyEnd + 4) : []).map(([about, change]) =>
      plan('InvalidQuoteSignature', about, finish(change)),
    ),
    ...(isMain ? NO_POINTS : []).map(([about, key]) =>
      plan('InvalidQuoteSignature', `attestation key ${about}`, (draft) => void (draft.quote.attestationKey = key)),
    ),
  ];
});

/** Makes the quoting enclave report this in place of the binding of its key. */
function bindTo(draft: Draft, reportData: Uint8Array): void {
  draft.quote.bindsKey = false;
  draft.quote.qeReport = overwrite(draft.quote.qeReport, 320, reportData);
}

export const evidencePlans: readonly Plan[] = [
  ...truncated,
  ...headers,
  ...descriptors,
  ...sizes,
  ...authentication,
  ...reports,
  ...signatures,
];

/** Changes both signatures of a quote to their other valid form. */
export function flipQuoteSignatures(form: QuoteForm, bytes: Uint8Array): Uint8Array {
  const { bodyEnd, qeReport } = LAYOUT[form];
  const flipped = (offset: number): Uint8Array => flipS(bytes.slice(offset, offset + 64));
  return overwrite(overwrite(bytes, bodyEnd + 4, flipped(bodyEnd + 4)), qeReport + 384, flipped(qeReport + 384));
}
