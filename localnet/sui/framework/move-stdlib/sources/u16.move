/// Functions on `u16`.
#[defines_primitive(u16)]
module std::u16;

use std::string::String;

/// All bits flipped.
public fun bitwise_not(x: u16): u16 {
    max_value!() - x
}

/// The larger of `x` and `y`.
public fun max(x: u16, y: u16): u16 {
    std::macros::num_max!(x, y)
}

/// The smaller of `x` and `y`.
public fun min(x: u16, y: u16): u16 {
    std::macros::num_min!(x, y)
}

/// The distance between `x` and `y`.
public fun diff(x: u16, y: u16): u16 {
    std::macros::num_diff!(x, y)
}

/// `x / y`, rounded up. Aborts if `y` is zero.
public fun divide_and_round_up(x: u16, y: u16): u16 {
    std::macros::num_divide_and_round_up!(x, y)
}

/// `base` to the power of `exponent`. Aborts on overflow.
public fun pow(base: u16, exponent: u8): u16 {
    std::macros::num_pow!(base, exponent)
}

/// Square root, rounded down.
public fun sqrt(x: u16): u16 {
    std::macros::num_sqrt!<u16, u32>(x, 16)
}

/// `x` as a `u8`, if it fits.
public fun try_as_u8(x: u16): Option<u8> {
    std::macros::try_as_u8!(x)
}

/// `x + y`, or none on overflow.
public fun checked_add(x: u16, y: u16): Option<u16> {
    if (y <= max_value!() - x) option::some(x + y) else option::none()
}

/// `x - y`, or none if `y` is larger.
public fun checked_sub(x: u16, y: u16): Option<u16> {
    if (y <= x) option::some(x - y) else option::none()
}

/// `x * y`, or none on overflow.
public fun checked_mul(x: u16, y: u16): Option<u16> {
    if (x == 0 || y <= max_value!() / x) option::some(x * y) else option::none()
}

/// `x / y`, or none if `y` is zero.
public fun checked_div(x: u16, y: u16): Option<u16> {
    if (y > 0) option::some(x / y) else option::none()
}

/// Decimal digits of `x`.
public fun to_string(x: u16): String {
    std::macros::num_to_string!(x)
}

/// The largest `u16`.
public macro fun max_value(): u16 {
    0xFFFF
}

/// Calls `$f` on each number from `$start` up to but not including `$stop`.
public macro fun range_do<$R: drop>($start: u16, $stop: u16, $f: |u16| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// Calls `$f` on each number from `$start` up to and including `$stop`.
public macro fun range_do_eq<$R: drop>($start: u16, $stop: u16, $f: |u16| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// Calls `$f` on each number from 0 up to but not including `$stop`.
public macro fun do<$R: drop>($stop: u16, $f: |u16| -> $R) {
    std::macros::do!($stop, $f)
}

/// Calls `$f` on each number from 0 up to and including `$stop`.
public macro fun do_eq<$R: drop>($stop: u16, $f: |u16| -> $R) {
    std::macros::do_eq!($stop, $f)
}
