import { concat, equalBytes } from '../bytes.ts';
import type { Collateral } from './collateral.ts';
import { check, DcapError, type DcapRule } from './errors.ts';
import { PCK_CERTIFICATE, PCK_CHAIN, readQuote, type Quote } from './quote.ts';

const PEM_CERTIFICATE =
  /-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END CERTIFICATE-----(?:\r?\n|$)/y;

/** The certificates of a quote's PEM chain, DER. They are covered by no signature of the quote. */
export interface QuoteChain {
  pck: Uint8Array;
  pckCa: Uint8Array;
  root: Uint8Array;
}

/**
 * Evidence of a quote: the same quote with its PEM chain replaced by the PCK certificate as DER (docs/spec/dcap.md
 * section 11). Evidence stays as it is.
 * @throws DcapError the rules of the form of a quote, `TrailingBytes`, `MalformedPem`, `InvalidPemChain`
 */
export function evidenceFromQuote(bytes: Uint8Array): Uint8Array {
  const quote = readQuote(bytes);
  const leaf = quote.certificationDataType === PCK_CHAIN ? chainOfQuote(quote).pck : quote.certificationData;
  const qeData = concat(
    quote.qeReportBytes,
    quote.qeReportSignature,
    u16(quote.qeAuthData.length),
    quote.qeAuthData,
    u16(PCK_CERTIFICATE),
    u32(leaf.length),
    leaf,
  );
  const certification = quote.header.version === 3 ? qeData : concat(u16(6), u32(qeData.length), qeData);
  const signatureData = concat(quote.signature, quote.attestationKey, certification);
  return concat(quote.signedBytes, u32(signatureData.length), signatureData);
}

/**
 * The PEM chain of a quote with certification data of type 5.
 * @throws DcapError `UnsupportedCertificationData`, `MalformedPem`, `InvalidPemChain`
 */
export function chainOfQuote(quote: Quote): QuoteChain {
  const type = quote.certificationDataType;
  check(type === PCK_CHAIN, 'UnsupportedCertificationData', () => `type ${type} holds no PEM chain`);
  const data = quote.certificationData;
  const text = data.at(-1) === 0 ? data.subarray(0, -1) : data;
  const chain = readPem(new TextDecoder('latin1').decode(text), 'MalformedPem');
  check(chain.length === 3, 'InvalidPemChain', () => `${chain.length} certificates, expected PCK, PCK CA and root`);
  return { pck: chain[0]!, pckCa: chain[1]!, root: chain[2]! };
}

/** Collateral as PCCS clients store it: one JSON object, `tcb_info` and `qe_identity` being the signed strings. */
export interface CollateralFile {
  pck_crl_issuer_chain: string;
  root_ca_crl: string;
  pck_crl: string;
  tcb_info_issuer_chain: string;
  tcb_info: string;
  tcb_info_signature: string;
  qe_identity_issuer_chain: string;
  qe_identity: string;
  qe_identity_signature: string;
}

/**
 * Collateral from a collateral file; nothing of it is verified.
 * @param file parsed JSON: issuer chains as PEM of two certificates each, CRLs and signatures as hex without 0x
 * @throws DcapError `MalformedCollateralFile`
 */
export function collateralFromFile(file: unknown): Collateral {
  const rule: DcapRule = 'MalformedCollateralFile';
  check(typeof file === 'object' && file !== null, rule, () => 'expected a JSON object');
  const field = (name: keyof CollateralFile): string => {
    const value: unknown = (file as Record<string, unknown>)[name];
    check(typeof value === 'string' && value !== '', rule, () => `the field ${name} is missing or no string`);
    return value;
  };
  const hex = (name: keyof CollateralFile): Uint8Array => {
    const digits = field(name);
    check(/^(?:[0-9a-fA-F]{2})+$/.test(digits), rule, () => `${name} is not hex`);
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
      Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
    );
  };
  const chain = (name: keyof CollateralFile): [Uint8Array, Uint8Array] => {
    const certificates = readPem(field(name), rule);
    check(certificates.length === 2, rule, () => `${name} has ${certificates.length} certificates, expected 2`);
    return [certificates[0]!, certificates[1]!];
  };
  const [pckCa, root] = chain('pck_crl_issuer_chain');
  const [tcbInfoSigner, tcbInfoRoot] = chain('tcb_info_issuer_chain');
  const [qeIdentitySigner, qeIdentityRoot] = chain('qe_identity_issuer_chain');
  const isOneRoot = equalBytes(root, tcbInfoRoot) && equalBytes(root, qeIdentityRoot);
  check(isOneRoot, rule, () => 'the issuer chains end in different roots');
  const utf8 = new TextEncoder();
  return {
    root,
    rootCrl: hex('root_ca_crl'),
    tcbInfoSigner,
    tcbInfo: utf8.encode(field('tcb_info')),
    tcbInfoSignature: hex('tcb_info_signature'),
    qeIdentitySigner,
    qeIdentity: utf8.encode(field('qe_identity')),
    qeIdentitySignature: hex('qe_identity_signature'),
    pckCa,
    pckCrl: hex('pck_crl'),
  };
}

/**
 * The certificates of a PEM text, DER.
 * @throws DcapError with the rule
 */
export function readPem(text: string, rule: DcapRule): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  let position = 0;
  while (position < text.length) {
    PEM_CERTIFICATE.lastIndex = position;
    const match = PEM_CERTIFICATE.exec(text);
    if (!match) throw new DcapError(rule, `no PEM certificate at ${position}`);
    certificates.push(fromBase64(match[1]!.replace(/\r?\n/g, ''), rule));
    position = PEM_CERTIFICATE.lastIndex;
  }
  return certificates;
}

function fromBase64(text: string, rule: DcapRule): Uint8Array {
  try {
    const binary = atob(text);
    // atob takes texts without padding and with stray bits, which have a second form.
    if (btoa(binary) === text) return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    // Reported below.
  }
  throw new DcapError(rule, 'a certificate is not base64');
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function u32(value: number): Uint8Array {
  return concat(u16(value & 0xffff), u16(value >>> 16));
}
