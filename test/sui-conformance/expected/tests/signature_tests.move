/// Signatures: good ones, and what is wrong with bad ones.
#[test_only]
module expected::signature_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;
use sui::{ecdsa_k1, ecdsa_r1, ed25519::ed25519_verify};

// RFC 8032, section 7.1, test 3.
const ED_KEY: vector<u8> = x"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const ED_MESSAGE: vector<u8> = x"af82";
const ED_SIGNATURE: vector<u8> =
    x"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

fun flipped(mut bytes: vector<u8>, at: u64): vector<u8> {
    let byte = &mut bytes[at];
    *byte = *byte ^ 1;
    bytes
}

fun shorter(mut bytes: vector<u8>): vector<u8> {
    bytes.pop_back();
    bytes
}

fun longer(mut bytes: vector<u8>): vector<u8> {
    bytes.push_back(0);
    bytes
}

#[test]
fun accepts_signatures_of_rfc_8032() {
    assert!(ed25519_verify(&ED_SIGNATURE, &ED_KEY, &ED_MESSAGE));
    // Tests 1 and 2.
    assert!(
        ed25519_verify(
            &x"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            &x"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            &b"",
        ),
    );
    assert!(
        ed25519_verify(
            &x"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            &x"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &x"72",
        ),
    );
}

#[test]
fun refuses_changed_ed25519_signatures() {
    vector[0, 31, 32, 63].do!(
        |at| assert!(!ed25519_verify(&flipped(ED_SIGNATURE, at), &ED_KEY, &ED_MESSAGE)),
    );
    vector[0, 31].do!(
        |at| assert!(!ed25519_verify(&ED_SIGNATURE, &flipped(ED_KEY, at), &ED_MESSAGE)),
    );
    assert!(!ed25519_verify(&ED_SIGNATURE, &ED_KEY, &flipped(ED_MESSAGE, 0)));
    assert!(!ed25519_verify(&ED_SIGNATURE, &ED_KEY, &b""));
}

#[test]
fun refuses_ed25519_inputs_of_wrong_lengths() {
    assert!(!ed25519_verify(&shorter(ED_SIGNATURE), &ED_KEY, &ED_MESSAGE));
    assert!(!ed25519_verify(&longer(ED_SIGNATURE), &ED_KEY, &ED_MESSAGE));
    assert!(!ed25519_verify(&ED_SIGNATURE, &shorter(ED_KEY), &ED_MESSAGE));
    assert!(!ed25519_verify(&ED_SIGNATURE, &longer(ED_KEY), &ED_MESSAGE));
    assert!(!ed25519_verify(&b"", &b"", &b""));
}

#[test]
fun refuses_an_ed25519_scalar_beyond_the_order() {
    // The scalar of test 3, plus the order of the group.
    let high =
        x"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a";
    assert!(!ed25519_verify(&high, &ED_KEY, &ED_MESSAGE));
}

#[test]
fun signs_with_secp256k1_what_it_verifies() {
    let seed = x"0101010101010101010101010101010101010101010101010101010101010101";
    let pair = ecdsa_k1::secp256k1_keypair_from_seed(&seed);
    let (secret, key) = (pair.private_key(), pair.public_key());
    assert!(secret.length() == 32 && key.length() == 33);
    vector[0u8, 1].do!(|hash| {
        let message = b"Hello, world!";
        let signature = ecdsa_k1::secp256k1_sign(secret, &message, hash, false);
        assert_eq!(signature.length(), 64);
        assert!(ecdsa_k1::secp256k1_verify(&signature, key, &message, hash));
        assert!(!ecdsa_k1::secp256k1_verify(&signature, key, &message, 1 - hash));
        assert!(!ecdsa_k1::secp256k1_verify(&flipped(signature, 5), key, &message, hash));
        assert!(!ecdsa_k1::secp256k1_verify(&flipped(signature, 40), key, &message, hash));
        assert!(!ecdsa_k1::secp256k1_verify(&signature, key, &b"Hello, world?", hash));
        let recoverable = ecdsa_k1::secp256k1_sign(secret, &message, hash, true);
        assert_eq!(recoverable.length(), 65);
        assert_eq!(recoverable.take(64), signature);
        assert_eq!(ecdsa_k1::secp256k1_ecrecover(&recoverable, &message, hash), *key);
    });
}

#[test]
fun refuses_secp256k1_inputs_of_wrong_lengths() {
    let pair = ecdsa_k1::secp256k1_keypair_from_seed(&vector::tabulate!(32, |_| 2));
    let key = *pair.public_key();
    let signature = ecdsa_k1::secp256k1_sign(pair.private_key(), &b"m", 1, false);
    assert!(ecdsa_k1::secp256k1_verify(&signature, &key, &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&shorter(signature), &key, &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&longer(signature), &key, &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&signature, &shorter(key), &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&signature, &longer(key), &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&signature, &b"", &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&b"", &key, &b"m", 1));
    assert!(!ecdsa_k1::secp256k1_verify(&signature, &key, &b"m", of(2)));
    assert!(!ecdsa_k1::secp256k1_verify(&signature, &key, &b"m", of(255)));
}

