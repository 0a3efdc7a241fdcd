/// What Intel's hardware vouches for, docs/spec/dcap.md section 10.
///
/// Only `dcap::dcap::verify` makes a `VerifiedReport`, which lives no longer than the transaction: it can
/// be neither stored nor copied. It says what is so, under the root that it names, and judges no more than
/// section 9 does: whoever takes it checks the root's fingerprint first, then decides on measurement,
/// attributes, TCB status and advisories.
module dcap::report;

use dcap::{bytes, quote::Layout};

/// The report is of the other TEE, which has no such field.
const EOtherTee: u64 = 206;

const SGX: u8 = 0x00;
const TDX: u8 = 0x81;
/// Of TDATTRIBUTES, byte 3.
const MIGRATABLE: u8 = 0x20;

/// A report that was verified.
public struct VerifiedReport has drop {
    collateral_store: ID,
    root_fingerprint: address,
    /// What the attestation key signed: header and report.
    signed: vector<u8>,
    layout: Layout,
    tcb_status: u8,
    advisories: vector<u32>,
    fmspc: vector<u8>,
    platform_id: address,
    evaluation_number: u32,
    expires_at: u64,
}

public(package) fun new(
    collateral_store: ID,
    root_fingerprint: address,
    signed: vector<u8>,
    layout: Layout,
    tcb_status: u8,
    advisories: vector<u32>,
    fmspc: vector<u8>,
    platform_id: address,
    evaluation_number: u32,
    expires_at: u64,
): VerifiedReport {
    VerifiedReport {
        collateral_store,
        root_fingerprint,
        signed,
        layout,
        tcb_status,
        advisories,
        fmspc,
        platform_id,
        evaluation_number,
        expires_at,
    }
}

/// The store whose collateral the judgement rests on.
public fun collateral_store(self: &VerifiedReport): ID {
    self.collateral_store
}

/// SHA-256 of the root certificate that everything rests on. Anyone can make a root of their own: in
/// production, nothing counts but Intel's.
public fun root_fingerprint(self: &VerifiedReport): address {
    self.root_fingerprint
}

/// 0x00 for SGX, 0x81 for TDX.
public fun tee_type(self: &VerifiedReport): u8 {
    if (self.layout.is_sgx()) SGX else TDX
}

/// 3 for SGX, 4 or 5 for TDX.
public fun quote_version(self: &VerifiedReport): u8 {
    self.layout.version()
}

/// Whether it is a TD report 1.5, which has TEE_TCB_SVN2 and MRSERVICETD.
public fun is_td15(self: &VerifiedReport): bool {
    self.layout.is_td15()
}

/// What the enclave or trust domain had to say, 64 bytes.
public fun report_data(self: &VerifiedReport): vector<u8> {
    self.field(if (self.layout.is_sgx()) 320 else 520, 64)
}

/// Code of section 1, never 9 (`Revoked`): 1 `UpToDate`, 2 `SWHardeningNeeded`, 3 `ConfigurationNeeded`,
/// 4 `ConfigurationAndSWHardeningNeeded`, 5 `OutOfDate`, 6 `OutOfDateConfigurationNeeded`,
/// 7 `TDRelaunchAdvised`, 8 `TDRelaunchAdvisedConfigurationNeeded`.
public fun tcb_status(self: &VerifiedReport): u8 {
    self.tcb_status
}

/// Numbers of Intel's security advisories, ascending, no repeats: 615 is INTEL-SA-00615.
public fun advisories(self: &VerifiedReport): vector<u32> {
    self.advisories
}

/// Family of the platform, 6 bytes.
public fun fmspc(self: &VerifiedReport): vector<u8> {
    self.fmspc
}

/// Keccak-256 of the PPID: one machine has one, however many certificates it has.
public fun platform_id(self: &VerifiedReport): address {
    self.platform_id
}

