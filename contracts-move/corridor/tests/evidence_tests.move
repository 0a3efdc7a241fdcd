#[test_only]
module corridor::evidence_tests;

use corridor::{claims, evidence, world};

fun new(root: address, vendor: u8, status: u8, platform: address, attributes: u64) {
    evidence::new(
        claims::tester(),
        root,
        vendor,
        2,
        status,
        19,
        1,
        @0x0,
        platform,
        vector[],
        vector[],
        vector::tabulate!(attributes, |_| 0),
        vector[],
        vector[],
    );
}

#[test]
fun evidence_in_its_bounds() {
    new(@0x1, 1, 1, @0x2, 0);
    new(@0x1, 255, 8, @0x2, 32);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun root_is_not_zero() {
    new(@0x0, 1, 1, @0x2, 16);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun vendor_is_not_zero() {
    new(@0x1, 0, 1, @0x2, 16);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun tcb_status_is_not_zero() {
    new(@0x1, 1, 0, @0x2, 16);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun tcb_status_is_not_revoked() {
    new(@0x1, 1, 9, @0x2, 16);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun platform_is_not_zero() {
    new(@0x1, 1, 1, @0x0, 16);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun attributes_are_at_most_32_bytes() {
    new(@0x1, 1, 1, @0x2, 33);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun verifier_has_a_root() {
    evidence::verifier(claims::tester(), @0x0, false);
}
