/// Conversions of addresses.
#[defines_primitive(address)]
module sui::address;

use std::{ascii, bcs, string};
use sui::hex;

public use fun sui::object::id_from_address as address.to_id;

/// The bytes or text do not have an address's length, or the text is not hexadecimal.
const EAddressParseError: u64 = 0;

const LENGTH: u64 = 32;

/// The address as a number, big-endian.
public native fun to_u256(a: address): u256;

/// The number as an address, big-endian.
public native fun from_u256(n: u256): address;

/// An address from 32 bytes. Aborts with `EAddressParseError`.
public native fun from_bytes(bytes: vector<u8>): address;

/// The 32 bytes.
public fun to_bytes(a: address): vector<u8> {
    bcs::to_bytes(&a)
}

/// 64 lower-case hex digits, without 0x.
public fun to_ascii_string(a: address): ascii::String {
    hex::encode(a.to_bytes()).to_ascii_string()
}

/// 64 lower-case hex digits, without 0x.
public fun to_string(a: address): string::String {
    a.to_ascii_string().to_string()
}

/// An address from 64 hex digits of either case. Aborts with `EAddressParseError`.
public fun from_ascii_bytes(bytes: &vector<u8>): address {
    assert!(bytes.length() == LENGTH * 2, EAddressParseError);
    let mut raw = vector[];
    let mut i = 0;
    while (i < LENGTH) {
        raw.push_back((digit_value(bytes[2 * i]) << 4) | digit_value(bytes[2 * i + 1]));
        i = i + 1;
    };
    from_bytes(raw)
}

/// Bytes in an address.
public fun length(): u64 {
    LENGTH
}

/// The largest address, as a number.
public fun max(): u256 {
    std::u256::max_value!()
}

// Not hex::decode, whose abort code is another.
fun digit_value(c: u8): u8 {
    if (48 <= c && c <= 57) {
        c - 48 // 0 to 9
    } else if (65 <= c && c <= 70) {
        c - 55 // A to F
    } else if (97 <= c && c <= 102) {
        c - 87 // a to f
    } else {
        abort EAddressParseError
    }
}
