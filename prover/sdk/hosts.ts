/** Hosts' APIs (docs/operate.md). What they say is checked as far as it proves itself, and is a host's word otherwise. */
import { decodeMessage, fromHex, messageId, toHex, type ChainId } from '../protocol/index.ts';
import { CorridorError } from './errors.ts';
import { checkProof } from './proof.ts';
import type { Hex, Proof, Sent } from './types.ts';

/** What a host says of a message. */
export interface HostView {
  readonly sent: Sent;
  readonly finalAt: Date;
  readonly provenAt?: Date;
  /** Why its recipient failed last */
  readonly failure?: string;
  /** The transaction that is said to have delivered it */
  readonly delivery?: string;
}

const TIMEOUT_MS = 10_000;
/** A message takes 17 KiB in hex; a transaction may have sent a thousand. */
const MAX_TEXT = 32 * 1024 * 1024;

export class Hosts {
  readonly #urls: readonly string[];
  readonly #outboxOf: (chain: ChainId) => Uint8Array | undefined;

  /** @param outboxOf the outboxes of the deployment, which message ids are bound to */
  constructor(urls: readonly string[], outboxOf: (chain: ChainId) => Uint8Array | undefined) {
    this.#urls = urls.map((url) => url.replace(/\/+$/, ''));
    this.#outboxOf = outboxOf;
  }

  get areThere(): boolean {
    return this.#urls.length > 0;
  }

  /** What each host that knows the message says of it. Those that fail, or contradict the id, are only told about. */
  async views(id: Hex, onTrouble: (error: Error) => void, signal?: AbortSignal): Promise<HostView[]> {
    const answers = await Promise.all(
      this.#urls.map(async (url) => {
        try {
          const answer = await get(`${url}/v1/messages/${id}`, signal);
          return answer === undefined ? undefined : this.#readView(url, id, answer);
        } catch (error) {
          onTrouble(error as Error);
          return undefined;
        }
      }),
    );
    return answers.filter((view) => view !== undefined);
  }

  /**
   * The first sound proof that a host gives.
   * @throws CorridorError `NotProven`, with what each host answered; `Contradiction` where one gave a wrong proof
   */
  async proof(id: Hex, signal?: AbortSignal): Promise<Proof> {
    const reasons: string[] = [];
    let wrong: unknown;
    for (const url of this.#urls) {
      try {
        const answer = await get(`${url}/v1/messages/${id}/proof`, signal);
        if (answer !== undefined) return readProof(id, answer);
        reasons.push(`${url} does not know the message, or has not proven it yet`);
      } catch (error) {
        if ((error as CorridorError).code !== 'Unavailable') wrong ??= error;
        reasons.push(`${url}: ${(error as Error).message}`);
      }
    }
    const text = `no host has a proof of message ${id}:\n  ${reasons.join('\n  ')}`;
    throw new CorridorError(wrong === undefined ? 'NotProven' : 'Contradiction', text, { cause: wrong });
  }

  #readView(url: string, id: Hex, answer: unknown): HostView {
    const fields = answer as Record<string, unknown>;
    const text = (name: string): string | undefined => {
      const value = fields[name];
      return typeof value === 'string' ? value : undefined;
    };
    const time = (name: string): Date | undefined => {
      const date = new Date(text(name) ?? Number.NaN);
      return Number.isNaN(date.getTime()) ? undefined : date;
    };
    const [finalAt, transaction] = [time('finalAt'), text('transaction')];
    if (!finalAt || transaction === undefined) throw new CorridorError('Unavailable', `${url} answers with nonsense`);
    const sent = this.#readSent(url, id, fields, transaction);
    const provenAt = time('provenAt');
    const failure = time('failedAt') && (text('failure') ?? 'the recipient failed');
    const delivery = time('deliveredAt') && (text('delivery') ?? '');
    return {
      sent,
      finalAt,
      ...(provenAt ? { provenAt } : {}),
      ...(failure === undefined ? {} : { failure }),
      ...(delivery === undefined ? {} : { delivery }),
    };
  }

  /** The id commits to the message and its outbox, so that a host cannot show another one. */
  #readSent(url: string, id: Hex, fields: Record<string, unknown>, transaction: string): Sent {
    const encoded = fromHex(fields['encoded'] as string);
    const message = decodeMessage(encoded);
    const outbox = this.#outboxOf(message.originChain);
    if (!outbox || toHex(messageId(outbox, encoded)) !== id) {
      throw new CorridorError('Contradiction', `${url} shows another message for ${id}`);
    }
    const { height } = fields;
    const isHeight = typeof height === 'string' && /^\d{1,20}$/.test(height);
    return { messageId: id, message, encoded, outbox, transaction, ...(isHeight ? { height: BigInt(height) } : {}) };
  }
}

function readProof(id: Hex, answer: unknown): Proof {
  const fields = answer as Record<string, string>;
  const proof: Proof = {
    messageId: id,
    encoded: fromHex(fields['message']!),
    statement: fromHex(fields['statement']!),
    signatures: fromHex(fields['signatures']!),
    index: Number(fields['index']),
    siblings: fromHex(fields['proof']!),
  };
  checkProof(proof);
  return proof;
}

/** JSON, or undefined where the host has no such thing, or not yet. */
async function get(url: string, signal: AbortSignal | undefined): Promise<unknown> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const response = await fetch(url, { signal: both, redirect: 'error' });
    if (response.status === 404 || response.status === 409) return undefined;
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
    return JSON.parse(await readText(response));
  } catch (error) {
    throw new CorridorError('Unavailable', `${url}: ${(error as Error).message}`, { cause: error });
  }
}

/** A host that sends without end must not fill the memory. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > MAX_TEXT) {
      await reader.cancel();
      throw new Error('it answers with too much');
    }
  }
  return text + decoder.decode();
}
