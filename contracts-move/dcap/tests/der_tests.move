#[test_only]
module dcap::der_tests;

use dcap::der;
use std::unit_test::assert_eq;

const RULE: u64 = 77;

/// `length` zeros behind a head.
fun with_content(head: vector<u8>, length: u64): vector<u8> {
    let mut bytes = head;
    length.do!(|_| bytes.push_back(0));
    bytes
}

fun enter(bytes: vector<u8>): (u64, u64) {
    der::element(&bytes, 0, bytes.length(), 0x04, RULE)
}

#[test]
fun each_form_of_length_is_read_at_its_edges() {
    let (content, end) = enter(x"0400");
    assert_eq!(content, 2);
    assert_eq!(end, 2);
    let (content, end) = enter(with_content(x"047f", 127));
    assert_eq!(content, 2);
    assert_eq!(end, 129);
    let (content, end) = enter(with_content(x"048180", 128));
    assert_eq!(content, 3);
    assert_eq!(end, 131);
    let (content, end) = enter(with_content(x"0481ff", 255));
    assert_eq!(content, 3);
    assert_eq!(end, 258);
    let (content, end) = enter(with_content(x"04820100", 256));
    assert_eq!(content, 4);
    assert_eq!(end, 260);
}

#[test]
fun bytes_behind_an_element_are_left() {
    let bytes = x"ff0401aa05";
    let (content, end) = der::element(&bytes, 1, 5, 0x04, RULE);
    assert_eq!(content, 3);
    assert_eq!(end, 4);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun nothing() {
    enter(x"");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun tag_alone() {
    enter(x"04");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun another_tag() {
    enter(x"0500");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun end_beyond_the_parent() {
    enter(x"0402ff");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun end_beyond_the_parent_though_within_the_bytes() {
    der::element(&x"0402ffff", 0, 3, 0x04, RULE);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun length_of_127_in_two_bytes() {
    enter(with_content(x"04817f", 127));
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun length_of_255_in_three_bytes() {
    enter(with_content(x"048200ff", 255));
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun length_in_four_bytes() {
    enter(with_content(x"0483010000", 65_536));
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun indefinite_length() {
    enter(x"04800000");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun two_bytes_of_length_cut_short() {
    enter(x"0481");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun three_bytes_of_length_cut_short() {
    enter(x"048201");
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun last_element_is_followed_by_another() {
    der::last(&x"04000400", 0, 4, 0x04, RULE);
}

fun value(content: vector<u8>, max_bytes: u64): u256 {
    der::integer(&content, 0, content.length(), max_bytes, RULE)
}

#[test]
fun integers_that_are_not_negative_are_read() {
    assert_eq!(value(x"00", 1), 0);
    assert_eq!(value(x"7f", 1), 127);
    assert_eq!(value(x"0080", 1), 128);
    assert_eq!(value(x"00ffff", 2), 65_535);
    assert_eq!(value(x"0102", 2), 258);
    let max = x"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    assert_eq!(value(max, 32), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff);
}

#[test]
fun long_integers_are_read_wherever_they_stand() {
    let serial = x"7fefae6e9715fca13b87e333e8261ed6d990a926";
    let expected = 0x7fefae6e9715fca13b87e333e8261ed6d990a926;
    // With fewer than 32 bytes up to its end, with as many, with more.
    vector[0u64, 11, 12, 13, 40].do!(|before: u64| {
        let mut bytes = vector[];
        before.do!(|_| bytes.push_back(0xff));
        bytes.append(serial);
        bytes.push_back(0xff);
        assert_eq!(der::integer(&bytes, before, before + 20, 20, RULE), expected);
        // With a zero that keeps it from being negative.
        *&mut bytes[before] = 0x00;
        assert_eq!(
            der::integer(&bytes, before, before + 20, 19, RULE),
            expected & 0xffffffffffffffffffffffffffffffffffffff,
        );
    });
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun empty_integer() {
    value(x"", 1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun negative_integer() {
    value(x"80", 1);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun integer_with_a_needless_zero() {
    value(x"007f", 2);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun zero_in_two_bytes() {
    value(x"0000", 2);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun integer_above_its_length() {
    value(x"0100", 1);
}

#[test]
fun expected_bytes_are_stepped_over() {
    assert_eq!(der::expect(&x"aabbcc", 1, 3, x"bb", RULE), 2);
    assert_eq!(der::expect(&x"aabbcc", 1, 3, x"bbcc", RULE), 3);
}

#[test, expected_failure(abort_code = RULE, location = dcap::der)]
fun expected_bytes_go_on_beyond_the_end() {
    der::expect(&x"aabbcc", 1, 2, x"bbcc", RULE);
}
