#[test_only]
module corridor::outbox_tests;

use corridor::{fixtures, message_sent::MessageSent, outbox, world::{Self, World}};
use std::unit_test::{Self, assert_eq};
use sui::{coin::{Self, Coin}, event, sui::SUI, test_scenario};

const GAS: u32 = 100_000;

fun evm(): u64 {
    fixtures::evm_chain()
}

/// Sends with a coin of a value, to a chain.
fun send_to(
    world: &mut World,
    chain: u64,
    recipient: address,
    gas: u32,
    body: vector<u8>,
    value: u64,
): address {
    let cap = outbox::new_sender(world.scenario().ctx());
    let fee = coin::mint_for_testing<SUI>(value, world.scenario().ctx());
    let id = world.send(&cap, chain, recipient, gas, body, fee);
    unit_test::destroy(cap);
    id
}

fun send(world: &mut World, body: vector<u8>): address {
    let fee = world.outbox().quote(evm(), body.length(), GAS);
    send_to(world, evm(), fixtures::evm_address(), GAS, body, fee)
}

#[test]
fun messages_are_numbered_without_gaps() {
    let mut world = world::ready(false);
    let cap = outbox::new_sender(world.scenario().ctx());
    3u64.do!(|i| {
        let fee = coin::mint_for_testing<SUI>(101_040, world.scenario().ctx());
        let id = world.send(&cap, evm(), fixtures::evm_address(), GAS, b"body", fee);
        let message = corridor::message::new(
            0,
            fixtures::sui_chain(),
            evm(),
            (1 << 48) + i,
            object::id_address(&cap),
            fixtures::evm_address(),
            GAS,
            b"body",
        );
        let outbox_id = object::id_address(world.outbox());
        assert_eq!(id, message.id(outbox_id));
    });
    assert_eq!(event::events_by_type<MessageSent>().length(), 3);
    unit_test::destroy(cap);
    world.end();
}

#[test]
fun quote_is_base_and_bytes_and_gas() {
    let mut world = world::ready(false);
    assert_eq!(world.outbox().quote(evm(), 0, 0), 1_000);
    assert_eq!(world.outbox().quote(evm(), 7, 11), 1_000 + 70 + 11);
    world.set_fees(evm(), 5, 6, 7);
    assert_eq!(world.outbox().quote(evm(), 7, 11), 5 + 42 + 77);
    world.end();
}

#[test]
fun fees_gather_until_anyone_sends_them_to_the_sink() {
    let mut world = world::ready(false);
    send(&mut world, b"body");
    send(&mut world, b"");
    world.set_sink(@0xfee);
    world.collect_fees();
    world.scenario().next_tx(@0x1);
    let coin: Coin<SUI> = test_scenario::take_from_address(world.scenario(), @0xfee);
    assert_eq!(coin.value(), 101_040 + 101_000);
    unit_test::destroy(coin);
    world.end();
}

#[test]
fun next_generation_starts_at_zero() {
    let mut world = world::ready(false);
    send(&mut world, b"body");
    world.raise_generation(evm());
    let cap = outbox::new_sender(world.scenario().ctx());
    let fee = coin::mint_for_testing<SUI>(101_000, world.scenario().ctx());
    let id = world.send(&cap, evm(), fixtures::evm_address(), GAS, b"", fee);
    let message = corridor::message::new(
        0,
        fixtures::sui_chain(),
        evm(),
        2 << 48,
        object::id_address(&cap),
        fixtures::evm_address(),
        GAS,
        b"",
    );
    assert_eq!(id, message.id(object::id_address(world.outbox())));
    unit_test::destroy(cap);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EUnknownLane)]
fun lane_must_be_open() {
    let mut world = world::ready(false);
    send_to(&mut world, 1, fixtures::evm_address(), GAS, b"", 101_000);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EUnknownLane)]
fun quote_is_of_an_open_lane() {
    let mut world = world::ready(false);
    world.outbox().quote(1, 0, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun quote_is_of_a_body_that_can_be() {
    let mut world = world::ready(false);
    world.outbox().quote(evm(), 8_193, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageOriginChain)]
fun nothing_is_sent_before_the_set_up_is_over() {
    let mut world = world::declared(true);
    world.configure();
    send(&mut world, b"body");
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::ELanePaused)]
fun paused_lane_sends_nothing() {
    let mut world = world::ready(false);
    world.pause_lane(evm());
    world.advance(5 * 86_400 - 1);
    send(&mut world, b"body");
    world.end();
}

#[test]
fun pause_lapses_and_loses_no_number() {
    let mut world = world::ready(false);
    send(&mut world, b"body");
    world.pause_lane(evm());
    world.advance(5 * 86_400);
    send(&mut world, b"body");
    let sent = event::events_by_type<MessageSent>();
    assert!(sent[0] != sent[1]);
    world.end();
}

#[test]
fun guardian_ends_a_pause() {
    let mut world = world::ready(false);
    world.pause_lane(evm());
    let guard = world.guard();
    world.outbox().end_lane_pause(&guard, evm());
    send(&mut world, b"body");
    world.end();
}

#[test, expected_failure(abort_code = corridor::pause::EPauseCoolingDown)]
fun no_pause_for_12_days() {
    let mut world = world::ready(false);
    world.pause_lane(evm());
    world.advance(12 * 86_400 - 1);
    world.pause_lane(evm());
    world.end();
}

#[test]
fun pause_is_possible_after_12_days_or_when_governance_allows_it() {
    let mut world = world::ready(true);
    world.pause_lane(evm());
    world.advance(12 * 86_400);
    world.pause_lane(evm());
    world.allow_lane_pause(evm());
    world.pause_lane(evm());
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EUnknownLane)]
fun unknown_lane_is_not_paused() {
    let mut world = world::ready(false);
    world.pause_lane(1);
    world.end();
}

