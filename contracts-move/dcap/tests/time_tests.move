#[test_only]
module dcap::time_tests;

use dcap::time;
use std::unit_test::assert_eq;

const RULE: u64 = 77;

fun read(bytes: vector<u8>): u64 {
    let (seconds, next) = time::read(&bytes, 0, bytes.length());
    assert_eq!(next, bytes.length());
    seconds
}

/// A UTCTime or GeneralizedTime with the text.
fun der(text: vector<u8>): vector<u8> {
    let mut bytes = vector[if (text.length() == 15) 0x18 else 0x17, text.length() as u8];
    bytes.append(text);
    bytes
}

/// Midnight of a day.
fun day(year: u64, month: u64, day: u64): u64 {
    time::seconds(year, month, day, 0, 0, 0, RULE)
}

/// Expected values are those of `date -u -d ... +%s`.
#[test]
fun dates_are_counted_from_1970() {
    assert_eq!(day(1970, 1, 1), 0);
    assert_eq!(time::seconds(1970, 1, 1, 0, 0, 1, RULE), 1);
    assert_eq!(day(1972, 2, 29), 68_169_600);
    assert_eq!(day(1972, 3, 1), 68_256_000);
    assert_eq!(day(1999, 12, 31), 946_598_400);
    assert_eq!(day(2000, 2, 29), 951_782_400);
    assert_eq!(day(2000, 3, 1), 951_868_800);
    assert_eq!(time::seconds(2025, 6, 19, 10, 16, 3, RULE), 1_750_328_163);
    assert_eq!(time::seconds(2049, 12, 31, 23, 59, 59, RULE), 2_524_607_999);
    assert_eq!(day(2100, 2, 28), 4_107_456_000);
    assert_eq!(day(2100, 3, 1), 4_107_542_400);
    assert_eq!(time::seconds(9999, 12, 31, 23, 59, 59, RULE), 253_402_300_799);
}

#[test]
fun each_month_ends_a_day_before_the_next() {
    let lengths = vector[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut begin = day(2026, 1, 1);
    12u64.do!(|i| {
        assert_eq!(day(2026, i + 1, 1), begin);
        assert_eq!(day(2026, i + 1, lengths[i]), begin + (lengths[i] - 1) * 86_400);
        begin = begin + lengths[i] * 86_400;
    });
    assert_eq!(begin, day(2027, 1, 1));
}

#[test]
fun both_forms_of_der_are_read() {
    assert_eq!(read(der(b"700101000000Z")), 0);
    assert_eq!(read(der(b"250619101603Z")), 1_750_328_163);
    assert_eq!(read(der(b"491231235959Z")), 2_524_607_999);
    assert_eq!(read(der(b"20500101000000Z")), 2_524_608_000);
    assert_eq!(read(der(b"99991231235959Z")), 253_402_300_799);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun before_1970() {
    time::seconds(1969, 12, 31, 23, 59, 59, RULE);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun month_0() {
    day(2026, 0, 1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun month_13() {
    day(2026, 13, 1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun day_0() {
    day(2026, 1, 0);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun leap_day_of_a_common_year() {
    day(2026, 2, 29);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun leap_day_of_2100() {
    day(2100, 2, 29);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun june_31() {
    day(2026, 6, 31);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun hour_24() {
    time::seconds(2026, 1, 1, 24, 0, 0, RULE);
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun second_60() {
    time::seconds(2026, 1, 1, 0, 0, 60, RULE);
}

#[test, expected_failure(abort_code = dcap::time::EInvalidValidity)]
fun utc_time_before_1970() {
    read(der(b"691231235959Z"));
}

#[test, expected_failure(abort_code = dcap::time::EInvalidValidity)]
fun generalized_time_before_2050() {
    read(der(b"20491231235959Z"));
}

#[test, expected_failure(abort_code = dcap::time::EInvalidValidity)]
fun letter_for_a_digit() {
    read(der(b"2506191016O3Z"));
}

#[test, expected_failure(abort_code = dcap::time::EInvalidValidity)]
fun offset_for_z() {
    read(der(b"250619101603+"));
}

#[test, expected_failure(abort_code = dcap::time::EInvalidValidity)]
fun no_seconds() {
    read(der(b"2506191016Z"));
}

#[test, expected_failure(abort_code = 24)]
fun another_tag() {
    read(x"0400");
}
