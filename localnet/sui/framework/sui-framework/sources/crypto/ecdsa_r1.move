/// ECDSA over secp256r1 (NIST P-256).
module sui::ecdsa_r1;

/// No public key belongs to this signature and message.
#[allow(unused_const)]
const EFailToRecoverPubKey: u64 = 0;
/// The signature is malformed.
#[allow(unused_const)]
const EInvalidSignature: u64 = 1;

/// `hash` value for keccak256.
#[allow(unused_const)]
const KECCAK256: u8 = 0;
/// `hash` value for SHA-256.
#[allow(unused_const)]
const SHA256: u8 = 1;

/// The signer's compressed public key, 33 bytes; as `sui::ecdsa_k1::secp256k1_ecrecover`.
public native fun secp256r1_ecrecover(
    signature: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): vector<u8>;

/// Whether `signature` is by `public_key`; as `sui::ecdsa_k1::secp256k1_verify`.
public native fun secp256r1_verify(
    signature: &vector<u8>,
    public_key: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): bool;
