import { createECDH, createPrivateKey, sign as nodeSign, type KeyObject } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../prover/protocol/index.ts';
import type { Collateral } from '../../prover/protocol/dcap/index.ts';

/**
 * Evidence and collateral from keys of our own, with every part open to change before it is signed. The bytes are
 * written here from docs/spec/dcap.md and RFC 5280; nothing of the code under test is used to make them.
 */

export const AT = Date.UTC(2026, 5, 15) / 1000;
const DAY = 86_400;
const utf8 = new TextEncoder();

export type Role = 'root' | 'pckCa' | 'tcbSigning' | 'pck';

interface Key {
  /** 64 bytes: x, y */
  publicKey: Uint8Array;
  privateKey: KeyObject;
}

const keys = new Map<string, Key>();

/** Key of a signer; every name has its own, always the same. */
function keyOf(signer: string): Key {
  if (!keys.has(signer)) {
    const secret = sha256(utf8.encode(`corridor test key ${signer}`));
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(secret);
    const publicKey = Uint8Array.from(pair.getPublicKey().subarray(1));
    const [d, x, y] = [secret, publicKey.subarray(0, 32), publicKey.subarray(32)].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    keys.set(signer, {
      publicKey,
      privateKey: createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' }),
    });
  }
  return keys.get(signer)!;
}

/** 64 bytes: x, y. */
export function publicKeyOf(signer: string): Uint8Array {
  return keyOf(signer).publicKey;
}

/** 64 bytes: r, s. */
export function sign(message: Uint8Array, signer: string): Uint8Array {
  return Uint8Array.from(nodeSign('sha256', message, { key: keyOf(signer).privateKey, dsaEncoding: 'ieee-p1363' }));
}

export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const n = content.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return concat(Uint8Array.of(tag, ...length), content);
}

/** DER INTEGER of a big-endian magnitude. */
export function integer(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const value = magnitude.subarray(start);
  return der(0x02, value[0]! >= 0x80 ? concat(Uint8Array.of(0), value) : value);
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function time(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14) + 'Z';
  return digits < '2050' ? der(0x17, utf8.encode(digits.slice(2))) : der(0x18, utf8.encode(digits));
}

export function name(commonName: string): Uint8Array {
  const part = (oid: string, text: string): Uint8Array =>
    der(0x31, der(0x30, der(0x06, hex(oid)), der(0x0c, utf8.encode(text))));
  return der(0x30, part('550403', commonName), part('55040a', 'Corridor tests'));
}

export const ECDSA_SHA256 = hex('300a06082a8648ce3d040302');
export const KEY_HEAD = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
const NAMES: Record<Role, string> = {
  root: 'Test SGX Root CA',
  pckCa: 'Test SGX PCK Platform CA',
  tcbSigning: 'Test SGX TCB Signing',
  pck: 'Test SGX PCK Certificate',
};
const ISSUERS: Record<Role, Role> = { root: 'root', pckCa: 'root', tcbSigning: 'root', pck: 'pckCa' };

export function keyId(role: Role): Uint8Array {
  return sha256(publicKeyOf(role)).slice(0, 20);
}

export function extension(oid: string, value: Uint8Array, isCritical = false): Uint8Array {
  return der(0x30, der(0x06, hex(oid)), isCritical ? hex('0101ff') : new Uint8Array(), der(0x04, value));
}

/** Encoded parts of a certificate, in their order. */
export interface CertificateParts {
  version: Uint8Array;
  serial: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  key: Uint8Array;
  extensions: Record<string, Uint8Array>;
  outerAlgorithm: Uint8Array;
  /** Name of the key that signs */
  signer: string;
}

/** Entries of the SGX extension, encoded, in their order. */
export type SgxEntries = Record<string, Uint8Array>;

export const SGX_OID = '2a864886f84d010d01';
export function sgxEntry(suffix: string, value: Uint8Array): Uint8Array {
  return der(0x30, der(0x06, hex(SGX_OID + suffix)), value);
}

