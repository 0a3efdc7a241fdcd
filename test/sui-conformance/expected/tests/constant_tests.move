/// Constants of every type that can be one.
#[test_only]
module expected::constant_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

const YES: bool = true;
const NO: bool = !YES;
const U8: u8 = 255;
const U16: u16 = 65535;
const U32: u32 = 4294967295;
const U64: u64 = 18446744073709551615;
const U128: u128 = 340282366920938463463374607431768211455;
const U256: u256 = 115792089237316195423570985008687907853269984665640564039457584007913129639935;
const ADDRESS: address = @0xCAFE;
const HIGHEST: address = @0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF;
const TEXT: vector<u8> = b"a\n\t\\\"\x00\xFFz";
const BYTES: vector<u8> = x"00FF10";
const EMPTY: vector<u8> = b"";
const WORDS: vector<vector<u8>> = vector[b"one", b"", b"three"];
const NUMBERS: vector<u64> = vector[1, 2, 3];
const WIDE: vector<u256> = vector[0, U256];
const FLAGS: vector<bool> = vector[true, false, true];
const ADDRESSES: vector<address> = vector[@0x1, ADDRESS];
const GRID: vector<vector<u16>> = vector[vector[1, 2], vector[], vector[3]];
const SUM: u64 = 1 + 2 * 3 - 4 / 2 % 3;
const BITS: u8 = (1 << 7) | 0x0F & 0x3C ^ 1;
const CAST: u8 = (300u64 - 45) as u8;
const SMALLER: bool = 3 < 4 && SUM >= 5;

#[test]
fun loads_scalars() {
    assert!(of(YES) && !of(NO) && of(SMALLER));
    assert_eq!(of(U8) as u64, 255);
    assert_eq!(of(U16) as u64, 65535);
    assert_eq!(of(U32) as u64, 4294967295);
    assert_eq!(of(U64) as u128, 18446744073709551615);
    assert_eq!(of(U128) as u256, 340282366920938463463374607431768211455);
    assert_eq!(of(U256), std::u256::max_value!());
    assert_eq!(of(ADDRESS).to_u256(), 0xCAFE);
    assert_eq!(of(HIGHEST).to_u256(), std::u256::max_value!());
}

#[test]
fun loads_byte_strings() {
    assert_eq!(TEXT, vector[97, 10, 9, 92, 34, 0, 255, 122]);
    assert_eq!(BYTES, vector[0, 255, 16]);
    assert!(EMPTY.is_empty());
}

#[test]
fun loads_vectors() {
    assert_eq!(WORDS, vector[b"one", b"", b"three"]);
    assert_eq!(NUMBERS[2] + NUMBERS.length(), 6);
    assert_eq!(WIDE[1], U256);
    assert_eq!(FLAGS, vector[true, false, true]);
    assert_eq!(ADDRESSES[1], @0xCAFE);
    assert_eq!(GRID, vector[vector[1, 2], vector[], vector[3]]);
}

#[test]
fun computes_constants_beforehand() {
    assert_eq!(of(SUM), 5);
    assert_eq!(of(BITS), 0x8D);
    assert_eq!(of(CAST), 255);
}

#[test]
fun loads_a_fresh_copy_each_time() {
    let mut i = 0;
    while (i < 3) {
        let mut text = TEXT;
        text.push_back(1);
        *&mut text[0] = 0;
        let mut grid = GRID;
        grid[1].push_back(9);
        assert_eq!(text.length(), 9);
        i = i + 1;
    };
    assert_eq!(TEXT.length(), 8);
    assert_eq!(TEXT[0], 97);
    assert!(GRID[1].is_empty());
}

#[test]
fun compares_constants() {
    assert!(BYTES == x"00ff10" && BYTES != TEXT && WORDS != vector[]);
    assert!(&ADDRESSES == &vector[@0x1, @0xcafe]);
}
