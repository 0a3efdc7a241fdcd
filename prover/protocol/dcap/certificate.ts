import { equalBytes, toHex } from '../bytes.ts';
import { DerReader, readInteger, TAG } from './der.ts';
import { check, DcapError, type DcapRule } from './errors.ts';
import { verifyP256 } from './p256.ts';
import { readSgxExtension, SGX_EXTENSION_OID, type SgxExtension } from './sgx-extension.ts';
import { isoDate, readTime } from './time.ts';

export const MAX_CERTIFICATE_BYTES = 4096;

/** What a certificate is used for (docs/spec/dcap.md section 1). */
export type CertificateRole = 'root' | 'pckCa' | 'tcbSigning' | 'pck';

/** A certificate that fits the profile of docs/spec/dcap.md section 4; its signature and dates are not judged yet. */
export interface Certificate {
  role: CertificateRole;
  /** All bytes */
  der: Uint8Array;
  /** The signed part, tag and length included */
  tbs: Uint8Array;
  /** Big-endian, no leading zero, 1 to 20 bytes */
  serial: Uint8Array;
  /** DER of the issuer's name */
  issuer: Uint8Array;
  /** DER of the subject's name */
  subject: Uint8Array;
  commonName: string;
  notBeforeSeconds: number;
  notAfterSeconds: number;
  /** 64 bytes: x, y */
  publicKey: Uint8Array;
  /** 20 bytes */
  authorityKeyId: Uint8Array;
  /** 20 bytes */
  subjectKeyId: Uint8Array;
  /** 64 bytes: r, s */
  signature: Uint8Array;
  /** Of the role `pck` alone */
  sgx?: SgxExtension;
}

const VERSION_3 = Uint8Array.of(0xa0, 0x03, 0x02, 0x01, 0x02);
/** ecdsa-with-SHA256, RFC 5758 section 3.2 */
export const ECDSA_SHA256 = Uint8Array.of(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
/** id-ecPublicKey with prime256v1 and the head of an uncompressed point, RFC 5480 section 2 */
const P256_KEY_HEAD = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04],
);
const COMMON_NAME = Uint8Array.of(0x06, 0x03, 0x55, 0x04, 0x03, 0x0c);

const PHRASES: Record<CertificateRole, readonly string[]> = {
  root: ['SGX Root CA'],
  pckCa: ['SGX PCK Platform CA', 'SGX PCK Processor CA'],
  tcbSigning: ['SGX TCB Signing'],
  pck: ['SGX PCK Certificate'],
};

/**
 * Reads a certificate for a role.
 * @throws DcapError DCAP-20 to DCAP-32, for `pck` also DCAP-40 and DCAP-41
 */
export function readCertificate(der: Uint8Array, role: CertificateRole): Certificate {
  const bytes = new Uint8Array(der);
  const isSmall = bytes.length <= MAX_CERTIFICATE_BYTES;
  check(isSmall, 'MalformedCertificate', () => `a certificate has at most ${MAX_CERTIFICATE_BYTES} bytes`);
  const outer = new DerReader(bytes, 'MalformedCertificate').last(TAG.sequence);
  const tbsStart = outer.position;
  const body = outer.element(TAG.sequence);
  const tbs = bytes.slice(tbsStart, body.end);

  body.expect(VERSION_3, 'UnsupportedCertificateVersion');
  const serial = readSerial(body);
  body.expect(ECDSA_SHA256, 'UnsupportedSignatureAlgorithm');
  const issuer = readName(body);
  const validity = body.element(TAG.sequence);
  const notBeforeSeconds = readTime(validity);
  const notAfterSeconds = readTime(validity);
  check(validity.isAtEnd(), 'InvalidValidity', () => 'more than two dates');
  const subject = readName(body);
  const commonName = readCommonName(subject, role);
  body.expect(P256_KEY_HEAD, 'UnsupportedPublicKey');
  const publicKey = body.take(64);
  const extensions = readExtensions(body.last(0xa3).last(TAG.sequence), role);

  outer.expect(ECDSA_SHA256, 'UnsupportedSignatureAlgorithm');
  const signature = readSignature(outer);
  const head = { role, der: bytes, tbs, serial, issuer, subject, commonName, notBeforeSeconds, notAfterSeconds };
  return { ...head, publicKey, signature, ...extensions };
}

