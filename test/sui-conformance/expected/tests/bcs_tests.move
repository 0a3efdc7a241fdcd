/// The encoding of values (https://github.com/diem/bcs), and decoding in Move.
#[test_only]
module expected::bcs_tests;

use expected::opaque::of;
use std::{bcs::to_bytes, type_name, unit_test::assert_eq};
use sui::bcs;

public struct Empty() has copy, drop;

public struct Mixed has copy, drop {
    flag: bool,
    words: vector<vector<u8>>,
    inner: Inner<u16>,
    owner: address,
    maybe: Option<u32>,
}

public struct Inner<T> has copy, drop { a: T, b: vector<T> }

public enum Choice<T> has copy, drop {
    First,
    Second(T, T),
    Third { name: std::string::String },
}

#[test]
fun encodes_numbers_little_endian() {
    assert_eq!(to_bytes(&of(0x12u8)), x"12");
    assert_eq!(to_bytes(&of(0x1234u16)), x"3412");
    assert_eq!(to_bytes(&of(0x12345678u32)), x"78563412");
    assert_eq!(to_bytes(&of(0x123456789ABCDEF0u64)), x"f0debc9a78563412");
    assert_eq!(to_bytes(&of(1u128 << 127 | 5)), x"05000000000000000000000000000080");
    assert_eq!(
        to_bytes(&of(1u256 << 255 | 0x0102)),
        x"0201000000000000000000000000000000000000000000000000000000000080",
    );
}

#[test]
fun encodes_the_greatest_numbers() {
    assert_eq!(to_bytes(&of(18446744073709551615u64)), x"ffffffffffffffff");
    assert_eq!(to_bytes(&std::u128::max_value!()), x"ffffffffffffffffffffffffffffffff");
    assert_eq!(
        to_bytes(&std::u256::max_value!()),
        x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    );
}

#[test]
fun encodes_booleans_and_addresses() {
    assert_eq!(to_bytes(&of(true)), x"01");
    assert_eq!(to_bytes(&of(false)), x"00");
    assert_eq!(
        to_bytes(&@0x1234),
        x"0000000000000000000000000000000000000000000000000000000000001234",
    );
}

#[test]
fun encodes_vectors_with_their_length() {
    assert_eq!(to_bytes(&b""), x"00");
    assert_eq!(to_bytes(&b"abc"), x"03616263");
    assert_eq!(to_bytes(&vector[1u16, 2]), x"0201000200");
    assert_eq!(to_bytes(&vector[b"", b"a"]), x"02000161");
    assert_eq!(to_bytes(&vector[true, false]), x"020100");
    assert_eq!(to_bytes(&vector<u256>[]), x"00");
}

#[test]
fun encodes_long_lengths_in_groups_of_seven_bits() {
    let bytes = vector::tabulate!(127, |_| 0u8);
    assert_eq!(to_bytes(&bytes)[0], 127);
    let bytes = to_bytes(&vector::tabulate!(128, |_| 0u8));
    assert!(bytes[0] == 0x80 && bytes[1] == 1 && bytes.length() == 130);
    let bytes = to_bytes(&vector::tabulate!(300, |_| 0u16));
    assert!(bytes[0] == 0xAC && bytes[1] == 2 && bytes.length() == 602);
    let bytes = to_bytes(&vector::tabulate!(16384, |_| true));
    assert!(bytes[0] == 0x80 && bytes[1] == 0x80 && bytes[2] == 1 && bytes.length() == 16387);
}

#[test]
fun encodes_structs_field_by_field() {
    // A struct without fields has one that the compiler adds.
    assert_eq!(to_bytes(&Empty()), x"00");
    let mixed = Mixed {
        flag: true,
        words: vector[b"x", b""],
        inner: Inner { a: 258, b: vector[3] },
        owner: @0x5,
        maybe: option::some(7),
    };
    assert_eq!(
        to_bytes(&mixed),
        x"0102017800020101030000000000000000000000000000000000000000000000000000000000000000050107000000",
    );
}

#[test]
fun encodes_enums_with_their_variants_number() {
    let first: Choice<u8> = Choice::First;
    assert_eq!(to_bytes(&first), x"00");
    assert_eq!(to_bytes(&Choice::Second(1u8, 2)), x"010102");
    assert_eq!(to_bytes(&Choice<u8>::Third { name: b"hi".to_string() }), x"02026869");
    assert_eq!(to_bytes(&vector[Choice::First, Choice::Second(b"", b"a")]), x"020001000161");
}

#[test]
fun encodes_options_as_vectors() {
    assert_eq!(to_bytes(&option::none<u64>()), x"00");
    assert_eq!(to_bytes(&option::some(b"a")), x"010161");
}

