/// Collateral, docs/spec/dcap.md sections 2 and 6: everything that Intel publishes to judge evidence by,
/// admitted part by part into a shared store.
///
/// Anyone may make a store, and anyone may upload: what is admitted is signed under the one root whose
/// fingerprint the store is made with. So a report says which root it rests on, and whoever takes reports
/// accepts those of Intel's root only.
///
/// Nothing is removed. TCB info and QE identities are kept for each TCB evaluation number, and newer ones
/// replace only those of their own number, so that nobody can lock others out with early collateral. What
/// has expired, or what a newer root CRL revokes, stays and is refused when it is used.
///
/// Each upload runs the rules of its part, in the order of section 6, before it stores anything. The order
/// of uploads is that of section 2: root, root CRL, TCB signing certificate, then TCB info
/// (`dcap::tcb_info_draft`) and QE identity; PCK CA, then its CRL.
///
/// A transaction passes at most 16 KiB as one argument, about 300 entries of a CRL at 1,600 instructions
/// each. A longer one is put together within the transaction, with `std::vector::append`.
module dcap::collateral;

use dcap::{
    admitted::{Self, Basis, PckCa, RevocationList, Signed, TcbSigner},
    certificate::{Self, Certificate, Issuer},
    crl::{Self, Crl},
    json,
    qe_identity::{Self, QeIdentity},
    tcb_info::TcbInfo
};
use std::{bcs, hash};
use sui::{address, clock::Clock, dynamic_field, event};

/// DCAP-50: the SHA-256 of the certificate is not the fingerprint of the store.
const EUntrustedRoot: u64 = 50;
/// DCAP-70: the signature is not 64 bytes, or the TCB signing key did not sign the document.
const EInvalidQeIdentitySignature: u64 = 70;
/// DCAP-80: what the upload rests on is not in the store.
const ECollateralMissing: u64 = 80;
/// DCAP-81: the store holds the same, as new or newer.
const ECollateralNotNewer: u64 = 81;
/// DCAP-101: something that the upload or the judgement rests on has expired.
const ECollateralExpired: u64 = 101;
/// DCAP-102: a certificate that the upload or the judgement rests on is on the root CRL.
const ECollateralRevoked: u64 = 102;

/// Parts of collateral, by their subsection of section 6.
const ROOT: u8 = 1;
const ROOT_CRL: u8 = 2;
const TCB_SIGNING: u8 = 3;
const TCB_INFO: u8 = 4;
const QE_IDENTITY: u8 = 5;
const PCK_CA: u8 = 6;
const PCK_CRL: u8 = 7;

/// Admitted collateral under one root.
public struct CollateralStore has key {
    id: UID,
    /// SHA-256 of the root certificate; never changes.
    root_fingerprint: address,
    root: Option<Root>,
    root_crl: Option<RevocationList>,
}

public struct Root has drop, store {
    issuer: Issuer,
    /// Seconds since 1970.
    not_after: u64,
}

/// Key of a TCB signing certificate: its SHA-256.
public struct TcbSignerKey(address) has copy, drop, store;

/// Key of a PCK CA: its subject key identifier, 20 bytes.
public struct PckCaKey(vector<u8>) has copy, drop, store;

/// Key of TCB info.
public struct TcbInfoKey has copy, drop, store {
    is_tdx: bool,
    fmspc: vector<u8>,
    evaluation_number: u32,
}

/// Key of a QE identity.
public struct QeIdentityKey has copy, drop, store {
    is_tdx: bool,
    evaluation_number: u32,
}

/// A part of collateral was admitted.
public struct CollateralAdmitted has copy, drop {
    store: ID,
    /// The subsection of section 6: 1 root, 2 root CRL, 3 TCB signing certificate, 4 TCB info,
    /// 5 QE identity, 6 PCK CA, 7 PCK CRL.
    part: u8,
    /// Of a certificate its SHA-256, of a CRL the issuer's key identifier, of a document the BCS bytes of
    /// its key.
    key: vector<u8>,
    /// Last second of its validity, since 1970.
    expires_at: u64,
}

