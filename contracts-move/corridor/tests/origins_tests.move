#[test_only]
module corridor::origins_tests;

use corridor::{claims, fixtures, recipient, world::{Self, World}};
use std::unit_test;

const FIRST: u64 = 0x0001_000000000000;

/// Delivers so many messages one by one, each in a statement of its own, from a sequence number on.
fun deliver_some(world: &mut World, from: u64, count: u64) {
    let cap = recipient::new(world.scenario().ctx());
    count.do!(|i| {
        let message = world::message_to(object::id_address(&cap), from + i);
        let statement = world.statement(FIRST + from + i, vector[world::leaf(&message)]);
        let accepted = world.accept(&statement, vector[1, 2]);
        world.deliver(&accepted, 0, vector[], message).consume(&cap);
    });
    unit_test::destroy(cap);
}

fun start(): World {
    let mut world = world::ready(true);
    2u64.do!(|i| world.register(claims::claim(i)));
    world
}

#[test]
fun cap_counts_in_windows_and_can_be_taken_away() {
    let mut world = start();
    world.set_cap(fixtures::evm_chain(), 2, 60);
    deliver_some(&mut world, 0, 2);
    world.advance(60);
    deliver_some(&mut world, 2, 2);
    world.set_cap(fixtures::evm_chain(), 0, 0);
    deliver_some(&mut world, 4, 3);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origin::EOriginCapReached)]
fun cap_is_reached() {
    let mut world = start();
    world.set_cap(fixtures::evm_chain(), 2, 60);
    deliver_some(&mut world, 0, 2);
    world.advance(59);
    deliver_some(&mut world, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidCap)]
fun cap_has_a_window() {
    let mut world = start();
    world.set_cap(fixtures::evm_chain(), 2, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidCap)]
fun window_has_a_cap() {
    let mut world = start();
    world.set_cap(fixtures::evm_chain(), 0, 60);
    world.end();
}

#[test, expected_failure(abort_code = corridor::inbox::EUnknownOrigin)]
fun unknown_origin_has_no_cap() {
    let mut world = start();
    world.set_cap(1, 2, 60);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EOriginKnown)]
fun origin_is_added_once() {
    let mut world = start();
    world.add_origin_of(fixtures::evm_chain(), @0xbad, 2, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidOrigin)]
fun origin_is_a_chain() {
    let mut world = start();
    world.add_origin_of(0, @0x1, 1, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidOrigin)]
fun origin_is_another_chain() {
    let mut world = start();
    world.add_origin_of(fixtures::sui_chain(), @0x1, 1, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidOrigin)]
fun outbox_suits_the_chain() {
    let mut world = start();
    world.add_origin_of(1, fixtures::wide_address(), 1, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origins::EInvalidOrigin)]
fun generation_is_not_zero() {
    let mut world = start();
    world.add_origin_of(1, @0x1, 0, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun policy_of_zero_is_refused() {
    let mut world = start();
    world.add_origin_of(1, @0x1, 1, 0, 0, 0, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun policy_of_one_is_refused_off_a_local_network() {
    let mut world = world::ready(false);
    world.set_policy(fixtures::evm_chain(), 1, 1, 1, 1);
    world.end();
}

#[test]
fun policy_of_one_is_allowed_on_a_local_network() {
    let mut world = start();
    world.set_policy(fixtures::evm_chain(), 1, 1, 1, 1);
    let cap = recipient::new(world.scenario().ctx());
    let message = world::message_to(object::id_address(&cap), 0);
    let statement = world.statement(FIRST, vector[world::leaf(&message)]);
    world.accept(&statement, vector[1]);
    unit_test::destroy(cap);
    world.end();
}

#[test, expected_failure(abort_code = corridor::inbox::EUnknownOrigin)]
fun unknown_origin_has_no_policy() {
    let mut world = start();
    world.set_policy(1, 2, 2, 2, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::inbox::EUnknownOrigin)]
fun unknown_origin_is_not_paused() {
    let mut world = start();
    world.pause_origin(1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::pause::EPauseCoolingDown)]
fun origin_is_not_paused_again_at_once() {
    let mut world = start();
    world.pause_origin(fixtures::evm_chain());
    world.end_origin_pause(fixtures::evm_chain());
    world.pause_origin(fixtures::evm_chain());
    world.end();
}

#[test]
fun governance_allows_another_pause() {
    let mut world = start();
    world.pause_origin(fixtures::evm_chain());
    world.allow_origin_pause(fixtures::evm_chain());
    world.pause_origin(fixtures::evm_chain());
    world.end();
}

#[test, expected_failure(abort_code = corridor::inbox::EUnknownOrigin)]
fun pause_of_an_unknown_origin_is_not_allowed() {
    let mut world = start();
    world.allow_origin_pause(1);
    world.end();
}
