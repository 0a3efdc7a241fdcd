#[test_only]
module corridor::wire_tests;

use corridor::wire;
use std::{bcs, unit_test::assert_eq};

public struct Pair has drop {
    number: u64,
    word: address,
}

#[test]
fun reversed_integers_are_big_endian_in_bcs() {
    assert_eq!(bcs::to_bytes(&wire::reverse_u64(0x0102030405060708)), x"0102030405060708");
    assert_eq!(bcs::to_bytes(&wire::reverse_u64(0xf1e2d3c4b5a69788)), x"f1e2d3c4b5a69788");
    assert_eq!(bcs::to_bytes(&wire::reverse_u64(1)), x"0000000000000001");
    assert_eq!(bcs::to_bytes(&wire::reverse_u64(0xffffffffffffffff)), x"ffffffffffffffff");
    assert_eq!(bcs::to_bytes(&wire::reverse_u32(0x01020304)), x"01020304");
    assert_eq!(bcs::to_bytes(&wire::reverse_u32(0xf1e2d3c4)), x"f1e2d3c4");
    assert_eq!(bcs::to_bytes(&wire::reverse_u32(0xffffffff)), x"ffffffff");
}

#[test]
fun every_bit_is_reversed_to_its_own_place() {
    64u8.do!(|bit| {
        let reversed = wire::reverse_u64(1 << bit);
        assert_eq!(reversed, 1 << ((7 - bit / 8) * 8 + bit % 8));
        assert_eq!(wire::reverse_u64(reversed), 1 << bit);
    });
    32u8.do!(|bit| {
        assert_eq!(wire::reverse_u32(1 << bit), 1 << ((3 - bit / 8) * 8 + bit % 8));
    });
}

#[test]
fun overwrite_writes_four_bytes_and_no_other() {
    let mut bytes = x"ffffffffffffffff";
    wire::overwrite_u32(&mut bytes, 2, 0x01020304);
    assert_eq!(bytes, x"ffff01020304ffff");
    wire::overwrite_u32(&mut bytes, 4, 0xf1e2d3c4);
    assert_eq!(bytes, x"ffff0102f1e2d3c4");
}

#[test]
fun hash_is_keccak_of_the_fields_in_order() {
    // Keccak-256 of no bytes, and of the 40 bytes of the struct.
    assert_eq!(
        wire::hash_bytes(&vector[]),
        @0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470,
    );
    let pair = Pair { number: wire::reverse_u64(0x0102030405060708), word: @0xabcd };
    let bytes = x"0102030405060708000000000000000000000000000000000000000000000000000000000000abcd";
    assert_eq!(wire::hash(&pair), wire::hash_bytes(&bytes));
}
