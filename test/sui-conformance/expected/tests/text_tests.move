/// Strings: which bytes are text, and where characters begin.
#[test_only]
module expected::text_tests;

use expected::opaque::of;
use std::{ascii, string, unit_test::assert_eq};

fun is_utf8(bytes: vector<u8>): bool { string::try_utf8(bytes).is_some() }

#[test]
fun accepts_utf8_of_every_length() {
    assert!(is_utf8(b""));
    assert!(is_utf8(x"00"));
    assert!(is_utf8(x"7f"));
    assert!(is_utf8(x"c280") && is_utf8(x"dfbf"));
    assert!(is_utf8(x"e0a080") && is_utf8(x"ed9fbf") && is_utf8(x"ee8080") && is_utf8(x"efbfbf"));
    assert!(is_utf8(x"f0908080") && is_utf8(x"f48fbfbf"));
}

#[test]
fun accepts_byte_order_marks_and_noncharacters() {
    assert!(is_utf8(x"efbbbf"));
    assert!(is_utf8(x"efbbbf61"));
    assert_eq!(x"efbbbf61".to_string().length(), 4);
    assert!(is_utf8(x"efbfbe") && is_utf8(x"efb790"));
}

#[test]
fun refuses_overlong_forms() {
    assert!(!is_utf8(x"c080") && !is_utf8(x"c1bf"));
    assert!(!is_utf8(x"e08080") && !is_utf8(x"e09fbf"));
    assert!(!is_utf8(x"f0808080") && !is_utf8(x"f08fbfbf"));
}

#[test]
fun refuses_surrogates() {
    assert!(!is_utf8(x"eda080") && !is_utf8(x"edbfbf") && !is_utf8(x"eda081edb080"));
}

#[test]
fun refuses_numbers_beyond_unicode() {
    assert!(
        !is_utf8(x"f4908080") && !is_utf8(x"f5808080") && !is_utf8(x"f888808080") && !is_utf8(x"ff"),
    );
}

#[test]
fun refuses_characters_cut_short() {
    assert!(!is_utf8(x"c2") && !is_utf8(x"e282") && !is_utf8(x"f09f98"));
    assert!(!is_utf8(x"61c2") && !is_utf8(x"c261") && !is_utf8(x"e28261"));
}

#[test]
fun refuses_stray_continuations() {
    assert!(!is_utf8(x"80") && !is_utf8(x"bf") && !is_utf8(x"6180") && !is_utf8(x"c28080"));
}

#[test]
fun cuts_at_characters() {
    // a, e with an accent (2 bytes), the euro sign (3), a smile (4)
    let s = x"61c3a9e282acf09f9880".to_string();
    assert_eq!(s.length(), 10);
    assert_eq!(s.substring(0, 1), b"a".to_string());
    assert_eq!(s.substring(1, 3), x"c3a9".to_string());
    assert_eq!(s.substring(3, 6), x"e282ac".to_string());
    assert_eq!(s.substring(6, 10), x"f09f9880".to_string());
    assert_eq!(s.substring(10, 10), b"".to_string());
    assert_eq!(s.substring(0, 10), s);
    assert_eq!(s.substring(3, 3).length(), 0);
}

#[test]
fun inserts_between_characters() {
    let mut s = x"c3a9e282ac".to_string();
    s.insert(2, b"--".to_string());
    assert_eq!(*s.as_bytes(), x"c3a92d2de282ac");
    s.insert(7, b"!".to_string());
    s.insert(0, b"?".to_string());
    assert_eq!(s.into_bytes(), x"3fc3a92d2de282ac21");
}

#[test]
fun finds_the_first_occurrence() {
    let s = b"abcabcabd".to_string();
    assert_eq!(s.index_of(&b"abc".to_string()), 0);
    assert_eq!(s.index_of(&b"bca".to_string()), 1);
    assert_eq!(s.index_of(&b"abd".to_string()), 6);
    assert_eq!(s.index_of(&b"d".to_string()), 8);
}

