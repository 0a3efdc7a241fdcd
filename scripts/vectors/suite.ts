import { OPERATIONS } from './operations.ts';
import type { Fields } from './operations.ts';
import { BrokenRule } from './reference.ts';

export interface Vector {
  readonly id: string;
  readonly op: string;
  readonly about: string;
  readonly in: Fields;
  readonly out?: Fields;
  /** The name of the broken rule. */
  readonly error?: string;
}

/** One file of vectors. */
export interface Suite {
  readonly noun: string;
  readonly spec: string;
  readonly vectors: Vector[];
}

/**
 * A vector's outcome is stated twice: by the author, who says `valid` or names the rule, and by the
 * reference. The two must agree, else the generator stops.
 */
export interface SuiteWriter {
  valid(operation: string, about: string, input: Fields): void;
  invalid(operation: string, about: string, input: Fields, rule: string): void;
  readonly suite: Suite;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());

/** An empty suite for the operations `<noun>.*`, specified in a section of docs/spec/protocol.md. */
export function newSuite(noun: string, section: number): SuiteWriter {
  const vectors: Vector[] = [];
  const numbers = new Map<string, number>();

  function write(operation: string, about: string, input: Fields, rule: string | undefined): void {
    const op = `${noun}.${operation}`;
    const run = OPERATIONS[op];
    if (run === undefined) throw new Error(`no operation ${op}`);
    const number = (numbers.get(op) ?? 0) + 1;
    numbers.set(op, number);
    const head = {
      id: `${kebab(noun)}-${kebab(operation)}-${String(number).padStart(3, '0')}`,
      op,
      about,
      in: input,
    };
    let outcome: { out: Fields } | { error: string };
    try {
      outcome = { out: run(input) };
    } catch (error) {
      if (!(error instanceof BrokenRule)) throw new Error(`${head.id} (${about})`, { cause: error });
      outcome = { error: error.rule };
    }
    const found = 'error' in outcome ? outcome.error : undefined;
    if (found !== rule) {
      throw new Error(`${head.id} (${about}): stated ${rule ?? 'valid'}, the reference finds ${found ?? 'valid'}`);
    }
    vectors.push({ ...head, ...outcome });
  }

  return {
    valid: (operation, about, input) => write(operation, about, input, undefined),
    invalid: (operation, about, input, rule) => write(operation, about, input, rule),
    suite: { noun, spec: `docs/spec/protocol.md section ${section}`, vectors },
  };
}

/** One way to break one rule. */
export interface Breach<T> {
  readonly rule: string;
  readonly about: string;
  readonly apply: (value: T) => T;
}

/**
 * Pins the order of checks: for every rule but the last, a value that breaks it and all later ones.
 * `breaches` holds one breach for each rule in the spec's order. They are applied last to first, so that a
 * breach of length cuts what the others have written.
 */
export function brokenFromHereOn<T>(honest: T, breaches: readonly Breach<T>[]): { value: T; rule: string }[] {
  return breaches.slice(0, -1).map(({ rule }, i) => ({
    value: breaches.slice(i).reduceRight((value, breach) => breach.apply(value), honest),
    rule,
  }));
}
