#[test_only]
module corridor::signature_tests;

use corridor::{fixtures, signature};
use std::unit_test::assert_eq;

/// Addresses of the private keys 1, 2, 3 and 5, which every Ethereum library gives.
const SIGNER_1: address = @0x7e5f4552091a69125d5dfcb7b8c2659029395bdf;
const SIGNER_2: address = @0x2b5ad5c4795c026514f8317c7a215e218dccd6cf;
const SIGNER_3: address = @0x6813eb9362372eef6200f3b1dbc3f819671cba69;
const SIGNER_5: address = @0xe1ab8145f7e55dc933d51a18c793f901a3a0b276;

/// The order of the group (SEC 2 section 2.4.1).
const ORDER: u256 = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

fun message(): vector<u8> {
    b"what is signed"
}

fun word(value: u256): vector<u8> {
    sui::address::from_u256(value).to_bytes()
}

/// The honest signature of key 1 with `patch` written over it.
fun recover_patched(at: u64, patch: vector<u8>) {
    let honest = fixtures::sign(1, &message());
    signature::recover(fixtures::patched(honest, at, patch), &message());
}

/// The signatures of the private keys 1 to `count`, in ascending order of their signers.
fun sorted_set(count: u64): vector<u8> {
    let mut signers = vector[];
    let mut signatures = vector[];
    count.do!(|i| {
        let signature = fixtures::sign(i + 1, &message());
        let signer = signature::recover(signature, &message()).to_u256();
        let mut place = 0;
        while (place < i && signers[place] < signer) place = place + 1;
        signers.insert(signer, place);
        signatures.insert(signature, place);
    });
    fixtures::join(signatures)
}

#[test]
fun signers_are_recovered() {
    let message = message();
    assert_eq!(signature::recover(fixtures::sign(1, &message), &message), SIGNER_1);
    assert_eq!(signature::recover(fixtures::sign(2, &message), &message), SIGNER_2);
    assert_eq!(signature::recover(fixtures::sign(3, &message), &message), SIGNER_3);
    assert_eq!(signature::recover(fixtures::sign(5, &message), &message), SIGNER_5);
}

#[test]
fun another_message_recovers_another_signer() {
    let signature = fixtures::sign(1, &message());
    assert!(signature::recover(signature, &b"what is signee") != SIGNER_1);
}

#[test]
fun the_other_v_recovers_another_signer() {
    let signature = fixtures::flipped(fixtures::sign(1, &message()), 64, 27 ^ 28);
    assert!(signature::recover(signature, &message()) != SIGNER_1);
}

#[test]
fun s_may_be_1_and_half_the_order() {
    recover_patched(32, word(1));
    recover_patched(32, word(ORDER / 2));
}

#[test]
fun sets_give_their_signers_in_order() {
    let message = message();
    let one = signature::recover_set(fixtures::sign(1, &message), &message);
    assert_eq!(one, vector[SIGNER_1]);
    let three = signature::recover_set(sorted_set(3), &message);
    assert_eq!(three, vector[SIGNER_2, SIGNER_3, SIGNER_1]);
}

#[test]
fun sets_hold_up_to_32_signatures() {
    let signers = signature::recover_set(sorted_set(32), &message());
    assert_eq!(signers.length(), 32);
    31u64.do!(|i| assert!(signers[i].to_u256() < signers[i + 1].to_u256()));
    let signer = SIGNER_1;
    assert!(signers.contains(&signer));
}

// === One signature ===

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureLength)]
fun recover_refuses_no_bytes() {
    signature::recover(vector[], &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureLength)]
fun recover_refuses_64_bytes() {
    let mut signature = fixtures::sign(1, &message());
    signature.pop_back();
    signature::recover(signature, &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureLength)]
fun recover_refuses_a_trailing_byte() {
    let mut signature = fixtures::sign(1, &message());
    signature.push_back(0);
    signature::recover(signature, &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureS)]
fun recover_refuses_the_twin_with_a_high_s() {
    let honest = fixtures::sign(1, &message());
    let s = sui::address::from_bytes(fixtures::slice(&honest, 32, 64)).to_u256();
    let twin = fixtures::patched(fixtures::flipped(honest, 64, 27 ^ 28), 32, word(ORDER - s));
    signature::recover(twin, &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureS)]
fun recover_refuses_s_above_half_the_order() {
    recover_patched(32, word(ORDER / 2 + 1));
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureS)]
fun recover_refuses_s_zero() {
    recover_patched(32, word(0));
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureV)]
fun recover_refuses_v_0() {
    recover_patched(64, vector[0]);
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureV)]
fun recover_refuses_v_26() {
    recover_patched(64, vector[26]);
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureV)]
fun recover_refuses_v_29() {
    recover_patched(64, vector[29]);
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureV)]
fun recover_refuses_v_255() {
    recover_patched(64, vector[255]);
}

#[test, expected_failure(abort_code = 0, location = sui::ecdsa_k1)]
fun recover_refuses_r_off_the_curve() {
    // 5 is the lowest x coordinate that no point has.
    recover_patched(0, word(5));
}

#[test, expected_failure(abort_code = 1, location = sui::ecdsa_k1)]
fun recover_refuses_r_at_the_order() {
    recover_patched(0, word(ORDER));
}

// === Sets ===

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureLength)]
fun recover_set_refuses_a_trailing_byte() {
    let mut set = sorted_set(2);
    set.push_back(0);
    signature::recover_set(set, &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureCount)]
fun recover_set_refuses_none() {
    signature::recover_set(vector[], &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureCount)]
fun recover_set_refuses_33() {
    signature::recover_set(sorted_set(33), &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureS)]
fun recover_set_refuses_a_broken_last_signature() {
    signature::recover_set(fixtures::patched(sorted_set(3), 2 * 65 + 32, word(0)), &message());
}

#[test, expected_failure(abort_code = corridor::signature::EInvalidSignatureV)]
fun recover_set_refuses_a_broken_first_signature() {
    signature::recover_set(fixtures::patched(sorted_set(3), 64, vector[0]), &message());
}

#[test, expected_failure(abort_code = corridor::signature::EUnorderedSigners)]
fun recover_set_refuses_a_repeated_signature() {
    let signature = fixtures::sign(1, &message());
    signature::recover_set(fixtures::join(vector[signature, signature]), &message());
}

#[test, expected_failure(abort_code = corridor::signature::EUnorderedSigners)]
fun recover_set_refuses_descending_signers() {
    let message = message();
    let set = vector[fixtures::sign(1, &message), fixtures::sign(2, &message)];
    signature::recover_set(fixtures::join(set), &message);
}

#[test, expected_failure(abort_code = corridor::signature::EUnorderedSigners)]
fun recover_set_refuses_a_signer_out_of_order_at_the_end() {
    let message = message();
    let set = vector[
        fixtures::sign(2, &message),
        fixtures::sign(1, &message),
        fixtures::sign(3, &message),
    ];
    signature::recover_set(fixtures::join(set), &message);
}
