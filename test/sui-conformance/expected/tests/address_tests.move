/// Addresses and ids.
#[test_only]
module expected::address_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;
use sui::{address, hex};

#[test]
fun converts_to_numbers_and_back() {
    assert_eq!(@0x0.to_u256(), 0);
    assert_eq!(@0x1.to_u256(), 1);
    assert_eq!(address::from_u256(of(0)), @0x0);
    assert_eq!(address::from_u256(of(1u256 << 255)).to_u256(), 1 << 255);
    assert_eq!(address::from_u256(address::max()).to_u256(), std::u256::max_value!());
    assert_eq!(address::from_u256(of(0x1234)), @0x1234);
}

#[test]
fun converts_to_bytes_and_back() {
    let bytes = x"00000000000000000000000000000000000000000000000000000000000000ff";
    assert_eq!(address::from_bytes(bytes), @0xFF);
    assert_eq!(@0xFF.to_bytes(), bytes);
    assert_eq!(
        address::from_bytes(
            x"ff00000000000000000000000000000000000000000000000000000000000001",
        ).to_u256(),
        (0xFFu256 << 248) | 1,
    );
}

#[test, expected_failure(abort_code = address::EAddressParseError)]
fun refuses_31_bytes() {
    address::from_bytes(x"00000000000000000000000000000000000000000000000000000000000000");
}

#[test, expected_failure(abort_code = address::EAddressParseError)]
fun refuses_33_bytes() {
    address::from_bytes(x"000000000000000000000000000000000000000000000000000000000000000000");
}

#[test, expected_failure(abort_code = address::EAddressParseError)]
fun refuses_no_bytes() { address::from_bytes(of(b"")); }

#[test, expected_failure(abort_code = address::EAddressParseError)]
fun makes_no_id_of_one_byte() { object::id_from_bytes(x"01"); }

#[test]
fun converts_to_text_and_back() {
    let text = b"00000000000000000000000000000000000000000000000000000000000000aF";
    assert_eq!(address::from_ascii_bytes(&text), @0xAF);
    assert_eq!(@0xAF.to_string().into_bytes()[63], 102);
    assert_eq!(hex::decode(hex::encode(x"00ff10")), x"00ff10");
}

#[test]
fun compares_addresses() {
    assert!(of(@0x1) == @0x01 && of(@0x1) != @0x10);
    assert!(@0x1.to_id() == object::id_from_address(@0x1) && @0x1.to_id() != @0x2.to_id());
}