/// An empty store for the root certificate with the SHA-256 `root_fingerprint`. It is of use once it is
/// shared.
public fun new(root_fingerprint: address, ctx: &mut TxContext): CollateralStore {
    CollateralStore {
        id: object::new(ctx),
        root_fingerprint,
        root: option::none(),
        root_crl: option::none(),
    }
}

/// Shares a new store.
public fun share(self: CollateralStore) {
    transfer::share_object(self)
}

/// Admits the root certificate, DER. Once it is there, this does nothing.
///
/// Aborts with `EUntrustedRoot`, then the rules of section 4 and DCAP-33 to DCAP-35.
public fun upload_root(self: &mut CollateralStore, root: vector<u8>, clock: &Clock) {
    let fingerprint = fingerprint(root);
    assert!(fingerprint == self.root_fingerprint, EUntrustedRoot);
    let certificate = certificate::read(&root, 0, certificate::root_role());
    let issuer = certificate.as_issuer();
    certificate.check_issuer_and_dates(&issuer, seconds(clock));
    if (self.root.is_some()) return;
    let not_after = certificate.not_after();
    self.root.fill(Root { issuer, not_after });
    self.announce(ROOT, fingerprint.to_bytes(), not_after);
}

/// Admits a root CRL, DER. What it revokes is refused from now on.
///
/// Aborts with the first rule broken of DCAP-80, DCAP-101, DCAP-51 to DCAP-57, DCAP-81.
public fun upload_root_crl(self: &mut CollateralStore, crl: vector<u8>, clock: &Clock) {
    let now = seconds(clock);
    assert!(self.root.is_some(), ECollateralMissing);
    let root = self.root.borrow();
    assert!(now <= root.not_after, ECollateralExpired);
    let crl = crl::read(&crl);
    crl.check(&root.issuer, now);
    let key_id = root.issuer.key_id();
    replace_crl(&mut self.root_crl, &crl);
    self.announce(ROOT_CRL, key_id, crl.next_update());
}

/// Admits a TCB signing certificate, DER. Once it is there, this does nothing.
///
/// Aborts with the first rule broken of DCAP-80, DCAP-101, section 4, DCAP-33 to DCAP-37.
public fun upload_tcb_signer(self: &mut CollateralStore, signer: vector<u8>, clock: &Clock) {
    let fingerprint = fingerprint(signer);
    let certificate = self.read_issued(&signer, certificate::tcb_signing_role(), clock);
    if (self.has_tcb_signer(fingerprint)) return;
    let signer = admitted::tcb_signer(&certificate);
    dynamic_field::add(&mut self.id, TcbSignerKey(fingerprint), signer);
    self.announce(TCB_SIGNING, fingerprint.to_bytes(), certificate.not_after());
}

/// Admits a QE identity: its JSON as signed, `length` bytes in words of 32, the first byte of each in the
/// least significant place and zeros behind the end; its signature, 64 bytes r and s; and the SHA-256 of
/// the TCB signing certificate.
///
/// Aborts with the first rule broken of DCAP-80, DCAP-101, DCAP-102, DCAP-70 to DCAP-74 and DCAP-63 to
/// DCAP-66, DCAP-81; with `dcap::json::EInvalidWords` if the words do not have that length.
public fun upload_qe_identity(
    self: &mut CollateralStore,
    words: vector<u256>,
    length: u64,
    signature: vector<u8>,
    signer: address,
    clock: &Clock,
) {
    let now = seconds(clock);
    let signer = self.tcb_signer(signer, now);
    let json = json::new(words, length, qe_identity::malformed());
    assert!(signer.has_signed(&json.document(), &signature), EInvalidQeIdentitySignature);
    let identity = qe_identity::read(json, now);
    let expires_at = identity.next_update();
    let key = QeIdentityKey {
        is_tdx: identity.is_tdx(),
        evaluation_number: identity.evaluation_number(),
    };
    if (dynamic_field::exists_(&self.id, key)) {
        let old = self.qe_identity(key.is_tdx, key.evaluation_number);
        check_newer(
            old.document().issue_date(),
            old.document().next_update().min(old.document_basis().not_after()),
            identity.issue_date(),
            expires_at.min(signer.signer_basis().not_after()),
        );
        let _: Signed<QeIdentity> = dynamic_field::remove(&mut self.id, key);
    };
    dynamic_field::add(&mut self.id, key, admitted::signed(identity, &signer));
    self.announce(QE_IDENTITY, bcs::to_bytes(&key), expires_at);
}

