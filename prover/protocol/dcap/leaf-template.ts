/** Templates of PCK certificates, as contracts-evm/src/dcap has them in LeafTemplates.sol and PckCaLayout.sol. */
import { concat, equalBytes } from '../bytes.ts';
import type { Certificate } from './certificate.ts';
import type { SgxExtension } from './sgx-extension.ts';

/** A template as a verifier keeps it. */
export interface LeafTemplate {
  /** 5 bytes: what compact evidence calls it */
  id: Uint8Array;
  bytes: Uint8Array;
}

/** Dates from here on are GeneralizedTime, for which there are no templates. */
const YEAR_2050_SECONDS = Date.UTC(2050, 0, 1) / 1000;

const KEY_ID = 96;
const BOUNDS = 116;
const MAX_TEMPLATES = 15;

const QE_REPORT = 26;
const QE_REPORT_LENGTH = 244;
const TBS_REST = QE_REPORT + QE_REPORT_LENGTH;

/**
 * Templates in what a verifier keeps of a PCK CA.
 * @param code of the contract that `pckCaData` of the verifier names
 */
export function leafTemplatesOf(code: Uint8Array): LeafTemplate[] {
  // Behind a zero byte, which is the instruction STOP.
  const kept = code.subarray(1);
  const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  const templates: LeafTemplate[] = [];
  for (let number = 0; number < MAX_TEMPLATES; number++) {
    const [start, end] = [view.getUint16(BOUNDS + 2 * number), view.getUint16(BOUNDS + 2 * number + 2)];
    if (end === 0) break;
    const id = concat(kept.subarray(KEY_ID, KEY_ID + 4), Uint8Array.of(number));
    templates.push({ id, bytes: kept.slice(start, end) });
  }
  return templates;
}

/** The QE report of a template without its report data, 320 bytes, on a machine whose leaf has a CPUSVN. */
export function qeReportOf({ bytes }: LeafTemplate, cpuSvn: Uint8Array): Uint8Array {
  return concat(cpuSvn, bytes.subarray(QE_REPORT, TBS_REST), new Uint8Array(60));
}

/**
 * What fills a template so that it becomes a leaf.
 * @returns undefined where the leaf has another shape
 */
export function placesOf(template: LeafTemplate, leaf: Certificate): Uint8Array | undefined {
  if (leaf.notAfterSeconds >= YEAR_2050_SECONDS) return undefined;
  // A leaf has it.
  const sgx = leaf.sgx as SgxExtension;
  const serial = integerContent(leaf.serial);
  const pceSvn = integerContent(
    sgx.pceSvn < 256 ? Uint8Array.of(sgx.pceSvn) : Uint8Array.of(sgx.pceSvn >> 8, sgx.pceSvn & 0xff),
  );
  const dates = concat(utcTime(leaf.notBeforeSeconds), utcTime(leaf.notAfterSeconds));
  const tail = concat(pceSvn, sgx.cpuSvn, sgx.pceId, sgx.fmspc, sgx.platformInstanceId ?? new Uint8Array());
  const places = concat(serial, dates, leaf.publicKey, leaf.subjectKeyId, sgx.ppid, sgx.tcbComponents, tail);
  const filled = fill(template.bytes, { leaf, sgx, serial, pceSvn, dates });
  return filled && equalBytes(filled, leaf.tbs) ? places : undefined;
}

/** The signed part that comes of a template, or undefined where numbers have other lengths. */
function fill(
  template: Uint8Array,
  of: { leaf: Certificate; sgx: SgxExtension; serial: Uint8Array; pceSvn: Uint8Array; dates: Uint8Array },
): Uint8Array | undefined {
  const { leaf, sgx, serial, pceSvn, dates } = of;
  const view = new DataView(template.buffer, template.byteOffset, template.byteLength);
  if (template[16] !== pceSvn.length || template[17] !== (sgx.platformInstanceId ? 1 : 0)) return undefined;
  const rest = template.slice(TBS_REST);
  const put = (offset: number, bytes: Uint8Array): number => {
    // Another shape may be shorter.
    if (offset + bytes.length <= rest.length) rest.set(bytes, offset);
    return offset + bytes.length;
  };
  const date = view.getUint16(18);
  put(date, dates.subarray(0, 12));
  put(date + 15, dates.subarray(12));
  put(view.getUint16(20), leaf.publicKey);
  put(view.getUint16(22), leaf.subjectKeyId);
  let at = put(view.getUint16(24), sgx.ppid) + 37;
  for (const [i, svn] of sgx.tcbComponents.entries()) {
    if ((svn & 0x80) !== template[i]) return undefined;
    at = put(at + (svn >> 7), Uint8Array.of(svn)) + 17;
  }
  at = put(at, pceSvn) + 17;
  at = put(at, sgx.cpuSvn) + 16;
  at = put(at, sgx.pceId) + 16;
  at = put(at, sgx.fmspc) + 33;
  if (sgx.platformInstanceId) put(at, sgx.platformInstanceId);
  const length = 7 + serial.length + rest.length;
  const head = Uint8Array.of(0x30, 0x82, length >> 8, length & 0xff, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, serial.length);
  return concat(head, serial, rest);
}

/** Content of a DER INTEGER that is not negative, from its value without leading zeros. */
function integerContent(value: Uint8Array): Uint8Array {
  return value[0]! >= 0x80 ? concat(Uint8Array.of(0), value) : value;
}

/** `YYMMDDHHMMSS`, the first 12 bytes of a UTCTime. */
function utcTime(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replace(/[^0-9]/g, '');
  return Uint8Array.from(digits.slice(2, 14), (digit) => digit.charCodeAt(0));
}
