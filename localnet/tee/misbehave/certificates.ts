/** Certificates that do not fit the profile of docs/spec/dcap.md section 4, rightly signed by their issuer. */
import { concat } from '../../../prover/protocol/bytes.ts';
import {
  authorityKeyId,
  COMMON_NAMES,
  crlPoints,
  distinguishedName,
  ECDSA_SHA256,
  extension,
  EXTENSION_OIDS,
  keyIdentifier,
  P256_KEY_HEAD,
  type CertificateParts,
} from '../certificate.ts';
import { der, derLength, generalizedTime, integer, octets, oid, sequence, time, utcTime } from '../der.ts';
import { DAY_SECONDS, hex, utf8 } from '../encoding.ts';
import { CASE_TIME, caseKey, CERTIFICATE_NAMES, roleOf, SUBJECTS, type CertificateName, type Draft } from './draft.ts';
import { certificatePlan, flipBits, overwrite, type OracleRow, type Plan } from './plan.ts';
import type { RuleName } from './rules.ts';

type Change = (parts: CertificateParts, name: CertificateName) => void;
const ROW: OracleRow = 'certificates';
const AUTHORITIES: readonly CertificateName[] = ['root', 'pckCa'];
const LEAVES: readonly CertificateName[] = ['tcbSigning', 'qeSigning', 'pck'];
const isAuthority = (name: CertificateName): boolean => AUTHORITIES.includes(name);

/** The same change in each certificate. */
function each(
  rule: RuleName,
  about: string,
  change: Change,
  oracle?: OracleRow,
  names: readonly CertificateName[] = CERTIFICATE_NAMES,
): Plan[] {
  return names.map((name) =>
    certificatePlan(rule, name, about, (draft) => change(draft.certificates[name].parts, name), oracle),
  );
}

/** Changes bytes after signing, where the signature does not cover them. */
function eachBytes(rule: RuleName, about: string, change: (der: Uint8Array) => Uint8Array, oracle?: OracleRow): Plan[] {
  return CERTIFICATE_NAMES.map((name) =>
    certificatePlan(rule, name, about, (draft) => void (draft.certificates[name].finish = change), oracle),
  );
}

/** The content of an element with a header of our own. */
const reheaded = (element: Uint8Array, head: number[]): Uint8Array => {
  const headBytes = element[1]! < 0x80 ? 2 : element[1] === 0x81 ? 3 : 4;
  return concat(Uint8Array.from(head), element.slice(headBytes));
};
/** A length in the form 81, which is one byte too long below 128. */
const longLength = (element: Uint8Array): Uint8Array => reheaded(element, [element[0]!, 0x81, element[1]!]);

