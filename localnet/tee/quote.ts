/** Writes quotes in Intel's format, little-endian (docs/spec/dcap.md section 3). */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../../prover/protocol/bytes.ts';
import { pemChain } from './collateral.ts';
import { hex, u16, u32, utf8 } from './encoding.ts';
import { sign, type Key } from './keys.ts';

/** SGX in version 3; TDX in version 4, and in version 5 with a TD report 1.0 or 1.5. */
export type QuoteForm = 'sgx3' | 'tdx4' | 'tdx5' | 'tdx5td15';
export const QUOTE_FORMS: readonly QuoteForm[] = ['sgx3', 'tdx4', 'tdx5', 'tdx5td15'];

export const INTEL_QE_VENDOR = hex('939a7233f79c4ca9940a0db3957f0607');
const REPORT_BYTES: Record<QuoteForm, number> = { sgx3: 384, tdx4: 584, tdx5: 584, tdx5td15: 648 };

/** Fields of an enclave report. What is left out is zero. */
export interface EnclaveReportFields {
  /** 16 bytes */
  cpuSvn?: Uint8Array;
  /** 4 bytes */
  miscSelect?: Uint8Array;
  cetAttributes?: number;
  /** 16 bytes */
  isvExtProdId?: Uint8Array;
  /** 16 bytes: flags, XFRM */
  attributes?: Uint8Array;
  /** 32 bytes */
  mrEnclave?: Uint8Array;
  /** 32 bytes */
  mrSigner?: Uint8Array;
  /** 64 bytes */
  configId?: Uint8Array;
  isvProdId?: number;
  isvSvn?: number;
  configSvn?: number;
  /** 16 bytes */
  isvFamilyId?: Uint8Array;
  /** 64 bytes */
  reportData?: Uint8Array;
}

/** Fields of a TD report. What is left out is zero; the last two exist in 1.5 alone. */
export interface TdReportFields {
  /** 16 bytes */
  teeTcbSvn?: Uint8Array;
  /** 48 bytes each */
  mrSeam?: Uint8Array;
  mrSignerSeam?: Uint8Array;
  /** 8 bytes each */
  seamAttributes?: Uint8Array;
  tdAttributes?: Uint8Array;
  xfam?: Uint8Array;
  /** 48 bytes each */
  mrTd?: Uint8Array;
  mrConfigId?: Uint8Array;
  mrOwner?: Uint8Array;
  mrOwnerConfig?: Uint8Array;
  rtmr0?: Uint8Array;
  rtmr1?: Uint8Array;
  rtmr2?: Uint8Array;
  rtmr3?: Uint8Array;
  /** 64 bytes */
  reportData?: Uint8Array;
  /** 16 bytes */
  teeTcbSvn2?: Uint8Array;
  /** 48 bytes */
  mrServiceTd?: Uint8Array;
}

type Layout = readonly (readonly [offset: number, length: number, value: Uint8Array | undefined])[];

function fill(length: number, layout: Layout): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [offset, size, value] of layout) {
    if (!value) continue;
    if (value.length !== size)
      throw new RangeError(`a report field at ${offset} has ${value.length} bytes, not ${size}`);
    bytes.set(value, offset);
  }
  return bytes;
}

/** @returns 384 bytes */
export function writeEnclaveReport(fields: EnclaveReportFields): Uint8Array {
  const { cetAttributes = 0, isvProdId = 0, isvSvn = 0, configSvn = 0 } = fields;
  return fill(384, [
    [0, 16, fields.cpuSvn],
    [16, 4, fields.miscSelect],
    [20, 1, Uint8Array.of(cetAttributes)],
    [32, 16, fields.isvExtProdId],
    [48, 16, fields.attributes],
    [64, 32, fields.mrEnclave],
    [128, 32, fields.mrSigner],
    [192, 64, fields.configId],
    [256, 2, u16(isvProdId)],
    [258, 2, u16(isvSvn)],
    [260, 2, u16(configSvn)],
    [304, 16, fields.isvFamilyId],
    [320, 64, fields.reportData],
  ]);
}

