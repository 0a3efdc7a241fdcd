/// Bodies shared by the integer modules. Each macro is written once here and given its type there.
module std::macros;

use std::string::String;

/// The larger of two numbers.
public macro fun num_max<$T>($x: $T, $y: $T): $T {
    let a = $x;
    let b = $y;
    if (a < b) b else a
}

/// The smaller of two numbers.
public macro fun num_min<$T>($x: $T, $y: $T): $T {
    let a = $x;
    let b = $y;
    if (b < a) b else a
}

/// The distance between two numbers.
public macro fun num_diff<$T>($x: $T, $y: $T): $T {
    let a = $x;
    let b = $y;
    if (a < b) b - a else a - b
}

/// Quotient rounded up. Aborts on division by zero.
public macro fun num_divide_and_round_up<$T>($x: $T, $y: $T): $T {
    let a = $x;
    let b = $y;
    let quotient = a / b;
    if (quotient * b == a) quotient else quotient + 1
}

/// Power by repeated squaring. Aborts on overflow.
public macro fun num_pow($base: _, $exponent: u8): _ {
    let mut square = $base;
    let mut left = $exponent;
    let mut product = 1;
    while (left > 0) {
        if (left & 1 == 1) product = product * square;
        left = left >> 1;
        // Not after the last bit: a square that nothing uses must not overflow.
        if (left > 0) square = square * square;
    };
    product
}

/// Integer square root, rounded down: one result bit a round, from the top. `$U` is wider than `$T`, and
/// `$bitsize` is the width of `$T`.
public macro fun num_sqrt<$T, $U>($x: $T, $bitsize: u8): $T {
    let mut rest = $x as $U;
    let mut root: $U = 0;
    let mut bit: $U = 1 << $bitsize;
    while (bit > 0) {
        let trial = root + bit;
        root = root >> 1;
        if (rest >= trial) {
            rest = rest - trial;
            root = root + bit;
        };
        bit = bit >> 2;
    };
    root as $T
}

/// Decimal digits of a number.
public macro fun num_to_string($x: _): String {
    let mut rest = $x;
    let mut digits = vector[(rest % 10) as u8 + 48];
    rest = rest / 10;
    while (rest > 0) {
        digits.push_back((rest % 10) as u8 + 48);
        rest = rest / 10;
    };
    digits.reverse();
    digits.to_string()
}

/// Calls `$f` on each number from `$start` up to but not including `$stop`.
public macro fun range_do<$T, $R: drop>($start: $T, $stop: $T, $f: |$T| -> $R) {
    let mut i = $start;
    let stop = $stop;
    while (i < stop) {
        $f(i);
        i = i + 1;
    }
}

/// Calls `$f` on each number from `$start` up to and including `$stop`.
public macro fun range_do_eq<$T, $R: drop>($start: $T, $stop: $T, $f: |$T| -> $R) {
    let mut i = $start;
    let stop = $stop;
    if (i > stop) return;
    loop {
        $f(i);
        // Not past `stop`, which may be the largest number of its type.
        if (i >= stop) break;
        i = i + 1;
    }
}

/// Calls `$f` on each number from 0 up to but not including `$stop`.
public macro fun do<$T, $R: drop>($stop: $T, $f: |$T| -> $R) {
    range_do!(0, $stop, $f)
}

/// Calls `$f` on each number from 0 up to and including `$stop`.
public macro fun do_eq<$T, $R: drop>($stop: $T, $f: |$T| -> $R) {
    range_do_eq!(0, $stop, $f)
}

/// `$x` as a `u8`, if it fits.
public macro fun try_as_u8($x: _): Option<u8> {
    let x = $x;
    if (x <= 0xFF) option::some(x as u8) else option::none()
}

/// `$x` as a `u16`, if it fits.
public macro fun try_as_u16($x: _): Option<u16> {
    let x = $x;
    if (x <= 0xFFFF) option::some(x as u16) else option::none()
}

/// `$x` as a `u32`, if it fits.
public macro fun try_as_u32($x: _): Option<u32> {
    let x = $x;
    if (x <= 0xFFFF_FFFF) option::some(x as u32) else option::none()
}

/// `$x` as a `u64`, if it fits.
public macro fun try_as_u64($x: _): Option<u64> {
    let x = $x;
    if (x <= 0xFFFF_FFFF_FFFF_FFFF) option::some(x as u64) else option::none()
}

/// `$x` as a `u128`, if it fits.
public macro fun try_as_u128($x: _): Option<u128> {
    let x = $x;
    if (x <= 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF) option::some(x as u128) else option::none()
}
