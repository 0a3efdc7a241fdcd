/// Failures of every kind, in functions at every depth.
#[test_only]
module observed::failures;

use observed::{objects, opaque::of, show::show};
use sui::{bcs, dynamic_field as field, test_scenario as scenario};

public struct Box<T> has copy, drop, store { value: T }

const ECode: u64 = 77;
#[error]
const EWords: vector<u8> = b"In so many words";
#[error(code = 3)]
const ECoded: vector<u8> = b"With a code";
const ENumber: u64 = 1 << 59;

fun fails_at(depth: u64): u64 { if (depth == 0) abort ECode else 1 + fails_at(depth - 1) }

fun divides_at(depth: u64): u64 { if (depth == 0) 1 / of(0) else 1 + divides_at(depth - 1) }

macro fun checked<$T>($x: $T, $f: |$T| -> bool) {
    let x = $x;
    assert!($f(x), ECode);
}

#[test]
fun abort_with_a_number() { abort of(123456789) }

#[test]
fun abort_with_59_bits() { abort ENumber }

#[test]
fun abort_with_a_constant() { abort ECode }

#[test]
fun abort_with_an_error_constant() { abort EWords }

#[test]
fun assert_with_an_error_constant() { assert!(of(false), ECoded) }

#[test]
fun assert_without_a_code() { assert!(of(1u8) == 2) }

#[test]
fun abort_without_a_code() { if (of(true)) abort }

#[test]
fun abort_in_a_call() { fails_at(3); }

#[test]
fun abort_in_a_macro() { checked!(of(5u8), |x| x > 5) }

#[test]
fun abort_in_a_lambda() { vector[1u8, 2, 3].do!(|x| if (x == 2) abort 22) }

#[test]
fun abort_in_an_argument() { divides_at(if (of(true)) abort 4 else 0); }

#[test]
fun abort_in_a_loop() {
    let mut i = 0;
    while (true) {
        i = i + 1;
        if (i == 50) abort i
    }
}

#[test]
fun arithmetic_error_in_a_call() { divides_at(5); }

#[test]
fun arithmetic_error_in_a_condition() { if (of(1u8) - of(2) == 0) abort 1 }

#[test]
fun arithmetic_error_in_the_standard_library() { of(0u8).bitwise_not().pow(2); }

#[test]
fun arithmetic_error_before_an_abort() { abort of(1) - of(2) }

#[test]
fun cast_error_in_an_index() { vector[1u8][(of(300u64) as u8) as u64]; }

#[test]
fun vector_error_in_a_field() { let b = Box { value: vector[vector[1u8]] }; of(b.value[0][of(1)]); }

#[test]
fun vector_error_in_a_generic_function() { last<Box<u8>>(&vector[]); }

fun last<T: copy>(v: &vector<T>): T { v[v.length() - of(0)] }

#[test]
fun vector_error_in_a_macro() { let v = vector[1u64, 2]; vector[0u64, 1, 2].do!(|i| { of(v[i]); }) }

#[test]
fun vector_error_in_the_standard_library() {
    b"".to_ascii_string().substring(0, of(0)).into_bytes().swap_remove(0);
}

#[test]
fun abort_in_a_native_function() { sui::address::from_bytes(of(b"")); }

#[test]
fun abort_in_a_native_function_of_a_callee() { object::id_from_bytes(of(b"1")); }

#[test]
fun abort_in_the_framework() { bcs::new(b"").peel_u8(); }

#[test]
fun abort_deep_in_the_framework() { bcs::new(x"0102").peel_vec_vec_u8(); }

#[test]
fun abort_on_a_missing_field() {
    let mut ctx = tx_context::dummy();
    let coin = objects::coin(1, &mut ctx);
    field::borrow<u8, u8>(coin.uid(), 1);
    abort 0
}

#[test]
fun abort_on_an_object_that_is_not_there() {
    let test = scenario::begin(@0xA);
    std::unit_test::destroy(test.take_from_sender_by_id<objects::Coin>(@0x7.to_id()));
    abort 0
}

#[test]
fun abort_with_unused_values() {
    let mut ctx = tx_context::dummy();
    let _coin = objects::coin(1, &mut ctx);
    abort 5
}

#[test, expected_failure(abort_code = 78)]
fun abort_with_another_code_than_expected() { fails_at(1); }

#[test, expected_failure(abort_code = EWords)]
fun abort_with_another_constant_than_expected() { abort ECoded }

#[test, expected_failure(abort_code = ECode, location = observed::opaque)]
fun abort_in_another_module_than_expected() { fails_at(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun abort_where_arithmetic_should_fail() { fails_at(0); }

#[test, expected_failure(vector_error, minor_status = 2, location = Self)]
fun vector_error_of_another_kind_than_expected() { of(vector[1u8][of(9)]); }

#[test, expected_failure(out_of_gas, location = Self)]
fun abort_where_gas_should_run_out() { abort 1 }

#[test, expected_failure]
fun success_where_anything_should_fail() { of(1u8); }

#[test, expected_failure(abort_code = ECode)]
fun success_where_an_abort_is_expected() { of(1u8); }

#[test]
fun value_of_a_whole_struct() { show!(Box { value: Box { value: vector[1u256, 2] } }) }