/** Reads a serial number, also of a CRL entry. */
export function readSerial(reader: DerReader): Uint8Array {
  const serial = readInteger(reader.element(TAG.integer), 20, 'InvalidSerialNumber');
  check(serial[0] !== 0, 'InvalidSerialNumber', () => 'the serial number is zero');
  return serial;
}

/** The DER of a name, which is compared and not looked into. */
export function readName(reader: DerReader): Uint8Array {
  const start = reader.position;
  const { end } = reader.element(TAG.sequence);
  return reader.bytes.slice(start, end);
}

/**
 * Reads the signature at the end of a certificate or CRL.
 * @returns 64 bytes: r, s
 */
export function readSignature(reader: DerReader): Uint8Array {
  const bits = reader.last(TAG.bitString);
  bits.expect(Uint8Array.of(0));
  const pair = bits.last(TAG.sequence);
  const r = readInteger(pair.element(TAG.integer), 32, reader.malformed);
  const s = readInteger(pair.last(TAG.integer), 32, reader.malformed);
  const signature = new Uint8Array(64);
  signature.set(r, 32 - r.length);
  signature.set(s, 64 - s.length);
  return signature;
}

/**
 * Judges a certificate under its issuer: DCAP-33 to DCAP-37.
 * @param revokedSerials hex of the serials on the issuer's CRL; the root has none
 * @throws DcapError `IssuerMismatch`, `CertificateNotYetValid`, `CertificateExpired`, `CertificateRevoked`, `InvalidCertificateSignature`
 */
export function checkIssued(
  certificate: Certificate,
  issuer: Certificate,
  revokedSerials: ReadonlySet<string>,
  atSeconds: number,
): void {
  checkIssuerAndDates(certificate, issuer, atSeconds);
  check(
    !revokedSerials.has(toHex(certificate.serial)),
    'CertificateRevoked',
    () => `${described(certificate)} is on its issuer's CRL; the machine or key is no longer trusted`,
  );
  check(
    verifyP256(certificate.tbs, certificate.signature, issuer.publicKey),
    'InvalidCertificateSignature',
    () => `${described(certificate)} is not signed by ${issuer.commonName}`,
  );
}

/** Judges issuer and dates alone, which is all there is to judge about a root that is pinned: DCAP-33 to DCAP-35. */
export function checkIssuerAndDates(certificate: Certificate, issuer: Certificate, atSeconds: number): void {
  check(
    equalBytes(certificate.issuer, issuer.subject) && equalBytes(certificate.authorityKeyId, issuer.subjectKeyId),
    'IssuerMismatch',
    () => `${described(certificate)} names another issuer than ${issuer.commonName} ${toHex(issuer.subjectKeyId)}`,
  );
  check(
    atSeconds >= certificate.notBeforeSeconds,
    'CertificateNotYetValid',
    () => `${described(certificate)} is valid from ${isoDate(certificate.notBeforeSeconds)} on`,
  );
  check(
    atSeconds <= certificate.notAfterSeconds,
    'CertificateExpired',
    () => `${described(certificate)} was valid until ${isoDate(certificate.notAfterSeconds)}; get its successor`,
  );
}

function described(certificate: Certificate): string {
  return `${certificate.commonName} with serial ${toHex(certificate.serial)}`;
}

/** The first relative name must be the common name alone, and end with a phrase of the role. */
function readCommonName(name: Uint8Array, role: CertificateRole): string {
  const length = name[12] ?? 0;
  const isCommonName =
    name[1]! < 0x80 &&
    length < 0x80 &&
    name.length >= 13 + length &&
    name[2] === 0x31 &&
    name[3] === length + 9 &&
    name[4] === TAG.sequence &&
    name[5] === length + 7 &&
    equalBytes(name.subarray(6, 12), COMMON_NAME);
  check(isCommonName, 'WrongSubject', () => `the subject ${toHex(name)} does not open with a common name in UTF-8`);
  const text = new TextDecoder().decode(name.subarray(13, 13 + length));
  check(
    PHRASES[role].some((phrase) => text.endsWith(phrase)),
    'WrongSubject',
    () => `the subject is ${JSON.stringify(text)}, where ${PHRASES[role].join(' or ')} is expected`,
  );
  return text;
}

type ExtensionName = 'authorityKeyId' | 'crlPoints' | 'subjectKeyId' | 'keyUsage' | 'basicConstraints' | 'sgx';

