/// The registry: docs/spec/contracts.md sections 2 to 4. It knows the signing keys of the enclaves, and says
/// which of a set of signers count.
///
/// A key's life: its operator takes a `Challenge`, has the enclave put it into a quote, has the quote judged by
/// an evidence verifier in the same transaction, and calls `register`. The key counts until it expires, its
/// operator resigns, the criteria tighten, or it is revoked. After a tightening anyone calls `rejudge`, for a
/// key that qualifies still, or `evict`, for one that does not; neither needs a new quote. `renew` takes a new
/// quote and makes a resigned, evicted or expired key count again. A revoked key never counts again, and a
/// signer registers once, ever (INV-27).
///
/// Operators: keep the `OperatorCap`; its id is the operator. Renew before the expiry that `SignerJudged` says.
/// What this does not do: it holds no stake, pays nobody, and does not see whether an enclave runs.
///
/// There is one `Registry`, made by the package's `init`. Its address is the object's id.
module corridor::registry;

use corridor::{
    authority::Guard,
    clock_time,
    criteria::{Self, Criteria},
    entry,
    evidence::Evidence,
    facts::{Self, Facts},
    policy::{Self, Quorum},
    registration,
    revocation,
    signature,
    signer::{Self, Signer}
};
use sui::{clock::Clock, event, table::{Self, Table}};

/// The signer has a record, whatever its status.
const ESignerKnown: u64 = 1;
/// The signer was revoked.
const ESignerRevoked: u64 = 2;
/// The challenge is another operator's, or older than an hour.
const EStaleChallenge: u64 = 3;
/// The signer has no record.
const ESignerUnknown: u64 = 4;
/// The signer is another operator's.
const ENotTheOperator: u64 = 5;
/// The evidence is of another machine than the signer's.
const EPlatformChanged: u64 = 6;
/// The encryption key is another than the one that the signer registered with.
const EEncryptionKeyChanged: u64 = 7;
/// The key breaks no rule.
const EStillQualifies: u64 = 8;
/// The signature is not that of the registry's revocation key, or it has none.
const ENotTheRevocationKey: u64 = 9;

const CHALLENGE_SECONDS: u64 = 3_600;
/// 30 days.
const KEY_SECONDS: u64 = 2_592_000;

/// The one registry.
public struct Registry has key {
    id: UID,
    /// Zero until the set-up is over: no registration is well formed before.
    chain: u64,
    criteria: Criteria,
    /// By the signer's address after 12 zero bytes, as the next.
    signers: Table<address, Signer>,
    facts: Table<address, Facts>,
    /// Numbers of platform ids, from 1.
    platforms: Table<address, u32>,
}

/// Stands for an operator: its id is what governance admits and what a quote names. Anyone can make one.
public struct OperatorCap has key, store {
    id: UID,
}

/// A value that never was before, by its id, for one registration or renewal of one operator.
public struct Challenge has key, store {
    id: UID,
    operator: ID,
    /// Seconds since 1970.
    made_at: u64,
}

/// A key was registered or renewed.
public struct SignerJudged has copy, drop {
    signer: address,
    record: Signer,
    facts: Facts,
}

/// A key was judged again and qualifies.
public struct SignerRejudged has copy, drop {
    signer: address,
    judgement_epoch: u32,
}

/// A key does not qualify any more.
public struct SignerEvicted has copy, drop {
    signer: address,
    /// Code of the rule that it broke, of `corridor::criteria`.
    rule: u64,
}

/// An operator took a key back.
public struct SignerResigned has copy, drop {
    signer: address,
}

/// A signer (1), platform (2) or measurement (3) is out for ever.
public struct Revoked has copy, drop {
    kind: u8,
    target: address,
}

fun init(ctx: &mut TxContext) {
    transfer::share_object(Registry {
        id: object::new(ctx),
        chain: 0,
        criteria: criteria::new(ctx),
        signers: table::new(ctx),
        facts: table::new(ctx),
        platforms: table::new(ctx),
    });
}