const malformed: Plan[] = [
  ...eachBytes('MalformedCertificate', 'a byte behind its end', (bytes) => concat(bytes, Uint8Array.of(0))),
  ...eachBytes('MalformedCertificate', 'cut by one byte', (bytes) => bytes.slice(0, -1)),
  ...eachBytes('MalformedCertificate', 'empty', () => new Uint8Array()),
  ...eachBytes('MalformedCertificate', 'a SET in place of the SEQUENCE', (bytes) => overwrite(bytes, 0, [0x31])),
  ...eachBytes(
    'MalformedCertificate',
    'indefinite length',
    (bytes) => concat(Uint8Array.of(0x30, 0x80), bytes.slice(4), new Uint8Array(2)),
    ROW,
  ),
  ...eachBytes(
    'MalformedCertificate',
    'three bytes of length',
    (bytes) => concat(Uint8Array.of(0x30, 0x83, 0), bytes.slice(2)),
    ROW,
  ),
  ...eachBytes('MalformedCertificate', 'unused bits in the signature', (bytes) => {
    const at = signatureOffset(bytes);
    return overwrite(bytes, at + 2, [1]);
  }),
  ...eachBytes('MalformedCertificate', 'needless zero before r', (bytes) =>
    withSignature(bytes, (r, s) => [concat(Uint8Array.of(0), r), s]),
  ),
  ...eachBytes('MalformedCertificate', 'r negative', (bytes) =>
    withSignature(bytes, (r, s) => [concat(Uint8Array.of(0x80), r.slice(-31)), s]),
  ),
  ...eachBytes('MalformedCertificate', 'r without content', (bytes) =>
    withSignature(bytes, (_, s) => [new Uint8Array(), s]),
  ),
  ...eachBytes('MalformedCertificate', 's of 33 bytes', (bytes) =>
    withSignature(bytes, (r) => [r, concat(Uint8Array.of(1), new Uint8Array(32))]),
  ),
  ...eachBytes('MalformedCertificate', 'three numbers in the signature', (bytes) =>
    withSignature(bytes, (r, s) => [r, s, Uint8Array.of(1)]),
  ),
  ...each(
    'MalformedCertificate',
    'length of the issuer in two bytes',
    (parts) => void (parts.issuer = reheaded(parts.issuer, [0x30, 0x82, 0, parts.issuer[1]!])),
    ROW,
  ),
  ...each(
    'MalformedCertificate',
    'length of the issuer not in its shortest form',
    (parts) => {
      parts.issuer = longLength(parts.issuer);
    },
    ROW,
  ),
  ...each(
    'MalformedCertificate',
    'issuer a SET',
    (parts) => void (parts.issuer = reheaded(parts.issuer, [0x31, parts.issuer[1]!])),
  ),
  ...each(
    'MalformedCertificate',
    'above 4,096 bytes',
    (parts) => {
      const text = crlPoints(`https://certificates.simulations.corridor.test/${'a'.repeat(4000)}`);
      parts.extensions.crlPoints = extension(EXTENSION_OIDS.crlPoints, false, text);
    },
    ROW,
  ),
  ...each(
    'MalformedCertificate',
    'a unique identifier before the extensions',
    (parts) => {
      parts.publicKey = concat(parts.publicKey, hex('8202 0001'));
    },
    ROW,
  ),
  ...each('MalformedCertificate', 'an extension that is no SEQUENCE', (parts) => {
    parts.extensions.crlPoints = reheaded(parts.extensions.crlPoints!, [0x31, parts.extensions.crlPoints![1]!]);
  }),
  ...each('MalformedCertificate', 'an element behind the value of an extension', (parts) => {
    const value = octets(crlPoints('https://certificates.simulations.corridor.test/a'));
    parts.extensions.crlPoints = sequence(oid(EXTENSION_OIDS.crlPoints), value, hex('0500'));
  }),
];

const heads: Plan[] = [
  ...each('UnsupportedCertificateVersion', 'version 1, said', (parts) => void (parts.version = hex('a003020100')), ROW),
  ...each('UnsupportedCertificateVersion', 'version 2', (parts) => void (parts.version = hex('a003020101')), ROW),
  ...each('UnsupportedCertificateVersion', 'version 4', (parts) => void (parts.version = hex('a003020103')), ROW),
  ...each('UnsupportedCertificateVersion', 'left out', (parts) => void (parts.version = new Uint8Array()), ROW),
  ...each('InvalidSerialNumber', 'zero', (parts) => void (parts.serial = hex('020100')), ROW),
  ...each('InvalidSerialNumber', 'negative', (parts) => void (parts.serial = hex('0202ff01')), ROW),
  ...each('InvalidSerialNumber', 'needless zero', (parts) => void (parts.serial = hex('02020001'))),
  ...each('InvalidSerialNumber', 'empty', (parts) => void (parts.serial = hex('0200'))),
  ...each(
    'InvalidSerialNumber',
    '21 bytes',
    (parts) => void (parts.serial = integer(new Uint8Array(21).fill(0x55))),
    ROW,
  ),
  ...each('UnsupportedSignatureAlgorithm', 'SHA-384, inside', (parts) => void (parts.algorithm = sha384())),
  ...each('UnsupportedSignatureAlgorithm', 'SHA-384, outside', (parts) => void (parts.outerAlgorithm = sha384())),
  ...each(
    'UnsupportedSignatureAlgorithm',
    'with NULL parameters, inside',
    (parts) => void (parts.algorithm = withNull()),
  ),
  ...each(
    'UnsupportedSignatureAlgorithm',
    'with NULL parameters, outside',
    (parts) => void (parts.outerAlgorithm = withNull()),
  ),
];

