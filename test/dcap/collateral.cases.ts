import { concat } from '../../prover/protocol/index.ts';
import { flip, type Case } from './cases.ts';
import {
  AT,
  crlExtensions,
  der,
  ECDSA_SHA256,
  extension,
  hex,
  integer,
  isvLevel,
  keyId,
  level,
  name,
  sgxEntry,
  sign,
  tcbEntries,
  time,
  COMPONENTS,
  type CrlParts,
  type World,
} from './forge.ts';

const DAY = 86_400;
const CRLS = 'CRLs';
const ISSUERS = ['root', 'pckCa'] as const;

function crl(rule: Case['rule'], what: string, change: (parts: CrlParts, issuer: 'root' | 'pckCa') => void): Case[] {
  return ISSUERS.map((issuer) => ({
    rule,
    name: `CRL of ${issuer}: ${what}`,
    world: { crl: (which, parts) => void (which === issuer && change(parts, issuer)) } satisfies World,
    oracleAccepts: CRLS,
  }));
}

const entries =
  (...list: Uint8Array[]) =>
  (parts: CrlParts) =>
    void (parts.revoked = der(0x30, ...list));
const serial = integer(hex('7777'));

const crls: Case[] = [
  ...ISSUERS.map((issuer): Case => ({
    rule: 'MalformedCrl',
    name: `CRL of ${issuer}: a byte too many`,
    world: { crlBytes: (which, bytes) => (which === issuer ? concat(bytes, Uint8Array.of(0)) : bytes) },
    oracleAccepts: CRLS,
  })),
  ...crl('MalformedCrl', 'an empty list', (parts) => void (parts.revoked = hex('3000'))),
  ...crl('MalformedCrl', 'no extensions', (parts) => void (parts.extensions = new Uint8Array())),
  ...crl('UnsupportedCrlVersion', 'version 1', (parts) => void (parts.version = hex('020100'))),
  ...crl('UnsupportedSignatureAlgorithm', 'SHA-384', (parts) => void (parts.algorithm = flip(ECDSA_SHA256, 11, 1))),
  ...crl('InvalidValidity', 'month 13', (parts) => {
    parts.dates = concat(der(0x17, new TextEncoder().encode('251301000000Z')), time(AT + DAY));
  }),
  ...crl('InvalidSerialNumber', 'entry with a needless zero', entries(der(0x30, hex('02020001'), time(AT - DAY)))),
  ...crl(
    'InvalidCrlExtension',
    'entry with an invalidity date',
    entries(
      der(0x30, serial, time(AT - DAY), der(0x30, extension('551d18', hex('180f32303235303130313030303030305a')))),
    ),
  ),
  ...crl(
    'InvalidCrlExtension',
    'entry with bytes behind its reason',
    entries(der(0x30, serial, time(AT - DAY), hex('300c300a0603551d1504030a0101'), hex('0500'))),
  ),
  ...crl('InvalidCrlExtension', 'no CRL number', (parts, issuer) => {
    parts.extensions = der(0xa0, der(0x30, extension('551d23', concat(hex('30168014'), keyId(issuer)))));
  }),
  ...crl('InvalidCrlExtension', 'a delta CRL', (parts, issuer) => {
    const inner = crlExtensions(issuer).slice(4);
    parts.extensions = der(0xa0, der(0x30, inner, extension('551d1b', hex('020101'), true)));
  }),
  ...crl('CrlIssuerMismatch', 'another name', (parts) => void (parts.issuer = name('Else SGX Root CA'))),
  ...crl('CrlIssuerMismatch', 'another key identifier', (parts) => void (parts.extensions = crlExtensions('pck'))),
  ...crl('CrlNotYetValid', 'a second early', (parts) => void (parts.dates = concat(time(AT + 1), time(AT + DAY)))),
  ...crl('CrlExpired', 'a second late', (parts) => void (parts.dates = concat(time(AT - DAY), time(AT - 1)))),
  ...crl('InvalidCrlSignature', 'signed by a stranger', (parts) => void (parts.signer = 'attacker')),
  ...crl('InvalidCrlSignature', 'signed by the TCB signing key', (parts) => void (parts.signer = 'tcbSigning')),
  {
    rule: 'UntrustedRoot',
    name: 'a root of the same name and key with another serial',
    world: { collateral: (c) => void (c.root = flip(c.root, 20)) },
  },
];

const JSON_ROW = 'JSON';
const utf8 = new TextEncoder();

