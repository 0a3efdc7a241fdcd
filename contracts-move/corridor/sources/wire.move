/// Writing the protocol's wire formats, docs/spec/protocol.md, with the least number of instructions.
///
/// Sui prices instructions, and the bytes that they push on the stack, in tiers: what a transaction
/// has spent is never taken back, and each further unit costs more. Copying a byte in Move takes
/// several instructions (`vector::append`: 25) and tens of bytes of stack (a sum alone counts as 32).
/// A native costs a small amount, flat or two units a byte, and `std::bcs::to_bytes` is one. Struct
/// fields of fixed width come out of it in order, with nothing between or around them, so a struct
/// declared in wire order *is* the wire format, provided that
///
/// - 32-byte values (addresses, ids, hashes, keys) are held as `address`, which BCS writes as it
///   stands. An `address` has exactly 32 bytes, so none of their lengths is ever checked again;
/// - integers are reversed first, since BCS writes them little-endian and the protocol big-endian.
module corridor::wire;

use std::bcs;
use sui::{address, hash};

/// `value` with its 8 bytes reversed, so that BCS writes `value` big-endian.
public(package) fun reverse_u64(value: u64): u64 {
    // Swap neighbouring bytes, then neighbouring pairs, then halves: 30 instructions instead of the
    // 70 of going byte by byte. Bits shifted out on the left are dropped.
    let bytes = ((value & 0x00ff00ff00ff00ff) << 8) | ((value >> 8) & 0x00ff00ff00ff00ff);
    let pairs = ((bytes & 0x0000ffff0000ffff) << 16) | ((bytes >> 16) & 0x0000ffff0000ffff);
    (pairs << 32) | (pairs >> 32)
}

/// `value` with its 4 bytes reversed, so that BCS writes `value` big-endian.
public(package) fun reverse_u32(value: u32): u32 {
    let bytes = ((value & 0x00ff00ff) << 8) | ((value >> 8) & 0x00ff00ff);
    (bytes << 16) | (bytes >> 16)
}

/// Writes `value` big-endian over the four bytes of `bytes` from `at` on.
public(package) fun overwrite_u32(bytes: &mut vector<u8>, at: u64, value: u32) {
    *&mut bytes[at] = (value >> 24) as u8;
    *&mut bytes[at + 1] = ((value >> 16) & 0xff) as u8;
    *&mut bytes[at + 2] = ((value >> 8) & 0xff) as u8;
    *&mut bytes[at + 3] = (value & 0xff) as u8;
}

/// Keccak-256 of the BCS bytes of `preimage`.
public(package) fun hash<T: drop>(preimage: &T): address {
    hash_bytes(&bcs::to_bytes(preimage))
}

/// Keccak-256 of `preimage`.
public(package) fun hash_bytes(preimage: &vector<u8>): address {
    address::from_bytes(hash::keccak256(preimage))
}
