#[test_only]
module corridor::revocation_tests;

use corridor::{fixtures, revocation};
use std::unit_test::assert_eq;
use sui::hash;

fun encoded(kind: u8, target: address): vector<u8> {
    fixtures::join(vector[
        hash::keccak256(&b"corridor.revocation.v1"),
        vector[kind],
        target.to_bytes(),
    ])
}

#[test]
fun fields_survive_the_wire() {
    let targets = vector[
        fixtures::evm_address(),
        fixtures::sui_address(),
        fixtures::wide_address(),
    ];
    3u64.do!(|i| {
        let kind = (i + 1) as u8;
        let bytes = encoded(kind, targets[i]);
        assert_eq!(bytes.length(), 65);
        let revocation = revocation::decode(bytes);
        assert_eq!(revocation.kind(), kind);
        assert_eq!(revocation.target(), targets[i]);
        assert_eq!(revocation.is_signer(), kind == 1);
        assert_eq!(revocation.is_platform(), kind == 2);
        assert_eq!(revocation.is_measurement(), kind == 3);
        assert_eq!(revocation.encode(), bytes);
        assert_eq!(revocation::new(kind, targets[i]).encode(), bytes);
        assert_eq!(revocation.digest().to_bytes(), hash::keccak256(&bytes));
    });
}

#[test]
fun kinds_and_targets_have_digests_of_their_own() {
    let signer = fixtures::evm_address();
    let digest = revocation::new(1, signer).digest();
    assert!(digest != revocation::new(2, signer).digest());
    assert!(digest != revocation::new(3, signer).digest());
    assert!(digest != revocation::new(1, @0x1).digest());
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationLength)]
fun decode_refuses_no_bytes() {
    revocation::decode(vector[]);
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationLength)]
fun decode_refuses_a_missing_byte() {
    revocation::decode(fixtures::slice(&encoded(2, @0x1), 0, 64));
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationLength)]
fun decode_refuses_a_trailing_byte() {
    revocation::decode(fixtures::join(vector[encoded(2, @0x1), x"00"]));
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTag)]
fun decode_refuses_the_tag_of_a_statement() {
    let tag = hash::keccak256(&b"corridor.statement.v1");
    revocation::decode(fixtures::patched(encoded(2, @0x1), 0, tag));
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTargetKind)]
fun decode_refuses_kind_0() {
    revocation::decode(encoded(0, @0x1));
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTargetKind)]
fun decode_refuses_kind_4() {
    revocation::decode(encoded(4, @0x1));
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTarget)]
fun new_refuses_no_signer() {
    revocation::new(1, @0x0);
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTarget)]
fun new_refuses_no_platform() {
    revocation::new(2, @0x0);
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTarget)]
fun new_refuses_no_measurement() {
    revocation::new(3, @0x0);
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTarget)]
fun decode_refuses_a_signer_of_21_bytes() {
    revocation::decode(encoded(1, fixtures::wide_address()));
}
