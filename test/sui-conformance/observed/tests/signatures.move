/// Signature checks of inputs that are malformed in every way, and what recovering keys from them gives.
#[test_only]
module observed::signatures;

use observed::{opaque::of, show::{log, show}};
use sui::{ecdsa_k1, ecdsa_r1, ed25519::ed25519_verify};

const MESSAGE: vector<u8> = b"Corridor";

/// The points of Curve25519 whose order divides 8, in all their encodings: under ZIP-215, the last six are valid, too.
const SMALL_ORDER: vector<vector<u8>> = vector[
    x"0100000000000000000000000000000000000000000000000000000000000000",
    x"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    x"0000000000000000000000000000000000000000000000000000000000000080",
    x"0000000000000000000000000000000000000000000000000000000000000000",
    x"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    x"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    x"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    x"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    x"0100000000000000000000000000000000000000000000000000000000000080",
    x"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    x"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    x"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fun ed25519_with_points_of_small_order() {
    let mut seen = vector[];
    SMALL_ORDER.do!(|key| SMALL_ORDER.do!(|point| {
        let mut signature = point;
        signature.append(vector::tabulate!(32, |_| 0));
        log(&mut seen, ed25519_verify(&signature, &key, &MESSAGE));
    }));
    show!(seen)
}

#[test]
fun ed25519_with_scalars_at_the_order() {
    // Zero, the order less one, the order, and ever higher bits.
    let mut seen = vector[];
    vector[
        x"0000000000000000000000000000000000000000000000000000000000000000",
        x"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
        x"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
        x"0000000000000000000000000000000000000000000000000000000000000020",
        x"0000000000000000000000000000000000000000000000000000000000000040",
        x"0000000000000000000000000000000000000000000000000000000000000080",
    ].do!(|scalar| {
        let mut signature = SMALL_ORDER[0];
        signature.append(scalar);
        log(&mut seen, ed25519_verify(&signature, &SMALL_ORDER[0], &MESSAGE));
    });
    show!(seen)
}

#[test]
fun ed25519_with_points_that_are_none() {
    let mut seen = vector[];
    256u64.do!(|i| {
        let mut key = vector::tabulate!(32, |_| 0u8);
        *&mut key[0] = i as u8;
        let mut signature = key;
        signature.append(vector::tabulate!(32, |_| 0));
        log(&mut seen, ed25519_verify(&signature, &key, &MESSAGE));
    });
    show!(seen)
}

// === secp256k1: the first is right, the second has a high s, then zeros, the order, its neighbours, wrong lengths ===

const K1_KEY: vector<u8> = x"02989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f";
const K1_SIGNATURES: vector<vector<u8>> = vector[
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab320",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde78f871771e7ef10c2be4846ff879adec03cc43c2ab7ba0d2ca8c1c794b01b8e21",
    x"00000000000000000000000000000000000000000000000000000000000000007078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab320",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde70000000000000000000000000000000000000000000000000000000000000000",
    x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    x"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd03641417078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab320",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde7fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    x"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd03641407078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab320",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde7fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde87078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab320",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab321",
    x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab3",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab32000",
    x"",
    x"2125e0dd8f02714a28425279558a19385c8e2b8656455134769301009ca2cde77078e88e1810ef3d41b7b9007865213e7deaa0bbf78e930f171096f8201ab32001",
];
const K1_SHA_SIGNATURES: vector<vector<u8>> = vector[
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81954be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e8195b41a993c651c64ada57e2d1b7b24d4f372db7ac9892c3bdcc9a79441fe4bb1d7",
    x"00000000000000000000000000000000000000000000000000000000000000004be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81950000000000000000000000000000000000000000000000000000000000000000",
    x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    x"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd03641414be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e8195fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    x"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd03641404be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e8195fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81964be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81954be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6b",
    x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81957fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81957fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81954be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81954be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a00",
    x"",
    x"31b266a05b09bad9403fa868f915dcb8a33cc3a621a1c8d7cb2bd20dee2e81954be566c39ae39b525a81d2e484db2b0b47d3621d261c645ef62aca4ad1ea8f6a01",
];
/// The key compressed, negated, uncompressed, hybrid; then what is no key.
const K1_KEYS: vector<vector<u8>> = vector[
    x"02989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"03989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"04989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf80",
    x"06989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf80",
    x"07989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf80",
    x"04989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f9ce0b2fa4c51ae788911f78aa588fc19b4d143cdab8afb21f4aa5ebc2b131caf",
    x"04989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf81",
    x"05989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"00989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"01989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf80",
    x"00",
    x"",
    x"02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    x"02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
    x"02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"020000000000000000000000000000000000000000000000000000000000000000",
    x"030000000000000000000000000000000000000000000000000000000000000005",
    x"04989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f",
    x"02989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f631f4d05b3ae518776ee08755a7703e64b2ebc32547504de0b55a142d4ecdf80",
    x"0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
];

