/** A node that an HTTP proxy makes worse than it is. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * - `honest`: as it is
 * - `drops`: ends each connection without an answer, those that are open included
 * - `lags`: gives the answer of before to a question that it has been asked before, and tells of nothing new
 * - `lies`: changes something in each answer that says what is in a block
 * - `refuses`: takes no transaction
 */
export type Mode = 'honest' | 'drops' | 'lags' | 'lies' | 'refuses';

/** Questions about what is in blocks, in all of the protocols that are spoken. */
const CONTENTS =
  /eth_getBlockBy|eth_getBlockReceipts|eth_getTransactionReceipt|light_client|LedgerService\/(GetCheckpoint|ListEvents)/;
const TRANSACTIONS = /eth_sendRawTransaction|TransactionExecutionService\/ExecuteTransaction/;
/** Answers that are kept for a node that lags. */
const MAX_KEPT = 2_000;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

export class Proxy {
  readonly url: string;
  mode: Mode = 'honest';
  /** Answers that were changed, held back or refused */
  spoiled = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #kept = new Map<string, Answer>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(target: string): Promise<Proxy> {
    const server = createServer((request, response) => {
      proxy.#serve(target, request, response).catch(() => response.destroy());
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new Proxy(server);
    return proxy;
  }

  /** Changes what the node does, in the middle of whatever it is doing. */
  set(mode: Mode): void {
    this.mode = mode;
    // Streams that are open would go on telling of what is new.
    if (mode === 'drops' || mode === 'lags') for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const question = `${request.url} ${body.toString('latin1').replace(/"id":\d+/g, '')}`;
    if (this.mode === 'drops' || (this.mode === 'refuses' && TRANSACTIONS.test(question))) {
      this.spoiled++;
      return void response.destroy();
    }
    const isStream = /Subscribe|\/events/.test(request.url ?? '');
    if (isStream) return this.#stream(target, request, body, response);
    const old = this.mode === 'lags' ? this.#kept.get(question) : undefined;
    if (old) {
      this.spoiled++;
      return send(response, { ...old, body: withIdsOf(body, old.body) });
    }
    const answer = await ask(target, request, body);
    if (this.mode === 'lies' && CONTENTS.test(question) && answer.status === 200) {
      this.spoiled++;
      return send(response, { ...answer, body: falsified(answer.body) });
    }
    if (this.mode === 'honest') {
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(question, answer);
    }
    send(response, answer);
  }

  #stream(target: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (this.mode === 'lags')
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const upstream = httpRequest(optionsOf(target, request), (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    upstream.end(body);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function optionsOf(target: string, request: IncomingMessage) {
  const { hostname, port } = new URL(target);
  return { hostname, port, path: request.url, method: request.method, headers: request.headers };
}

function ask(target: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const upstream = httpRequest(optionsOf(target, request), (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    upstream.on('error', reject);
    upstream.end(body);
  });
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'content-length': _, 'transfer-encoding': __, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': body.length });
  response.end(body);
}

/** An old answer of JSON-RPC under the ids of a new question. */
function withIdsOf(question: Buffer, old: Buffer): Buffer {
  const ids = [...question.toString('latin1').matchAll(/"id":(\d+)/g)].map(([, id]) => id!);
  if (ids.length === 0) return old;
  return Buffer.from(
    old.toString('latin1').replace(/"id":\d+/g, () => `"id":${ids.shift()}`),
    'latin1',
  );
}

/** One digit of the longest hex string of JSON is another one; of anything else, one bit in the middle. */
function falsified(body: Buffer): Buffer {
  const out = Buffer.from(body);
  const text = body.toString('latin1');
  if (!text.startsWith('{') && !text.startsWith('[')) {
    const at = Math.floor(out.length / 2);
    if (out.length > 0) out[at] = out[at]! ^ 1;
    return out;
  }
  const longest = [...text.matchAll(/0x[0-9a-f]{40,}/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return out;
  const at = longest.index + longest[0].length - 1;
  out[at] = text[at] === '0' ? 0x31 : 0x30;
  return out;
}
