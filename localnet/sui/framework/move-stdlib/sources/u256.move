/// Functions on `u256`.
#[defines_primitive(u256)]
module std::u256;

use std::string::String;

/// All bits flipped.
public fun bitwise_not(x: u256): u256 {
    max_value!() - x
}

/// The larger of `x` and `y`.
public fun max(x: u256, y: u256): u256 {
    std::macros::num_max!(x, y)
}

/// The smaller of `x` and `y`.
public fun min(x: u256, y: u256): u256 {
    std::macros::num_min!(x, y)
}

/// The distance between `x` and `y`.
public fun diff(x: u256, y: u256): u256 {
    std::macros::num_diff!(x, y)
}

/// `x / y`, rounded up. Aborts if `y` is zero.
public fun divide_and_round_up(x: u256, y: u256): u256 {
    std::macros::num_divide_and_round_up!(x, y)
}

/// `base` to the power of `exponent`. Aborts on overflow.
public fun pow(base: u256, exponent: u8): u256 {
    std::macros::num_pow!(base, exponent)
}

/// `x` as a `u8`, if it fits.
public fun try_as_u8(x: u256): Option<u8> {
    std::macros::try_as_u8!(x)
}

/// `x` as a `u16`, if it fits.
public fun try_as_u16(x: u256): Option<u16> {
    std::macros::try_as_u16!(x)
}

/// `x` as a `u32`, if it fits.
public fun try_as_u32(x: u256): Option<u32> {
    std::macros::try_as_u32!(x)
}

/// `x` as a `u64`, if it fits.
public fun try_as_u64(x: u256): Option<u64> {
    std::macros::try_as_u64!(x)
}

/// `x` as a `u128`, if it fits.
public fun try_as_u128(x: u256): Option<u128> {
    std::macros::try_as_u128!(x)
}

/// `x + y`, or none on overflow.
public fun checked_add(x: u256, y: u256): Option<u256> {
    if (y <= max_value!() - x) option::some(x + y) else option::none()
}

/// `x - y`, or none if `y` is larger.
public fun checked_sub(x: u256, y: u256): Option<u256> {
    if (y <= x) option::some(x - y) else option::none()
}

/// `x * y`, or none on overflow.
public fun checked_mul(x: u256, y: u256): Option<u256> {
    if (x == 0 || y <= max_value!() / x) option::some(x * y) else option::none()
}

/// `x / y`, or none if `y` is zero.
public fun checked_div(x: u256, y: u256): Option<u256> {
    if (y > 0) option::some(x / y) else option::none()
}

/// Decimal digits of `x`.
public fun to_string(x: u256): String {
    std::macros::num_to_string!(x)
}

/// The largest `u256`.
public macro fun max_value(): u256 {
    0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF
}

/// Calls `$f` on each number from `$start` up to but not including `$stop`.
public macro fun range_do<$R: drop>($start: u256, $stop: u256, $f: |u256| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// Calls `$f` on each number from `$start` up to and including `$stop`.
public macro fun range_do_eq<$R: drop>($start: u256, $stop: u256, $f: |u256| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// Calls `$f` on each number from 0 up to but not including `$stop`.
public macro fun do<$R: drop>($stop: u256, $f: |u256| -> $R) {
    std::macros::do!($stop, $f)
}

/// Calls `$f` on each number from 0 up to and including `$stop`.
public macro fun do_eq<$R: drop>($stop: u256, $f: |u256| -> $R) {
    std::macros::do_eq!($stop, $f)
}
