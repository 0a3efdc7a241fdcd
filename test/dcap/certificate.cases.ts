import { concat } from '../../prover/protocol/index.ts';
import { flip, type Case } from './cases.ts';
import {
  AT,
  COMPONENTS,
  crlEntry,
  der,
  ECDSA_SHA256,
  extension,
  FMSPC,
  hex,
  integer,
  KEY_HEAD,
  keyId,
  name,
  PCE_SVN,
  publicKeyOf,
  serialOf,
  SGX_OID,
  sgxEntry,
  tcbEntries,
  time,
  type CertificateParts,
  type Role,
  type SgxEntries,
  type World,
} from './forge.ts';

const DAY = 86_400;
const ROLES: readonly Role[] = ['root', 'pckCa', 'tcbSigning', 'pck'];
const ISSUED: readonly Role[] = ['pckCa', 'tcbSigning', 'pck'];

/** Changes one role's certificate before it is signed. */
function of(role: Role, change: (parts: CertificateParts) => void): World {
  return { certificate: (which, parts) => void (which === role && change(parts)) };
}

/** The same case for each role. */
function each(
  rule: Case['rule'],
  what: string,
  change: (parts: CertificateParts, role: Role) => void,
  oracleAccepts?: string,
  roles: readonly Role[] = ROLES,
): Case[] {
  return roles.map((role) => ({
    rule,
    name: `${role}: ${what}`,
    world: of(role, (parts) => change(parts, role)),
    ...(oracleAccepts && { oracleAccepts }),
  }));
}

/** Replaces one extension of a certificate. */
const ext = (key: string, value: Uint8Array) => (parts: CertificateParts) => void (parts.extensions[key] = value);
const isAuthority = (role: Role): boolean => role === 'root' || role === 'pckCa';
const CERTIFICATES = 'certificates';

const walk: Case[] = [
  ...ROLES.map((role): Case => {
    const certificateBytes = (which: Role, bytes: Uint8Array): Uint8Array =>
      which === role ? concat(bytes, Uint8Array.of(0)) : bytes;
    const world: World = { certificateBytes };
    return { rule: 'MalformedCertificate', name: `${role}: a byte too many`, world };
  }),
  ...each(
    'MalformedCertificate',
    'length not in its shortest form',
    (parts) => {
      const content = parts.issuer.subarray(2);
      parts.issuer = concat(Uint8Array.of(0x30, 0x81, content.length), content);
    },
    CERTIFICATES,
  ),
  ...each(
    'MalformedCertificate',
    'above 4,096 bytes',
    ext('crlPoints', extension('551d1f', new Uint8Array(4000))),
    CERTIFICATES,
  ),
  ...each(
    'MalformedCertificate',
    'an element after the extensions',
    (parts) => {
      parts.key = concat(parts.key, hex('820100'));
    },
    CERTIFICATES,
  ),
  ...each(
    'UnsupportedCertificateVersion',
    'version 2',
    (parts) => void (parts.version = hex('a003020101')),
    CERTIFICATES,
  ),
  ...each(
    'UnsupportedCertificateVersion',
    'no version',
    (parts) => void (parts.version = new Uint8Array()),
    CERTIFICATES,
  ),
  ...each('InvalidSerialNumber', 'zero', (parts) => void (parts.serial = hex('020100')), CERTIFICATES),
  ...each('InvalidSerialNumber', 'negative', (parts) => void (parts.serial = hex('0201ff')), CERTIFICATES),
  ...each('InvalidSerialNumber', 'needless zero', (parts) => void (parts.serial = hex('02020001'))),
  ...each(
    'InvalidSerialNumber',
    '21 bytes',
    (parts) => void (parts.serial = der(0x02, new Uint8Array(21).fill(1))),
    CERTIFICATES,
  ),
  ...each('InvalidSerialNumber', 'empty', (parts) => void (parts.serial = hex('0200'))),
  ...each('UnsupportedSignatureAlgorithm', 'SHA-384 inside', (parts) => {
    parts.algorithm = flip(ECDSA_SHA256, 11, 1);
  }),
  ...each('UnsupportedSignatureAlgorithm', 'SHA-384 outside', (parts) => {
    parts.outerAlgorithm = flip(ECDSA_SHA256, 11, 1);
  }),
  ...each(
    'InvalidValidity',
    '30 February',
    (parts) => {
      parts.validity = der(0x30, der(0x17, ascii('250230000000Z')), time(AT + 900 * DAY));
    },
    CERTIFICATES,
  ),
  ...each(
    'InvalidValidity',
    'GeneralizedTime before 2050',
    (parts) => {
      parts.validity = der(0x30, time(AT - 9 * DAY), der(0x18, ascii('20460101000000Z')));
    },
    CERTIFICATES,
  ),
  ...each(
    'InvalidValidity',
    'hour 24',
    (parts) => {
      parts.validity = der(0x30, der(0x17, ascii('250101240000Z')), time(AT + 900 * DAY));
    },
    CERTIFICATES,
  ),
  ...each('InvalidValidity', 'no seconds', (parts) => {
    parts.validity = der(0x30, der(0x17, ascii('2501010000Z')), time(AT + 900 * DAY));
  }),
  ...each('InvalidValidity', 'a third date', (parts) => {
    parts.validity = der(0x30, time(AT - 9 * DAY), time(AT + 900 * DAY), time(AT + 901 * DAY));
  }),
  ...each(
    'WrongSubject',
    'a name of another role',
    (parts, role) => {
      parts.subject = name(role === 'pck' ? 'Test SGX TCB Signing' : 'Test SGX PCK Certificate');
      if (role === 'root') parts.issuer = parts.subject;
    },
    CERTIFICATES,
    ['tcbSigning', 'pck'],
  ),
  ...each(
    'WrongSubject',
    'the phrase not at the end',
    (parts) => void (parts.subject = name('SGX PCK Certificate ')),
    CERTIFICATES,
    ['pck'],
  ),
  ...each(
    'WrongSubject',
    'no common name',
    (parts) => {
      parts.subject = der(0x30, der(0x31, der(0x30, hex('060355040a'), der(0x0c, ascii('SGX PCK Certificate')))));
    },
    CERTIFICATES,
    ['pck'],
  ),
  ...each(
    'UnsupportedPublicKey',
    'compressed',
    (parts, role) => {
      parts.key = concat(
        hex('3039301306072a8648ce3d020106082a8648ce3d030107032200'),
        Uint8Array.of(2 + (publicKeyOf(role)[63]! & 1)),
        publicKeyOf(role).slice(0, 32),
      );
    },
    CERTIFICATES,
  ),
  ...each('UnsupportedPublicKey', 'secp256k1', (parts, role) => {
    parts.key = concat(flip(KEY_HEAD, 22, 0x0d), publicKeyOf(role));
  }),
];

