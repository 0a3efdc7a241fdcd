/// Ed25519 signatures (RFC 8032).
module sui::ed25519;

/// Whether `signature` (64 bytes) over `msg` is by `public_key` (32 bytes). False on malformed input.
public native fun ed25519_verify(
    signature: &vector<u8>,
    public_key: &vector<u8>,
    msg: &vector<u8>,
): bool;
