/// An origin that an inbox serves: docs/spec/contracts.md section 6. Outbox and generation never change.
module corridor::origin;

use corridor::{nonce, pause::{Self, Pause}, policy::Policy, statement::Statement};

/// The statement is about another outbox than the one that is served for its chain.
const EWrongOutbox: u64 = 1;
/// The statement's nonces are of another generation than the one that is served.
const EWrongGeneration: u64 = 2;
/// The origin is paused.
const EOriginPaused: u64 = 3;
/// As many messages were delivered in the window as the origin's cap allows.
const EOriginCapReached: u64 = 4;

public struct Origin has store {
    outbox: address,
    generation: u16,
    policy: Policy,
    pause: Pause,
    cap: Cap,
}

/// How many messages a window of time takes; a limit of zero is none.
public struct Cap has copy, drop, store {
    limit: u64,
    window_seconds: u64,
    /// Start of the present window, in seconds since 1970, and the messages in it.
    window_start: u64,
    used: u64,
}

public(package) fun new(outbox: address, generation: u16, policy: Policy): Origin {
    Origin { outbox, generation, policy, pause: pause::new(), cap: cap(0, 0) }
}

public(package) fun cap(limit: u64, window_seconds: u64): Cap {
    Cap { limit, window_seconds, window_start: 0, used: 0 }
}

/// Aborts with `EWrongOutbox`, `EWrongGeneration`.
public(package) fun check(self: &Origin, statement: &Statement) {
    assert!(statement.origin_outbox() == self.outbox, EWrongOutbox);
    // A run never leaves its generation (INV-07).
    assert!(nonce::generation(statement.first_nonce()) == self.generation, EWrongGeneration);
}

/// Aborts with `EOriginPaused`.
public(package) fun assert_not_paused(self: &Origin, now: u64) {
    assert!(!self.pause.is_paused(now), EOriginPaused);
}

/// Whether deliveries must be counted.
public(package) fun is_capped(self: &Origin): bool {
    self.cap.limit != 0
}

/// Counts one message more.
///
/// Aborts with `EOriginCapReached`.
public(package) fun count_message(self: &mut Origin, now: u64) {
    let cap = &mut self.cap;
    if (now - cap.window_start >= cap.window_seconds) {
        cap.window_start = now;
        cap.used = 0;
    };
    assert!(cap.used < cap.limit, EOriginCapReached);
    cap.used = cap.used + 1;
}

public(package) fun outbox(self: &Origin): address {
    self.outbox
}

public(package) fun policy(self: &Origin): &Policy {
    &self.policy
}

public(package) fun pause_mut(self: &mut Origin): &mut Pause {
    &mut self.pause
}

public(package) fun set_policy(self: &mut Origin, policy: Policy) {
    self.policy = policy;
}

public(package) fun set_cap(self: &mut Origin, cap: Cap) {
    self.cap = cap;
}
