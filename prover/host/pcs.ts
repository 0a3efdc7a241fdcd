import { chainOfQuote, PCK_CHAIN, readCertificate, readQuote } from '../protocol/dcap/index.ts';
import type { CollateralFile, TeeType } from '../protocol/dcap/index.ts';

/** Intel's own service. It serves the root CRL from another address than its PCS. */
export const INTEL_PCS_URL = 'https://api.trustedservices.intel.com';
export const INTEL_ROOT_CRL_URL = 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der';

const MAX_ANSWER_BYTES = 1 << 20;
const TIMEOUT_MILLISECONDS = 20_000;

/** Thrown when a PCS or PCCS cannot be reached or answers with something else than collateral. */
export class PcsError extends Error {
  readonly code: 'Unreachable' | 'Refused' | 'Malformed';

  constructor(code: PcsError['code'], message: string) {
    super(message);
    this.name = 'PcsError';
    this.code = code;
  }
}

/** Which machine's collateral is wanted. */
export interface CollateralRequest {
  tee: TeeType;
  /** 6 bytes as hex without 0x */
  fmspc: string;
  /** The CA that issued the machine's PCK certificate */
  ca: 'platform' | 'processor';
  /** Base URL of a PCS or PCCS (Intel's API version 4) */
  url: string;
  /** A PCCS serves the root CRL itself, Intel's PCS does not */
  rootCrlUrl?: string;
  /** `early` is published first, `standard` some months later */
  edition?: 'early' | 'standard';
}

/**
 * What a quote says about the collateral that it needs. Nothing of it is verified.
 * @throws DcapError
 */
export function requestOfQuote(bytes: Uint8Array): Pick<CollateralRequest, 'tee' | 'fmspc' | 'ca'> {
  const quote = readQuote(bytes);
  const isChain = quote.certificationDataType === PCK_CHAIN;
  const pck = readCertificate(isChain ? chainOfQuote(quote).pck : quote.certificationData, 'pck');
  return {
    tee: quote.header.tee,
    fmspc: Buffer.from(pck.sgx!.fmspc).toString('hex'),
    // The certificates of the Platform CA alone carry a platform instance id (Intel's PCK certificate profile).
    ca: pck.sgx!.platformInstanceId === undefined ? 'processor' : 'platform',
  };
}

/**
 * Fetches everything that one machine's evidence is judged by, byte for byte as Intel signed it. Nothing is verified:
 * the verifier does that, on chain or off.
 * @throws PcsError
 */
export async function fetchCollateral(request: CollateralRequest): Promise<CollateralFile> {
  const { tee, fmspc, ca } = request;
  const base = request.url.replace(/\/+$/, '');
  const update = request.edition === undefined ? '' : `update=${request.edition}`;
  const tcbUrl = `${base}/${tee}/certification/v4/tcb?${[`fmspc=${fmspc}`, update].filter(Boolean).join('&')}`;
  const qeUrl = `${base}/${tee}/certification/v4/qe/identity${update === '' ? '' : `?${update}`}`;
  const crlUrl = `${base}/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`;
  const rootUrl = request.rootCrlUrl ?? `${base}/sgx/certification/v4/rootcacrl`;
  const [tcb, qe, pckCrl, rootCrl] = await Promise.all([get(tcbUrl), get(qeUrl), get(crlUrl), get(rootUrl)]);
  const tcbInfo = signedPart(tcb, 'tcbInfo');
  const qeIdentity = signedPart(qe, 'enclaveIdentity');
  return {
    pck_crl_issuer_chain: chainHeader(pckCrl, 'SGX-PCK-CRL-Issuer-Chain'),
    root_ca_crl: crlHex(rootCrl),
    pck_crl: crlHex(pckCrl),
    tcb_info_issuer_chain: chainHeader(tcb, 'TCB-Info-Issuer-Chain'),
    tcb_info: tcbInfo.document,
    tcb_info_signature: tcbInfo.signature,
    qe_identity_issuer_chain: chainHeader(qe, 'SGX-Enclave-Identity-Issuer-Chain'),
    qe_identity: qeIdentity.document,
    qe_identity_signature: qeIdentity.signature,
  };
}

interface Answer {
  url: string;
  headers: Headers;
  body: Uint8Array;
}

async function get(url: string): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS), redirect: 'error' });
  } catch (error) {
    throw new PcsError('Unreachable', `cannot reach ${url}: ${reasonOf(error)}; try again, or give another --url`);
  }
  if (!response.ok) {
    throw new PcsError('Refused', `${url} answered ${response.status}; check FMSPC, CA and edition`);
  }
  return { url, headers: response.headers, body: await bodyOf(url, response) };
}

/** The body, given up as soon as it exceeds what collateral can have. */
async function bodyOf(url: string, response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > MAX_ANSWER_BYTES) throw new PcsError('Malformed', `${url} answered with more than 1 MiB`);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof PcsError) throw error;
    throw new PcsError('Unreachable', `the answer of ${url} broke off: ${reasonOf(error)}; try again`);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function reasonOf(error: unknown): string {
  const cause = (error as Error).cause as { code?: string } | undefined;
  return cause?.code ?? (error as Error).message;
}

/**
 * The signed document within `{"name":{…},"signature":"…"}`, byte for byte: parsing and printing it again would not
 * keep what Intel signed.
 */
function signedPart({ url, body }: Answer, name: string): { document: string; signature: string } {
  const text = new TextDecoder().decode(body);
  const match = new RegExp(
    `^\\s*\\{\\s*"${name}"\\s*:\\s*(\\{[^]*\\})\\s*,\\s*"signature"\\s*:\\s*"([0-9a-fA-F]{128})"\\s*\\}\\s*$`,
  ).exec(text);
  if (!match) throw new PcsError('Malformed', `${url} did not answer with ${name} and a signature of 64 bytes`);
  return { document: match[1]!, signature: match[2]! };
}

/** Issuer chains travel in headers, percent-encoded PEM. */
function chainHeader({ url, headers }: Answer, name: string): string {
  const value = headers.get(name);
  if (value === null) throw new PcsError('Malformed', `${url} answered without the header ${name}`);
  try {
    return decodeURIComponent(value);
  } catch {
    throw new PcsError('Malformed', `the header ${name} of ${url} is not percent-encoded`);
  }
}

/** Intel's PCS answers DER, a PCCS the hex digits of it. */
function crlHex({ url, body }: Answer): string {
  if (body[0] === 0x30 && body[1]! >= 0x80) return Buffer.from(body).toString('hex');
  const text = new TextDecoder('latin1').decode(body).trim();
  if (!/^30(?:[0-9a-fA-F]{2})+$/.test(text)) throw new PcsError('Malformed', `${url} did not answer with a CRL`);
  return text.toLowerCase();
}