#[test]
fun secp256k1_signatures_over_keccak256() {
    show!(K1_SIGNATURES.map!(|s| ecdsa_k1::secp256k1_verify(&s, &K1_KEY, &MESSAGE, 0)))
}

#[test]
fun secp256k1_signatures_over_sha256() {
    show!(K1_SHA_SIGNATURES.map!(|s| ecdsa_k1::secp256k1_verify(&s, &K1_KEY, &MESSAGE, 1)))
}

#[test]
fun secp256k1_signatures_over_the_other_hash() {
    show!(K1_SHA_SIGNATURES.map!(|s| ecdsa_k1::secp256k1_verify(&s, &K1_KEY, &MESSAGE, 0)))
}

#[test]
fun secp256k1_keys() {
    show!(K1_KEYS.map!(|key| ecdsa_k1::secp256k1_verify(&K1_SIGNATURES[0], &key, &MESSAGE, 0)))
}

#[test]
fun secp256k1_signatures_made() {
    let mut seen = vector[];
    20u64.do!(|i| {
        let pair = ecdsa_k1::secp256k1_keypair_from_seed(&vector::tabulate!(32, |_| i as u8));
        log(&mut seen, *pair.private_key());
        log(&mut seen, *pair.public_key());
        let message = vector::tabulate!(i, |j| j as u8);
        let hash = (i % 2) as u8;
        let signature = ecdsa_k1::secp256k1_sign(pair.private_key(), &message, hash, true);
        log(&mut seen, signature);
        log(&mut seen, ecdsa_k1::secp256k1_sign(pair.private_key(), &message, hash, false));
        log(&mut seen, ecdsa_k1::secp256k1_ecrecover(&signature, &message, hash));
        log(&mut seen, ecdsa_k1::decompress_pubkey(pair.public_key()));
    });
    show!(seen)
}

fun with_id(mut signature: vector<u8>, id: u8): vector<u8> {
    signature.push_back(id);
    signature
}

fun k1_recovered(i: u64, id: u8): vector<u8> {
    ecdsa_k1::secp256k1_ecrecover(&with_id(K1_SIGNATURES[i], id), &MESSAGE, of(0))
}

fun r1_recovered(i: u64, id: u8): vector<u8> {
    ecdsa_r1::secp256r1_ecrecover(&with_id(R1_SIGNATURES[i], id), &MESSAGE, of(1))
}

fun k1_decompressed(i: u64): vector<u8> { ecdsa_k1::decompress_pubkey(&K1_KEYS[i]) }

// === secp256r1 ===

