/// Revocations, docs/spec/protocol.md section 10: what the guardian signs to put a key, a machine or
/// a measurement out of service. Not bound to a chain: one signature serves on every registry, and
/// anyone may submit it anywhere, any number of times.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 32 | tag `corridor.revocation.v1` |
/// | 32 | 1 | target kind: 1 signer, 2 platform, 3 measurement |
/// | 33 | 32 | target: signer address left-padded, platform id or measurement id |
module corridor::revocation;

use corridor::{reader, tag, wire};
use std::bcs;

/// Not 65 bytes.
const EInvalidRevocationLength: u64 = 1;
/// Another tag than the revocation's.
const EInvalidRevocationTag: u64 = 2;
/// The target kind is not 1, 2 or 3.
const EInvalidRevocationTargetKind: u64 = 3;
/// The target is zero, or a signer whose first 12 bytes are not.
const EInvalidRevocationTarget: u64 = 4;

const LENGTH: u64 = 65;

const SIGNER: u8 = 1;
const PLATFORM: u8 = 2;
const MEASUREMENT: u8 = 3;

/// A well-formed revocation, signed or not.
public struct Revocation has drop {
    kind: u8,
    target: address,
}

/// The wire format, see `corridor::wire`.
public struct Encoding has drop {
    tag: address,
    kind: u8,
    target: address,
}

/// A revocation of `target`, whose kind is 1 (signer), 2 (platform) or 3 (measurement).
///
/// Aborts with `EInvalidRevocationTargetKind` or `EInvalidRevocationTarget`.
public(package) fun new(kind: u8, target: address): Revocation {
    assert!(kind >= SIGNER && kind <= MEASUREMENT, EInvalidRevocationTargetKind);
    assert!(target != @0x0, EInvalidRevocationTarget);
    assert!(kind != SIGNER || target.to_u256() >> 160 == 0, EInvalidRevocationTarget);
    Revocation { kind, target }
}

/// A revocation of a signer.
///
/// Aborts with `EInvalidRevocationTarget`.
public(package) fun of_signer(target: address): Revocation {
    new(SIGNER, target)
}

/// The revocation encoded in `bytes`, and nothing else in them.
///
/// Aborts, in this order, with `EInvalidRevocationLength`, `EInvalidRevocationTag`,
/// `EInvalidRevocationTargetKind`, `EInvalidRevocationTarget`.
public(package) fun decode(bytes: vector<u8>): Revocation {
    assert!(bytes.length() == LENGTH, EInvalidRevocationLength);
    let mut reader = reader::new(bytes);
    assert!(reader.read_word() == tag::revocation(), EInvalidRevocationTag);
    let kind = reader.read_u8();
    let target = reader.read_word();
    reader.finish();
    new(kind, target)
}

/// The revocation in its wire format, 65 bytes; what `corridor::signature` takes as the message.
public(package) fun encode(self: &Revocation): vector<u8> {
    bcs::to_bytes(&self.encoding())
}

/// `hash(revocation)`, which is what the guardian signs.
public fun digest(self: &Revocation): address {
    wire::hash(&self.encoding())
}

/// 1 for a signer, 2 for a platform, 3 for a measurement.
public fun kind(self: &Revocation): u8 {
    self.kind
}

/// Whether a signer is revoked.
public fun is_signer(self: &Revocation): bool {
    self.kind == SIGNER
}

/// Whether a platform is revoked.
public fun is_platform(self: &Revocation): bool {
    self.kind == PLATFORM
}

/// Whether a measurement is revoked.
public fun is_measurement(self: &Revocation): bool {
    self.kind == MEASUREMENT
}

/// The signer's address after 12 zero bytes, the platform id or the measurement id.
public fun target(self: &Revocation): address {
    self.target
}

fun encoding(self: &Revocation): Encoding {
    Encoding { tag: tag::revocation(), kind: self.kind, target: self.target }
}