/// A new operator, not admitted anywhere.
public fun new_operator(ctx: &mut TxContext): OperatorCap {
    OperatorCap { id: object::new(ctx) }
}

/// A challenge for the operator, good for an hour.
public fun new_challenge(cap: &OperatorCap, clock: &Clock, ctx: &mut TxContext): Challenge {
    Challenge {
        id: object::new(ctx),
        operator: object::id(cap),
        made_at: clock_time::seconds(clock),
    }
}

/// Deletes a challenge that is not used.
public fun discard_challenge(challenge: Challenge) {
    let Challenge { id, .. } = challenge;
    id.delete();
}

/// Registers a signer, a 20-byte address after 12 zero bytes, by evidence of the verifier with the number
/// `verifier`, under an entry of the allow list.
///
/// Aborts with the first rule broken: `corridor::criteria::EOperatorNotAdmitted`, `ESignerKnown`,
/// `ESignerRevoked`, those of `judge`, those of qualifying (`corridor::criteria`).
public fun register<W: drop>(
    self: &mut Registry,
    cap: &OperatorCap,
    challenge: Challenge,
    verifier: u32,
    entry: u32,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
    evidence: Evidence<W>,
    clock: &Clock,
) {
    let operator = self.criteria.operator_index(object::id(cap));
    assert!(!self.signers.contains(signer), ESignerKnown);
    assert!(!self.criteria.is_signer_revoked(signer), ESignerRevoked);
    let now = clock_time::seconds(clock);
    let facts = self.judge(
        cap,
        challenge,
        verifier,
        entry,
        signer,
        encryption_key,
        configuration_hash,
        &evidence,
        now,
    );
    self.criteria.assert_qualifies(&facts, now);
    let record = self.record(&facts, operator, evidence.vendor(), now);
    self.signers.add(signer, record);
    self.facts.add(signer, facts);
    event::emit(SignerJudged { signer, record, facts });
}

/// Refreshes a signer's record by new evidence. What it was registered with must be the same, but for the
/// entry and what it demands.
///
/// Aborts with the first rule broken: `corridor::criteria::EOperatorNotAdmitted`, `ESignerUnknown`,
/// `ESignerRevoked`, `ENotTheOperator`, those of `judge` and of qualifying, `EPlatformChanged`,
/// `EEncryptionKeyChanged`.
public fun renew<W: drop>(
    self: &mut Registry,
    cap: &OperatorCap,
    challenge: Challenge,
    verifier: u32,
    entry: u32,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
    evidence: Evidence<W>,
    clock: &Clock,
) {
    let operator = self.criteria.operator_index(object::id(cap));
    self.assert_known(signer);
    assert!(!self.signers[signer].is_revoked(), ESignerRevoked);
    self.assert_operator(cap, signer);
    let now = clock_time::seconds(clock);
    let facts = self.judge(
        cap,
        challenge,
        verifier,
        entry,
        signer,
        encryption_key,
        configuration_hash,
        &evidence,
        now,
    );
    self.criteria.assert_qualifies(&facts, now);
    let before = &self.facts[signer];
    assert!(before.platform_id() == facts.platform_id(), EPlatformChanged);
    assert!(before.encryption_key() == encryption_key, EEncryptionKeyChanged);
    let record = self.record(&facts, operator, evidence.vendor(), now);
    *&mut self.signers[signer] = record;
    *&mut self.facts[signer] = facts;
    event::emit(SignerJudged { signer, record, facts });
}

