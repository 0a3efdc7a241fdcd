#[test_only]
module corridor::nonce_tests;

use corridor::nonce;
use std::unit_test::assert_eq;

const LAST: u64 = 0xffff_ffff_ffff;

#[test]
fun nonce_splits_into_generation_and_sequence() {
    assert_eq!(nonce::generation(0x0102_030405060708), 0x0102);
    assert_eq!(nonce::sequence(0x0102_030405060708), 0x030405060708);
    assert_eq!(nonce::generation(0xffff_ffffffffffff), 0xffff);
    assert_eq!(nonce::sequence(0xffff_ffffffffffff), LAST);
    assert_eq!(nonce::generation(LAST), 0);
    assert_eq!(nonce::sequence(LAST + 1), 0);
}

#[test]
fun join_is_the_inverse_of_the_split() {
    vector[0u16, 1, 0x8000, 0xffff].do!(|generation| {
        vector[0, 1, 1 << 47, LAST].do!(|sequence| {
            let nonce = nonce::join(generation, sequence);
            assert_eq!(nonce::generation(nonce), generation);
            assert_eq!(nonce::sequence(nonce), sequence);
        });
    });
}

#[test, expected_failure(abort_code = corridor::nonce::EInvalidMessageNonce)]
fun join_refuses_a_sequence_of_49_bits() {
    nonce::join(0, LAST + 1);
}

#[test]
fun runs_fit_up_to_the_last_sequence() {
    assert!(nonce::run_fits(0, 1));
    assert!(nonce::run_fits(LAST, 1));
    assert!(!nonce::run_fits(LAST, 2));
    assert!(nonce::run_fits(LAST - 255, 256));
    assert!(!nonce::run_fits(LAST - 254, 256));
    let generation = 0xffff << 48;
    assert!(nonce::run_fits(generation | LAST, 1));
    assert!(!nonce::run_fits(generation | LAST, 2));
}
