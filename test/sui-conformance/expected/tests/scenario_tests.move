/// What a scenario refuses: objects that are not there, and shared or immutable objects that are not put back.
#[test_only]
module expected::scenario_tests;

use expected::objects::{Self, Badge, Coin};
use std::unit_test::{assert_eq, destroy};
use sui::{dynamic_field as field, test_scenario as scenario};

const A: address = @0xA;
const B: address = @0xB;

/// A scenario by `A` with one shared, one immutable and one own object.
fun begin(): scenario::Scenario {
    let mut test = scenario::begin(A);
    transfer::public_share_object(objects::coin(1, test.ctx()));
    transfer::public_freeze_object(objects::coin(2, test.ctx()));
    transfer::public_transfer(objects::coin(3, test.ctx()), A);
    test.next_tx(A);
    test
}

#[test]
fun takes_and_returns() {
    let mut test = begin();
    let shared = test.take_shared<Coin>();
    let frozen = test.take_immutable<Coin>();
    let own = test.take_from_sender<Coin>();
    assert_eq!(shared.value() * 100 + frozen.value() * 10 + own.value(), 123);
    assert!(
        scenario::was_taken_immutable(object::id(&frozen)) && !scenario::was_taken_immutable(object::id(&own)),
    );
    assert!(
        test.was_taken_from_sender(object::id(&own)) && !test.was_taken_from_sender(object::id(&shared)),
    );
    assert!(!scenario::was_taken_from_address(B, object::id(&own)));
    scenario::return_shared(shared);
    scenario::return_immutable(frozen);
    test.return_to_sender(own);
    let effects = test.end();
    assert_eq!(effects.written().length(), 3);
}

#[test]
fun ends_with_objects_still_taken() {
    let mut test = begin();
    let own = test.take_from_sender<Coin>();
    let id = object::id(&own);
    let effects = test.next_tx(A);
    assert!(effects.written().is_empty());
    // It stays taken, and can be used on.
    assert!(test.was_taken_from_sender(id));
    transfer::public_transfer(own, B);
    test.next_tx(B);
    assert_eq!(test.take_from_sender<Coin>().burn(), 3);
    test.end();
}

#[test]
fun runs_with_a_shared_object() {
    let mut test = begin();
    test.with_shared!<Coin>(|coin, _| coin.set(50));
    test.next_tx(B);
    test.with_shared!<Coin>(|coin, test| {
        assert_eq!(coin.value(), 50);
        assert_eq!(test.sender(), B);
    });
    test.end();
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_object_twice() {
    let test = begin();
    let own = test.take_from_sender<Coin>();
    destroy(test.take_from_sender_by_id<Coin>(object::id(&own)));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_object_of_another_address() {
    let test = begin();
    let id = scenario::most_recent_id_for_address<Coin>(A).destroy_some();
    destroy(test.take_from_address_by_id<Coin>(B, id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_object_of_another_type() {
    let test = begin();
    let id = scenario::most_recent_id_for_address<Coin>(A).destroy_some();
    test.take_from_sender_by_id<Badge>(id).burn_badge();
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_shared_object_from_an_address() {
    let test = begin();
    let id = scenario::most_recent_id_shared<Coin>().destroy_some();
    destroy(test.take_from_sender_by_id<Coin>(id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_own_object_as_shared() {
    let test = begin();
    let id = scenario::most_recent_id_for_address<Coin>(A).destroy_some();
    destroy(test.take_shared_by_id<Coin>(id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_no_shared_object_as_immutable() {
    let test = begin();
    let id = scenario::most_recent_id_shared<Coin>().destroy_some();
    destroy(test.take_immutable_by_id<Coin>(id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EObjectNotFound)]
fun takes_nothing_before_the_transaction_ends() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(1, test.ctx());
    let id = object::id(&coin);
    transfer::public_transfer(coin, A);
    destroy(test.take_from_sender_by_id<Coin>(id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EEmptyInventory)]
fun has_nothing_for_a_stranger() {
    let test = begin();
    destroy(test.take_from_address<Coin>(B));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EEmptyInventory)]
fun has_no_shared_object_of_another_type() {
    let test = begin();
    test.take_shared<Badge>().burn_badge();
    abort 0
}

#[test, expected_failure(abort_code = scenario::EEmptyInventory)]
fun has_no_immutable_object_of_another_type() {
    let test = begin();
    test.take_immutable<Badge>().burn_badge();
    abort 0
}

#[test, expected_failure(abort_code = scenario::ECantReturnObject)]
fun returns_no_new_object_to_an_address() {
    let mut test = begin();
    let coin = objects::coin(1, test.ctx());
    test.return_to_sender(coin);
    abort 0
}

#[test, expected_failure(abort_code = scenario::ECantReturnObject)]
fun returns_no_object_to_another_address() {
    let test = begin();
    let own = test.take_from_sender<Coin>();
    scenario::return_to_address(B, own);
    abort 0
}

#[test, expected_failure(abort_code = scenario::ECantReturnObject)]
fun returns_no_own_object_as_shared() {
    let test = begin();
    scenario::return_shared(test.take_from_sender<Coin>());
    abort 0
}

#[test, expected_failure(abort_code = scenario::ECantReturnObject)]
fun returns_no_shared_object_as_immutable() {
    let test = begin();
    scenario::return_immutable(test.take_shared<Coin>());
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun gives_no_shared_object_away() {
    let mut test = begin();
    transfer::public_transfer(test.take_shared<Coin>(), B);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun freezes_no_shared_object() {
    let mut test = begin();
    transfer::public_freeze_object(test.take_shared<Coin>());
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun wraps_no_shared_object() {
    let mut test = begin();
    let coin = test.take_shared<Coin>();
    transfer::public_transfer(objects::safe(option::some(coin), test.ctx()), A);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun makes_no_shared_object_a_child() {
    let mut test = begin();
    let mut own = test.take_from_sender<Coin>();
    sui::dynamic_object_field::add(own.uid_mut(), 1u8, test.take_shared<Coin>());
    test.return_to_sender(own);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun wraps_no_shared_object_in_a_field() {
    let mut test = begin();
    let mut own = test.take_from_sender<Coin>();
    field::add(own.uid_mut(), 1u8, test.take_shared<Coin>());
    test.return_to_sender(own);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun gives_no_immutable_object_away() {
    let mut test = begin();
    transfer::public_transfer(test.take_immutable<Coin>(), B);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun deletes_no_immutable_object() {
    let mut test = begin();
    test.take_immutable<Coin>().burn();
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun changes_no_immutable_object() {
    let mut test = begin();
    let mut coin = test.take_immutable<Coin>();
    coin.set(99);
    scenario::return_immutable(coin);
    test.next_tx(A);
    abort 0
}

#[test, expected_failure(abort_code = scenario::EInvalidSharedOrImmutableUsage)]
fun wraps_no_immutable_object() {
    let mut test = begin();
    let coin = test.take_immutable<Coin>();
    transfer::public_transfer(objects::drawer(vector[coin], test.ctx()), A);
    test.end();
    abort 0
}

#[test, expected_failure(abort_code = transfer::ESharedNonNewObject)]
fun shares_no_immutable_object() {
    let test = begin();
    transfer::public_share_object(test.take_immutable<Coin>());
    abort 0
}
