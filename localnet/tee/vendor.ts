import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../../prover/protocol/bytes.ts';
import {
  certificateParts,
  COMMON_NAMES,
  distinguishedName,
  keyIdentifier,
  pckCrlUrl,
  ROOT_CRL_URL,
  writeCertificate,
  type PckCaKind,
} from './certificate.ts';
import type { SignedDocument } from './collateral.ts';
import { crlParts, writeCrl, type Revocation } from './crl.ts';
import {
  DEFAULT_EVALUATION_NUMBER,
  DEFAULT_LEVELS,
  DEFAULT_MODULE_IDENTITIES,
  DEFAULT_PCE_ID,
  DEFAULT_QE_LEVELS,
  qeIdentityBase,
} from './defaults.ts';
import {
  qeIdentityJson,
  tcbInfoJson,
  writeDocument,
  type IsvLevel,
  type PlatformLevel,
  type TdxModuleIdentity,
  type Tee,
} from './documents.ts';
import { DAY_SECONDS, hexDigits, isoDate, utf8 } from './encoding.ts';
import { derive, keyOf, sign, type Key } from './keys.ts';
import { sgxParts, type SgxFields } from './sgx-extension.ts';

const HOUR_SECONDS = 3600;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const COLLATERAL_SECONDS = 30 * DAY_SECONDS;
/** CRLReason keyCompromise */
const KEY_COMPROMISE = 1;

export interface VendorOptions {
  /** Decides every key, serial number and signature. Default `localnet` */
  seed?: string;
  /** Seconds since 1970; when collateral is issued unless a call says otherwise. Default the system's clock */
  clock?: () => number;
  /** From when all certificates are valid. Default 2025-01-01 */
  notBeforeSeconds?: number;
  /** End of the root certificate; the others end after 15 and 7 years but not later. Default the end of 2049 */
  notAfterSeconds?: number;
}

/** Validity of a signed document or CRL. */
export interface IssueOptions {
  issuedAtSeconds?: number;
  /** Default 30 days after; of the root CRL one year */
  nextUpdateSeconds?: number;
}

export interface DocumentOptions extends IssueOptions {
  /** Default the newest that is published */
  evaluationNumber?: number;
}

/** What the vendor says of a family of machines in one edition. Left out: as in the family's edition before, or defaults. */
export interface FamilyEdition {
  /** 6 bytes */
  fmspc: Uint8Array;
  /** 2 bytes */
  pceId?: Uint8Array;
  evaluationNumber: number;
  levels?: readonly PlatformLevel[];
  moduleIdentities?: readonly TdxModuleIdentity[];
}

type Published = Required<FamilyEdition>;
type Authority = 'root' | PckCaKind;

/**
 * The vendor of the simulated hardware: a root CA, both PCK CAs, the TCB signing key, and what they publish. The same
 * seed, options and calls give the same bytes. State is what was published and revoked.
 */
export class Vendor {
  readonly seed: string;
  readonly notBeforeSeconds: number;
  readonly notAfterSeconds: number;
  /** DER certificates */
  readonly root: Uint8Array;
  readonly tcbSigning: Uint8Array;
  readonly #pckCas: Record<PckCaKind, Uint8Array>;
  readonly #clock: () => number;
  readonly #revoked: Record<Authority, Revocation[]> = { root: [], platform: [], processor: [] };
  readonly #families = new Map<string, Published[]>();
  readonly #qeLevels = new Map<number, Record<Tee, readonly IsvLevel[]>>();
  #changedAtSeconds = 0;