#[test]
fun tells_the_length_if_there_is_none() {
    let s = b"abc".to_string();
    assert_eq!(s.index_of(&b"x".to_string()), 3);
    assert_eq!(s.index_of(&b"abcd".to_string()), 3);
    assert_eq!(b"".to_string().index_of(&b"x".to_string()), 0);
}

#[test]
fun finds_nothing_at_the_start() {
    assert_eq!(b"abc".to_string().index_of(&b"".to_string()), 0);
    assert_eq!(b"".to_string().index_of(&b"".to_string()), 0);
}

#[test]
fun finds_text_by_its_bytes() {
    let s = x"e282ace282ad".to_string();
    assert_eq!(s.index_of(&x"e282ad".to_string()), 3);
}

#[test, expected_failure(abort_code = string::EInvalidUTF8)]
fun makes_no_string_of_other_bytes() { x"ff".to_string(); }

#[test, expected_failure(abort_code = string::EInvalidUTF8)]
fun appends_no_part_of_a_character() { let mut s = b"a".to_string(); s.append_utf8(x"c3"); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun cuts_no_character_at_its_end() { x"c3a9".to_string().substring(0, of(1)); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun cuts_no_character_at_its_start() { x"c3a9".to_string().substring(of(1), 2); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun cuts_not_beyond_the_end() { b"abc".to_string().substring(0, of(4)); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun cuts_not_backwards() { b"abc".to_string().substring(of(2), 1); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun cuts_not_at_the_greatest_index() { b"abc".to_string().substring(0, of(18446744073709551615)); }

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun inserts_not_within_a_character() {
    let mut s = x"f09f9880".to_string();
    s.insert(of(2), b"".to_string());
}

#[test, expected_failure(abort_code = string::EInvalidIndex)]
fun inserts_not_beyond_the_end() { let mut s = b"a".to_string(); s.insert(of(2), b"".to_string()); }

#[test]
fun accepts_ascii() {
    let s = x"00207e7f".to_ascii_string();
    assert_eq!(s.length(), 4);
    assert!(!s.all_characters_printable());
    assert!(b" ~".to_ascii_string().all_characters_printable());
    assert!(ascii::try_string(x"80").is_none() && ascii::try_string(b"").is_some());
    assert_eq!(b"aZ@[`{".to_ascii_string().to_uppercase(), b"AZ@[`{".to_ascii_string());
    assert_eq!(b"aZ@[`{".to_ascii_string().to_lowercase(), b"az@[`{".to_ascii_string());
}

#[test, expected_failure(abort_code = ascii::EInvalidASCIICharacter)]
fun refuses_bytes_beyond_ascii() { x"6180".to_ascii_string(); }

#[test, expected_failure(abort_code = ascii::EInvalidASCIICharacter)]
fun refuses_a_character_beyond_ascii() { ascii::char(of(128)); }

#[test, expected_failure(abort_code = ascii::EInvalidASCIICharacter)]
fun turns_no_other_text_into_ascii() { x"c3a9".to_string().to_ascii(); }

#[test, expected_failure(abort_code = ascii::EInvalidIndex)]
fun cuts_ascii_not_beyond_the_end() { b"ab".to_ascii_string().substring(of(1), 3); }

#[test, expected_failure(vector_error, minor_status = 2, location = ascii)]
fun pops_no_character_of_an_empty_string() { let mut s = b"".to_ascii_string(); s.pop_char(); }

#[test]
fun writes_numbers() {
    assert_eq!(of(0u8).to_string(), b"0".to_string());
    assert_eq!(of(18446744073709551615u64).to_string(), b"18446744073709551615".to_string());
    assert_eq!(
        std::u256::max_value!().to_string(),
        b"115792089237316195423570985008687907853269984665640564039457584007913129639935".to_string(),
    );
}
