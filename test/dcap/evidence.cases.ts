import { concat } from '../../prover/protocol/index.ts';
import { put, flip, type Case } from './cases.ts';
import { publicKeyOf, u16, u32, hex, type Form, type QuoteParts } from './forge.ts';

const FORMS: readonly Form[] = ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'];
const BODY_END: Record<Form, number> = { sgx3: 432, tdx4: 632, tdx5: 638, tdx5td15: 702 };
const QE_START: Record<Form, number> = { sgx3: 564, tdx4: 770, tdx5: 776, tdx5td15: 840 };
const TDX: readonly Form[] = ['tdx4', 'tdx5', 'tdx5td15'];

const header = (offset: number, value: ArrayLike<number>) => (parts: QuoteParts) =>
  void parts.header.set(value, offset);
const body = (offset: number, value: ArrayLike<number>) => (parts: QuoteParts) => void parts.body.set(value, offset);
const qeReport = (offset: number, value: ArrayLike<number>) => (parts: QuoteParts) =>
  void parts.qeReport.set(value, offset);

/** Rules of docs/spec/dcap.md section 7. */
const form: Case[] = [
  ...[0, 1, 47, 48, 53, 1051].map((length): Case => ({
    rule: 'TruncatedEvidence',
    name: `${length} bytes`,
    world: { bytes: (bytes) => bytes.slice(0, length) },
  })),
  ...TDX.map((name): Case => ({
    rule: 'TruncatedEvidence',
    name: `${name}, one byte short of the leaf`,
    world: { form: name, bytes: (bytes) => bytes.slice(0, QE_START[name] + 487) },
  })),
  ...[0, 1, 2, 6, 0x0104].map((version): Case => ({
    rule: 'UnsupportedQuoteVersion',
    name: `version ${version}`,
    world: { quote: header(0, u16(version)) },
  })),
  ...[0, 1, 3, 0x0102].map((type): Case => ({
    rule: 'UnsupportedAttestationKeyType',
    name: `type ${type}`,
    world: { quote: header(2, u16(type)) },
  })),
  { rule: 'UnsupportedTeeType', name: 'TDX in version 3', world: { form: 'sgx3', quote: header(4, u32(0x81)) } },
  { rule: 'UnsupportedTeeType', name: 'SGX in version 4', world: { quote: header(4, u32(0)) } },
  { rule: 'UnsupportedTeeType', name: 'SGX in version 5', world: { form: 'tdx5', quote: header(4, u32(0)) } },
  { rule: 'UnsupportedTeeType', name: 'TDX in the second byte', world: { quote: header(4, u32(0x8100)) } },
  ...[12, 20, 27].map((offset): Case => ({
    rule: 'UnknownQeVendor',
    name: `byte ${offset}`,
    world: { quote: (parts) => void (parts.header = flip(parts.header, offset)) },
    oracleAccepts: 'header',
  })),
  ...[8, 9, 10, 11].map((offset): Case => ({
    rule: 'ReservedHeaderField',
    name: `byte ${offset}`,
    world: { quote: header(offset, [1]) },
    oracleAccepts: 'header',
  })),
  ...[0, 1, 4, 0x0103].map((type): Case => ({
    rule: 'UnsupportedBodyType',
    name: `type ${type}`,
    world: { form: 'tdx5', quote: (parts) => void parts.descriptor.set(u16(type)) },
  })),
  ...[0, 583, 585, 648].map((size): Case => ({
    rule: 'InvalidBodySize',
    name: `size ${size} for a TD report 1.0`,
    world: { form: 'tdx5', quote: (parts) => void parts.descriptor.set(u32(size), 2) },
    oracleAccepts: 'header',
  })),
  ...FORMS.flatMap((name): Case[] => [
    {
      rule: 'InvalidSignatureDataSize',
      name: `${name}, truncated by one byte`,
      world: { form: name, bytes: (bytes) => bytes.slice(0, -1) },
    },
    {
      rule: 'InvalidSignatureDataSize',
      name: `${name}, extended by one zero byte`,
      world: { form: name, bytes: (bytes) => concat(bytes, Uint8Array.of(0)) },
      oracleAccepts: 'header',
    },
    {
      rule: 'InvalidSignatureDataSize',
      name: `${name}, size above what is there`,
      world: { form: name, bytes: (bytes) => put(bytes, BODY_END[name] + 3, [0xff]) },
    },
  ]),
  ...TDX.flatMap((name): Case[] => [
    {
      rule: 'UnsupportedCertificationData',
      name: `${name}, outer type 5`,
      world: { form: name, bytes: (bytes) => put(bytes, BODY_END[name] + 132, u16(5)) },
      oracleAccepts: 'header',
    },
    {
      rule: 'InvalidCertificationDataSize',
      name: `${name}, outer size one short`,
      world: { form: name, bytes: (bytes) => flipSize(bytes, BODY_END[name] + 134) },
    },
  ]),
  ...FORMS.flatMap((name): Case[] => [
    ...[0, 1, 2, 3, 6, 7].map((type): Case => ({
      rule: 'UnsupportedCertificationData',
      name: `${name}, inner type ${type}`,
      world: { form: name, bytes: (bytes) => put(bytes, QE_START[name] + 482, u16(type)) },
    })),
    {
      rule: 'InvalidCertificationDataSize',
      name: `${name}, inner size one short`,
      world: { form: name, bytes: (bytes) => flipSize(bytes, QE_START[name] + 484) },
      oracleAccepts: 'header',
    },
  ]),
  ...[0, 31, 33, 64].map((length): Case => ({
    rule: 'InvalidQeAuthDataSize',
    name: `${length} bytes`,
    world: { quote: (parts) => void (parts.authData = new Uint8Array(length)) },
  })),
  ...[21, 31, 96, 127, 160, 191, 262, 303].map((offset): Case => ({
    rule: 'ReservedReportField',
    name: `byte ${offset}`,
    world: { form: 'sgx3', quote: body(offset, [1]) },
    oracleAccepts: 'header',
  })),
  ...[1, 2, 4, 7, 8, 15, 17, 26, 32, 61, 62].map((bit): Case => ({
    rule: 'ReservedTdAttributes',
    name: `bit ${bit}`,
    world: { quote: (parts) => void (parts.body = flip(parts.body, 120 + (bit >> 3), 1 << (bit & 7))) },
  })),
  ...TDX.map((name): Case => ({
    rule: 'SeptVeNotDisabled',
    name,
    world: { form: name, quote: body(123, [0]) },
  })),
  { rule: 'DebugNotAllowed', name: 'sgx3', world: { form: 'sgx3', quote: body(48, [0x07]) } },
  ...TDX.map((name): Case => ({ rule: 'DebugNotAllowed', name, world: { form: name, quote: body(120, [1]) } })),
];

