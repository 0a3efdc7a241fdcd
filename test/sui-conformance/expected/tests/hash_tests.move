/// Hash functions against vectors of their standards.
#[test_only]
module expected::hash_tests;

use std::{hash, unit_test::assert_eq};
use sui::{hash::{blake2b256, keccak256}, hmac::hmac_sha3_256};

fun zeros(n: u64): vector<u8> { vector::tabulate!(n, |_| 0) }

#[test]
fun sha2_256_is_that_of_fips_180_4() {
    assert_eq!(
        hash::sha2_256(b""),
        x"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    assert_eq!(
        hash::sha2_256(b"abc"),
        x"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    assert_eq!(
        hash::sha2_256(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        x"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
}

#[test]
fun sha3_256_is_that_of_fips_202() {
    assert_eq!(
        hash::sha3_256(b""),
        x"a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
    );
    assert_eq!(
        hash::sha3_256(b"abc"),
        x"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    );
}

#[test]
fun keccak256_is_that_of_ethereum() {
    assert_eq!(
        keccak256(&b""),
        x"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
    assert_eq!(
        keccak256(&b"abc"),
        x"4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    );
}

#[test]
fun blake2b256_is_that_of_rfc_7693() {
    assert_eq!(
        blake2b256(&b""),
        x"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
    );
    assert_eq!(
        blake2b256(&b"abc"),
        x"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
    );
}

#[test]
fun hashes_long_inputs() {
    // Lengths about the functions' blocks of 64, 128 and 136 bytes give different hashes, the same ones each time.
    let mut seen = vector<vector<u8>>[];
    vector[0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 135, 136, 137, 1000].do!(|n| {
        let data = zeros(n);
        vector[hash::sha2_256(data), hash::sha3_256(data), keccak256(&data), blake2b256(&data)].do!(
            |digest| {
                assert_eq!(digest.length(), 32);
                assert!(!seen.contains(&digest));
                seen.push_back(digest);
            },
        );
    });
}

#[test]
fun hmac_takes_keys_of_any_length() {
    // NIST's example values for HMAC-SHA3-256: keys of 32, 136 and 168 bytes.
    let key = vector::tabulate!(32, |i| i as u8);
    assert_eq!(
        hmac_sha3_256(&key, &b"Sample message for keylen<blocklen"),
        x"4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f67205",
    );
    let key = vector::tabulate!(136, |i| i as u8);
    assert_eq!(
        hmac_sha3_256(&key, &b"Sample message for keylen=blocklen"),
        x"68b94e2e538a9be4103bebb5aa016d47961d4d1aa906061313b557f8af2c3faa",
    );
    let key = vector::tabulate!(168, |i| i as u8);
    assert_eq!(
        hmac_sha3_256(&key, &b"Sample message for keylen>blocklen"),
        x"9bcf2c238e235c3ce88404e813bd2f3a97185ac6f238c63d6229a00b07974258",
    );
}