  constructor(options: VendorOptions = {}) {
    this.seed = options.seed ?? 'localnet';
    this.#clock = options.clock ?? (() => Math.floor(Date.now() / 1000));
    this.notBeforeSeconds = options.notBeforeSeconds ?? Date.UTC(2025, 0, 1) / 1000;
    this.notAfterSeconds = options.notAfterSeconds ?? Date.UTC(2049, 11, 31, 23, 59, 59) / 1000;
    this.root = this.#authority('root', 'root', COMMON_NAMES.root, this.notAfterSeconds);
    this.#pckCas = {
      platform: this.#authority('pckCa', 'platform', COMMON_NAMES.platform, this.#endAfter(15)),
      processor: this.#authority('pckCa', 'processor', COMMON_NAMES.processor, this.#endAfter(15)),
    };
    this.tcbSigning = this.#authority('tcbSigning', 'tcbSigning', COMMON_NAMES.tcbSigning, this.#endAfter(7));
    this.#qeLevels.set(DEFAULT_EVALUATION_NUMBER, DEFAULT_QE_LEVELS);
  }

  /** sha256 of the root certificate, 32 bytes: what a local network trusts in place of Intel's root. */
  get rootFingerprint(): Uint8Array {
    return sha256(this.root);
  }

  /** DER certificate of a PCK CA. */
  pckCa(kind: PckCaKind): Uint8Array {
    return this.#pckCas[kind];
  }

  /** The newest evaluation number that is published. */
  get evaluationNumber(): number {
    return Math.max(...this.#qeLevels.keys());
  }

  /** Numbers of all editions, ascending. */
  get evaluationNumbers(): number[] {
    return [...this.#qeLevels.keys()].sort((a, b) => a - b);
  }

  /** FMSPCs that something is published for. */
  get fmspcs(): Uint8Array[] {
    return [...this.#families.values()].map(([first]) => first!.fmspc);
  }

  /** The present time of the vendor, seconds since 1970. */
  now(): number {
    return this.#clock();
  }

  /** Publishes a family's levels under an evaluation number, and makes that edition exist for everything else. */
  publish(edition: FamilyEdition): void {
    const { fmspc, evaluationNumber } = edition;
    const id = hexDigits(fmspc);
    const before = this.#families.get(id) ?? [];
    const last = before.findLast((entry) => entry.evaluationNumber <= evaluationNumber);
    const {
      pceId = last?.pceId ?? DEFAULT_PCE_ID,
      levels = last?.levels ?? DEFAULT_LEVELS,
      moduleIdentities = last?.moduleIdentities ?? DEFAULT_MODULE_IDENTITIES,
    } = edition;
    const others = before.filter((entry) => entry.evaluationNumber !== evaluationNumber);
    const all = [...others, { fmspc, evaluationNumber, pceId, levels, moduleIdentities }];
    this.#families.set(
      id,
      all.sort((a, b) => a.evaluationNumber - b.evaluationNumber),
    );
    if (!this.#qeLevels.has(evaluationNumber)) this.publishQe(evaluationNumber, {});
    this.#touch();
  }

  /** Publishes levels of the quoting enclaves under an evaluation number. */
  publishQe(evaluationNumber: number, levels: Partial<Record<Tee, readonly IsvLevel[]>>): void {
    const last = this.evaluationNumbers.findLast((number) => number <= evaluationNumber);
    const before = last === undefined ? DEFAULT_QE_LEVELS : this.#qeLevels.get(last)!;
    this.#qeLevels.set(evaluationNumber, { ...before, ...levels });
    this.#touch();
  }

  /** Puts a serial number on the CRL of the CA that issued it. CRLs issued from now on have a later date than before. */
  revoke(issuer: Authority, serial: Uint8Array, reason: number | undefined = KEY_COMPROMISE): void {
    if (this.#revoked[issuer].some((entry) => equalBytes(entry.serial, serial))) return;
    this.#touch();
    this.#revoked[issuer].push({ serial, atSeconds: this.#changedAtSeconds, reason });
  }

  /** Revokes a PCK CA or the TCB signing certificate. */
  revokeAuthority(which: PckCaKind | 'tcbSigning'): void {
    this.revoke('root', this.serialOf(which));
  }

  /** DER of the root CRL. */
  rootCrl(options: IssueOptions = {}): Uint8Array {
    return this.#crl('root', COMMON_NAMES.root, YEAR_SECONDS, options);
  }

  /** DER of the CRL of a PCK CA. */
  pckCrl(kind: PckCaKind, options: IssueOptions = {}): Uint8Array {
    return this.#crl(kind, COMMON_NAMES[kind], COLLATERAL_SECONDS, options);
  }

  /**
   * TCB info of a family.
   * @returns undefined where nothing is published for FMSPC and evaluation number
   */
  tcbInfo(tee: Tee, fmspc: Uint8Array, options: DocumentOptions = {}): SignedDocument | undefined {
    const editions = this.#families.get(hexDigits(fmspc)) ?? [];
    const { evaluationNumber = this.evaluationNumber } = options;
    // An edition that says nothing new of a family repeats what the one before said.
    const published = editions.findLast((entry) => entry.evaluationNumber <= evaluationNumber);
    if (!published || !this.#qeLevels.has(evaluationNumber)) return undefined;
    const dates = this.#dates(options, COLLATERAL_SECONDS);
    const json = tcbInfoJson({ ...published, tee, evaluationNumber, ...dates });
    return this.signDocument(writeDocument(json));
  }

  /** QE identity; undefined where nothing is published for the evaluation number. */
  qeIdentity(tee: Tee, options: DocumentOptions = {}): SignedDocument | undefined {
    const { evaluationNumber = this.evaluationNumber } = options;
    const levels = this.#qeLevels.get(evaluationNumber)?.[tee];
    if (!levels) return undefined;
    const dates = this.#dates(options, COLLATERAL_SECONDS);
    const json = qeIdentityJson({ ...qeIdentityBase(tee), evaluationNumber, levels, ...dates });
    return this.signDocument(writeDocument(json));
  }

  /** The list of editions, newest first: what PCS serves as TCB evaluation data numbers. */
  evaluationData(tee: Tee, options: IssueOptions = {}): SignedDocument {
    const { issueDateSeconds, nextUpdateSeconds } = this.#dates(options, COLLATERAL_SECONDS);
    const json = {
      id: tee.toUpperCase(),
      version: 1,
      issueDate: isoDate(issueDateSeconds),
      nextUpdate: isoDate(nextUpdateSeconds),
      tcbEvalNumbers: this.evaluationNumbers.reverse().map((number) => ({
        tcbEvaluationDataNumber: number,
        tcbRecoveryEventDate: isoDate(this.notBeforeSeconds),
        tcbDate: isoDate(this.notBeforeSeconds + DAY_SECONDS),
      })),
    };
    return this.signDocument(utf8(JSON.stringify(json)));
  }

  /** Signs any document with the TCB signing key. */
  signDocument(document: Uint8Array): SignedDocument {
    return { document, signature: sign(document, this.key('tcbSigning')) };
  }

  /**
   * Issues a PCK certificate.
   * @param notAfterSeconds seven years from the vendor's beginning by default
   * @returns DER
   */
  issuePck(
    kind: PckCaKind,
    serial: Uint8Array,
    key: Key,
    fields: SgxFields,
    notAfterSeconds = this.#endAfter(7),
  ): Uint8Array {
    const parts = certificateParts({
      role: 'pck',
      serial,
      issuer: distinguishedName(COMMON_NAMES[kind]),
      subject: distinguishedName(COMMON_NAMES.pck),
      notBeforeSeconds: this.notBeforeSeconds,
      notAfterSeconds,
      key,
      issuerKey: this.key(kind),
      crlUrl: pckCrlUrl(kind),
      sgx: sgxParts(fields),
    });
    return writeCertificate(parts, this.key(kind));
  }

  /** The key of an authority. */
  key(which: Authority | 'tcbSigning'): Key {
    return keyOf(this.seed, which);
  }

  /** Serial number of an authority's certificate, 20 bytes. */
  serialOf(which: Authority | 'tcbSigning'): Uint8Array {
    return serialNumber(this.seed, which);
  }

  #authority(
    role: 'root' | 'pckCa' | 'tcbSigning',
    which: Authority | 'tcbSigning',
    name: string,
    end: number,
  ): Uint8Array {
    const parts = certificateParts({
      role,
      serial: role === 'root' ? keyIdentifier(this.key('root')) : this.serialOf(which),
      issuer: distinguishedName(COMMON_NAMES.root),
      subject: distinguishedName(name),
      notBeforeSeconds: this.notBeforeSeconds,
      notAfterSeconds: end,
      key: this.key(which),
      issuerKey: this.key('root'),
      crlUrl: ROOT_CRL_URL,
    });
    return writeCertificate(parts, this.key('root'));
  }

  #endAfter(years: number): number {
    return Math.min(this.notBeforeSeconds + years * YEAR_SECONDS, this.notAfterSeconds);
  }

  #crl(issuer: Authority, name: string, seconds: number, options: IssueOptions): Uint8Array {
    const { issueDateSeconds, nextUpdateSeconds } = this.#dates(options, seconds);
    const parts = crlParts({
      issuer: distinguishedName(name),
      issuerKey: this.key(issuer),
      thisUpdateSeconds: issueDateSeconds,
      nextUpdateSeconds,
      number: 1,
      revoked: this.#revoked[issuer],
    });
    return writeCrl(parts, this.key(issuer));
  }

  /** Full hours, so that what is fetched twice is the same twice, or the last change if that was later. */
  #dates(options: IssueOptions, seconds: number): { issueDateSeconds: number; nextUpdateSeconds: number } {
    const hour = Math.floor(this.now() / HOUR_SECONDS) * HOUR_SECONDS;
    const issueDateSeconds = options.issuedAtSeconds ?? Math.max(hour, this.#changedAtSeconds);
    return { issueDateSeconds, nextUpdateSeconds: options.nextUpdateSeconds ?? issueDateSeconds + seconds };
  }

  /** Stores refuse collateral that is not newer than theirs: no two states may have the same date. */
  #touch(): void {
    this.#changedAtSeconds = Math.max(this.#changedAtSeconds + 1, this.now());
  }
}

/** A serial number of 20 bytes, never with a leading zero byte. */
export function serialNumber(seed: string, name: string): Uint8Array {
  const serial = derive(seed, `serial ${name}`).slice(0, 20);
  serial[0] ||= 1;
  return serial;
}