/** @returns 584 bytes for a TD report 1.0, 648 for 1.5 */
export function writeTdReport(fields: TdReportFields, is15: boolean): Uint8Array {
  const head: Layout = [
    [0, 16, fields.teeTcbSvn],
    [16, 48, fields.mrSeam],
    [64, 48, fields.mrSignerSeam],
    [112, 8, fields.seamAttributes],
    [120, 8, fields.tdAttributes],
    [128, 8, fields.xfam],
    [136, 48, fields.mrTd],
    [184, 48, fields.mrConfigId],
    [232, 48, fields.mrOwner],
    [280, 48, fields.mrOwnerConfig],
    [328, 48, fields.rtmr0],
    [376, 48, fields.rtmr1],
    [424, 48, fields.rtmr2],
    [472, 48, fields.rtmr3],
    [520, 64, fields.reportData],
  ];
  const tail: Layout = [
    [584, 16, fields.teeTcbSvn2],
    [600, 48, fields.mrServiceTd],
  ];
  if (is15) return fill(648, [...head, ...tail]);
  if (fields.teeTcbSvn2 || fields.mrServiceTd) throw new TypeError('a TD report 1.0 has no fields of 1.5');
  return fill(584, head);
}

/** Parts of a quote before it is signed, each open to change. */
export interface QuoteParts {
  /** 48 bytes */
  header: Uint8Array;
  /** Version 5: type and size of the body, 6 bytes; else empty */
  descriptor: Uint8Array;
  body: Uint8Array;
  /** 384 bytes; its report data is filled with the binding of the attestation key when `bindsKey` */
  qeReport: Uint8Array;
  qeAuthData: Uint8Array;
  bindsKey: boolean;
  /** 64 bytes: x, y */
  attestationKey: Uint8Array;
  quoteSigner: Key;
  qeReportSigner: Key;
}

/** The honest header of a form. */
export function quoteHeader(form: QuoteForm, qeId: Uint8Array, qeSvn: number, pceSvn: number): Uint8Array {
  const isSgx = form === 'sgx3';
  const version = isSgx ? 3 : form === 'tdx4' ? 4 : 5;
  const svns = isSgx ? concat(u16(qeSvn), u16(pceSvn)) : u32(0);
  return concat(u16(version), u16(2), u32(isSgx ? 0 : 0x81), svns, INTEL_QE_VENDOR, qeId, u32(0));
}

export function bodyDescriptor(form: QuoteForm): Uint8Array {
  if (form !== 'tdx5' && form !== 'tdx5td15') return new Uint8Array();
  return concat(u16(form === 'tdx5' ? 2 : 3), u32(REPORT_BYTES[form]));
}

/** What a quoting enclave certifies its attestation key by: sha256(key, authentication data) and zeros, 64 bytes. */
export function keyBinding(attestationKey: Uint8Array, qeAuthData: Uint8Array): Uint8Array {
  return concat(sha256(concat(attestationKey, qeAuthData)), new Uint8Array(32));
}

/** Both forms of one quote, which differ in the certification data at their end alone. */
export interface Quote {
  /** As the machine emits it: type 5, PEM chain of PCK, PCK CA and root, closed by a zero byte */
  quote: Uint8Array;
  /** Corridor's evidence: type 4, the PCK certificate as DER */
  evidence: Uint8Array;
}

/**
 * Signs a quote, with any certification data.
 * @param type of the certification data: 5 for a PEM chain, 4 for the PCK certificate as DER
 */
export function signQuote(parts: QuoteParts, type: number, data: Uint8Array): Uint8Array {
  const { header, descriptor, body, qeAuthData, attestationKey } = parts;
  const qeReport = parts.qeReport.slice();
  if (parts.bindsKey) qeReport.set(keyBinding(attestationKey, qeAuthData), 320);
  const signed = concat(header, descriptor, body);
  const signature = sign(signed, parts.quoteSigner);
  const qeSignature = sign(qeReport, parts.qeReportSigner);
  const auth = concat(u16(qeAuthData.length), qeAuthData);
  const inner = concat(qeReport, qeSignature, auth, u16(type), u32(data.length), data);
  // By the body and not by the header, which may name a version that does not exist.
  const hasOuterType = body.length !== 384;
  const outer = hasOuterType ? concat(u16(6), u32(inner.length), inner) : inner;
  const all = concat(signature, attestationKey, outer);
  return concat(signed, u32(all.length), all);
}

/**
 * Signs a quote in both forms.
 * @param chain DER: PCK, PCK CA, root
 */
export function writeQuote(parts: QuoteParts, chain: readonly Uint8Array[]): Quote {
  return {
    quote: signQuote(parts, 5, certificationData(pemChain(...chain))),
    evidence: signQuote(parts, 4, chain[0]!),
  };
}

/** Certification data of type 5: the text and a zero byte. */
export function certificationData(text: string): Uint8Array {
  return concat(utf8(text), Uint8Array.of(0));
}
