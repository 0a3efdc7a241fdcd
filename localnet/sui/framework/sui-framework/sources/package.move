/// Publishing and upgrading packages.
module sui::package;

use std::{ascii::String, type_name};
use sui::types;

public use fun burn_publisher as Publisher.burn;
public use fun published_module as Publisher.module_;
public use fun published_package as Publisher.package;
public use fun upgrade_package as UpgradeCap.package;
public use fun upgrade_policy as UpgradeCap.policy;
public use fun authorize_upgrade as UpgradeCap.authorize;
public use fun commit_upgrade as UpgradeCap.commit;
public use fun ticket_package as UpgradeTicket.package;
public use fun ticket_policy as UpgradeTicket.policy;
public use fun ticket_digest as UpgradeTicket.digest;
public use fun receipt_cap as UpgradeReceipt.cap;
public use fun receipt_package as UpgradeReceipt.package;

/// The witness is no one-time witness.
const ENotOneTimeWitness: u64 = 0;
/// The policy allows more than the cap does.
const ETooPermissive: u64 = 1;
/// An upgrade is under way.
const EAlreadyAuthorized: u64 = 2;
/// No upgrade is under way.
const ENotAuthorized: u64 = 3;
/// The receipt belongs to another cap.
const EWrongUpgradeCap: u64 = 4;

/// Signatures and layouts must stay; everything else may change.
const COMPATIBLE: u8 = 0;
/// Code may be added, not changed.
const ADDITIVE: u8 = 128;
/// Dependencies may change, nothing else.
const DEP_ONLY: u8 = 192;

/// Proof of being the publisher of a module.
public struct Publisher has key, store {
    id: UID,
    package: String,
    module_name: String,
}

/// The right to upgrade a package; made by publishing it.
public struct UpgradeCap has key, store {
    id: UID,
    /// The newest version, or 0x0 while an upgrade is under way.
    package: ID,
    /// How many times it was upgraded, plus one.
    version: u64,
    policy: u8,
}

/// Permission for one upgrade to given bytecode, to be used up in the same transaction.
public struct UpgradeTicket {
    cap: ID,
    package: ID,
    policy: u8,
    digest: vector<u8>,
}

/// Proof of an upgrade done, to be handed to its cap in the same transaction.
public struct UpgradeReceipt {
    cap: ID,
    package: ID,
}

// === Publisher ===

/// The publisher of the module that defines `OTW`. Aborts with `ENotOneTimeWitness`.
public fun claim<OTW: drop>(otw: OTW, ctx: &mut TxContext): Publisher {
    assert!(types::is_one_time_witness(&otw), ENotOneTimeWitness);
    publisher_of<OTW>(ctx)
}

/// As `claim`, giving it to the sender.
#[allow(lint(self_transfer))]
public fun claim_and_keep<OTW: drop>(otw: OTW, ctx: &mut TxContext) {
    sui::transfer::public_transfer(claim(otw, ctx), ctx.sender())
}

/// Destroys it.
public fun burn_publisher(self: Publisher) {
    let Publisher { id, package: _, module_name: _ } = self;
    id.delete()
}

/// Whether `T` is of the publisher's package.
public fun from_package<T>(self: &Publisher): bool {
    type_name::with_original_ids<T>().address_string() == self.package
}

/// Whether `T` is of the publisher's module.
public fun from_module<T>(self: &Publisher): bool {
    let name = type_name::with_original_ids<T>();
    name.address_string() == self.package && name.module_string() == self.module_name
}

/// Name of the module.
public fun published_module(self: &Publisher): &String {
    &self.module_name
}

/// Address of the package, 64 hex digits.
public fun published_package(self: &Publisher): &String {
    &self.package
}

// === Getters ===

/// The newest version's id, or 0x0 while an upgrade is under way.
public fun upgrade_package(cap: &UpgradeCap): ID {
    cap.package
}

/// The newest version's number.
public fun version(cap: &UpgradeCap): u64 {
    cap.version
}

/// What upgrades may change.
public fun upgrade_policy(cap: &UpgradeCap): u8 {
    cap.policy
}

