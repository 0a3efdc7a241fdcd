/// Who may do what, and when: docs/spec/contracts.md sections 7 and 8.
///
/// The package's `init` makes one `Authority`, one `GovernanceCap`, one `GuardianCap` and one `SetupCap`.
///
/// 1. *Set-up.* `declare` says once which chain this is and whether it is a local network. Governance then
///    acts without delay, since nothing counts yet: the registry, the outbox and the inbox do not know their
///    chain. `corridor::setup::finish` consumes the `SetupCap` and tells them; there is no way back.
/// 2. *After it*, what loosens or adds is scheduled, waits out its delay and is then executed, each by the
///    holder of the `GovernanceCap`; on a local network the delay is zero. Guardian or governance may cancel
///    what waits, and it lapses 14 days after it is due. What tightens or pauses takes a `Guard`, which either
///    capability gives, and is instant.
///
/// An action is a value of a type of its own, made by the `schedule_` function of the module that executes it,
/// so that what governance agreed to is what is done.
///
/// Nothing authorises by the sender of a transaction. A `GuardianCap` can be replaced by governance, and the
/// old one is worth nothing from then on; the guardian cannot cancel that. A lost `GovernanceCap` cannot be
/// replaced: give it to an object that several people control.
module corridor::authority;

use corridor::{chain, clock_time};
use sui::{clock::Clock, dynamic_field, event};

/// The chain has not been declared.
const ENotDeclared: u64 = 1;
/// The chain was declared before.
const EDeclaredTwice: u64 = 2;
/// The guardian was replaced: this is the capability of a former one.
const ENotTheGuardian: u64 = 3;
/// No action of this type waits under this number: it was executed or cancelled, or never was.
const EUnknownAction: u64 = 4;
/// The delay of the action is not over.
const EActionNotDue: u64 = 5;
/// The action was due more than 14 days ago, or was scheduled during set-up, which is over.
const EActionLapsed: u64 = 6;
/// Only governance may cancel the replacement of the guardian.
const EGovernanceOnly: u64 = 7;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const DELAY: u64 = 48 * HOUR;
const LONG_DELAY: u64 = 7 * DAY;
const GRACE: u64 = 14 * DAY;

/// The one authority: what was declared, who guards, what waits.
public struct Authority has key {
    id: UID,
    /// Zero until declared.
    chain: u64,
    /// Whether this is a local network: delays are zero, and what is for tests is allowed.
    is_localnet: bool,
    is_set_up: bool,
    /// The `GuardianCap` that counts.
    guardian: ID,
    /// Number of the next action; the actions that wait are dynamic fields.
    next_action: u64,
}

/// Lets its holder schedule and execute, and do all that the guardian may.
public struct GovernanceCap has key, store {
    id: UID,
}

/// Lets its holder tighten, pause and cancel.
public struct GuardianCap has key, store {
    id: UID,
}

/// Lets its holder declare the chain and finish the set-up.
public struct SetupCap has key, store {
    id: UID,
}

/// Proof, for this transaction, that the guardian or governance takes part in it.
public struct Guard has drop {
    is_governance: bool,
}

/// Name of the dynamic field of an action that waits.
public struct ActionKey(u64) has copy, drop, store;

public struct Scheduled<A: copy + drop + store> has drop, store {
    action: A,
    /// Seconds since 1970.
    due_at: u64,
    in_set_up: bool,
    guardian_may_cancel: bool,
}

/// Governance replaces the guardian.
public struct ReplaceGuardian has copy, drop, store {}

/// The chain was declared.
public struct ChainDeclared has copy, drop {
    chain: u64,
    is_localnet: bool,
}

/// The set-up is over.
public struct SetUp has copy, drop {
    chain: u64,
    is_localnet: bool,
}

/// An action waits.
public struct ActionScheduled<A: copy + drop + store> has copy, drop {
    number: u64,
    action: A,
    due_at: u64,
}

/// An action was done.
public struct ActionExecuted has copy, drop {
    number: u64,
}

/// An action will not be done.
public struct ActionCancelled has copy, drop {
    number: u64,
}

/// Another guardian counts.
public struct GuardianReplaced has copy, drop {
    guardian: ID,
}

fun init(ctx: &mut TxContext) {
    let guardian = GuardianCap { id: object::new(ctx) };
    transfer::share_object(Authority {
        id: object::new(ctx),
        chain: 0,
        is_localnet: false,
        is_set_up: false,
        guardian: object::id(&guardian),
        next_action: 1,
    });
    transfer::public_transfer(guardian, ctx.sender());
    transfer::public_transfer(GovernanceCap { id: object::new(ctx) }, ctx.sender());
    transfer::public_transfer(SetupCap { id: object::new(ctx) }, ctx.sender());
}

/// Says which chain this is, by the four bytes of its identifier as a big-endian integer, and whether it is a
/// local network. Move cannot see either: compare the object with the chain before trusting a deployment.
///
/// Aborts with `EDeclaredTwice`.
public fun declare(self: &mut Authority, _: &SetupCap, chain_identifier: u32, is_localnet: bool) {
    assert!(self.chain == 0, EDeclaredTwice);
    self.chain = chain::from_sui_identifier(chain_identifier);
    self.is_localnet = is_localnet;
    event::emit(ChainDeclared { chain: self.chain, is_localnet });
}

