import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../prover/protocol/bytes.ts';
import { der, integer, octets, oid, sequence, signatureBits, time } from './der.ts';
import { hex, utf8 } from './encoding.ts';
import { sign, type Key } from './keys.ts';
import { SGX_OID, writeSgxExtension, type SgxParts } from './sgx-extension.ts';

export type Role = 'root' | 'pckCa' | 'tcbSigning' | 'pck';
/** Which of Intel's two CAs certifies a machine: one for platforms of several CPUs, one for single processors. */
export type PckCaKind = 'platform' | 'processor';

/** ecdsa-with-SHA256 (RFC 5758 section 3.2) */
export const ECDSA_SHA256 = hex('300a06082a8648ce3d040302');
/** What is before x in a P-256 key (RFC 5480 section 2) */
export const P256_KEY_HEAD = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');

/*
 * Names differ from Intel's in every part but have the same lengths, so that certificates are of the same size and
 * layout, and what is measured with them holds for Intel's. Nobody mistakes them: the hosts are under .test and the
 * country is XX, which both exist nowhere (RFC 2606; ISO 3166).
 */
const ORGANISATION: readonly [type: string, tag: number, value: string][] = [
  ['55040a', 0x0c, 'Corridor Localnet'],
  ['550407', 0x0c, 'Simulations'],
  ['550408', 0x0c, 'XX'],
  ['550406', 0x13, 'XX'],
];
export const COMMON_NAMES = {
  root: 'Local SGX Root CA',
  platform: 'Local SGX PCK Platform CA',
  processor: 'Local SGX PCK Processor CA',
  tcbSigning: 'Local SGX TCB Signing',
  pck: 'Local SGX PCK Certificate',
} as const;
export const ROOT_CRL_URL = 'https://certificates.simulations.corridor.test/LocalSGXRootCA.der';

export function pckCrlUrl(kind: PckCaKind): string {
  return `https://api.simulations.corridor.test/sgx/certification/v4/pckcrl?ca=${kind}&encoding=der`;
}

/** A name with this common name. */
export function distinguishedName(commonName: string): Uint8Array {
  const relative = (type: string, tag: number, value: string): Uint8Array =>
    der(0x31, sequence(oid(type), der(tag, utf8(value))));
  const rest = ORGANISATION.map(([type, tag, value]) => relative(type, tag, value));
  return sequence(relative('550403', 0x0c, commonName), ...rest);
}

/** Key identifier of a key: SHA-1 is what RFC 5280 suggests, any 20 bytes that name the key do. */
export function keyIdentifier(key: Key): Uint8Array {
  return sha256(key.publicKey).slice(0, 20);
}

/** What a certificate says. */
export interface CertificateFields {
  role: Role;
  /** Big-endian, at most 20 bytes */
  serial: Uint8Array;
  /** DER of names */
  issuer: Uint8Array;
  subject: Uint8Array;
  notBeforeSeconds: number;
  notAfterSeconds: number;
  key: Key;
  issuerKey: Key;
  crlUrl: string;
  /** Of the role `pck` alone */
  sgx?: SgxParts;
}

/** Encoded parts of a certificate, each open to change before it is signed. */
export interface CertificateParts {
  version: Uint8Array;
  serial: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  publicKey: Uint8Array;
  /** Encoded whole, by name, in the order in which they are written */
  extensions: Record<string, Uint8Array>;
  outerAlgorithm: Uint8Array;
}

/** An extension: OID content in hex, criticality, DER of the value. */
export function extension(type: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(type), isCritical ? hex('0101ff') : new Uint8Array(), octets(value));
}

export const EXTENSION_OIDS = {
  authorityKeyId: '551d23',
  crlPoints: '551d1f',
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  sgx: SGX_OID,
} as const;

export function authorityKeyId(keyId: Uint8Array): Uint8Array {
  return sequence(der(0x80, keyId));
}

/** DistributionPoint with one URL (RFC 5280 section 4.2.1.13). */
export function crlPoints(url: string): Uint8Array {
  return sequence(sequence(der(0xa0, der(0xa0, der(0x86, utf8(url))))));
}

export function certificateParts(fields: CertificateFields): CertificateParts {
  const { role } = fields;
  const isAuthority = role === 'root' || role === 'pckCa';
  const pathLength = role === 'root' ? 1 : 0;
  const constraints = isAuthority ? sequence(hex('0101ff'), integer(pathLength)) : sequence();
  const oids = EXTENSION_OIDS;
  const extensions: Record<string, Uint8Array> = {
    authorityKeyId: extension(oids.authorityKeyId, false, authorityKeyId(keyIdentifier(fields.issuerKey))),
    crlPoints: extension(oids.crlPoints, false, crlPoints(fields.crlUrl)),
    subjectKeyId: extension(oids.subjectKeyId, false, octets(keyIdentifier(fields.key))),
    keyUsage: extension(oids.keyUsage, true, hex(isAuthority ? '03020106' : '030206c0')),
    basicConstraints: extension(oids.basicConstraints, true, constraints),
  };
  if (fields.sgx) extensions.sgx = extension(oids.sgx, false, writeSgxExtension(fields.sgx));
  return {
    version: hex('a003020102'),
    serial: integer(fields.serial),
    algorithm: ECDSA_SHA256,
    issuer: fields.issuer,
    validity: sequence(time(fields.notBeforeSeconds), time(fields.notAfterSeconds)),
    subject: fields.subject,
    publicKey: concat(P256_KEY_HEAD, fields.key.publicKey),
    extensions,
    outerAlgorithm: ECDSA_SHA256,
  };
}

/** The signed part of a certificate. */
export function writeTbs(parts: CertificateParts): Uint8Array {
  const { version, serial, algorithm, issuer, validity, subject, publicKey, extensions } = parts;
  const list = der(0xa3, sequence(...Object.values(extensions)));
  return sequence(version, serial, algorithm, issuer, validity, subject, publicKey, list);
}

/** A certificate, signed. @returns DER */
export function writeCertificate(parts: CertificateParts, issuerKey: Key): Uint8Array {
  const tbs = writeTbs(parts);
  return sequence(tbs, parts.outerAlgorithm, signatureBits(sign(tbs, issuerKey)));
}

/** PEM with lines of 64 and a line break at the end. */
export function pem(certificate: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
