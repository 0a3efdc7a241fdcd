// Native functions of sui::bls12381 (signatures) and sui::group_ops (arithmetic in the groups of BLS12-381).

import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesAt, bytesResult, type NativeContext } from '../vm/native.ts';
import { type Bytes, type Ref, type Vec } from '../vm/values.ts';
import { COST, messageCost } from './costs.ts';
import type { NativeEnv, NativeModule, SuiNative } from './env.ts';
import { addGt, decodeGt, encodeGt, invertGt, powGt } from './gt.ts';

const { G1, G2, fields, pairing } = bls12_381;
const { Fr, Fp12 } = fields;
type G1Point = InstanceType<typeof G1.Point>;
type G2Point = InstanceType<typeof G2.Point>;

/** The suites without a proof of possession, which Sui signs and hashes under. */
const DST_G1 = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
const DST_G2 = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_';
const BLOCK = 64;

/** Verifies a signature in G1 under a key in G2 (96 bytes); both may be uncompressed. Neither may be infinity. */
export function verifyMinSig(signature: Uint8Array, publicKey: Uint8Array, message: Uint8Array): boolean {
  try {
    const { shortSignatures: suite } = bls12_381;
    const key = G2.Point.fromBytes(publicKey);
    return !key.is0() && suite.verify(G1.Point.fromBytes(signature), suite.hash(message, DST_G1), key);
  } catch {
    return false;
  }
}

/** Verifies a signature in G2 under a key in G1 (48 bytes); both may be uncompressed. Neither may be infinity. */
export function verifyMinPk(signature: Uint8Array, publicKey: Uint8Array, message: Uint8Array): boolean {
  try {
    const { longSignatures: suite } = bls12_381;
    const key = G1.Point.fromBytes(publicKey);
    return !key.is0() && suite.verify(G2.Point.fromBytes(signature), suite.hash(message, DST_G2), key);
  } catch {
    return false;
  }
}

const signatureNative =
  (verify: typeof verifyMinSig, base: number): SuiNative =>
  (ctx, [signature, publicKey, messageRef]) => {
    const message = bytesAt(messageRef);
    ctx.charge(messageCost({ base, perByte: 2, perBlock: 2, block: BLOCK }, message.length));
    return verify(bytesAt(signature), bytesAt(publicKey), message);
  };

export const bls12381: NativeModule = {
  bls12381_min_sig_verify: signatureNative(verifyMinSig, COST.blsMinSig),
  bls12381_min_pk_verify: signatureNative(verifyMinPk, COST.blsMinPk),
};

const E_INVALID_INPUT = 1;
const E_INPUT_TOO_LONG = 2;
/** Group numbers of sui::group_ops. */
const SCALAR = 0;
const G1_TYPE = 1;
const G2_TYPE = 2;
const GT_TYPE = 3;
const UNCOMPRESSED_G1_TYPE = 4;
const MSM_MAX = 32;
const SUM_MAX = 1200;
const SCALAR_BYTES = 32;

/** An input that is no element of its group. */
class InvalidElement extends Error {}

const invalid = (): never => {
  throw new InvalidElement();
};

/** A scalar: 32 bytes, big-endian, below the order. */
function scalar(bytes: Uint8Array): bigint {
  if (bytes.length !== SCALAR_BYTES) return invalid();
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return value < Fr.ORDER ? value : invalid();
}

const scalarBytes = (value: bigint): Uint8Array =>
  new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));

function point(group: typeof G1, bytes: Uint8Array, length: number): G1Point;
function point(group: typeof G2, bytes: Uint8Array, length: number): G2Point;
function point(group: typeof G1 | typeof G2, bytes: Uint8Array, length: number): G1Point | G2Point {
  if (bytes.length !== length) return invalid();
  try {
    return group.Point.fromBytes(bytes);
  } catch {
    return invalid();
  }
}

/** The bytes of a point. Infinity has many projective forms, of which the library writes only one. */
function encode(point: G1Point | G2Point, compressed = true): Uint8Array {
  if (!point.is0()) return point.toBytes(compressed);
  return (point instanceof G1.Point ? G1.Point.ZERO : G2.Point.ZERO).toBytes(compressed);
}

const g1 = (bytes: Uint8Array): G1Point => point(G1, bytes, 48);
const g2 = (bytes: Uint8Array): G2Point => point(G2, bytes, 96);
const gt = (bytes: Uint8Array) => decodeGt(bytes) ?? invalid();

