#[test_only]
module corridor::entry_tests;

use corridor::{entry::{Self, Entry}, fixtures};
use std::unit_test::assert_eq;
use sui::{address, hash};

/// A mask over all attributes.
const SGX_ALL: address = @0xffffffffffffffffffffffffffffffffffffffff000000000000000000000000;
const TDX_ALL: address = @0xffffffffffffffffffffffffffffffff00000000000000000000000000000000;
/// The bytes that must be in a mask, and nothing else.
const SGX_LEAST: address = @0x0200000000000000000000000000000000000000000000000000000000000000;
const TDX_LEAST: address = @0xff00002000000000000000000000000000000000000000000000000000000000;

fun sgx(mask: address, value: address): Entry {
    entry::new(1, 1, fixtures::filler(32), mask, value, fixtures::filler(66), @0xc, 1)
}

fun tdx(mask: address, value: address, launch: vector<u8>): Entry {
    entry::new(1, 2, fixtures::filler(240), mask, value, launch, @0xc, 1)
}

/// Launch fields that pin no migration TD.
fun unpinned(): vector<u8> {
    vector::tabulate!(192, |i| if (i < 144) 7 else 0)
}

fun of(tee: u8, registers: u64, launch: u64) {
    let mask = if (tee == 1) SGX_ALL else TDX_ALL;
    let launch = vector::tabulate!(launch, |_| 0);
    entry::new(1, tee, fixtures::filler(registers), mask, @0x0, launch, @0xc, 1);
}

#[test]
fun sound_entries() {
    sgx(SGX_ALL, @0x0);
    sgx(SGX_LEAST, @0x0);
    sgx(SGX_ALL, @0x0500000000000000e700000000000000000000ff000000000000000000000000);
    tdx(TDX_ALL, @0x0, unpinned());
    tdx(TDX_LEAST, @0x0, unpinned());
    tdx(TDX_ALL, @0x0000001000000000e702060000000000000000000000000000000000000000, unpinned());
    // A migration TD that is pinned may move the trust domain.
    let pinned = fixtures::filler(192);
    tdx(TDX_ALL, @0x0000002000000000000000000000000000000000000000000000000000000000, pinned);
    tdx(TDX_LEAST, @0x0, pinned);
}

#[test]
fun measurement_is_the_hash_of_tag_tee_and_registers() {
    let registers = fixtures::filler(240);
    let mut preimage = hash::keccak256(&b"corridor.measurement.v1");
    preimage.push_back(2);
    preimage.append(registers);
    assert_eq!(entry::measurement(2, registers), address::from_bytes(hash::keccak256(&preimage)));
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tee_type_is_known() {
    of(3, 240, 192);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun verifier_is_not_zero() {
    entry::new(0, 2, fixtures::filler(240), TDX_ALL, @0x0, unpinned(), @0xc, 1);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun configuration_is_not_zero() {
    entry::new(1, 2, fixtures::filler(240), TDX_ALL, @0x0, unpinned(), @0x0, 1);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun entry_ends() {
    entry::new(1, 2, fixtures::filler(240), TDX_ALL, @0x0, unpinned(), @0xc, 0);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun registers_are_not_zero() {
    let registers = vector::tabulate!(240, |_| 0);
    entry::new(1, 2, registers, TDX_ALL, @0x0, unpinned(), @0xc, 1);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun sgx_has_one_register() {
    of(1, 240, 66);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun sgx_has_two_launch_fields() {
    of(1, 32, 192);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_has_five_registers() {
    of(2, 32, 192);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_has_four_launch_fields() {
    of(2, 240, 66);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun sgx_mask_ends_with_the_attributes() {
    sgx(@0xffffffffffffffffffffffffffffffffffffffff800000000000000000000000, @0x0);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_mask_ends_with_the_attributes() {
    tdx(SGX_ALL, @0x0, unpinned());
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun value_is_within_the_mask() {
    sgx(SGX_LEAST, @0x0400000000000000000000000000000000000000000000000000000000000000);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun sgx_mask_has_the_debug_bit() {
    sgx(@0xfdffffffffffffffffffffffffffffffffffffff000000000000000000000000, @0x0);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun sgx_value_is_not_debug() {
    sgx(SGX_ALL, SGX_LEAST);
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_mask_has_every_way_to_look_inside() {
    tdx(@0x7f00002000000000000000000000000000000000000000000000000000000000, @0x0, unpinned());
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_value_is_not_debug() {
    tdx(
        TDX_ALL,
        @0x0100000000000000000000000000000000000000000000000000000000000000,
        unpinned(),
    );
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_value_is_not_migratable() {
    tdx(
        TDX_ALL,
        @0x0000002000000000000000000000000000000000000000000000000000000000,
        unpinned(),
    );
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_mask_has_migratable() {
    tdx(@0xff00000000000000000000000000000000000000000000000000000000000000, @0x0, unpinned());
}

#[test, expected_failure(abort_code = corridor::entry::EInvalidEntry)]
fun tdx_mask_has_migratable_whatever_is_pinned() {
    tdx(
        @0xff00000000000000000000000000000000000000000000000000000000000000,
        @0x0,
        fixtures::filler(192),
    );
}
