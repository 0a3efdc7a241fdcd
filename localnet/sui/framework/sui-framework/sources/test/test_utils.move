/// Helpers for tests. `std::unit_test` has most of them now.
#[test_only]
module sui::test_utils;

/// Aborts unless the two values are equal.
#[deprecated(note = b"Use `std::unit_test::assert_eq!`.")]
public fun assert_eq<T: drop>(t1: T, t2: T) {
    compare(&t1, &t2)
}

/// Aborts unless the two referenced values are equal.
#[deprecated(note = b"Use `std::unit_test::assert_ref_eq!`.")]
public fun assert_ref_eq<T>(t1: &T, t2: &T) {
    compare(t1, t2)
}

/// Prints ASCII text.
#[deprecated(note = b"Use `std::debug::print`.")]
public fun print(str: vector<u8>) {
    std::debug::print(&str.to_ascii_string())
}

/// Makes any value disappear.
#[deprecated(note = b"Use `std::unit_test::destroy`.")]
public fun destroy<T>(x: T) {
    std::unit_test::destroy(x)
}

/// A one-time witness, outside `init`.
public native fun create_one_time_witness<T: drop>(): T;

fun compare<T>(left: &T, right: &T) {
    if (left != right) {
        std::debug::print(left);
        std::debug::print(right);
        abort 0
    }
}