/// Judges a signer's kept facts again, for anyone. It counts under the present judgement epoch from now on.
///
/// Aborts with `ESignerUnknown`, `corridor::signer::ESignerNotActive`, or the rule of `corridor::criteria` that
/// the key breaks.
public fun rejudge(self: &mut Registry, signer: address, clock: &Clock) {
    self.assert_active(signer);
    self.criteria.assert_qualifies(&self.facts[signer], clock_time::seconds(clock));
    let judgement_epoch = self.criteria.judgement_epoch();
    self.signers[signer].judged_under(judgement_epoch);
    event::emit(SignerRejudged { signer, judgement_epoch });
}

/// Puts a signer out that does not qualify any more, for anyone.
///
/// Aborts with `ESignerUnknown`, `corridor::signer::ESignerNotActive`, `EStillQualifies`.
public fun evict(self: &mut Registry, signer: address, clock: &Clock) {
    self.assert_active(signer);
    let rule = self.criteria.broken_rule(&self.facts[signer], clock_time::seconds(clock));
    assert!(rule != 0, EStillQualifies);
    self.signers[signer].evict();
    event::emit(SignerEvicted { signer, rule });
}

/// Takes a signer back, for its operator, admitted or not.
///
/// Aborts with `ESignerUnknown`, `ENotTheOperator`, `corridor::signer::ESignerNotActive`.
public fun resign(self: &mut Registry, cap: &OperatorCap, signer: address) {
    self.assert_known(signer);
    self.assert_operator(cap, signer);
    self.assert_active(signer);
    self.signers[signer].resign();
    event::emit(SignerResigned { signer });
}

/// Revokes a signer (1), platform (2) or measurement (3) for ever, known or not; again changes nothing.
///
/// Aborts with `corridor::revocation::EInvalidRevocationTargetKind`,
/// `corridor::revocation::EInvalidRevocationTarget`.
public fun revoke(self: &mut Registry, _: &Guard, kind: u8, target: address) {
    self.apply_revocation(&revocation::new(kind, target));
}

/// Does what a revocation says that the revocation key signed, for anyone; again changes nothing.
///
/// Aborts with the first rule broken of docs/spec/protocol.md sections 10 and 8, then `ENotTheRevocationKey`.
public fun submit_revocation(self: &mut Registry, revocation: vector<u8>, signature: vector<u8>) {
    let decoded = revocation::decode(revocation);
    // A recovered signer is never zero, which stands for no key.
    let key = signature::recover(signature, &revocation);
    assert!(key == self.criteria.revocation_key(), ENotTheRevocationKey);
    self.apply_revocation(&decoded);
}

/// Whether a signer would count in a quorum now.
public fun counts(self: &Registry, signer: address, clock: &Clock): bool {
    self.counts_at(signer, clock_time::seconds(clock))
}

/// The revocation epoch: roots that were accepted under another one are closed.
public fun revocation_epoch(self: &Registry): u32 {
    self.criteria.revocation_epoch()
}

/// Counts the signers of `message`. A signature that breaks a rule of docs/spec/protocol.md section 8 fails
/// the call; one of a signer who does not count is skipped (INV-22, INV-23).
public(package) fun count_quorum(
    self: &Registry,
    message: &vector<u8>,
    signatures: vector<u8>,
    now: u64,
): Quorum {
    let signers = signature::recover_set(signatures, message);
    let epoch = self.criteria.judgement_epoch();
    let mut operators: vector<u16> = vector[];
    let mut platforms: vector<u32> = vector[];
    let mut vendors: vector<u8> = vector[];
    let mut counted = 0u8;
    let mut i = 0;
    while (i < signers.length()) {
        let signer = signers[i];
        i = i + 1;
        if (!self.signers.contains(signer)) continue;
        let record = &self.signers[signer];
        if (!record.counts(epoch, now)) continue;
        // A set has at most 32 signers.
        counted = counted + 1;
        add_once(&mut operators, record.operator());
        // One machine is one platform (INV-28).
        add_once(&mut platforms, record.platform());
        add_once(&mut vendors, record.vendor());
    };
    policy::quorum(
        counted,
        operators.length() as u8,
        platforms.length() as u8,
        vendors.length() as u8,
    )
}

