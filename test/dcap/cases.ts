import type { DcapRule } from '../../prover/protocol/dcap/index.ts';
import type { World } from './forge.ts';

/** One input that breaks one rule and no other. */
export interface Case {
  rule: DcapRule;
  name: string;
  world: World;
  /** Time of judgement, where the time is what breaks the rule */
  atSeconds?: number;
  /** Set where the oracle accepts what we refuse: the row of docs/spec/dcap.md section 12 that says why */
  oracleAccepts?: string;
}

/** A copy with one byte changed by exclusive or. */
export function flip(bytes: Uint8Array, offset: number, mask = 1): Uint8Array {
  const copy = bytes.slice();
  copy[offset]! ^= mask;
  return copy;
}

/** A copy with bytes written at an offset. */
export function put(bytes: Uint8Array, offset: number, value: ArrayLike<number>): Uint8Array {
  const copy = bytes.slice();
  copy.set(value, offset);
  return copy;
}