/// The guardian's word.
///
/// Aborts with `ENotTheGuardian`.
public fun guard(self: &Authority, cap: &GuardianCap): Guard {
    assert!(object::id(cap) == self.guardian, ENotTheGuardian);
    Guard { is_governance: false }
}

/// Governance's word, where the guardian's would do.
public fun governance_guard(_: &GovernanceCap): Guard {
    Guard { is_governance: true }
}

/// Cancels action `number`, of type `A`.
///
/// Aborts with `EUnknownAction`, `EGovernanceOnly`.
public fun cancel<A: copy + drop + store>(self: &mut Authority, guard: &Guard, number: u64) {
    let scheduled: Scheduled<A> = self.remove(number);
    assert!(guard.is_governance || scheduled.guardian_may_cancel, EGovernanceOnly);
    event::emit(ActionCancelled { number });
}

/// Schedules the replacement of the guardian and returns the action's number.
///
/// Aborts with `ENotDeclared`.
public fun schedule_replace_guardian(
    self: &mut Authority,
    cap: &GovernanceCap,
    clock: &Clock,
): u64 {
    self.wait(cap, ReplaceGuardian {}, DELAY, false, clock)
}

/// Makes a new guardian; the former one's capability is worth nothing from now on.
///
/// Aborts with `EUnknownAction`, `EActionNotDue`, `EActionLapsed`.
public fun replace_guardian(
    self: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
    ctx: &mut TxContext,
): GuardianCap {
    let ReplaceGuardian {} = self.take(cap, number, clock);
    let guardian = GuardianCap { id: object::new(ctx) };
    self.guardian = object::id(&guardian);
    event::emit(GuardianReplaced { guardian: self.guardian });
    guardian
}

/// Id of the declared chain, or zero.
public fun chain(self: &Authority): u64 {
    self.chain
}

/// Whether this was declared to be a local network.
public fun is_localnet(self: &Authority): bool {
    self.is_localnet
}

/// Whether the set-up is over.
public fun is_set_up(self: &Authority): bool {
    self.is_set_up
}

/// Schedules an action, due after 48 hours, and returns its number.
///
/// Aborts with `ENotDeclared`.
public(package) fun schedule<A: copy + drop + store>(
    self: &mut Authority,
    cap: &GovernanceCap,
    action: A,
    clock: &Clock,
): u64 {
    self.wait(cap, action, DELAY, true, clock)
}

/// As `schedule`, due after 7 days.
public(package) fun schedule_long<A: copy + drop + store>(
    self: &mut Authority,
    cap: &GovernanceCap,
    action: A,
    clock: &Clock,
): u64 {
    self.wait(cap, action, LONG_DELAY, true, clock)
}

/// Takes a due action out, for its module to do.
///
/// Aborts with `EUnknownAction`, `EActionNotDue`, `EActionLapsed`.
public(package) fun take<A: copy + drop + store>(
    self: &mut Authority,
    _: &GovernanceCap,
    number: u64,
    clock: &Clock,
): A {
    let Scheduled { action, due_at, in_set_up, .. } = self.remove<A>(number);
    let now = clock_time::seconds(clock);
    assert!(now >= due_at, EActionNotDue);
    // What was scheduled without delay must not be left over for a time when delays protect.
    assert!(now - due_at <= GRACE && in_set_up != self.is_set_up, EActionLapsed);
    event::emit(ActionExecuted { number });
    action
}

/// Ends the set-up and returns the chain.
///
/// Aborts with `ENotDeclared`.
public(package) fun finish(self: &mut Authority, cap: SetupCap): u64 {
    assert!(self.chain != 0, ENotDeclared);
    let SetupCap { id } = cap;
    id.delete();
    self.is_set_up = true;
    event::emit(SetUp { chain: self.chain, is_localnet: self.is_localnet });
    self.chain
}

fun wait<A: copy + drop + store>(
    self: &mut Authority,
    _: &GovernanceCap,
    action: A,
    delay: u64,
    guardian_may_cancel: bool,
    clock: &Clock,
): u64 {
    assert!(self.chain != 0, ENotDeclared);
    let number = self.next_action;
    self.next_action = number + 1;
    let in_set_up = !self.is_set_up;
    let delay = if (self.is_localnet || in_set_up) 0 else delay;
    let due_at = clock_time::seconds(clock) + delay;
    dynamic_field::add(
        &mut self.id,
        ActionKey(number),
        Scheduled { action, due_at, in_set_up, guardian_may_cancel },
    );
    event::emit(ActionScheduled { number, action, due_at });
    number
}

fun remove<A: copy + drop + store>(self: &mut Authority, number: u64): Scheduled<A> {
    let key = ActionKey(number);
    assert!(
        dynamic_field::exists_with_type<ActionKey, Scheduled<A>>(&self.id, key),
        EUnknownAction,
    );
    dynamic_field::remove(&mut self.id, key)
}

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) {
    init(ctx)
}