function sha384(): Uint8Array {
  return flipBits(ECDSA_SHA256, 11, 1);
}

function withNull(): Uint8Array {
  return sequence(ECDSA_SHA256.slice(2), hex('0500'));
}

const FROM = time(CASE_TIME - 300 * DAY_SECONDS);
const TO = time(CASE_TIME + 1000 * DAY_SECONDS);
const dates =
  (first: Uint8Array, ...more: Uint8Array[]): Change =>
  (parts) =>
    void (parts.validity = sequence(first, ...more));
const validity: Plan[] = [
  ...each('InvalidValidity', 'month 13', dates(utcTime('341301000000Z'), TO), ROW),
  ...each('InvalidValidity', '29 February of a common year', dates(utcTime('330229000000Z'), TO), ROW),
  ...each('InvalidValidity', 'hour 24', dates(utcTime('340101240000Z'), TO), ROW),
  ...each('InvalidValidity', 'second 60', dates(utcTime('340101000060Z'), TO), ROW),
  ...each('InvalidValidity', 'without seconds', dates(utcTime('3401010000Z'), TO)),
  ...each('InvalidValidity', 'a year before 1970', dates(utcTime('691231235959Z'), TO), ROW),
  ...each('InvalidValidity', '0 January', dates(utcTime('340100000000Z'), TO), ROW),
  ...each('InvalidValidity', 'another time zone', dates(utcTime('340101000000+0000'), TO), ROW),
  ...each('InvalidValidity', 'letters', dates(utcTime('34010100000oZ'), TO), ROW),
  ...each('InvalidValidity', 'GeneralizedTime before 2050', dates(FROM, generalizedTime('20490101000000Z')), ROW),
  ...each('InvalidValidity', 'GeneralizedTime with fractions', dates(FROM, generalizedTime('20510101000000.5Z')), ROW),
  ...each('InvalidValidity', 'a third date', dates(FROM, TO, TO)),
  ...each('InvalidValidity', 'one date alone', dates(TO)),
];

const names: Plan[] = [
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      'common name of another role',
      (draft) => rename(draft, name, distinguishedName(name === 'pck' ? COMMON_NAMES.tcbSigning : COMMON_NAMES.pck)),
      ROW,
    ),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      'common name goes on behind the phrase',
      (draft) => rename(draft, name, distinguishedName(`${commonName(name)} 2`)),
      ROW,
    ),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      'common name of the right phrase, but not first',
      (draft) => {
        const part = (type: string, text: string): Uint8Array => der(0x31, sequence(oid(type), der(0x0c, utf8(text))));
        rename(draft, name, sequence(part('55040a', 'Corridor Localnet'), part('550403', commonName(name))));
      },
      ROW,
    ),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      'common name as PrintableString',
      (draft) => {
        rename(draft, name, sequence(der(0x31, sequence(oid('550403'), der(0x13, utf8(commonName(name)))))));
      },
      ROW,
    ),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      'common name shares its relative name',
      (draft) => {
        const attribute = (type: string, text: string): Uint8Array => sequence(oid(type), der(0x0c, utf8(text)));
        rename(draft, name, sequence(der(0x31, attribute('550403', commonName(name)), attribute('55040a', 'a'))));
      },
      ROW,
    ),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan('WrongSubject', name, 'empty', (draft) => rename(draft, name, sequence()), ROW),
  ),
  ...CERTIFICATE_NAMES.map((name) =>
    certificatePlan(
      'WrongSubject',
      name,
      '128 bytes and more',
      (draft) => {
        const unit = der(0x31, sequence(oid('55040b'), der(0x0c, utf8('u'.repeat(60)))));
        const honest = SUBJECTS[roleOf(name)];
        rename(draft, name, sequence(honest.slice(2), unit));
      },
      ROW,
    ),
  ),
];