const EXTENSION_OIDS = new Map<string, ExtensionName>([
  ['0x551d23', 'authorityKeyId'],
  ['0x551d1f', 'crlPoints'],
  ['0x551d0e', 'subjectKeyId'],
  ['0x551d0f', 'keyUsage'],
  ['0x551d13', 'basicConstraints'],
  [toHex(SGX_EXTENSION_OID), 'sgx'],
]);

function readExtensions(
  list: DerReader,
  role: CertificateRole,
): Pick<Certificate, 'authorityKeyId' | 'subjectKeyId' | 'sgx'> {
  const seen = new Set<ExtensionName>();
  const found: Pick<Certificate, 'authorityKeyId' | 'subjectKeyId' | 'sgx'> = {
    authorityKeyId: new Uint8Array(),
    subjectKeyId: new Uint8Array(),
  };
  while (!list.isAtEnd()) {
    const extension = list.element(TAG.sequence);
    const oid = toHex(extension.element(TAG.oid).rest());
    const name = EXTENSION_OIDS.get(oid);
    if (name === undefined || (name === 'sgx' && role !== 'pck'))
      throw new DcapError('UnknownExtension', `OID ${oid} is not allowed in a certificate for ${role}`);
    check(!seen.has(name), 'DuplicateExtension', () => `${name} appears twice`);
    seen.add(name);
    readCriticality(extension, name);
    const value = extension.last(TAG.octetString);
    if (name === 'authorityKeyId') found.authorityKeyId = keyId(value, [0x30, 0x16, 0x80, 0x14]);
    if (name === 'subjectKeyId') found.subjectKeyId = keyId(value, [0x04, 0x14]);
    if (name === 'keyUsage') checkKeyUsage(value.rest(), role);
    if (name === 'basicConstraints') checkBasicConstraints(value.rest(), role);
    if (name === 'sgx') found.sgx = readSgxExtension(value);
  }
  const required = [...EXTENSION_OIDS.values()].filter((name) => name !== 'sgx' || role === 'pck');
  const missing = required.filter((name) => !seen.has(name));
  check(missing.length === 0, 'MissingExtension', () => `a certificate for ${role} needs ${missing.join(', ')}`);
  return found;
}

function readCriticality(extension: DerReader, name: ExtensionName): void {
  const rule: DcapRule = 'InvalidExtension';
  const isCritical = extension.peekTag() === TAG.boolean;
  if (isCritical) extension.expect(Uint8Array.of(0x01, 0x01, 0xff), rule);
  const mustBeCritical = name === 'keyUsage' || name === 'basicConstraints';
  check(isCritical === mustBeCritical, rule, () => `${name} must ${mustBeCritical ? '' : 'not '}be critical`);
}

function keyId(value: DerReader, head: readonly number[]): Uint8Array {
  value.expect(Uint8Array.from(head), 'InvalidExtension');
  const id = value.rest();
  check(id.length === 20, 'InvalidExtension', () => `a key identifier has ${id.length} bytes, not 20`);
  return id;
}

function isAuthority(role: CertificateRole): boolean {
  return role === 'root' || role === 'pckCa';
}

function checkKeyUsage(value: Uint8Array, role: CertificateRole): void {
  const [tag, length, unused = 8, bits = 0] = value;
  const isForm = value.length === 4 && tag === TAG.bitString && length === 2 && unused <= 7;
  const hasNoUnusedBits = (bits & ((1 << unused) - 1)) === 0;
  const isAllowed = isAuthority(role) ? (bits & 0x06) === 0x06 : (bits & 0x86) === 0x80;
  check(
    isForm && hasNoUnusedBits && isAllowed,
    'InvalidKeyUsage',
    () => `${toHex(value)} does not allow what a certificate for ${role} is used for, or allows more`,
  );
}

function checkBasicConstraints(value: Uint8Array, role: CertificateRole): void {
  const text = toHex(value);
  const pathLength = value[7] ?? 0x80;
  const isUnlimited = text === '0x30030101ff';
  const isLimited = value.length === 8 && text.startsWith('0x30060101ff0201') && pathLength <= 0x7f;
  const isAllowed = isAuthority(role)
    ? isUnlimited || (isLimited && (role !== 'root' || pathLength >= 1))
    : text === '0x3000';
  check(isAllowed, 'InvalidBasicConstraints', () => `${text} does not fit a certificate for ${role}`);
}
