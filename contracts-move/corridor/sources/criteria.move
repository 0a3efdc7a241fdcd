/// What a key must meet to count, and what it is judged by: docs/spec/contracts.md sections 2 and 3.
///
/// Two epochs make changes felt at once, wherever they are felt:
///
/// - the *judgement epoch* rises with every tightening, and no key counts until it is judged again under the
///   new one (INV-22);
/// - the *revocation epoch* rises with every tightening and every revocation, and closes every root that an
///   inbox keeps (INV-21).
///
/// Loosening moves neither. This module holds the state and judges; who may change it is the matter of
/// `corridor::tightening`, `corridor::loosening` and `corridor::registry`.
module corridor::criteria;

use corridor::{entry::Entry, evidence::{Evidence, Verifier}, facts::Facts};
use sui::{address, table::{Self, Table}};

/// The verifier that judged the evidence is not admitted under that number, or not with that root.
const EVerifierNotAdmitted: u64 = 1;
/// The operator is not admitted.
const EOperatorNotAdmitted: u64 = 2;
/// The entry was removed, or never existed.
const EEntryNotListed: u64 = 3;
/// The measurement was revoked.
const EMeasurementRevoked: u64 = 4;
/// The TCB status is none of those accepted.
const ETcbStatusNotAccepted: u64 = 5;
/// The evaluation number of the collateral is below the minimum.
const EEvaluationNumberTooLow: u64 = 6;
/// One of the advisories is on the deny list.
const EAdvisoryDenied: u64 = 7;
/// The platform is denied or revoked, or must be listed and is not.
const EPlatformDenied: u64 = 8;
/// The platform family is denied, or must be listed and is not.
const EPlatformFamilyDenied: u64 = 9;
/// The evidence or the entry is past its end.
const EEvidenceExpired: u64 = 10;
/// Not a kind of subject that can be denied or listed, or a value that none of the kind has.
const EInvalidSubject: u64 = 11;
/// The code is none of a TCB status that can be accepted: 1 to 8.
const EInvalidTcbStatus: u64 = 12;
/// It is so already.
const ENoChange: u64 = 13;

/// Kinds of subjects.
const ADVISORY: u8 = 1;
const PLATFORM: u8 = 2;
const FAMILY: u8 = 3;

/// Kinds of revocations.
const REVOKED_SIGNER: u8 = 1;
const REVOKED_PLATFORM: u8 = 2;
const REVOKED_MEASUREMENT: u8 = 3;

const NEUTRAL: u8 = 0;
const DENIED: u8 = 1;
const LISTED: u8 = 2;

const MAX_STATUS: u8 = 8;
const MAX_ADVISORY: u256 = 0xffff_ffff;

public struct Criteria has store {
    judgement_epoch: u32,
    revocation_epoch: u32,
    minimum_evaluation_number: u32,
    /// Bit i for status i.
    accepted_tcb_statuses: u16,
    must_list_platforms: bool,
    must_list_families: bool,
    /// The secp256k1 address whose signature revokes anything; zero for none.
    revocation_key: address,
    denied_advisories: u64,
    operators: Table<ID, Operator>,
    /// Numbers count from 1 and are never used again.
    verifiers: Table<u32, Verifier>,
    last_verifier: u32,
    entries: Table<u32, Entry>,
    last_entry: u32,
    standings: Table<Subject, u8>,
    revoked: Table<Target, bool>,
}

/// An operator keeps its index for ever, admitted or not.
public struct Operator has copy, drop, store {
    index: u16,
    is_admitted: bool,
}

/// An advisory by its number, a platform by its id, a family left-aligned.
public struct Subject has copy, drop, store {
    kind: u8,
    value: address,
}

/// Something revoked, as in docs/spec/protocol.md section 10.
public struct Target has copy, drop, store {
    kind: u8,
    value: address,
}

public(package) fun new(ctx: &mut TxContext): Criteria {
    Criteria {
        judgement_epoch: 0,
        revocation_epoch: 0,
        minimum_evaluation_number: 0,
        accepted_tcb_statuses: 0,
        must_list_platforms: false,
        must_list_families: false,
        revocation_key: @0x0,
        denied_advisories: 0,
        operators: table::new(ctx),
        verifiers: table::new(ctx),
        last_verifier: 0,
        entries: table::new(ctx),
        last_entry: 0,
        standings: table::new(ctx),
        revoked: table::new(ctx),
    }
}

// Judging.

/// The code of the first rule that facts break at a time, or zero: then the key qualifies.
public(package) fun broken_rule(self: &Criteria, facts: &Facts, now: u64): u64 {
    if (!self.verifiers.contains(facts.verifier())) return EVerifierNotAdmitted;
    if (!self.is_admitted(facts.operator())) return EOperatorNotAdmitted;
    if (!self.entries.contains(facts.entry())) return EEntryNotListed;
    if (self.is_revoked(REVOKED_MEASUREMENT, facts.measurement())) return EMeasurementRevoked;
    if ((self.accepted_tcb_statuses >> facts.tcb_status()) & 1 == 0) return ETcbStatusNotAccepted;
    if (facts.evaluation_number() < self.minimum_evaluation_number) return EEvaluationNumberTooLow;
    if (self.denies_one_of(facts.advisories())) return EAdvisoryDenied;
    let platform = facts.platform_id();
    if (
        self.is_revoked(REVOKED_PLATFORM, platform) ||
        self.keeps_out(PLATFORM, platform, self.must_list_platforms)
    ) return EPlatformDenied;
    if (self.keeps_out(FAMILY, facts.platform_family(), self.must_list_families))
        return EPlatformFamilyDenied;
    let end = facts.expires_at().min(self.entries[facts.entry()].not_after());
    if (now > end) EEvidenceExpired else 0
}

