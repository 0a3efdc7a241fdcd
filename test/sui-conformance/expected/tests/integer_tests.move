/// What integer instructions compute at the edges of each width.
#[test_only]
module expected::integer_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

macro fun arithmetic<$T>($max: $T) {
    let max = of($max);
    let (zero, one, two): ($T, $T, $T) = (of(0), of(1), of(2));
    assert!(max + zero == max);
    assert!((max - one) + one == max);
    assert!(max - max == 0);
    assert!(zero - zero == 0);
    assert!(max * one == max);
    assert!(max * zero == 0);
    assert!((max / two) * two + one == max);
    assert!(max / max == 1);
    assert!(max / one == max);
    assert!(zero / max == 0);
    assert!(one / max == 0);
    assert!((max - one) / max == 0);
    assert!(max % two == 1);
    assert!(max % max == 0);
    assert!((max - one) % max == max - one);
    assert!(max % one == 0);
    assert!(max % (max - one) == 1);
}

macro fun bits<$T>($max: $T, $top: u8) {
    let max = of($max);
    let (zero, one): ($T, $T) = (of(0), of(1));
    let top = of($top);
    assert!(max & zero == 0);
    assert!(max & max == max);
    assert!(max | zero == max);
    assert!(zero | zero == 0);
    assert!(max ^ max == 0);
    assert!(max ^ zero == max);
    assert!((max ^ one) | one == max);
    assert!((one << top) >> top == 1);
    assert!(one << top == max / 2 + 1);
    assert!(max >> top == 1);
    assert!(max << top == max / 2 + 1);
    assert!(max << 0 == max);
    assert!(max >> 0 == max);
    assert!(max << 1 == max - 1);
    assert!(max >> 1 == max / 2);
    assert!((max << 3) & 7 == 0);
    assert!(one >> 1 == 0);
}

macro fun order<$T>($max: $T) {
    let max = of($max);
    let (zero, one): ($T, $T) = (of(0), of(1));
    let half = max / 2;
    assert!(zero < one && one < max && half < max && half < half + 1);
    assert!(!(max < max) && !(max < zero) && !(zero < zero));
    assert!(max > zero && half + 1 > half && !(zero > zero) && !(zero > max));
    assert!(zero <= zero && zero <= max && max <= max && !(max <= zero));
    assert!(max >= max && max >= zero && zero >= zero && !(zero >= max));
    assert!(max == max && max != zero && zero == zero && !(max == half));
}

#[test]
fun computes_on_u8() { arithmetic!(255u8) }

#[test]
fun computes_on_u16() { arithmetic!(65535u16) }

#[test]
fun computes_on_u32() { arithmetic!(4294967295u32) }

#[test]
fun computes_on_u64() { arithmetic!(18446744073709551615u64) }

#[test]
fun computes_on_u128() { arithmetic!(340282366920938463463374607431768211455u128) }

#[test]
fun computes_on_u256() { arithmetic!(std::u256::max_value!()) }

#[test]
fun shifts_bits_of_u8() { bits!(255u8, 7) }

#[test]
fun shifts_bits_of_u16() { bits!(65535u16, 15) }

#[test]
fun shifts_bits_of_u32() { bits!(4294967295u32, 31) }

#[test]
fun shifts_bits_of_u64() { bits!(18446744073709551615u64, 63) }

#[test]
fun shifts_bits_of_u128() { bits!(340282366920938463463374607431768211455u128, 127) }

#[test]
fun shifts_bits_of_u256() { bits!(std::u256::max_value!(), 255) }

#[test]
fun orders_u8() { order!(255u8) }

#[test]
fun orders_u16() { order!(65535u16) }

#[test]
fun orders_u32() { order!(4294967295u32) }

#[test]
fun orders_u64() { order!(18446744073709551615u64) }

#[test]
fun orders_u128() { order!(340282366920938463463374607431768211455u128) }

#[test]
fun orders_u256() { order!(std::u256::max_value!()) }

#[test]
fun orders_u64_beyond_the_precision_of_doubles() {
    let a = of(9007199254740993u64);
    assert!(a != 9007199254740992 && a > 9007199254740992 && a < 9007199254740994);
    assert_eq!(a + 1, 9007199254740994);
    assert_eq!(a * 2, 18014398509481986);
    assert_eq!(a % 10, 3);
}

