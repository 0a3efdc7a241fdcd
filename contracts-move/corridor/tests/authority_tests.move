#[test_only]
module corridor::authority_tests;

use corridor::{authority::ReplaceGuardian, fixtures, outbox::SetSink, world::{Self, World}};
use std::unit_test::{Self, assert_eq};

const DAY: u64 = 86_400;

fun finish_in_time(world: &mut World, number: u64, seconds: u64) {
    world.advance(seconds);
    world.execute_sink(number);
}

#[test]
fun set_up_declares_the_chain_once_and_ends() {
    let mut world = world::published();
    assert_eq!(world.authority().chain(), 0);
    world.declare(true);
    assert_eq!(world.authority().chain(), fixtures::sui_chain());
    assert!(world.authority().is_localnet());
    assert!(!world.authority().is_set_up());
    world.finish();
    assert!(world.authority().is_set_up());
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EDeclaredTwice)]
fun chain_is_declared_once() {
    let mut world = world::declared(false);
    world.declare(true);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::ENotDeclared)]
fun nothing_is_scheduled_before_the_declaration() {
    let mut world = world::published();
    world.schedule_sink();
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::ENotDeclared)]
fun set_up_does_not_end_before_the_declaration() {
    let mut world = world::published();
    world.finish();
    world.end();
}

#[test]
fun action_waits_48_hours_and_14_days_more() {
    let mut world = world::ready(false);
    vector[2 * DAY, 16 * DAY].do!(|seconds| {
        let number = world.schedule_sink();
        finish_in_time(&mut world, number, seconds);
    });
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EActionNotDue)]
fun action_waits_48_hours() {
    let mut world = world::ready(false);
    let number = world.schedule_sink();
    finish_in_time(&mut world, number, 2 * DAY - 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EActionLapsed)]
fun action_lapses_14_days_after_it_is_due() {
    let mut world = world::ready(false);
    let number = world.schedule_sink();
    finish_in_time(&mut world, number, 16 * DAY + 1);
    world.end();
}

#[test]
fun local_network_has_no_delay() {
    let mut world = world::ready(true);
    let number = world.schedule_sink();
    world.execute_sink(number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EActionLapsed)]
fun action_without_delay_does_not_outlive_the_set_up() {
    let mut world = world::declared(false);
    let number = world.schedule_sink();
    world.finish();
    world.execute_sink(number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EUnknownAction)]
fun action_is_executed_once() {
    let mut world = world::ready(true);
    let number = world.schedule_sink();
    world.execute_sink(number);
    world.execute_sink(number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EUnknownAction)]
fun action_is_not_executed_as_another() {
    let mut world = world::ready(true);
    let number = world.schedule_replace_guardian();
    world.execute_sink(number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EUnknownAction)]
fun guardian_cancels_what_waits() {
    let mut world = world::ready(true);
    let number = world.schedule_sink();
    let guard = world.guard();
    world.authority().cancel<SetSink>(&guard, number);
    world.execute_sink(number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EUnknownAction)]
fun action_is_not_cancelled_as_another() {
    let mut world = world::ready(true);
    let number = world.schedule_sink();
    let guard = world.guard();
    world.authority().cancel<ReplaceGuardian>(&guard, number);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EGovernanceOnly)]
fun guardian_does_not_cancel_its_replacement() {
    let mut world = world::ready(false);
    let number = world.schedule_replace_guardian();
    let guard = world.guard();
    world.authority().cancel<ReplaceGuardian>(&guard, number);
    world.end();
}

#[test]
fun governance_cancels_the_replacement_of_the_guardian() {
    let mut world = world::ready(false);
    let number = world.schedule_replace_guardian();
    let guard = world.governance_guard();
    world.authority().cancel<ReplaceGuardian>(&guard, number);
    world.end();
}

#[test]
fun new_guardian_counts() {
    let mut world = world::ready(false);
    let number = world.schedule_replace_guardian();
    world.advance(2 * DAY);
    let cap = world.replace_guardian(number);
    let guard = world.authority().guard(&cap);
    world.outbox().end_lane_pause(&guard, fixtures::evm_chain());
    unit_test::destroy(cap);
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::ENotTheGuardian)]
fun former_guardian_does_not_count() {
    let mut world = world::ready(false);
    let number = world.schedule_replace_guardian();
    world.advance(2 * DAY);
    let cap = world.replace_guardian(number);
    world.guard();
    unit_test::destroy(cap);
    world.end();
}
