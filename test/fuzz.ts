/**
 * How often tests with random cases run, and from which seed. `npm test` draws the same cases every time, so that a red
 * run is never luck. scripts/long/fuzz.ts runs the same tests CORRIDOR_FUZZ times as long and from another CORRIDOR_SEED.
 */
import fc from 'fast-check';

const FACTOR = natural('CORRIDOR_FUZZ', 1);
const SEED = natural('CORRIDOR_SEED', 0);

function natural(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise);
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is ${text}: it must be a number below 1,000,000,000`);
  return Number(text);
}

/** So many cases, or as many times more as this run asks for. */
export const times = (count: number): number => count * Math.max(FACTOR, 1);

/** A seed of 32 bits for a generator, never 0: `own` in `npm test`, another one for each CORRIDOR_SEED. */
export const seed = (own: number): number => (own + Math.imul(SEED, 0x9e3779b1)) >>> 0 || 1;

/** The parameters of `fc.assert` for a property with its own number of cases. fast-check names the seed of a failure. */
export const runs = (count: number): { numRuns: number; seed: number } => ({
  numRuns: times(count),
  seed: seed(1) | 0,
});

// For every property that names no number of its own: .mocharc.json loads this file before the tests.
fc.configureGlobal(runs(100));

/** A long round ends by the clock of who started it, not by a limit that was set for the short form. */
export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    if (FACTOR > 1) this.currentTest!.timeout(0);
  },
};