/// TCB evaluation data number of the collateral.
public fun evaluation_number(self: &VerifiedReport): u32 {
    self.evaluation_number
}

/// Last second of the validity of everything that the judgement rests on, since 1970.
public fun expires_at(self: &VerifiedReport): u64 {
    self.expires_at
}

/// Measurement registers side by side: MRENCLAVE, 32 bytes; or MRTD and RTMR0 to RTMR3, 240 bytes.
public fun registers(self: &VerifiedReport): vector<u8> {
    if (self.layout.is_sgx()) return self.field(64, 32);
    let mut registers = self.field(136, 48);
    let body = self.layout.body();
    bytes::extend(&mut registers, &self.signed, body + 328, body + 520);
    registers
}

/// What the hardware lets the environment do: ATTRIBUTES and MISCSELECT, 20 bytes; or TDATTRIBUTES and XFAM, 16
/// bytes.
public fun privileges(self: &VerifiedReport): vector<u8> {
    if (!self.layout.is_sgx()) return self.field(120, 16);
    let mut privileges = self.field(48, 16);
    let body = self.layout.body();
    bytes::extend(&mut privileges, &self.signed, body + 16, body + 20);
    privileges
}

/// What else the owner set at the launch, which no register covers: CONFIGID and CONFIGSVN, 66 bytes; or
/// MRCONFIGID, MROWNER, MROWNERCONFIG and MRSERVICETD, 192 bytes, of which the last is zero in a TD report 1.0.
public fun launch(self: &VerifiedReport): vector<u8> {
    let body = self.layout.body();
    if (self.layout.is_sgx()) {
        let mut launch = self.field(192, 64);
        bytes::extend(&mut launch, &self.signed, body + 260, body + 262);
        return launch
    };
    let mut launch = self.field(184, 144);
    if (self.layout.is_td15()) {
        bytes::extend(&mut launch, &self.signed, body + 600, body + 648);
    } else {
        while (launch.length() < 192) launch.push_back(0);
    };
    launch
}

/// CPUSVN, 16 bytes. This and the following ten are of SGX: they abort with `EOtherTee` for TDX.
public fun cpu_svn(self: &VerifiedReport): vector<u8> {
    self.sgx_field(0, 16)
}

/// MISCSELECT, 4 bytes.
public fun misc_select(self: &VerifiedReport): vector<u8> {
    self.sgx_field(16, 4)
}

/// ISVEXTPRODID, 16 bytes.
public fun isv_ext_prod_id(self: &VerifiedReport): vector<u8> {
    self.sgx_field(32, 16)
}

/// ATTRIBUTES, 16 bytes: flags (8), XFRM (8).
public fun attributes(self: &VerifiedReport): vector<u8> {
    self.sgx_field(48, 16)
}

/// MRENCLAVE, 32 bytes.
public fun mr_enclave(self: &VerifiedReport): vector<u8> {
    self.sgx_field(64, 32)
}

/// MRSIGNER, 32 bytes.
public fun mr_signer(self: &VerifiedReport): vector<u8> {
    self.sgx_field(128, 32)
}

/// CONFIGID, 64 bytes.
public fun config_id(self: &VerifiedReport): vector<u8> {
    self.sgx_field(192, 64)
}

/// ISVPRODID.
public fun isv_prod_id(self: &VerifiedReport): u16 {
    self.sgx_number(256)
}

/// ISVSVN.
public fun isv_svn(self: &VerifiedReport): u16 {
    self.sgx_number(258)
}

/// CONFIGSVN.
public fun config_svn(self: &VerifiedReport): u16 {
    self.sgx_number(260)
}

/// ISVFAMILYID, 16 bytes.
public fun isv_family_id(self: &VerifiedReport): vector<u8> {
    self.sgx_field(304, 16)
}

