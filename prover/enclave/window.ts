import { equalBytes, toHex } from '../protocol/bytes.ts';
import { insist } from './errors.ts';

/** Sequences that a lane remembers, counted back from the highest one signed. */
export const WINDOW = 65_536;

/**
 * What this enclave has signed on one lane: the leaf of each of the last `WINDOW` sequences. A sequence in the window
 * keeps its leaf, one below it is never signed again, so no nonce ever gets two leaves (INV-41). Takes 2.5 MB, whatever
 * comes.
 */
export class NonceWindow {
  readonly #leaves = new Uint8Array(32 * WINDOW);
  /** The sequence whose leaf a slot holds, plus one; 0 where there is none */
  readonly #held = new Float64Array(WINDOW);
  #next = 0;

  /** The sequence after the highest one signed. */
  get next(): number {
    return this.#next;
  }

  /**
   * Whether a run may be signed. Changes nothing.
   * @param first sequence of the first leaf
   * @throws EnclaveError `NonceTooOld`, `ConflictingMessage`
   */
  check(first: number, leaves: readonly Uint8Array[]): void {
    const lowest = this.#next - WINDOW;
    insist(first >= lowest, 'NonceTooOld', () => `sequence ${first} is below ${lowest}, the lowest still remembered`);
    leaves.forEach((leaf, i) => {
      const sequence = first + i;
      const slot = sequence % WINDOW;
      if (this.#held[slot] !== sequence + 1) return;
      const signed = this.#leaves.subarray(32 * slot, 32 * slot + 32);
      insist(
        equalBytes(signed, leaf),
        'ConflictingMessage',
        () => `leaf ${toHex(signed)} was signed for sequence ${sequence}; the one given is ${toHex(leaf)}`,
      );
    });
  }

  /** Remembers a run that `check` has let pass. */
  record(first: number, leaves: readonly Uint8Array[]): void {
    leaves.forEach((leaf, i) => {
      const slot = (first + i) % WINDOW;
      this.#leaves.set(leaf, 32 * slot);
      this.#held[slot] = first + i + 1;
    });
    this.#next = Math.max(this.#next, first + leaves.length);
  }
}
