/** Forms of evidence that the verifier on EVM chains takes (docs/spec/dcap.md section 14). */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from '../bytes.ts';
import { readCertificate, type Certificate } from './certificate.ts';
import { placesOf, qeReportOf, type LeafTemplate } from './leaf-template.ts';
import { readEvidence, type Quote } from './quote.ts';

/** Gas of one run more, bytes and work: that much is worth it to leave bytes out. */
const RUN_GAS = 130;
const MAX_RUN = 255;

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
 * @param templates what `leafTemplatesOf` finds at the verifier; the best that fits is taken
 * @returns undefined where there is no such form: pass the evidence as it is
 * @throws DcapError where the evidence or its leaf cannot be taken apart
 */
export function compactEvidence(evidence: Uint8Array, templates: readonly LeafTemplate[]): Uint8Array | undefined {
  const quote = readEvidence(evidence);
  const leaf = readCertificate(quote.certificationData, 'pck');
  const bound = concat(sha256(concat(quote.attestationKey, quote.qeAuthData)), new Uint8Array(32));
  // Left out, since the chain works it out.
  if (!equalBytes(quote.qeReport.reportData, bound)) return undefined;
  const forms = templates.flatMap((template) => compactBy(template, quote, leaf, evidence) ?? []);
  return forms.sort((left, right) => left.length - right.length)[0];
}

function compactBy(
  template: LeafTemplate,
  quote: Quote,
  leaf: Certificate,
  evidence: Uint8Array,
): Uint8Array | undefined {
  const places = placesOf(template, leaf);
  if (places === undefined) return undefined;
  const isUsual = quote.qeAuthData.every((byte, i) => byte === i);
  const body = quote.signedBytes.subarray(quote.header.version === 5 ? 54 : 48);
  // A leaf has the extension.
  const knownReport = qeReportOf(template, leaf.sgx!.cpuSvn);
  return concat(
    template.id,
    Uint8Array.of(formOf(quote)),
    evidence.subarray(8, 12),
    evidence.subarray(28, 48),
    quote.signature,
    quote.attestationKey,
    quote.qeReportSignature,
    leaf.signature,
    Uint8Array.of(isUsual ? 0 : 1),
    isUsual ? new Uint8Array() : quote.qeAuthData,
    runsOver(new Uint8Array(body.length), body),
    runsOver(knownReport, quote.qeReportBytes.subarray(0, 320)),
    places,
  );
}

function formOf({ header, report }: Quote): number {
  if (report.kind === 'td15') return 6;
  return header.version;
}

/** Bytes as runs over those that are known: their number, then for each the bytes before it, its length and its bytes. */
function runsOver(known: Uint8Array, bytes: Uint8Array): Uint8Array {
  const differs = (i: number): boolean => bytes[i] !== known[i];
  const runs: Uint8Array[] = [];
  let written = 0;
  for (;;) {
    let from = written;
    while (from < bytes.length && !differs(from)) from++;
    if (from === bytes.length) return concat(Uint8Array.of(runs.length), ...runs);
    for (; from - written > MAX_RUN; written += MAX_RUN) runs.push(Uint8Array.of(MAX_RUN, 0));
    let end = from + 1;
    for (let i = end, gas = 0; i < bytes.length && gas < RUN_GAS && i - from < MAX_RUN; i++) {
      gas = differs(i) ? 0 : gas + (bytes[i] === 0 ? 4 : 16);
      if (differs(i)) end = i + 1;
    }
    runs.push(concat(Uint8Array.of(from - written, end - from), bytes.subarray(from, end)));
    written = end;
  }
}
