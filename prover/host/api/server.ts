/** The host's HTTP API: what became of messages, health, metrics, and signatures from other hosts. */
import type { AddressInfo, Socket } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { fromHex, ProtocolError, toHex } from '../../protocol/index.ts';
import { EvidenceError } from '../evidence/errors.ts';
import { inParallel } from '../origins/common.ts';
import type { HostParts } from '../parts.ts';
import { ExchangeError } from '../pipeline.ts';
import type { TrackedMessage } from '../store/rows.ts';
import { clientOf, RateLimit } from './limits.ts';
import {
  Health,
  IdParam,
  Lane,
  LaneParam,
  LaneQuery,
  LIST_LIMIT,
  Message,
  Problem,
  Proof,
  RegistryView,
  showMessage,
  Signatures,
  TransactionParam,
  TransactionQuery,
} from './schemas.ts';

/** A running API. */
export interface Api {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16_384;
const REQUESTS = { burst: 200, perSecond: 100 };
/** Signatures that are handed in. To recover the signer of one takes about a millisecond. */
const SIGNATURES = { burst: 256, perSecond: 150 };
/** Counting walks through all messages, so it is not done for everyone who asks. */
const COUNTS_TTL_MS = 2_000;
const MAX_CONNECTIONS = 1_024;
/** What is not read of an answer stays in memory, so that nobody has many connections. */
const MAX_CONNECTIONS_OF_CLIENT = 64;
/** Bytes of messages in one list. */
const MAX_LIST_BYTES = 1 << 18;
/** A connection on which nothing moves, not even an answer that its client does not read. */
const IDLE_MS = 30_000;
/** A client that takes longer to send its request holds a connection and nothing else. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Keys that are looked up at one time. */
const KEYS_AT_ONCE = 8;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});
const refusals = {
  400: json(Problem, 'The request breaks a rule'),
  404: json(Problem, 'Not known here'),
  409: json(Problem, 'Not final here yet; try again'),
  429: json(Problem, 'Too much at once; try again later'),
};

/**
 * Builds the API without listening.
 * @param now the clock of the limits, milliseconds
 */
