/** gRPC-web over any carrier: what the HTTP server and the in-process transport have in common. */
import {
  contentType,
  messageFrame,
  readRequest,
  readTimeout,
  trailersFrame,
  wireFormat,
  type WireFormat,
} from './frames.ts';
import type { Router } from './router.ts';
import { RpcStatus, toStatus } from './status.ts';

/** A request, however it arrived. */
export interface WebRequest {
  readonly method: string;
  /** Path of the URL, without query. */
  readonly path: string;
  header(name: string): string | undefined;
  /** Reads the body; may throw RpcStatus when it is too large. */
  body(): Promise<Uint8Array>;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** A response; `body` ends when the call ends. */
export interface WebResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Any page may call a local network. */
export const CORS_HEADERS: Record<string, string> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'grpc-status,grpc-message,grpc-status-details-bin',
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

function plain(status: number, headers: Record<string, string> = {}): WebResponse {
  return { status, headers: { ...CORS_HEADERS, 'content-length': '0', ...headers }, body: nothing() };
}

/** Answers a preflight request of a browser. */
export function preflight(request: WebRequest): WebResponse {
  return plain(204, {
    'access-control-allow-methods': 'GET,POST,OPTIONS',
    'access-control-allow-headers': request.header('access-control-request-headers') ?? '*',
    'access-control-max-age': '86400',
  });
}

/**
 * Answers a gRPC-web request. Never rejects: a call that fails ends with a status in its trailers. When the promise
 * resolves, the call has begun; a subscriber misses nothing from then on.
 */
export async function handleWeb(router: Router, request: WebRequest): Promise<WebResponse> {
  if (request.method === 'OPTIONS') return preflight(request);
  if (request.method !== 'POST') return plain(405, { allow: 'POST,OPTIONS' });
  const format = wireFormat(request.header('content-type'));
  if (!format) return plain(415);
  const headers = { ...CORS_HEADERS, 'content-type': contentType(format) };
  const respond = (body: AsyncIterable<Uint8Array>): WebResponse => ({ status: 200, headers, body });
  try {
    const timeout = readTimeout(request.header('grpc-timeout'));
    const deadline = timeout === undefined ? undefined : AbortSignal.timeout(Math.ceil(timeout));
    const signal = deadline ? AbortSignal.any([request.signal, deadline]) : request.signal;
    const input = readRequest(await request.body(), format);
    return respond(frames(await router.call(request.path, input, { signal }), format, deadline));
  } catch (error) {
    return respond(failure(error, format));
  }
}

async function* frames(
  messages: AsyncIterable<Uint8Array>,
  format: WireFormat,
  deadline: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const message of messages) yield messageFrame(message, format);
    if (deadline?.aborted) throw new RpcStatus('DEADLINE_EXCEEDED', 'the deadline of the call has passed');
  } catch (error) {
    yield* failure(error, format);
    return;
  }
  yield trailersFrame('OK', '', format);
}

async function* failure(error: unknown, format: WireFormat): AsyncGenerator<Uint8Array> {
  const { code, message } = toStatus(error);
  yield trailersFrame(code, message, format);
}
