/// Branches, loops, calls and what they return.
#[test_only]
module expected::control_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

fun sign(x: u64): u8 {
    if (x == 0) return 0;
    if (x < 10) { 1 } else if (x < 100) { 2 } else { 3 }
}

fun collatz(mut n: u64): u64 {
    let mut steps = 0;
    while (n != 1) {
        n = if (n % 2 == 0) n / 2 else 3 * n + 1;
        steps = steps + 1;
    };
    steps
}

fun factorial(n: u256): u256 {
    if (n == 0) 1 else n * factorial(n - 1)
}

fun is_even(n: u64): bool { n == 0 || is_odd(n - 1) }

fun is_odd(n: u64): bool { n != 0 && is_even(n - 1) }

fun three(x: u8): (u8, u16, bool) { (x, (x as u16) * 2, x > 1) }

fun nothing() {}

fun fails(): u64 { abort 42 }

#[test]
fun branches() {
    assert_eq!(sign(of(0)), 0);
    assert_eq!(sign(of(9)), 1);
    assert_eq!(sign(of(10)), 2);
    assert_eq!(sign(of(100)), 3);
}

#[test]
fun loops_while() { assert_eq!(collatz(of(27)), 111); }

#[test]
fun never_enters_a_loop_whose_condition_is_false() {
    let mut n = of(0u64);
    while (n > 0) n = n + 1;
    assert_eq!(n, 0);
}

#[test]
fun breaks_and_continues() {
    let (mut sum, mut i) = (0u64, 0);
    loop {
        i = i + 1;
        if (i > 20) break;
        if (i % 3 != 0) continue;
        sum = sum + i;
    };
    assert_eq!(sum, 63);
}

#[test]
fun breaks_with_a_value() {
    let mut i = of(1u64);
    let found = loop {
        if (i * i > 200) break i;
        i = i + 1;
    };
    assert_eq!(found, 15);
}

#[test]
fun leaves_outer_loops_by_label() {
    let mut pairs = 0u64;
    let mut i = 0u64;
    'rows: loop {
        i = i + 1;
        let mut j = 0u64;
        while (true) {
            j = j + 1;
            if (i * j == 35) break 'rows;
            if (j > i) continue 'rows;
            pairs = pairs + 1;
        }
    };
    assert_eq!(i * 100 + pairs, 725);
}

#[test]
fun returns_from_labeled_blocks() {
    let x = 'block: {
        if (of(true)) return 'block 5u64;
        fails()
    };
    assert_eq!(x, 5);
}

#[test]
fun recurses() {
    assert_eq!(
        factorial(57),
        40526919504877216755680601905432322134980384796226602145184481280000000000000,
    );
}

#[test]
fun recurses_mutually() {
    assert!(is_even(of(400)) && !is_even(of(401)) && is_odd(of(399)));
}

#[test]
fun recurses_deeply() {
    // 1000 frames are open at once.
    assert!(is_even(of(990)));
}

#[test]
fun returns_several_values() {
    let (a, b, c) = three(of(200));
    assert_eq!(a, 200);
    assert_eq!(b, 400);
    assert!(c);
    let (_, d, _) = three(of(1));
    assert_eq!(d, 2);
    nothing();
}

#[test]
fun assigns_several_values() {
    let (mut a, mut b) = (of(1u64), of(2u64));
    (a, b) = (b, a);
    (a, b) = (a + b, a * b);
    assert_eq!(a, 3);
    assert_eq!(b, 2);
}

#[test]
fun shadows_names() {
    let x = of(1u64);
    let x = x + 1;
    let y = { let x = x * 10; x + 1 };
    assert_eq!(x, 2);
    assert_eq!(y, 21);
}

#[test]
fun evaluates_operands_from_left_to_right() {
    let mut log = vector<u8>[];
    let r = &mut log;
    let x = note(r, 1) + note(r, 2) * note(r, 3);
    assert_eq!(x, 7);
    assert_eq!(log, vector[1, 2, 3]);
}

fun note(log: &mut vector<u8>, x: u8): u8 {
    log.push_back(x);
    x
}

#[test]
fun matches_numbers() {
    let mut names = vector<vector<u8>>[];
    vector[0u8, 1, 2, 7, 255].do!(
        |x| names.push_back(match (x) {
            0 => b"zero",
            1 | 2 => b"few",
            n if (*n > 100) => b"lots",
            _ => b"many",
        }),
    );
    assert_eq!(names, vector[b"zero", b"few", b"few", b"many", b"lots"]);
}

fun digit(x: bool): u8 {
    match (x) {
        true => 1,
        false => 2,
    }
}

#[test]
fun matches_booleans_and_wide_numbers() {
    assert_eq!(digit(of(true)) * 10 + digit(of(false)), 12);
    let wide = match (of(1u256 << 200)) {
        0 => 1u8,
        1 => 2,
        _ => 3,
    };
    assert_eq!(wide, 3);
}

#[test, expected_failure(abort_code = 42, location = Self)]
fun aborts_in_a_function_it_calls() { fails(); }

#[test, expected_failure(abort_code = 18446744073709551615, location = Self)]
fun aborts_with_the_greatest_code() { abort of(18446744073709551615) }

#[test, expected_failure(abort_code = 0, location = Self)]
fun aborts_with_zero() { abort of(0) }

#[test, expected_failure(abort_code = 3, location = Self)]
fun asserts() { assert!(of(1u8) == 2, 3); }

#[test, expected_failure(abort_code = 7, location = Self)]
fun aborts_in_a_branch() { if (of(1u8) == 1) abort 7 else abort 8 }

#[test, expected_failure(abort_code = 42, location = Self)]
fun computes_an_assertions_code_only_if_it_fails() {
    assert!(of(true), fails());
    assert!(of(false), fails());
}

#[test, expected_failure(abort_code = 42, location = Self)]
fun aborts_before_the_next_operand_is_evaluated() { (fails() + 1 / of(0u64)); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun fails_before_the_next_operand_is_evaluated() { (1 / of(0u64) + fails()); }

const EOne: u64 = 0x7FFF_FFFF_FFFF_FFFF;
#[error]
const ETwo: vector<u8> = b"Two";
#[error(code = 9)]
const EThree: vector<u8> = b"Three";

#[test, expected_failure(abort_code = EOne)]
fun aborts_with_a_constant() { abort EOne }

#[test, expected_failure(abort_code = ETwo)]
fun aborts_with_an_error_constant() { abort ETwo }

#[test, expected_failure(abort_code = EThree)]
fun asserts_with_an_error_constant() { assert!(of(false), EThree); }
