/** Hosts of several operators: who proposes when, and signatures for everybody. */
import { joinNonce, splitNonce, toHex } from '../protocol/index.ts';
import type { Exchange } from './pipeline.ts';
import type { LaneId, StoredRun } from './store/rows.ts';

export interface Peer {
  readonly name: string;
  readonly url: string;
}

const TIMEOUT_MS = 5_000;
/** How long a peer is not asked again that does not answer: doubled each time, up to half a minute. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** This host's part among others. Nothing that a peer says is trusted: statements and signatures authenticate themselves. */
export class PeerExchange implements Exchange {
  readonly #peers: readonly Peer[];
  readonly #position: number;
  readonly #stepInMilliseconds: number;
  readonly #now: () => number;
  /** Peers that do not answer: those who wait for them tell the others nothing meanwhile. */
  readonly #silent = new Map<string, { readonly failures: number; readonly until: number }>();

  /** @param hosts all of them in the order of turns, this one among them; none where there is only this one */
  constructor(hosts: readonly Peer[], name: string, stepInMilliseconds: number, now: () => number = Date.now) {
    this.#now = now;
    this.#peers = hosts;
    this.#position = hosts.findIndex((host) => host.name === name);
    this.#stepInMilliseconds = stepInMilliseconds;
  }

  get isAlone(): boolean {
    return this.#peers.length < 2;
  }

  /** The turn goes round with the nonces, so that every operator does its share; the next ones step in one by one. */
  delay(lane: LaneId, firstNonce: bigint): number {
    const count = this.#peers.length;
    if (count < 2) return 0;
    const { generation, sequence } = splitNonce(firstNonce);
    const turn = Number((joinNonce(generation, sequence) + lane.originChain) % BigInt(count));
    return ((this.#position - turn + count) % count) * this.#stepInMilliseconds;
  }

  async share(run: StoredRun, signatures: readonly Uint8Array[]): Promise<void> {
    const body = JSON.stringify({ statement: toHex(run.statement), signatures: signatures.map(toHex) });
    const others = this.#peers.filter((_, position) => position !== this.#position);
    const failures: string[] = [];
    await Promise.all(
      others.map(async (peer) => {
        const { name } = peer;
        if (this.#now() < (this.#silent.get(name)?.until ?? 0)) {
          failures.push(`${name} has not answered lately`);
          return;
        }
        try {
          const status = await post(peer, body);
          this.#silent.delete(name);
          if (status < 200 || status > 299) failures.push(`${name} answered ${status}`);
        } catch (error) {
          this.#fellSilent(name);
          failures.push(`${name}: ${(error as Error).message}`);
        }
      }),
    );
    if (failures.length > 0) throw new Error(failures.join('; '));
  }
  #fellSilent(name: string): void {
    const before = this.#silent.get(name);
    // Of several who waited at one time, one counts.
    if (before && this.#now() < before.until) return;
    const failures = before?.failures ?? 0;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    this.#silent.set(name, { failures: failures + 1, until: this.#now() + pause });
  }
}

/** @returns the status of the answer, of which nothing else is read */
async function post({ url }: Peer, body: string): Promise<number> {
  const response = await fetch(new URL('/v1/signatures', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    // A peer must not send us to places that only we can reach.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  return response.status;
}
