/// The getters of a report, against the bytes of the evidence at the offsets of docs/spec/dcap.md section 3.
#[test_only]
module dcap::report_tests;

use dcap::{corpus, report::VerifiedReport, world};
use std::unit_test::{Self, assert_eq};
use sui::hash;

const EVIDENCE: u64 = 10;

/// `length` bytes of the evidence at `at`.
fun part(world: &world::World, at: u64, length: u64): vector<u8> {
    let evidence = world.part(EVIDENCE);
    vector::tabulate!(length, |i| evidence[at + i])
}

/// Whether the parts that a registry judges are the report's own bytes, side by side.
fun assert_parts(report: &VerifiedReport, is_td15: bool) {
    if (report.tee_type() == 0x00) {
        assert_eq!(report.registers(), report.mr_enclave());
        let mut privileges = report.attributes();
        privileges.append(report.misc_select());
        assert_eq!(report.privileges(), privileges);
        let svn = report.config_svn();
        let mut launch = report.config_id();
        launch.append(vector[(svn % 256) as u8, (svn / 256) as u8]);
        assert_eq!(report.launch(), launch);
        return
    };
    let mut registers = report.mr_td();
    vector[report.rtmr0(), report.rtmr1(), report.rtmr2(), report.rtmr3()].do!(|register| {
        registers.append(register)
    });
    assert_eq!(report.registers(), registers);
    let mut privileges = report.td_attributes();
    privileges.append(report.xfam());
    assert_eq!(report.privileges(), privileges);
    let mut launch = report.mr_config_id();
    launch.append(report.mr_owner());
    launch.append(report.mr_owner_config());
    launch.append(if (is_td15) report.mr_service_td().destroy_some()
    else vector::tabulate!(48, |_| 0));
    assert_eq!(report.launch(), launch);
}

#[test]
fun parts_that_a_registry_judges_are_side_by_side_for_sgx() {
    assert_parts(&corpus::sgx3().judge(), false);
}

#[test]
fun parts_that_a_registry_judges_are_side_by_side_for_tdx() {
    assert_parts(&corpus::tdx4().judge(), false);
}

#[test]
fun parts_that_a_registry_judges_are_side_by_side_for_td15() {
    assert_parts(&corpus::tdx5td15().judge(), true);
}

#[test]
fun report_names_its_root_and_store() {
    let world = corpus::tdx4();
    let store = world.store();
    let mut clock = world::clock(world.at());
    let report = world.verify(&store, &mut clock);
    assert_eq!(report.root_fingerprint(), world.root_fingerprint());
    assert_eq!(report.collateral_store(), object::id(&store));
    unit_test::destroy(clock);
    unit_test::destroy(store);
}

#[test]
fun sgx_report_has_the_fields_of_the_enclave() {
    let world = corpus::sgx3();
    let report = world.judge();
    assert_eq!(report.tee_type(), 0x00);
    assert_eq!(report.quote_version(), 3);
    assert!(!report.is_td15());
    assert_eq!(report.cpu_svn(), part(&world, 48, 16));
    assert_eq!(report.misc_select(), part(&world, 48 + 16, 4));
    assert_eq!(report.isv_ext_prod_id(), part(&world, 48 + 32, 16));
    assert_eq!(report.attributes(), part(&world, 48 + 48, 16));
    assert_eq!(report.mr_enclave(), part(&world, 48 + 64, 32));
    assert_eq!(report.mr_signer(), part(&world, 48 + 128, 32));
    assert_eq!(report.config_id(), part(&world, 48 + 192, 64));
    let numbers = part(&world, 48 + 256, 6);
    assert_eq!(report.isv_prod_id(), (numbers[0] as u16) + 256 * (numbers[1] as u16));
    assert_eq!(report.isv_svn(), (numbers[2] as u16) + 256 * (numbers[3] as u16));
    assert_eq!(report.config_svn(), (numbers[4] as u16) + 256 * (numbers[5] as u16));
    assert_eq!(report.isv_family_id(), part(&world, 48 + 304, 16));
    assert_eq!(report.report_data(), part(&world, 48 + 320, 64));
    assert_judgement(&report);
}

