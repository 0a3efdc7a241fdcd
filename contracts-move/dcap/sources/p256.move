/// ECDSA on secp256r1 (P-256, FIPS 186-5) over a SHA-256 digest, docs/spec/dcap.md section 1.
///
/// `sui::ecdsa_r1` does the work, within its limits: it refuses the greater of the two values of s that
/// are right for a message, which Intel's hardware emits as often as the lesser, and takes keys in
/// compressed form, where a wrong y cannot be told from a right one. So s is replaced by n - s where
/// needed, and the equation of the curve is checked here.
module dcap::p256;

use dcap::bytes;
use std::bcs;
use sui::{address, ecdsa_r1};

/// Prime of the field.
const P: u256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
/// Order of the group.
const N: u256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
/// The greatest s that `sui::ecdsa_r1` accepts: half of the order, rounded down.
const MAX_LOW_S: u256 = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
/// b of the curve's equation y^2 = x^3 - 3x + b.
const B: u256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b;
/// -3 in the field.
const MINUS_3: u256 = 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffc;

const MASK_32: u256 = 0xffffffff;
const MASK_96: u256 = 0xffffffffffffffffffffffff;
const MASK_128: u256 = 0xffffffffffffffffffffffffffffffff;
/// The words of 32 bits with numbers 3 to 7.
const WORDS_3_TO_7: u256 = 0xffffffffffffffffffffffffffffffffffffffff000000000000000000000000;
/// The words of 32 bits with numbers 0 to 2, 6 and 7.
const WORDS_012_67: u256 = 0xffffffffffffffff000000000000000000000000ffffffffffffffffffffffff;

/// Of hash functions, the number of SHA-256 in `sui::ecdsa_r1`.
const SHA256: u8 = 1;

/// A public key. One that is no point of the curve verifies nothing.
public struct PublicKey has copy, drop, store {
    /// 33 bytes, as SEC 1 section 2.3.3 compresses a point; empty for no point of the curve.
    compressed: vector<u8>,
}

/// The bytes of a compressed point, as BCS writes them.
public struct CompressedPoint has drop {
    sign: u8,
    x: address,
}

/// The bytes of a signature, as BCS writes them.
public struct Signature has drop {
    r: address,
    s: address,
}

/// The key with coordinates `x` and `y`.
public(package) fun public_key(x: u256, y: u256): PublicKey {
    if (!is_on_curve(x, y)) return PublicKey { compressed: vector[] };
    let sign = 2 + ((y & 1) as u8);
    PublicKey { compressed: bcs::to_bytes(&CompressedPoint { sign, x: address::from_u256(x) }) }
}

/// Whether (`r`, `s`) is a signature of `message` by `self`. Both values of s count.
public(package) fun verify(self: &PublicKey, message: &vector<u8>, r: u256, s: u256): bool {
    if (r == 0 || r >= N || s == 0 || s >= N || self.compressed.is_empty()) return false;
    let low_s = if (s > MAX_LOW_S) N - s else s;
    let signature = Signature { r: address::from_u256(r), s: address::from_u256(low_s) };
    ecdsa_r1::secp256r1_verify(&bcs::to_bytes(&signature), &self.compressed, message, SHA256)
}

/// As `verify`, with r and s in the 64 bytes of `signatures` at `at`, big-endian.
public(package) fun verify_at(
    self: &PublicKey,
    message: &vector<u8>,
    signatures: &vector<u8>,
    at: u64,
): bool {
    let r = bytes::read_u256(signatures, at);
    let s = bytes::read_u256(signatures, at + 32);
    self.verify(message, r, s)
}

/// The key whose coordinates are the 64 bytes of `keys` at `at`, x and y, big-endian.
public(package) fun read_key(keys: &vector<u8>, at: u64): PublicKey {
    public_key(bytes::read_u256(keys, at), bytes::read_u256(keys, at + 32))
}

/// y^2 = x^3 - 3x + b in the field.
fun is_on_curve(x: u256, y: u256): bool {
    if (x >= P || y >= P) return false;
    multiply(y, y) == add(multiply(add(multiply(x, x), MINUS_3), x), B)
}

/// a + b in the field, for `a` and `b` of the field.
fun add(a: u256, b: u256): u256 {
    let gap = P - b;
    if (a >= gap) a - gap else a + b
}

/// a * b in the field, for any `a` and `b`.
fun multiply(a: u256, b: u256): u256 {
    let (a_high, a_low) = (a >> 128, a & MASK_128);
    let (b_high, b_low) = (b >> 128, b & MASK_128);
    // No sum overflows: (2^128 - 1)^2 + 2 (2^128 - 1) is 2^256 - 1.
    let low = a_low * b_low;
    let cross = a_high * b_low + (low >> 128);
    let middle = a_low * b_high + (cross & MASK_128);
    let high = a_high * b_high + (cross >> 128) + (middle >> 128);
    reduce(high, (middle << 128) | (low & MASK_128))
}

/// high * 2^256 + low in the field: the sums of NIST SP 800-186 appendix G.1.2, whose names these are.
fun reduce(high: u256, low: u256): u256 {
    let s1 = high & WORDS_3_TO_7;
    let s2 = (high >> 128) << 96;
    let s3 = high & WORDS_012_67;
    let s4 =
        (high << 224) |
        (((high >> 160) & MASK_32) << 192) |
        ((high >> 160) << 96) |
        ((high >> 32) & MASK_96);
    let d1 = ((high >> 64) << 224) | ((high & MASK_32) << 192) | ((high >> 96) & MASK_96);
    let d2 = ((high >> 96) << 224) | (((high >> 32) & MASK_32) << 192) | (high >> 128);
    let d3 = ((high >> 128) << 224) | ((high & MASK_96) << 96) | (high >> 160);
    let d4 = ((high >> 160) << 224) | (((high >> 32) & MASK_96) << 96) | (high >> 192);

    let once = add(add(low % P, s3 % P), s4 % P);
    let twice = add(s1 % P, s2 % P);
    let plus = add(once, add(twice, twice));
    let minus = add(add(d1 % P, d2 % P), add(d3 % P, d4 % P));
    if (plus >= minus) plus - minus else plus + (P - minus)
}
