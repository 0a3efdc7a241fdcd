/// Signatures, docs/spec/protocol.md section 8: secp256k1 ECDSA over a Keccak-256 digest.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 32 | r |
/// | 32 | 32 | s, at most half the group order |
/// | 64 | 1 | v, 27 or 28 |
///
/// A signature set is the concatenation of 1 to 32 of them in strictly ascending order of signer
/// address. A signer is the last 20 bytes of `hash(x, y)` of its public key; it is held in an
/// `address`, after 12 zero bytes.
///
/// Signatures are counted by their signers, and what could let one signer count twice is refused: a
/// high s, a second v, a repeated or unordered signer (INV-05).
///
/// Who the signers are is not judged here. A signature by a stranger is well formed; the caller
/// skips it.
///
/// Cost: 1,080 instructions and 13 natives a signature.
///
/// The rule `UnrecoverableSignature` (r is zero, too large or not on the curve, or the key is the
/// point at infinity) is the abort of `sui::ecdsa_k1`.
module corridor::signature;

use corridor::{reader::{Self, Reader}, wire};
use std::bcs;
use sui::ecdsa_k1;

/// A signature is not 65 bytes, or a set is not a multiple of 65.
const EInvalidSignatureLength: u64 = 1;
/// A set holds no signature or more than 32.
const EInvalidSignatureCount: u64 = 2;
/// `s` is zero or above half the group order.
const EInvalidSignatureS: u64 = 3;
/// `v` is neither 27 nor 28.
const EInvalidSignatureV: u64 = 4;
/// The address of a signer is not above the one before it.
const EUnorderedSigners: u64 = 5;

const LENGTH: u64 = 65;
const MAX_SIGNATURES: u64 = 32;

/// Half the order of secp256k1, rounded down (SEC 2 section 2.4.1).
const HALF_ORDER: u256 = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
const ADDRESS_MASK: u256 = 0xffffffffffffffffffffffffffffffffffffffff;

/// How `sui::ecdsa_k1` names the hash that it applies to the message.
const KECCAK256: u8 = 0;

/// A signature as `sui::ecdsa_k1` takes it, 65 bytes with a recovery id of 0 or 1.
public struct Recoverable has drop {
    r: address,
    s: address,
    recovery_id: u8,
}

/// A public key without the prefix byte of its uncompressed form, 64 bytes.
public struct PublicKey has drop {
    x: address,
    y: address,
}

/// The signer of `message`, given the message itself, not its hash.
///
/// Aborts, in this order, with `EInvalidSignatureLength`, `EInvalidSignatureS`,
/// `EInvalidSignatureV`, or within `sui::ecdsa_k1` if no key can be recovered.
public(package) fun recover(signature: vector<u8>, message: &vector<u8>): address {
    assert!(signature.length() == LENGTH, EInvalidSignatureLength);
    address_of(recover_next(&mut reader::new(signature), message))
}

/// The signers of `message`, in ascending order.
///
/// Aborts with `EInvalidSignatureLength` or `EInvalidSignatureCount` for the set, then for the first
/// signature that breaks a rule with `EInvalidSignatureS`, `EInvalidSignatureV`, within
/// `sui::ecdsa_k1`, or with `EUnorderedSigners`.
public(package) fun recover_set(signatures: vector<u8>, message: &vector<u8>): vector<address> {
    let length = signatures.length();
    assert!(length % LENGTH == 0, EInvalidSignatureLength);
    assert!(length > 0 && length <= MAX_SIGNATURES * LENGTH, EInvalidSignatureCount);
    let mut reader = reader::new(signatures);
    let mut previous = recover_next(&mut reader, message);
    let mut signers = vector[address_of(previous)];
    while (reader.remaining() > 0) {
        let signer = recover_next(&mut reader, message);
        assert!(signer > previous, EUnorderedSigners);
        signers.push_back(address_of(signer));
        previous = signer;
    };
    signers
}

/// Reads one signature and recovers its signer, as an integer below 2^160.
fun recover_next(reader: &mut Reader, message: &vector<u8>): u256 {
    let r = reader.read_word();
    let s = reader.read_word();
    let v = reader.read_u8();
    // The native accepts a high s, so this is the only check against a signature's twin.
    let s_value = s.to_u256();
    assert!(s_value > 0 && s_value <= HALF_ORDER, EInvalidSignatureS);
    assert!(v == 27 || v == 28, EInvalidSignatureV);
    let recoverable = bcs::to_bytes(&Recoverable { r, s, recovery_id: v - 27 });
    let compressed = ecdsa_k1::secp256k1_ecrecover(&recoverable, message, KECCAK256);
    let mut key = reader::new(ecdsa_k1::decompress_pubkey(&compressed));
    // 0x04, the mark of the uncompressed form.
    key.skip(1);
    let x = key.read_word();
    let y = key.read_word();
    key.finish();
    wire::hash(&PublicKey { x, y }).to_u256() & ADDRESS_MASK
}

fun address_of(signer: u256): address {
    sui::address::from_u256(signer)
}