#[test]
fun tdx_report_has_the_fields_of_the_trust_domain() {
    let world = corpus::tdx4();
    let report = world.judge();
    assert_eq!(report.quote_version(), 4);
    assert!(!report.is_td15());
    assert_td_fields(&world, &report, 48);
    assert!(report.tee_tcb_svn2().is_none());
    assert!(report.mr_service_td().is_none());
    assert_judgement(&report);
}

#[test]
fun td_report_15_has_two_fields_more() {
    let world = corpus::tdx5td15();
    let report = world.judge();
    assert_eq!(report.quote_version(), 5);
    assert!(report.is_td15());
    assert_td_fields(&world, &report, 54);
    assert_eq!(report.tee_tcb_svn2(), option::some(part(&world, 54 + 584, 16)));
    assert_eq!(report.mr_service_td(), option::some(part(&world, 54 + 600, 48)));
    assert_judgement(&report);
}

#[test]
fun td_report_10_in_version_5_is_one() {
    let world = corpus::tdx5();
    let report = world.judge();
    assert_eq!(report.quote_version(), 5);
    assert!(!report.is_td15());
    assert_td_fields(&world, &report, 54);
}

fun assert_td_fields(world: &world::World, report: &VerifiedReport, body: u64) {
    assert_eq!(report.tee_type(), 0x81);
    assert_eq!(report.tee_tcb_svn(), part(world, body, 16));
    assert_eq!(report.mr_seam(), part(world, body + 16, 48));
    assert_eq!(report.mr_signer_seam(), part(world, body + 64, 48));
    assert_eq!(report.td_attributes(), part(world, body + 120, 8));
    assert_eq!(report.xfam(), part(world, body + 128, 8));
    assert_eq!(report.mr_td(), part(world, body + 136, 48));
    assert_eq!(report.mr_config_id(), part(world, body + 184, 48));
    assert_eq!(report.mr_owner(), part(world, body + 232, 48));
    assert_eq!(report.mr_owner_config(), part(world, body + 280, 48));
    assert_eq!(report.rtmr0(), part(world, body + 328, 48));
    assert_eq!(report.rtmr1(), part(world, body + 376, 48));
    assert_eq!(report.rtmr2(), part(world, body + 424, 48));
    assert_eq!(report.rtmr3(), part(world, body + 472, 48));
    assert_eq!(report.report_data(), part(world, body + 520, 64));
    let attributes = part(world, body + 120, 8);
    assert_eq!(report.is_migratable(), attributes[3] & 0x20 != 0);
}

fun assert_judgement(report: &VerifiedReport) {
    assert_eq!(report.tcb_status(), 1);
    assert_eq!(report.advisories(), vector[]);
    assert_eq!(report.fmspc(), x"90c06f000000");
    assert_eq!(report.evaluation_number(), 19);
    // The PPID of the simulated platform.
    let ppid = x"29ac2427e56186516282827a18092f84";
    assert_eq!(report.platform_id().to_bytes(), hash::keccak256(&ppid));
}

#[test, expected_failure(abort_code = dcap::report::EOtherTee)]
fun tdx_has_no_mr_enclave() {
    corpus::tdx4().judge().mr_enclave();
}

#[test, expected_failure(abort_code = dcap::report::EOtherTee)]
fun tdx_has_no_isv_svn() {
    corpus::tdx4().judge().isv_svn();
}

#[test, expected_failure(abort_code = dcap::report::EOtherTee)]
fun sgx_has_no_mr_td() {
    corpus::sgx3().judge().mr_td();
}

#[test, expected_failure(abort_code = dcap::report::EOtherTee)]
fun sgx_has_no_mr_service_td() {
    corpus::sgx3().judge().mr_service_td();
}

#[test, expected_failure(abort_code = dcap::report::EOtherTee)]
fun sgx_has_no_migration() {
    corpus::sgx3().judge().is_migratable();
}
