#[test_only]
module corridor::chain_tests;

use corridor::{chain, fixtures};
use std::unit_test::assert_eq;

#[test]
fun evm_ids_are_valid_from_1_to_56_bits() {
    assert!(chain::is_valid(1));
    assert!(chain::is_valid(1 << 55));
    assert!(chain::is_valid(0xff_ffff_ffff_ffff));
    assert!(!chain::is_valid(0));
    assert!(!chain::is_valid(0x0100_0000_0000_0000));
}

#[test]
fun sui_ids_are_valid_with_three_zero_bytes() {
    assert!(chain::is_valid(0x53000000_00000000));
    assert!(chain::is_valid(0x53000000_ffffffff));
    assert!(!chain::is_valid(0x53000001_00000000));
    assert!(!chain::is_valid(0x53800000_35834a8a));
}

#[test]
fun every_other_family_is_invalid() {
    256u64.do!(|family| {
        let is_known = family == 0x00 || family == 0x53;
        assert_eq!(chain::is_valid((family << 56) | 1), is_known);
    });
}

#[test]
fun family_names_the_family() {
    assert_eq!(chain::family(1), 0x00);
    assert_eq!(chain::family(fixtures::sui_chain()), 0x53);
}

#[test, expected_failure(abort_code = corridor::chain::EInvalidChain)]
fun family_refuses_zero() {
    chain::family(0);
}

#[test, expected_failure(abort_code = corridor::chain::EInvalidChain)]
fun family_refuses_padding() {
    chain::family(0x53000001_35834a8a);
}

#[test]
fun sui_identifier_fills_the_lower_half() {
    assert_eq!(chain::from_sui_identifier(0x35834a8a), 0x53000000_35834a8a);
    assert_eq!(chain::from_sui_identifier(0xffffffff), 0x53000000_ffffffff);
    assert!(chain::is_valid(chain::from_sui_identifier(0)));
}

#[test]
fun evm_addresses_have_20_bytes() {
    let chain = fixtures::evm_chain();
    assert!(chain::is_well_formed(@0x1, chain));
    assert!(chain::is_well_formed(@0xffffffffffffffffffffffffffffffffffffffff, chain));
    assert!(!chain::is_well_formed(@0x0, chain));
    assert!(!chain::is_well_formed(fixtures::wide_address(), chain));
    assert!(!chain::is_well_formed(fixtures::sui_address(), chain));
}

#[test]
fun sui_addresses_have_32_bytes() {
    let chain = fixtures::sui_chain();
    assert!(chain::is_well_formed(@0x1, chain));
    assert!(chain::is_well_formed(fixtures::wide_address(), chain));
    assert!(chain::is_well_formed(fixtures::sui_address(), chain));
    assert!(!chain::is_well_formed(@0x0, chain));
}
