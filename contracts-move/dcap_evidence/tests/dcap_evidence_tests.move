#[test_only]
module dcap_evidence::dcap_evidence_tests;

use dcap::collateral;
use dcap_evidence::dcap_evidence as adapter;
use std::unit_test;

const INTEL_ROOT: address = @0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3;

#[test]
fun stores_under_one_root_are_told_apart() {
    let ctx = &mut tx_context::dummy();
    let (one, other) = (collateral::new(INTEL_ROOT, ctx), collateral::new(INTEL_ROOT, ctx));
    assert!(adapter::intel(&one) == adapter::intel(&one));
    assert!(adapter::intel(&one) != adapter::intel(&other));
    let (third, fourth) = (collateral::new(@0x51, ctx), collateral::new(@0x51, ctx));
    assert!(adapter::simulated(&third) == adapter::simulated(&third));
    assert!(adapter::simulated(&third) != adapter::simulated(&fourth));
    unit_test::destroy(one);
    unit_test::destroy(other);
    unit_test::destroy(third);
    unit_test::destroy(fourth);
}

#[test, expected_failure(abort_code = adapter::ENotSimulated)]
fun intels_root_is_not_simulated() {
    adapter::simulated(&collateral::new(INTEL_ROOT, &mut tx_context::dummy()));
    abort
}

#[test, expected_failure(abort_code = adapter::ENotIntel)]
fun a_simulated_root_is_not_intels() {
    adapter::intel(&collateral::new(@0x51, &mut tx_context::dummy()));
    abort
}