#[test]
fun decompresses_secp256k1_keys() {
    // The base point (SEC 2, section 2.4.1).
    assert_eq!(
        ecdsa_k1::decompress_pubkey(
            &x"0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        ),
        x"0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    );
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPubKey)]
fun decompresses_no_key_off_the_curve() {
    ecdsa_k1::decompress_pubkey(
        &x"020000000000000000000000000000000000000000000000000000000000000005",
    );
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPubKey)]
fun decompresses_no_key_of_32_bytes() {
    ecdsa_k1::decompress_pubkey(
        &x"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    );
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPubKey)]
fun decompresses_no_key_beyond_the_field() {
    ecdsa_k1::decompress_pubkey(
        &x"02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
    );
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidSignature)]
fun recovers_nothing_from_64_bytes() {
    ecdsa_k1::secp256k1_ecrecover(&vector::tabulate!(64, |_| 1), &b"m", 0);
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidSignature)]
fun recovers_nothing_from_no_bytes() { ecdsa_k1::secp256k1_ecrecover(&b"", &b"m", 0); }

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidSignature)]
fun recovers_nothing_with_recovery_id_4() {
    let mut signature = vector::tabulate!(64, |_| 1);
    signature.push_back(4);
    ecdsa_k1::secp256k1_ecrecover(&signature, &b"m", 0);
}

#[test, expected_failure(abort_code = ecdsa_k1::EFailToRecoverPubKey)]
fun recovers_nothing_with_an_unknown_hash() {
    ecdsa_k1::secp256k1_ecrecover(&vector::tabulate!(65, |_| 1), &b"m", of(2));
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPrivKey)]
fun signs_not_with_a_key_of_31_bytes() {
    ecdsa_k1::secp256k1_sign(&vector::tabulate!(31, |_| 1), &b"m", 0, true);
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPrivKey)]
fun signs_not_with_zero() {
    ecdsa_k1::secp256k1_sign(&vector::tabulate!(32, |_| 0), &b"m", 0, true);
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidPrivKey)]
fun signs_not_with_the_order() {
    ecdsa_k1::secp256k1_sign(
        &x"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        &b"m",
        0,
        true,
    );
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidHashFunction)]
fun signs_not_with_an_unknown_hash() {
    ecdsa_k1::secp256k1_sign(&vector::tabulate!(32, |_| 1), &b"m", of(2), true);
}

#[test, expected_failure(abort_code = ecdsa_k1::EInvalidSeed)]
fun makes_no_key_of_31_bytes() {
    ecdsa_k1::secp256k1_keypair_from_seed(&vector::tabulate!(31, |_| 1));
}

// RFC 6979, appendix A.2.5: P-256 with SHA-256, message "sample". Its s is high; the low one is the order minus it.
const R1_KEY: vector<u8> = x"0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const R1_HIGH: vector<u8> =
    x"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
const R1_LOW: vector<u8> =
    x"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf37160834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";

#[test]
fun accepts_a_secp256r1_signature_of_rfc_6979_with_low_s() {
    assert!(ecdsa_r1::secp256r1_verify(&R1_LOW, &R1_KEY, &b"sample", 1));
}

#[test]
fun refuses_secp256r1_signatures_with_high_s() {
    assert!(!ecdsa_r1::secp256r1_verify(&R1_HIGH, &R1_KEY, &b"sample", 1));
}

#[test]
fun refuses_changed_secp256r1_signatures() {
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &R1_KEY, &b"sample", 0));
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &R1_KEY, &b"simple", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&flipped(R1_LOW, 0), &R1_KEY, &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&flipped(R1_LOW, 63), &R1_KEY, &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &flipped(R1_KEY, 0), &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &flipped(R1_KEY, 32), &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&shorter(R1_LOW), &R1_KEY, &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&longer(R1_LOW), &R1_KEY, &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &shorter(R1_KEY), &b"sample", 1));
    assert!(!ecdsa_r1::secp256r1_verify(&R1_LOW, &R1_KEY, &b"sample", of(2)));
}

fun with_id(mut signature: vector<u8>, id: u8): vector<u8> {
    signature.push_back(id);
    signature
}

#[test]
fun recovers_secp256r1_keys() {
    let keys = vector[0u8, 1].map!(
        |id| ecdsa_r1::secp256r1_ecrecover(&with_id(R1_LOW, id), &b"sample", 1),
    );
    assert!(keys.contains(&R1_KEY) && keys[0] != keys[1]);
}

#[test, expected_failure(abort_code = ecdsa_r1::EInvalidSignature)]
fun recovers_no_secp256r1_key_from_64_bytes() {
    ecdsa_r1::secp256r1_ecrecover(&R1_LOW, &b"sample", 1);
}

#[test, expected_failure(abort_code = ecdsa_r1::EFailToRecoverPubKey)]
fun recovers_no_secp256r1_key_with_an_unknown_hash() {
    ecdsa_r1::secp256r1_ecrecover(&with_id(R1_LOW, 0), &b"sample", of(2));
}
