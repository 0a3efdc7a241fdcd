#[test_only]
module corridor::message_tests;

use corridor::{fixtures, message::{Self, Message}};
use std::unit_test::assert_eq;
use sui::hash;

/// From EVM to Sui, field by field.
fun header(): vector<u8> {
    fixtures::join(vector[
        x"01",
        x"00",
        x"0000000000007a69",
        x"5300000035834a8a",
        x"0001000000000007",
        x"00000000000000000000000000112233445566778899aabbccddeeff00112233",
        x"f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f",
        x"00030d40",
    ])
}

fun encoded(body: vector<u8>): vector<u8> {
    fixtures::join(vector[header(), body])
}

/// Body lengths at every edge: of the loop that moves the body, of BCS lengths of one and two bytes,
/// of the format.
fun body_lengths(): vector<u64> {
    vector[0, 1, 7, 8, 9, 31, 32, 33, 34, 126, 127, 128, 129, 255, 256, 1000, 8191, 8192]
}

fun assert_fields(message: &Message, body: &vector<u8>) {
    assert_eq!(message.kind(), 0);
    assert!(!message.is_confidential());
    assert_eq!(message.origin_chain(), fixtures::evm_chain());
    assert_eq!(message.destination_chain(), fixtures::sui_chain());
    assert_eq!(message.nonce(), 0x0001_000000000007);
    assert_eq!(message.sender(), fixtures::evm_address());
    assert_eq!(message.recipient(), fixtures::sui_address());
    assert_eq!(message.execution_gas(), 200_000);
    assert_eq!(*message.body(), *body);
}

#[test]
fun fields_survive_the_wire_at_every_body_length() {
    body_lengths().do!(|length| {
        let body = fixtures::filler(length);
        let bytes = encoded(body);
        let message = fixtures::message(body);
        assert_fields(&message, &body);
        assert_eq!(message.encode(), bytes);
        let decoded = message::decode(bytes);
        assert_fields(&decoded, &body);
        assert_eq!(decoded.encode(), bytes);
    });
}

#[test]
fun id_is_the_hash_of_tag_chain_outbox_and_message() {
    let outbox = fixtures::evm_address();
    let prefix = fixtures::join(vector[
        hash::keccak256(&b"corridor.message.v1"),
        x"0000000000007a69",
        outbox.to_bytes(),
    ]);
    body_lengths().do!(|length| {
        let body = fixtures::filler(length);
        let expected = hash::keccak256(&fixtures::join(vector[prefix, encoded(body)]));
        assert_eq!(fixtures::message(body).id(outbox).to_bytes(), expected);
    });
}

#[test]
fun messages_go_every_way() {
    let evm = fixtures::evm_chain();
    let sui = fixtures::sui_chain();
    let wide = fixtures::sui_address();
    let message = message::new(1, sui, sui + 1, 0, wide, wide, 0xffffffff, b"sui to sui");
    assert!(message.is_confidential());
    assert_eq!(message::decode(message.encode()).execution_gas(), 0xffffffff);
    message.id(wide);
    let message = message::new(0, sui, evm, 0, wide, @0x1, 0, b"sui to evm");
    assert_eq!(message::decode(message.encode()).recipient(), @0x1);
    let message = message::new(0, evm, 1, 0xffffffffffffffff, @0x1, @0x2, 0, b"evm to evm");
    assert_eq!(message::decode(message.encode()).nonce(), 0xffffffffffffffff);
}

/// The bytes that can change one at a time without breaking a rule. The others hold the version (0),
/// the destination's family and padding (10 to 13) and what an EVM sender leaves zero (26 to 37); a
/// changed family of the origin (2) breaks a rule too. The tests of refusals have all of them.
fun is_free(at: u64): bool {
    !(at == 0 || at == 2 || (at >= 10 && at < 14) || (at >= 26 && at < 38))
}

