/**
 * Evidence and collateral of one machine before anything is signed. A case of misbehaviour changes a draft; `issue`
 * then signs it from the root down, so that nothing is wrong but what was changed.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../../prover/protocol/bytes.ts';
import {
  authorityKeyId,
  certificateParts,
  COMMON_NAMES,
  crlPoints,
  distinguishedName,
  EXTENSION_OIDS,
  extension,
  keyIdentifier,
  P256_KEY_HEAD,
  pckCrlUrl,
  ROOT_CRL_URL,
  writeCertificate,
  type CertificateParts,
  type Role,
} from '../certificate.ts';
import type { CollateralParts } from '../collateral.ts';
import { crlParts, writeCrl, type CrlParts, type Revocation } from '../crl.ts';
import { qeIdentityBase, svns } from '../defaults.ts';
import {
  qeIdentityJson,
  tcbInfoJson,
  writeDocument,
  type IsvLevel,
  type PlatformLevel,
  type QeIdentityJson,
  type TcbInfoJson,
  type TdxModuleIdentity,
  type Tee,
} from '../documents.ts';
import { DAY_SECONDS, hex, utf8 } from '../encoding.ts';
import { keyOf, sign, type Key } from '../keys.ts';
import { createPlatform, reportDataOf } from '../platform.ts';
import { writeQuote, type QuoteForm, type QuoteParts } from '../quote.ts';
import { sgxEntry, sgxParts, tcbParts, writeSgxExtension, type SgxFields, type SgxParts } from '../sgx-extension.ts';
import { octets, sequence } from '../der.ts';
import { serialNumber, Vendor } from '../vendor.ts';

/**
 * The time of judgement of every case: 2035-06-15 12:00:00 UTC. Dates are wrong relative to it, so that a chain can run
 * all cases without going back in time.
 */
export const CASE_TIME = Date.UTC(2035, 5, 15, 12) / 1000;

/** `qeSigning` is the TCB signing certificate of the QE identity; honestly it is the same as `tcbSigning`. */
export type CertificateName = 'root' | 'pckCa' | 'tcbSigning' | 'qeSigning' | 'pck';
export const CERTIFICATE_NAMES: readonly CertificateName[] = ['root', 'tcbSigning', 'qeSigning', 'pckCa', 'pck'];
export type CrlName = 'root' | 'pckCa';

export interface CertificateDraft {
  parts: CertificateParts;
  signer: Key;
  /** Changes the bytes after signing */
  finish?: (der: Uint8Array) => Uint8Array;
}

export interface CrlDraft {
  parts: CrlParts;
  signer: Key;
  finish?: (der: Uint8Array) => Uint8Array;
}

export interface DocumentDraft<Json> {
  json: Json;
  signer: Key;
  /** Changes the text before it is signed */
  edit?: (text: string) => string;
  /** Changes document and signature after signing */
  finish?: (document: Uint8Array, signature: Uint8Array) => [document: Uint8Array, signature: Uint8Array];
}

export interface Draft {
  readonly form: QuoteForm;
  readonly tee: Tee;
  atSeconds: number;
  /** When the collateral is admitted; at the time of judgement unless it ages in between */
  admittedAtSeconds?: number;
  certificates: Record<CertificateName, CertificateDraft>;
  crls: Record<CrlName, CrlDraft>;
  /** A root CRL that is admitted at the time of judgement, after everything else */
  laterRootCrl?: CrlDraft;
  /** Entries of the leaf's SGX extension */
  sgx: SgxParts;
  /** Entries within its TCB entry */
  tcb: SgxParts;
  tcbInfo: DocumentDraft<TcbInfoJson>;
  qeIdentity: DocumentDraft<QeIdentityJson>;
  quote: QuoteParts;
  /** Changes a quote's bytes after signing, in both forms */
  finishQuote?: (bytes: Uint8Array, kind: 'evidence' | 'quote') => Uint8Array;
  /** DER of the root that is configured, if not the one of the collateral */
  trustedRoot?: Uint8Array;
}

/** A draft as bytes. */
export interface Issued {
  collateral: CollateralParts;
  laterRootCrl?: Uint8Array;
  evidence: Uint8Array;
  /** The same quote as the machine emits it */
  quote: Uint8Array;
  trustedRoot: Uint8Array;
  rootFingerprint: Uint8Array;
}

const SEED = 'rule cases';
const MACHINE = createPlatform({ vendor: new Vendor({ seed: SEED, clock: () => CASE_TIME }) });

