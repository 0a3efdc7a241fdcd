import type { CborValue } from './cbor.ts';
import { check } from './errors.ts';

/** Characters of an unknown name that an error repeats. */
const LONGEST_QUOTE = 64;

/**
 * The fields of a decoded map. Each is taken under its type and bounds; `end` refuses what nobody took.
 * Every method throws WireError `InvalidField`, with the field's name.
 */
export class Fields {
  readonly #map: ReadonlyMap<string, CborValue>;
  readonly #known = new Set<string>();

  constructor(value: CborValue | undefined) {
    check(value instanceof Map, 'InvalidField', () => 'expected a map of fields');
    this.#map = value;
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  uint(name: string, max: bigint): bigint {
    const value = this.#take(name);
    const isUint = typeof value === 'bigint' && value <= max;
    check(isUint, 'InvalidField', () => `${name} must be an unsigned integer of at most ${max}`);
    return value;
  }

  u64(name: string): bigint {
    return this.uint(name, 2n ** 64n - 1n);
  }

  /** An integer that a number holds. */
  count(name: string, max = Number.MAX_SAFE_INTEGER): number {
    return Number(this.uint(name, BigInt(max)));
  }

  /** Bytes of any length, or of an exact one. */
  bytes(name: string, length?: number): Uint8Array {
    const value = this.#take(name);
    const isBytes = value instanceof Uint8Array && (length === undefined || value.length === length);
    check(isBytes, 'InvalidField', () => `${name} must be ${length ?? 'a string of'} bytes`);
    return value;
  }

  text(name: string): string {
    const value = this.#take(name);
    check(typeof value === 'string', 'InvalidField', () => `${name} must be text`);
    return value;
  }

  list(name: string, max: number): CborValue[] {
    const value = this.#take(name);
    const isList = Array.isArray(value) && value.length <= max;
    check(isList, 'InvalidField', () => `${name} must be an array of at most ${max}`);
    return value;
  }

  /** An array of byte strings. */
  byteList(name: string, max: number): Uint8Array[] {
    const list = this.list(name, max);
    const isBytes = list.every((item) => item instanceof Uint8Array);
    check(isBytes, 'InvalidField', () => `${name} must hold byte strings only`);
    return list as Uint8Array[];
  }

  /** An array of integers that numbers hold. */
  counts(name: string, max: number): number[] {
    const list = this.list(name, max);
    const isCounts = list.every((item) => typeof item === 'bigint' && item <= Number.MAX_SAFE_INTEGER);
    check(isCounts, 'InvalidField', () => `${name} must hold integers below 2^53 only`);
    return list.map(Number);
  }

  map(name: string): Fields {
    return new Fields(this.#take(name));
  }

  /** An array of maps. */
  maps(name: string, max: number): Fields[] {
    return this.list(name, max).map((item) => new Fields(item));
  }

  end(): void {
    const extra = [...this.#map.keys()].find((key) => !this.#known.has(key));
    // The host's own text: a name as long as a frame would make a reply that is longer than one.
    check(extra === undefined, 'InvalidField', () => `${extra!.slice(0, LONGEST_QUOTE)} is no field here`);
  }

  #take(name: string): CborValue | undefined {
    this.#known.add(name);
    return this.#map.get(name);
  }
}
