import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes, isZero, toHex } from '../bytes.ts';
import { hash } from '../hash.ts';
import { checkIssued, readCertificate, type Certificate } from './certificate.ts';
import {
  admitCollateral,
  collateralExpiry,
  demandAdmitted,
  hasPckCa,
  type AdmissionOptions,
  type AdmittedCollateral,
  type Collateral,
} from './collateral.ts';
import { check } from './errors.ts';
import { verifyP256 } from './p256.ts';
import type { QeIdentity } from './qe-identity.ts';
import { checkReport, isDebug, isMigratable, readEvidence, reportBytesOf } from './quote.ts';
import type { EnclaveReport, Quote, TdReport } from './quote.ts';
import type { TcbStatus } from './signed-json.ts';
import { expectedModule, judgeTcb, relaunchStatus, selectQeLevel, type TcbJudgement } from './tcb.ts';
import { isTcbInfoFor, tcbInfoName, type TcbInfo } from './tcb-info.ts';
import { isoDate } from './time.ts';

export interface VerifyOptions {
  /** Time of judgement, seconds since 1970 */
  atSeconds: number;
  /** Accept evidence of enclaves and trust domains that their host can debug. Never for a registry. */
  allowDebug?: boolean;
}

interface ReportFacts {
  quoteVersion: 3 | 4 | 5;
  /** 64 bytes */
  reportData: Uint8Array;
  isDebug: boolean;
  tcbStatus: TcbStatus;
  /** Numbers of Intel's security advisories, ascending: 615 is INTEL-SA-00615 */
  advisories: number[];
  /** 6 bytes */
  fmspc: Uint8Array;
  /** 32 bytes: hash of the PPID */
  platformId: Uint8Array;
  evaluationNumber: number;
  /** The earliest end of anything that the evidence rests on, seconds since 1970 */
  expiresAtSeconds: number;
}

export interface VerifiedSgxReport extends ReportFacts {
  tee: 'sgx';
  report: EnclaveReport;
}

export interface VerifiedTdxReport extends ReportFacts {
  tee: 'tdx';
  /** MRSERVICETD is absent where the machine emits TD reports 1.0 */
  report: TdReport;
  isMigratable: boolean;
}

declare const verified: unique symbol;

/** What Intel's hardware vouches for (docs/spec/dcap.md section 10). Only the verifier makes it. */
export type VerifiedReport = (VerifiedSgxReport | VerifiedTdxReport) & { readonly [verified]: true };

const verifiedReports = new WeakSet<object>();

/** Whether a value was made by the verifier, for callers that cannot rely on types. */
export function isVerifiedReport(value: unknown): value is VerifiedReport {
  return typeof value === 'object' && value !== null && verifiedReports.has(value);
}

/**
 * Admits collateral and judges evidence by it, at one time.
 * @param evidence a quote with its PCK certificate as DER (`evidenceFromQuote`)
 * @throws DcapError the first broken rule of docs/spec/dcap.md
 */
export function verify(
  evidence: Uint8Array,
  collateral: Collateral,
  options: AdmissionOptions & VerifyOptions,
): VerifiedReport {
  return verifyEvidence(evidence, admitCollateral(collateral, options), options);
}

/**
 * Judges evidence by collateral that was admitted at this time or before.
 * @param evidence a quote with its PCK certificate as DER (`evidenceFromQuote`)
 * @throws DcapError the first broken rule of docs/spec/dcap.md sections 7 to 9
 */
export function verifyEvidence(evidence: Uint8Array, set: AdmittedCollateral, options: VerifyOptions): VerifiedReport {
  const { atSeconds, allowDebug = false } = options;
  demandAdmitted(set, atSeconds);
  const quote = readEvidence(evidence);
  const { header, report } = quote;
  checkReport(report, reportBytesOf(quote), allowDebug);
  const pck = checkSignatures(quote, set, atSeconds);
  const { tcbInfo, qeIdentity } = selectCollateral(quote, pck, set, atSeconds);
  if (report.kind !== 'enclave') checkTdxModule(report, tcbInfo);
  checkQe(quote.qeReport, qeIdentity);
  const { status, advisories } = judge(quote, pck, tcbInfo, qeIdentity);

  const facts: ReportFacts = {
    quoteVersion: header.version,
    reportData: report.reportData,
    isDebug: isDebug(report),
    tcbStatus: status,
    advisories,
    fmspc: pck.sgx!.fmspc,
    platformId: hash(pck.sgx!.ppid),
    evaluationNumber: tcbInfo.evaluationNumber,
    expiresAtSeconds: Math.min(collateralExpiry(set), pck.notAfterSeconds),
  };
  const result: VerifiedSgxReport | VerifiedTdxReport =
    report.kind === 'enclave'
      ? { tee: 'sgx', ...facts, report }
      : { tee: 'tdx', ...facts, report, isMigratable: isMigratable(report) };
  verifiedReports.add(Object.freeze(result));
  return result as VerifiedReport;
}