/** The common name that a certificate of the cases honestly has. */
export function commonName(name: CertificateName): string {
  const role = roleOf(name);
  return role === 'pckCa' ? COMMON_NAMES.platform : COMMON_NAMES[role];
}

/** Gives a certificate another subject, and everything that it issued that issuer. */
export function rename(draft: Draft, name: CertificateName, subject: Uint8Array): void {
  const { certificates, crls } = draft;
  certificates[name].parts.subject = subject;
  if (name === 'root') {
    for (const issued of ['root', 'pckCa', 'tcbSigning', 'qeSigning'] as const)
      certificates[issued].parts.issuer = subject;
    crls.root.parts.issuer = subject;
  } else if (name === 'pckCa') {
    certificates.pck.parts.issuer = subject;
    crls.pckCa.parts.issuer = subject;
  }
}

const publicKeys: Plan[] = [
  ...each(
    'UnsupportedPublicKey',
    'compressed',
    (parts, name) => {
      const { publicKey } = caseKey(roleOf(name));
      const point = concat(Uint8Array.of(2 + (publicKey[63]! & 1)), publicKey.slice(0, 32));
      parts.publicKey = sequence(P256_KEY_HEAD.slice(2, 23), der(0x03, Uint8Array.of(0), point));
    },
    ROW,
  ),
  ...each('UnsupportedPublicKey', 'curve secp256k1', (parts, name) => {
    const algorithm = sequence(oid('2a8648ce3d0201'), oid('2b8104000a'));
    parts.publicKey = sequence(algorithm, der(0x03, hex('0004'), caseKey(roleOf(name)).publicKey));
  }),
  ...each('UnsupportedPublicKey', 'curve P-256 under another OID', (parts) => {
    parts.publicKey = flipBits(parts.publicKey, 22, 0x0f);
  }),
  ...each('UnsupportedPublicKey', 'algorithm id-ecDH', (parts) => {
    const algorithm = sequence(oid('2b81040112'), oid('2a8648ce3d030107'));
    parts.publicKey = sequence(algorithm, parts.publicKey.slice(23));
  }),
  ...each(
    'UnsupportedPublicKey',
    'hybrid form of the point',
    (parts) => {
      parts.publicKey = overwrite(parts.publicKey, 26, [0x06 + (parts.publicKey[90]! & 1)]);
    },
    ROW,
  ),
];

const set =
  (key: string, value: (name: CertificateName) => Uint8Array): Change =>
  (parts, name) => {
    parts.extensions[key] = value(name);
  };
const isCritical = (key: string): boolean => key === 'keyUsage' || key === 'basicConstraints';
const replaced = (key: keyof typeof EXTENSION_OIDS, value: Uint8Array): Change =>
  set(key, () => extension(EXTENSION_OIDS[key], isCritical(key), value));