#[test]
fun multiplies_u32_beyond_the_precision_of_doubles() {
    assert_eq!(of(65537u32) * of(65535u32), 4294967295);
    assert_eq!((of(4294967295u32) as u64) * (of(4294967295u32) as u64), 18446744065119617025);
}

#[test]
fun casts_up() {
    let x = of(255u8);
    assert_eq!(x as u16, 255);
    assert_eq!(x as u32, 255);
    assert_eq!(x as u64, 255);
    assert_eq!(x as u128, 255);
    assert_eq!(x as u256, 255);
    let x = of(65535u16);
    assert_eq!(x as u32, 65535);
    assert_eq!(x as u64, 65535);
    assert_eq!(x as u128, 65535);
    assert_eq!(x as u256, 65535);
    let x = of(4294967295u32);
    assert_eq!(x as u64, 4294967295);
    assert_eq!(x as u128, 4294967295);
    assert_eq!(x as u256, 4294967295);
    let x = of(18446744073709551615u64);
    assert_eq!(x as u128, 18446744073709551615);
    assert_eq!(x as u256, 18446744073709551615);
    let x = of(340282366920938463463374607431768211455u128);
    assert_eq!(x as u256, 340282366920938463463374607431768211455);
}

#[test]
fun casts_down_what_fits() {
    let x = of(255u256);
    assert_eq!(x as u8, 255);
    assert_eq!(x as u16, 255);
    assert_eq!(x as u32, 255);
    assert_eq!(x as u64, 255);
    assert_eq!(x as u128, 255);
    assert_eq!(of(65535u256) as u16, 65535);
    assert_eq!(of(4294967295u256) as u32, 4294967295);
    assert_eq!(of(18446744073709551615u256) as u64, 18446744073709551615);
    assert_eq!(
        of(340282366920938463463374607431768211455u256) as u128,
        340282366920938463463374607431768211455,
    );
    assert_eq!(of(18446744073709551615u128) as u64, 18446744073709551615);
    assert_eq!(of(4294967295u64) as u32, 4294967295);
    assert_eq!(of(65535u32) as u16, 65535);
    assert_eq!(of(255u16) as u8, 255);
}

#[test]
fun casts_to_the_same_width() {
    assert_eq!(of(255u8) as u8, 255);
    assert_eq!(of(65535u16) as u16, 65535);
    assert_eq!(of(4294967295u32) as u32, 4294967295);
    assert_eq!(of(18446744073709551615u64) as u64, 18446744073709551615);
    assert_eq!(of(std::u128::max_value!()) as u128, std::u128::max_value!());
    assert_eq!(of(std::u256::max_value!()) as u256, std::u256::max_value!());
}

#[test]
fun knows_the_order_of_operations() {
    let (a, b, c) = (of(7u64), of(3u64), of(2u64));
    assert_eq!(a + b * c, 13);
    assert_eq!((a + b) * c, 20);
    assert_eq!(a - b - c, 2);
    assert_eq!(a / b / c, 1);
    assert_eq!(a | b & c, 7);
    assert_eq!(a & b ^ c, 1);
    assert_eq!(a << 1 + 1, 28);
    assert!(a > b == true && !(b > a));
}

#[test]
fun reads_literals_in_all_forms() {
    assert_eq!(of(0xFFu8), 255);
    assert_eq!(of(1_000_000u32), 1000000);
    assert_eq!(of(0xDEAD_BEEFu32), 3735928559);
    assert_eq!(of(0x0u256), 0);
    assert_eq!(of(0x8000000000000000u64), 9223372036854775808);
}

#[test]
fun evaluates_booleans_lazily() {
    let (yes, no) = (of(true), of(false));
    assert!(yes || of(1 / of(1u8) == 0));
    assert!(yes || 1 / of(0u8) == 0);
    assert!(!(no && 1 / of(0u8) == 0));
    assert!(yes && !no && (yes != no) && (no == false));
    assert!(!(yes == no) && !!yes);
}
