/// Intel DCAP as an evidence verifier of `corridor`: docs/spec/contracts.md sections 1 and 3.
///
/// In one transaction: `dcap::dcap::verify` judges evidence by a store of collateral; `judge` hands the report
/// over as `corridor::evidence::Evidence<Dcap>`; `corridor::registry::register` takes that.
///
/// Anyone can make a store, under a root of their own or under Intel's, and leave out of it the CRL by which
/// a key was revoked. So the root of trust of evidence is the store that it was judged by, and the registry
/// takes it under the verifier's number for which governance admitted that store. `intel` introduces a store
/// under the one root of hardware that is on sale; `simulated` one under any other, which governance can admit
/// on a local network only.
///
/// This package and `dcap` are made immutable by the deployment. Where Intel's formats change, others take
/// their place under another number.
module dcap_evidence::dcap_evidence;

use corridor::evidence::{Self, Evidence, Verifier};
use dcap::{collateral::CollateralStore, report::VerifiedReport};
use sui::address;

/// Intel's root is no simulated one.
const ENotSimulated: u64 = 1;
/// The root of the store is not Intel's.
const ENotIntel: u64 = 2;

/// SHA-256 of the certificate of Intel's SGX root CA.
const INTEL_ROOT: address = @0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3;

const INTEL: u8 = 1;
/// As `dcap` and `corridor` number TEE types.
const DCAP_SGX: u8 = 0x00;
const SGX: u8 = 1;
const TDX: u8 = 2;

/// Only this package makes evidence of this type.
public struct Dcap has drop {}

/// This verifier with a store under Intel's root.
///
/// Aborts with `ENotIntel`.
public fun intel(store: &CollateralStore): Verifier {
    assert!(store.root_fingerprint() == INTEL_ROOT, ENotIntel);
    evidence::verifier(Dcap {}, object::id_address(store), true)
}

/// This verifier with a store under the root of a simulated vendor.
///
/// Aborts with `ENotSimulated`.
public fun simulated(store: &CollateralStore): Verifier {
    assert!(store.root_fingerprint() != INTEL_ROOT, ENotSimulated);
    evidence::verifier(Dcap {}, object::id_address(store), false)
}

/// What a verified report says, for the registry to judge.
public fun judge(report: VerifiedReport): Evidence<Dcap> {
    let tee_type = if (report.tee_type() == DCAP_SGX) SGX else TDX;
    let mut family = report.fmspc();
    while (family.length() < 32) family.push_back(0);
    evidence::new(
        Dcap {},
        report.collateral_store().to_address(),
        INTEL,
        tee_type,
        report.tcb_status(),
        report.evaluation_number(),
        report.expires_at(),
        address::from_bytes(family),
        report.platform_id(),
        report.report_data(),
        report.registers(),
        report.privileges(),
        report.launch(),
        report.advisories(),
    )
}
