/** JSON-RPC over HTTP. */
import { createPublicClient, fallback, http, type PublicClient } from 'viem';
import { EvidenceError } from './evidence/errors.ts';
import type { EvmRequest } from './evidence/execution.ts';
import { boundedFetch } from './fetch.ts';

const TIMEOUT_MS = 15_000;

/** One node, with what goes wrong in the terms of evidence. */
export function evmNode(url: string): EvmRequest {
  let id = 0;
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params });
    const headers = { 'content-type': 'application/json' };
    let answer: { result?: unknown; error?: { message?: string } };
    try {
      const response = await boundedFetch(url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      throw new EvidenceError('Unavailable', `${new URL(url).host}: ${(error as Error).message}`);
    }
    if (answer.error)
      throw new EvidenceError('Unavailable', `${new URL(url).host}: ${method}: ${answer.error.message}`);
    return answer.result;
  };
}

/** Nodes in order of preference. */
export function evmClient(urls: readonly string[], pollingInterval = 250): PublicClient {
  const options = { retryCount: 1, batch: true, timeout: TIMEOUT_MS, fetchFn: boundedFetch as typeof fetch };
  const transport = fallback(
    urls.map((url) => http(url, options)),
    { retryCount: 0 },
  );
  return createPublicClient({ transport, pollingInterval, cacheTime: 0 });
}
