import { concat } from '../../prover/protocol/bytes.ts';
import type { PckCaKind } from './certificate.ts';
import { collateralFile, type CollateralFile, type CollateralParts, type SignedDocument } from './collateral.ts';
import {
  DEFAULT_COMPONENTS,
  DEFAULT_EVALUATION_NUMBER,
  DEFAULT_FMSPC,
  DEFAULT_PCE_ID,
  DEFAULT_PCE_SVN,
  DEFAULT_QE_ISV_SVN,
  DEFAULT_SGX_ATTRIBUTES,
  DEFAULT_TD_ATTRIBUTES,
  DEFAULT_TEE_TCB_SVN,
  DEFAULT_XFAM,
  QE_ATTRIBUTES,
  QE_IDENTITY,
  register48,
} from './defaults.ts';
import type { PlatformLevel, TdxModuleIdentity, Tee } from './documents.ts';
import { derive, keyOf, type Key } from './keys.ts';
import {
  bodyDescriptor,
  quoteHeader,
  writeEnclaveReport,
  writeQuote,
  writeTdReport,
  type EnclaveReportFields,
  type Quote,
  type QuoteForm,
  type QuoteParts,
  type TdReportFields,
} from './quote.ts';
import type { PlatformConfiguration, SgxFields } from './sgx-extension.ts';
import { serialNumber, Vendor, type DocumentOptions } from './vendor.ts';

/** Patch level of a machine: what its PCK certificate says. */
export interface MachineTcb {
  /** 16 SVNs */
  components?: readonly number[];
  pceSvn?: number;
  /** 16 bytes; default the components, as Intel has it on most machines */
  cpuSvn?: Uint8Array;
}

export interface PlatformOptions extends MachineTcb {
  /** Who made the machine. Default a vendor of its own from the seed */
  vendor?: Vendor;
  /** Tells machines of one vendor apart; default `machine`. Without a vendor also the vendor's seed */
  seed?: string;
  /** 6 bytes */
  fmspc?: Uint8Array;
  /** 2 bytes */
  pceId?: Uint8Array;
  /** 16 bytes; default one that depends on vendor and seed alone */
  ppid?: Uint8Array;
  /** Which CA certifies the machine; platform instance and configuration exist under `platform` alone. Default that */
  pckCa?: PckCaKind;
  sgxType?: 0 | 1 | 2;
  configuration?: PlatformConfiguration;
  /** Published for the FMSPC in the vendor's newest edition, unless something is published already */
  levels?: readonly PlatformLevel[];
  moduleIdentities?: readonly TdxModuleIdentity[];
}

interface CommonQuoteOptions {
  /** 64 bytes */
  reportData: Uint8Array;
  /** Report of the quoting enclave, where it differs from the default */
  qe?: EnclaveReportFields;
  /** 32 bytes */
  qeAuthData?: Uint8Array;
  /** Changes anything before it is signed, for tests of refusals */
  alter?: (parts: QuoteParts) => void;
}

export type SgxQuoteOptions = CommonQuoteOptions & EnclaveReportFields & { form: 'sgx3' };
export type TdxQuoteOptions = CommonQuoteOptions & TdReportFields & { form: Exclude<QuoteForm, 'sgx3'> };
/** A quote's report, field by field; what is left out has a default, and registers of measurement are never zero. */
export type QuoteOptions = SgxQuoteOptions | TdxQuoteOptions;

export interface PlatformCollateralOptions extends DocumentOptions {
  tee: Tee;
}

/** One simulated machine with its quoting enclave. */
export class Platform {
  readonly vendor: Vendor;
  readonly pckCa: PckCaKind;
  /** 6 bytes */
  readonly fmspc: Uint8Array;
  /** 16 bytes */
  readonly ppid: Uint8Array;
  readonly #seed: string;
  readonly #key: Key;
  readonly #pceId: Uint8Array;
  readonly #options: PlatformOptions;
  #certificates = 0;
  #tcb: Required<MachineTcb>;
  #pck: Uint8Array;