/** Section 8: from the root to the quote's signature. Returns the machine's certificate. */
function checkSignatures(quote: Quote, set: AdmittedCollateral, atSeconds: number): Certificate {
  const pck = readCertificate(quote.certificationData, 'pck');
  check(
    hasPckCa(set, pck.authorityKeyId),
    'PckCaMissing',
    () => `the collateral has no PCK CA with key identifier ${toHex(pck.authorityKeyId)}; add it with its CRL`,
  );
  checkIssued(pck, set.pckCa, set.pckCrl.revokedSerials, atSeconds);
  check(
    verifyP256(quote.qeReportBytes, quote.qeReportSignature, pck.publicKey),
    'InvalidQeReportSignature',
    () => 'the report of the quoting enclave is not signed by the PCK key of this machine',
  );
  const { reportData } = quote.qeReport;
  const bound = sha256(concat(quote.attestationKey, quote.qeAuthData));
  check(
    equalBytes(reportData.subarray(0, 32), bound) && isZero(reportData.subarray(32)),
    'QeReportDataMismatch',
    () => 'the quoting enclave vouches for another attestation key',
  );
  check(
    verifyP256(quote.signedBytes, quote.signature, quote.attestationKey),
    'InvalidQuoteSignature',
    () => 'header or report were changed, or signed by another attestation key',
  );
  return pck;
}

function selectCollateral(
  quote: Quote,
  pck: Certificate,
  set: AdmittedCollateral,
  atSeconds: number,
): { tcbInfo: TcbInfo; qeIdentity: QeIdentity } {
  const { tcbInfo, qeIdentity } = set;
  const { tee } = quote.header;
  const { fmspc, pceId } = pck.sgx!;
  check(
    isTcbInfoFor(tcbInfo, tee, fmspc),
    'TcbInfoMissing',
    () => `the machine is ${tee.toUpperCase()} with FMSPC ${toHex(fmspc)}, at hand is the ${tcbInfoName(tcbInfo)}`,
  );
  check(
    equalBytes(tcbInfo.pceId, pceId),
    'PceIdMismatch',
    () => `the certificate has PCEID ${toHex(pceId)}, the TCB info ${toHex(tcbInfo.pceId)}`,
  );
  check(
    qeIdentity.tee === tee && qeIdentity.evaluationNumber === tcbInfo.evaluationNumber,
    'QeIdentityMissing',
    () => `no QE identity for ${tee.toUpperCase()} of edition ${tcbInfo.evaluationNumber}, that of the TCB info`,
  );
  const expiry = collateralExpiry(set);
  check(atSeconds <= expiry, 'CollateralExpired', () => `the collateral was valid until ${isoDate(expiry)}; renew it`);
  const revoked = [set.tcbInfoSigner, set.qeIdentitySigner, set.pckCa].find((certificate) =>
    set.rootCrl.revokedSerials.has(toHex(certificate.serial)),
  );
  check(revoked === undefined, 'CollateralRevoked', () => `${revoked?.commonName} is on the root CRL`);
  return { tcbInfo, qeIdentity };
}

function checkTdxModule(report: TdReport, info: TcbInfo): void {
  const { mrSignerSeam, seamAttributes, teeTcbSvn } = report;
  check(isZero(seamAttributes), 'NonZeroSeamAttributes', () => `SEAMATTRIBUTES are ${toHex(seamAttributes)}`);
  const expected = expectedModule(info, teeTcbSvn)!;
  check(
    equalBytes(mrSignerSeam, expected.mrSigner) && equalBytes(seamAttributes, expected.attributes),
    'TdxModuleMismatch',
    () => `the TDX module is signed by ${toHex(mrSignerSeam)}, expected ${toHex(expected.mrSigner)}`,
  );
}

function checkQe(report: EnclaveReport, identity: QeIdentity): void {
  const isMasked = (value: Uint8Array, mask: Uint8Array, expected: Uint8Array): boolean =>
    value.every((byte, i) => (byte & mask[i]!) === expected[i]);
  check(
    isMasked(report.miscSelect, identity.miscSelectMask, identity.miscSelect),
    'QeMiscSelectMismatch',
    () => `MISCSELECT of the quoting enclave is ${toHex(report.miscSelect)}`,
  );
  check(
    isMasked(report.attributes, identity.attributesMask, identity.attributes),
    'QeAttributesMismatch',
    () => `ATTRIBUTES of the quoting enclave are ${toHex(report.attributes)}`,
  );
  check(
    equalBytes(report.mrSigner, identity.mrSigner),
    'QeSignerMismatch',
    () => `MRSIGNER of the quoting enclave is ${toHex(report.mrSigner)}, expected ${toHex(identity.mrSigner)}`,
  );
  check(
    report.isvProdId === identity.isvProdId,
    'QeProductMismatch',
    () => `ISVPRODID of the quoting enclave is ${report.isvProdId}, expected ${identity.isvProdId}`,
  );
}

function judge(quote: Quote, pck: Certificate, info: TcbInfo, identity: QeIdentity): TcbJudgement {
  const qeLevel = selectQeLevel(identity, quote.qeReport.isvSvn);
  const report = quote.report;
  const launch = judgeTcb(info, pck.sgx!, qeLevel, report.kind === 'enclave' ? undefined : report.teeTcbSvn);
  const isTd15 = report.kind === 'td15';
  const now = isTd15 ? judgeTcb(info, pck.sgx!, qeLevel, report.teeTcbSvn2!) : launch;
  check(
    launch.status !== 'Revoked' && now.status !== 'Revoked',
    'TcbRevoked',
    () => `Intel revoked the patch level of this machine, TDX module or quoting enclave; update it`,
  );
  return { status: isTd15 ? relaunchStatus(launch.status, now.status) : launch.status, advisories: launch.advisories };
}
