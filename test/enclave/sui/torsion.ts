/** Points of BLS12-381's two curves that are on the curve and not in its group, and encodings of no point, by noble. */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { G1, G2, fields } = bls12_381;
const { Fp, Fp2, Fr } = fields;
export type Group = typeof G1 | typeof G2;
type PointOf<G extends Group> = InstanceType<G['Point']>;
type Point = PointOf<typeof G1> & PointOf<typeof G2>;

export const cofactorOf = (group: Group): bigint => group.Point.CURVE().h;

/** The compressed encodings of a point and of its negation, in either order; noble writes none outside of the group. */
export function encodings(point: PointOf<Group>): Uint8Array[] {
  const { x } = point.toAffine();
  const bytes = typeof x === 'bigint' ? Fp.toBytes(x) : Uint8Array.of(...Fp.toBytes(x.c1), ...Fp.toBytes(x.c0));
  return [0x80, 0xa0].map((flags) => bytes.with(0, bytes[0]! | flags));
}

/** The compressed encoding of x = n, be it of a point or not. */
function encoding(group: Group, n: number): Uint8Array {
  const bytes = new Uint8Array(group === G1 ? 48 : 96);
  bytes[0] = 0x80;
  bytes[bytes.length - 1] = n;
  return bytes;
}

/** The point of x = n, wherever it is on the curve. */
function pointAt(group: Group, n: number): Point | undefined {
  const x = BigInt(n);
  try {
    if (group === G1) return G1.Point.fromAffine({ x, y: Fp.sqrt(x ** 3n + 4n) }) as Point;
    const wide = Fp2.fromBigTuple([x, 0n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(wide), wide), Fp2.fromBigTuple([4n, 4n]));
    return G2.Point.fromAffine({ x: wide, y: Fp2.sqrt(square) }) as Point;
  } catch {
    return undefined;
  }
}

/** The encoding of the least x that no point of the curve has. */
export function offCurve(group: Group): Uint8Array {
  for (let n = 1; ; n++) if (!pointAt(group, n)) return encoding(group, n);
}

/** Multiplication by any number: noble's own takes those below the group's order. */
function times(point: Point, factor: bigint): Point {
  let sum = point.subtract(point) as Point;
  for (const bit of factor.toString(2)) sum = (bit === '1' ? sum.double().add(point) : sum.double()) as Point;
  return sum;
}

/** A point of this prime order, which divides the cofactor. */
export function torsion<G extends Group>(group: G, order: bigint): PointOf<G> {
  let rest = Fr.ORDER * cofactorOf(group);
  while (rest % order === 0n) rest /= order;
  for (let n = 0; ; n++) {
    const point = pointAt(group, n);
    if (!point) continue;
    let found = times(point, rest);
    if (found.is0()) continue;
    for (let next = times(found, order); !next.is0(); next = times(found, order)) found = next;
    if (found.isTorsionFree()) throw new Error(`the point of order ${order} is in the group`);
    return found as PointOf<G>;
  }
}
