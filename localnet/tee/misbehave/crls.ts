/** CRLs that do not fit docs/spec/dcap.md section 6.2, rightly signed unless that is what is wrong. */
import { concat } from '../../../prover/protocol/bytes.ts';
import {
  authorityKeyId,
  COMMON_NAMES,
  distinguishedName,
  ECDSA_SHA256,
  extension,
  keyIdentifier,
} from '../certificate.ts';
import { AUTHORITY_KEY_OID, crlEntry, CRL_NUMBER_OID, reasonCode, type CrlParts } from '../crl.ts';
import { generalizedTime, integer, sequence, time, utcTime } from '../der.ts';
import { DAY_SECONDS, hex } from '../encoding.ts';
import { withSignature } from './certificates.ts';
import { CASE_TIME, caseKey, SUBJECTS, type CrlName } from './draft.ts';
import { crlPlan, flipBits, overwrite, type Plan } from './plan.ts';
import type { RuleName } from './rules.ts';

const NAMES: readonly CrlName[] = ['root', 'pckCa'];

/** The same change in both CRLs. The oracle ignores whatever it cannot read, and judges nothing but serial numbers. */
function each(rule: RuleName, about: string, change: (parts: CrlParts, name: CrlName) => void): Plan[] {
  return NAMES.map((name) => crlPlan(rule, name, about, (draft) => change(draft.crls[name].parts, name), 'crls'));
}

function eachBytes(rule: RuleName, about: string, change: (bytes: Uint8Array) => Uint8Array): Plan[] {
  return NAMES.map((name) => crlPlan(rule, name, about, (draft) => void (draft.crls[name].finish = change), 'crls'));
}

const DAY = DAY_SECONDS;
const YESTERDAY = time(CASE_TIME - DAY);
const SERIAL = integer(hex('7777'));
const ENTRY = crlEntry({ serial: hex('7777'), atSeconds: CASE_TIME - DAY, reason: 1 });
const entries =
  (...list: Uint8Array[]) =>
  (parts: CrlParts): void =>
    void (parts.entries = list);
const keyIdOf = (name: string): Uint8Array =>
  extension(AUTHORITY_KEY_OID, false, authorityKeyId(keyIdentifier(caseKey(name))));
const NUMBER = extension(CRL_NUMBER_OID, false, integer(1));

const malformed: Plan[] = [
  ...eachBytes('MalformedCrl', 'a byte behind its end', (bytes) => concat(bytes, Uint8Array.of(0))),
  ...eachBytes('MalformedCrl', 'cut by one byte', (bytes) => bytes.slice(0, -1)),
  ...eachBytes('MalformedCrl', 'empty', () => new Uint8Array()),
  ...eachBytes('MalformedCrl', 'a SET in place of the SEQUENCE', (bytes) => overwrite(bytes, 0, [0x31])),
  ...eachBytes('MalformedCrl', 'needless zero before s', (bytes) =>
    withSignature(bytes, (r, s) => [r, concat(Uint8Array.of(0), s)]),
  ),
  ...each('MalformedCrl', 'issuer a SET', (parts) => void (parts.issuer = overwrite(parts.issuer, 0, [0x31]))),
  ...each(
    'MalformedCrl',
    'a list of no entries',
    (parts) => void ((parts.entries = []), (parts.nextUpdate = concat(parts.nextUpdate, sequence()))),
  ),
  ...each('MalformedCrl', 'an entry that is a SET', entries(overwrite(ENTRY, 0, [0x31]))),
  ...each('MalformedCrl', 'no extensions', (parts) => void (parts.extensions = {})),
  ...each('MalformedCrl', 'an element before the extensions', (parts) => {
    parts.nextUpdate = concat(parts.nextUpdate, hex('0500'));
  }),
  ...each('MalformedCrl', 'serial number of an entry an OCTET STRING', entries(sequence(hex('04027777'), YESTERDAY))),
];

