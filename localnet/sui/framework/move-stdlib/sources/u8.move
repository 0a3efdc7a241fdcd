/// Functions on `u8`.
#[defines_primitive(u8)]
module std::u8;

use std::string::String;

/// All bits flipped.
public fun bitwise_not(x: u8): u8 {
    max_value!() - x
}

/// The larger of `x` and `y`.
public fun max(x: u8, y: u8): u8 {
    std::macros::num_max!(x, y)
}

/// The smaller of `x` and `y`.
public fun min(x: u8, y: u8): u8 {
    std::macros::num_min!(x, y)
}

/// The distance between `x` and `y`.
public fun diff(x: u8, y: u8): u8 {
    std::macros::num_diff!(x, y)
}

/// `x / y`, rounded up. Aborts if `y` is zero.
public fun divide_and_round_up(x: u8, y: u8): u8 {
    std::macros::num_divide_and_round_up!(x, y)
}

/// `base` to the power of `exponent`. Aborts on overflow.
public fun pow(base: u8, exponent: u8): u8 {
    std::macros::num_pow!(base, exponent)
}

/// Square root, rounded down.
public fun sqrt(x: u8): u8 {
    std::macros::num_sqrt!<u8, u16>(x, 8)
}

/// `x + y`, or none on overflow.
public fun checked_add(x: u8, y: u8): Option<u8> {
    if (y <= max_value!() - x) option::some(x + y) else option::none()
}

/// `x - y`, or none if `y` is larger.
public fun checked_sub(x: u8, y: u8): Option<u8> {
    if (y <= x) option::some(x - y) else option::none()
}

/// `x * y`, or none on overflow.
public fun checked_mul(x: u8, y: u8): Option<u8> {
    if (x == 0 || y <= max_value!() / x) option::some(x * y) else option::none()
}

/// `x / y`, or none if `y` is zero.
public fun checked_div(x: u8, y: u8): Option<u8> {
    if (y > 0) option::some(x / y) else option::none()
}

/// Decimal digits of `x`.
public fun to_string(x: u8): String {
    std::macros::num_to_string!(x)
}

/// The largest `u8`.
public macro fun max_value(): u8 {
    0xFF
}

/// Calls `$f` on each number from `$start` up to but not including `$stop`.
public macro fun range_do<$R: drop>($start: u8, $stop: u8, $f: |u8| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// Calls `$f` on each number from `$start` up to and including `$stop`.
public macro fun range_do_eq<$R: drop>($start: u8, $stop: u8, $f: |u8| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// Calls `$f` on each number from 0 up to but not including `$stop`.
public macro fun do<$R: drop>($stop: u8, $f: |u8| -> $R) {
    std::macros::do!($stop, $f)
}

/// Calls `$f` on each number from 0 up to and including `$stop`.
public macro fun do_eq<$R: drop>($stop: u8, $f: |u8| -> $R) {
    std::macros::do_eq!($stop, $f)
}