/// TEE_TCB_SVN of the module that launched the trust domain, 16 bytes. This and all that follow are of
/// TDX: they abort with `EOtherTee` for SGX.
public fun tee_tcb_svn(self: &VerifiedReport): vector<u8> {
    self.tdx_field(0, 16)
}

/// MRSEAM, 48 bytes.
public fun mr_seam(self: &VerifiedReport): vector<u8> {
    self.tdx_field(16, 48)
}

/// MRSIGNERSEAM, 48 bytes.
public fun mr_signer_seam(self: &VerifiedReport): vector<u8> {
    self.tdx_field(64, 48)
}

/// TDATTRIBUTES, 8 bytes.
public fun td_attributes(self: &VerifiedReport): vector<u8> {
    self.tdx_field(120, 8)
}

/// Whether the trust domain may be moved to another machine while it runs: bit 29 of TDATTRIBUTES.
public fun is_migratable(self: &VerifiedReport): bool {
    self.assert_tdx();
    self.signed[self.layout.body() + 123] & MIGRATABLE != 0
}

/// XFAM, 8 bytes.
public fun xfam(self: &VerifiedReport): vector<u8> {
    self.tdx_field(128, 8)
}

/// MRTD, 48 bytes.
public fun mr_td(self: &VerifiedReport): vector<u8> {
    self.tdx_field(136, 48)
}

/// MRCONFIGID, 48 bytes.
public fun mr_config_id(self: &VerifiedReport): vector<u8> {
    self.tdx_field(184, 48)
}

/// MROWNER, 48 bytes.
public fun mr_owner(self: &VerifiedReport): vector<u8> {
    self.tdx_field(232, 48)
}

/// MROWNERCONFIG, 48 bytes.
public fun mr_owner_config(self: &VerifiedReport): vector<u8> {
    self.tdx_field(280, 48)
}

/// RTMR0, 48 bytes.
public fun rtmr0(self: &VerifiedReport): vector<u8> {
    self.tdx_field(328, 48)
}

/// RTMR1, 48 bytes.
public fun rtmr1(self: &VerifiedReport): vector<u8> {
    self.tdx_field(376, 48)
}

/// RTMR2, 48 bytes.
public fun rtmr2(self: &VerifiedReport): vector<u8> {
    self.tdx_field(424, 48)
}

/// RTMR3, 48 bytes.
public fun rtmr3(self: &VerifiedReport): vector<u8> {
    self.tdx_field(472, 48)
}

/// TEE_TCB_SVN2 of the module that runs the trust domain now, 16 bytes; none in a TD report 1.0.
public fun tee_tcb_svn2(self: &VerifiedReport): Option<vector<u8>> {
    self.td15_field(584, 16)
}

/// MRSERVICETD, 48 bytes; none in a TD report 1.0.
public fun mr_service_td(self: &VerifiedReport): Option<vector<u8>> {
    self.td15_field(600, 48)
}

fun sgx_field(self: &VerifiedReport, offset: u64, length: u64): vector<u8> {
    assert!(self.layout.is_sgx(), EOtherTee);
    self.field(offset, length)
}

fun sgx_number(self: &VerifiedReport, offset: u64): u16 {
    assert!(self.layout.is_sgx(), EOtherTee);
    bytes::read_u16(&self.signed, self.layout.body() + offset) as u16
}

fun tdx_field(self: &VerifiedReport, offset: u64, length: u64): vector<u8> {
    self.assert_tdx();
    self.field(offset, length)
}

fun td15_field(self: &VerifiedReport, offset: u64, length: u64): Option<vector<u8>> {
    self.assert_tdx();
    if (self.layout.is_td15()) option::some(self.field(offset, length)) else option::none()
}

fun assert_tdx(self: &VerifiedReport) {
    assert!(!self.layout.is_sgx(), EOtherTee);
}

fun field(self: &VerifiedReport, offset: u64, length: u64): vector<u8> {
    let at = self.layout.body() + offset;
    bytes::slice(&self.signed, at, at + length)
}