export function createApi(parts: HostParts, now?: () => number): OpenAPIHono {
  const { store, enclaves, lanes, origins, destinations, metrics, config, pipeline, queue } = parts;
  const app = new OpenAPIHono({
    defaultHook: (result, c) =>
      result.success ? undefined : c.json({ error: 'InvalidRequest', message: z.prettifyError(result.error) }, 400),
  });
  const requests = new RateLimit(REQUESTS, now);
  const handedIn = new RateLimit(SIGNATURES, now);
  const clientBehind = (c: Context): string => clientOf(getConnInfo(c).remote.address ?? '');
  const tooMany = (what: string) => ({ error: 'TooManyRequests', message: `at most ${what} a second` });
  app.use(async (c, next) => {
    if (requests.take(clientBehind(c))) return next();
    return c.json(tooMany(`${REQUESTS.perSecond} requests`), 429);
  });
  const counts = kept(() => store.counts());
  const depths = kept(() => queue.depths());
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.onError((error, c) => {
    if (error instanceof HTTPException)
      return c.json({ error: 'InvalidRequest', message: error.message }, error.status);
    if (error instanceof ProtocolError) return c.json({ error: error.code, message: error.message }, 400);
    if (error instanceof ExchangeError) {
      return c.json({ error: error.code, message: error.message }, error.code === 'UnknownSigner' ? 403 : 429);
    }
    // What a node said is for the operator's eyes.
    if (error instanceof EvidenceError && error.code !== 'Unavailable') {
      return c.json({ error: error.code, message: error.message }, 409);
    }
    parts.log.warn({ path: c.req.path, reason: error.message }, 'the API failed');
    return c.json({ error: 'InternalError', message: 'the request could not be answered' }, 500);
  });

  const byId = createRoute({
    method: 'get',
    path: '/v1/messages/{id}',
    request: { params: IdParam },
    responses: { 200: json(Message, 'The message'), ...refusals },
  });
  app.openapi(byId, async (c) => {
    const message = await store.message(fromHex(c.req.valid('param').id));
    if (message) return c.json(showMessage(message), 200);
    return c.json({ error: 'UnknownMessage', message: 'no such message is final here yet' }, 404);
  });

  const proof = createRoute({
    method: 'get',
    path: '/v1/messages/{id}/proof',
    request: { params: IdParam },
    responses: { 200: json(Proof, 'Statement, signatures and Merkle path of the message'), ...refusals },
  });
  app.openapi(proof, async (c) => {
    const id = fromHex(c.req.valid('param').id);
    const found = await pipeline.proofOf(id);
    if (!found) return c.json({ error: 'UnknownMessage', message: 'no such message is final here yet' }, 404);
    const { message, statement, signatures, index, siblings } = found;
    const [encoded, path] = [toHex(message.encoded), toHex(siblings)];
    const shown = { statement: toHex(statement), signatures: toHex(signatures), index, proof: path };
    return c.json({ messageId: toHex(id), message: encoded, ...shown }, 200);
  });

  const byTransaction = createRoute({
    method: 'get',
    path: '/v1/transactions/{transaction}/messages',
    request: { params: TransactionParam, query: TransactionQuery },
    responses: { 200: json(z.array(Message), 'What the transaction sent, or the beginning of that'), ...refusals },
  });
  app.openapi(byTransaction, async (c) => {
    const { skip } = c.req.valid('query');
    const found = await store.messagesByTransaction(c.req.valid('param').transaction, LIST_LIMIT, skip);
    return c.json(notTooLong(found).map(showMessage), 200);
  });

  const byLane = createRoute({
    method: 'get',
    path: '/v1/lanes/{origin}/{destination}/messages',
    request: { params: LaneParam, query: LaneQuery },
    responses: { 200: json(z.array(Message), 'The newest messages of the lane, or the first of them'), ...refusals },
  });
  app.openapi(byLane, async (c) => {
    const { origin, destination } = c.req.valid('param');
    const { limit: count, before } = c.req.valid('query');
    const lane = lanes.find(
      ({ originChain, destinationChain }) => originChain === BigInt(origin) && destinationChain === BigInt(destination),
    );
    if (!lane) return c.json({ error: 'UnknownLane', message: 'this host serves no such lane' }, 404);
    const found = await store.messagesByLane(lane, count, before === undefined ? undefined : BigInt(before));
    return c.json(notTooLong(found).map(showMessage), 200);
  });

  const listLanes = createRoute({
    method: 'get',
    path: '/v1/lanes',
    responses: { 200: json(z.array(Lane), 'The lanes that are served') },
  });
  app.openapi(listLanes, (c) =>
    c.json(
      lanes.map(({ originChain, outbox, destinationChain, inbox, generation }) => {
        const height = origins.get(originChain)?.head?.height;
        return {
          originChain: String(originChain),
          outbox: toHex(outbox),
          destinationChain: String(destinationChain),
          inbox: toHex(inbox),
          generation,
          ...(height === undefined ? {} : { finalHeight: String(height) }),
        };
      }),
      200,
    ),
  );

  const registry = createRoute({
    method: 'get',
    path: '/v1/registry',
    responses: { 200: json(z.array(RegistryView), 'Where the keys stand that the registries have taken') },
  });
  app.openapi(registry, async (c) => {
    const own = new Map(enclaves.connected.map(({ signer, name }) => [toHex(signer), name]));
    const shown = config.chains.map(async ({ chain, registry: address }) => {
      const signers = await store.signers(chain);
      const keys = await inParallel(signers, (signer) => destinations.get(chain)!.key(signer), KEYS_AT_ONCE);
      return {
        chain: String(chain),
        registry: address,
        keys: keys.map(({ signer, status, expiresAt, counts: isCounted }) => ({
          signer,
          status,
          ...(expiresAt > 0 ? { expiresAt: new Date(expiresAt * 1000).toISOString() } : {}),
          counts: isCounted,
          ...(own.has(signer) ? { enclave: own.get(signer)! } : {}),
        })),
      };
    });
    return c.json(await Promise.all(shown), 200);
  });

  const signatures = createRoute({
    method: 'post',
    path: '/v1/signatures',
    request: { body: { content: { 'application/json': { schema: Signatures } }, required: true } },
    responses: {
      202: json(z.object({ digest: z.string() }), 'Taken'),
      403: json(Problem, 'No key that counts has signed it'),
      ...refusals,
    },
  });
  app.openapi(signatures, async (c) => {
    const { statement, signatures: given } = c.req.valid('json');
    if (!handedIn.take(clientBehind(c), given.length)) {
      return c.json(tooMany(`${SIGNATURES.perSecond} signatures`), 429);
    }
    const digest = await pipeline.takeStatement(fromHex(statement), given.map(fromHex));
    return c.json({ digest: toHex(digest) }, 202);
  });

  const health = createRoute({
    method: 'get',
    path: '/ready',
    responses: { 200: json(Health, 'It works'), 503: json(Health, 'It cannot prove anything now') },
  });
  app.openapi(health, async (c) => {
    const connected = (await enclaves.all()).length;
    const reasons = [...origins]
      .filter(([, { head }]) => head === undefined)
      .map(([chain]) => `nothing of chain ${chain} is known to be final yet; see the log for what its nodes say`);
    if (enclaves.size > 0 && connected === 0) reasons.push('no enclave answers');
    const ready = reasons.length === 0;
    const shown = {
      name: config.name,
      ready,
      reasons,
      enclaves: { configured: enclaves.size, connected },
      messages: await counts(),
    };
    return ready ? c.json(shown, 200) : c.json(shown, 503);
  });
  app.get('/health', (c) => c.text('ok'));

  app.get('/metrics', async (c) => {
    const { open, delivered, failed, openRuns } = await counts();
    for (const [state, count] of Object.entries({ open, delivered, failed, openRuns })) {
      metrics.messages.set({ state }, count);
    }
    for (const [stage, depth] of Object.entries(await depths())) metrics.queueDepth.set({ stage }, depth);
    metrics.enclaves.set(enclaves.connected.length);
    // It grows where nothing new becomes final.
    for (const [chain, { head }] of origins) {
      if (head)
        metrics.finalityLagSeconds.set({ chain: String(chain) }, Date.now() / 1000 - Number(head.timestampSeconds));
    }
    c.header('content-type', metrics.registry.contentType);
    return c.body(await metrics.registry.metrics());
  });

  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Corridor host',
      version: '1',
      description: 'Messages between Sui and EVM chains, as one host sees them',
    },
  });
  return app;
}

