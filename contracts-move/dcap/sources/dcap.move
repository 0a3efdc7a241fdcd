/// Verification of Intel DCAP evidence, docs/spec/dcap.md sections 7 to 9.
///
/// Evidence is a quote whose certification data is the machine's PCK certificate as DER; collateral is
/// what `dcap::collateral` admitted. `verify` runs every rule, in order, and the code of an abort is the
/// number of the rule that is broken, in whichever module: 117 is DCAP-117.
///
/// Nothing is trusted but the root of the store, Sui's P-256 and hashes, and Sui's clock. What is signed
/// by whom: the root signs the PCK CA, TCB signing certificates and its CRL; the PCK CA signs the leaf and
/// its CRL; the leaf signs the report of the quoting enclave, which names the attestation key, which signs
/// header and report; a TCB signing certificate signs TCB info and QE identity.
///
/// Both values of s make a signature, so a quote has two valid byte forms: nothing may rely on the hash of
/// evidence being unique.
module dcap::dcap;

use dcap::{
    bytes,
    certificate::{Self, Certificate},
    collateral::{Self, CollateralStore},
    p256,
    quote::{Self, Layout},
    report::{Self, VerifiedReport},
    tcb
};
use std::{bcs, hash};
use sui::{address, clock::Clock, hash as sui_hash};

/// DCAP-90: the store has no PCK CA, with its CRL, that issued the leaf.
const EPckCaMissing: u64 = 90;
/// DCAP-91: the leaf's key did not sign the report of the quoting enclave.
const EInvalidQeReportSignature: u64 = 91;
/// DCAP-92: the quoting enclave vouches for another attestation key.
const EQeReportDataMismatch: u64 = 92;
/// DCAP-93: the attestation key did not sign header and report.
const EInvalidQuoteSignature: u64 = 93;
/// DCAP-100: the store has no TCB info for the machine and the evaluation number.
const ETcbInfoMissing: u64 = 100;
/// DCAP-103: the TCB info is for another PCEID than the leaf's.
const EPceIdMismatch: u64 = 103;
/// DCAP-104: the store has no QE identity for the TEE and the evaluation number.
const EQeIdentityMissing: u64 = 104;

const QE_REPORT_LENGTH: u64 = 384;

/// What the first half of the QE's report data is the SHA-256 of, as BCS writes it.
public struct KeyBinding has drop {
    x: address,
    y: address,
    auth_data: address,
}

/// Judges evidence by the collateral of the evaluation number that the caller names.
///
/// Aborts with the first rule broken of sections 7 to 9.
public fun verify(
    store: &CollateralStore,
    evidence: vector<u8>,
    evaluation_number: u32,
    clock: &Clock,
): VerifiedReport {
    let now = collateral::seconds(clock);
    let evidence = &evidence;
    let layout = quote::read(evidence);
    let leaf = certificate::read(evidence, layout.leaf(), certificate::pck_role());
    let key_id = leaf.authority_key_id();
    assert!(store.has_pck_ca(key_id), EPckCaMissing);
    let pck_ca = store.pck_ca(key_id);
    leaf.check_issued(pck_ca.issuer(), pck_ca.crl().borrow().revoked(), now);
    let signed = check_signatures(evidence, &layout, &leaf);

    let is_tdx = !layout.is_sgx();
    let sgx = leaf.sgx();
    let fmspc = sgx.fmspc();
    assert!(store.has_tcb_info(is_tdx, fmspc, evaluation_number), ETcbInfoMissing);
    let signed_info = store.tcb_info(is_tdx, fmspc, evaluation_number);
    let info = signed_info.document();
    assert!(info.pce_id() == sgx.pce_id(), EPceIdMismatch);
    assert!(store.has_qe_identity(is_tdx, evaluation_number), EQeIdentityMissing);
    let signed_identity = store.qe_identity(is_tdx, evaluation_number);
    let identity = signed_identity.document();
    let end = store.check_in_force(pck_ca, signed_info, signed_identity, now);

    if (is_tdx) tcb::check_module(info, evidence, &layout);
    let qe_report = layout.qe_report();
    identity.check_report(evidence, qe_report);
    let qe = identity.judge(evidence, qe_report);
    let (tcb_status, advisories) = tcb::judge(info, sgx, qe, evidence, &layout);
    report::new(
        object::id(store),
        store.root_fingerprint(),
        signed,
        layout,
        tcb_status,
        advisories,
        fmspc,
        address::from_bytes(sui_hash::keccak256(sgx.ppid())),
        evaluation_number,
        leaf.not_after().min(end),
    )
}

/// From the leaf to the quote's signature: what the attestation key signed.
///
/// Aborts with the first rule broken of DCAP-91 to DCAP-93.
fun check_signatures(evidence: &vector<u8>, layout: &Layout, leaf: &Certificate): vector<u8> {
    let qe_report = layout.qe_report();
    let qe_signature = qe_report + QE_REPORT_LENGTH;
    assert!(
        leaf
            .public_key()
            .verify_at(
                &bytes::slice(evidence, qe_report, qe_signature),
                evidence,
                qe_signature,
            ),
        EInvalidQeReportSignature,
    );
    let signature = layout.body_end() + 4;
    let key = signature + 64;
    let binding = KeyBinding {
        x: bytes::word(evidence, key),
        y: bytes::word(evidence, key + 32),
        auth_data: bytes::word(evidence, qe_signature + 66),
    };
    let bound = address::from_bytes(hash::sha2_256(bcs::to_bytes(&binding)));
    assert!(
        bytes::word(evidence, qe_report + 320) == bound &&
        bytes::is_zero(evidence, qe_report + 352, qe_signature),
        EQeReportDataMismatch,
    );
    let attestation_key = p256::public_key(binding.x.to_u256(), binding.y.to_u256());
    let signed = bytes::slice(evidence, 0, layout.body_end());
    assert!(attestation_key.verify_at(&signed, evidence, signature), EInvalidQuoteSignature);
    signed
}
