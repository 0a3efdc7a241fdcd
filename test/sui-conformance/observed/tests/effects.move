/// What a scenario's transactions report, to the order of the ids in it.
#[test_only]
module observed::effects;

use observed::{
    objects::{Self, Badge, Coin, Drawer, Safe},
    report::{count, describe},
    show::{log, show}
};
use std::unit_test::destroy;
use sui::{
    dynamic_field as field,
    dynamic_object_field as object_field,
    party,
    test_scenario::{Self as scenario, Scenario}
};

const A: address = @0xA;
const B: address = @0xB;

fun begin(): (Scenario, vector<u8>) {
    let mut test = scenario::begin(A);
    let mut seen = vector[];
    5u64.do!(|i| transfer::public_transfer(objects::coin(i, test.ctx()), if (i % 2 == 0) A else B));
    3u64.do!(|i| transfer::public_share_object(objects::coin(10 + i, test.ctx())));
    2u64.do!(|i| transfer::public_freeze_object(objects::coin(20 + i, test.ctx())));
    objects::badge(A, test.ctx()).give(B);
    objects::badge(B, test.ctx()).share();
    describe(&mut seen, &test.next_tx(A));
    (test, seen)
}

#[test]
fun of_every_kind_of_transfer() {
    let (_test, seen) = begin();
    show!(seen)
}

#[test]
fun of_changes() {
    let (mut test, mut seen) = begin();
    let mut shared = test.take_shared<Coin>();
    shared.set(99);
    scenario::return_shared(shared);
    let mut own = test.take_from_sender<Coin>();
    own.set(98);
    test.return_to_sender(own);
    let frozen = test.take_immutable<Coin>();
    scenario::return_immutable(frozen);
    describe(&mut seen, &test.next_tx(B));
    log(&mut seen, test.ids_for_sender<Coin>());
    log(&mut seen, scenario::ids_for_address<Coin>(A));
    log(&mut seen, scenario::most_recent_id_shared<Coin>());
    log(&mut seen, scenario::most_recent_immutable_id<Coin>());
    show!(seen)
}

#[test]
fun of_transfers_in_all_directions() {
    let (mut test, mut seen) = begin();
    let (first, second) = (test.take_from_sender<Coin>(), test.take_from_sender<Coin>());
    let third = test.take_from_address<Coin>(B);
    transfer::public_transfer(second, B);
    transfer::public_transfer(objects::coin(7, test.ctx()), A);
    transfer::public_transfer(first, @0xC);
    transfer::public_freeze_object(third);
    transfer::public_transfer(objects::coin(8, test.ctx()), @0xC);
    describe(&mut seen, &test.next_tx(@0xC));
    log(&mut seen, test.ids_for_sender<Coin>());
    log(&mut seen, scenario::ids_for_address<Coin>(A));
    log(&mut seen, scenario::ids_for_address<Coin>(B));
    show!(seen)
}

#[test]
fun of_an_object_given_twice() {
    let (mut test, mut seen) = begin();
    let own = test.take_from_sender<Coin>();
    let id = object::id(&own);
    transfer::public_transfer(own, B);
    describe(&mut seen, &test.next_tx(B));
    let own = test.take_from_sender_by_id<Coin>(id);
    transfer::public_transfer(own, A);
    describe(&mut seen, &test.next_tx(A));
    log(&mut seen, test.ids_for_sender<Coin>());
    show!(seen)
}

#[test]
fun of_deletions() {
    let (mut test, mut seen) = begin();
    log(&mut seen, test.take_from_sender<Coin>().burn());
    log(&mut seen, test.take_shared<Coin>().burn());
    log(&mut seen, objects::coin(5, test.ctx()).burn());
    test.take_from_address<Badge>(B).burn_badge();
    describe(&mut seen, &test.next_tx(A));
    log(&mut seen, test.ids_for_sender<Coin>());
    log(&mut seen, scenario::most_recent_id_shared<Coin>());
    show!(seen)
}

