/// What governance may do to the registry after a delay: docs/spec/contracts.md sections 3 and 8. All of it
/// loosens or adds. Each pair is `schedule_` and, when it is due, the execution; see `corridor::authority`.
///
/// Every `schedule_` function returns the action's number and aborts with `corridor::authority::ENotDeclared`
/// until the chain is declared. Every execution aborts with `corridor::authority::EUnknownAction`,
/// `corridor::authority::EActionNotDue`, `corridor::authority::EActionLapsed`. Further aborts are named where
/// they are.
module corridor::loosening;

use corridor::{
    authority::{Authority, GovernanceCap},
    entry::{Self, Entry},
    evidence::Verifier,
    registry::Registry
};
use sui::{clock::Clock, event};

/// The verifier's root is not that of hardware on sale, and this is no local network.
const ESimulatedRoot: u64 = 1;

public struct AdmitOperator has copy, drop, store {
    operator: ID,
}

public struct AdmitVerifier has copy, drop, store {
    verifier: Verifier,
}

public struct AddEntry has copy, drop, store {
    entry: Entry,
}

public struct Allow has copy, drop, store {
    kind: u8,
    value: address,
    is_listed: bool,
}

public struct WaiveListing has copy, drop, store {
    kind: u8,
}

public struct LowerMinimum has copy, drop, store {
    evaluation_number: u32,
}

public struct AcceptStatus has copy, drop, store {
    status: u8,
}

public struct SetRevocationKey has copy, drop, store {
    key: address,
}

/// An operator is admitted, under an index that it keeps for ever.
public struct OperatorAdmitted has copy, drop {
    operator: ID,
    index: u16,
}

/// A verifier is admitted under a number.
public struct VerifierAdmitted has copy, drop {
    verifier: Verifier,
    number: u32,
}

/// The allow list has a new entry.
public struct EntryAdded has copy, drop {
    entry: Entry,
    number: u32,
}

/// Admits an operator, by the id of its `OperatorCap`.
public fun schedule_admit_operator(
    authority: &mut Authority,
    cap: &GovernanceCap,
    operator: ID,
    clock: &Clock,
): u64 {
    authority.schedule(cap, AdmitOperator { operator }, clock)
}

/// Aborts with `corridor::criteria::ENoChange`.
public fun admit_operator(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let AdmitOperator { operator } = authority.take(cap, number, clock);
    let index = registry.criteria_mut().admit_operator(operator);
    event::emit(OperatorAdmitted { operator, index });
}

/// Admits a verifier, after 7 days. Make sure first that its package is immutable: what it finds is believed.
///
/// Aborts with `ESimulatedRoot`.
public fun schedule_admit_verifier(
    authority: &mut Authority,
    cap: &GovernanceCap,
    verifier: Verifier,
    clock: &Clock,
): u64 {
    assert!(verifier.is_production() || authority.is_localnet(), ESimulatedRoot);
    authority.schedule_long(cap, AdmitVerifier { verifier }, clock)
}

/// Returns the verifier's number.
public fun admit_verifier(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
): u32 {
    let AdmitVerifier { verifier } = authority.take(cap, number, clock);
    let number = registry.criteria_mut().admit_verifier(verifier);
    event::emit(VerifierAdmitted { verifier, number });
    number
}

/// Adds an entry to the allow list; for registers, attributes and launch fields see `corridor::entry`.
///
/// Aborts with `corridor::entry::EInvalidEntry`.
public fun schedule_add_entry(
    authority: &mut Authority,
    cap: &GovernanceCap,
    verifier: u32,
    tee_type: u8,
    registers: vector<u8>,
    attributes_mask: address,
    attributes_value: address,
    launch: vector<u8>,
    configuration_hash: address,
    not_after: u64,
    clock: &Clock,
): u64 {
    let entry = entry::new(
        verifier,
        tee_type,
        registers,
        attributes_mask,
        attributes_value,
        launch,
        configuration_hash,
        not_after,
    );
    authority.schedule(cap, AddEntry { entry }, clock)
}

/// Returns the entry's number.
///
/// Aborts with `corridor::criteria::EVerifierNotAdmitted`.
public fun add_entry(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
): u32 {
    let AddEntry { entry } = authority.take(cap, number, clock);
    let number = registry.criteria_mut().add_entry(entry);
    event::emit(EntryAdded { entry, number });
    number
}

/// Takes the denial or listing of an advisory (1), platform (2) or family (3) back; `is_listed` lists it instead,
/// for when platforms or families must be listed.
public fun schedule_allow(
    authority: &mut Authority,
    cap: &GovernanceCap,
    kind: u8,
    value: address,
    is_listed: bool,
    clock: &Clock,
): u64 {
    authority.schedule(cap, Allow { kind, value, is_listed }, clock)
}

/// Aborts with `corridor::criteria::EInvalidSubject`, `corridor::criteria::EPlatformDenied` for a revoked
/// platform, `corridor::criteria::ENoChange`.
public fun allow(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let Allow { kind, value, is_listed } = authority.take(cap, number, clock);
    registry.criteria_mut().allow(kind, value, is_listed);
}

/// Platforms (2) or families (3) need not be listed any more.
public fun schedule_waive_listing(
    authority: &mut Authority,
    cap: &GovernanceCap,
    kind: u8,
    clock: &Clock,
): u64 {
    authority.schedule(cap, WaiveListing { kind }, clock)
}

/// Aborts with `corridor::criteria::EInvalidSubject`, `corridor::criteria::ENoChange`.
public fun waive_listing(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let WaiveListing { kind } = authority.take(cap, number, clock);
    registry.criteria_mut().waive_listing(kind);
}

/// Lowers the minimum evaluation number.
public fun schedule_lower_minimum(
    authority: &mut Authority,
    cap: &GovernanceCap,
    evaluation_number: u32,
    clock: &Clock,
): u64 {
    authority.schedule(cap, LowerMinimum { evaluation_number }, clock)
}

/// Aborts with `corridor::criteria::ENoChange`.
public fun lower_minimum(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let LowerMinimum { evaluation_number } = authority.take(cap, number, clock);
    registry.criteria_mut().lower_minimum(evaluation_number);
}

/// Accepts a TCB status, by its code in docs/spec/dcap.md section 1.
public fun schedule_accept_status(
    authority: &mut Authority,
    cap: &GovernanceCap,
    status: u8,
    clock: &Clock,
): u64 {
    authority.schedule(cap, AcceptStatus { status }, clock)
}

/// Aborts with `corridor::criteria::EInvalidTcbStatus`, `corridor::criteria::ENoChange`.
public fun accept_status(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let AcceptStatus { status } = authority.take(cap, number, clock);
    registry.criteria_mut().accept_status(status);
}

/// Sets the secp256k1 address whose signed revocations the registry takes from anyone; zero for none.
public fun schedule_set_revocation_key(
    authority: &mut Authority,
    cap: &GovernanceCap,
    key: address,
    clock: &Clock,
): u64 {
    authority.schedule(cap, SetRevocationKey { key }, clock)
}

/// Sets the key.
public fun set_revocation_key(
    registry: &mut Registry,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let SetRevocationKey { key } = authority.take(cap, number, clock);
    registry.criteria_mut().set_revocation_key(key);
}
