import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, toHex } from '../bytes.ts';
import { checkIssued, checkIssuerAndDates, readCertificate, type Certificate } from './certificate.ts';
import { checkCrl, readCrl, type Crl } from './crl.ts';
import { check } from './errors.ts';
import { admitQeIdentity, type QeIdentity } from './qe-identity.ts';
import { admitTcbInfo, type TcbInfo } from './tcb-info.ts';
import { isoDate } from './time.ts';

/** sha256 of Intel's SGX Root CA certificate, the only root of production. */
export const INTEL_ROOT_FINGERPRINT = '0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3';

/** Everything that Intel publishes to judge one machine's evidence by, as bytes (docs/spec/dcap.md section 2). */
export interface Collateral {
  /** DER certificate */
  root: Uint8Array;
  /** DER CRL */
  rootCrl: Uint8Array;
  /** DER certificate that signed the TCB info */
  tcbInfoSigner: Uint8Array;
  /** JSON as signed */
  tcbInfo: Uint8Array;
  /** 64 bytes: r, s */
  tcbInfoSignature: Uint8Array;
  /** DER certificate that signed the QE identity */
  qeIdentitySigner: Uint8Array;
  /** JSON as signed */
  qeIdentity: Uint8Array;
  /** 64 bytes: r, s */
  qeIdentitySignature: Uint8Array;
  /** DER certificate */
  pckCa: Uint8Array;
  /** DER CRL */
  pckCrl: Uint8Array;
}

export interface AdmissionOptions {
  /** sha256 of the root certificate, 32 bytes or hex with 0x */
  rootFingerprint: Uint8Array | string;
  /** Time of judgement, seconds since 1970 */
  atSeconds: number;
}

/** Collateral that passed section 6 of docs/spec/dcap.md. Only `admitCollateral` and `withRootCrl` make it. */
export interface AdmittedCollateral {
  readonly admittedAtSeconds: number;
  readonly root: Certificate;
  readonly rootCrl: Crl;
  readonly tcbInfoSigner: Certificate;
  readonly tcbInfo: TcbInfo;
  readonly qeIdentitySigner: Certificate;
  readonly qeIdentity: QeIdentity;
  readonly pckCa: Certificate;
  readonly pckCrl: Crl;
}

const admitted = new WeakSet<AdmittedCollateral>();

/**
 * Admits collateral, in the order of docs/spec/dcap.md section 2.
 * @throws DcapError the rules of section 6
 */
export function admitCollateral(collateral: Collateral, options: AdmissionOptions): AdmittedCollateral {
  const { atSeconds } = options;
  const root = admitRoot(collateral.root, options);
  const rootCrl = admitCrl(collateral.rootCrl, root, atSeconds);
  const tcbInfoSigner = admitTcbSigner(collateral.tcbInfoSigner, root, rootCrl, atSeconds);
  const tcbInfo = admitTcbInfo(collateral.tcbInfo, collateral.tcbInfoSignature, tcbInfoSigner, atSeconds);
  // Intel signs both documents with one key; the same certificate under the same root has the same verdict.
  const qeIdentitySigner = equalBytes(collateral.qeIdentitySigner, collateral.tcbInfoSigner)
    ? tcbInfoSigner
    : admitTcbSigner(collateral.qeIdentitySigner, root, rootCrl, atSeconds);
  const { qeIdentity: document, qeIdentitySignature: signature } = collateral;
  const qeIdentity = admitQeIdentity(document, signature, qeIdentitySigner, atSeconds);
  const pckCa = admitPckCa(collateral.pckCa, root, rootCrl, atSeconds);
  const pckCrl = admitCrl(collateral.pckCrl, pckCa, atSeconds);
  const certificates = { root, rootCrl, tcbInfoSigner, qeIdentitySigner, pckCa, pckCrl };
  return seal({ admittedAtSeconds: atSeconds, ...certificates, tcbInfo, qeIdentity });
}

/**
 * Admits a newer root CRL into admitted collateral, as a store does. What it revokes stays and is refused when used.
 * @throws DcapError DCAP-51 to DCAP-57, `CollateralNotNewer`
 */
export function withRootCrl(set: AdmittedCollateral, rootCrl: Uint8Array, atSeconds: number): AdmittedCollateral {
  demandAdmitted(set, atSeconds);
  const crl = admitCrl(rootCrl, set.root, atSeconds);
  check(
    crl.thisUpdateSeconds > set.rootCrl.thisUpdateSeconds,
    'CollateralNotNewer',
    () => `the root CRL in force is of ${isoDate(set.rootCrl.thisUpdateSeconds)}`,
  );
  return seal({ ...set, admittedAtSeconds: atSeconds, rootCrl: crl });
}

/** Section 6.1. @throws DcapError */
export function admitRoot(der: Uint8Array, { rootFingerprint, atSeconds }: AdmissionOptions): Certificate {
  const pinned = typeof rootFingerprint === 'string' ? rootFingerprint.toLowerCase() : toHex(rootFingerprint);
  const found = toHex(sha256(der));
  check(found === pinned, 'UntrustedRoot', () => `the root has the fingerprint ${found}, trusted is ${pinned}`);
  const root = readCertificate(der, 'root');
  checkIssuerAndDates(root, root, atSeconds);
  return root;
}

/** Sections 6.2 and 6.7. @throws DcapError */
export function admitCrl(der: Uint8Array, issuer: Certificate, atSeconds: number): Crl {
  const crl = readCrl(der);
  checkCrl(crl, issuer, atSeconds);
  return crl;
}

/** Section 6.3. @throws DcapError */
export function admitTcbSigner(der: Uint8Array, root: Certificate, rootCrl: Crl, atSeconds: number): Certificate {
  const certificate = readCertificate(der, 'tcbSigning');
  checkIssued(certificate, root, rootCrl.revokedSerials, atSeconds);
  return certificate;
}

/** Section 6.6. @throws DcapError */
export function admitPckCa(der: Uint8Array, root: Certificate, rootCrl: Crl, atSeconds: number): Certificate {
  const certificate = readCertificate(der, 'pckCa');
  checkIssued(certificate, root, rootCrl.revokedSerials, atSeconds);
  return certificate;
}

/** The earliest end of anything in the set, seconds since 1970. */
export function collateralExpiry(set: AdmittedCollateral): number {
  return Math.min(
    set.root.notAfterSeconds,
    set.rootCrl.nextUpdateSeconds,
    set.tcbInfoSigner.notAfterSeconds,
    set.tcbInfo.nextUpdateSeconds,
    set.qeIdentitySigner.notAfterSeconds,
    set.qeIdentity.nextUpdateSeconds,
    set.pckCa.notAfterSeconds,
    set.pckCrl.nextUpdateSeconds,
  );
}

/** Whether the key identifier is that of the set's PCK CA. */
export function hasPckCa(set: AdmittedCollateral, keyId: Uint8Array): boolean {
  return equalBytes(set.pckCa.subjectKeyId, keyId);
}

/**
 * Refuses a set that admission did not make, or a time before its admission.
 * @throws TypeError, RangeError: mistakes of the caller, not of evidence
 */
export function demandAdmitted(set: AdmittedCollateral, atSeconds: number): void {
  if (!admitted.has(set)) throw new TypeError('collateral must come from admitCollateral');
  if (!(atSeconds >= set.admittedAtSeconds)) throw new RangeError('collateral was admitted at a later time than asked');
}

function seal(set: AdmittedCollateral): AdmittedCollateral {
  const frozen = Object.freeze(set);
  admitted.add(frozen);
  return frozen;
}
