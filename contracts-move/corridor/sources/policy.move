/// What makes a set of signatures a quorum: docs/spec/contracts.md section 4.
///
/// A `Policy` is sound wherever it is found: none of its numbers is zero, and off a local network one
/// signer, one operator or one machine never suffices (INV-26). An application that asks for more than the
/// inbox does makes a policy of its own, and asks the quorum of what it received whether it `meets` it.
module corridor::policy;

/// Threshold not 1 to 32, a minimum not 1 to the threshold, or too little off a local network.
const EInvalidPolicy: u64 = 1;
/// The quorum does not meet the policy.
const EQuorumNotReached: u64 = 2;

/// As many signatures as a set can have.
const MAX_SIGNERS: u8 = 32;

/// The least of each that a quorum has.
public struct Policy has copy, drop, store {
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
}

/// How many signers counted, and how many distinct operators, platforms and vendors they have.
public struct Quorum has copy, drop, store {
    signers: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
}

/// A policy that suits any network.
///
/// Aborts with `EInvalidPolicy` unless it is 1 to 32 signers, and of each other 1 to that many.
public fun new(threshold: u8, operators: u8, platforms: u8, vendors: u8): Policy {
    assert!(threshold > 0 && threshold <= MAX_SIGNERS, EInvalidPolicy);
    assert!(operators > 0 && operators <= threshold, EInvalidPolicy);
    assert!(platforms > 0 && platforms <= threshold, EInvalidPolicy);
    assert!(vendors > 0 && vendors <= threshold, EInvalidPolicy);
    Policy { threshold, operators, platforms, vendors }
}

/// Whether each count is at least the policy's minimum.
public fun meets(self: &Quorum, policy: &Policy): bool {
    self.signers >= policy.threshold &&
    self.operators >= policy.operators &&
    self.platforms >= policy.platforms &&
    self.vendors >= policy.vendors
}

/// How many signers counted.
public fun signers(self: &Quorum): u8 {
    self.signers
}

/// How many distinct operators they have.
public fun operators(self: &Quorum): u8 {
    self.operators
}

/// How many distinct platforms they have.
public fun platforms(self: &Quorum): u8 {
    self.platforms
}

/// How many distinct vendors they have.
public fun vendors(self: &Quorum): u8 {
    self.vendors
}

/// Checks what an origin's policy must be beyond that off a local network: at least two signers and two
/// operators, and every signer on a machine of its own.
///
/// Aborts with `EInvalidPolicy`.
public(package) fun check(self: &Policy, is_localnet: bool) {
    if (is_localnet) return;
    assert!(self.threshold > 1 && self.operators > 1, EInvalidPolicy);
    assert!(self.platforms == self.threshold, EInvalidPolicy);
}

public(package) fun quorum(signers: u8, operators: u8, platforms: u8, vendors: u8): Quorum {
    Quorum { signers, operators, platforms, vendors }
}

/// Aborts with `EQuorumNotReached` unless the quorum meets the policy.
public(package) fun assert_met(self: &Policy, quorum: &Quorum) {
    assert!(quorum.meets(self), EQuorumNotReached);
}

/// Of each count the higher. The signers behind both together have at least as much.
public(package) fun raise(self: &mut Quorum, other: &Quorum) {
    self.signers = self.signers.max(other.signers);
    self.operators = self.operators.max(other.operators);
    self.platforms = self.platforms.max(other.platforms);
    self.vendors = self.vendors.max(other.vendors);
}
