/// What integer instructions refuse: results beyond the width, division by zero, shifts beyond the width, casts that lose
/// bits. Each is an arithmetic error at the place of the instruction.
#[test_only]
module expected::overflow_tests;

use expected::opaque::of;

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u8() { of(255u8) + of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u8() { of(255u8) + of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u8() { of(0u8) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u8() { of(16u8) * of(16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u8() { of(255u8) * of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u8_by_zero() { of(255u8) / of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u8_modulo_zero() { of(0u8) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u8_left_by_its_width() { of(1u8) << of(8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u8_right_by_its_width() { of(1u8) >> of(8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u8_left_by_255() { of(0u8) << of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u16() { of(65535u16) + of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u16() { of(65535u16) + of(65535); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u16() { of(0u16) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u16() { of(256u16) * of(256); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u16() { of(65535u16) * of(65535); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u16_by_zero() { of(65535u16) / of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u16_modulo_zero() { of(0u16) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u16_left_by_its_width() { of(1u16) << of(16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u16_right_by_its_width() { of(1u16) >> of(16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u16_left_by_255() { of(0u16) << of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u32() { of(4294967295u32) + of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u32() { of(4294967295u32) + of(4294967295); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u32() { of(0u32) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u32() { of(65536u32) * of(65536); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u32() { of(4294967295u32) * of(4294967295); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u32_by_zero() { of(4294967295u32) / of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u32_modulo_zero() { of(0u32) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u32_left_by_its_width() { of(1u32) << of(32); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u32_right_by_its_width() { of(1u32) >> of(32); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u32_left_by_255() { of(0u32) << of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u64() { of(18446744073709551615u64) + of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u64() { of(18446744073709551615u64) + of(18446744073709551615); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u64() { of(0u64) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u64() { of(4294967296u64) * of(4294967296); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u64() { of(18446744073709551615u64) * of(18446744073709551615); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u64_by_zero() { of(18446744073709551615u64) / of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u64_modulo_zero() { of(0u64) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u64_left_by_its_width() { of(1u64) << of(64); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u64_right_by_its_width() { of(1u64) >> of(64); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u64_left_by_255() { of(0u64) << of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u128() { of(340282366920938463463374607431768211455u128) + of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u128() {
    of(340282366920938463463374607431768211455u128) + of(340282366920938463463374607431768211455);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u128() { of(0u128) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u128() { of(18446744073709551616u128) * of(18446744073709551616); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u128() {
    of(340282366920938463463374607431768211455u128) * of(340282366920938463463374607431768211455);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u128_by_zero() { of(340282366920938463463374607431768211455u128) / of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u128_modulo_zero() { of(0u128) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u128_left_by_its_width() { of(1u128) << of(128); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u128_right_by_its_width() { of(1u128) >> of(128); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun shifts_u128_left_by_255() { of(0u128) << of(255); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_too_much_u256() {
    of(115792089237316195423570985008687907853269984665640564039457584007913129639935u256) + of(1);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun adds_far_too_much_u256() {
    of(115792089237316195423570985008687907853269984665640564039457584007913129639935u256) + of(115792089237316195423570985008687907853269984665640564039457584007913129639935);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun subtracts_too_much_u256() { of(0u256) - of(1); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_too_much_u256() {
    of(340282366920938463463374607431768211456u256) * of(340282366920938463463374607431768211456);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun multiplies_far_too_much_u256() {
    of(115792089237316195423570985008687907853269984665640564039457584007913129639935u256) * of(115792089237316195423570985008687907853269984665640564039457584007913129639935);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun divides_u256_by_zero() {
    of(115792089237316195423570985008687907853269984665640564039457584007913129639935u256) / of(0);
}

#[test, expected_failure(arithmetic_error, location = Self)]
fun takes_u256_modulo_zero() { of(0u256) % of(0); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u16_to_u8() { (of(256u16) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u32_to_u8() { (of(256u32) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u32_to_u16() { (of(65536u32) as u16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u64_to_u8() { (of(256u64) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u64_to_u16() { (of(65536u64) as u16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u64_to_u32() { (of(4294967296u64) as u32); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u128_to_u8() { (of(256u128) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u128_to_u16() { (of(65536u128) as u16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u128_to_u32() { (of(4294967296u128) as u32); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u128_to_u64() { (of(18446744073709551616u128) as u64); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u256_to_u8() { (of(256u256) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u256_to_u16() { (of(65536u256) as u16); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u256_to_u32() { (of(4294967296u256) as u32); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u256_to_u64() { (of(18446744073709551616u256) as u64); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_u256_to_u128() { (of(340282366920938463463374607431768211456u256) as u128); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun casts_the_greatest_u256_to_u8() { (of(std::u256::max_value!()) as u8); }

#[test, expected_failure(arithmetic_error, location = Self)]
fun counts_a_loop_variable_over_its_width() {
    let mut i = 250u8;
    while (true) i = i + 1;
    of(i);
}

#[test, expected_failure(arithmetic_error, location = expected::overflow_tests)]
fun divides_in_a_function_it_calls() { halves(of(0)); }

fun halves(parts: u64): u64 { 10 / parts }

#[test, expected_failure(arithmetic_error, location = std::u64)]
fun divides_in_another_module() { of(1u64).divide_and_round_up(of(0)); }

#[test, expected_failure(arithmetic_error, location = std::u8)]
fun raises_to_a_power_too_great() { of(2u8).pow(8); }
