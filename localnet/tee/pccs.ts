/**
 * What a simulated vendor publishes, over HTTP: the endpoints of Intel's PCS API v4 that verifiers need, and those that
 * a PCCS (Intel's caching service, which has the same paths) adds for the root CRL.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pem, type PckCaKind } from './certificate.ts';
import { pemChain, type SignedDocument } from './collateral.ts';
import type { Tee } from './documents.ts';
import { hex, hexDigits } from './encoding.ts';
import type { DocumentOptions, Vendor } from './vendor.ts';

export interface PccsAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array | string;
}

export interface PccsOptions {
  /** Default any free port */
  port?: number;
  /** Default the local host alone */
  host?: string;
  /** Edition that `update=standard`, the default, stands for. Default the newest, as `update=early` */
  standardEvaluationNumber?: number;
}

export interface Pccs {
  /** `http://127.0.0.1:8081`, what clients take in place of `https://api.trustedservices.intel.com` */
  readonly url: string;
  close(): Promise<void>;
}

/** Thrown within, answered with its status as Intel's service does. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the vendor's collateral until it is closed. */
export async function startPccs(vendor: Vendor, options: PccsOptions = {}): Promise<Pccs> {
  const { port = 0, host = '127.0.0.1' } = options;
  const server = createServer((request, response) => {
    const { status, headers, body } = answerPccs(vendor, request.method ?? 'GET', request.url ?? '/', options);
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: () => closed(server) };
}

/**
 * Answers one request, without a server.
 * @param target path and query
 */
export function answerPccs(
  vendor: Vendor,
  method: string,
  target: string,
  options: Pick<PccsOptions, 'standardEvaluationNumber'> = {},
): PccsAnswer {
  const headers = { 'Request-ID': randomUUID().replaceAll('-', '') };
  try {
    if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'only GET');
    const base = 'http://pccs.invalid';
    if (!URL.canParse(target, base)) throw new Refusal(400, 'the path cannot be read');
    const answer = route(vendor, new URL(target, base), options);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    const message = error instanceof Error ? error.message : String(error);
    return { status, headers: { ...headers, 'Error-Message': message, 'Content-Type': 'text/plain' }, body: message };
  }
}

function route(vendor: Vendor, url: URL, options: Pick<PccsOptions, 'standardEvaluationNumber'>): PccsAnswer {
  if (url.pathname === '/LocalSGXRootCA.der') return file('application/pkix-crl', vendor.rootCrl());
  const match = /^\/(sgx|tdx)\/certification\/v4\/([a-z/]+)$/.exec(url.pathname);
  if (!match) throw new Refusal(404, `nothing is served at ${url.pathname}`);
  const tee = match[1] as Tee;
  const path = match[2]!;
  const { searchParams: query } = url;
  const edition = (): DocumentOptions => editionOf(query, options);
  if (path === 'tcb')
    return signed(vendor, 'tcbInfo', 'TCB-Info-Issuer-Chain', vendor.tcbInfo(tee, fmspcOf(query), edition()));
  if (path === 'qe/identity')
    return signed(vendor, 'enclaveIdentity', 'SGX-Enclave-Identity-Issuer-Chain', vendor.qeIdentity(tee, edition()));
  if (path === 'tcbevaluationdatanumbers')
    return signed(
      vendor,
      'tcbEvaluationDataNumbers',
      'TCB-Evaluation-Data-Numbers-Issuer-Chain',
      vendor.evaluationData(tee),
    );
  if (tee === 'sgx' && path === 'pckcrl') return pckCrl(vendor, query);
  if (tee === 'sgx' && path === 'rootcacrl') return file('text/plain', hexDigits(vendor.rootCrl()));
  if (tee === 'sgx' && path === 'fmspcs')
    return json(vendor.fmspcs.map((fmspc) => ({ fmspc: upper(fmspc), platform: 'E5' })));
  throw new Refusal(404, `nothing is served at ${url.pathname}`);
}

/** A document as the text that was signed, within an object of two keys. */
function signed(vendor: Vendor, key: string, chainHeader: string, document: SignedDocument | undefined): PccsAnswer {
  if (!document) throw new Refusal(404, 'nothing is published for this FMSPC and evaluation number');
  const text = new TextDecoder().decode(document.document);
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      [chainHeader]: encodeURIComponent(pemChain(vendor.tcbSigning, vendor.root)),
    },
    body: `{"${key}":${text},"signature":"${hexDigits(document.signature)}"}`,
  };
}

function pckCrl(vendor: Vendor, query: URLSearchParams): PccsAnswer {
  const kind = query.get('ca');
  const encoding = query.get('encoding') ?? 'pem';
  if (kind !== 'platform' && kind !== 'processor') throw new Refusal(400, 'ca must be platform or processor');
  if (encoding !== 'pem' && encoding !== 'der') throw new Refusal(400, 'encoding must be pem or der');
  const crl = vendor.pckCrl(kind satisfies PckCaKind);
  const answer =
    encoding === 'der' ? file('application/pkix-crl', crl) : file('application/x-pem-file', pem(crl, 'X509 CRL'));
  answer.headers['SGX-PCK-CRL-Issuer-Chain'] = encodeURIComponent(pemChain(vendor.pckCa(kind), vendor.root));
  return answer;
}

function fmspcOf(query: URLSearchParams): Uint8Array {
  const digits = query.get('fmspc') ?? '';
  if (!/^[0-9a-fA-F]{12}$/.test(digits)) throw new Refusal(400, 'fmspc must be 12 hex digits');
  return hex(digits);
}

function editionOf(query: URLSearchParams, options: Pick<PccsOptions, 'standardEvaluationNumber'>): DocumentOptions {
  const number = query.get('tcbEvaluationDataNumber');
  const update = query.get('update');
  if (number !== null && update !== null)
    throw new Refusal(400, 'update and tcbEvaluationDataNumber exclude each other');
  if (update !== null && update !== 'early' && update !== 'standard')
    throw new Refusal(400, 'update must be early or standard');
  if (number === null) {
    const standard = update === 'early' ? undefined : options.standardEvaluationNumber;
    return standard === undefined ? {} : { evaluationNumber: standard };
  }
  if (!/^(?:0|[1-9]\d{0,9})$/.test(number)) throw new Refusal(400, 'tcbEvaluationDataNumber must be a number');
  return { evaluationNumber: Number(number) };
}

function file(type: string, body: Uint8Array | string): PccsAnswer {
  return { status: 200, headers: { 'Content-Type': type }, body };
}

function json(value: unknown): PccsAnswer {
  return file('application/json', JSON.stringify(value));
}

function upper(bytes: Uint8Array): string {
  return hexDigits(bytes).toUpperCase();
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