/// Revokes a signer that was proven to equivocate: whether it counted until now.
public(package) fun revoke_equivocator(self: &mut Registry, signer: address, now: u64): bool {
    let counted = self.counts_at(signer, now);
    self.apply_revocation(&revocation::of_signer(signer));
    counted
}

public(package) fun criteria_mut(self: &mut Registry): &mut Criteria {
    &mut self.criteria
}

/// Tells the registry its chain, at the end of the set-up.
public(package) fun open(self: &mut Registry, chain: u64) {
    self.chain = chain;
}

/// What is to be kept of evidence, once it is known to be of this registration.
///
/// Aborts with `EStaleChallenge`, `corridor::criteria::EVerifierNotAdmitted`, the first rule broken of
/// docs/spec/protocol.md section 9, `corridor::criteria::EEntryNotListed`, `corridor::entry::EEntryMismatch`.
fun judge<W: drop>(
    self: &Registry,
    cap: &OperatorCap,
    challenge: Challenge,
    verifier: u32,
    entry: u32,
    signer: address,
    encryption_key: address,
    configuration_hash: address,
    evidence: &Evidence<W>,
    now: u64,
): Facts {
    let Challenge { id, operator, made_at } = challenge;
    let challenge = id.to_address();
    id.delete();
    assert!(operator == object::id(cap), EStaleChallenge);
    assert!(now - made_at <= CHALLENGE_SECONDS, EStaleChallenge);
    self.criteria.assert_verifier(verifier, evidence);
    let registration = registration::new(
        self.chain,
        object::id_address(self),
        operator.to_address(),
        challenge,
        signer,
        encryption_key,
        configuration_hash,
    );
    registration.check_report_data(evidence.report_data());
    let measurement = entry::measurement(evidence.tee_type(), evidence.registers());
    self.criteria.entry(entry).check(verifier, measurement, configuration_hash, evidence);
    facts::new(
        evidence,
        verifier,
        entry,
        operator,
        measurement,
        encryption_key,
        configuration_hash,
    )
}

/// The record of a key that qualifies, by facts that are judged now.
fun record(self: &mut Registry, facts: &Facts, operator: u16, vendor: u8, now: u64): Signer {
    let expires_at = (now + KEY_SECONDS)
        .min(facts.expires_at())
        .min(self.criteria.entry(facts.entry()).not_after());
    let platform_id = facts.platform_id();
    if (!self.platforms.contains(platform_id)) {
        let number = self.platforms.length() as u32 + 1;
        self.platforms.add(platform_id, number);
    };
    let epoch = self.criteria.judgement_epoch();
    signer::new(expires_at, epoch, self.platforms[platform_id], operator, vendor)
}

fun apply_revocation(self: &mut Registry, revocation: &revocation::Revocation) {
    let kind = revocation.kind();
    let target = revocation.target();
    let has_record = revocation.is_signer() && self.signers.contains(target);
    if (!self.criteria.revoke(kind, target, has_record)) return;
    if (has_record) self.signers[target].revoke();
    event::emit(Revoked { kind, target });
}

fun counts_at(self: &Registry, signer: address, now: u64): bool {
    self.signers.contains(signer) &&
        self.signers[signer].counts(self.criteria.judgement_epoch(), now)
}

fun assert_known(self: &Registry, signer: address) {
    assert!(self.signers.contains(signer), ESignerUnknown);
}

fun assert_active(self: &Registry, signer: address) {
    self.assert_known(signer);
    self.signers[signer].assert_active();
}

fun assert_operator(self: &Registry, cap: &OperatorCap, signer: address) {
    assert!(self.facts[signer].operator() == object::id(cap), ENotTheOperator);
}

fun add_once<T: copy + drop>(set: &mut vector<T>, value: T) {
    if (!set.contains(&value)) set.push_back(value);
}

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) {
    init(ctx)
}
