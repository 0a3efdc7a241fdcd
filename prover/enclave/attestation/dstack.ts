/** Quotes from dstack's guest agent: HTTP with JSON over a unix socket inside the confidential VM, method `GetQuote`. */
import { request, type IncomingMessage } from 'node:http';
import type { Attester } from '../attester.ts';
import { EnclaveError, insist } from '../main.ts';

/** A quote of TDX has about 5 KB, the event log beside it some tens. */
const MAX_ANSWER = 2 ** 20;
const TIMEOUT_MILLISECONDS = 10_000;

/** @param socketPath the agent's socket; another one than dstack's serves tests and the simulated platform */
export function dstackAttester(socketPath = '/var/run/dstack.sock'): Attester {
  return { platform: 'dstack', quote: (reportData) => quote(socketPath, reportData) };
}

async function quote(socketPath: string, reportData: Uint8Array): Promise<Uint8Array> {
  const answer = await post(socketPath, '/GetQuote', { report_data: Buffer.from(reportData).toString('hex') });
  const hex = (answer as { quote?: unknown } | null)?.quote;
  const isHex = typeof hex === 'string' && /^(?:[0-9a-f]{2})+$/i.test(hex);
  insist(isHex, 'AttestationFailed', () => 'the agent answered without a quote in hex');
  return Buffer.from(hex, 'hex');
}

function post(socketPath: string, path: string, body: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new EnclaveError('AttestationFailed', `the agent at ${socketPath} ${why}`));
    const headers = { 'Content-Type': 'application/json', Host: 'dstack' };
    const options = { socketPath, path, method: 'POST', headers, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) };
    const receive = async (response: IncomingMessage): Promise<void> => {
      try {
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of response as AsyncIterable<Buffer>) {
          length += chunk.length;
          if (length > MAX_ANSWER) return fail(`answered with more than ${MAX_ANSWER} bytes`);
          chunks.push(chunk);
        }
        if (response.statusCode !== 200) return fail(`answered with status ${response.statusCode}`);
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      } catch {
        fail('broke off, or answered with something else than JSON');
      }
    };
    const call = request(options, (response) => void receive(response));
    call.on('error', ({ code }: NodeJS.ErrnoException) => fail(`cannot be reached (${code})`));
    call.end(JSON.stringify(body));
  });
}