const extensions: Case[] = [
  ...each('UnknownExtension', 'extended key usage', ext('more', extension('551d25', hex('3000'))), CERTIFICATES),
  ...each('UnknownExtension', 'SGX extension', ext('sgx', extension(SGX_OID, hex('3000'))), CERTIFICATES, [
    'root',
    'pckCa',
    'tcbSigning',
  ]),
  ...each('DuplicateExtension', 'CRL distribution points', ext('more', extension('551d1f', hex('3000'))), CERTIFICATES),
  ...each(
    'DuplicateExtension',
    'SGX extension',
    (parts) => void (parts.extensions.more = parts.extensions.sgx!),
    undefined,
    ['pck'],
  ),
  ...each(
    'InvalidExtension',
    'critical key identifier',
    (parts, role) => {
      parts.extensions.subjectKeyId = extension('551d0e', concat(hex('0414'), keyId(role)), true);
    },
    CERTIFICATES,
  ),
  ...each(
    'InvalidExtension',
    'key usage not critical',
    (parts, role) => {
      parts.extensions.keyUsage = extension('551d0f', hex(isAuthority(role) ? '03020106' : '030206c0'));
    },
    CERTIFICATES,
  ),
  ...each(
    'InvalidExtension',
    'BOOLEAN false',
    (parts) => {
      parts.extensions.crlPoints = der(0x30, hex('0603551d1f 010100'), hex('04023000'));
    },
    CERTIFICATES,
  ),
  ...each(
    'InvalidExtension',
    'key identifier of 19 bytes',
    ext('subjectKeyId', extension('551d0e', concat(hex('0413'), new Uint8Array(19)))),
    CERTIFICATES,
  ),
  ...each(
    'InvalidExtension',
    'key identifier of 21 bytes',
    ext('subjectKeyId', extension('551d0e', concat(hex('0414'), new Uint8Array(21)))),
    CERTIFICATES,
  ),
  ...each(
    'InvalidKeyUsage',
    'that of the other kind',
    (parts, role) => {
      parts.extensions.keyUsage = extension('551d0f', hex(isAuthority(role) ? '030206c0' : '03020106'), true);
    },
    CERTIFICATES,
  ),
  ...each('InvalidKeyUsage', 'everything', ext('keyUsage', extension('551d0f', hex('03020186'), true)), CERTIFICATES, [
    'tcbSigning',
    'pck',
  ]),
  ...each(
    'InvalidKeyUsage',
    'unused bits set',
    ext('keyUsage', extension('551d0f', hex('030207c0'), true)),
    CERTIFICATES,
    ['tcbSigning', 'pck'],
  ),
  ...each(
    'InvalidKeyUsage',
    'certificates only',
    ext('keyUsage', extension('551d0f', hex('03020204'), true)),
    CERTIFICATES,
    ['root', 'pckCa'],
  ),
  ...each(
    'InvalidBasicConstraints',
    'an authority at the end',
    ext('basicConstraints', extension('551d13', hex('30030101ff'), true)),
    undefined,
    ['tcbSigning', 'pck'],
  ),
  ...each(
    'InvalidBasicConstraints',
    'no authority',
    ext('basicConstraints', extension('551d13', hex('3000'), true)),
    CERTIFICATES,
    ['root', 'pckCa'],
  ),
  ...each(
    'InvalidBasicConstraints',
    'false written out',
    ext('basicConstraints', extension('551d13', hex('3003010100'), true)),
    CERTIFICATES,
    ['tcbSigning', 'pck'],
  ),
  ...each(
    'InvalidBasicConstraints',
    'path length 0',
    ext('basicConstraints', extension('551d13', hex('30060101ff020100'), true)),
    CERTIFICATES,
    ['root'],
  ),
  ...['authorityKeyId', 'crlPoints', 'subjectKeyId', 'keyUsage', 'basicConstraints'].flatMap((key) =>
    each('MissingExtension', `no ${key}`, (parts) => void delete parts.extensions[key], CERTIFICATES),
  ),
  ...each('MissingExtension', 'no SGX extension', (parts) => void delete parts.extensions.sgx, undefined, ['pck']),
];