/** Rules of section 8 that no certificate breaks. */
const signatures: Case[] = FORMS.flatMap((name): Case[] => [
  {
    rule: 'InvalidQeReportSignature',
    name: `${name}, signed by the PCK CA`,
    world: { form: name, quote: (parts) => void (parts.qeReportSigner = 'pckCa') },
  },
  {
    rule: 'InvalidQeReportSignature',
    name: `${name}, one bit of the report`,
    world: { form: name, bytes: (bytes) => flip(bytes, QE_START[name] + 64) },
  },
  {
    rule: 'InvalidQeReportSignature',
    name: `${name}, r zero`,
    world: { form: name, bytes: (bytes) => put(bytes, QE_START[name] + 384, new Uint8Array(32)) },
  },
  {
    rule: 'QeReportDataMismatch',
    name: `${name}, authentication data of another enclave`,
    world: { form: name, bytes: (bytes) => flip(bytes, QE_START[name] + 450) },
  },
  {
    rule: 'QeReportDataMismatch',
    name: `${name}, attestation key that the enclave does not vouch for`,
    world: {
      form: name,
      quote: (parts) => {
        parts.quoteSigner = 'attacker';
      },
      bytes: (bytes) => put(bytes, BODY_END[name] + 68, publicKeyOf('attacker')),
    },
  },
  {
    rule: 'InvalidQuoteSignature',
    name: `${name}, one bit of the report data`,
    world: { form: name, bytes: (bytes) => flip(bytes, BODY_END[name] - (name === 'tdx5td15' ? 65 : 1)) },
  },
  {
    rule: 'InvalidQuoteSignature',
    name: `${name}, signed by another key`,
    world: { form: name, quote: (parts) => void (parts.quoteSigner = 'attacker') },
  },
  {
    rule: 'InvalidQuoteSignature',
    name: `${name}, s above the order`,
    world: { form: name, bytes: (bytes) => put(bytes, BODY_END[name] + 36, new Uint8Array(32).fill(0xff)) },
  },
  {
    rule: 'InvalidQuoteSignature',
    name: `${name}, a bound key that is no point`,
    world: { form: name, quote: (parts) => void (parts.attestationKey = new Uint8Array(64).fill(7)) },
  },
]);

const qeReportPadding: Case[] = [0, 31].map((i) => ({
  rule: 'QeReportDataMismatch',
  name: `padding byte ${i} of the report data`,
  world: { quote: qeReport(352 + i, [1]) },
  oracleAccepts: 'QE report data',
}));

