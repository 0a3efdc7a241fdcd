/** JSON-RPC over HTTP, with what goes wrong in the terms of evidence. */
import { EvidenceError } from './evidence/errors.ts';
import type { EvmRequest } from './evidence/execution.ts';

const TIMEOUT_MS = 15_000;

export function evmNode(url: string): EvmRequest {
  let id = 0;
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params });
    const headers = { 'content-type': 'application/json' };
    let answer: { result?: unknown; error?: { message?: string } };
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      throw new EvidenceError('Unavailable', `${new URL(url).host}: ${(error as Error).message}`);
    }
    if (answer.error)
      throw new EvidenceError('Unavailable', `${new URL(url).host}: ${method}: ${answer.error.message}`);
    return answer.result;
  };
}