#[test]
fun encodes_through_references() {
    let mixed = Inner { a: vector[1u8], b: vector[b"z"] };
    let (whole, part) = (&mixed, &mixed.b);
    assert_eq!(to_bytes(whole), x"010101017a");
    assert_eq!(to_bytes(part), x"01017a");
    assert_eq!(to_bytes(&part[0]), x"017a");
    assert_eq!(to_bytes(&part[0][0]), x"7a");
}

#[test]
fun decodes_what_it_encodes() {
    let mut bytes = to_bytes(&of(true));
    bytes.append(to_bytes(&of(65534u16)));
    bytes.append(to_bytes(&of(1u256 << 200)));
    bytes.append(to_bytes(&vector[b"ab", b""]));
    bytes.append(to_bytes(&option::some(@0x9)));
    bytes.append(to_bytes(&of(1u128 << 100)));
    let mut reader = bcs::new(bytes);
    assert!(reader.peel_bool());
    assert_eq!(reader.peel_u16(), 65534);
    assert_eq!(reader.peel_u256(), 1 << 200);
    assert_eq!(reader.peel_vec_vec_u8(), vector[b"ab", b""]);
    assert_eq!(reader.peel_option_address(), option::some(@0x9));
    assert_eq!(reader.peel_u128(), 1 << 100);
    assert!(reader.into_remainder_bytes().is_empty());
}

#[test, expected_failure(abort_code = bcs::EOutOfRange)]
fun decodes_no_number_cut_short() { bcs::new(x"00000000000000").peel_u64(); }

#[test, expected_failure(abort_code = bcs::EOutOfRange)]
fun decodes_no_address_cut_short() { bcs::new(x"00").peel_address(); }

#[test, expected_failure(abort_code = bcs::ENotBool)]
fun decodes_no_boolean_of_two() { bcs::new(x"02").peel_bool(); }

#[test, expected_failure(abort_code = bcs::ELenOutOfRange)]
fun decodes_no_length_of_six_bytes() { bcs::new(x"808080808001").peel_vec_length(); }

#[test, expected_failure(vector_error, minor_status = 2, location = bcs)]
fun decodes_no_length_cut_short() { bcs::new(x"80").peel_vec_length(); }

// === Names of types ===

fun name_of<T>(): vector<u8> { type_name::with_defining_ids<T>().into_string().into_bytes() }

#[test]
fun names_primitive_types() {
    assert_eq!(name_of<bool>(), b"bool");
    assert_eq!(name_of<u8>(), b"u8");
    assert_eq!(name_of<u16>(), b"u16");
    assert_eq!(name_of<u32>(), b"u32");
    assert_eq!(name_of<u64>(), b"u64");
    assert_eq!(name_of<u128>(), b"u128");
    assert_eq!(name_of<u256>(), b"u256");
    assert_eq!(name_of<address>(), b"address");
    assert_eq!(name_of<vector<vector<u8>>>(), b"vector<vector<u8>>");
}

#[test]
fun names_datatypes_with_full_addresses() {
    assert_eq!(
        name_of<sui::balance::Balance<sui::sui::SUI>>(),
        b"0000000000000000000000000000000000000000000000000000000000000002::balance::Balance<0000000000000000000000000000000000000000000000000000000000000002::sui::SUI>",
    );
    assert_eq!(
        name_of<std::string::String>(),
        b"0000000000000000000000000000000000000000000000000000000000000001::string::String",
    );
    assert_eq!(name_of<Choice<u8>>().length(), 64 + 2 + 9 + 2 + 6 + 4);
    assert_eq!(type_name::original_id<sui::sui::SUI>(), @0x2);
    assert_eq!(type_name::defining_id<Option<u8>>(), @0x1);
    assert!(type_name::with_original_ids<Empty>() == type_name::with_defining_ids<Empty>());
}

#[test]
fun names_types_that_functions_are_given() {
    assert_eq!(nested_name<u8>(), b"vector<vector<u8>>");
    assert_eq!(nested_name<vector<bool>>(), b"vector<vector<vector<bool>>>");
}

fun nested_name<T>(): vector<u8> { name_of<vector<vector<T>>>() }

#[test, expected_failure(abort_code = 0, location = type_name)]
fun knows_no_defining_package_of_a_primitive() { type_name::defining_id<u64>(); }

#[test, expected_failure(abort_code = 0, location = type_name)]
fun knows_no_original_package_of_a_vector() { type_name::original_id<vector<Empty>>(); }

#[test, expected_failure(abort_code = type_name::ENonModuleType)]
fun knows_no_module_of_a_primitive() { type_name::with_defining_ids<bool>().module_string(); }
