/// Pauses that lapse: docs/spec/contracts.md section 7. A pause ends after 5 days, and none is possible for
/// 12 days after one began, so that no guardian can stop a lane for good. It changes nothing else (INV-25).
module corridor::pause;

/// The last pause began less than 12 days ago.
const EPauseCoolingDown: u64 = 1;

const DAY: u64 = 86_400;
const LENGTH: u64 = 5 * DAY;
const COOLDOWN: u64 = 12 * DAY;

/// Times in seconds since 1970; zero is long ago.
public struct Pause has copy, drop, store {
    /// Paused before that time.
    until: u64,
    /// No pause before that time.
    next: u64,
}

public(package) fun new(): Pause {
    Pause { until: 0, next: 0 }
}

public(package) fun is_paused(self: &Pause, now: u64): bool {
    now < self.until
}

/// Pauses, and returns until when.
///
/// Aborts with `EPauseCoolingDown`.
public(package) fun begin(self: &mut Pause, now: u64): u64 {
    assert!(now >= self.next, EPauseCoolingDown);
    self.impose(now)
}

/// Pauses whatever happened before, and returns until when.
public(package) fun impose(self: &mut Pause, now: u64): u64 {
    self.until = now + LENGTH;
    self.next = now + COOLDOWN;
    self.until
}

/// Ends a pause.
public(package) fun end(self: &mut Pause) {
    self.until = 0;
}

/// Makes the next pause possible at once.
public(package) fun allow(self: &mut Pause) {
    self.next = 0;
}
