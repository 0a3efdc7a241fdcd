/// Sui's additional hash functions.
module sui::hash;

/// BLAKE2b with a 32-byte digest (RFC 7693).
public native fun blake2b256(data: &vector<u8>): vector<u8>;

/// Ethereum's keccak256, 32 bytes. Not SHA3-256.
public native fun keccak256(data: &vector<u8>): vector<u8>;