export const COMPONENTS = [5, 5, 2, 2, 255, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
export const PCE_SVN = 13;
export const FMSPC = hex('90c06f000000');
export const PPID = hex('00112233445566778899aabbccddeeff');

export function tcbEntries(components = COMPONENTS, pceSvn = PCE_SVN): Uint8Array[] {
  const byte = (i: number): string => i.toString(16).padStart(2, '0');
  return [
    ...components.map((svn, i) => sgxEntry(`02${byte(i + 1)}`, integer(Uint8Array.of(svn)))),
    sgxEntry('0211', integer(Uint8Array.of(pceSvn >> 8, pceSvn & 0xff))),
    sgxEntry('0212', der(0x04, Uint8Array.from(components))),
  ];
}

function sgxEntries(): SgxEntries {
  return {
    ppid: sgxEntry('01', der(0x04, PPID)),
    tcb: sgxEntry('02', der(0x30, ...tcbEntries())),
    pceId: sgxEntry('03', der(0x04, hex('0000'))),
    fmspc: sgxEntry('04', der(0x04, FMSPC)),
    type: sgxEntry('05', hex('0a0101')),
    instance: sgxEntry('06', der(0x04, sha256(PPID).slice(0, 16))),
    configuration: sgxEntry('07', der(0x30, sgxEntry('0701', hex('0101ff')))),
  };
}

function certificateParts(role: Role, world: World): CertificateParts {
  const isAuthority = role === 'root' || role === 'pckCa';
  const extensions: Record<string, Uint8Array> = {
    authorityKeyId: extension('551d23', concat(hex('30168014'), keyId(ISSUERS[role]))),
    crlPoints: extension('551d1f', hex('3000')),
    subjectKeyId: extension('551d0e', concat(hex('0414'), keyId(role))),
    keyUsage: extension('551d0f', hex(isAuthority ? '03020106' : '030206c0'), true),
    basicConstraints: extension(
      '551d13',
      hex(role === 'root' ? '30060101ff020101' : role === 'pckCa' ? '30060101ff020100' : '3000'),
      true,
    ),
  };
  if (role === 'pck') {
    const entries = sgxEntries();
    world.sgx?.(entries);
    extensions.sgx = extension(SGX_OID, der(0x30, ...Object.values(entries)));
  }
  const years = role === 'root' ? 30 : 7;
  return {
    version: hex('a003020102'),
    serial: integer(concat(Uint8Array.of(0x7f), sha256(utf8.encode(role)).slice(0, 19))),
    algorithm: ECDSA_SHA256,
    issuer: name(NAMES[ISSUERS[role]]),
    validity: der(0x30, time(AT - 300 * DAY), time(AT + years * 365 * DAY)),
    subject: name(NAMES[role]),
    key: concat(KEY_HEAD, publicKeyOf(role)),
    extensions,
    outerAlgorithm: ECDSA_SHA256,
    signer: ISSUERS[role],
  };
}

export function derSignature(signature: Uint8Array): Uint8Array {
  const pair = der(0x30, integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return der(0x03, Uint8Array.of(0), pair);
}

const unchanged = new Map<string, Uint8Array>();

/** Makes what no hook changes once for all forgeries. */
function once(key: string, isUnchanged: boolean, make: () => Uint8Array): Uint8Array {
  if (!isUnchanged) return make();
  if (!unchanged.has(key)) unchanged.set(key, make());
  return unchanged.get(key)!;
}

function certificate(role: Role, world: World): Uint8Array {
  const isUnchanged = !world.certificate && !world.certificateBytes && !(role === 'pck' && world.sgx);
  return once(role, isUnchanged, () => makeCertificate(role, world));
}

function makeCertificate(role: Role, world: World): Uint8Array {
  const parts = certificateParts(role, world);
  world.certificate?.(role, parts);
  const { version, serial, algorithm, issuer, validity, subject, key, extensions, outerAlgorithm, signer } = parts;
  const list = der(0xa3, der(0x30, ...Object.values(extensions)));
  const tbs = der(0x30, version, serial, algorithm, issuer, validity, subject, key, list);
  const whole = der(0x30, tbs, outerAlgorithm, derSignature(sign(tbs, signer)));
  return world.certificateBytes?.(role, whole) ?? whole;
}

/** Serial of a certificate, as the INTEGER that a CRL lists. */
export function serialOf(role: Role): Uint8Array {
  return certificateParts(role, {}).serial;
}

export interface CrlParts {
  version: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  dates: Uint8Array;
  /** Encoded list of entries, empty when nothing is revoked */
  revoked: Uint8Array;
  extensions: Uint8Array;
  signer: string;
}

export const REASON = hex('300c300a0603551d1504030a0101');
export function crlEntry(serial: Uint8Array): Uint8Array {
  return der(0x30, serial, time(AT - 10 * DAY), REASON);
}

export function crlExtensions(issuer: Role): Uint8Array {
  const number = extension('551d14', hex('020101'));
  return der(0xa0, der(0x30, number, extension('551d23', concat(hex('30168014'), keyId(issuer)))));
}

function crl(issuer: 'root' | 'pckCa', world: World): Uint8Array {
  return once(`CRL of ${issuer}`, !world.crl && !world.crlBytes, () => makeCrl(issuer, world));
}

function makeCrl(issuer: 'root' | 'pckCa', world: World): Uint8Array {
  const someoneElse = integer(hex('efae6e9715fca13b87e333e8261ed6d990a926ad'));
  const parts: CrlParts = {
    version: hex('020101'),
    algorithm: ECDSA_SHA256,
    issuer: name(NAMES[issuer]),
    dates: concat(time(AT - 5 * DAY), time(AT + 25 * DAY)),
    revoked: issuer === 'root' ? new Uint8Array() : der(0x30, crlEntry(someoneElse)),
    extensions: crlExtensions(issuer),
    signer: issuer,
  };
  world.crl?.(issuer, parts);
  const { version, algorithm, dates, revoked, extensions, signer } = parts;
  const tbs = der(0x30, version, algorithm, parts.issuer, dates, revoked, extensions);
  const whole = der(0x30, tbs, ECDSA_SHA256, derSignature(sign(tbs, signer)));
  return world.crlBytes?.(issuer, whole) ?? whole;
}

type Json = Record<string, any>;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
const components = (svns: readonly number[]): Json[] => [
  { svn: svns[0], category: 'BIOS', type: 'Early Microcode Update' },
  { svn: svns[1], category: 'OS/VMM' },
  ...svns.slice(2).map((svn) => ({ svn })),
];
const zeros = (n: number): string => '0'.repeat(n);
const filled = (...svns: number[]): number[] => [...svns, ...new Array<number>(16 - svns.length).fill(0)];

export function level(
  sgx: number[],
  pcesvn: number,
  tdx: number[] | undefined,
  status: string,
  advisories?: string[],
): Json {
  const tcb = { sgxtcbcomponents: components(sgx), pcesvn, ...(tdx && { tdxtcbcomponents: components(tdx) }) };
  return { tcb, tcbDate: '2025-05-14T00:00:00Z', tcbStatus: status, ...(advisories && { advisoryIDs: advisories }) };
}

export function isvLevel(isvsvn: number, status: string, advisories?: string[]): Json {
  const head = { tcb: { isvsvn }, tcbDate: '2025-05-14T00:00:00Z', tcbStatus: status };
  return { ...head, ...(advisories && { advisoryIDs: advisories }) };
}

function tcbInfoOf(tee: 'sgx' | 'tdx'): Json {
  const module = { mrsigner: zeros(96), attributes: zeros(16), attributesMask: 'F'.repeat(16) };
  const tdx = (...svns: number[]): number[] | undefined => (tee === 'tdx' ? filled(...svns) : undefined);
  const good = COMPONENTS;
  const below = (first: number): number[] => [first, ...COMPONENTS.slice(1)];
  return {
    id: tee.toUpperCase(),
    version: 3,
    issueDate: iso(AT - 3 * DAY),
    nextUpdate: iso(AT + 27 * DAY),
    fmspc: '90C06F000000',
    pceId: '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 19,
    ...(tee === 'tdx' && {
      tdxModule: module,
      tdxModuleIdentities: [
        { id: 'TDX_03', ...module, tcbLevels: [isvLevel(3, 'UpToDate')] },
        {
          id: 'TDX_01',
          ...module,
          tcbLevels: [
            isvLevel(5, 'UpToDate'),
            isvLevel(3, 'OutOfDate', ['INTEL-SA-01036']),
            isvLevel(2, 'Revoked', ['INTEL-SA-01099']),
          ],
        },
      ],
    }),
    tcbLevels: [
      level(good, 13, tdx(3, 0, 5), 'UpToDate'),
      level(good, 11, tdx(3, 0, 5), 'OutOfDate', ['INTEL-SA-00615']),
      level(below(4), 11, tdx(3, 0, 4), 'ConfigurationNeeded', ['INTEL-SA-00289', 'INTEL-SA-00615']),
      level(below(3), 11, tdx(2, 0, 3), 'SWHardeningNeeded', ['INTEL-SA-00334']),
      level(below(2), 5, tdx(2, 0, 3), 'Revoked', ['INTEL-SA-00106']),
    ],
  };
}

function qeIdentityOf(tee: 'sgx' | 'tdx'): Json {
  return {
    id: tee === 'sgx' ? 'QE' : 'TD_QE',
    version: 2,
    issueDate: iso(AT - 4 * DAY),
    nextUpdate: iso(AT + 26 * DAY),
    tcbEvaluationDataNumber: 19,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11' + zeros(30),
    attributesMask: 'FBFFFFFFFFFFFFFF' + zeros(16),
    mrsigner: 'DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5',
    isvprodid: tee === 'sgx' ? 1 : 2,
    tcbLevels: [
      isvLevel(8, 'UpToDate'),
      isvLevel(6, 'OutOfDate', ['INTEL-SA-00477', 'INTEL-SA-00615']),
      isvLevel(4, 'Revoked', ['INTEL-SA-00219']),
    ],
  };
}

/** Parts of a quote before it is signed. Offsets inside header and body are those of the spec. */
export interface QuoteParts {
  header: Uint8Array;
  /** Version 5: type and size of the body */
  descriptor: Uint8Array;
  body: Uint8Array;
  qeReport: Uint8Array;
  authData: Uint8Array;
  attestationKey: Uint8Array;
  quoteSigner: string;
  qeReportSigner: string;
}

export type Form = 'sgx3' | 'tdx4' | 'tdx5' | 'tdx5td15';

/** What to change. Each function gets the honest parts and changes them in place, or returns other bytes. */
export interface World {
  form?: Form;
  certificate?: (role: Role, parts: CertificateParts) => void;
  certificateBytes?: (role: Role, bytes: Uint8Array) => Uint8Array;
  sgx?: (entries: SgxEntries) => void;
  crl?: (issuer: 'root' | 'pckCa', parts: CrlParts) => void;
  crlBytes?: (issuer: 'root' | 'pckCa', bytes: Uint8Array) => Uint8Array;
  tcbInfo?: (info: Json) => void;
  tcbInfoText?: (text: string) => string;
  qeIdentity?: (identity: Json) => void;
  qeIdentityText?: (text: string) => string;
  quote?: (parts: QuoteParts) => void;
  /** Changes evidence and PEM quote alike, after signing */
  bytes?: (bytes: Uint8Array, isEvidence: boolean) => Uint8Array;
  collateral?: (collateral: Collateral) => void;
}

export interface Forged {
  evidence: Uint8Array;
  /** The same with a PEM chain, as a machine emits it */
  quote: Uint8Array;
  collateral: Collateral;
  rootFingerprint: Uint8Array;
}

export function forge(world: World = {}): Forged {
  const form = world.form ?? 'tdx4';
  const tee = form === 'sgx3' ? 'sgx' : 'tdx';
  const root = certificate('root', world);
  const pckCa = certificate('pckCa', world);
  const signer = certificate('tcbSigning', world);
  const pck = certificate('pck', world);
  const info = tcbInfoOf(tee);
  world.tcbInfo?.(info);
  const infoText = JSON.stringify(info);
  const tcbInfo = utf8.encode(world.tcbInfoText?.(infoText) ?? infoText);
  const identity = qeIdentityOf(tee);
  world.qeIdentity?.(identity);
  const identityText = JSON.stringify(identity);
  const qeIdentity = utf8.encode(world.qeIdentityText?.(identityText) ?? identityText);
  const collateral: Collateral = {
    root,
    rootCrl: crl('root', world),
    tcbInfoSigner: signer,
    tcbInfo,
    tcbInfoSignature: sign(tcbInfo, 'tcbSigning'),
    qeIdentitySigner: signer,
    qeIdentity,
    qeIdentitySignature: sign(qeIdentity, 'tcbSigning'),
    pckCa,
    pckCrl: crl('pckCa', world),
  };
  const parts = quoteParts(form);
  world.quote?.(parts);
  const withCertification = signQuote(parts);
  const evidence = withCertification(4, pck);
  const chain = [pck, pckCa, root].map(pem).join('');
  const quote = withCertification(5, concat(utf8.encode(chain), Uint8Array.of(0)));
  const rootFingerprint = sha256(root);
  world.collateral?.(collateral);
  return {
    evidence: world.bytes?.(evidence, true) ?? evidence,
    quote: world.bytes?.(quote, false) ?? quote,
    collateral,
    rootFingerprint,
  };
}

export function pem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff);
}

