/// Entries of the allow list: docs/spec/contracts.md sections 2 and 3. An entry says which program, launched
/// how and started with which configuration, may hold a signing key; MRSIGNER plays no part.
///
/// | TEE type | registers | attributes | launch |
/// |---|---|---|---|
/// | 1 SGX | MRENCLAVE (32) | ATTRIBUTES (16), MISCSELECT (4) | CONFIGID (64), CONFIGSVN (2) |
/// | 2 TDX | MRTD, RTMR0 to RTMR3 (48 each) | TDATTRIBUTES (8), XFAM (8) | MRCONFIGID, MROWNER, MROWNERCONFIG, MRSERVICETD (48 each) |
module corridor::entry;

use corridor::{evidence::Evidence, tag, wire};
use std::bcs;
use sui::{address, hash};

/// A field is zero or not of its length, the value has a bit outside of the mask, or the mask leaves open
/// whether the host can look inside or move the environment to another machine.
const EInvalidEntry: u64 = 1;
/// The evidence is of another verifier, measurement, launch or configuration, or has other attributes.
const EEntryMismatch: u64 = 2;

const SGX: u8 = 1;
const TDX: u8 = 2;

/// Bytes of attributes that there are, and DEBUG (bit 1 of byte 0), left-aligned in 32 bytes.
const SGX_ATTRIBUTES: u256 = 0xffffffffffffffffffffffffffffffffffffffff000000000000000000000000;
const SGX_DEBUG: u256 = 0x02 << 248;
/// The same, DEBUG with the other ways to look inside (byte 0), and MIGRATABLE (bit 29).
const TDX_ATTRIBUTES: u256 = 0xffffffffffffffffffffffffffffffff00000000000000000000000000000000;
const TDX_DEBUG: u256 = 0xff << 248;
const TDX_MIGRATABLE: u256 = 0x20 << 224;

const SGX_REGISTERS_LENGTH: u64 = 32;
const TDX_REGISTERS_LENGTH: u64 = 240;
const SGX_LAUNCH_LENGTH: u64 = 66;
const TDX_LAUNCH_LENGTH: u64 = 192;
/// Offset of MRSERVICETD in the launch fields of TDX.
const SERVICE_TD: u64 = 144;

/// A sound entry.
public struct Entry has copy, drop, store {
    /// Number of the evidence verifier.
    verifier: u32,
    measurement: address,
    /// Which attributes matter, and what they must be.
    attributes_mask: address,
    attributes_value: address,
    launch_hash: address,
    configuration_hash: address,
    /// Last second, since 1970, of what is admitted by this entry.
    not_after: u64,
}

/// What a measurement id is the hash of, before the registers.
public struct MeasurementPrefix has drop {
    tag: address,
    tee_type: u8,
}

/// An entry for the program with the given registers and launch fields, which are as in the table above.
///
/// Aborts with `EInvalidEntry`.
public(package) fun new(
    verifier: u32,
    tee_type: u8,
    registers: vector<u8>,
    attributes_mask: address,
    attributes_value: address,
    launch: vector<u8>,
    configuration_hash: address,
    not_after: u64,
): Entry {
    assert!(tee_type == SGX || tee_type == TDX, EInvalidEntry);
    assert!(verifier != 0 && configuration_hash != @0x0 && not_after != 0, EInvalidEntry);
    assert!(!is_zero(&registers, 0), EInvalidEntry);
    let mask = attributes_mask.to_u256();
    let value = attributes_value.to_u256();
    let (all, decided, closed) = if (tee_type == SGX) {
        assert!(registers.length() == SGX_REGISTERS_LENGTH, EInvalidEntry);
        assert!(launch.length() == SGX_LAUNCH_LENGTH, EInvalidEntry);
        (SGX_ATTRIBUTES, SGX_DEBUG, SGX_DEBUG)
    } else {
        assert!(registers.length() == TDX_REGISTERS_LENGTH, EInvalidEntry);
        assert!(launch.length() == TDX_LAUNCH_LENGTH, EInvalidEntry);
        let decided = TDX_DEBUG | TDX_MIGRATABLE;
        // Where the entry pins a migration TD, that one is part of what is admitted.
        let is_pinned = !is_zero(&launch, SERVICE_TD);
        (TDX_ATTRIBUTES, decided, if (is_pinned) TDX_DEBUG else decided)
    };
    assert!(mask & all == mask && value & mask == value, EInvalidEntry);
    assert!(mask & decided == decided && value & closed == 0, EInvalidEntry);
    Entry {
        verifier,
        measurement: measurement(tee_type, registers),
        attributes_mask,
        attributes_value,
        launch_hash: wire::hash_bytes(&launch),
        configuration_hash,
        not_after,
    }
}

/// `hash(TAG_MEASUREMENT, TEE type (1), registers)`
public(package) fun measurement(tee_type: u8, registers: vector<u8>): address {
    let mut preimage = bcs::to_bytes(&MeasurementPrefix { tag: tag::measurement(), tee_type });
    preimage.append(registers);
    address::from_bytes(hash::keccak256(&preimage))
}

/// Checks that evidence is of the program that the entry describes.
///
/// Aborts with `EEntryMismatch`.
public(package) fun check<W>(
    self: &Entry,
    verifier: u32,
    measurement: address,
    configuration_hash: address,
    evidence: &Evidence<W>,
) {
    assert!(verifier == self.verifier, EEntryMismatch);
    assert!(measurement == self.measurement, EEntryMismatch);
    let mut attributes = evidence.attributes();
    while (attributes.length() < 32) attributes.push_back(0);
    let attributes = address::from_bytes(attributes).to_u256();
    let masked = attributes & self.attributes_mask.to_u256();
    assert!(masked == self.attributes_value.to_u256(), EEntryMismatch);
    assert!(wire::hash_bytes(&evidence.launch()) == self.launch_hash, EEntryMismatch);
    assert!(configuration_hash == self.configuration_hash, EEntryMismatch);
}

public(package) fun verifier(self: &Entry): u32 {
    self.verifier
}

public(package) fun not_after(self: &Entry): u64 {
    self.not_after
}

/// Whether all bytes from `from` on are zero.
fun is_zero(bytes: &vector<u8>, from: u64): bool {
    let mut i = from;
    while (i < bytes.length()) {
        if (bytes[i] != 0) return false;
        i = i + 1;
    };
    true
}
