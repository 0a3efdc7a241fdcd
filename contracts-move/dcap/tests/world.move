/// Everything that a verification needs, as bytes, for tests to change and then to judge: the generated
/// tests and those by hand start from what the simulated platform issued (`dcap::corpus`).
#[test_only]
module dcap::world;

use dcap::{
    bytes,
    certificate,
    collateral::{Self, CollateralStore},
    dcap,
    report::VerifiedReport,
    tcb_info_draft
};
use std::{hash, unit_test};
use sui::{address, clock::{Self, Clock}};

/// The parts, in the order of docs/spec/dcap.md section 2.
const ROOT: u64 = 0;
const ROOT_CRL: u64 = 1;
const TCB_INFO_SIGNER: u64 = 2;
const TCB_INFO: u64 = 3;
const TCB_INFO_SIGNATURE: u64 = 4;
const QE_IDENTITY_SIGNER: u64 = 5;
const QE_IDENTITY: u64 = 6;
const QE_IDENTITY_SIGNATURE: u64 = 7;
const PCK_CA: u64 = 8;
const PCK_CRL: u64 = 9;
const EVIDENCE: u64 = 10;
/// A root CRL that is admitted after all others, right before the verification, unless it is empty.
const LATER_ROOT_CRL: u64 = 11;

/// Parts of a TCB info document that a transaction reads: as many as the longest has.
const ALL_STEPS: u64 = 337;

public struct World has copy, drop {
    root_fingerprint: address,
    parts: vector<vector<u8>>,
    evaluation_number: u32,
    /// Seconds since 1970.
    admitted_at: u64,
    at: u64,
}

public fun new(parts: vector<vector<u8>>, evaluation_number: u32, at: u64): World {
    World {
        root_fingerprint: sha256(parts[ROOT]),
        parts,
        evaluation_number,
        admitted_at: at,
        at,
    }
}

/// Replaces `removed` bytes of a part, from `at` on, by others.
public fun patch(self: &mut World, part: u64, at: u64, removed: u64, inserted: vector<u8>) {
    if (removed == inserted.length()) {
        let bytes = &mut self.parts[part];
        inserted.length().do!(|i| *&mut bytes[at + i] = inserted[i]);
        return
    };
    let old = &self.parts[part];
    let mut new = bytes::slice(old, 0, at);
    new.append(inserted);
    new.append(bytes::slice(old, at + removed, old.length()));
    *&mut self.parts[part] = new;
}

public fun set_part(self: &mut World, part: u64, bytes: vector<u8>) {
    *&mut self.parts[part] = bytes;
}

public fun set_root_fingerprint(self: &mut World, root_fingerprint: address) {
    self.root_fingerprint = root_fingerprint;
}

public fun set_evaluation_number(self: &mut World, evaluation_number: u32) {
    self.evaluation_number = evaluation_number;
}

public fun set_admitted_at(self: &mut World, admitted_at: u64) {
    self.admitted_at = admitted_at;
}

public fun set_at(self: &mut World, at: u64) {
    self.at = at;
}

public fun part(self: &World, part: u64): vector<u8> {
    self.parts[part]
}

public fun root_fingerprint(self: &World): address {
    self.root_fingerprint
}

public fun at(self: &World): u64 {
    self.at
}

/// Admits all collateral into a store of its own, and judges the evidence.
public fun judge(self: &World): VerifiedReport {
    let mut store = self.store();
    let mut clock = clock(self.at);
    if (!self.parts[LATER_ROOT_CRL].is_empty())
        store.upload_root_crl(self.parts[LATER_ROOT_CRL], &clock);
    let report = self.verify(&store, &mut clock);
    unit_test::destroy(clock);
    unit_test::destroy(store);
    report
}

/// Judges the evidence by a store.
public fun verify(self: &World, store: &CollateralStore, clock: &mut Clock): VerifiedReport {
    dcap::verify(store, self.parts[EVIDENCE], self.evaluation_number, clock)
}

/// A store with all collateral.
public fun store(self: &World): CollateralStore {
    let mut store = self.empty_store();
    self.upload_all(&mut store);
    store
}

