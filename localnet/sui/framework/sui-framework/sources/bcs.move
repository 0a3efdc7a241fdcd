/// Decoding of BCS: take the fields off one by one, in order.
module sui::bcs;

use std::bcs;
use sui::address;

/// There are fewer bytes than the type needs, or a tag is too large.
const EOutOfRange: u64 = 0;
/// A boolean, or the tag of an option, is neither 0 nor 1.
const ENotBool: u64 = 1;
/// A length has more than five bytes.
const ELenOutOfRange: u64 = 2;

/// The bytes still to be read, last one first, so that taking one is cheap.
public struct BCS has copy, drop, store {
    bytes: vector<u8>,
}

/// The encoding of a value.
public fun to_bytes<T>(value: &T): vector<u8> {
    bcs::to_bytes(value)
}

/// A reader over `bytes`.
public fun new(mut bytes: vector<u8>): BCS {
    bytes.reverse();
    BCS { bytes }
}

/// What was not read. A strict decoder checks that it is empty.
public fun into_remainder_bytes(bcs: BCS): vector<u8> {
    let BCS { mut bytes } = bcs;
    bytes.reverse();
    bytes
}

// === Single values; each aborts with `EOutOfRange` if the bytes run out ===

/// An address: 32 bytes.
public fun peel_address(bcs: &mut BCS): address {
    assert!(bcs.bytes.length() >= address::length(), EOutOfRange);
    let mut raw = vector[];
    while (raw.length() < address::length()) raw.push_back(bcs.bytes.pop_back());
    address::from_bytes(raw)
}

/// A boolean. Aborts with `ENotBool` if the byte is neither 0 nor 1.
public fun peel_bool(bcs: &mut BCS): bool {
    let byte = bcs.peel_u8();
    assert!(byte <= 1, ENotBool);
    byte == 1
}

/// A u8.
public fun peel_u8(bcs: &mut BCS): u8 {
    assert!(!bcs.bytes.is_empty(), EOutOfRange);
    bcs.bytes.pop_back()
}

/// A u16: 2 bytes, little-endian.
public fun peel_u16(bcs: &mut BCS): u16 {
    bcs.peel_little_endian!<u16>(2)
}

/// A u32: 4 bytes, little-endian.
public fun peel_u32(bcs: &mut BCS): u32 {
    bcs.peel_little_endian!<u32>(4)
}

/// A u64: 8 bytes, little-endian.
public fun peel_u64(bcs: &mut BCS): u64 {
    bcs.peel_little_endian!<u64>(8)
}

/// A u128: 16 bytes, little-endian.
public fun peel_u128(bcs: &mut BCS): u128 {
    bcs.peel_little_endian!<u128>(16)
}

/// A u256: 32 bytes, little-endian.
public fun peel_u256(bcs: &mut BCS): u256 {
    bcs.peel_little_endian!<u256>(32)
}

// The last byte read is the highest.
macro fun peel_little_endian<$T>($bcs: &mut BCS, $length: u64): $T {
    let bcs = $bcs;
    let length = $length;
    assert!(bcs.bytes.length() >= length, EOutOfRange);
    let mut value: $T = 0;
    let mut i = 0;
    while (i < length) {
        value = value | ((bcs.bytes.pop_back() as $T) << ((8 * i) as u8));
        i = i + 1;
    };
    value
}

/// A length: up to five bytes of seven bits each, lowest first. Aborts with `ELenOutOfRange` on a sixth.
/// Overlong forms are not refused.
public fun peel_vec_length(bcs: &mut BCS): u64 {
    let mut length = 0;
    let mut taken = 0u8;
    loop {
        assert!(taken <= 4, ELenOutOfRange);
        let byte = bcs.bytes.pop_back();
        length = length | (((byte & 0x7F) as u64) << (7 * taken));
        taken = taken + 1;
        if (byte < 0x80) return length;
    }
}

