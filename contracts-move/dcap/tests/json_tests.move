#[test_only]
module dcap::json_tests;

use dcap::{json::{Self, Json}, world};
use std::unit_test::assert_eq;

const RULE: u64 = 77;

fun json(text: vector<u8>): Json {
    json::new(world::words(text), text.length(), RULE)
}

/// Text as the reader gives it.
fun word(text: vector<u8>): u256 {
    let words = world::words(text);
    if (words.is_empty()) 0 else words[0]
}

/// As many times `x` as asked for, and a quote.
fun text(length: u64): vector<u8> {
    let mut text = vector[];
    length.do!(|_| text.push_back(0x78));
    text.push_back(0x22);
    text
}

/// Up to 32 times `x`, as the reader gives it.
fun xs(count: u64): u256 {
    let mut word = 0;
    count.do!(|_| word = (word << 8) | 0x78);
    word
}

#[test]
fun document_is_the_bytes_of_its_words() {
    vector[1, 2, 31, 32, 33, 63, 64, 65, 1_000, 1_024, 1_025].do!(|length| {
        let mut document = text(length - 1);
        assert_eq!(json(document).document(), document);
        // No text in UTF-8, which is cut in another way.
        *&mut document[length / 2] = 0xff;
        assert_eq!(json(document).document(), document);
    });
    assert_eq!(json(b"").document(), b"");
}

#[test, expected_failure(abort_code = dcap::json::EInvalidWords)]
fun words_for_a_longer_document() {
    json::new(world::words(text(32)), 32, RULE);
}

#[test, expected_failure(abort_code = dcap::json::EInvalidWords)]
fun words_for_a_shorter_document() {
    json::new(world::words(text(10)), 33, RULE);
}

#[test, expected_failure(abort_code = dcap::json::EInvalidWords)]
fun bytes_behind_the_end_of_the_document() {
    json::new(world::words(b"{}}"), 2, RULE);
}

#[test]
fun integers_up_to_the_bound_are_read() {
    let mut numbers = json(b"0,7,255,4294967295,65535");
    assert_eq!(numbers.read_int(0), 0);
    numbers.advance(1);
    assert_eq!(numbers.read_int(7), 7);
    numbers.advance(1);
    assert_eq!(numbers.read_int(255), 255);
    numbers.advance(1);
    assert_eq!(numbers.read_int(4_294_967_295), 4_294_967_295);
    numbers.advance(1);
    assert_eq!(numbers.read_int(65_535), 65_535);
    numbers.finish();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun integer_above_the_bound() {
    json(b"256").read_int(255);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun integer_far_above_every_bound() {
    json(b"99999999999999999999999999999999").read_int(4_294_967_295);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun integer_with_a_leading_zero() {
    json(b"01").read_int(255);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun zero_twice() {
    json(b"00").read_int(255);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun no_digit() {
    json(b"-1").read_int(255);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun integer_where_the_document_ends() {
    json(b"").read_int(255);
}

#[test]
fun texts_of_every_length_are_read() {
    65u64.do!(|length| {
        let mut reader = json(text(length));
        let (low, high) = reader.read_text();
        let (first, second) = if (length < 32) (length, 0) else (32, length - 32);
        assert_eq!(low, xs(first));
        assert_eq!(high, xs(second));
        reader.finish();
    });
}

#[test]
fun every_printable_character_but_quote_and_backslash_is_text() {
    256u64.do!(|byte| {
        let is_text = byte >= 0x20 && byte <= 0x7e && byte != 0x22 && byte != 0x5c;
        if (is_text) {
            let (low, high) = json(vector[0x61, byte as u8, 0x22]).read_text();
            assert_eq!(low, word(vector[0x61, byte as u8]));
            assert_eq!(high, 0);
        };
    });
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_of_65_characters() {
    json(text(65)).read_text();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_without_end() {
    json(b"abc").read_text();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_with_an_escape() {
    json(b"a\\u0041\"").read_text();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_with_a_control_character() {
    json(x"611f22").read_text();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_with_a_delete() {
    json(x"617f22").read_text();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun text_with_a_byte_above_ascii() {
    json(x"61a222").read_text();
}

#[test]
fun hex_digits_of_both_cases_are_read() {
    assert_eq!(json(b"00").read_hex(1), 0);
    assert_eq!(json(b"1F").read_hex(1), 0x1f);
    // The first byte is in the least significant place.
    assert_eq!(
        json(b"0123456789abcdefABCDEF0918273645\"").read_quoted_hex(16),
        0x45362718_09efcdab_efcdab89_67452301,
    );
    let (first, second, third) = json(
        b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292A2B2C2D2E2F\"",
    ).read_long_hex(48);
    assert_eq!(first, 0x0f0e0d0c_0b0a0908_07060504_03020100);
    assert_eq!(second, 0x1f1e1d1c_1b1a1918_17161514_13121110);
    assert_eq!(third, 0x2f2e2d2c_2b2a2928_27262524_23222120);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun slash_is_no_hex_digit() {
    json(b"0/").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun colon_is_no_hex_digit() {
    json(b"0:").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun at_is_no_hex_digit() {
    json(b"0@").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun capital_g_is_no_hex_digit() {
    json(b"0G").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun grave_is_no_hex_digit() {
    json(b"0`").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun small_g_is_no_hex_digit() {
    json(b"0g").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun digit_without_its_case_bit_is_no_hex_digit() {
    json(x"3010").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun byte_above_ascii_is_no_hex_digit() {
    json(x"30b0").read_hex(1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun hex_digits_cut_short() {
    json(b"000").read_hex(2);
}

#[test]
fun dates_are_read() {
    let mut reader = json(b"\"2025-06-19T10:16:03Z\"\"1970-01-01T00:00:00Z\"");
    assert_eq!(reader.read_date(), 1_750_328_163);
    assert_eq!(reader.read_date(), 0);
    reader.finish();
}

#[test, expected_failure(abort_code = RULE, location = dcap::time)]
fun date_that_is_none() {
    json(b"\"2025-02-29T10:16:03Z\"").read_date();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun date_with_a_colon_for_a_digit() {
    json(b"\"2025-06-1:T10:16:03Z\"").read_date();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun date_with_a_slash_for_a_digit() {
    json(b"\"2025-06-1/T10:16:03Z\"").read_date();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun date_with_a_blank_for_the_t() {
    json(b"\"2025-06-19 10:16:03Z\"").read_date();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun date_with_fractions() {
    json(b"\"2025-06-19T10:16:03.0Z\"").read_date();
}

#[test, expected_failure(abort_code = RULE, location = dcap::json)]
fun something_behind_the_document() {
    let mut reader = json(b"7 ");
    reader.read_int(7);
    reader.finish();
}
