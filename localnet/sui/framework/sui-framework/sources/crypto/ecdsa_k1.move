/// ECDSA over secp256k1, the curve of Ethereum accounts.
module sui::ecdsa_k1;

/// No public key belongs to this signature and message.
#[allow(unused_const)]
const EFailToRecoverPubKey: u64 = 0;
/// The signature is malformed.
#[allow(unused_const)]
const EInvalidSignature: u64 = 1;
/// The public key is malformed.
#[allow(unused_const)]
const EInvalidPubKey: u64 = 2;
/// The private key is malformed.
#[test_only, allow(unused_const)]
const EInvalidPrivKey: u64 = 3;
/// The hash is neither 0 nor 1.
#[test_only, allow(unused_const)]
const EInvalidHashFunction: u64 = 4;
/// The seed is malformed.
#[test_only, allow(unused_const)]
const EInvalidSeed: u64 = 5;

/// `hash` value for keccak256.
#[allow(unused_const)]
const KECCAK256: u8 = 0;
/// `hash` value for SHA-256.
#[allow(unused_const)]
const SHA256: u8 = 1;

/// The signer's compressed public key, 33 bytes. `signature` is r, s and a recovery id of 0 to 3, 65 bytes; `msg`
/// is hashed with `hash` first. Aborts with `EFailToRecoverPubKey` or `EInvalidSignature`.
public native fun secp256k1_ecrecover(
    signature: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): vector<u8>;

/// The uncompressed form, 65 bytes, of a compressed public key, 33 bytes. Aborts with `EInvalidPubKey`.
public native fun decompress_pubkey(pubkey: &vector<u8>): vector<u8>;

/// Whether `signature` (r and s, 64 bytes, s in the lower half) over `msg`, hashed with `hash`, is by
/// `public_key` (33 bytes). False on malformed input.
public native fun secp256k1_verify(
    signature: &vector<u8>,
    public_key: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): bool;

/// A signature by `private_key` (32 bytes) over `msg`: 64 bytes, or 65 if `recoverable`.
#[test_only]
public native fun secp256k1_sign(
    private_key: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
    recoverable: bool,
): vector<u8>;

/// A key pair for tests.
#[test_only]
public struct KeyPair has drop {
    private_key: vector<u8>,
    public_key: vector<u8>,
}

/// The private key, 32 bytes.
#[test_only]
public fun private_key(self: &KeyPair): &vector<u8> {
    &self.private_key
}

/// The compressed public key, 33 bytes.
#[test_only]
public fun public_key(self: &KeyPair): &vector<u8> {
    &self.public_key
}

/// The key pair that a 32-byte seed leads to.
#[test_only]
public native fun secp256k1_keypair_from_seed(seed: &vector<u8>): KeyPair;