/** The messages from the first one on that are not too long for one answer together. */
function notTooLong(messages: readonly TrackedMessage[]): readonly TrackedMessage[] {
  let bytes = 0;
  const end = messages.findIndex(({ encoded }) => (bytes += encoded.length) > MAX_LIST_BYTES);
  return end === -1 ? messages : messages.slice(0, end);
}

/** One client must not take all connections. */
function boundConnections(server: ServerType): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const client = clientOf(socket.remoteAddress ?? '');
    const count = (open.get(client) ?? 0) + 1;
    if (count > MAX_CONNECTIONS_OF_CLIENT) return socket.destroy();
    open.set(client, count);
    return socket.once('close', () => {
      const left = open.get(client)! - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}

/** An answer that is good for some seconds, so that whoever asks often costs nothing. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { answer: Promise<T>; at: number } | undefined;
  return () => {
    if (!last || performance.now() - last.at > COUNTS_TTL_MS) {
      last = { answer: ask(), at: performance.now() };
      last.answer.catch(() => (last = undefined));
    }
    return last.answer;
  };
}

/** Serves the API where the configuration says. */
export async function startApi(parts: HostParts, now?: () => number): Promise<Api> {
  const { host, port } = parts.config.api;
  const app = createApi(parts, now);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const serverOptions = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
    const starting = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, () => resolve(starting));
    starting.maxConnections = MAX_CONNECTIONS;
    if ('setTimeout' in starting) starting.setTimeout(IDLE_MS);
    boundConnections(starting);
    starting.once('error', reject);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