const chain: Case[] = [
  ...each('IssuerMismatch', 'another issuer', (parts) => void (parts.issuer = name('Else SGX Root CA')), CERTIFICATES),
  ...each(
    'IssuerMismatch',
    'another key identifier',
    ext('authorityKeyId', extension('551d23', concat(hex('30168014'), new Uint8Array(20)))),
    CERTIFICATES,
    ['root', 'pckCa', 'tcbSigning'],
  ),
  ...each(
    'PckCaMissing',
    'another key identifier',
    ext('authorityKeyId', extension('551d23', concat(hex('30168014'), new Uint8Array(20)))),
    CERTIFICATES,
    ['pck'],
  ),
  ...each(
    'CertificateNotYetValid',
    'a second early',
    (parts) => void (parts.validity = der(0x30, time(AT + 1), time(AT + 900 * DAY))),
    undefined,
    ISSUED,
  ),
  ...each(
    'CertificateNotYetValid',
    'a second early',
    (parts) => void (parts.validity = der(0x30, time(AT + 1), time(AT + 900 * DAY))),
    undefined,
    ['root'],
  ),
  ...each(
    'CertificateExpired',
    'a second late',
    (parts) => void (parts.validity = der(0x30, time(AT - 9 * DAY), time(AT - 1))),
    undefined,
    ISSUED,
  ),
  ...each(
    'CertificateExpired',
    'a second late',
    (parts) => void (parts.validity = der(0x30, time(AT - 9 * DAY), time(AT - 1))),
    undefined,
    ['root'],
  ),
  ...ISSUED.map((role): Case => ({
    rule: 'CertificateRevoked',
    name: `${role}: on its issuer's CRL`,
    world: {
      crl: (issuer, parts) =>
        void (
          issuer === (role === 'pck' ? 'pckCa' : 'root') &&
          (parts.revoked = der(0x30, crlEntry(integer(hex('05'))), crlEntry(serialOf(role))))
        ),
    },
  })),
  ...each(
    'InvalidCertificateSignature',
    'signed by itself',
    (parts, role) => void (parts.signer = role),
    undefined,
    ISSUED,
  ),
  ...each(
    'InvalidCertificateSignature',
    'signed by a stranger',
    (parts) => void (parts.signer = 'attacker'),
    undefined,
    ISSUED,
  ),
  {
    rule: 'InvalidCertificateSignature',
    name: 'pck: signed by the TCB signing key, which the root vouches for too',
    world: of('pck', (parts) => void (parts.signer = 'tcbSigning')),
  },
  {
    rule: 'InvalidCrlSignature',
    name: 'CRL of pckCa: under a PCK CA whose key is no point',
    world: of('pckCa', (parts) => void (parts.key = concat(KEY_HEAD, new Uint8Array(64).fill(3)))),
  },
];