function quoteParts(form: Form): QuoteParts {
  const isSgx = form === 'sgx3';
  const version = isSgx ? 3 : form === 'tdx4' ? 4 : 5;
  const header = concat(u16(version), u16(2), u32(isSgx ? 0 : 0x81), new Uint8Array(40));
  header.set(hex('939a7233f79c4ca9940a0db3957f0607'), 12);
  const body = new Uint8Array(isSgx ? 384 : form === 'tdx5td15' ? 648 : 584);
  for (let i = 0; i < 64; i++) body[(isSgx ? 320 : 520) + i] = i;
  if (isSgx) {
    body.set(hex('0500000000000000e7'), 48);
    body.set(sha256(utf8.encode('mrenclave')), 64);
    body.set(sha256(utf8.encode('mrsigner')), 128);
  } else {
    body.set([5, 1, 5], 0);
    body.set(hex('00000010'), 120);
    body.set(hex('e718060000000000'), 128);
    body.set(sha256(utf8.encode('mrtd')), 136);
    if (form === 'tdx5td15') body.set([5, 1, 5], 584);
  }
  const qeReport = new Uint8Array(384);
  qeReport.set(hex('1500000000000000e7'), 48);
  qeReport.set(hex('DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5'), 128);
  qeReport.set(concat(u16(isSgx ? 1 : 2), u16(8)), 256);
  return {
    header,
    descriptor: version === 5 ? concat(u16(form === 'tdx5' ? 2 : 3), u32(body.length)) : new Uint8Array(),
    body,
    qeReport,
    authData: Uint8Array.from({ length: 32 }, (_, i) => i),
    attestationKey: publicKeyOf('attestation'),
    quoteSigner: 'attestation',
    qeReportSigner: 'pck',
  };
}

/** Signs a quote; the result adds the certification data, which no signature covers. */
function signQuote(parts: QuoteParts): (type: number, data: Uint8Array) => Uint8Array {
  const { header, descriptor, body, authData, attestationKey } = parts;
  const qeReport = parts.qeReport.slice();
  qeReport.set(sha256(concat(attestationKey, authData)), 320);
  const signed = concat(header, descriptor, body);
  const signature = sign(signed, parts.quoteSigner);
  const qeSignature = sign(qeReport, parts.qeReportSigner);
  const auth = concat(u16(authData.length), authData);
  return (type, data) => {
    const qeData = concat(qeReport, qeSignature, auth, u16(type), u32(data.length), data);
    const certification = header[0] === 3 ? qeData : concat(u16(6), u32(qeData.length), qeData);
    const signatureData = concat(signature, attestationKey, certification);
    return concat(signed, u32(signatureData.length), signatureData);
  };
}