const R1_KEY: vector<u8> = x"031e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e";
const R1_SIGNATURES: vector<vector<u8>> = vector[
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110fdfa41deeaf9eb6cf41563b284cfbe973bc3434ecaf831c5151b5ece64af38522",
    x"0000000000000000000000000000000000000000000000000000000000000000205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f0000000000000000000000000000000000000000000000000000000000000000",
    x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    x"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110fffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    x"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110fffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a3671161110205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa030",
    x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa0",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f00",
    x"",
    x"1b4e72866532aefc1e54a39d14159dec995e0b22a274d66865584a367116110f205be21050614931bea9c4d7b304168c00b2c5c0f7948233a203dddcb16fa02f01",
];
const R1_KECCAK_SIGNATURES: vector<vector<u8>> = vector[
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f16a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026fe95ce52dcc52c494d1a4107e8d3e2765994083710ae1fc94f4ad9ed8795b1cd7",
    x"000000000000000000000000000000000000000000000000000000000000000016a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f0000000000000000000000000000000000000000000000000000000000000000",
    x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    x"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63255116a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026fffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    x"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63255016a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026fffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc027016a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f16a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087b",
    x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f16a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea830808",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f16a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a00",
    x"",
    x"5e4fa207de4b4d6e7c6a4eaf486cfc45b3f4797d6e608d3bfdeb55e57acc026f16a31ad133ad3b6c2e5bef8172c1d89a23a6773c9c35a1efff0c2bea8308087a01",
];
const R1_KEYS: vector<vector<u8>> = vector[
    x"031e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"021e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"041e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3",
    x"071e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3",
    x"061e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3",
    x"041e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e5b93cee2b1d00bf32695c9ac191babba2cd201b8913128a3856f395e777e3f5c",
    x"041e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a4",
    x"051e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"001e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"011e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"1e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"1e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3",
    x"00",
    x"",
    x"02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    x"02ffffffff00000001000000000000000000000001000000000000000000000000",
    x"02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    x"020000000000000000000000000000000000000000000000000000000000000000",
    x"030000000000000000000000000000000000000000000000000000000000000005",
    x"041e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e",
    x"021e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896ea46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3",
    x"0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
];

#[test]
fun secp256r1_signatures_over_sha256() {
    show!(R1_SIGNATURES.map!(|s| ecdsa_r1::secp256r1_verify(&s, &R1_KEY, &MESSAGE, 1)))
}

#[test]
fun secp256r1_signatures_over_keccak256() {
    show!(R1_KECCAK_SIGNATURES.map!(|s| ecdsa_r1::secp256r1_verify(&s, &R1_KEY, &MESSAGE, 0)))
}

#[test]
fun secp256r1_signatures_over_the_other_hash() {
    show!(R1_SIGNATURES.map!(|s| ecdsa_r1::secp256r1_verify(&s, &R1_KEY, &MESSAGE, 0)))
}

#[test]
fun secp256r1_keys() {
    show!(R1_KEYS.map!(|key| ecdsa_r1::secp256r1_verify(&R1_SIGNATURES[0], &key, &MESSAGE, 1)))
}

// === What aborts, and with what ===

#[test]
fun secp256k1_recovery_with_right() { show!(k1_recovered(0, 1)) }

#[test]
fun secp256k1_recovery_with_high_s() { show!(k1_recovered(1, 1)) }

#[test]
fun secp256k1_recovery_with_zero_r() { show!(k1_recovered(2, 1)) }

#[test]
fun secp256k1_recovery_with_zero_s() { show!(k1_recovered(3, 1)) }

#[test]
fun secp256k1_recovery_with_zeros() { show!(k1_recovered(4, 1)) }

#[test]
fun secp256k1_recovery_with_r_of_the_order() { show!(k1_recovered(5, 1)) }

#[test]
fun secp256k1_recovery_with_s_of_the_order() { show!(k1_recovered(6, 1)) }

#[test]
fun secp256k1_recovery_with_greatest_r() { show!(k1_recovered(7, 1)) }

#[test]
fun secp256k1_recovery_with_greatest_s() { show!(k1_recovered(8, 1)) }

#[test]
fun secp256k1_recovery_with_another_r() { show!(k1_recovered(9, 1)) }

#[test]
fun secp256k1_recovery_with_another_s() { show!(k1_recovered(10, 1)) }