function sgx(rule: Case['rule'], what: string, change: (entries: SgxEntries) => void, oracleAccepts?: string): Case {
  return { rule, name: what, world: { sgx: change }, ...(oracleAccepts && { oracleAccepts }) };
}

const SGX = 'SGX extension';
const sgxExtension: Case[] = [
  sgx('MalformedSgxExtension', 'no PPID', (e) => void delete e.ppid, SGX),
  sgx('MalformedSgxExtension', 'no FMSPC', (e) => void delete e.fmspc),
  sgx('MalformedSgxExtension', 'no PCEID', (e) => void delete e.pceId, SGX),
  sgx('MalformedSgxExtension', 'platform instance without configuration', (e) => void delete e.configuration, SGX),
  sgx('MalformedSgxExtension', 'configuration without platform instance', (e) => void delete e.instance, SGX),
  sgx('MalformedSgxExtension', 'an unknown entry', (e) => void (e.more = sgxEntry('08', hex('0400'))), SGX),
  sgx('MalformedSgxExtension', 'PCEID and FMSPC swapped', (e) => void ([e.pceId, e.fmspc] = [e.fmspc!, e.pceId!]), SGX),
  sgx('MalformedSgxExtension', 'FMSPC twice', (e) => void (e.fmspc = concat(e.fmspc!, e.fmspc!)), SGX),
  sgx('MalformedSgxExtension', 'FMSPC of 5 bytes', (e) => void (e.fmspc = sgxEntry('04', der(0x04, FMSPC.slice(1))))),
  sgx('MalformedSgxExtension', 'unknown SGX type', (e) => void (e.type = sgxEntry('05', hex('0a0103'))), SGX),
  sgx(
    'MalformedSgxExtension',
    '17 components',
    (e) => {
      e.tcb = sgxEntry('02', der(0x30, ...tcbEntries(), sgxEntry('0213', hex('020100'))));
    },
    SGX,
  ),
  sgx(
    'MalformedSgxExtension',
    'component of 256',
    (e) => {
      const entries = tcbEntries();
      entries[0] = sgxEntry('0201', hex('02020100'));
      e.tcb = sgxEntry('02', der(0x30, ...entries));
    },
    SGX,
  ),
  sgx(
    'MalformedSgxExtension',
    'negative component',
    (e) => {
      const entries = tcbEntries();
      entries[4] = sgxEntry('0205', hex('0201ff'));
      e.tcb = sgxEntry('02', der(0x30, ...entries));
    },
    SGX,
  ),
  sgx('MalformedSgxExtension', 'PCESVN of 3 bytes', (e) => {
    const entries = tcbEntries();
    entries[16] = sgxEntry('0211', hex('0203010000'));
    e.tcb = sgxEntry('02', der(0x30, ...entries));
  }),
  sgx(
    'MalformedSgxExtension',
    'components in another order',
    (e) => {
      const entries = tcbEntries(COMPONENTS, PCE_SVN);
      e.tcb = sgxEntry('02', der(0x30, entries[1]!, entries[0]!, ...entries.slice(2)));
    },
    SGX,
  ),
  sgx('InvalidPpid', 'zero', (e) => void (e.ppid = sgxEntry('01', der(0x04, new Uint8Array(16)))), 'PPID zero'),
  sgx(
    'InvalidPpid',
    'encrypted, 384 bytes',
    (e) => void (e.ppid = sgxEntry('01', der(0x04, new Uint8Array(384).fill(9)))),
    'PPID zero',
  ),
  sgx('InvalidPpid', 'empty', (e) => void (e.ppid = sgxEntry('01', hex('0400'))), 'PPID zero'),
  sgx(
    'InvalidPpid',
    '15 bytes',
    (e) => void (e.ppid = sgxEntry('01', der(0x04, new Uint8Array(15).fill(9)))),
    'PPID zero',
  ),
];

export const certificateCases: Case[] = [...walk, ...extensions, ...chain, ...sgxExtension];

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
