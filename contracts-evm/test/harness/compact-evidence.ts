/** Writes compact evidence, contracts-evm/src/dcap/CompactEvidence.sol, from evidence with its leaf as DER. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from '../../../prover/protocol/bytes.ts';
import { readCertificate, readEvidence, type Quote } from '../../../prover/protocol/dcap/index.ts';

/** Zero bytes from which on a new run is cheaper than to write them out. */
const WORTHWHILE_GAP = 33;

/** Distances inside the SGX extension, see LeafTemplates.sol. */
const PPID_TO_SVN = 53;
const SVN_TO_SVN = 18;
const PCE_SVN_END_TO_CPU_SVN = 17;
const CPU_SVN_TO_PCE_ID = 32;
const PCE_ID_TO_FMSPC = 18;
const FMSPC_TO_INSTANCE = 39;

const FORMS = { enclave: 3, td10: 4, td15: 6 } as const;

/**
 * Compact evidence.
 * @param evidence of certification data type 4
 * @param templateId 32 bytes: what `addLeafTemplate` gives for its leaf
 * @throws DcapError where the evidence or its leaf cannot be taken apart
 * @throws RangeError where it has no compact form: what is left out would not be what it is
 */
export function compactEvidence(evidence: Uint8Array, templateId: Uint8Array): Uint8Array {
  const quote = readEvidence(evidence);
  const bound = concat(sha256(concat(quote.attestationKey, quote.qeAuthData)), new Uint8Array(32));
  if (!equalBytes(quote.qeReport.reportData, bound)) {
    throw new RangeError('the quoting enclave does not vouch for the attestation key: this has no compact form');
  }
  const isUsual = quote.qeAuthData.every((byte, i) => byte === i);
  const { signature } = readCertificate(quote.certificationData, 'pck');
  return Uint8Array.from([
    ...templateId,
    formOf(quote),
    ...evidence.subarray(8, 12),
    ...evidence.subarray(28, 48),
    ...quote.signature,
    ...quote.attestationKey,
    ...quote.qeReportSignature,
    ...signature,
    isUsual ? 0 : 1,
    ...(isUsual ? [] : quote.qeAuthData),
    ...sparse(quote.signedBytes.subarray(quote.header.version === 5 ? 54 : 48)),
    ...sparse(quote.qeReportBytes.subarray(0, 320)),
    ...leafPlaces(quote.certificationData),
  ]);
}

/** Bytes as runs between zeros. */
export function sparse(bytes: Uint8Array): Uint8Array {
  const runs: number[][] = [];
  const add = (gap: number, from: number, to: number): void => {
    for (; gap > 255; gap -= 255) runs.push([255, 0]);
    for (let start = from; start < to; start += 255) {
      const part = bytes.subarray(start, Math.min(to, start + 255));
      runs.push([start === from ? gap : 0, part.length, ...part]);
    }
  };
  let written = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0) continue;
    const from = i;
    let to = i + 1;
    while (i < bytes.length && i - to < WORTHWHILE_GAP) if (bytes[i++] !== 0) to = i;
    add(from - written, from, to);
    written = to;
    i = to - 1;
  }
  return Uint8Array.from([runs.length, ...runs.flat()]);
}

/** What fills the template of a leaf. */
function leafPlaces(der: Uint8Array): number[] {
  const bytes = Buffer.from(der);
  const behind = (hex: string): number => {
    const pattern = Buffer.from(hex, 'hex');
    const found = bytes.indexOf(pattern);
    if (found < 0) throw new RangeError(`the certificate has no ${hex}: it has no template`);
    return found + pattern.length;
  };
  const date = behind('301e170d');
  const key = behind('03420004');
  const subjectKeyId = behind('0603551d0e04160414');
  const ppid = behind('060a2a864886f84d010d01010410');
  const svns: number[] = [];
  let position = ppid + PPID_TO_SVN;
  for (let i = 0; i < 16; i++) {
    // An SVN of 128 or more has a zero before it, and a length of 2.
    if (bytes[position - 1] === 2) position += 1;
    svns.push(bytes[position]!);
    position += SVN_TO_SVN;
  }
  const pceSvnEnd = position + bytes[position - 1]!;
  const cpuSvn = pceSvnEnd + PCE_SVN_END_TO_CPU_SVN;
  const pceId = cpuSvn + CPU_SVN_TO_PCE_ID;
  const fmspc = pceId + PCE_ID_TO_FMSPC;
  const instance = fmspc + FMSPC_TO_INSTANCE;
  const hasInstance = bytes.subarray(instance - 16, instance).toString('hex') === '301e060a2a864886f84d010d01060410';
  return [
    ...bytes.subarray(15, 15 + bytes[14]!),
    ...bytes.subarray(date, date + 12),
    ...bytes.subarray(date + 15, date + 27),
    ...bytes.subarray(key, key + 64),
    ...bytes.subarray(subjectKeyId, subjectKeyId + 20),
    ...bytes.subarray(ppid, ppid + 16),
    ...svns,
    ...bytes.subarray(position, pceSvnEnd),
    ...bytes.subarray(cpuSvn, cpuSvn + 16),
    ...bytes.subarray(pceId, pceId + 2),
    ...bytes.subarray(fmspc, fmspc + 6),
    ...(hasInstance ? bytes.subarray(instance, instance + 16) : []),
  ];
}

function formOf({ header, report }: Quote): number {
  return header.version === 5 && report.kind === 'td10' ? 5 : FORMS[report.kind];
}
