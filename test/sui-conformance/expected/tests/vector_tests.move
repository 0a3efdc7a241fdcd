/// Vectors of bytes, of numbers, of structs and of vectors: they are represented differently, and must not behave so.
#[test_only]
module expected::vector_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

public struct Item has copy, drop, store { n: u64 }

public struct Hot { n: u64 }

/// Everything that instructions do with a vector, from four different elements.
fun handles<T: copy + drop>(a: T, b: T, c: T, d: T) {
    let mut v: vector<T> = vector[];
    assert_eq!(v.length(), 0);
    assert!(v.is_empty());
    v.push_back(a);
    v.push_back(b);
    v.push_back(c);
    assert_eq!(v.length(), 3);
    assert_eq!(v, vector[a, b, c]);
    assert!(v != vector[a, b]);
    assert!(v != vector[a, b, d]);
    assert_eq!(v[0], a);
    assert_eq!(v[2], c);
    *&mut v[1] = d;
    assert_eq!(v, vector[a, d, c]);
    v.swap(0, 2);
    assert_eq!(v, vector[c, d, a]);
    v.swap(1, 1);
    assert_eq!(v, vector[c, d, a]);
    let copied = v;
    assert_eq!(v.pop_back(), a);
    assert_eq!(v, vector[c, d]);
    assert_eq!(copied, vector[c, d, a]);
    v.push_back(b);
    assert_eq!(v[2], b);
    v.reverse();
    assert_eq!(v, vector[b, d, c]);
    v.append(vector[a, a]);
    assert_eq!(v, vector[b, d, c, a, a]);
    v.append(vector[]);
    assert_eq!(v.remove(1), d);
    assert_eq!(v.swap_remove(0), b);
    assert_eq!(v, vector[a, c, a]);
    v.insert(d, 3);
    v.insert(b, 0);
    assert_eq!(v, vector[b, a, c, a, d]);
    assert!(v.contains(&c) && !vector[a].contains(&b));
    let (found, at) = v.index_of(&a);
    assert!(found && at == 1);
    let (found, at) = vector[b].index_of(&a);
    assert!(!found && at == 0);
    assert_eq!(v.skip(3), vector[a, d]);
    assert_eq!(v.take(2), vector[b, a]);
    let grid = vector[vector[a, b], vector[], vector[c]];
    assert_eq!(grid.flatten(), vector[a, b, c]);
    assert!(vector[vector[a]] == vector[vector[a]] && vector[vector[a]] != vector[vector[b]]);
    let empty: vector<T> = vector[];
    empty.destroy_empty();
    assert_eq!(vector::singleton(d), vector[d]);
}

#[test]
fun handles_bytes() { handles(1u8, 255, 0, 7) }

#[test]
fun handles_booleans() {
    let mut v = vector[true, false];
    v.push_back(true);
    v.swap(0, 1);
    *&mut v[2] = false;
    assert_eq!(v, vector[false, true, false]);
    assert!(!v.pop_back() && v[1]);
}

#[test]
fun handles_u16() { handles(1u16, 65535, 0, 7) }

#[test]
fun handles_u32() { handles(1u32, 4294967295, 0, 7) }

#[test]
fun handles_u64() { handles(1u64, 18446744073709551615, 0, 7) }

#[test]
fun handles_u128() { handles(1u128, std::u128::max_value!(), 0, 7) }

#[test]
fun handles_u256() { handles(1u256, std::u256::max_value!(), 0, 7) }

#[test]
fun handles_addresses() { handles(@0x1, @0xFF, @0x0, @0x7) }

#[test]
fun handles_structs() { handles(Item { n: 1 }, Item { n: 2 }, Item { n: 3 }, Item { n: 4 }) }

#[test]
fun handles_vectors_of_bytes() { handles(b"", b"a", b"ab", b"\xFF") }

#[test]
fun handles_vectors_of_vectors() {
    handles(vector[vector[1u64]], vector[vector[], vector[2]], vector[], vector[vector[]])
}

#[test]
fun keeps_elements_without_abilities() {
    let mut v = vector[Hot { n: 1 }, Hot { n: 2 }, Hot { n: 3 }];
    v.swap(0, 2);
    let Hot { n } = v.pop_back();
    assert_eq!(n, 1);
    v[0].n = 9;
    let Hot { n } = v.swap_remove(0);
    assert_eq!(n, 9);
    let Hot { n } = v.remove(0);
    assert_eq!(n, 2);
    v.destroy_empty();
}

