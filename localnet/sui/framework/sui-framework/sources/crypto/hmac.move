/// Keyed hashing.
module sui::hmac;

/// HMAC (RFC 2104) over SHA3-256, 32 bytes.
public native fun hmac_sha3_256(key: &vector<u8>, msg: &vector<u8>): vector<u8>;