/// Admits a PCK CA certificate, DER. Once it is there, this does nothing. Another certificate for its name
/// and key takes its place if that is valid for longer; its CRL stays.
///
/// Aborts with the first rule broken of DCAP-80, DCAP-101, section 4, DCAP-33 to DCAP-37, DCAP-81.
public fun upload_pck_ca(self: &mut CollateralStore, pck_ca: vector<u8>, clock: &Clock) {
    let certificate = self.read_issued(&pck_ca, certificate::pck_ca_role(), clock);
    let new = admitted::pck_ca(&certificate);
    let key = PckCaKey(new.issuer().key_id());
    if (dynamic_field::exists_(&self.id, key)) {
        let old: &mut PckCa = dynamic_field::borrow_mut(&mut self.id, key);
        let is_same_ca = old.issuer() == new.issuer();
        // Intel's serial numbers are hashes of the key: a certificate that renews another has the same.
        if (is_same_ca && old.ca_basis() == new.ca_basis()) return;
        assert!(
            is_same_ca && old.ca_basis().not_after() < new.ca_basis().not_after(),
            ECollateralNotNewer,
        );
        old.renew(&certificate);
    } else {
        dynamic_field::add(&mut self.id, key, new);
    };
    self.announce(PCK_CA, fingerprint(pck_ca).to_bytes(), certificate.not_after());
}

/// Admits the CRL, DER, of the PCK CA with the subject key identifier `key_id`, 20 bytes.
///
/// Aborts with the first rule broken of DCAP-80, DCAP-101, DCAP-102, DCAP-51 to DCAP-57, DCAP-81.
public fun upload_pck_crl(
    self: &mut CollateralStore,
    key_id: vector<u8>,
    crl: vector<u8>,
    clock: &Clock,
) {
    let now = seconds(clock);
    let key = PckCaKey(key_id);
    assert!(dynamic_field::exists_(&self.id, key), ECollateralMissing);
    self.check_root(now);
    let pck_ca: &PckCa = dynamic_field::borrow(&self.id, key);
    self.check_basis(pck_ca.ca_basis(), now);
    let crl = crl::read(&crl);
    crl.check(pck_ca.issuer(), now);
    let pck_ca: &mut PckCa = dynamic_field::borrow_mut(&mut self.id, key);
    replace_crl(pck_ca.crl_mut(), &crl);
    self.announce(PCK_CRL, key_id, crl.next_update());
}

/// SHA-256 of the root certificate that everything here rests on.
public fun root_fingerprint(self: &CollateralStore): address {
    self.root_fingerprint
}

/// Whether the root certificate is there.
public fun has_root(self: &CollateralStore): bool {
    self.root.is_some()
}

/// This update of the root CRL, in seconds since 1970; 0 if there is none. Only a newer one is admitted.
public fun root_crl_date(self: &CollateralStore): u64 {
    if (self.root_crl.is_none()) return 0;
    self.root_crl.borrow().this_update()
}

/// Whether a TCB signing certificate is there, by its SHA-256.
public fun has_tcb_signer(self: &CollateralStore, signer: address): bool {
    dynamic_field::exists_(&self.id, TcbSignerKey(signer))
}