const heads: Plan[] = [
  ...each('UnsupportedCrlVersion', 'version 1, left out', (parts) => void (parts.version = new Uint8Array())),
  ...each('UnsupportedCrlVersion', 'version 1, said', (parts) => void (parts.version = hex('020100'))),
  ...each('UnsupportedCrlVersion', 'version 3', (parts) => void (parts.version = hex('020102'))),
  ...each('UnsupportedCrlVersion', 'version of two bytes', (parts) => void (parts.version = hex('02020001'))),
  ...each(
    'UnsupportedCrlVersion',
    'version tagged as in a certificate',
    (parts) => void (parts.version = hex('a003020101')),
  ),
  ...each(
    'UnsupportedSignatureAlgorithm',
    'SHA-384, inside',
    (parts) => void (parts.algorithm = flipBits(ECDSA_SHA256, 11, 1)),
  ),
  ...each(
    'UnsupportedSignatureAlgorithm',
    'SHA-384, outside',
    (parts) => void (parts.outerAlgorithm = flipBits(ECDSA_SHA256, 11, 1)),
  ),
  ...each('InvalidSerialNumber', 'an entry of zero', entries(sequence(hex('020100'), YESTERDAY))),
  ...each('InvalidSerialNumber', 'an entry with a needless zero', entries(ENTRY, sequence(hex('02020001'), YESTERDAY))),
  ...each(
    'InvalidSerialNumber',
    'an entry of 21 bytes',
    entries(sequence(integer(new Uint8Array(21).fill(0x55)), YESTERDAY)),
  ),
  ...each('InvalidSerialNumber', 'a negative entry', entries(sequence(hex('0201ff'), YESTERDAY))),
  ...each('InvalidValidity', 'this update in month 13', (parts) => void (parts.thisUpdate = utcTime('341301000000Z'))),
  ...each(
    'InvalidValidity',
    'next update a GeneralizedTime before 2050',
    (parts) => void (parts.nextUpdate = generalizedTime('20360101000000Z')),
  ),
  ...each('InvalidValidity', 'no next update', (parts) => void (parts.nextUpdate = new Uint8Array())),
  ...each('InvalidValidity', 'an entry of 31 April', entries(sequence(SERIAL, utcTime('340431000000Z')))),
];

const extensions: Plan[] = [
  ...each(
    'InvalidCrlExtension',
    'an entry with its invalidity date',
    entries(sequence(SERIAL, YESTERDAY, sequence(extension('551d18', false, generalizedTime('20340101000000Z'))))),
  ),
  ...each(
    'InvalidCrlExtension',
    'an entry with a critical reason',
    entries(sequence(SERIAL, YESTERDAY, sequence(extension('551d15', true, hex('0a0101'))))),
  ),
  ...each(
    'InvalidCrlExtension',
    'an entry with bytes behind its reason',
    entries(sequence(SERIAL, YESTERDAY, reasonCode(1), hex('0500'))),
  ),
  ...each('InvalidCrlExtension', 'an entry with an empty list', entries(sequence(SERIAL, YESTERDAY, sequence()))),
  ...each(
    'InvalidCrlExtension',
    'an entry of another issuer',
    entries(ENTRY, sequence(SERIAL, YESTERDAY, sequence(extension('551d1d', true, sequence())))),
  ),
  ...each('InvalidCrlExtension', 'no CRL number', (parts) => void delete parts.extensions.number),
  ...each('InvalidCrlExtension', 'no key identifier', (parts) => void delete parts.extensions.authorityKeyId),
  ...each('InvalidCrlExtension', 'the two swapped', (parts) => {
    const { number, authorityKeyId: key } = parts.extensions;
    parts.extensions = { key: key!, number: number! };
  }),
  ...each(
    'InvalidCrlExtension',
    'a delta CRL',
    (parts) => void (parts.extensions.delta = extension('551d1b', true, integer(1))),
  ),
  ...each(
    'InvalidCrlExtension',
    'an issuing distribution point',
    (parts) => void (parts.extensions.point = extension('551d1c', true, hex('30038101ff'))),
  ),
  ...each(
    'InvalidCrlExtension',
    'CRL number twice',
    (parts) => void (parts.extensions = { number: NUMBER, again: NUMBER }),
  ),
  ...each('InvalidCrlExtension', 'CRL number of 21 bytes', (parts) => {
    parts.extensions.number = extension(CRL_NUMBER_OID, false, integer(new Uint8Array(21).fill(0x55)));
  }),
  ...each('InvalidCrlExtension', 'CRL number negative', (parts) => {
    parts.extensions.number = extension(CRL_NUMBER_OID, false, hex('0201ff'));
  }),
  ...each('InvalidCrlExtension', 'key identifier of 19 bytes', (parts) => {
    parts.extensions.authorityKeyId = extension(AUTHORITY_KEY_OID, false, authorityKeyId(new Uint8Array(19).fill(1)));
  }),
  ...each('InvalidCrlExtension', 'an empty list', (parts) => {
    parts.extensions = { none: new Uint8Array() };
  }),
];