#[test]
fun grows_and_shrinks() {
    let mut v = vector<u8>[];
    let mut i = 0u64;
    while (i < 3000) {
        v.push_back((i % 251) as u8);
        i = i + 1;
    };
    assert_eq!(v.length(), 3000);
    assert_eq!(v[2999], (2999 % 251) as u8);
    while (i > 0) {
        i = i - 1;
        assert_eq!(v.pop_back(), (i % 251) as u8);
    };
    assert!(v.is_empty());
    v.push_back(1);
    assert_eq!(v, vector[1]);
}

#[test]
fun packs_many_elements_at_once() {
    let v = vector[
        1u64,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        24,
        25,
        26,
        27,
        28,
        29,
        30,
        31,
        32,
        of(33),
    ];
    assert_eq!(v.fold!(0, |sum, x| sum + x), 561);
}

#[test]
fun runs_macros_over_vectors() {
    let v = vector::tabulate!(6, |i| i * i);
    assert_eq!(v, vector[0, 1, 4, 9, 16, 25]);
    assert_eq!(v.map!(|x| x as u8), x"000104091019");
    assert_eq!(v.filter!(|x| *x % 2 == 0), vector[0, 4, 16]);
    assert!(v.any!(|x| *x == 9) && v.all!(|x| *x < 26) && v.count!(|x| *x > 3) == 4);
    assert_eq!(v.find_index!(|x| *x > 10), option::some(4));
    let (low, high) = v.partition!(|x| *x < 5);
    assert_eq!(low.length() * 10 + high.length(), 33);
    let mut sorted = vector[3u64, 1, 2];
    sorted.insertion_sort_by!(|a, b| *a <= *b);
    assert_eq!(sorted, vector[1, 2, 3]);
    let sums = v.zip_map!(vector[1u64, 1, 1, 1, 1, 1], |a, b| a + b);
    assert_eq!(sums[5], 26);
}

// === Errors: 1 is an index out of bounds, 2 a pop from nothing, 3 a wrong count ===

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun borrows_beyond_the_end() { let v = vector[1u64]; of(v[of(1)]); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun borrows_beyond_the_end_of_bytes() { let v = b"a"; of(v[of(1)]); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun borrows_from_an_empty_vector() { let v = vector<Item>[]; of(v[of(0)]); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun borrows_at_the_greatest_index() { let v = b"abc"; of(v[of(18446744073709551615)]); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun borrows_at_an_index_that_wraps_to_zero_in_32_bits() { let v = b"abc"; of(v[of(4294967296)]); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun writes_beyond_the_end() { let mut v = vector[1u64]; *&mut v[of(1)] = 2; }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun writes_beyond_the_end_of_bytes_that_were_longer() {
    let mut v = b"abcdefgh";
    v.pop_back();
    *&mut v[of(7)] = 2;
}

#[test, expected_failure(vector_error, minor_status = 2, location = Self)]
fun pops_from_an_empty_vector() { let mut v = vector<u64>[]; of(v.pop_back()); }

#[test, expected_failure(vector_error, minor_status = 2, location = Self)]
fun pops_from_no_bytes() { let mut v = b""; of(v.pop_back()); }

#[test, expected_failure(vector_error, minor_status = 3, location = Self)]
fun destroys_a_vector_that_is_not_empty() { vector[of(1u64)].destroy_empty(); }

#[test, expected_failure(vector_error, minor_status = 3, location = Self)]
fun destroys_bytes_that_are_not_empty() { vector[of(1u8)].destroy_empty(); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun swaps_beyond_the_end() { let mut v = vector[1u64, 2]; v.swap(of(0), 2); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun swaps_from_beyond_the_end() { let mut v = vector[1u64, 2]; v.swap(of(2), 0); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun swaps_bytes_beyond_the_end() { let mut v = b"ab"; v.swap(of(2), 2); }

#[test, expected_failure(vector_error, minor_status = 1, location = Self)]
fun swaps_in_an_empty_vector() { let mut v = vector<Item>[]; v.swap(of(0), 0); }

#[test, expected_failure(vector_error, minor_status = 4, location = Self)]
fun pushes_bytes_without_end() { let mut v = b""; loop v.push_back(0) }

#[test, expected_failure(abort_code = 0x20000, location = std::vector)]
fun removes_beyond_the_end() { let mut v = vector[1u64]; v.remove(of(1)); }

#[test, expected_failure(abort_code = 0x20000, location = std::vector)]
fun inserts_beyond_the_end() { let mut v = vector[1u64]; v.insert(1, of(2)); }

#[test, expected_failure(abort_code = 0x20000, location = std::vector)]
fun removes_by_swapping_from_nothing() { let mut v = vector<u8>[]; v.swap_remove(of(0)); }