/** Runs a computation on group elements; elements that are none abort with the code for invalid input. */
function run(ctx: NativeContext<NativeEnv>, compute: () => Uint8Array): Bytes {
  try {
    return bytesResult(compute());
  } catch (error) {
    if (error instanceof InvalidElement) return ctx.abort(E_INVALID_INPUT);
    throw error;
  }
}

type Binary = Readonly<Record<number, (a: Uint8Array, b: Uint8Array) => Uint8Array>>;

/** The inverse of a scalar, which must not be zero. */
const inverse = (value: bigint): bigint => (value === 0n ? invalid() : Fr.inv(value));

const ADD: Binary = {
  [SCALAR]: (a, b) => scalarBytes(Fr.add(scalar(a), scalar(b))),
  [G1_TYPE]: (a, b) => encode(g1(a).add(g1(b))),
  [G2_TYPE]: (a, b) => encode(g2(a).add(g2(b))),
  [GT_TYPE]: (a, b) => encodeGt(addGt(gt(a), gt(b))),
};

const SUB: Binary = {
  [SCALAR]: (a, b) => scalarBytes(Fr.sub(scalar(a), scalar(b))),
  [G1_TYPE]: (a, b) => encode(g1(a).subtract(g1(b))),
  [G2_TYPE]: (a, b) => encode(g2(a).subtract(g2(b))),
  [GT_TYPE]: (a, b) => encodeGt(addGt(gt(a), invertGt(gt(b)))),
};

/** The first operand is the scalar. */
const MUL: Binary = {
  [SCALAR]: (a, b) => scalarBytes(Fr.mul(scalar(a), scalar(b))),
  [G1_TYPE]: (a, b) => encode(g1(b).multiplyUnsafe(scalar(a))),
  [G2_TYPE]: (a, b) => encode(g2(b).multiplyUnsafe(scalar(a))),
  [GT_TYPE]: (a, b) => encodeGt(powGt(gt(b), scalar(a))),
};

const DIV: Binary = {
  [SCALAR]: (a, b) => scalarBytes(Fr.mul(scalar(b), inverse(scalar(a)))),
  [G1_TYPE]: (a, b) => encode(g1(b).multiplyUnsafe(inverse(scalar(a)))),
  [G2_TYPE]: (a, b) => encode(g2(b).multiplyUnsafe(inverse(scalar(a)))),
  [GT_TYPE]: (a, b) => encodeGt(powGt(gt(b), inverse(scalar(a)))),
};

const binary =
  (table: Binary, costs: readonly number[]): SuiNative =>
  (ctx, [group, first, second]) => {
    ctx.charge(costs[group as number] ?? 0);
    const operation = table[group as number];
    return operation ? run(ctx, () => operation(bytesAt(first), bytesAt(second))) : ctx.abort(E_INVALID_INPUT);
  };

/** Additions that a multi-scalar multiplication of `n` terms takes, as Sui estimates them. */
function msmAdditions(n: number): number {
  const bits = 31 - Math.clz32(n);
  const window = bits === 0 ? 1 : bits <= 4 ? 2 : bits <= 12 ? bits - 2 : bits - 3;
  return Math.ceil(255 / window) * (n + (1 << window) + 1);
}

