/// Functions on `u32`.
#[defines_primitive(u32)]
module std::u32;

use std::string::String;

/// All bits flipped.
public fun bitwise_not(x: u32): u32 {
    max_value!() - x
}

/// The larger of `x` and `y`.
public fun max(x: u32, y: u32): u32 {
    std::macros::num_max!(x, y)
}

/// The smaller of `x` and `y`.
public fun min(x: u32, y: u32): u32 {
    std::macros::num_min!(x, y)
}

/// The distance between `x` and `y`.
public fun diff(x: u32, y: u32): u32 {
    std::macros::num_diff!(x, y)
}

/// `x / y`, rounded up. Aborts if `y` is zero.
public fun divide_and_round_up(x: u32, y: u32): u32 {
    std::macros::num_divide_and_round_up!(x, y)
}

/// `base` to the power of `exponent`. Aborts on overflow.
public fun pow(base: u32, exponent: u8): u32 {
    std::macros::num_pow!(base, exponent)
}

/// Square root, rounded down.
public fun sqrt(x: u32): u32 {
    std::macros::num_sqrt!<u32, u64>(x, 32)
}

/// `x` as a `u8`, if it fits.
public fun try_as_u8(x: u32): Option<u8> {
    std::macros::try_as_u8!(x)
}

/// `x` as a `u16`, if it fits.
public fun try_as_u16(x: u32): Option<u16> {
    std::macros::try_as_u16!(x)
}

/// `x + y`, or none on overflow.
public fun checked_add(x: u32, y: u32): Option<u32> {
    if (y <= max_value!() - x) option::some(x + y) else option::none()
}

/// `x - y`, or none if `y` is larger.
public fun checked_sub(x: u32, y: u32): Option<u32> {
    if (y <= x) option::some(x - y) else option::none()
}

/// `x * y`, or none on overflow.
public fun checked_mul(x: u32, y: u32): Option<u32> {
    if (x == 0 || y <= max_value!() / x) option::some(x * y) else option::none()
}

/// `x / y`, or none if `y` is zero.
public fun checked_div(x: u32, y: u32): Option<u32> {
    if (y > 0) option::some(x / y) else option::none()
}

/// Decimal digits of `x`.
public fun to_string(x: u32): String {
    std::macros::num_to_string!(x)
}

/// The largest `u32`.
public macro fun max_value(): u32 {
    0xFFFF_FFFF
}

/// Calls `$f` on each number from `$start` up to but not including `$stop`.
public macro fun range_do<$R: drop>($start: u32, $stop: u32, $f: |u32| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// Calls `$f` on each number from `$start` up to and including `$stop`.
public macro fun range_do_eq<$R: drop>($start: u32, $stop: u32, $f: |u32| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// Calls `$f` on each number from 0 up to but not including `$stop`.
public macro fun do<$R: drop>($stop: u32, $f: |u32| -> $R) {
    std::macros::do!($stop, $f)
}

/// Calls `$f` on each number from 0 up to and including `$stop`.
public macro fun do_eq<$R: drop>($stop: u32, $f: |u32| -> $R) {
    std::macros::do_eq!($stop, $f)
}