  constructor(options: PlatformOptions = {}) {
    const { seed = 'machine', vendor = new Vendor({ seed }) } = options;
    this.vendor = vendor;
    this.#seed = `${vendor.seed}\0machine ${seed}`;
    this.#options = options;
    this.pckCa = options.pckCa ?? 'platform';
    this.fmspc = options.fmspc ?? DEFAULT_FMSPC;
    this.ppid = options.ppid ?? derive(this.#seed, 'PPID').slice(0, 16);
    this.#pceId = options.pceId ?? DEFAULT_PCE_ID;
    this.#key = keyOf(this.#seed, 'PCK');
    const { components = DEFAULT_COMPONENTS, pceSvn = DEFAULT_PCE_SVN, cpuSvn = Uint8Array.from(components) } = options;
    this.#tcb = { components, pceSvn, cpuSvn };
    this.#pck = this.#certify();
    this.#publish();
  }

  /** DER of the present PCK certificate. */
  get pck(): Uint8Array {
    return this.#pck;
  }

  /** Serial number of the present PCK certificate, 20 bytes. */
  get serial(): Uint8Array {
    return serialNumber(this.#seed, `PCK ${this.#certificates}`);
  }

  get tcb(): Readonly<Required<MachineTcb>> {
    return this.#tcb;
  }

  /** Patches the machine, or rolls it back: from now on it has another PCK certificate, for the same PPID. */
  setTcb(tcb: MachineTcb): void {
    const { components = this.#tcb.components, pceSvn = this.#tcb.pceSvn, cpuSvn = Uint8Array.from(components) } = tcb;
    this.#tcb = { components, pceSvn, cpuSvn };
    this.certify();
  }

  /**
   * Has the machine certified anew, for the same PPID.
   * @param notAfterSeconds when the certificate ends, and with it all that rests on it; as others' by default
   */
  certify(notAfterSeconds?: number): void {
    this.#certificates += 1;
    this.#pck = this.#certify(notAfterSeconds);
  }

  /** Puts the present PCK certificate on its CA's CRL. */
  revoke(): void {
    this.vendor.revoke(this.pckCa, this.serial);
  }

  /** A quote in both forms. */
  quote(options: QuoteOptions): Quote {
    const parts = this.quoteParts(options);
    options.alter?.(parts);
    return writeQuote(parts, this.chain());
  }

  /** DER of PCK, PCK CA and root, the chain of a quote. */
  chain(): [pck: Uint8Array, pckCa: Uint8Array, root: Uint8Array] {
    return [this.#pck, this.vendor.pckCa(this.pckCa), this.vendor.root];
  }

  /** What `quote` signs. */
  quoteParts(options: QuoteOptions): QuoteParts {
    const { form } = options;
    const tee: Tee = form === 'sgx3' ? 'sgx' : 'tdx';
    const attestation = keyOf(this.#seed, `attestation of ${tee}`);
    const { mrEnclave, mrSigner, isvProdId } = QE_IDENTITY[tee];
    const qe: EnclaveReportFields = {
      cpuSvn: this.#tcb.cpuSvn,
      attributes: QE_ATTRIBUTES,
      mrEnclave,
      mrSigner,
      isvProdId,
      isvSvn: DEFAULT_QE_ISV_SVN[tee],
      ...options.qe,
    };
    return {
      header: quoteHeader(form, derive(this.#seed, 'QE id').slice(0, 16), qe.isvSvn ?? 0, this.#tcb.pceSvn),
      descriptor: bodyDescriptor(form),
      body: form === 'sgx3' ? this.#enclaveReport(options) : this.#tdReport(options),
      qeReport: writeEnclaveReport(qe),
      qeAuthData: options.qeAuthData ?? Uint8Array.from({ length: 32 }, (_, i) => i),
      bindsKey: true,
      attestationKey: attestation.publicKey,
      quoteSigner: attestation,
      qeReportSigner: this.#key,
    };
  }

  /** Everything that a verifier needs for this machine's quotes, as bytes. */
  collateralParts(options: PlatformCollateralOptions): CollateralParts {
    const { vendor } = this;
    const tcbInfo = demand(vendor.tcbInfo(options.tee, this.fmspc, options), options);
    const qeIdentity = demand(vendor.qeIdentity(options.tee, options), options);
    // The dates that the caller names are those of the documents; the root CRL has a longer life.
    const { nextUpdateSeconds: _, ...rootOptions } = options;
    return {
      root: vendor.root,
      rootCrl: vendor.rootCrl(rootOptions),
      tcbInfoSigner: vendor.tcbSigning,
      tcbInfo: tcbInfo.document,
      tcbInfoSignature: tcbInfo.signature,
      qeIdentitySigner: vendor.tcbSigning,
      qeIdentity: qeIdentity.document,
      qeIdentitySignature: qeIdentity.signature,
      pckCa: vendor.pckCa(this.pckCa),
      pckCrl: vendor.pckCrl(this.pckCa, options),
    };
  }

  /** The same as the JSON file that verifiers of other people read too. */
  collateral(options: PlatformCollateralOptions): CollateralFile {
    return collateralFile(this.collateralParts(options));
  }

  #certify(notAfterSeconds?: number): Uint8Array {
    const { sgxType = 1, configuration = { dynamicPlatform: true, cachedKeys: true, smtEnabled: true } } =
      this.#options;
    const fields: SgxFields = {
      ...this.#tcb,
      ppid: this.ppid,
      pceId: this.#pceId,
      fmspc: this.fmspc,
      sgxType: this.pckCa === 'platform' ? sgxType : 0,
    };
    if (this.pckCa === 'platform') {
      fields.platformInstanceId = derive(this.#seed, 'platform instance').slice(0, 16);
      fields.configuration = configuration;
    }
    return this.vendor.issuePck(this.pckCa, this.serial, this.#key, fields, notAfterSeconds);
  }

  #publish(): void {
    const { vendor, fmspc } = this;
    const { levels, moduleIdentities } = this.#options;
    if (vendor.tcbInfo('sgx', fmspc) && !levels && !moduleIdentities) return;
    const evaluationNumber = Math.max(vendor.evaluationNumber, DEFAULT_EVALUATION_NUMBER);
    vendor.publish({
      fmspc,
      pceId: this.#pceId,
      evaluationNumber,
      ...(levels && { levels }),
      ...(moduleIdentities && { moduleIdentities }),
    });
  }

  #enclaveReport(options: SgxQuoteOptions): Uint8Array {
    return writeEnclaveReport({
      cpuSvn: this.#tcb.cpuSvn,
      attributes: DEFAULT_SGX_ATTRIBUTES,
      mrEnclave: derive('enclave', 'MRENCLAVE'),
      mrSigner: derive('enclave', 'MRSIGNER'),
      ...options,
    });
  }

  #tdReport(options: TdxQuoteOptions): Uint8Array {
    const is15 = options.form === 'tdx5td15';
    const teeTcbSvn = options.teeTcbSvn ?? Uint8Array.from(DEFAULT_TEE_TCB_SVN);
    const registers = Object.fromEntries(
      ['mrSeam', 'mrTd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'].map((name) => [name, register48('trust domain', name)]),
    );
    const fields: TdReportFields = {
      tdAttributes: DEFAULT_TD_ATTRIBUTES,
      xfam: DEFAULT_XFAM,
      ...registers,
      ...(is15 && { teeTcbSvn2: teeTcbSvn }),
      ...options,
      teeTcbSvn,
    };
    return writeTdReport(fields, is15);
  }
}

/** One machine; without `vendor` also a vendor of its own, from the same seed. */
export function createPlatform(options: PlatformOptions = {}): Platform {
  return new Platform(options);
}

/** 64 bytes of report data from at most 64 bytes, padded with zeros. */
export function reportDataOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 64) throw new RangeError(`${bytes.length} bytes do not fit the 64 of report data`);
  return concat(bytes, new Uint8Array(64 - bytes.length));
}

function demand(
  document: SignedDocument | undefined,
  { tee, evaluationNumber }: PlatformCollateralOptions,
): SignedDocument {
  if (!document) throw new RangeError(`edition ${evaluationNumber} of ${tee} is not published; publish it first`);
  return document;
}
