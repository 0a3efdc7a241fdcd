/** Follows one message: by the chains where they can be asked, by hosts for what only they know. */
import type { ChainReader } from './chain.ts';
import { CorridorError } from './errors.ts';
import type { HostView, Hosts } from './hosts.ts';
import type { Hex, Sent, Source, Stage, WaitOptions } from './types.ts';

/** Whom to ask. A chain that cannot be asked is left to hosts, whose word the stages then carry. */
export interface Sources {
  readonly hosts: Hosts;
  readonly origin?: ChainReader | undefined;
  readonly destination?: ChainReader | undefined;
}

/** What is known of a message after one round of questions. */
interface Round {
  readonly final?: { readonly source: Source; readonly at?: Date };
  readonly proven?: { readonly source: Source; readonly at?: Date };
  readonly refusals: readonly { readonly source: Source; readonly reason: string; readonly transaction?: string }[];
  readonly delivered?: { readonly source: Source; readonly transaction?: string };
}

/**
 * The stages of a message as they happen, each once, in order; a refusal for each reason. It ends when the message is
 * delivered. Where the destination can be asked, nothing else decides that; a host that claims it is not believed.
 * @throws CorridorError `Timeout`; `Contradiction` when another message was delivered under its nonce; what aborted
 */
export async function* track(sent: Sent, sources: Sources, options: WaitOptions = {}): AsyncGenerator<Stage, void> {
  const { signal, pollMilliseconds = 1_000, timeoutMilliseconds, onTrouble = () => {} } = options;
  const deadline = timeoutMilliseconds === undefined ? Infinity : Date.now() + timeoutMilliseconds;
  const watcher = new Watcher(sent, sources, signal);
  const said = new Set<string>();
  yield { stage: 'sent', sent };
  for (;;) {
    signal?.throwIfAborted();
    const { final, proven, refusals, delivered } = await watcher.look(onTrouble);
    if (final && isNew(said, 'final')) yield { stage: 'final', ...final };
    if (proven && isNew(said, 'proven')) yield { stage: 'proven', ...proven };
    for (const refusal of refusals) {
      if (isNew(said, `refused ${refusal.transaction ?? ''} ${refusal.reason}`)) yield { stage: 'refused', ...refusal };
    }
    if (delivered) {
      yield { stage: 'delivered', ...delivered };
      return;
    }
    if (Date.now() >= deadline) {
      const time = timeoutMilliseconds ? `within ${timeoutMilliseconds / 1000} s` : 'yet';
      const text = `message ${sent.messageId} is not delivered ${time}`;
      throw new CorridorError('Timeout', text);
    }
    await sleep(Math.min(pollMilliseconds, deadline - Date.now()), signal);
  }
}

class Watcher {
  readonly #sent: Sent;
  readonly #sources: Sources;
  readonly #signal: AbortSignal | undefined;
  #isFinal = false;
  #from: bigint | undefined;

  constructor(sent: Sent, sources: Sources, signal: AbortSignal | undefined) {
    this.#sent = sent;
    this.#sources = sources;
    this.#signal = signal;
  }

  async look(onTrouble: (error: Error) => void): Promise<Round> {
    const attempt = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await ask();
      } catch (error) {
        // What contradicts itself does not mend by asking again.
        if (error instanceof CorridorError && error.code === 'Contradiction') throw error;
        onTrouble(error as Error);
        return undefined;
      }
    };
    const [views, isFinal, atDestination] = await Promise.all([
      this.#sources.hosts.views(this.#sent.messageId, onTrouble, this.#signal),
      attempt(() => this.#askOrigin()),
      attempt(() => this.#askDestination()),
    ]);
    const [view] = views;
    const provenAt = views.find((each) => each.provenAt)?.provenAt;
    const final = isFinal ? ({ source: 'chain' } as const) : view && ({ source: 'host', at: view.finalAt } as const);
    const proven = provenAt
      ? ({ source: 'host', at: provenAt } as const)
      : atDestination?.isProven
        ? ({ source: 'chain' } as const)
        : undefined;
    const delivered = this.#sources.destination ? atDestination?.delivered : deliveredByHosts(views);
    return {
      ...(final ? { final } : {}),
      ...(proven ? { proven } : {}),
      refusals: [...(atDestination?.refusals ?? []), ...(atDestination?.refusals.length ? [] : refusedByHosts(views))],
      ...(delivered ? { delivered } : {}),
    };
  }

  async #askOrigin(): Promise<boolean> {
    if (!this.#isFinal) this.#isFinal = (await this.#sources.origin?.isFinal(this.#sent)) ?? false;
    return this.#isFinal;
  }

  async #askDestination(): Promise<(Pick<Round, 'delivered' | 'refusals'> & { isProven: boolean }) | undefined> {
    const { destination } = this.#sources;
    if (!destination) return undefined;
    const { messageId, message } = this.#sent;
    const { originChain, nonce } = message;
    // Before what happened: a failure and a later delivery then come in their order.
    const { failures, isProven, next } = await destination.happened(messageId, originChain, nonce, this.#from);
    this.#from = next;
    const refusals = failures.map(({ reason, transaction }) => {
      return { source: 'chain' as const, reason: showReason(reason), transaction };
    });
    if (!(await destination.isDelivered(originChain, nonce))) return { refusals, isProven };
    const delivery = await destination.deliveryOf(originChain, nonce);
    if (delivery && delivery.messageId !== messageId) {
      const text = `another message, ${delivery.messageId}, was delivered under the nonce of ${messageId}: this one was lost in a reorganisation of its origin`;
      throw new CorridorError('Contradiction', text);
    }
    const delivered = { source: 'chain' as const, ...(delivery ? { transaction: delivery.transaction } : {}) };
    return { refusals, isProven, delivered };
  }
}

function refusedByHosts(views: readonly HostView[]): Round['refusals'] {
  return views.flatMap(({ failure }) => (failure === undefined ? [] : [{ source: 'host' as const, reason: failure }]));
}

function deliveredByHosts(views: readonly HostView[]): Round['delivered'] {
  const delivery = views.find((view) => view.delivery !== undefined)?.delivery;
  return delivery === undefined ? undefined : { source: 'host', ...(delivery ? { transaction: delivery } : {}) };
}

function showReason(reason: Hex | undefined): string {
  return reason === undefined || reason === '0x' ? 'the recipient failed' : `the recipient failed with ${reason}`;
}

function isNew(said: Set<string>, what: string): boolean {
  return !said.has(what) && Boolean(said.add(what));
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    if (signal?.aborted) return reject(signal.reason as Error);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
