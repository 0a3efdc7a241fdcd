#[test_only]
module corridor::statement_tests;

use corridor::{fixtures, statement};
use std::unit_test::assert_eq;
use sui::hash;

const LAST_SEQUENCE: u64 = 0xffff_ffff_ffff;

/// Field by field, what `fixtures::statement(0x0001_000000000007, 3)` is.
fun encoded(): vector<u8> {
    fixtures::join(vector[
        hash::keccak256(&b"corridor.statement.v1"),
        x"0000000000007a69",
        x"00000000000000000000000000112233445566778899aabbccddeeff00112233",
        x"5300000035834a8a",
        x"f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f",
        x"0000000001406f40",
        x"000000000000000000000000000000000000000000000000000000000000aaaa",
        x"000000006553f100",
        x"0001000000000007",
        x"00000003",
        x"000000000000000000000000000000000000000000000000000000000000bbbb",
    ])
}

/// Decodes the statement with `patch` written over it.
fun decode_patched(at: u64, patch: vector<u8>) {
    statement::decode(fixtures::patched(encoded(), at, patch));
}

#[test]
fun fields_survive_the_wire() {
    let statement = statement::decode(encoded());
    assert_eq!(statement.origin_chain(), fixtures::evm_chain());
    assert_eq!(statement.origin_outbox(), fixtures::evm_address());
    assert_eq!(statement.destination_chain(), fixtures::sui_chain());
    assert_eq!(statement.destination_inbox(), fixtures::sui_address());
    assert_eq!(statement.anchor_height(), 21_000_000);
    assert_eq!(statement.anchor_hash(), @0xaaaa);
    assert_eq!(statement.anchor_timestamp_seconds(), 1_700_000_000);
    assert_eq!(statement.first_nonce(), 0x0001_000000000007);
    assert_eq!(statement.message_count(), 3);
    assert_eq!(statement.messages_root(), @0xbbbb);
    assert_eq!(statement.encode(), encoded());
    assert_eq!(fixtures::statement(0x0001_000000000007, 3).encode(), encoded());
}

#[test]
fun digest_is_the_hash_of_the_bytes() {
    let statement = statement::decode(encoded());
    assert_eq!(statement.digest().to_bytes(), hash::keccak256(&encoded()));
}

#[test]
fun any_changed_byte_changes_the_digest() {
    let bytes = encoded();
    let mut digests = vector[statement::decode(bytes).digest()];
    // Not the tag, the families, the padding, the zeros of the EVM address and the upper bytes of
    // the count: the tests of refusals have them. The last byte of the count, 3, becomes 2.
    let ranges: vector<u64> = vector[33, 40, 52, 72, 76, 168, 171, 204];
    4u64.do!(|range| {
        let start = ranges[2 * range];
        (ranges[2 * range + 1] - start).do!(|i| {
            let changed_bytes = fixtures::flipped(bytes, start + i, 0x01);
            let changed = statement::decode(changed_bytes);
            assert_eq!(changed.encode(), changed_bytes);
            assert!(!digests.contains(&changed.digest()));
            digests.push_back(changed.digest());
        });
    });
    assert_eq!(digests.length(), 1 + 7 + 20 + 92 + 33);
}

#[test]
fun runs_end_within_their_generation() {
    fixtures::statement(LAST_SEQUENCE, 1);
    fixtures::statement(LAST_SEQUENCE - 255, 256);
    fixtures::statement(0xffff_ffffffffff00, 256);
}

// === Length and tag ===

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementLength)]
fun decode_refuses_no_bytes() {
    statement::decode(vector[]);
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementLength)]
fun decode_refuses_a_missing_byte() {
    statement::decode(fixtures::slice(&encoded(), 0, 203));
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementLength)]
fun decode_refuses_a_trailing_byte() {
    statement::decode(fixtures::join(vector[encoded(), x"00"]));
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementTag)]
fun decode_refuses_the_tag_of_a_revocation() {
    decode_patched(0, hash::keccak256(&b"corridor.revocation.v1"));
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementTag)]
fun decode_refuses_a_tag_that_differs_in_one_bit() {
    statement::decode(fixtures::flipped(encoded(), 31, 0x01));
}

// === Chains and contracts ===

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementOriginChain)]
fun decode_refuses_an_unknown_origin_family() {
    decode_patched(32, x"01");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementOriginChain)]
fun decode_refuses_origin_zero() {
    decode_patched(32, x"0000000000000000");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementOriginOutbox)]
fun decode_refuses_an_evm_outbox_of_21_bytes() {
    decode_patched(51, x"01");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementDestinationChain)]
fun decode_refuses_destination_padding() {
    decode_patched(75, x"01");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementDestinationChain)]
fun decode_refuses_the_origin_as_destination() {
    decode_patched(72, x"0000000000007a69");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementDestinationInbox)]
fun decode_refuses_an_evm_inbox_of_32_bytes() {
    decode_patched(72, x"0000000000000001");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementDestinationInbox)]
fun new_refuses_no_inbox() {
    statement::new(1, @0x1, 2, @0x0, 0, @0x1, 0, 0, 1, @0x1);
}

// === Anchor, run, root ===

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementAnchorHash)]
fun decode_refuses_no_anchor_hash() {
    decode_patched(150, x"0000");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementCount)]
fun decode_refuses_count_0() {
    decode_patched(168, x"00000000");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementCount)]
fun decode_refuses_count_257() {
    decode_patched(168, x"00000101");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementCount)]
fun decode_refuses_a_count_in_the_upper_bytes() {
    decode_patched(168, x"01000003");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementNonce)]
fun decode_refuses_a_run_beyond_its_generation() {
    decode_patched(160, x"0001fffffffffffe");
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementNonce)]
fun new_refuses_a_run_beyond_the_last_nonce() {
    fixtures::statement(0xffff_ffffffffffff, 2);
}

#[test, expected_failure(abort_code = corridor::statement::EInvalidStatementRoot)]
fun decode_refuses_no_root() {
    decode_patched(202, x"0000");
}