/// The variant of an enum. Aborts with `EOutOfRange` if it does not fit a u32.
public fun peel_enum_tag(bcs: &mut BCS): u32 {
    let tag = bcs.peel_vec_length();
    assert!(tag <= std::u32::max_value!() as u64, EOutOfRange);
    tag as u32
}

// === Vectors ===

/// A vector, each element read by `$peel`.
public macro fun peel_vec<$T>($bcs: &mut BCS, $peel: |&mut BCS| -> $T): vector<$T> {
    let bcs = $bcs;
    vector::tabulate!(bcs.peel_vec_length(), |_| $peel(bcs))
}

/// A vector of `address`.
public fun peel_vec_address(bcs: &mut BCS): vector<address> {
    bcs.peel_vec!(|bcs| bcs.peel_address())
}

/// A vector of `bool`.
public fun peel_vec_bool(bcs: &mut BCS): vector<bool> {
    bcs.peel_vec!(|bcs| bcs.peel_bool())
}

/// A vector of `u8`.
public fun peel_vec_u8(bcs: &mut BCS): vector<u8> {
    bcs.peel_vec!(|bcs| bcs.peel_u8())
}

/// A vector of byte vectors.
public fun peel_vec_vec_u8(bcs: &mut BCS): vector<vector<u8>> {
    bcs.peel_vec!(|bcs| bcs.peel_vec_u8())
}

/// A vector of `u16`.
public fun peel_vec_u16(bcs: &mut BCS): vector<u16> {
    bcs.peel_vec!(|bcs| bcs.peel_u16())
}

/// A vector of `u32`.
public fun peel_vec_u32(bcs: &mut BCS): vector<u32> {
    bcs.peel_vec!(|bcs| bcs.peel_u32())
}

/// A vector of `u64`.
public fun peel_vec_u64(bcs: &mut BCS): vector<u64> {
    bcs.peel_vec!(|bcs| bcs.peel_u64())
}

/// A vector of `u128`.
public fun peel_vec_u128(bcs: &mut BCS): vector<u128> {
    bcs.peel_vec!(|bcs| bcs.peel_u128())
}

/// A vector of `u256`.
public fun peel_vec_u256(bcs: &mut BCS): vector<u256> {
    bcs.peel_vec!(|bcs| bcs.peel_u256())
}

// === Options ===

/// An option, its value read by `$peel`.
public macro fun peel_option<$T>($bcs: &mut BCS, $peel: |&mut BCS| -> $T): Option<$T> {
    let bcs = $bcs;
    if (bcs.peel_bool()) option::some($peel(bcs)) else option::none()
}

/// An option of `address`.
public fun peel_option_address(bcs: &mut BCS): Option<address> {
    bcs.peel_option!(|bcs| bcs.peel_address())
}

/// An option of `bool`.
public fun peel_option_bool(bcs: &mut BCS): Option<bool> {
    bcs.peel_option!(|bcs| bcs.peel_bool())
}

/// An option of `u8`.
public fun peel_option_u8(bcs: &mut BCS): Option<u8> {
    bcs.peel_option!(|bcs| bcs.peel_u8())
}

/// An option of `u16`.
public fun peel_option_u16(bcs: &mut BCS): Option<u16> {
    bcs.peel_option!(|bcs| bcs.peel_u16())
}

/// An option of `u32`.
public fun peel_option_u32(bcs: &mut BCS): Option<u32> {
    bcs.peel_option!(|bcs| bcs.peel_u32())
}

/// An option of `u64`.
public fun peel_option_u64(bcs: &mut BCS): Option<u64> {
    bcs.peel_option!(|bcs| bcs.peel_u64())
}

/// An option of `u128`.
public fun peel_option_u128(bcs: &mut BCS): Option<u128> {
    bcs.peel_option!(|bcs| bcs.peel_u128())
}

/// An option of `u256`.
public fun peel_option_u256(bcs: &mut BCS): Option<u256> {
    bcs.peel_option!(|bcs| bcs.peel_u256())
}