/// Issue date of TCB info, in seconds since 1970; 0 if there is none. Only a newer one is admitted.
public fun tcb_info_date(
    self: &CollateralStore,
    is_tdx: bool,
    fmspc: vector<u8>,
    evaluation_number: u32,
): u64 {
    let key = TcbInfoKey { is_tdx, fmspc, evaluation_number };
    if (!dynamic_field::exists_(&self.id, key)) return 0;
    self.tcb_info(is_tdx, fmspc, evaluation_number).document().issue_date()
}

/// Issue date of a QE identity, in seconds since 1970; 0 if there is none. Only a newer one is admitted.
public fun qe_identity_date(self: &CollateralStore, is_tdx: bool, evaluation_number: u32): u64 {
    let key = QeIdentityKey { is_tdx, evaluation_number };
    if (!dynamic_field::exists_(&self.id, key)) return 0;
    self.qe_identity(is_tdx, evaluation_number).document().issue_date()
}

/// Last second of a PCK CA's validity, since 1970, by its subject key identifier; 0 if it is not there.
public fun pck_ca_end(self: &CollateralStore, key_id: vector<u8>): u64 {
    if (!dynamic_field::exists_(&self.id, PckCaKey(key_id))) return 0;
    self.pck_ca(key_id).ca_basis().not_after()
}

/// This update of a PCK CA's CRL, by its subject key identifier, in seconds since 1970; 0 if there is
/// none. Only a newer one is admitted.
public fun pck_crl_date(self: &CollateralStore, key_id: vector<u8>): u64 {
    if (!self.has_pck_ca(key_id)) return 0;
    self.pck_ca(key_id).crl().borrow().this_update()
}

/// Whether a PCK CA is there with its CRL.
public(package) fun has_pck_ca(self: &CollateralStore, key_id: vector<u8>): bool {
    dynamic_field::exists_(&self.id, PckCaKey(key_id)) && self.pck_ca(key_id).crl().is_some()
}

public(package) fun pck_ca(self: &CollateralStore, key_id: vector<u8>): &PckCa {
    dynamic_field::borrow(&self.id, PckCaKey(key_id))
}

public(package) fun has_tcb_info(
    self: &CollateralStore,
    is_tdx: bool,
    fmspc: vector<u8>,
    evaluation_number: u32,
): bool {
    dynamic_field::exists_(&self.id, TcbInfoKey { is_tdx, fmspc, evaluation_number })
}

public(package) fun tcb_info(
    self: &CollateralStore,
    is_tdx: bool,
    fmspc: vector<u8>,
    evaluation_number: u32,
): &Signed<TcbInfo> {
    dynamic_field::borrow(&self.id, TcbInfoKey { is_tdx, fmspc, evaluation_number })
}

public(package) fun has_qe_identity(
    self: &CollateralStore,
    is_tdx: bool,
    evaluation_number: u32,
): bool {
    dynamic_field::exists_(&self.id, QeIdentityKey { is_tdx, evaluation_number })
}

public(package) fun qe_identity(
    self: &CollateralStore,
    is_tdx: bool,
    evaluation_number: u32,
): &Signed<QeIdentity> {
    dynamic_field::borrow(&self.id, QeIdentityKey { is_tdx, evaluation_number })
}

/// The TCB signing certificate with the SHA-256 `signer`, for an upload at `now`.
///
/// Aborts with `ECollateralMissing`, `ECollateralExpired`, `ECollateralRevoked`.
public(package) fun tcb_signer(self: &CollateralStore, signer: address, now: u64): TcbSigner {
    assert!(self.has_tcb_signer(signer), ECollateralMissing);
    let signer: TcbSigner = *dynamic_field::borrow(&self.id, TcbSignerKey(signer));
    self.check_root(now);
    self.check_basis(signer.signer_basis(), now);
    signer
}

