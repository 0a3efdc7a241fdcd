import { equalBytes, isZero, toHex } from '../bytes.ts';
import { check } from './errors.ts';
import type { TeeType } from './tcb-info.ts';

export const HEADER_BYTES = 48;
/** Fixed part of the smallest evidence, version 3 (docs/spec/dcap.md section 3). */
export const MIN_EVIDENCE_BYTES = 1052;
export const QE_AUTH_DATA_BYTES = 32;
/** Certification data types: the PCK certificate as DER; a PEM chain of three. */
export const PCK_CERTIFICATE = 4;
export const PCK_CHAIN = 5;
const QE_REPORT_DATA = 6;

export type ReportKind = 'enclave' | 'td10' | 'td15';
const REPORT_BYTES: Record<ReportKind, number> = { enclave: 384, td10: 584, td15: 648 };
const INTEL_QE_VENDOR = Uint8Array.of(
  ...[0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07],
);

export interface QuoteHeader {
  version: 3 | 4 | 5;
  attestationKeyType: number;
  tee: TeeType;
  /** Version 3 alone; reserved and zero in 4 and 5 */
  qeSvn: number;
  /** Version 3 alone; reserved and zero in 4 and 5 */
  pceSvn: number;
  /** 16 bytes */
  qeVendorId: Uint8Array;
  /** 20 bytes */
  userData: Uint8Array;
}

/** Report of an SGX enclave, 384 bytes; multi-byte values that are not numbers are in the order of the bytes. */
export interface EnclaveReport {
  kind: 'enclave';
  cpuSvn: Uint8Array;
  miscSelect: Uint8Array;
  cetAttributes: number;
  isvExtProdId: Uint8Array;
  attributes: Uint8Array;
  mrEnclave: Uint8Array;
  mrSigner: Uint8Array;
  configId: Uint8Array;
  isvProdId: number;
  isvSvn: number;
  configSvn: number;
  isvFamilyId: Uint8Array;
  reportData: Uint8Array;
}

/** Report of a TDX trust domain, 584 bytes (1.0) or 648 (1.5). */
export interface TdReport {
  kind: 'td10' | 'td15';
  teeTcbSvn: Uint8Array;
  mrSeam: Uint8Array;
  mrSignerSeam: Uint8Array;
  seamAttributes: Uint8Array;
  tdAttributes: Uint8Array;
  xfam: Uint8Array;
  mrTd: Uint8Array;
  mrConfigId: Uint8Array;
  mrOwner: Uint8Array;
  mrOwnerConfig: Uint8Array;
  rtmr0: Uint8Array;
  rtmr1: Uint8Array;
  rtmr2: Uint8Array;
  rtmr3: Uint8Array;
  reportData: Uint8Array;
  /** Of 1.5 alone */
  teeTcbSvn2?: Uint8Array;
  /** Of 1.5 alone */
  mrServiceTd?: Uint8Array;
}

/** A quote taken apart. Nothing of it is verified. */
export interface Quote {
  header: QuoteHeader;
  report: EnclaveReport | TdReport;
  /** Header and body: what the attestation key signed */
  signedBytes: Uint8Array;
  /** 64 bytes: r, s */
  signature: Uint8Array;
  /** 64 bytes: x, y */
  attestationKey: Uint8Array;
  qeReport: EnclaveReport;
  /** 384 bytes: what the PCK key signed */
  qeReportBytes: Uint8Array;
  /** 64 bytes: r, s */
  qeReportSignature: Uint8Array;
  /** 32 bytes */
  qeAuthData: Uint8Array;
  certificationDataType: number;
  certificationData: Uint8Array;
}

/**
 * Takes evidence apart and checks its form: DCAP-01 to DCAP-12.
 * @param evidence a quote with certification data of type 4
 * @throws DcapError
 */
export function readEvidence(evidence: Uint8Array): Quote {
  const quote = readForm(evidence, true);
  const type = quote.certificationDataType;
  check(type === PCK_CERTIFICATE, 'UnsupportedCertificationData', () => `type ${type}, expected 4; convert the quote`);
  return quote;
}

/**
 * Takes a quote apart, as the machine emitted it or as evidence: DCAP-01 to DCAP-12 and DCAP-120.
 * @param quote certification data of type 4 or 5; zero bytes behind its end are dropped
 * @throws DcapError
 */
export function readQuote(quote: Uint8Array): Quote {
  return readForm(quote, false);
}

