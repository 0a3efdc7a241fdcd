/** Forms of evidence that the verifier on EVM chains takes (docs/spec/dcap.md section 14). */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from '../bytes.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { readEvidence, type Quote } from './quote.ts';
import type { SgxExtension } from './sgx-extension.ts';

/** Zero bytes from which on a new run is cheaper than to write them out. */
const WORTHWHILE_GAP = 33;
const MAX_RUN = 255;

/** Dates from here on are GeneralizedTime, for which there are no templates. */
const YEAR_2050_SECONDS = Date.UTC(2050, 0, 1) / 1000;

const DER_LEAF = 1;
const COMPACT = 2;

/**
 * What `judge` of the verifier takes.
 * @param evaluationNumber the edition of the collateral to judge by, a number of 32 bits
 * @param evidence with its leaf as DER, or what `compactEvidence` gave
 */
export function judgeInput(evaluationNumber: number, evidence: Uint8Array, form: 'der' | 'compact'): Uint8Array {
  if (!Number.isInteger(evaluationNumber) || evaluationNumber < 0 || evaluationNumber > 0xffffffff) {
    throw new RangeError(`${evaluationNumber} is no evaluation number: those have 32 bits`);
  }
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(0, evaluationNumber);
  head[4] = form === 'der' ? DER_LEAF : COMPACT;
  return concat(head, evidence);
}

/**
 * Evidence without the bytes that a chain knows or can work out, for about two thirds of the gas.
 * @param evidence with its leaf as DER
 * @param templateId 32 bytes: what `addLeafTemplate` of the verifier gives for that leaf
 * @returns undefined where there is no such form: pass the evidence as it is
 * @throws DcapError where the evidence or its leaf cannot be taken apart
 */
export function compactEvidence(evidence: Uint8Array, templateId: Uint8Array): Uint8Array | undefined {
  if (templateId.length !== 32) throw new RangeError(`a template id has 32 bytes, not ${templateId.length}`);
  const quote = readEvidence(evidence);
  const leaf = readCertificate(quote.certificationData, 'pck');
  const bound = concat(sha256(concat(quote.attestationKey, quote.qeAuthData)), new Uint8Array(32));
  // Left out, since the chain works it out; and dates of another form have no template.
  if (!equalBytes(quote.qeReport.reportData, bound)) return undefined;
  if (leaf.notAfterSeconds >= YEAR_2050_SECONDS) return undefined;
  const isUsual = quote.qeAuthData.every((byte, i) => byte === i);
  const body = quote.signedBytes.subarray(quote.header.version === 5 ? 54 : 48);
  return concat(
    templateId,
    Uint8Array.of(formOf(quote)),
    evidence.subarray(8, 12),
    evidence.subarray(28, 48),
    quote.signature,
    quote.attestationKey,
    quote.qeReportSignature,
    leaf.signature,
    Uint8Array.of(isUsual ? 0 : 1),
    isUsual ? new Uint8Array() : quote.qeAuthData,
    sparse(body),
    sparse(quote.qeReportBytes.subarray(0, 320)),
    leafPlaces(leaf),
  );
}

function formOf({ header, report }: Quote): number {
  if (report.kind === 'td15') return 6;
  return header.version;
}

/** Bytes as runs between zeros: how many there are, then for each the zeros before it, its length and its bytes. */
function sparse(bytes: Uint8Array): Uint8Array {
  const runs: Uint8Array[] = [];
  let written = 0;
  for (let from = nextByte(bytes, 0); from < bytes.length; from = nextByte(bytes, written)) {
    for (; from - written > MAX_RUN; written += MAX_RUN) runs.push(Uint8Array.of(MAX_RUN, 0));
    const end = Math.min(endOfRun(bytes, from), from + MAX_RUN);
    runs.push(concat(Uint8Array.of(from - written, end - from), bytes.subarray(from, end)));
    written = end;
  }
  return concat(Uint8Array.of(runs.length), ...runs);
}

/** Where the next byte is that is not zero, or the end. */
function nextByte(bytes: Uint8Array, from: number): number {
  const at = bytes.subarray(from).findIndex((byte) => byte !== 0);
  return at < 0 ? bytes.length : from + at;
}

/** Behind the last byte before a gap that is worth a new run. */
function endOfRun(bytes: Uint8Array, from: number): number {
  let end = from + 1;
  for (let i = end; i < bytes.length && i - end < WORTHWHILE_GAP; i++) if (bytes[i] !== 0) end = i + 1;
  return end;
}

/** What fills the template of a leaf, as contracts-evm/src/dcap/LeafTemplates.sol has it. */
function leafPlaces(leaf: Certificate): Uint8Array {
  // A leaf has it.
  const sgx = leaf.sgx as SgxExtension;
  return concat(
    integerContent(leaf.serial),
    utcTime(leaf.notBeforeSeconds),
    utcTime(leaf.notAfterSeconds),
    leaf.publicKey,
    leaf.subjectKeyId,
    sgx.ppid,
    sgx.tcbComponents,
    integerContent(sgx.pceSvn < 256 ? Uint8Array.of(sgx.pceSvn) : Uint8Array.of(sgx.pceSvn >> 8, sgx.pceSvn & 0xff)),
    sgx.cpuSvn,
    sgx.pceId,
    sgx.fmspc,
    sgx.platformInstanceId ?? new Uint8Array(),
  );
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