#[test]
fun of_wrapping_and_unwrapping() {
    let (mut test, mut seen) = begin();
    let (one, two, three) = (
        test.take_from_sender<Coin>(),
        test.take_from_sender<Coin>(),
        test.take_from_sender<Coin>(),
    );
    let safe = objects::safe(option::some(one), test.ctx());
    let drawer = objects::drawer(vector[three, objects::coin(50, test.ctx()), two], test.ctx());
    transfer::public_transfer(drawer, A);
    transfer::public_transfer(safe, B);
    describe(&mut seen, &test.next_tx(B));
    let mut safe = test.take_from_sender<Safe>();
    let coin = safe.content().extract();
    transfer::public_transfer(coin, B);
    test.return_to_sender(safe);
    describe(&mut seen, &test.next_tx(A));
    let mut drawer = test.take_from_sender<Drawer>();
    log(&mut seen, drawer.coins().swap_remove(0).burn());
    test.return_to_sender(drawer);
    describe(&mut seen, &test.next_tx(A));
    show!(seen)
}

#[test]
fun of_moving_between_wrappers() {
    let (mut test, mut seen) = begin();
    let one = test.take_from_sender<Coin>();
    let safe = objects::safe(option::some(one), test.ctx());
    transfer::public_transfer(safe, A);
    describe(&mut seen, &test.next_tx(A));
    let content = test.take_from_sender<Safe>().open();
    let other = objects::safe(content, test.ctx());
    transfer::public_transfer(other, B);
    describe(&mut seen, &test.next_tx(B));
    show!(seen)
}

#[test]
fun of_parties() {
    let (mut test, mut seen) = begin();
    let own = test.take_from_sender<Coin>();
    transfer::public_party_transfer(own, party::single_owner(B));
    transfer::public_party_transfer(objects::coin(3, test.ctx()), party::single_owner(A));
    describe(&mut seen, &test.next_tx(A));
    let own = test.take_from_sender<Coin>();
    log(&mut seen, test.was_taken_from_sender(object::id(&own)));
    test.return_to_sender(own);
    describe(&mut seen, &test.next_tx(A));
    show!(seen)
}

#[test]
fun of_fields() {
    let (mut test, mut seen) = begin();
    let mut own = test.take_from_sender<Coin>();
    field::add(own.uid_mut(), 1u8, b"one");
    field::add(own.uid_mut(), 2u8, b"two");
    test.return_to_sender(own);
    count(&mut seen, &test.next_tx(A));
    let mut own = test.take_from_sender<Coin>();
    log(&mut seen, field::remove<u8, vector<u8>>(own.uid_mut(), 1));
    field::borrow_mut<u8, vector<u8>>(own.uid_mut(), 2).push_back(1);
    test.return_to_sender(own);
    count(&mut seen, &test.next_tx(A));
    let mut own = test.take_from_sender<Coin>();
    log(&mut seen, field::remove<u8, vector<u8>>(own.uid_mut(), 2));
    field::add(own.uid_mut(), 2u8, 5u64);
    own.burn();
    count(&mut seen, &test.next_tx(A));
    show!(seen)
}

#[test]
fun of_objects_as_fields() {
    let (mut test, mut seen) = begin();
    let mut own = test.take_from_sender<Coin>();
    let child = test.take_from_sender<Coin>();
    let id = object::id(&child);
    object_field::add(own.uid_mut(), b"child", child);
    object_field::add(own.uid_mut(), b"new", objects::coin(70, test.ctx()));
    test.return_to_sender(own);
    count(&mut seen, &test.next_tx(A));
    log(&mut seen, test.ids_for_sender<Coin>());
    let mut own = test.take_from_sender<Coin>();
    let child: Coin = object_field::remove(own.uid_mut(), b"child");
    log(&mut seen, object::id(&child) == id);
    log(&mut seen, object_field::remove<vector<u8>, Coin>(own.uid_mut(), b"new").burn());
    transfer::public_transfer(child, B);
    test.return_to_sender(own);
    count(&mut seen, &test.next_tx(B));
    log(&mut seen, test.ids_for_sender<Coin>());
    show!(seen)
}