/// The package to be upgraded.
public fun ticket_package(ticket: &UpgradeTicket): ID {
    ticket.package
}

/// What the upgrade may change.
public fun ticket_policy(ticket: &UpgradeTicket): u8 {
    ticket.policy
}

/// The cap that the receipt is for.
public fun receipt_cap(receipt: &UpgradeReceipt): ID {
    receipt.cap
}

/// The new version's id.
public fun receipt_package(receipt: &UpgradeReceipt): ID {
    receipt.package
}

/// Digest of the new bytecode, 32 bytes.
public fun ticket_digest(ticket: &UpgradeTicket): &vector<u8> {
    &ticket.digest
}

/// Policy: signatures and layouts stay.
public fun compatible_policy(): u8 {
    COMPATIBLE
}

/// Policy: code is only added.
public fun additive_policy(): u8 {
    ADDITIVE
}

/// Policy: only dependencies change.
public fun dep_only_policy(): u8 {
    DEP_ONLY
}

// === Upgrading ===

/// From now on, upgrades may only add. Aborts with `ETooPermissive`.
#[allow(lint(public_entry))]
public entry fun only_additive_upgrades(cap: &mut UpgradeCap) {
    restrict(cap, ADDITIVE)
}

/// From now on, upgrades may only change dependencies. Aborts with `ETooPermissive`.
#[allow(lint(public_entry))]
public entry fun only_dep_upgrades(cap: &mut UpgradeCap) {
    restrict(cap, DEP_ONLY)
}

/// Gives up upgrades for good.
#[allow(lint(public_entry))]
public entry fun make_immutable(cap: UpgradeCap) {
    let UpgradeCap { id, package: _, version: _, policy: _ } = cap;
    id.delete()
}

/// Permits one upgrade. Aborts with `EAlreadyAuthorized` or `ETooPermissive`.
public fun authorize_upgrade(cap: &mut UpgradeCap, policy: u8, digest: vector<u8>): UpgradeTicket {
    let none = @0x0.to_id();
    let package = cap.package;
    assert!(package != none, EAlreadyAuthorized);
    assert!(policy >= cap.policy, ETooPermissive);
    cap.package = none;
    UpgradeTicket { cap: object::id(cap), package, policy, digest }
}

/// Records the upgrade done. Aborts with `EWrongUpgradeCap` or `ENotAuthorized`.
public fun commit_upgrade(cap: &mut UpgradeCap, receipt: UpgradeReceipt) {
    let UpgradeReceipt { cap: cap_id, package } = receipt;
    assert!(object::id(cap) == cap_id, EWrongUpgradeCap);
    assert!(cap.package == @0x0.to_id(), ENotAuthorized);
    cap.package = package;
    cap.version = cap.version + 1;
}

fun restrict(cap: &mut UpgradeCap, policy: u8) {
    assert!(policy >= cap.policy, ETooPermissive);
    cap.policy = policy;
}

fun publisher_of<T>(ctx: &mut TxContext): Publisher {
    let name = type_name::with_original_ids<T>();
    Publisher {
        id: object::new(ctx),
        package: name.address_string(),
        module_name: name.module_string(),
    }
}

// === Test only ===

/// As `claim`, for any witness.
#[test_only]
public fun test_claim<OTW: drop>(_: OTW, ctx: &mut TxContext): Publisher {
    publisher_of<OTW>(ctx)
}

/// The cap of a package just published.
#[test_only]
public fun test_publish(package: ID, ctx: &mut TxContext): UpgradeCap {
    UpgradeCap { id: object::new(ctx), package, version: 1, policy: COMPATIBLE }
}

/// Uses a ticket up, with an invented new version.
#[test_only]
public fun test_upgrade(ticket: UpgradeTicket): UpgradeReceipt {
    let UpgradeTicket { cap, package, policy: _, digest: _ } = ticket;
    let mut seed = cap.to_bytes();
    seed.append(package.to_bytes());
    UpgradeReceipt { cap, package: object::id_from_bytes(sui::hash::blake2b256(&seed)) }
}
