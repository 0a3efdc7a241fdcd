/// Reading at offsets. Callers check lengths first; what reads beyond the end aborts in the virtual
/// machine all the same.
///
/// Sui prices instructions in tiers, and no native cuts a vector: each byte that is copied or compared
/// costs 6 to 20 instructions. So evidence is read in place, and only what a native takes (a signed
/// message, a word) is cut out, once.
module dcap::bytes;

use std::bcs;
use sui::address;

/// The bytes from `from` up to `to`, for about 7 instructions each.
public(package) fun slice(bytes: &vector<u8>, from: u64, to: u64): vector<u8> {
    let mut at = from;
    let mut part = vector[];
    if (to - from > 32) {
        // BCS writes a list of words behind one byte, their number if that is below 128. Here it makes
        // room for the first byte.
        let mut words = vector[];
        at = at + 1;
        while (to - at >= 32 && words.length() < 127) {
            words.push_back(word(bytes, at));
            at = at + 32;
        };
        part = bcs::to_bytes(&words);
        *&mut part[0] = bytes[from];
    };
    while (at < to) {
        part.push_back(bytes[at]);
        at = at + 1;
    };
    part
}

/// Puts the bytes from `from` up to `to` behind those of `part`.
public(package) fun extend(part: &mut vector<u8>, bytes: &vector<u8>, from: u64, to: u64) {
    let mut at = from;
    while (at < to) {
        part.push_back(bytes[at]);
        at = at + 1;
    };
}

/// The 32 bytes at `at`. A vector literal leaves its elements on the stack and packs them with one
/// instruction: 6 instructions a byte.
public(package) fun word(bytes: &vector<u8>, at: u64): address {
    address::from_bytes(vector[
        bytes[at],
        bytes[at + 1],
        bytes[at + 2],
        bytes[at + 3],
        bytes[at + 4],
        bytes[at + 5],
        bytes[at + 6],
        bytes[at + 7],
        bytes[at + 8],
        bytes[at + 9],
        bytes[at + 10],
        bytes[at + 11],
        bytes[at + 12],
        bytes[at + 13],
        bytes[at + 14],
        bytes[at + 15],
        bytes[at + 16],
        bytes[at + 17],
        bytes[at + 18],
        bytes[at + 19],
        bytes[at + 20],
        bytes[at + 21],
        bytes[at + 22],
        bytes[at + 23],
        bytes[at + 24],
        bytes[at + 25],
        bytes[at + 26],
        bytes[at + 27],
        bytes[at + 28],
        bytes[at + 29],
        bytes[at + 30],
        bytes[at + 31],
    ])
}

/// The 32 bytes at `at` as a big-endian integer.
public(package) fun read_u256(bytes: &vector<u8>, at: u64): u256 {
    word(bytes, at).to_u256()
}

/// The 2 bytes at `at` as a little-endian integer.
public(package) fun read_u16(bytes: &vector<u8>, at: u64): u64 {
    (bytes[at] as u64) | ((bytes[at + 1] as u64) << 8)
}

/// The 4 bytes at `at` as a little-endian integer.
public(package) fun read_u32(bytes: &vector<u8>, at: u64): u64 {
    (bytes[at] as u64) |
        ((bytes[at + 1] as u64) << 8) |
        ((bytes[at + 2] as u64) << 16) |
        ((bytes[at + 3] as u64) << 24)
}

/// The `count` bytes at `at`, at most 16, as a little-endian integer.
public(package) fun little_endian(bytes: &vector<u8>, at: u64, count: u64): u128 {
    let mut value = 0;
    let mut i = at + count;
    while (i > at) {
        i = i - 1;
        value = (value << 8) | (bytes[i] as u128);
    };
    value
}

/// Whether the bytes from `from` up to `to` are zero.
public(package) fun is_zero(bytes: &vector<u8>, from: u64, to: u64): bool {
    let mut at = from;
    while (at < to) {
        if (bytes[at] != 0) return false;
        at = at + 1;
    };
    true
}

/// Whether `expected` stands at `at` and ends at or before `end`, which is within `bytes`.
public(package) fun has(bytes: &vector<u8>, at: u64, end: u64, expected: &vector<u8>): bool {
    let count = expected.length();
    if (count > end - at) return false;
    let mut i = 0;
    while (i < count) {
        if (bytes[at + i] != expected[i]) return false;
        i = i + 1;
    };
    true
}