function info(rule: Case['rule'], what: string, change: World['tcbInfo'], oracleAccepts?: string): Case {
  return { rule, name: `TCB info: ${what}`, world: { tcbInfo: change! }, ...(oracleAccepts && { oracleAccepts }) };
}

function infoText(what: string, change: (text: string) => string, oracleAccepts: string | undefined = JSON_ROW): Case {
  const world: World = { tcbInfoText: change };
  return { rule: 'MalformedTcbInfo', name: `TCB info: ${what}`, world, ...(oracleAccepts && { oracleAccepts }) };
}

function qe(rule: Case['rule'], what: string, change: World['qeIdentity'], oracleAccepts?: string): Case {
  return {
    rule,
    name: `QE identity: ${what}`,
    world: { qeIdentity: change! },
    ...(oracleAccepts && { oracleAccepts }),
  };
}

function qeText(what: string, change: (text: string) => string, oracleAccepts: string | undefined = JSON_ROW): Case {
  const world: World = { qeIdentityText: change };
  return { rule: 'MalformedQeIdentity', name: `QE identity: ${what}`, world, ...(oracleAccepts && { oracleAccepts }) };
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

const tcbInfo: Case[] = [
  {
    rule: 'InvalidTcbInfoSignature',
    name: 'one bit of the document',
    world: { collateral: (c) => void (c.tcbInfo = flip(c.tcbInfo, 40)) },
  },
  {
    rule: 'InvalidTcbInfoSignature',
    name: 'signed by the PCK key of a machine',
    world: { collateral: (c) => void (c.tcbInfoSignature = sign(c.tcbInfo, 'pck')) },
  },
  {
    rule: 'InvalidTcbInfoSignature',
    name: 'the signature of the QE identity',
    world: { collateral: (c) => void (c.tcbInfoSignature = c.qeIdentitySignature) },
  },
  {
    rule: 'InvalidTcbInfoSignature',
    name: '63 bytes',
    world: { collateral: (c) => void (c.tcbInfoSignature = c.tcbInfoSignature.slice(1)) },
  },
  infoText('duplicate key', (t) => t.replace('"tcbType":0', '"tcbType":0,"tcbType":0')),
  infoText('unknown key', (t) => t.replace('"tcbType":0', '"tcbType":0,"extra":1')),
  infoText('another order', (t) => t.replace('"pceId":"0000","tcbType":0', '"tcbType":0,"pceId":"0000"')),
  infoText('white space', (t) => t.replace(',"tcbType"', ', "tcbType"')),
  infoText('a line break at the end', (t) => `${t}\n`),
  infoText('a number in another form', (t) => t.replace('"pcesvn":13', '"pcesvn":1.3e1')),
  infoText('leading zero', (t) => t.replace('"tcbEvaluationDataNumber":19', '"tcbEvaluationDataNumber":019'), ''),
  infoText('a string where a number belongs', (t) => t.replace('"version":3', '"version":"3"')),
  infoText('FMSPC of 11 digits', (t) => t.replace('"90C06F000000"', '"90C06F00000"'), ''),
  infoText('FMSPC not hex', (t) => t.replace('"90C06F000000"', '"90C06F00000g"'), ''),
  infoText('component SVN of 256', (t) => t.replace('"svn":255', '"svn":256')),
  infoText('negative SVN', (t) => t.replace('"svn":5', '"svn":-5')),
  infoText('15 components', (t) => t.replace(',{"svn":0}]', ']')),
  infoText('17 components', (t) => t.replace('{"svn":0}]', '{"svn":0},{"svn":0}]')),
  infoText('30 February', (t) => t.replace(/"tcbDate":"2025-05-14/, '"tcbDate":"2025-02-30')),
  infoText('an escaped letter', (t) => t.replace('"category":"BIOS"', '"category":"BIO\\u0053"')),
  infoText('text of 65 letters', (t) => t.replace('"category":"BIOS"', `"category":"${'B'.repeat(65)}"`)),
  infoText('no levels', (t) => t.replace(/"tcbLevels":\[\{"tcb":\{"sgx.*$/, '"tcbLevels":[]}'), ''),
  infoText('cut off', (t) => t.slice(0, -1), ''),
  info('MalformedTcbInfo', 'tdxModule in that of SGX', (i) => void (i.id = 'SGX')),
  infoText('no tdxModule', (t) => t.replace(/"tdxModule":\{[^}]*\},/, '')),
  info('UnsupportedTcbInfo', 'id QE', (i) => void (i.id = 'QE')),
  info('UnsupportedTcbInfo', 'version 2', (i) => void (i.version = 2)),
  info('UnsupportedTcbInfo', 'version 4', (i) => void (i.version = 4), JSON_ROW),
  info('UnsupportedTcbInfo', 'tcbType 1', (i) => void (i.tcbType = 1), JSON_ROW),
  info('UnknownTcbStatus', 'of a platform level', (i) => void (i.tcbLevels[0].tcbStatus = 'uptodate')),
  info(
    'UnknownTcbStatus',
    'relaunch in a platform level',
    (i) => void (i.tcbLevels[4].tcbStatus = 'TDRelaunchAdvised'),
    JSON_ROW,
  ),
  info(
    'UnknownTcbStatus',
    'of a module level',
    (i) => {
      i.tdxModuleIdentities[0].tcbLevels[0].tcbStatus = 'SWHardeningNeeded';
    },
    JSON_ROW,
  ),
  info('UnknownAdvisory', 'four digits', (i) => void (i.tcbLevels[1].advisoryIDs = ['INTEL-SA-0615']), JSON_ROW),
  info('UnknownAdvisory', 'a number', (i) => void (i.tcbLevels[1].advisoryIDs = [615]), JSON_ROW),
  info('TooManyEntries', '65 levels', (i) => {
    i.tcbLevels = Array.from({ length: 65 }, (_, n) => level(COMPONENTS, 200 - n, new Array(16).fill(0), 'UpToDate'));
  }),
  info(
    'TooManyEntries',
    '17 module identities',
    (i) => {
      const [first] = i.tdxModuleIdentities;
      i.tdxModuleIdentities = Array.from({ length: 17 }, (_, n) => ({ ...first, id: `TDX_${String(n + 10)}` }));
    },
    JSON_ROW,
  ),
  info(
    'TooManyEntries',
    '65 advisories',
    (i) => {
      i.tcbLevels[1].advisoryIDs = Array.from({ length: 65 }, (_, n) => `INTEL-SA-000${n + 10}`);
    },
    JSON_ROW,
  ),
  info('UnorderedTcbLevels', 'two levels swapped', (i) => void i.tcbLevels.push(i.tcbLevels.splice(3, 1)[0]), JSON_ROW),
  info('UnorderedTcbLevels', 'a level twice', (i) => void i.tcbLevels.splice(1, 0, i.tcbLevels[0]), JSON_ROW),
  info(
    'UnorderedTcbLevels',
    'module levels swapped',
    (i) => void i.tdxModuleIdentities[1].tcbLevels.reverse(),
    JSON_ROW,
  ),
  info(
    'UnorderedTcbLevels',
    'a module identity twice',
    (i) => {
      const [first] = i.tdxModuleIdentities;
      i.tdxModuleIdentities = ['TDX_0a', 'TDX_0A'].map((id) => ({ ...first, id }));
    },
    JSON_ROW,
  ),
  info('TcbInfoNotYetValid', 'a second early', (i) => void (i.issueDate = iso(AT + 1))),
  info('TcbInfoExpired', 'a second late', (i) => void (i.nextUpdate = iso(AT - 1))),
];

const qeIdentity: Case[] = [
  {
    rule: 'InvalidQeIdentitySignature',
    name: 'one bit of the document',
    world: { collateral: (c) => void (c.qeIdentity = flip(c.qeIdentity, 40)) },
  },
  {
    rule: 'InvalidQeIdentitySignature',
    name: 'signed by the root',
    world: { collateral: (c) => void (c.qeIdentitySignature = sign(c.qeIdentity, 'root')) },
  },
  {
    rule: 'InvalidTcbInfoSignature',
    name: 'a QE identity in place of TCB info, with its own signature swapped in for another document',
    world: { collateral: (c) => void (c.tcbInfo = utf8.encode('{}')) },
  },
  qeText('duplicate key', (t) => t.replace('"isvprodid":2', '"isvprodid":2,"isvprodid":2')),
  qeText('unknown key', (t) => t.replace('"isvprodid":2', '"isvprodid":2,"extra":0')),
  qeText('MRSIGNER of 31 bytes', (t) => t.replace(/"mrsigner":"../, '"mrsigner":"'), ''),
  qeText('isvprodid of 65,536', (t) => t.replace('"isvprodid":2', '"isvprodid":65536'), ''),
  qeText('mask missing', (t) => t.replace(/"attributesMask":"[^"]*",/, ''), ''),
  qeText('white space', (t) => t.replace(',"version"', ' ,"version"')),
  qe('UnsupportedQeIdentity', 'the verification enclave', (i) => void (i.id = 'QVE')),
  qe('UnsupportedQeIdentity', 'version 1', (i) => void (i.version = 1)),
  qe('UnsupportedQeIdentity', 'version 3', (i) => void (i.version = 3), 'QE identity'),
  qe(
    'UnknownTcbStatus',
    'ConfigurationNeeded',
    (i) => void (i.tcbLevels[1].tcbStatus = 'ConfigurationNeeded'),
    JSON_ROW,
  ),
  qe('UnknownAdvisory', 'six digits', (i) => void (i.tcbLevels[1].advisoryIDs = ['INTEL-SA-000615']), JSON_ROW),
  qe('TooManyEntries', '17 levels', (i) => {
    i.tcbLevels = Array.from({ length: 17 }, (_, n) => isvLevel(30 - n, 'UpToDate'));
  }),
  qe('UnorderedTcbLevels', 'levels swapped', (i) => void i.tcbLevels.reverse()),
  qe('UnorderedTcbLevels', 'a level twice', (i) => void i.tcbLevels.splice(1, 0, i.tcbLevels[0]), JSON_ROW),
  qe('QeIdentityNotYetValid', 'a second early', (i) => void (i.issueDate = iso(AT + 1))),
  qe('QeIdentityExpired', 'a second late', (i) => void (i.nextUpdate = iso(AT - 1))),
];

const matching: Case[] = [
  info('TcbInfoMissing', 'another FMSPC', (i) => void (i.fmspc = '90C06F000001')),
  { rule: 'TcbInfoMissing', name: 'TCB info of SGX for TDX', world: { tcbInfo: asSgx } },
  info('PceIdMismatch', 'PCEID 0001', (i) => void (i.pceId = '0001'), 'PCEID'),
  info('PceIdMismatch', 'PCEID 0100', (i) => void (i.pceId = '0100'), 'PCEID'),
  qe('QeIdentityMissing', 'that of SGX', (i) => void (i.id = 'QE')),
  qe('QeIdentityMissing', 'an edition older', (i) => void (i.tcbEvaluationDataNumber = 18), 'PCEID'),
  qe('QeIdentityMissing', 'an edition younger', (i) => void (i.tcbEvaluationDataNumber = 20), 'PCEID'),
  { rule: 'TcbLevelMissing', name: 'a component below all', world: components(6, 4) },
  { rule: 'TcbLevelMissing', name: 'the first component below all', world: components(0, 1) },
  {
    rule: 'TcbLevelMissing',
    name: 'PCESVN below all',
    world: { sgx: (e) => void (e.tcb = sgxEntry('02', der(0x30, ...tcbEntries(COMPONENTS, 4)))) },
  },
  { rule: 'TcbLevelMissing', name: 'TDX component 2 below all', world: { quote: (p) => void p.body.set([2], 2) } },
  {
    rule: 'TcbLevelMissing',
    name: 'module version 0, TDX component 0 below all',
    world: { quote: (p) => void p.body.set([1, 0], 0) },
  },
  {
    rule: 'TcbLevelMissing',
    name: 'TD report 1.5, microcode of now below all',
    world: { form: 'tdx5td15', quote: (p) => void p.body.set([2], 586) },
    oracleAccepts: 'TD report 1.5',
  },
  {
    rule: 'TcbRevoked',
    name: 'platform level',
    world: {
      sgx: (e) => void (e.tcb = sgxEntry('02', der(0x30, ...tcbEntries([2, ...COMPONENTS.slice(1)], 5)))),
    },
  },
];

export const collateralCases: Case[] = [...crls, ...tcbInfo, ...qeIdentity, ...matching];

/** Gives the machine another SVN in one component. */
function components(index: number, svn: number): World {
  const changed = COMPONENTS.map((value, i) => (i === index ? svn : value));
  const needs = (i: Record<string, any>): void => {
    for (const entry of i.tcbLevels) entry.tcb.sgxtcbcomponents[index] = { svn: svn + 1 };
    i.tcbLevels.splice(1, 4);
  };
  return { sgx: (e) => void (e.tcb = sgxEntry('02', der(0x30, ...tcbEntries(changed)))), tcbInfo: needs };
}

function asSgx(info: Record<string, any>): void {
  info.id = 'SGX';
  delete info.tdxModule;
  delete info.tdxModuleIdentities;
  for (const entry of info.tcbLevels) delete entry.tcb.tdxtcbcomponents;
}