/// Stores TCB info that `signer` signed.
///
/// Aborts with `ECollateralNotNewer`.
public(package) fun put_tcb_info(self: &mut CollateralStore, info: TcbInfo, signer: &TcbSigner) {
    let expires_at = info.next_update();
    let key = TcbInfoKey {
        is_tdx: info.is_tdx(),
        fmspc: info.fmspc(),
        evaluation_number: info.evaluation_number(),
    };
    if (dynamic_field::exists_(&self.id, key)) {
        let old = self.tcb_info(key.is_tdx, key.fmspc, key.evaluation_number);
        check_newer(
            old.document().issue_date(),
            old.document().next_update().min(old.document_basis().not_after()),
            info.issue_date(),
            expires_at.min(signer.signer_basis().not_after()),
        );
        let _: Signed<TcbInfo> = dynamic_field::remove(&mut self.id, key);
    };
    dynamic_field::add(&mut self.id, key, admitted::signed(info, signer));
    self.announce(TCB_INFO, bcs::to_bytes(&key), expires_at);
}

/// Checks that all that a judgement rests on is in force at `now`: the earliest end of it.
///
/// Aborts with `ECollateralExpired`, `ECollateralRevoked`.
public(package) fun check_in_force(
    self: &CollateralStore,
    pck_ca: &PckCa,
    info: &Signed<TcbInfo>,
    identity: &Signed<QeIdentity>,
    now: u64,
): u64 {
    let root_crl = self.root_crl.borrow();
    let end = self
        .root
        .borrow()
        .not_after
        .min(root_crl.next_update())
        .min(pck_ca.ca_basis().not_after())
        .min(pck_ca.crl().borrow().next_update())
        .min(info.document().next_update())
        .min(info.document_basis().not_after())
        .min(identity.document().next_update())
        .min(identity.document_basis().not_after());
    assert!(now <= end, ECollateralExpired);
    let revoked = root_crl.revoked();
    assert!(
        !certificate::lists(revoked, pck_ca.ca_basis().serial()) &&
        !certificate::lists(revoked, info.document_basis().serial()) &&
        !certificate::lists(revoked, identity.document_basis().serial()),
        ECollateralRevoked,
    );
    end
}

/// Reads a certificate that the root issued.
fun read_issued(self: &CollateralStore, bytes: &vector<u8>, role: u8, clock: &Clock): Certificate {
    let now = seconds(clock);
    assert!(self.root.is_some() && self.root_crl.is_some(), ECollateralMissing);
    self.check_root(now);
    let certificate = certificate::read(bytes, 0, role);
    certificate.check_issued(&self.root.borrow().issuer, self.root_crl.borrow().revoked(), now);
    certificate
}

/// Checks that root and root CRL, which are there, are in force.
fun check_root(self: &CollateralStore, now: u64) {
    assert!(
        now <= self.root.borrow().not_after && now <= self.root_crl.borrow().next_update(),
        ECollateralExpired,
    );
}

/// Checks that a certificate that the root issued is in force still.
fun check_basis(self: &CollateralStore, basis: &Basis, now: u64) {
    assert!(now <= basis.not_after(), ECollateralExpired);
    let revoked = self.root_crl.borrow().revoked();
    assert!(!certificate::lists(revoked, basis.serial()), ECollateralRevoked);
}

/// Puts a CRL in the place of an older one.
/// A document is newer by its date; or it is in force for longer, as under a certificate of the same key that
/// renews the other's.
fun check_newer(old_date: u64, old_end: u64, date: u64, end: u64) {
    assert!(old_date < date || (old_date == date && old_end < end), ECollateralNotNewer);
}

fun replace_crl(place: &mut Option<RevocationList>, crl: &Crl) {
    assert!(
        place.is_none() || place.borrow().this_update() < crl.this_update(),
        ECollateralNotNewer,
    );
    *place = option::some(admitted::revocation_list(crl));
}

fun announce(self: &CollateralStore, part: u8, key: vector<u8>, expires_at: u64) {
    event::emit(CollateralAdmitted { store: object::id(self), part, key, expires_at });
}

fun fingerprint(bytes: vector<u8>): address {
    address::from_bytes(hash::sha2_256(bytes))
}

/// The clock's time in whole seconds since 1970.
public(package) fun seconds(clock: &Clock): u64 {
    clock.timestamp_ms() / 1_000
}
