// Bounds the work of verifying, so that no module can hang the process.

import { VerificationError, type Place } from './errors.ts';

/** Counts the work that a package takes. */
export class WorkMeter {
  readonly #limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spent(): number {
    return this.#spent;
  }

  /** @throws VerificationError PROGRAM_TOO_COMPLEX */
  add(units: number, place: Place): void {
    this.#spent += units;
    if (this.#spent > this.#limit) {
      throw new VerificationError(
        'PROGRAM_TOO_COMPLEX',
        `verification takes more than ${this.#limit} units of work`,
        place,
      );
    }
  }
}
