// The target group of BLS12-381 pairings, written additively as sui::group_ops does: an element is 12 coefficients of
// 48 bytes, big-endian, in the order of the blst library (over w² first, then w, then each pair of F_p²).

import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Fp, Fp12 } = bls12_381.fields;
type Fp12Value = typeof Fp12.ONE;
export type GtElement = Fp12Value;

const COEFFICIENT = 48;
export const GT_BYTES = 12 * COEFFICIENT;

const PARTS = ['c0', 'c1', 'c2'] as const;
const HALVES = ['c0', 'c1'] as const;

/** 576 bytes of an element. */
export function encodeGt(element: GtElement): Uint8Array {
  const out = Buffer.alloc(GT_BYTES);
  let at = 0;
  for (const i of PARTS) {
    for (const j of HALVES) {
      for (const k of HALVES) {
        out.write(element[j][i][k].toString(16).padStart(2 * COEFFICIENT, '0'), at, 'hex');
        at += COEFFICIENT;
      }
    }
  }
  return new Uint8Array(out);
}

/** The element of 576 bytes; null if a coefficient is not below the field's order or the length is another. */
export function decodeGt(bytes: Uint8Array): GtElement | null {
  if (bytes.length !== GT_BYTES) return null;
  const read = (i: number, j: number, k: number): bigint => {
    const at = COEFFICIENT * (4 * i + 2 * j + k);
    return BigInt(`0x${Buffer.from(bytes.subarray(at, at + COEFFICIENT)).toString('hex')}`);
  };
  const pair = (i: number, j: number) => ({ c0: read(i, j, 0), c1: read(i, j, 1) });
  const half = (j: number) => ({ c0: pair(0, j), c1: pair(1, j), c2: pair(2, j) });
  const element = { c0: half(0), c1: half(1) };
  for (const j of HALVES) for (const i of PARTS) for (const k of HALVES) if (element[j][i][k] >= Fp.ORDER) return null;
  return element as GtElement;
}

export function addGt(a: GtElement, b: GtElement): GtElement {
  return Fp12.mul(a, b);
}

export function invertGt(a: GtElement): GtElement {
  return Fp12.inv(a);
}

/** `a` taken `n` times. */
export function powGt(a: GtElement, n: bigint): GtElement {
  return n === 0n ? Fp12.ONE : Fp12.pow(a, n);
}