/** Keys of the simulation by name; names that nobody certifies are strangers. */
export function caseKey(name: string): Key {
  return keyOf(SEED, name);
}

export const PCK_KEY = caseKey('pck');

/** SVNs of the machine of the cases, and those of its levels from the best to the worst. */
export const COMPONENTS: readonly number[] = svns(3, 3, 2, 2, 4, 1, 0, 5);
export const PCE_SVN = 13;
export const TEE_TCB_SVN: readonly number[] = svns(6, 1, 3);
export const FMSPC = hex('90c06f000000');
export const EVALUATION_NUMBER = 19;
export const LEVELS: readonly PlatformLevel[] = [
  { sgx: COMPONENTS, pceSvn: 13, tdx: svns(5, 0, 3), status: 'UpToDate' },
  { sgx: svns(2, 2, 2, 2, 3, 1, 0, 5), pceSvn: 13, tdx: svns(5, 0, 2), status: 'OutOfDate', advisories: [1036, 1079] },
  { sgx: svns(2, 2, 2, 2, 3, 1, 0, 5), pceSvn: 5, tdx: svns(5, 0, 2), status: 'OutOfDate', advisories: [106, 115] },
  { sgx: svns(1, 1, 1, 1, 1, 1, 0, 1), pceSvn: 3, tdx: svns(1, 0, 1), status: 'Revoked', advisories: [106] },
];
export const MODULE_IDENTITIES: readonly TdxModuleIdentity[] = [
  { version: 3, levels: [{ isvSvn: 3, status: 'UpToDate' }] },
  {
    version: 1,
    levels: [
      { isvSvn: 6, status: 'UpToDate' },
      { isvSvn: 4, status: 'OutOfDate', advisories: [1036, 1099] },
      { isvSvn: 2, status: 'Revoked', advisories: [1040] },
    ],
  },
];
export const QE_LEVELS: Record<Tee, readonly IsvLevel[]> = {
  sgx: [
    { isvSvn: 8, status: 'UpToDate' },
    { isvSvn: 6, status: 'OutOfDate', advisories: [615] },
    { isvSvn: 4, status: 'Revoked', advisories: [219, 615] },
  ],
  tdx: [
    { isvSvn: 4, status: 'UpToDate' },
    { isvSvn: 3, status: 'OutOfDate', advisories: [837] },
    { isvSvn: 2, status: 'Revoked', advisories: [477, 837] },
  ],
};

const FROM = CASE_TIME - 300 * DAY_SECONDS;
/** Ends of all parts differ, so that an expiry shows which one it comes from. */
export const ENDS = {
  root: Date.UTC(2049, 11, 31, 23, 59, 59) / 1000,
  pckCa: CASE_TIME + 3900 * DAY_SECONDS,
  tcbSigning: CASE_TIME + 2000 * DAY_SECONDS,
  pck: CASE_TIME + 1900 * DAY_SECONDS,
  rootCrl: CASE_TIME + 300 * DAY_SECONDS,
  pckCrl: CASE_TIME + 25 * DAY_SECONDS,
  qeIdentity: CASE_TIME + 26 * DAY_SECONDS,
  tcbInfo: CASE_TIME + 27 * DAY_SECONDS,
} as const;

/** Filled with the entries of `Draft.sgx` and `Draft.tcb` unless a case puts something else there. */
const TO_BE_FILLED = new Uint8Array();

export function roleOf(name: CertificateName): Role {
  return name === 'qeSigning' ? 'tcbSigning' : name;
}

export const SUBJECTS: Record<Role, Uint8Array> = {
  root: distinguishedName(COMMON_NAMES.root),
  pckCa: distinguishedName(COMMON_NAMES.platform),
  tcbSigning: distinguishedName(COMMON_NAMES.tcbSigning),
  pck: distinguishedName(COMMON_NAMES.pck),
};

/** Serial number of a certificate of the cases, 20 bytes. */
export function caseSerial(name: string): Uint8Array {
  return serialNumber(SEED, name === 'qeSigning' ? 'tcbSigning' : name);
}