#[test]
fun of_received_objects() {
    let (mut test, mut seen) = begin();
    let own = test.take_from_sender<Coin>();
    let parent = object::id(&own);
    3u64.do!(|i| transfer::public_transfer(objects::coin(i, test.ctx()), parent.to_address()));
    objects::badge(A, test.ctx()).give(parent.to_address());
    test.return_to_sender(own);
    describe(&mut seen, &test.next_tx(A));
    log(&mut seen, scenario::receivable_object_ids_for_owner_id<Coin>(parent));
    let mut own = test.take_from_sender_by_id<Coin>(parent);
    let ids = scenario::receivable_object_ids_for_owner_id<Coin>(parent);
    let ticket = scenario::receiving_ticket_by_id<Coin>(ids[1]);
    log(&mut seen, transfer::public_receive(own.uid_mut(), ticket).burn());
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent);
    let kept = transfer::public_receive(own.uid_mut(), ticket);
    transfer::public_transfer(kept, B);
    let ticket = scenario::most_recent_receiving_ticket<Badge>(&parent);
    objects::accept(own.uid_mut(), ticket).give(B);
    test.return_to_sender(own);
    describe(&mut seen, &test.next_tx(B));
    show!(seen)
}

#[test]
fun of_received_objects_that_are_shared() {
    let (mut test, mut seen) = begin();
    let own = test.take_from_sender<Coin>();
    let parent = object::id(&own);
    transfer::public_transfer(objects::coin(1, test.ctx()), parent.to_address());
    test.return_to_sender(own);
    describe(&mut seen, &test.next_tx(A));
    let mut own = test.take_from_sender_by_id<Coin>(parent);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent);
    let child = transfer::public_receive(own.uid_mut(), ticket);
    transfer::public_freeze_object(child);
    object_field::add(own.uid_mut(), 0u8, objects::coin(2, test.ctx()));
    test.return_to_sender(own);
    count(&mut seen, &test.next_tx(A));
    show!(seen)
}

#[test]
fun of_empty_transactions() {
    let (mut test, mut seen) = begin();
    describe(&mut seen, &test.next_tx(A));
    describe(&mut seen, &test.next_epoch(B));
    describe(&mut seen, &test.later_epoch(5, B));
    describe(&mut seen, &test.end());
    show!(seen)
}

#[test]
fun of_events() {
    let (mut test, mut seen) = begin();
    10u64.do!(|i| objects::announce(A, i));
    log(&mut seen, sui::event::events_by_type<objects::Moved>());
    describe(&mut seen, &test.next_tx(A));
    log(&mut seen, sui::event::events_by_type<objects::Moved>());
    show!(seen)
}

#[test]
fun of_values_that_vanish() {
    let (mut test, mut seen) = begin();
    destroy(test.take_from_sender<Coin>());
    destroy(test.take_shared<Coin>());
    destroy(objects::coin(1, test.ctx()));
    describe(&mut seen, &test.next_tx(A));
    log(&mut seen, scenario::ids_for_address<Coin>(A));
    show!(seen)
}

#[test]
fun of_objects_taken_in_an_earlier_transaction() {
    let (mut test, mut seen) = begin();
    let mut shared = test.take_shared<Coin>();
    let own = test.take_from_sender<Coin>();
    describe(&mut seen, &test.next_tx(B));
    shared.set(3);
    describe(&mut seen, &test.next_tx(A));
    scenario::return_shared(shared);
    transfer::public_share_object(objects::coin(0, test.ctx()));
    transfer::public_transfer(own, B);
    describe(&mut seen, &test.next_tx(B));
    log(&mut seen, scenario::most_recent_id_shared<Coin>());
    show!(seen)
}

#[test]
fun of_system_objects() {
    let mut test = scenario::begin(A);
    test.create_system_objects();
    let mut seen = vector[];
    let mut clock = test.take_shared<sui::clock::Clock>();
    clock.increment_for_testing(42);
    log(&mut seen, clock.timestamp_ms());
    log(&mut seen, object::id(&clock) == @0x6.to_id());
    scenario::return_shared(clock);
    log(&mut seen, test.next_tx(A).written().length());
    show!(seen)
}
