/// The chain's time, in the shared object 0x6.
module sui::clock;

/// Only the system may do this.
const ENotSystemAddress: u64 = 0;

/// The one clock. No transaction may take it by mutable reference.
public struct Clock has key {
    id: UID,
    timestamp_ms: u64,
}

/// When the current consensus commit was made, milliseconds since 1970.
public fun timestamp_ms(clock: &Clock): u64 {
    clock.timestamp_ms
}

/// Genesis: shares the clock.
#[allow(unused_function)]
fun create(ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    transfer::share_object(Clock { id: object::clock(), timestamp_ms: 0 })
}

/// Every consensus commit: sets the time.
#[allow(unused_function)]
fun consensus_commit_prologue(clock: &mut Clock, timestamp_ms: u64, ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    clock.timestamp_ms = timestamp_ms
}

// === Test only ===

/// A clock at zero, with an id of its own.
#[test_only]
public fun create_for_testing(ctx: &mut TxContext): Clock {
    Clock { id: object::new(ctx), timestamp_ms: 0 }
}

/// Shares a clock.
#[test_only]
public fun share_for_testing(clock: Clock) {
    transfer::share_object(clock)
}

/// Moves a clock forward.
#[test_only]
public fun increment_for_testing(clock: &mut Clock, tick: u64) {
    clock.timestamp_ms = clock.timestamp_ms + tick
}

/// Sets a clock. Aborts if that is back in time.
#[test_only]
public fun set_for_testing(clock: &mut Clock, timestamp_ms: u64) {
    assert!(clock.timestamp_ms <= timestamp_ms);
    clock.timestamp_ms = timestamp_ms
}

/// Destroys a clock.
#[test_only]
public fun destroy_for_testing(clock: Clock) {
    let Clock { id, timestamp_ms: _ } = clock;
    id.delete()
}