function certificateDraft(name: CertificateName): CertificateDraft {
  const role = roleOf(name);
  const issuer: Role = role === 'pck' ? 'pckCa' : 'root';
  const parts = certificateParts({
    role,
    serial: caseSerial(name),
    issuer: SUBJECTS[issuer],
    subject: SUBJECTS[role],
    notBeforeSeconds: FROM,
    notAfterSeconds: ENDS[role],
    key: caseKey(role),
    issuerKey: caseKey(issuer),
    crlUrl: role === 'pck' ? pckCrlUrl('platform') : ROOT_CRL_URL,
  });
  if (role === 'pck') parts.extensions.sgx = TO_BE_FILLED;
  return { parts, signer: caseKey(issuer) };
}

function crlDraft(name: CrlName): CrlDraft {
  const stranger = (n: number) => ({ serial: caseSerial(`stranger ${n}`), atSeconds: FROM, reason: 1 });
  const parts = crlParts({
    issuer: SUBJECTS[name],
    issuerKey: caseKey(name),
    thisUpdateSeconds: CASE_TIME - (name === 'root' ? 20 : 5) * DAY_SECONDS,
    nextUpdateSeconds: name === 'root' ? ENDS.rootCrl : ENDS.pckCrl,
    number: 1,
    // As with Intel, nothing that the root issued is revoked.
    revoked: name === 'root' ? [] : [stranger(1), stranger(2), stranger(3)],
  });
  return { parts, signer: caseKey(name) };
}

/** A root CRL of a minute ago. */
export function laterCrl(revoked: readonly Revocation[]): CrlDraft {
  const parts = crlParts({
    issuer: SUBJECTS.root,
    issuerKey: caseKey('root'),
    thisUpdateSeconds: CASE_TIME - 60,
    nextUpdateSeconds: ENDS.rootCrl,
    number: 2,
    revoked,
  });
  return { parts, signer: caseKey('root') };
}

/** The machine's facts that its leaf certifies. */
export function sgxFields(): SgxFields {
  return {
    ppid: MACHINE.ppid,
    components: COMPONENTS,
    pceSvn: PCE_SVN,
    cpuSvn: Uint8Array.from(COMPONENTS),
    pceId: hex('0000'),
    fmspc: FMSPC,
    sgxType: 1,
    platformInstanceId: hex('5cf0a1d2e3b4968778695a4b3c2d1e0f'),
    configuration: { dynamicPlatform: true, cachedKeys: true, smtEnabled: true },
  };
}

/** An honest draft. Every call makes a new one, free to be changed. */
export function draftOf(form: QuoteForm): Draft {
  const tee: Tee = form === 'sgx3' ? 'sgx' : 'tdx';
  const levels = LEVELS.map(({ tdx, ...level }) => (tee === 'tdx' ? { ...level, tdx: tdx! } : level));
  const tcbInfo = tcbInfoJson({
    tee,
    levels,
    issueDateSeconds: CASE_TIME - 3 * DAY_SECONDS,
    nextUpdateSeconds: ENDS.tcbInfo,
    fmspc: FMSPC,
    pceId: hex('0000'),
    evaluationNumber: EVALUATION_NUMBER,
    moduleIdentities: MODULE_IDENTITIES,
  });
  const qeIdentity = qeIdentityJson({
    ...qeIdentityBase(tee),
    issueDateSeconds: CASE_TIME - 4 * DAY_SECONDS,
    nextUpdateSeconds: ENDS.qeIdentity,
    evaluationNumber: EVALUATION_NUMBER,
    levels: QE_LEVELS[tee],
  });
  const reportData = reportDataOf(Uint8Array.from({ length: 64 }, (_, i) => i + 1));
  const quote = MACHINE.quoteParts({
    form,
    reportData,
    ...(tee === 'tdx' && { teeTcbSvn: Uint8Array.from(TEE_TCB_SVN) }),
  });
  const attestation = caseKey('attestation');
  return {
    form,
    tee,
    atSeconds: CASE_TIME,
    certificates: {
      root: certificateDraft('root'),
      pckCa: certificateDraft('pckCa'),
      tcbSigning: certificateDraft('tcbSigning'),
      qeSigning: certificateDraft('qeSigning'),
      pck: certificateDraft('pck'),
    },
    crls: { root: crlDraft('root'), pckCa: crlDraft('pckCa') },
    sgx: { ...sgxParts(sgxFields()), tcb: TO_BE_FILLED },
    tcb: tcbParts(sgxFields()),
    tcbInfo: { json: tcbInfo, signer: caseKey('tcbSigning') },
    qeIdentity: { json: qeIdentity, signer: caseKey('tcbSigning') },
    quote: {
      ...quote,
      attestationKey: attestation.publicKey,
      quoteSigner: attestation,
      qeReportSigner: PCK_KEY,
    },
  };
}

