/** The network's services without a socket, for clients in the same process. */
import { GrpcWebFetchTransport, type RpcTransport } from '@mysten/sui/grpc';
import type { Devnet } from '../devnet-api.ts';
import { createRouter } from './services/index.ts';
import { handleWeb, type WebResponse } from './web.ts';

/**
 * A transport for `new SuiGrpcClient({ network, transport })` that calls the services directly: the client's own framing
 * and error handling, but no HTTP and no copy through the network stack.
 */
export function inProcessTransport(devnet: Devnet): RpcTransport {
  const router = createRouter(devnet);
  const call: typeof fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    // A response that nobody reads to its end still has to release what it holds.
    const gone = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, gone.signal]) : gone.signal;
    signal.throwIfAborted();
    const response = await handleWeb(router, {
      method: 'POST',
      path: new URL(url instanceof Request ? url.url : url).pathname,
      header: (name) => headers.get(name) ?? undefined,
      body: async () => init?.body as Uint8Array,
      signal,
    });
    return new Response(toStream(response, signal, gone), { status: response.status, headers: response.headers });
  };
  return new GrpcWebFetchTransport({ baseUrl: 'http://in-process', format: 'binary', fetch: call });
}

function toStream({ body }: WebResponse, signal: AbortSignal, gone: AbortController): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  return new ReadableStream({
    async pull(controller) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => gone.abort(),
  });
}
