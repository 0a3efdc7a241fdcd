/// What guardian and governance decide about the origins of the inbox: docs/spec/contracts.md sections 6 to 8.
///
/// Pausing is instant and lapses; everything else is scheduled, see `corridor::authority`. For what every pair
/// of `schedule_` and execution aborts with, see `corridor::loosening`.
module corridor::origins;

use corridor::{
    authority::{Authority, Guard, GovernanceCap},
    chain,
    clock_time,
    inbox::Inbox,
    origin,
    policy::{Self, Policy}
};
use sui::{clock::Clock, event};

/// There is an origin for the chain.
const EOriginKnown: u64 = 1;
/// Not a chain id, or this chain; an outbox that is not well formed for it; or a generation of zero.
const EInvalidOrigin: u64 = 2;
/// A cap without a window, or a window without a cap.
const EInvalidCap: u64 = 3;

public struct AddOrigin has copy, drop, store {
    chain: u64,
    outbox: address,
    generation: u16,
    policy: Policy,
}

public struct SetPolicy has copy, drop, store {
    chain: u64,
    policy: Policy,
}

public struct SetCap has copy, drop, store {
    chain: u64,
    limit: u64,
    window_seconds: u64,
}

public struct AllowOriginPause has copy, drop, store {
    chain: u64,
}

/// The inbox serves an origin.
public struct OriginAdded has copy, drop {
    chain: u64,
    outbox: address,
    generation: u16,
}

/// An origin has a policy.
public struct PolicySet has copy, drop {
    chain: u64,
    policy: Policy,
}

/// An origin has a cap; a limit of zero is none.
public struct CapSet has copy, drop {
    chain: u64,
    limit: u64,
    window_seconds: u64,
}

/// An origin is paused until a time, in seconds since 1970; zero ends the pause.
public struct OriginPauseSet has copy, drop {
    chain: u64,
    until: u64,
}

/// Pauses an origin.
///
/// Aborts with `corridor::inbox::EUnknownOrigin`, `corridor::pause::EPauseCoolingDown`.
public fun pause_origin(inbox: &mut Inbox, _: &Guard, chain: u64, clock: &Clock) {
    let until = inbox.origin_mut(chain).pause_mut().begin(clock_time::seconds(clock));
    event::emit(OriginPauseSet { chain, until });
}

/// Ends the pause of an origin.
///
/// Aborts with `corridor::inbox::EUnknownOrigin`.
public fun end_origin_pause(inbox: &mut Inbox, _: &Guard, chain: u64) {
    inbox.origin_mut(chain).pause_mut().end();
    event::emit(OriginPauseSet { chain, until: 0 });
}

/// Adds an origin with its policy. Outbox and generation are for ever.
///
/// Aborts with `EInvalidOrigin`, `corridor::policy::EInvalidPolicy`.
public fun schedule_add_origin(
    authority: &mut Authority,
    cap: &GovernanceCap,
    chain: u64,
    outbox: address,
    generation: u16,
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
    clock: &Clock,
): u64 {
    assert!(chain::is_valid(chain) && chain != authority.chain(), EInvalidOrigin);
    assert!(chain::is_well_formed(outbox, chain) && generation != 0, EInvalidOrigin);
    let policy = sound_policy(authority, threshold, operators, platforms, vendors);
    authority.schedule(cap, AddOrigin { chain, outbox, generation, policy }, clock)
}

/// Aborts with `EOriginKnown`.
public fun add_origin(
    inbox: &mut Inbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let AddOrigin { chain, outbox, generation, policy } = authority.take(cap, number, clock);
    assert!(!inbox.has_origin(chain), EOriginKnown);
    inbox.add_origin(chain, origin::new(outbox, generation, policy));
    event::emit(OriginAdded { chain, outbox, generation });
    event::emit(PolicySet { chain, policy });
}

/// Sets the policy of an origin, for kept roots too.
///
/// Aborts with `corridor::policy::EInvalidPolicy`.
public fun schedule_set_policy(
    authority: &mut Authority,
    cap: &GovernanceCap,
    chain: u64,
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
    clock: &Clock,
): u64 {
    let policy = sound_policy(authority, threshold, operators, platforms, vendors);
    authority.schedule(cap, SetPolicy { chain, policy }, clock)
}

/// Aborts with `corridor::inbox::EUnknownOrigin`.
public fun set_policy(
    inbox: &mut Inbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let SetPolicy { chain, policy } = authority.take(cap, number, clock);
    inbox.origin_mut(chain).set_policy(policy);
    event::emit(PolicySet { chain, policy });
}

/// Lets an origin deliver `limit` messages in every window of so many seconds; zero and zero take a cap away.
///
/// Aborts with `EInvalidCap`.
public fun schedule_set_cap(
    authority: &mut Authority,
    cap: &GovernanceCap,
    chain: u64,
    limit: u64,
    window_seconds: u64,
    clock: &Clock,
): u64 {
    assert!((limit == 0) == (window_seconds == 0), EInvalidCap);
    authority.schedule(cap, SetCap { chain, limit, window_seconds }, clock)
}

/// Aborts with `corridor::inbox::EUnknownOrigin`.
public fun set_cap(
    inbox: &mut Inbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let SetCap { chain, limit, window_seconds } = authority.take(cap, number, clock);
    inbox.origin_mut(chain).set_cap(origin::cap(limit, window_seconds));
    event::emit(CapSet { chain, limit, window_seconds });
}

/// Lets an origin be paused again, whenever it was paused last.
public fun schedule_allow_origin_pause(
    authority: &mut Authority,
    cap: &GovernanceCap,
    chain: u64,
    clock: &Clock,
): u64 {
    authority.schedule(cap, AllowOriginPause { chain }, clock)
}

/// Aborts with `corridor::inbox::EUnknownOrigin`.
public fun allow_origin_pause(
    inbox: &mut Inbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let AllowOriginPause { chain } = authority.take(cap, number, clock);
    inbox.origin_mut(chain).pause_mut().allow();
}

/// Pauses an origin whatever happened before: a signer that counted was proven to equivocate.
public(package) fun impose_pause(inbox: &mut Inbox, chain: u64, now: u64) {
    let until = inbox.origin_mut(chain).pause_mut().impose(now);
    event::emit(OriginPauseSet { chain, until });
}

fun sound_policy(
    authority: &Authority,
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
): Policy {
    let policy = policy::new(threshold, operators, platforms, vendors);
    policy.check(authority.is_localnet());
    policy
}