/** Makes it a machine of a single processor: certified by the other PCK CA, without platform instance. */
export function asProcessor(draft: Draft): void {
  const { certificates, crls, sgx } = draft;
  const key = caseKey('processor');
  const name = distinguishedName(COMMON_NAMES.processor);
  const named = extension(EXTENSION_OIDS.authorityKeyId, false, authorityKeyId(keyIdentifier(key)));
  const { parts } = certificates.pckCa;
  parts.subject = name;
  parts.publicKey = concat(P256_KEY_HEAD, key.publicKey);
  parts.extensions.subjectKeyId = extension(EXTENSION_OIDS.subjectKeyId, false, octets(keyIdentifier(key)));
  certificates.pck.parts.issuer = name;
  certificates.pck.parts.extensions.authorityKeyId = named;
  certificates.pck.parts.extensions.crlPoints = extension(
    EXTENSION_OIDS.crlPoints,
    false,
    crlPoints(pckCrlUrl('processor')),
  );
  certificates.pck.signer = key;
  crls.pckCa.parts.issuer = name;
  crls.pckCa.parts.extensions.authorityKeyId = named;
  crls.pckCa.signer = key;
  sgx.sgxType = sgxEntry('05', hex('0a0100'));
  delete sgx.platformInstanceId;
  delete sgx.configuration;
}

/** Encodes and signs a draft. */
export function issue(draft: Draft): Issued {
  const { certificates, crls, tcbInfo, qeIdentity } = draft;
  const root = issueCertificate(certificates.root);
  const pckCa = issueCertificate(certificates.pckCa);
  const pck = issueCertificate(withSgxExtension(draft));
  const [tcbInfoBytes, tcbInfoSignature] = issueDocument(tcbInfo);
  const [qeIdentityBytes, qeIdentitySignature] = issueDocument(qeIdentity);
  const collateral: CollateralParts = {
    root,
    rootCrl: issueCrl(crls.root),
    tcbInfoSigner: issueCertificate(certificates.tcbSigning),
    tcbInfo: tcbInfoBytes,
    tcbInfoSignature,
    qeIdentitySigner: issueCertificate(certificates.qeSigning),
    qeIdentity: qeIdentityBytes,
    qeIdentitySignature,
    pckCa,
    pckCrl: issueCrl(crls.pckCa),
  };
  const { quote, evidence } = writeQuote(draft.quote, [pck, pckCa, root]);
  const { finishQuote } = draft;
  const trustedRoot = draft.trustedRoot ?? root;
  return {
    collateral,
    ...(draft.laterRootCrl && { laterRootCrl: issueCrl(draft.laterRootCrl) }),
    evidence: finishQuote?.(evidence, 'evidence') ?? evidence,
    quote: finishQuote?.(quote, 'quote') ?? quote,
    trustedRoot,
    rootFingerprint: sha256(trustedRoot),
  };
}

/** The leaf with its SGX extension encoded, unless a case put other bytes in its place. */
function withSgxExtension({ certificates, sgx, tcb }: Draft): CertificateDraft {
  const { pck } = certificates;
  const entries = { ...sgx };
  if (entries.tcb === TO_BE_FILLED) entries.tcb = sgxEntry('02', sequence(...Object.values(tcb)));
  const extensions = { ...pck.parts.extensions };
  if (extensions.sgx === TO_BE_FILLED)
    extensions.sgx = extension(EXTENSION_OIDS.sgx, false, writeSgxExtension(entries));
  return { ...pck, parts: { ...pck.parts, extensions } };
}

export function issueCertificate({ parts, signer, finish }: CertificateDraft): Uint8Array {
  const certificate = writeCertificate(parts, signer);
  return finish ? finish(certificate) : certificate;
}

export function issueCrl({ parts, signer, finish }: CrlDraft): Uint8Array {
  const crl = writeCrl(parts, signer);
  return finish ? finish(crl) : crl;
}

function issueDocument({
  json,
  signer,
  edit,
  finish,
}: DocumentDraft<TcbInfoJson | QeIdentityJson>): [Uint8Array, Uint8Array] {
  const honest = writeDocument(json);
  const document = edit ? utf8(edit(new TextDecoder().decode(honest))) : honest;
  const signature = sign(document, signer);
  return finish ? finish(document, signature) : [document, signature];
}
