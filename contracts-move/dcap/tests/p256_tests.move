#[test_only]
module dcap::p256_tests;

use dcap::p256::{Self, PublicKey};

/// Order of the group, FIPS 186-5 / SP 800-186 section 3.2.1.3.
const N: u256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
/// Prime of the field.
const P: u256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;

/// RFC 6979 appendix A.2.5: the key, and the signatures with SHA-256 of "sample", whose s is high, and of
/// "test", whose s is low.
const X: u256 = 0x60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6;
const Y: u256 = 0x7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299;
const SAMPLE_R: u256 = 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716;
const SAMPLE_S: u256 = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8;
const TEST_R: u256 = 0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367;
const TEST_S: u256 = 0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083;

/// The base point and its double.
const G_X: u256 = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296;
const G_Y: u256 = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5;
const G2_X: u256 = 0x7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978;
const G2_Y: u256 = 0x07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1;

fun key(): PublicKey {
    p256::public_key(X, Y)
}

/// What `public_key` makes of coordinates that are no point.
fun no_key(): PublicKey {
    p256::public_key(0, 0)
}

#[test]
fun signatures_of_the_standard_are_accepted_with_either_s() {
    assert!(key().verify(&b"sample", SAMPLE_R, SAMPLE_S));
    assert!(key().verify(&b"sample", SAMPLE_R, N - SAMPLE_S));
    assert!(key().verify(&b"test", TEST_R, TEST_S));
    assert!(key().verify(&b"test", TEST_R, N - TEST_S));
}

#[test]
fun signature_of_another_message_or_key_is_refused() {
    assert!(!key().verify(&b"sample", TEST_R, TEST_S));
    assert!(!key().verify(&b"", SAMPLE_R, SAMPLE_S));
    assert!(!p256::public_key(G_X, G_Y).verify(&b"sample", SAMPLE_R, SAMPLE_S));
    assert!(!p256::public_key(X, P - Y).verify(&b"sample", SAMPLE_R, SAMPLE_S));
}

#[test]
fun r_and_s_out_of_range_are_refused() {
    let max = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
    vector[0, N, N + 1, max].do!(|wrong| {
        assert!(!key().verify(&b"test", wrong, TEST_S));
        assert!(!key().verify(&b"test", TEST_R, wrong));
    });
}

#[test]
fun points_of_the_curve_are_keys() {
    assert!(key() != no_key());
    assert!(p256::public_key(G_X, G_Y) != no_key());
    assert!(p256::public_key(G2_X, G2_Y) != no_key());
    assert!(p256::public_key(G2_X, P - G2_Y) != no_key());
}

#[test]
fun what_is_no_point_verifies_nothing() {
    let max = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
    // Each with the parity of the right y, so that the compressed form would be that of the key.
    vector[Y + 2, Y - 2, Y ^ (1 << 255), 1].do!(|wrong| {
        assert!(p256::public_key(X, wrong) == no_key());
        assert!(!p256::public_key(X, wrong).verify(&b"sample", SAMPLE_R, SAMPLE_S));
    });
    assert!(p256::public_key(Y, X) == no_key());
    assert!(p256::public_key(max, max) == no_key());
    assert!(p256::public_key(P, G_Y) == no_key());
    // x = 0 is on the curve with y^2 = b; beyond the field, the same residue is no coordinate.
    let root_of_b = 0x66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4;
    assert!(p256::public_key(0, root_of_b) != no_key());
    assert!(p256::public_key(P, root_of_b) == no_key());
}

#[test]
fun r_and_s_are_read_where_they_stand() {
    let bytes =
        x"ff60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
    assert!(p256::read_key(&bytes, 1) == key());
    assert!(key().verify_at(&b"test", &bytes, 65));
    assert!(!key().verify_at(&b"test", &bytes, 1));
}
