/// What a quorum reads of a signing key: docs/spec/contracts.md section 2.
module corridor::signer;

/// The key does not count and cannot be judged or evicted: it resigned, was evicted or was revoked.
const ESignerNotActive: u64 = 1;

const ACTIVE: u8 = 1;
const RESIGNED: u8 = 2;
const EVICTED: u8 = 3;
const REVOKED: u8 = 4;

/// A key with a record.
public struct Signer has copy, drop, store {
    /// The key counts while the clock is at most that, in seconds since 1970.
    expires_at: u64,
    /// The judgement epoch under which it was last judged.
    epoch: u32,
    /// Number of the platform, from 1.
    platform: u32,
    /// Number of the operator, from 1.
    operator: u16,
    /// 1 Intel.
    vendor: u8,
    /// 1 active, 2 resigned, 3 evicted, 4 revoked.
    status: u8,
}

public(package) fun new(
    expires_at: u64,
    epoch: u32,
    platform: u32,
    operator: u16,
    vendor: u8,
): Signer {
    Signer { expires_at, epoch, platform, operator, vendor, status: ACTIVE }
}

/// Whether the key counts: active, not expired, judged under the present epoch (INV-22).
public(package) fun counts(self: &Signer, epoch: u32, now: u64): bool {
    self.status == ACTIVE && self.epoch == epoch && now <= self.expires_at
}

public(package) fun is_revoked(self: &Signer): bool {
    self.status == REVOKED
}

/// Aborts with `ESignerNotActive`.
public(package) fun assert_active(self: &Signer) {
    assert!(self.status == ACTIVE, ESignerNotActive);
}

public(package) fun judged_under(self: &mut Signer, epoch: u32) {
    self.epoch = epoch;
}

public(package) fun resign(self: &mut Signer) {
    self.status = RESIGNED;
}

public(package) fun evict(self: &mut Signer) {
    self.status = EVICTED;
}

public(package) fun revoke(self: &mut Signer) {
    self.status = REVOKED;
}

public(package) fun platform(self: &Signer): u32 {
    self.platform
}

public(package) fun operator(self: &Signer): u16 {
    self.operator
}

public(package) fun vendor(self: &Signer): u8 {
    self.vendor
}
