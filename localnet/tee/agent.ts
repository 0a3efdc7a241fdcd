/**
 * A guest agent in front of the simulated platform, with the interface of dstack's: HTTP with JSON over a unix socket,
 * `POST /GetQuote`. It stands outside of the enclave's process, as a quoting enclave does, and reports the measurement
 * that it was started with: nothing measures a process on a machine without a TEE.
 */
import { rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Platform, QuoteOptions, SgxQuoteOptions, TdxQuoteOptions } from './platform.ts';

/** What the agent puts into each quote beside the report data. */
export type Measurement =
  | Omit<SgxQuoteOptions, 'reportData' | 'alter'>
  | (Omit<TdxQuoteOptions, 'form' | 'reportData' | 'alter'> & { form?: 'tdx4' });

const MAX_REQUEST = 4096;

/**
 * Starts an agent.
 * @param socketPath where it listens; a socket that an earlier one left is replaced
 * @param measurement form and fields of the report; what is left out has the platform's defaults, in a quote of TDX
 */
export async function startAgent(
  socketPath: string,
  platform: Platform,
  measurement: Measurement = {},
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, platform, measurement).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, 400, { error: (error as Error).message }),
    );
  });
  if (statSync(socketPath, { throwIfNoEntry: false })?.isSocket()) rmSync(socketPath);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  return server;
}

async function answer(request: IncomingMessage, platform: Platform, measurement: Measurement): Promise<object> {
  if (request.method !== 'POST' || request.url !== '/GetQuote') throw new Error('only POST /GetQuote is served');
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.length > MAX_REQUEST) throw new Error(`a request has at most ${MAX_REQUEST} bytes`);
  }
  const { report_data: hex } = JSON.parse(text) as { report_data?: unknown };
  const isReportData = typeof hex === 'string' && /^(?:[0-9a-f]{2}){1,64}$/.test(hex);
  if (!isReportData) throw new Error('report_data must be 1 to 64 bytes in hex');
  // dstack fills shorter data up with zeros.
  const reportData = Uint8Array.from(Buffer.from(hex.padEnd(128, '0'), 'hex'));
  const { quote } = platform.quote({ ...measurement, form: measurement.form ?? 'tdx4', reportData } as QuoteOptions);
  return { quote: Buffer.from(quote).toString('hex'), event_log: '[]', report_data: hex };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