#[test]
fun secp256k1_recovery_with_all_ones() { show!(k1_recovered(11, 1)) }

#[test]
fun secp256k1_recovery_with_ones() { show!(k1_recovered(12, 1)) }

#[test]
fun secp256k1_recovery_with_id_0() { show!(k1_recovered(0, 0)) }

#[test]
fun secp256k1_recovery_with_id_2() { show!(k1_recovered(0, 2)) }

#[test]
fun secp256k1_recovery_with_id_3() { show!(k1_recovered(0, 3)) }

#[test]
fun secp256k1_recovery_with_id_4() { show!(k1_recovered(0, 4)) }

#[test]
fun secp256k1_recovery_with_id_27() { show!(k1_recovered(0, 27)) }

#[test]
fun secp256k1_recovery_with_id_255() { show!(k1_recovered(0, 255)) }

#[test]
fun secp256r1_recovery_with_right() { show!(r1_recovered(0, 1)) }

#[test]
fun secp256r1_recovery_with_high_s() { show!(r1_recovered(1, 1)) }

#[test]
fun secp256r1_recovery_with_zero_r() { show!(r1_recovered(2, 1)) }

#[test]
fun secp256r1_recovery_with_zero_s() { show!(r1_recovered(3, 1)) }

#[test]
fun secp256r1_recovery_with_zeros() { show!(r1_recovered(4, 1)) }

#[test]
fun secp256r1_recovery_with_r_of_the_order() { show!(r1_recovered(5, 1)) }

#[test]
fun secp256r1_recovery_with_s_of_the_order() { show!(r1_recovered(6, 1)) }

#[test]
fun secp256r1_recovery_with_greatest_r() { show!(r1_recovered(7, 1)) }

#[test]
fun secp256r1_recovery_with_greatest_s() { show!(r1_recovered(8, 1)) }

#[test]
fun secp256r1_recovery_with_another_r() { show!(r1_recovered(9, 1)) }

#[test]
fun secp256r1_recovery_with_another_s() { show!(r1_recovered(10, 1)) }

#[test]
fun secp256r1_recovery_with_all_ones() { show!(r1_recovered(11, 1)) }

#[test]
fun secp256r1_recovery_with_ones() { show!(r1_recovered(12, 1)) }

#[test]
fun secp256r1_recovery_with_id_0() { show!(r1_recovered(0, 0)) }

#[test]
fun secp256r1_recovery_with_id_2() { show!(r1_recovered(0, 2)) }

#[test]
fun secp256r1_recovery_with_id_3() { show!(r1_recovered(0, 3)) }

#[test]
fun secp256r1_recovery_with_id_4() { show!(r1_recovered(0, 4)) }

#[test]
fun secp256r1_recovery_with_id_27() { show!(r1_recovered(0, 27)) }

#[test]
fun secp256r1_recovery_with_id_255() { show!(r1_recovered(0, 255)) }

#[test]
fun decompression_of_a_key_negated() { show!(k1_decompressed(1)) }

#[test]
fun decompression_of_a_key_uncompressed() { show!(k1_decompressed(2)) }

#[test]
fun decompression_of_a_key_hybrid() { show!(k1_decompressed(3)) }

#[test]
fun decompression_of_a_key_wrongly_hybrid() { show!(k1_decompressed(4)) }

#[test]
fun decompression_of_a_key_off_curve() { show!(k1_decompressed(6)) }

#[test]
fun decompression_of_a_key_compact() { show!(k1_decompressed(7)) }

#[test]
fun decompression_of_a_key_prefix_0() { show!(k1_decompressed(8)) }

#[test]
fun decompression_of_a_key_only_x() { show!(k1_decompressed(10)) }

#[test]
fun decompression_of_a_key_infinity() { show!(k1_decompressed(12)) }

#[test]
fun decompression_of_a_key_field_order() { show!(k1_decompressed(14)) }

#[test]
fun decompression_of_a_key_no_x() { show!(k1_decompressed(18)) }
