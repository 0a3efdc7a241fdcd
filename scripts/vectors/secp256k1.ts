import { createHmac } from 'node:crypto';
import { keccak, toBigInt, uint } from './bytes.ts';

/** Order of the field (SEC 2, section 2.4.1). */
export const P = 2n ** 256n - 2n ** 32n - 977n;
/** Order of the group (SEC 2, section 2.4.1). */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** The highest `s` that section 8 admits. */
export const HALF_N = (N - 1n) / 2n;

/** An affine point; null is the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | null;

/** The generator (SEC 2, section 2.4.1). */
export const G: NonNullable<Point> = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
  /** 27 or 28: the parity of the y coordinate of the nonce's point. */
  readonly v: number;
}

export function mod(a: bigint, m: bigint): bigint {
  const rest = a % m;
  return rest < 0n ? rest + m : rest;
}

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  for (let b = mod(base, m), e = exponent; e > 0n; b = (b * b) % m, e >>= 1n) {
    if (e & 1n) result = (result * b) % m;
  }
  return result;
}

/** Inverse modulo a prime, by the extended Euclidean algorithm. Throws RangeError for 0. */
export function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, t0, t1] = [m, mod(a, m), 0n, 1n];
  while (r1 > 0n) {
    const q = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
  }
  if (r0 !== 1n) throw new RangeError('no inverse');
  return mod(t0, m);
}

type Jacobian = readonly [x: bigint, y: bigint, z: bigint];
const INFINITY: Jacobian = [1n, 1n, 0n];

function double([x, y, z]: Jacobian): Jacobian {
  if (z === 0n) return INFINITY;
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const m = (3n * x * x) % P;
  const x3 = mod(m * m - 2n * s, P);
  return [x3, mod(m * (s - x3) - 8n * yy * yy, P), (2n * y * z) % P];
}

function sum(a: Jacobian, b: Jacobian): Jacobian {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const [za, zb] = [(a[2] * a[2]) % P, (b[2] * b[2]) % P];
  const [ua, ub] = [(a[0] * zb) % P, (b[0] * za) % P];
  const [sa, sb] = [(a[1] * zb * b[2]) % P, (b[1] * za * a[2]) % P];
  if (ua === ub) return sa === sb ? double(a) : INFINITY;
  const h = mod(ub - ua, P);
  const r = mod(sb - sa, P);
  const hh = (h * h) % P;
  const hhh = (h * hh) % P;
  const v = (ua * hh) % P;
  const x = mod(r * r - hhh - 2n * v, P);
  return [x, mod(r * (v - x) - sa * hhh, P), (a[2] * b[2] * h) % P];
}

const lift = (point: Point): Jacobian => (point === null ? INFINITY : [point.x, point.y, 1n]);

function affine([x, y, z]: Jacobian): Point {
  if (z === 0n) return null;
  const zi = inverse(z, P);
  return { x: (x * zi * zi) % P, y: (y * zi * zi * zi) % P };
}

export function add(a: Point, b: Point): Point {
  return affine(sum(lift(a), lift(b)));
}

export function multiply(point: Point, scalar: bigint): Point {
  let result = INFINITY;
  for (let p = lift(point), k = mod(scalar, N); k > 0n; p = double(p), k >>= 1n) {
    if (k & 1n) result = sum(result, p);
  }
  return affine(result);
}

/** The point with this x coordinate and parity of y, or null where the curve has none. */
export function pointAt(x: bigint, odd: boolean): Point {
  if (x >= P) return null;
  const square = (x * x * x + 7n) % P;
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return null;
  return { x, y: (y & 1n) === (odd ? 1n : 0n) ? y : P - y };
}

/** Public key of a private key in [1, n). */
export function publicKey(privateKey: bigint): NonNullable<Point> {
  const point = multiply(G, privateKey);
  if (point === null) throw new RangeError('the private key is a multiple of the group order');
  return point;
}

/** Section 8: the last 20 bytes of hash(x ‖ y). */
export function addressOf(key: NonNullable<Point>): Buffer {
  return keccak(uint(key.x, 32), uint(key.y, 32)).subarray(12);
}

/** The nonce of RFC 6979, section 3.2, with HMAC-SHA-256 and a digest of 32 bytes. */
export function deterministicNonce(privateKey: bigint, digest: Uint8Array): bigint {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  const secret = Buffer.concat([uint(privateKey, 32), uint(mod(toBigInt(digest), N), 32)]);
  let v: Buffer = Buffer.alloc(32, 1);
  let k: Buffer = Buffer.alloc(32, 0);
  for (const separator of [0, 1]) {
    k = hmac(k, v, Buffer.of(separator), secret);
    v = hmac(k, v);
  }
  for (;;) {
    v = hmac(k, v);
    const candidate = toBigInt(v);
    if (candidate > 0n && candidate < N) return candidate;
    k = hmac(k, v, Buffer.of(0));
    v = hmac(k, v);
  }
}

/** ECDSA with the nonce of RFC 6979 and `s` in the lower half. */
export function sign(privateKey: bigint, digest: Uint8Array): Signature {
  const k = deterministicNonce(privateKey, digest);
  const point = multiply(G, k);
  if (point === null) throw new RangeError('nonce is a multiple of the group order');
  // x is below n for all but one in 2^128 points; recovery has no encoding for the others here.
  const r = point.x;
  const s = mod(inverse(k, N) * (toBigInt(digest) + r * privateKey), N);
  if (r >= N || s === 0n) throw new RangeError('the nonce gives no signature');
  const odd = (point.y & 1n) === 1n;
  return s > HALF_N ? { r, s: N - s, v: odd ? 27 : 28 } : { r, s, v: odd ? 28 : 27 };
}

/**
 * The public key under which (r, s) with this parity is a signature of the digest (SEC 1, section 4.1.6).
 * Says nothing of the rules for `s` and `v`. Null where `r` is zero, not below n or not on the curve,
 * or where the key would be the point at infinity.
 */
export function recover(digest: Uint8Array, { r, s, v }: Signature): Point {
  if (r === 0n || r >= N) return null;
  const point = pointAt(r, v === 28);
  if (point === null) return null;
  const ri = inverse(r, N);
  return add(multiply(point, s * ri), multiply(G, -toBigInt(digest) * ri));
}