#[test]
fun evm_recipient_is_promised_10_million() {
    let mut world = world::ready(false);
    let evm_address = fixtures::evm_address();
    send_to(&mut world, evm(), evm_address, 10_000_000, b"", 1_000 + 10_000_000);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EExecutionGasTooHigh)]
fun evm_recipient_is_promised_no_more() {
    let mut world = world::ready(false);
    send_to(&mut world, evm(), fixtures::evm_address(), 10_000_001, b"", 1_000 + 10_000_001);
    world.end();
}

#[test]
fun sui_destination_has_no_limit_of_gas() {
    let mut world = world::ready(false);
    let chain = 0x53000000_4c78adac;
    world.open_lane_to(chain, 0, 0, 0);
    send_to(&mut world, chain, fixtures::sui_address(), 0xffff_ffff, b"", 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EWrongFee)]
fun fee_is_not_less() {
    let mut world = world::ready(false);
    send_to(&mut world, evm(), fixtures::evm_address(), GAS, b"", 100_999);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EWrongFee)]
fun fee_is_not_more() {
    let mut world = world::ready(false);
    send_to(&mut world, evm(), fixtures::evm_address(), GAS, b"", 101_001);
    world.end();
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageRecipient)]
fun recipient_suits_the_destination() {
    let mut world = world::ready(false);
    send_to(&mut world, evm(), fixtures::wide_address(), GAS, b"", 101_000);
    world.end();
}

#[test, expected_failure(abort_code = corridor::message::EInvalidMessageLength)]
fun body_is_at_most_8192_bytes() {
    let mut world = world::ready(false);
    let body = fixtures::filler(8_193);
    send_to(&mut world, evm(), fixtures::evm_address(), 0, body, 1_000 + 81_930);
    world.end();
}

#[test]
fun last_sequence_is_sent() {
    let mut world = world::ready(false);
    world.outbox().set_sequence_for_testing(evm(), 0xffff_ffff_ffff);
    send(&mut world, b"body");
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::ENonceOverflow)]
fun sequence_does_not_run_into_the_generation() {
    let mut world = world::ready(false);
    world.outbox().set_sequence_for_testing(evm(), 0xffff_ffff_ffff);
    send(&mut world, b"body");
    send(&mut world, b"body");
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::ENonceOverflow)]
fun generations_end() {
    let mut world = world::ready(true);
    world.outbox().set_generation_for_testing(evm(), 0xffff);
    world.raise_generation(evm());
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::ELaneKnown)]
fun lane_is_opened_once() {
    let mut world = world::ready(true);
    world.open_lane(0, 0, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EInvalidLane)]
fun lane_leads_to_a_chain() {
    let mut world = world::ready(true);
    world.open_lane_to(0, 0, 0, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EInvalidLane)]
fun lane_leads_to_another_chain() {
    let mut world = world::ready(true);
    world.open_lane_to(fixtures::sui_chain(), 0, 0, 0);
    world.end();
}

#[test]
fun highest_fee_is_a_coin() {
    let mut world = world::ready(true);
    world.set_fees(evm(), 0xffff_ffff_ffff_ffff - 8_192 - 0xffff_ffff, 1, 1);
    assert_eq!(world.outbox().quote(evm(), 8_192, 0xffff_ffff), 0xffff_ffff_ffff_ffff);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EInvalidFees)]
fun higher_fee_is_refused() {
    let mut world = world::ready(true);
    world.set_fees(evm(), 0xffff_ffff_ffff_ffff - 8_192 - 0xffff_fffe, 1, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EUnknownLane)]
fun generation_of_an_unknown_lane_is_not_raised() {
    let mut world = world::ready(true);
    world.raise_generation(1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EInvalidSink)]
fun sink_is_not_zero() {
    let mut world = world::ready(true);
    world.set_sink(@0x0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::outbox::EInvalidSink)]
fun fees_wait_for_a_sink() {
    let mut world = world::ready(true);
    world.collect_fees();
    world.end();
}
