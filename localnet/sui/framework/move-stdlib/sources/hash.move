/// Hash functions that every Move chain has. Sui's own are in `sui::hash`.
module std::hash;

/// SHA-256 (FIPS 180-4), 32 bytes.
public native fun sha2_256(data: vector<u8>): vector<u8>;

/// SHA3-256 (FIPS 202), 32 bytes. Not Ethereum's keccak256.
public native fun sha3_256(data: vector<u8>): vector<u8>;
