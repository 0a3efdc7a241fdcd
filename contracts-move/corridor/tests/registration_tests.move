#[test_only]
module corridor::registration_tests;

use corridor::{fixtures, registration::{Self, Registration}};
use std::unit_test::assert_eq;
use sui::hash;

const SIGNER: address = @0x7e5f4552091a69125d5dfcb7b8c2659029395bdf;

fun registration(): Registration {
    on(fixtures::sui_chain(), fixtures::sui_address(), @0xc0)
}

fun on(chain: u64, registry: address, operator: address): Registration {
    registration::new(chain, registry, operator, @0xc1, SIGNER, @0xc2, @0xc3)
}

/// Field by field, what `registration()` is.
fun encoded(): vector<u8> {
    fixtures::join(vector[
        hash::keccak256(&b"corridor.registration.v1"),
        x"5300000035834a8a",
        x"f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f",
        x"00000000000000000000000000000000000000000000000000000000000000c0",
        x"00000000000000000000000000000000000000000000000000000000000000c1",
        x"0000000000000000000000007e5f4552091a69125d5dfcb7b8c2659029395bdf",
        x"00000000000000000000000000000000000000000000000000000000000000c2",
        x"00000000000000000000000000000000000000000000000000000000000000c3",
    ])
}

fun report_data(): vector<u8> {
    fixtures::join(vector[hash::keccak256(&encoded()), @0x0.to_bytes()])
}

#[test]
fun hash_covers_all_232_bytes() {
    assert_eq!(encoded().length(), 232);
    assert_eq!(registration().hash().to_bytes(), hash::keccak256(&encoded()));
}

#[test]
fun report_data_is_the_hash_and_zeros() {
    registration().check_report_data(report_data());
}

#[test]
fun every_field_changes_the_hash() {
    let sui = fixtures::sui_chain();
    let hashes = vector[
        registration::new(sui, @0xc9, @0xc0, @0xc1, @0xc4, @0xc2, @0xc3).hash(),
        registration::new(sui + 1, @0xc9, @0xc0, @0xc1, @0xc4, @0xc2, @0xc3).hash(),
        registration::new(sui, @0xc8, @0xc0, @0xc1, @0xc4, @0xc2, @0xc3).hash(),
        registration::new(sui, @0xc9, @0xc8, @0xc1, @0xc4, @0xc2, @0xc3).hash(),
        registration::new(sui, @0xc9, @0xc0, @0xc8, @0xc4, @0xc2, @0xc3).hash(),
        registration::new(sui, @0xc9, @0xc0, @0xc1, @0xc8, @0xc2, @0xc3).hash(),
        registration::new(sui, @0xc9, @0xc0, @0xc1, @0xc4, @0xc8, @0xc3).hash(),
        registration::new(sui, @0xc9, @0xc0, @0xc1, @0xc4, @0xc2, @0xc8).hash(),
    ];
    hashes.length().do!(|i| i.do!(|j| assert!(hashes[i] != hashes[j])));
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationChain)]
fun new_refuses_an_invalid_chain() {
    on(0, @0x1, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationRegistry)]
fun new_refuses_no_registry() {
    on(fixtures::sui_chain(), @0x0, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationRegistry)]
fun new_refuses_an_evm_registry_of_21_bytes() {
    on(1, fixtures::wide_address(), @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationOperator)]
fun new_refuses_no_operator() {
    on(fixtures::sui_chain(), @0x1, @0x0);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationOperator)]
fun new_refuses_an_evm_operator_of_21_bytes() {
    on(1, @0x1, fixtures::wide_address());
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationChallenge)]
fun new_refuses_no_challenge() {
    registration::new(1, @0x1, @0x1, @0x0, SIGNER, @0x1, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationSigner)]
fun new_refuses_no_signer() {
    registration::new(1, @0x1, @0x1, @0x1, @0x0, @0x1, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationSigner)]
fun new_refuses_a_signer_of_21_bytes() {
    registration::new(1, @0x1, @0x1, @0x1, fixtures::wide_address(), @0x1, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationEncryptionKey)]
fun new_refuses_no_encryption_key() {
    registration::new(1, @0x1, @0x1, @0x1, SIGNER, @0x0, @0x1);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationConfiguration)]
fun new_refuses_no_configuration() {
    registration::new(1, @0x1, @0x1, @0x1, SIGNER, @0x1, @0x0);
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportDataLength)]
fun check_refuses_the_hash_alone() {
    registration().check_report_data(registration().hash().to_bytes());
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportDataLength)]
fun check_refuses_a_trailing_byte() {
    registration().check_report_data(fixtures::join(vector[report_data(), x"00"]));
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportDataPadding)]
fun check_refuses_a_padding_that_starts_with_a_bit() {
    registration().check_report_data(fixtures::patched(report_data(), 32, x"80"));
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportDataPadding)]
fun check_refuses_a_padding_that_ends_with_a_bit() {
    registration().check_report_data(fixtures::patched(report_data(), 63, x"01"));
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportData)]
fun check_refuses_another_hash() {
    registration().check_report_data(fixtures::flipped(report_data(), 31, 0x01));
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportData)]
fun check_refuses_the_report_data_of_another_operator() {
    on(fixtures::sui_chain(), fixtures::sui_address(), @0xc9).check_report_data(report_data());
}
