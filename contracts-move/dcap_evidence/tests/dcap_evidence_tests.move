#[test_only]
module dcap_evidence::dcap_evidence_tests;

use dcap_evidence::dcap_evidence as adapter;

#[test]
fun intel_and_simulated_roots_are_told_apart() {
    assert!(adapter::intel() != adapter::simulated(@0x51));
}

#[test, expected_failure(abort_code = adapter::ENotSimulated)]
fun intels_root_is_not_simulated() {
    adapter::simulated(@0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3);
}

#[test, expected_failure(abort_code = corridor::evidence::EInvalidEvidence)]
fun root_is_not_zero() {
    adapter::simulated(@0x0);
}