const issuers: Plan[] = [
  ...each('CrlIssuerMismatch', 'of the other CA', (parts, name) => {
    parts.issuer = SUBJECTS[name === 'root' ? 'pckCa' : 'root'];
  }),
  ...each('CrlIssuerMismatch', 'of the other kind of PCK CA', (parts) => {
    parts.issuer = distinguishedName(COMMON_NAMES.processor);
  }),
  ...each(
    'CrlIssuerMismatch',
    'name in other letter case',
    (parts) => void (parts.issuer = flipBits(parts.issuer, 14, 0x20)),
  ),
  ...each('CrlIssuerMismatch', 'no name', (parts) => void (parts.issuer = sequence())),
  ...each('CrlIssuerMismatch', 'key identifier of the other CA', (parts, name) => {
    parts.extensions.authorityKeyId = keyIdOf(name === 'root' ? 'pckCa' : 'root');
  }),
  ...each('CrlIssuerMismatch', 'key identifier with one bit changed', (parts) => {
    const whole = parts.extensions.authorityKeyId!;
    parts.extensions.authorityKeyId = flipBits(whole, whole.length - 1);
  }),
];

const window = (from: number, to: number) => (parts: CrlParts) => {
  parts.thisUpdate = time(from);
  parts.nextUpdate = time(to);
};
const dates: Plan[] = [
  ...[1, 60, 3600, DAY, 365 * DAY].flatMap((by) =>
    each('CrlNotYetValid', `by ${by} s`, window(CASE_TIME + by, CASE_TIME + by + 30 * DAY)),
  ),
  ...[1, 60, 3600, DAY, 365 * DAY].flatMap((by) =>
    each('CrlExpired', `by ${by} s`, window(CASE_TIME - by - 30 * DAY, CASE_TIME - by)),
  ),
];

const signatures: Plan[] = [
  ...NAMES.flatMap((name) =>
    ['tcbSigning', 'pck', 'stranger', name === 'root' ? 'pckCa' : 'root'].map((key) =>
      crlPlan(
        'InvalidCrlSignature',
        name,
        `signed by ${key}`,
        (draft) => void (draft.crls[name].signer = caseKey(key)),
        'crls',
      ),
    ),
  ),
  ...eachBytes('InvalidCrlSignature', 'r and s swapped', (bytes) => withSignature(bytes, (r, s) => [s, r])),
  ...eachBytes('InvalidCrlSignature', 's zero', (bytes) => withSignature(bytes, (r) => [r, Uint8Array.of(0)])),
  crlPlan(
    'InvalidCrlSignature',
    'pckCa',
    'an entry taken out after signing',
    (draft) => {
      const { parts } = draft.crls.pckCa;
      const [first] = parts.entries;
      draft.crls.pckCa.finish = (bytes) => {
        // One serial number in place of another keeps every length.
        const at = indexOf(bytes, first!);
        return flipBits(bytes, at + 10);
      };
    },
    'crls',
  ),
];

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes).indexOf(Buffer.from(part));
}

export const crlPlans: readonly Plan[] = [...malformed, ...heads, ...extensions, ...issuers, ...dates, ...signatures];