/** Checks what a report may say whoever made it: DCAP-13 to DCAP-16. */
export function checkReport(report: EnclaveReport | TdReport, reportBytes: Uint8Array, isDebugAllowed: boolean): void {
  if (report.kind === 'enclave') {
    const reserved = [reportBytes.subarray(21, 32), reportBytes.subarray(96, 128)];
    reserved.push(reportBytes.subarray(160, 192), reportBytes.subarray(262, 304));
    check(reserved.every(isZero), 'ReservedReportField', () => 'a reserved byte of the enclave report is not zero');
  } else {
    const attributes = littleEndian(report.tdAttributes);
    const unknown = attributes & ~KNOWN_TD_ATTRIBUTES;
    check(unknown === 0n, 'ReservedTdAttributes', () => `TDATTRIBUTES has unknown bits 0x${unknown.toString(16)}`);
    check(
      (attributes & SEPT_VE_DISABLE) !== 0n,
      'SeptVeNotDisabled',
      () => 'TDATTRIBUTES lacks SEPT_VE_DISABLE (bit 28); start the trust domain with it',
    );
  }
  check(
    isDebugAllowed || !isDebug(report),
    'DebugNotAllowed',
    () => 'the host can read everything inside; start enclave or trust domain without DEBUG',
  );
}

/** Whether the host may debug, and so read, what made the report. */
export function isDebug(report: EnclaveReport | TdReport): boolean {
  return report.kind === 'enclave' ? (report.attributes[0]! & 0x02) !== 0 : (report.tdAttributes[0]! & 0x01) !== 0;
}

/** Whether a trust domain may be moved to another machine while it runs (TDATTRIBUTES bit 29). */
export function isMigratable(report: TdReport): boolean {
  return (report.tdAttributes[3]! & 0x20) !== 0;
}

/** Bytes of the report within the signed bytes. */
export function reportBytesOf(quote: Quote): Uint8Array {
  return quote.signedBytes.subarray(quote.signedBytes.length - REPORT_BYTES[quote.report.kind]);
}

const SEPT_VE_DISABLE = 1n << 28n;
/** DEBUG, ICSSD, LASS, SEPT_VE_DISABLE, MIGRATABLE, PKS, KL, PERFMON */
const KNOWN_TD_ATTRIBUTES = [0n, 16n, 27n, 28n, 29n, 30n, 31n, 63n].reduce((mask, bit) => mask | (1n << bit), 0n);

function readForm(input: Uint8Array, isEvidence: boolean): Quote {
  const bytes = new Uint8Array(input);
  const demandLength = (length: number): void =>
    check(bytes.length >= length, 'TruncatedEvidence', () => `${bytes.length} bytes, at least ${length} are needed`);
  demandLength(MIN_EVIDENCE_BYTES);
  const header = readHeader(bytes);
  const kind = readReportKind(bytes, header.version);
  const bodyStart = HEADER_BYTES + (header.version === 5 ? 6 : 0);
  const bodyEnd = bodyStart + REPORT_BYTES[kind];
  const qeReportStart = bodyEnd + (header.version === 3 ? 132 : 138);
  const certificateStart = qeReportStart + 488;
  demandLength(certificateStart);

  const end = bodyEnd + 4 + u32(bytes, bodyEnd);
  const isWhole = isEvidence ? end === bytes.length : end <= bytes.length;
  check(isWhole, 'InvalidSignatureDataSize', () => `signature data end at ${end}, the input at ${bytes.length}`);
  check(isZero(bytes.subarray(end)), 'TrailingBytes', () => `bytes other than zero behind the quote, from ${end} on`);
  if (header.version !== 3) {
    const type = u16(bytes, bodyEnd + 132);
    check(type === QE_REPORT_DATA, 'UnsupportedCertificationData', () => `type ${type}, expected 6`);
    const outerEnd = qeReportStart + u32(bytes, bodyEnd + 134);
    check(outerEnd === end, 'InvalidCertificationDataSize', () => `outer data end at ${outerEnd}, not ${end}`);
  }
  const authSize = u16(bytes, qeReportStart + 448);
  check(authSize === QE_AUTH_DATA_BYTES, 'InvalidQeAuthDataSize', () => `${authSize} bytes, expected 32`);
  const certificationDataType = u16(bytes, qeReportStart + 482);
  check(
    certificationDataType === PCK_CERTIFICATE || (certificationDataType === PCK_CHAIN && !isEvidence),
    'UnsupportedCertificationData',
    () =>
      `type ${certificationDataType} instead of ${isEvidence ? '4' : '4 or 5'}; the quote must hold its certificate`,
  );
  const innerEnd = certificateStart + u32(bytes, qeReportStart + 484);
  check(innerEnd === end, 'InvalidCertificationDataSize', () => `inner data end at ${innerEnd}, not ${end}`);

  const part = (start: number, length: number): Uint8Array => bytes.slice(start, start + length);
  const body = part(bodyStart, REPORT_BYTES[kind]);
  const qeReportBytes = part(qeReportStart, 384);
  return {
    header,
    report: kind === 'enclave' ? readEnclaveReport(body) : readTdReport(body, kind),
    signedBytes: part(0, bodyEnd),
    signature: part(bodyEnd + 4, 64),
    attestationKey: part(bodyEnd + 68, 64),
    qeReport: readEnclaveReport(qeReportBytes),
    qeReportBytes,
    qeReportSignature: part(qeReportStart + 384, 64),
    qeAuthData: part(qeReportStart + 450, QE_AUTH_DATA_BYTES),
    certificationDataType,
    certificationData: bytes.slice(certificateStart, end),
  };
}