public fun empty_store(self: &World): CollateralStore {
    collateral::new(self.root_fingerprint, &mut tx_context::dummy())
}

public fun upload_all(self: &World, store: &mut CollateralStore) {
    self.upload_root(store);
    self.upload_root_crl(store);
    self.upload_tcb_info_signer(store);
    self.upload_tcb_info(store);
    // Intel signs both documents with one key.
    if (self.parts[QE_IDENTITY_SIGNER] != self.parts[TCB_INFO_SIGNER])
        self.upload_qe_identity_signer(store);
    self.upload_qe_identity(store);
    self.upload_pck_ca(store);
    self.upload_pck_crl(store);
}

public fun upload_root(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_root(self.parts[ROOT], &clock);
    unit_test::destroy(clock);
}

public fun upload_root_crl(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_root_crl(self.parts[ROOT_CRL], &clock);
    unit_test::destroy(clock);
}

public fun upload_tcb_info_signer(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_tcb_signer(self.parts[TCB_INFO_SIGNER], &clock);
    unit_test::destroy(clock);
}

public fun upload_tcb_info(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    let mut draft = tcb_info_draft::new(&mut tx_context::dummy());
    draft.append(words(self.parts[TCB_INFO]));
    draft.open(
        store,
        self.parts[TCB_INFO].length(),
        self.parts[TCB_INFO_SIGNATURE],
        sha256(self.parts[TCB_INFO_SIGNER]),
        &clock,
    );
    draft.read(ALL_STEPS);
    draft.admit(store, &clock);
    unit_test::destroy(clock);
}

public fun upload_qe_identity_signer(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_tcb_signer(self.parts[QE_IDENTITY_SIGNER], &clock);
    unit_test::destroy(clock);
}

public fun upload_qe_identity(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_qe_identity(
        words(self.parts[QE_IDENTITY]),
        self.parts[QE_IDENTITY].length(),
        self.parts[QE_IDENTITY_SIGNATURE],
        sha256(self.parts[QE_IDENTITY_SIGNER]),
        &clock,
    );
    unit_test::destroy(clock);
}

public fun upload_pck_ca(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_pck_ca(self.parts[PCK_CA], &clock);
    unit_test::destroy(clock);
}

public fun upload_pck_crl(self: &World, store: &mut CollateralStore) {
    let clock = clock(self.admitted_at);
    store.upload_pck_crl(self.pck_ca_key_id(), self.parts[PCK_CRL], &clock);
    unit_test::destroy(clock);
}

/// Subject key identifier of the PCK CA.
public fun pck_ca_key_id(self: &World): vector<u8> {
    let pck_ca = certificate::read(&self.parts[PCK_CA], 0, certificate::pck_ca_role());
    pck_ca.as_issuer().key_id()
}

/// A clock at a time in seconds since 1970.
public fun clock(at: u64): Clock {
    let mut clock = clock::create_for_testing(&mut tx_context::dummy());
    clock.set_for_testing(at * 1_000);
    clock
}

/// A document in words of 32 bytes, the first byte in the least significant place.
public fun words(mut document: vector<u8>): vector<u256> {
    let count = (document.length() + 31) / 32;
    while (document.length() < count * 32) document.push_back(0);
    vector::tabulate!(count, |i| {
        let word = bytes::read_u256(&document, i * 32);
        // From the first byte in the most significant place: neighbouring bytes change places, then
        // pairs, then fours, then eights, then halves.
        let word = swap(
            word,
            8,
            0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff,
        );
        let word = swap(
            word,
            16,
            0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff,
        );
        let word = swap(
            word,
            32,
            0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff,
        );
        let word = swap(
            word,
            64,
            0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff,
        );
        (word << 128) | (word >> 128)
    })
}

fun swap(word: u256, bits: u8, mask: u256): u256 {
    ((word & mask) << bits) | ((word >> bits) & mask)
}

public fun sha256(bytes: vector<u8>): address {
    address::from_bytes(hash::sha2_256(bytes))
}
