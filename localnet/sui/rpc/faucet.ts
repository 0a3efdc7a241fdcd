/**
 * The faucet's HTTP interface, as Sui's local faucet has it: `POST /v2/gas` with
 * `{"FixedAmountRequest":{"recipient":"0x…"}}` answers
 * `{"status":"Success","coins_sent":[{"amount":…,"id":"0x…","transferTxDigest":"…"}]}`.
 */
import type { Devnet } from '../devnet-api.ts';
import { normalizeAddress } from '../ledger/types.ts';
import { CORS_HEADERS, preflight, type WebRequest, type WebResponse } from './web.ts';

const MAX_BODY_BYTES = 4096;
const PATHS = ['/v2/gas', '/v1/gas', '/gas'];

/** Answers one request to the faucet. Never rejects. */
export async function handleFaucet(devnet: Devnet, request: WebRequest): Promise<WebResponse> {
  if (request.method === 'OPTIONS') return preflight(request);
  if (request.path === '/' && request.method === 'GET') return reply(200, 'text/plain', 'OK');
  if (!PATHS.includes(request.path)) return reply(404, 'text/plain', 'not found');
  if (request.method !== 'POST') return reply(405, 'text/plain', 'use POST', { allow: 'POST,OPTIONS' });
  let recipient: string;
  try {
    recipient = readRecipient(await request.body());
  } catch (error) {
    return reply(422, 'text/plain', (error as Error).message);
  }
  try {
    const coins = await devnet.faucet(recipient);
    const sent = coins.map(({ amount, id, transferTxDigest }) => ({ amount: Number(amount), id, transferTxDigest }));
    return json(200, { status: 'Success', coins_sent: sent });
  } catch (error) {
    const internal = error instanceof Error ? error.message : 'unknown error';
    return json(500, { status: { Failure: { internal } }, coins_sent: null });
  }
}

function readRecipient(body: Uint8Array): string {
  const expected = 'send {"FixedAmountRequest":{"recipient":"0x..."}}';
  if (body.length > MAX_BODY_BYTES) throw new Error(`the request is too large; ${expected}`);
  let recipient: unknown;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    recipient = (parsed as { FixedAmountRequest?: { recipient?: unknown } } | null)?.FixedAmountRequest?.recipient;
  } catch {
    throw new Error(`the request is not JSON; ${expected}`);
  }
  if (typeof recipient !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(recipient)) {
    throw new Error(`the recipient is not an address; ${expected}`);
  }
  return normalizeAddress(recipient);
}

function json(status: number, value: unknown): WebResponse {
  return reply(status, 'application/json', JSON.stringify(value));
}

function reply(status: number, type: string, text: string, headers: Record<string, string> = {}): WebResponse {
  const bytes = Buffer.from(text);
  const head = { ...CORS_HEADERS, 'content-type': type, 'content-length': String(bytes.length), ...headers };
  return {
    status,
    headers: head,
    body: (async function* () {
      yield bytes;
    })(),
  };
}