const extensions: Plan[] = [
  ...each(
    'UnknownExtension',
    'extended key usage',
    set('more', () => extension('551d25', false, hex('300a06082b06010505070301'))),
    ROW,
  ),
  ...each(
    'UnknownExtension',
    'subject alternative name, critical',
    set('more', () => extension('551d11', true, hex('3003820161'))),
    ROW,
  ),
  ...each(
    'UnknownExtension',
    'an OID of which ours is the beginning',
    set('more', () => extension('551d0f01', false, hex('0500'))),
    ROW,
  ),
  ...each(
    'UnknownExtension',
    'SGX extension',
    set('sgx', () => extension(EXTENSION_OIDS.sgx, false, hex('3000'))),
    ROW,
    ['root', 'pckCa', 'tcbSigning', 'qeSigning'],
  ),
  ...each(
    'UnknownExtension',
    'OID without content',
    set('more', () => sequence(hex('0600'), octets())),
  ),
  ...(['authorityKeyId', 'crlPoints', 'subjectKeyId', 'keyUsage', 'basicConstraints'] as const).flatMap((key) =>
    each('DuplicateExtension', `${key} twice`, (parts) => void (parts.extensions.more = parts.extensions[key]!), ROW),
  ),
  certificatePlan('DuplicateExtension', 'pck', 'SGX extension twice', (draft) => {
    draft.certificates.pck.parts.extensions.more = extension(EXTENSION_OIDS.sgx, false, hex('3000'));
  }),
  ...(['authorityKeyId', 'crlPoints', 'subjectKeyId'] as const).flatMap((key) =>
    each(
      'InvalidExtension',
      `${key} critical`,
      (parts) => void (parts.extensions[key] = withCriticality(parts.extensions[key]!, true)),
      ROW,
    ),
  ),
  certificatePlan('InvalidExtension', 'pck', 'SGX extension critical', (draft) => {
    draft.certificates.pck.parts.extensions.sgx = extension(EXTENSION_OIDS.sgx, true, hex('3000'));
  }),
  ...(['keyUsage', 'basicConstraints'] as const).flatMap((key) =>
    each(
      'InvalidExtension',
      `${key} not critical`,
      (parts) => void (parts.extensions[key] = withCriticality(parts.extensions[key]!, false)),
      ROW,
    ),
  ),
  ...each(
    'InvalidExtension',
    'criticality false, written out',
    set('crlPoints', () => sequence(oid('551d1f'), hex('010100'), octets(sequence()))),
    ROW,
  ),
  ...each(
    'InvalidExtension',
    'criticality 01',
    set('keyUsage', (name) =>
      sequence(oid('551d0f'), hex('010101'), octets(hex(isAuthority(name) ? '03020106' : '030206c0'))),
    ),
    ROW,
  ),
  ...each(
    'InvalidExtension',
    'authority key identifier of 19 bytes',
    replaced('authorityKeyId', authorityKeyId(new Uint8Array(19).fill(1))),
    ROW,
  ),
  ...each(
    'InvalidExtension',
    'authority key identifier with a serial number',
    (parts, name) => {
      const issuer = name === 'pck' ? 'pckCa' : 'root';
      const value = sequence(der(0x80, keyIdentifier(caseKey(issuer))), hex('820101'));
      parts.extensions.authorityKeyId = extension(EXTENSION_OIDS.authorityKeyId, false, value);
    },
    ROW,
  ),
  ...each(
    'InvalidExtension',
    'subject key identifier of 21 bytes',
    replaced('subjectKeyId', octets(new Uint8Array(21).fill(1))),
    ROW,
  ),
  ...each('InvalidExtension', 'subject key identifier empty', replaced('subjectKeyId', octets()), ROW),
];

function withCriticality(whole: Uint8Array, critical: boolean): Uint8Array {
  // SEQUENCE, OID of three bytes, then criticality if there: all of these extensions are below 128 bytes.
  const content = whole.slice(2);
  const type = content.slice(0, 5);
  const value = content[5] === 0x01 ? content.slice(8) : content.slice(5);
  return sequence(type, critical ? hex('0101ff') : new Uint8Array(), value);
}