/// Aborts with the first rule that facts break.
public(package) fun assert_qualifies(self: &Criteria, facts: &Facts, now: u64) {
    let rule = self.broken_rule(facts, now);
    assert!(rule == 0, rule);
}

/// Aborts with `EVerifierNotAdmitted` unless evidence is of the verifier with that number.
public(package) fun assert_verifier<W>(self: &Criteria, number: u32, evidence: &Evidence<W>) {
    assert!(self.verifiers.contains(number), EVerifierNotAdmitted);
    assert!(evidence.is_from(&self.verifiers[number]), EVerifierNotAdmitted);
}

/// The entry of that number.
///
/// Aborts with `EEntryNotListed`.
public(package) fun entry(self: &Criteria, number: u32): &Entry {
    assert!(self.entries.contains(number), EEntryNotListed);
    &self.entries[number]
}

/// The index of an admitted operator.
///
/// Aborts with `EOperatorNotAdmitted`.
public(package) fun operator_index(self: &Criteria, operator: ID): u16 {
    assert!(self.is_admitted(operator), EOperatorNotAdmitted);
    self.operators[operator].index
}

public(package) fun is_revoked(self: &Criteria, kind: u8, value: address): bool {
    self.revoked.contains(Target { kind, value })
}

public(package) fun is_signer_revoked(self: &Criteria, signer: address): bool {
    self.is_revoked(REVOKED_SIGNER, signer)
}

public(package) fun judgement_epoch(self: &Criteria): u32 {
    self.judgement_epoch
}

public(package) fun revocation_epoch(self: &Criteria): u32 {
    self.revocation_epoch
}

public(package) fun revocation_key(self: &Criteria): address {
    self.revocation_key
}

// Tightening: each raises both epochs, or aborts with `ENoChange`.

public(package) fun remove_operator(self: &mut Criteria, operator: ID) {
    assert!(self.is_admitted(operator), ENoChange);
    self.operators[operator].is_admitted = false;
    self.tightened();
}

public(package) fun remove_verifier(self: &mut Criteria, number: u32) {
    assert!(self.verifiers.contains(number), ENoChange);
    self.verifiers.remove(number);
    self.tightened();
}

public(package) fun remove_entry(self: &mut Criteria, number: u32) {
    assert!(self.entries.contains(number), ENoChange);
    self.entries.remove(number);
    self.tightened();
}

/// Aborts with `EInvalidSubject`, `ENoChange`.
public(package) fun deny(self: &mut Criteria, kind: u8, value: address) {
    let subject = subject(kind, value);
    assert!(self.standing(subject) != DENIED, ENoChange);
    // A revoked platform counts as denied already.
    assert!(kind != PLATFORM || !self.is_revoked(REVOKED_PLATFORM, value), ENoChange);
    self.stand(subject, DENIED);
    if (kind == ADVISORY) self.denied_advisories = self.denied_advisories + 1;
    self.tightened();
}

/// From now on, platforms or families must be listed.
///
/// Aborts with `EInvalidSubject` for another kind, `ENoChange`.
public(package) fun demand_listing(self: &mut Criteria, kind: u8) {
    let demanded = self.listing(kind);
    assert!(!*demanded, ENoChange);
    *demanded = true;
    self.tightened();
}

/// Aborts with `ENoChange` unless the minimum rises.
public(package) fun raise_minimum(self: &mut Criteria, evaluation_number: u32) {
    assert!(evaluation_number > self.minimum_evaluation_number, ENoChange);
    self.minimum_evaluation_number = evaluation_number;
    self.tightened();
}

/// Aborts with `EInvalidTcbStatus`, `ENoChange`.
public(package) fun refuse_status(self: &mut Criteria, status: u8) {
    let bit = status_bit(status);
    assert!(self.accepted_tcb_statuses & bit != 0, ENoChange);
    self.accepted_tcb_statuses = self.accepted_tcb_statuses ^ bit;
    self.tightened();
}

/// Revokes for ever; whether that is new. A signer without a record moves no epoch: no root rests on it, and
/// anyone could make such signers and have them revoked, to close all kept roots.
public(package) fun revoke(self: &mut Criteria, kind: u8, value: address, has_record: bool): bool {
    if (self.is_revoked(kind, value)) return false;
    self.revoked.add(Target { kind, value }, true);
    if (kind != REVOKED_SIGNER) self.tightened()
    else if (has_record) self.revocation_epoch = self.revocation_epoch + 1;
    true
}

// Loosening and additions.