/** Rules of section 9 about TDX module and quoting enclave. */
const identities: Case[] = [
  {
    rule: 'NonZeroSeamAttributes',
    name: 'in quote and TCB info alike',
    world: {
      quote: body(112, [1]),
      tcbInfo: (info) => void (info.tdxModuleIdentities[1].attributes = '0100000000000000'),
    },
    oracleAccepts: 'TDX module',
  },
  {
    rule: 'TdxModuleIdentityMissing',
    name: 'version 2',
    world: { quote: body(1, [2]) },
    oracleAccepts: 'TDX module',
  },
  {
    rule: 'TdxModuleIdentityMissing',
    name: 'TCB info without module identities',
    world: { tcbInfo: (info) => void delete info.tdxModuleIdentities },
    oracleAccepts: 'TDX module',
  },
  {
    rule: 'TdxModuleIdentityMissing',
    name: 'TD report 1.5, module of now',
    world: { form: 'tdx5td15', quote: body(585, [2]) },
    oracleAccepts: 'TDX module',
  },
  ...[64, 111].map((offset): Case => ({
    rule: 'TdxModuleMismatch',
    name: `MRSIGNERSEAM, byte ${offset}`,
    world: { quote: body(offset, [1]) },
    oracleAccepts: 'TDX module',
  })),
  {
    rule: 'TdxModuleMismatch',
    name: 'module version 0, another signer in tdxModule',
    world: {
      quote: body(0, [5, 0, 5]),
      tcbInfo: (info) => void (info.tdxModule.mrsigner = 'AB'.repeat(48)),
    },
    oracleAccepts: 'TDX module',
  },
  {
    rule: 'TdxModuleMismatch',
    name: 'attributes of the identity are not zero, outside the mask',
    world: {
      tcbInfo: (info) =>
        Object.assign(info.tdxModuleIdentities[1], {
          attributes: '01'.padEnd(16, '0'),
          attributesMask: '0'.repeat(16),
        }),
    },
    oracleAccepts: 'TDX module',
  },
  { rule: 'QeMiscSelectMismatch', name: 'bit 0', world: { quote: qeReport(16, [1]) } },
  { rule: 'QeMiscSelectMismatch', name: 'bit 31', world: { quote: qeReport(19, [0x80]) } },
  { rule: 'QeAttributesMismatch', name: 'DEBUG', world: { quote: qeReport(48, [0x17]) } },
  { rule: 'QeAttributesMismatch', name: 'not initialised', world: { quote: qeReport(48, [0x14]) } },
  { rule: 'QeAttributesMismatch', name: 'last byte of the mask', world: { quote: qeReport(55, [1]) } },
  ...[128, 159].map((offset): Case => ({
    rule: 'QeSignerMismatch',
    name: `byte ${offset}`,
    world: { quote: (parts) => void (parts.qeReport = flip(parts.qeReport, offset)) },
  })),
  { rule: 'QeProductMismatch', name: 'the SGX quoting enclave', world: { quote: qeReport(256, [1]) } },
  { rule: 'QeProductMismatch', name: 'high byte', world: { quote: qeReport(257, [1]) } },
  { rule: 'QeLevelMissing', name: 'ISVSVN 3', world: { quote: qeReport(258, u16(3)) } },
  { rule: 'QeLevelMissing', name: 'ISVSVN 0', world: { form: 'sgx3', quote: qeReport(258, u16(0)) } },
  {
    rule: 'TdxModuleLevelMissing',
    name: 'module SVN 1',
    world: { quote: body(0, [1]) },
  },
  {
    rule: 'TdxModuleLevelMissing',
    name: 'TD report 1.5, module SVN of now 1',
    world: { form: 'tdx5td15', quote: body(584, hex('01')) },
    oracleAccepts: 'TD report 1.5',
  },
  { rule: 'TcbRevoked', name: 'quoting enclave', world: { quote: qeReport(258, u16(4)) } },
  { rule: 'TcbRevoked', name: 'quoting enclave of SGX', world: { form: 'sgx3', quote: qeReport(258, u16(5)) } },
  { rule: 'TcbRevoked', name: 'TDX module', world: { quote: body(0, [2]) }, oracleAccepts: 'TDX module' },
  {
    rule: 'TcbRevoked',
    name: 'TD report 1.5, module of now',
    world: { form: 'tdx5td15', quote: body(584, [2]) },
    oracleAccepts: 'TD report 1.5',
  },
];

export const evidenceCases: Case[] = [...form, ...signatures, ...qeReportPadding, ...identities];

function flipSize(bytes: Uint8Array, offset: number): Uint8Array {
  return put(bytes, offset, u16(bytes[offset]! + bytes[offset + 1]! * 256 - 1));
}