function chunks(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

const multiScalarMul: SuiNative = (ctx, [group, scalarsRef, elementsRef]) => {
  const type = group as number;
  if (type !== G1_TYPE && type !== G2_TYPE) return ctx.abort(E_INVALID_INPUT);
  const size = type === G1_TYPE ? 48 : 96;
  const [scalars, elements] = [bytesAt(scalarsRef), bytesAt(elementsRef)];
  const count = elements.length / size;
  if (count === 0 || !Number.isInteger(count) || scalars.length !== count * SCALAR_BYTES) {
    return ctx.abort(E_INVALID_INPUT);
  }
  if (count > MSM_MAX) return ctx.abort(E_INPUT_TOO_LONG);
  const { decode, msm, msmPerAddition } = COST.group;
  ctx.charge(count * (decode[0] + decode[type]!));
  return run(ctx, () => {
    const factors = chunks(scalars, SCALAR_BYTES).map(scalar);
    const points = chunks(elements, size);
    ctx.charge(msm[type]! + msmPerAddition[type]! * msmAdditions(count));
    if (type === G1_TYPE) {
      return encode(points.map(g1).reduce((sum, p, i) => sum.add(p.multiplyUnsafe(factors[i]!)), G1.Point.ZERO));
    }
    return encode(points.map(g2).reduce((sum, p, i) => sum.add(p.multiplyUnsafe(factors[i]!)), G2.Point.ZERO));
  });
};

/** An uncompressed element of G1: 96 bytes with neither the compression nor the sign flag set. */
function uncompressedG1(bytes: Uint8Array): G1Point {
  if (bytes.length !== 96 || bytes[0]! & 0xa0) return invalid();
  return point(G1, bytes, 96);
}

/**
 * A term of a sum: uncompressed, on the curve, but not checked to be in the group, which would cost far more than the
 * sum. Sui leaves it out as well: elements come out of conversions, which do check.
 */
function sumTerm(bytes: Uint8Array): G1Point {
  if (bytes.length !== 96 || bytes[0]! & 0xa0) return invalid();
  if (bytes[0]! & 0x40) return point(G1, bytes, 96);
  const [x, y] = [bytes.subarray(0, 48), bytes.subarray(48)].map((b) => BigInt(`0x${Buffer.from(b).toString('hex')}`));
  const { Fp } = fields;
  if (x! >= Fp.ORDER || y! >= Fp.ORDER) return invalid();
  // y² = x³ + 4
  if (Fp.sqr(y!) !== Fp.add(Fp.mul(Fp.sqr(x!), x!), 4n)) return invalid();
  return G1.Point.fromAffine({ x: x!, y: y! });
}

export const group_ops: NativeModule = {
  internal_validate(ctx, [group, ref]) {
    const type = group as number;
    ctx.charge(COST.group.decode[type] ?? 0);
    const parse = [scalar, g1, g2][type];
    if (!parse) return false;
    try {
      parse(bytesAt(ref));
      return true;
    } catch {
      return false;
    }
  },
  internal_add: binary(ADD, COST.group.add),
  internal_sub: binary(SUB, COST.group.sub),
  internal_mul: binary(MUL, COST.group.mul),
  internal_div: binary(DIV, COST.group.div),
  internal_hash_to(ctx, [group, ref]) {
    const message = bytesAt(ref);
    if (message.length === 0) return ctx.abort(E_INVALID_INPUT);
    const type = group as number;
    if (type !== G1_TYPE && type !== G2_TYPE) return ctx.abort(E_INVALID_INPUT);
    ctx.charge(COST.group.hash[type] + COST.group.hashPerByte * message.length);
    const hashed =
      type === G1_TYPE ? G1.hashToCurve(message, { DST: DST_G1 }) : G2.hashToCurve(message, { DST: DST_G2 });
    return bytesResult(hashed.toBytes(true));
  },
  internal_multi_scalar_mul: multiScalarMul,
  internal_pairing(ctx, [group, first, second]) {
    if (group !== G1_TYPE) return ctx.abort(E_INVALID_INPUT);
    ctx.charge(COST.group.pairing);
    return run(ctx, () => {
      const [p, q] = [g1(bytesAt(first)), g2(bytesAt(second))];
      return encodeGt(p.is0() || q.is0() ? Fp12.ONE : pairing(p, q));
    });
  },
  internal_convert(ctx, [from, to, ref]) {
    const bytes = bytesAt(ref);
    if (from === UNCOMPRESSED_G1_TYPE && to === G1_TYPE) {
      ctx.charge(COST.group.compress);
      return run(ctx, () => encode(uncompressedG1(bytes)));
    }
    if (from !== G1_TYPE || to !== UNCOMPRESSED_G1_TYPE) return ctx.abort(E_INVALID_INPUT);
    ctx.charge(COST.group.uncompress);
    return run(ctx, () => encode(g1(bytes), false));
  },
  internal_sum(ctx, [group, ref]) {
    if (group !== UNCOMPRESSED_G1_TYPE) return ctx.abort(E_INVALID_INPUT);
    const terms = ((ref as Ref).get() as Vec).items as Bytes[];
    if (terms.length > SUM_MAX) return ctx.abort(E_INPUT_TOO_LONG);
    ctx.charge(COST.group.sum + COST.group.sumPerTerm * terms.length);
    return run(ctx, () =>
      encode(
        terms.reduce((sum, term) => sum.add(sumTerm(term.view())), G1.Point.ZERO),
        false,
      ),
    );
  },
};
