/** Where keys stand, asked for again when an answer is old. */
import { toHex } from '../../protocol/index.ts';
import type { KeyStatus } from './registrar.ts';

/** A revoked key counts here for so long still; no chain is misled by that. */
const TTL_MS = 10_000;
const MAX_KEYS = 2_048;

export class KeyCache {
  readonly #read: (signer: Uint8Array) => Promise<KeyStatus>;
  readonly #kept = new Map<string, { readonly answer: Promise<KeyStatus>; readonly at: number }>();

  constructor(read: (signer: Uint8Array) => Promise<KeyStatus>) {
    this.#read = read;
  }

  /** Those who ask at one time share one answer. */
  status(signer: Uint8Array): Promise<KeyStatus> {
    const name = toHex(signer);
    const kept = this.#kept.get(name);
    if (kept && Date.now() - kept.at < TTL_MS) return kept.answer;
    const answer = this.#read(signer);
    // Oldest first; what failed is asked for again at once.
    this.#kept.delete(name);
    if (this.#kept.size >= MAX_KEYS) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(name, { answer, at: Date.now() });
    answer.catch(() => this.forget(signer));
    return answer;
  }

  forget(signer: Uint8Array): void {
    this.#kept.delete(toHex(signer));
  }
}