/// Admits an operator, under the index that it had before if any, and returns the index.
///
/// Aborts with `ENoChange`.
public(package) fun admit_operator(self: &mut Criteria, operator: ID): u16 {
    if (!self.operators.contains(operator)) {
        let index = self.operators.length() as u16 + 1;
        self.operators.add(operator, Operator { index, is_admitted: true });
        return index
    };
    let known = &mut self.operators[operator];
    assert!(!known.is_admitted, ENoChange);
    known.is_admitted = true;
    known.index
}

/// Admits a verifier and returns its number.
public(package) fun admit_verifier(self: &mut Criteria, verifier: Verifier): u32 {
    self.last_verifier = self.last_verifier + 1;
    self.verifiers.add(self.last_verifier, verifier);
    self.last_verifier
}

/// Adds an entry and returns its number.
///
/// Aborts with `EVerifierNotAdmitted`.
public(package) fun add_entry(self: &mut Criteria, entry: Entry): u32 {
    assert!(self.verifiers.contains(entry.verifier()), EVerifierNotAdmitted);
    self.last_entry = self.last_entry + 1;
    self.entries.add(self.last_entry, entry);
    self.last_entry
}

/// Takes the denial of a subject back, or its listing; `is_listed` lists a platform or a family instead. To take a
/// listing back where it is demanded raises both epochs: from then on keys break a rule that they were judged by.
///
/// Aborts with `EInvalidSubject`, `EPlatformDenied` for a revoked platform, `ENoChange`.
public(package) fun allow(self: &mut Criteria, kind: u8, value: address, is_listed: bool) {
    let subject = subject(kind, value);
    assert!(kind != ADVISORY || !is_listed, EInvalidSubject);
    assert!(kind != PLATFORM || !self.is_revoked(REVOKED_PLATFORM, value), EPlatformDenied);
    let standing = if (is_listed) LISTED else NEUTRAL;
    let before = self.standing(subject);
    assert!(before != standing, ENoChange);
    self.stand(subject, standing);
    if (before == LISTED && *self.listing(kind)) self.tightened();
    if (kind == ADVISORY) self.denied_advisories = self.denied_advisories - 1;
}

/// Aborts with `EInvalidSubject` for another kind than platform and family, `ENoChange`.
public(package) fun waive_listing(self: &mut Criteria, kind: u8) {
    let demanded = self.listing(kind);
    assert!(*demanded, ENoChange);
    *demanded = false;
}

/// Aborts with `ENoChange` unless the minimum falls.
public(package) fun lower_minimum(self: &mut Criteria, evaluation_number: u32) {
    assert!(evaluation_number < self.minimum_evaluation_number, ENoChange);
    self.minimum_evaluation_number = evaluation_number;
}

/// Aborts with `EInvalidTcbStatus`, `ENoChange`.
public(package) fun accept_status(self: &mut Criteria, status: u8) {
    let bit = status_bit(status);
    assert!(self.accepted_tcb_statuses & bit == 0, ENoChange);
    self.accepted_tcb_statuses = self.accepted_tcb_statuses | bit;
}

public(package) fun set_revocation_key(self: &mut Criteria, key: address) {
    self.revocation_key = key;
}

fun tightened(self: &mut Criteria) {
    self.judgement_epoch = self.judgement_epoch + 1;
    self.revocation_epoch = self.revocation_epoch + 1;
}

fun is_admitted(self: &Criteria, operator: ID): bool {
    self.operators.contains(operator) && self.operators[operator].is_admitted
}

fun denies_one_of(self: &Criteria, advisories: &vector<u32>): bool {
    if (self.denied_advisories == 0) return false;
    let mut i = 0;
    while (i < advisories.length()) {
        let value = address::from_u256(advisories[i] as u256);
        if (self.standing(Subject { kind: ADVISORY, value }) == DENIED) return true;
        i = i + 1;
    };
    false
}

fun keeps_out(self: &Criteria, kind: u8, value: address, must_be_listed: bool): bool {
    let standing = self.standing(Subject { kind, value });
    if (must_be_listed) standing != LISTED else standing == DENIED
}

fun standing(self: &Criteria, subject: Subject): u8 {
    if (self.standings.contains(subject)) self.standings[subject] else NEUTRAL
}

fun stand(self: &mut Criteria, subject: Subject, standing: u8) {
    if (self.standings.contains(subject)) *&mut self.standings[subject] = standing
    else self.standings.add(subject, standing);
}

fun listing(self: &mut Criteria, kind: u8): &mut bool {
    assert!(kind == PLATFORM || kind == FAMILY, EInvalidSubject);
    if (kind == PLATFORM) &mut self.must_list_platforms else &mut self.must_list_families
}

fun subject(kind: u8, value: address): Subject {
    assert!(kind >= ADVISORY && kind <= FAMILY, EInvalidSubject);
    assert!(value != @0x0, EInvalidSubject);
    assert!(kind != ADVISORY || value.to_u256() <= MAX_ADVISORY, EInvalidSubject);
    Subject { kind, value }
}

fun status_bit(status: u8): u16 {
    assert!(status > 0 && status <= MAX_STATUS, EInvalidTcbStatus);
    1 << status
}