function readHeader(bytes: Uint8Array): QuoteHeader {
  const version = u16(bytes, 0);
  check(version >= 3 && version <= 5, 'UnsupportedQuoteVersion', () => `version ${version} is not 3, 4 or 5`);
  const attestationKeyType = u16(bytes, 2);
  check(attestationKeyType === 2, 'UnsupportedAttestationKeyType', () => `type ${attestationKeyType}, expected 2`);
  const teeType = u32(bytes, 4);
  const expected = version === 3 ? 0 : 0x81;
  check(
    teeType === expected,
    'UnsupportedTeeType',
    () => `TEE type 0x${teeType.toString(16)} in a quote of version ${version}, expected 0x${expected.toString(16)}`,
  );
  const qeVendorId = bytes.slice(12, 28);
  check(equalBytes(qeVendorId, INTEL_QE_VENDOR), 'UnknownQeVendor', () => `${toHex(qeVendorId)} is not Intel`);
  const isReservedZero = version === 3 || isZero(bytes.subarray(8, 12));
  check(isReservedZero, 'ReservedHeaderField', () => 'bytes 8 to 11 are not zero');
  return {
    version: version as 3 | 4 | 5,
    attestationKeyType,
    tee: version === 3 ? 'sgx' : 'tdx',
    qeSvn: u16(bytes, 8),
    pceSvn: u16(bytes, 10),
    qeVendorId,
    userData: bytes.slice(28, 48),
  };
}

function readReportKind(bytes: Uint8Array, version: number): ReportKind {
  if (version === 3) return 'enclave';
  if (version === 4) return 'td10';
  const type = u16(bytes, HEADER_BYTES);
  check(type === 2 || type === 3, 'UnsupportedBodyType', () => `body type ${type}, expected 2 or 3`);
  const kind: ReportKind = type === 2 ? 'td10' : 'td15';
  const size = u32(bytes, HEADER_BYTES + 2);
  check(size === REPORT_BYTES[kind], 'InvalidBodySize', () => `${size} bytes, expected ${REPORT_BYTES[kind]}`);
  return kind;
}

function readEnclaveReport(bytes: Uint8Array): EnclaveReport {
  return {
    kind: 'enclave',
    cpuSvn: bytes.slice(0, 16),
    miscSelect: bytes.slice(16, 20),
    cetAttributes: bytes[20]!,
    isvExtProdId: bytes.slice(32, 48),
    attributes: bytes.slice(48, 64),
    mrEnclave: bytes.slice(64, 96),
    mrSigner: bytes.slice(128, 160),
    configId: bytes.slice(192, 256),
    isvProdId: u16(bytes, 256),
    isvSvn: u16(bytes, 258),
    configSvn: u16(bytes, 260),
    isvFamilyId: bytes.slice(304, 320),
    reportData: bytes.slice(320, 384),
  };
}

function readTdReport(bytes: Uint8Array, kind: 'td10' | 'td15'): TdReport {
  const report: TdReport = {
    kind,
    teeTcbSvn: bytes.slice(0, 16),
    mrSeam: bytes.slice(16, 64),
    mrSignerSeam: bytes.slice(64, 112),
    seamAttributes: bytes.slice(112, 120),
    tdAttributes: bytes.slice(120, 128),
    xfam: bytes.slice(128, 136),
    mrTd: bytes.slice(136, 184),
    mrConfigId: bytes.slice(184, 232),
    mrOwner: bytes.slice(232, 280),
    mrOwnerConfig: bytes.slice(280, 328),
    rtmr0: bytes.slice(328, 376),
    rtmr1: bytes.slice(376, 424),
    rtmr2: bytes.slice(424, 472),
    rtmr3: bytes.slice(472, 520),
    reportData: bytes.slice(520, 584),
  };
  if (kind === 'td10') return report;
  return { ...report, teeTcbSvn2: bytes.slice(584, 600), mrServiceTd: bytes.slice(600, 648) };
}

function u16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

function u32(bytes: Uint8Array, offset: number): number {
  return u16(bytes, offset) + u16(bytes, offset + 2) * 0x10000;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
