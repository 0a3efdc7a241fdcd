/** Clients of Sui nodes, which nobody vouches for: their answers end, in time and in bytes, and are framed soundly. */
import { SuiGrpcClient } from '@mysten/sui/grpc';

/** A client for the node at a URL. */
export function suiNode(baseUrl: string, limits: Partial<NodeLimits> = {}): SuiGrpcClient {
  const fetch = guardedFetch({ ...LIMITS, ...limits });
  // The network's name decides nothing: the URL does.
  return new SuiGrpcClient({ network: 'custom', baseUrl, format: 'binary', fetch });
}

export interface NodeLimits {
  /** For a whole answer; a subscription may take as long as it likes */
  readonly milliseconds: number;
  /** Of a whole answer, where the method has no limit of its own; of one message of a subscription */
  readonly bytes: number;
  /** Messages in one answer; a subscription may have any number */
  readonly messages: number;
}

const LIMITS: NodeLimits = { milliseconds: 20_000, bytes: 4 << 20, messages: 20_000 };
/** Of methods whose answers may be long, bytes: a transaction's events alone may have 64 MB. */
const LONG: Readonly<Record<string, number>> = {
  GetCheckpoint: 32 << 20,
  ListEvents: 32 << 20,
  GetTransaction: 72 << 20,
};
const SUBSCRIPTION = 'SubscribeCheckpoints';
const HEADER_BYTES = 5;
const DATA = 0;
const TRAILER = 0x80;

function guardedFetch(limits: NodeLimits): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const method = url.slice(url.lastIndexOf('/') + 1);
    if (method === SUBSCRIPTION) return subscription(await ask(input, init), limits.bytes);
    const timeout = AbortSignal.timeout(limits.milliseconds);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const response = await ask(input, { ...init, signal });
    const body = await readAll(response, LONG[method] ?? limits.bytes);
    checkFrames(body, limits.messages);
    return withBody(response, body as Uint8Array<ArrayBuffer>);
  };
}

async function ask(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: 'error' });
  // In text the frames would be hidden from us.
  const type = response.headers.get('content-type') ?? '';
  if (response.ok && !/^application\/grpc-web(?:\+proto)?$/.test(type)) {
    await response.body?.cancel();
    throw new Error(`the node answers in ${type || 'no known type'}, not in gRPC-web`);
  }
  return response;
}

function withBody(response: Response, body: BodyInit): Response {
  const { status, statusText, headers } = response;
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? body : null, { status, statusText, headers });
}

async function readAll(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length <= limit) continue;
    await reader.cancel();
    throw new Error(`the node answers with more than ${limit} bytes`);
  }
  const [first] = chunks;
  if (chunks.length === 1) return first!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Frames one after the other: a flag, a length in 4 bytes, so many bytes. The client takes a length of more than 2 GiB for a negative one, and never ends. */
function checkFrames(body: Uint8Array, limit: number): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let count = 0;
  for (let at = 0; at < body.length; count++) {
    const isHeader = at + HEADER_BYTES <= body.length && (body[at] === DATA || body[at] === TRAILER);
    const end = isHeader ? at + HEADER_BYTES + view.getUint32(at + 1) : Infinity;
    if (end > body.length) throw new Error('the node answers in frames that are cut off or no frames');
    if (count === limit) throw new Error(`the node answers with more than ${limit} messages`);
    at = end;
  }
}

/** The same for an answer without an end, frame by frame. */
function subscription(response: Response, limit: number): Response {
  if (!response.body) return response;
  const header = new Uint8Array(HEADER_BYTES);
  let [had, left] = [0, 0];
  const guard = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      for (let at = 0; at < chunk.length;) {
        if (left > 0) {
          const step = Math.min(left, chunk.length - at);
          [left, at] = [left - step, at + step];
          continue;
        }
        header[had++] = chunk[at++]!;
        if (had < HEADER_BYTES) continue;
        [had, left] = [0, new DataView(header.buffer).getUint32(1)];
        const isFrame = header[0] === DATA || header[0] === TRAILER;
        if (!isFrame || left > limit) return controller.error(new Error('the node sends what is no message'));
      }
      controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
    },
  });
  return withBody(response, response.body.pipeThrough(guard));
}
