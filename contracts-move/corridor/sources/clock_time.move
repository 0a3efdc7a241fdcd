/// The time that rules are judged by.
module corridor::clock_time;

use sui::clock::Clock;

/// The clock's time in whole seconds since 1970.
public(package) fun seconds(clock: &Clock): u64 {
    clock.timestamp_ms() / 1_000
}
