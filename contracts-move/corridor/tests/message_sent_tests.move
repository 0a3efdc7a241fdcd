#[test_only]
module corridor::message_sent_tests;

use corridor::{fixtures, message::{Self, Message}, message_sent::{Self, MessageSent}};
use std::{bcs, unit_test::assert_eq};
use sui::event;

fun from_sui(body: vector<u8>): Message {
    message::new(
        0,
        fixtures::sui_chain(),
        fixtures::evm_chain(),
        7,
        @0xcafe,
        @0xbeef,
        100_000,
        body,
    )
}

#[test]
fun event_carries_outbox_id_and_message() {
    let outbox = fixtures::sui_address();
    // The shortest message, and the two around which BCS writes its length in one byte or two.
    vector[0, 33, 34, 8192].do!(|length| {
        let message = from_sui(fixtures::filler(length));
        let message_id = message_sent::emit(outbox.to_id(), &message);
        assert_eq!(message_id, message.id(outbox));

        let events = event::events_by_type<MessageSent>();
        let total = 94 + length;
        let mut length_prefix = vector[];
        if (total >= 128) length_prefix.push_back((total % 128 + 128) as u8);
        length_prefix.push_back((if (total < 128) total else total / 128) as u8);
        assert_eq!(
            bcs::to_bytes(&events[events.length() - 1]),
            fixtures::join(vector[
                outbox.to_bytes(),
                x"20",
                message_id.to_bytes(),
                length_prefix,
                message.encode(),
            ]),
        );
    });
    assert_eq!(event::num_events(), 4);
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOutbox)]
fun emit_refuses_no_outbox() {
    message_sent::emit(@0x0.to_id(), &from_sui(b"body"));
}
