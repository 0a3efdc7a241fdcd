/** The network's HTTP servers: gRPC-web, and the faucet. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Devnet } from '../devnet-api.ts';
import { handleFaucet } from './faucet.ts';
import { MAX_BODY_BYTES } from './frames.ts';
import { createRouter } from './services/index.ts';
import { RpcStatus } from './status.ts';
import { handleWeb, type WebRequest, type WebResponse } from './web.ts';

/** Where to listen. Port 0 takes any free port. */
export interface ServerOptions {
  readonly host?: string;
  /** 9000 by default, as Sui's full node. */
  readonly port?: number;
  /** 9123 by default, as Sui's local faucet. */
  readonly faucetPort?: number;
}

/** A running server. */
export interface RunningServer {
  /** For `new SuiGrpcClient({ network, baseUrl })`. */
  readonly url: string;
  /** For `requestSuiFromFaucetV2({ host })`. */
  readonly faucetUrl: string;
  /** Stops listening and ends all calls and streams. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 120_000;

type Handler = (request: WebRequest) => Promise<WebResponse>;

/** Serves a network over HTTP. The faucet also answers on the first port. */
export async function serve(devnet: Devnet, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 9000, faucetPort = 9123 } = options;
  const router = createRouter(devnet);
  const isFaucet = (path: string): boolean =>
    path === '/' || path === '/v2/gas' || path === '/v1/gas' || path === '/gas';
  const faucet: Handler = (request) => handleFaucet(devnet, request);
  const rpc: Handler = (request) => (isFaucet(request.path) ? faucet(request) : handleWeb(router, request));
  const main = await listen(rpc, host, port);
  let second: Server;
  try {
    second = await listen(faucet, host, faucetPort);
  } catch (error) {
    await stop(main);
    throw error;
  }
  return {
    url: urlOf(main),
    faucetUrl: urlOf(second),
    close: async () => {
      await Promise.all([stop(main), stop(second)]);
    },
  };
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function listen(handler: Handler, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(handler, request, response).catch(() => response.destroy());
  });
  // Node ends an idle connection after 5 s, under a client whose event loop a compiler has held up for longer.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const { status, headers, body } = await handler({
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?')[0]!,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: () => readBody(request),
    signal: gone.signal,
  });
  response.writeHead(status, headers);
  response.flushHeaders();
  for await (const chunk of body) {
    if (gone.signal.aborted) return;
    if (!response.write(chunk)) await drained(response, gone.signal);
  }
  response.end();
  if (!request.readableEnded) discardRest(request);
}

/** Reads on what is left of a body that was refused, since most clients look at the answer only then; but not for ever. */
function discardRest(request: IncomingMessage): void {
  let left = MAX_BODY_BYTES;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = new RpcStatus('OUT_OF_RANGE', `the body exceeds ${MAX_BODY_BYTES} bytes; send less`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  // The connection must outlive an early end of reading, to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