const usage = (bits: string): Change => replaced('keyUsage', hex(bits));
const constraints = (value: string): Change => replaced('basicConstraints', hex(value));
const usages: Plan[] = [
  ...each('InvalidKeyUsage', 'certificates alone', usage('03020204'), ROW, AUTHORITIES),
  ...each('InvalidKeyUsage', 'CRLs alone', usage('03020102'), ROW, AUTHORITIES),
  ...each('InvalidKeyUsage', 'digital signature', usage('030206c0'), ROW, AUTHORITIES),
  ...each('InvalidKeyUsage', 'nothing', usage('03020700'), ROW),
  ...each('InvalidKeyUsage', 'an unused bit set', usage('03020206'), ROW, AUTHORITIES),
  ...each('InvalidKeyUsage', 'an unused bit set', usage('030207c0'), ROW, LEAVES),
  ...each('InvalidKeyUsage', 'may sign certificates too', usage('03020284'), ROW, LEAVES),
  ...each('InvalidKeyUsage', 'may sign CRLs too', usage('03020182'), ROW, LEAVES),
  ...each('InvalidKeyUsage', 'non repudiation alone', usage('03020640'), ROW, LEAVES),
  ...each('InvalidKeyUsage', 'two bytes of bits', usage('0303070680'), ROW),
  ...each('InvalidKeyUsage', 'eight unused bits', usage('03020806'), ROW),
  ...each('InvalidKeyUsage', 'no BIT STRING', usage('04020106'), ROW),
  ...each('InvalidBasicConstraints', 'no authority', constraints('3000'), ROW, AUTHORITIES),
  ...each('InvalidBasicConstraints', 'no authority, written out', constraints('3003010100'), ROW),
  ...each('InvalidBasicConstraints', 'true as 01', constraints('3003010101'), ROW, AUTHORITIES),
  ...each('InvalidBasicConstraints', 'path length of two bytes', constraints('30070101ff02020080'), ROW, AUTHORITIES),
  ...each('InvalidBasicConstraints', 'path length negative', constraints('30060101ff0201ff'), ROW, AUTHORITIES),
  ...each('InvalidBasicConstraints', 'path length of a root zero', constraints('30060101ff020100'), ROW, ['root']),
  ...each('InvalidBasicConstraints', 'a byte behind', constraints('30030101ff00'), ROW, AUTHORITIES),
  ...each('InvalidBasicConstraints', 'authority', constraints('30030101ff'), undefined, LEAVES),
  ...each('InvalidBasicConstraints', 'authority with path length', constraints('30060101ff020100'), undefined, LEAVES),
  ...each('InvalidBasicConstraints', 'path length alone', constraints('3003020100'), ROW, LEAVES),
];

const missing: Plan[] = [
  ...(['authorityKeyId', 'crlPoints', 'subjectKeyId', 'keyUsage', 'basicConstraints'] as const).flatMap((key) =>
    each('MissingExtension', `no ${key}`, (parts) => void delete parts.extensions[key], ROW),
  ),
  certificatePlan('MissingExtension', 'pck', 'no SGX extension', (draft) => {
    delete draft.certificates.pck.parts.extensions.sgx;
  }),
  ...each('MissingExtension', 'none', (parts) => void (parts.extensions = {}), ROW, [
    'root',
    'pckCa',
    'tcbSigning',
    'qeSigning',
  ]),
  ...each('MissingExtension', 'none', (parts) => void (parts.extensions = {}), undefined, ['pck']),
];

export const certificatePlans: readonly Plan[] = [
  ...malformed,
  ...heads,
  ...validity,
  ...names,
  ...publicKeys,
  ...extensions,
  ...usages,
  ...missing,
];

/** Where the BIT STRING of a certificate's or CRL's signature starts: at its end, below 128 bytes long. */
function signatureOffset(bytes: Uint8Array): number {
  for (let offset = bytes.length - 76; offset < bytes.length; offset++)
    if (bytes[offset] === 0x03 && bytes[offset + 1] === bytes.length - offset - 2 && bytes[offset + 3] === 0x30)
      return offset;
  throw new RangeError('no signature at the end');
}

/** Writes the numbers of the signature anew, and the lengths above. */
export function withSignature(bytes: Uint8Array, change: (r: Uint8Array, s: Uint8Array) => Uint8Array[]): Uint8Array {
  const at = signatureOffset(bytes);
  const rLength = bytes[at + 6]!;
  const r = bytes.slice(at + 7, at + 7 + rLength);
  const s = bytes.slice(at + 9 + rLength);
  const numbers = change(r, s).map((content) => der(0x02, content));
  const bits = der(0x03, Uint8Array.of(0), sequence(...numbers));
  const head = bytes[1]! === 0x82 ? 4 : 3;
  const content = concat(bytes.slice(head, at), bits);
  return concat(Uint8Array.of(0x30), derLength(content.length), content);
}