#[test]
fun any_changed_byte_changes_the_id() {
    let bytes = encoded(fixtures::filler(40));
    let outbox = fixtures::evm_address();
    let mut ids = vector[message::decode(bytes).id(outbox)];
    bytes.length().do!(|at| {
        if (is_free(at)) {
            let changed_bytes = fixtures::flipped(bytes, at, 0x01);
            let changed = message::decode(changed_bytes);
            assert_eq!(changed.encode(), changed_bytes);
            let id = changed.id(outbox);
            assert!(!ids.contains(&id));
            ids.push_back(id);
        };
    });
    assert_eq!(ids.length(), 1 + 94 - 18 + 40);
}

#[test]
fun any_added_or_missing_byte_of_the_body_changes_the_id() {
    let outbox = fixtures::evm_address();
    let mut ids = vector[];
    140u64.do!(|length| {
        let mut zeros = vector[];
        length.do!(|_| zeros.push_back(0));
        let id = fixtures::message(zeros).id(outbox);
        assert!(!ids.contains(&id));
        ids.push_back(id);
    });
}

#[test]
fun id_depends_on_the_outbox() {
    let message = fixtures::message(b"body");
    assert!(message.id(@0x1) != message.id(@0x2));
    assert_eq!(message.id(@0x1), message.id(@0x1));
}

// === Length ===

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun decode_refuses_no_bytes() {
    message::decode(vector[]);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun decode_refuses_a_short_header() {
    let mut bytes = header();
    bytes.pop_back();
    message::decode(bytes);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun decode_refuses_a_long_body() {
    message::decode(encoded(fixtures::filler(8193)));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun new_refuses_a_long_body() {
    fixtures::message(fixtures::filler(8193));
}

// === Version and kind ===

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageVersion)]
fun decode_refuses_version_0() {
    message::decode(fixtures::patched(header(), 0, x"00"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageVersion)]
fun decode_refuses_version_2() {
    message::decode(fixtures::patched(header(), 0, x"02"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageKind)]
fun decode_refuses_kind_2() {
    message::decode(fixtures::patched(header(), 1, x"02"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageKind)]
fun new_refuses_kind_255() {
    message::new(255, 1, 2, 0, @0x1, @0x1, 0, vector[]);
}

// === Chains ===

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOriginChain)]
fun decode_refuses_an_unknown_origin_family() {
    message::decode(fixtures::patched(header(), 2, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOriginChain)]
fun new_refuses_origin_zero() {
    message::new(0, 0, 1, 0, @0x1, @0x1, 0, vector[]);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageDestinationChain)]
fun decode_refuses_an_unknown_destination_family() {
    message::decode(fixtures::patched(header(), 10, x"52"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageDestinationChain)]
fun decode_refuses_destination_padding_in_its_first_byte() {
    message::decode(fixtures::patched(header(), 11, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageDestinationChain)]
fun decode_refuses_destination_padding_in_its_second_byte() {
    message::decode(fixtures::patched(header(), 12, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageDestinationChain)]
fun decode_refuses_destination_padding_in_its_third_byte() {
    message::decode(fixtures::patched(header(), 13, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageDestinationChain)]
fun new_refuses_a_message_to_its_own_chain() {
    message::new(0, 1, 1, 0, @0x1, @0x1, 0, vector[]);
}

// === Sender, recipient, outbox ===

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageSender)]
fun new_refuses_no_sender() {
    message::new(0, fixtures::sui_chain(), 1, 0, @0x0, @0x1, 0, vector[]);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageSender)]
fun decode_refuses_an_evm_sender_of_32_bytes() {
    message::decode(fixtures::patched(header(), 26, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageSender)]
fun decode_refuses_an_evm_sender_of_21_bytes() {
    message::decode(fixtures::patched(header(), 37, x"01"));
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageRecipient)]
fun new_refuses_no_recipient() {
    message::new(0, 1, fixtures::sui_chain(), 0, @0x1, @0x0, 0, vector[]);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageRecipient)]
fun new_refuses_an_evm_recipient_of_21_bytes() {
    message::new(0, 1, 2, 0, @0x1, fixtures::wide_address(), 0, vector[]);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOutbox)]
fun id_refuses_no_outbox() {
    fixtures::message(vector[]).id(@0x0);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOutbox)]
fun id_refuses_an_evm_outbox_of_32_bytes() {
    fixtures::message(vector[]).id(fixtures::sui_address());
}
