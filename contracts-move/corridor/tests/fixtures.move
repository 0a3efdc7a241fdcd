/// Values that the tests of several modules share.
#[test_only]
module corridor::fixtures;

use corridor::{message::{Self, Message}, statement::{Self, Statement}};
use sui::{address, ecdsa_k1};

/// An EVM chain and a Sui chain.
public fun evm_chain(): u64 {
    31337
}

public fun sui_chain(): u64 {
    0x53000000_35834a8a
}

public fun evm_address(): address {
    @0x00112233445566778899aabbccddeeff00112233
}

public fun sui_address(): address {
    @0xf0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f
}

/// The lowest address with more than 20 bytes, which is none of an EVM chain.
public fun wide_address(): address {
    @0x10000000000000000000000000000000000000000
}

/// A plain message from EVM to Sui.
public fun message(body: vector<u8>): Message {
    message::new(
        0,
        evm_chain(),
        sui_chain(),
        0x0001_000000000007,
        evm_address(),
        sui_address(),
        200_000,
        body,
    )
}

/// A statement about messages from EVM to Sui.
public fun statement(first_nonce: u64, message_count: u32): Statement {
    statement::new(
        evm_chain(),
        evm_address(),
        sui_chain(),
        sui_address(),
        21_000_000,
        @0xaaaa,
        1_700_000_000,
        first_nonce,
        message_count,
        @0xbbbb,
    )
}

/// `length` bytes that differ from their neighbours.
public fun filler(length: u64): vector<u8> {
    let mut bytes = vector[];
    length.do!(|i| bytes.push_back(((i * 7 + i / 251 + 1) % 256) as u8));
    bytes
}

/// The concatenation of `parts`.
public fun join(parts: vector<vector<u8>>): vector<u8> {
    parts.flatten()
}

/// The bytes of `bytes` from `start` up to `end`, without the one there.
public fun slice(bytes: &vector<u8>, start: u64, end: u64): vector<u8> {
    vector::tabulate!(end - start, |i| bytes[start + i])
}

/// `bytes` with `patch` written over them from `at` on.
public fun patched(mut bytes: vector<u8>, at: u64, patch: vector<u8>): vector<u8> {
    patch.length().do!(|i| *&mut bytes[at + i] = patch[i]);
    bytes
}

/// `bytes` with the bits of `mask` flipped at `at`.
public fun flipped(mut bytes: vector<u8>, at: u64, mask: u8): vector<u8> {
    *&mut bytes[at] = bytes[at] ^ mask;
    bytes
}

/// The signature of `message` by a private key, as the protocol has it: `v` is 27 or 28.
public fun sign(private_key: u64, message: &vector<u8>): vector<u8> {
    let key = address::from_u256(private_key as u256).to_bytes();
    let mut signature = ecdsa_k1::secp256k1_sign(&key, message, 0, true);
    let v = signature.pop_back();
    signature.push_back(v + 27);
    signature
}

/// Whether each of `signatures`, 65 bytes, obeys the rules that `corridor::signature` itself applies
/// to one.
public fun are_in_form(signatures: vector<u8>): bool {
    let half_order = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    let mut at = 0;
    while (at + 65 <= signatures.length()) {
        let s = address::from_bytes(slice(&signatures, at + 32, at + 64)).to_u256();
        let v = signatures[at + 64];
        if (s == 0 || s > half_order || (v != 27 && v != 28)) return false;
        at = at + 65;
    };
    at == signatures.length() && at > 0
}
