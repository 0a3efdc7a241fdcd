/// Objects that change hands, over the transactions of a scenario.
#[test_only]
module expected::transfer_tests;

use expected::objects::{Self, Badge, Coin, Safe};
use std::unit_test::{assert_eq, destroy};
use sui::{party, test_scenario as scenario};

const A: address = @0xA;
const B: address = @0xB;

#[test]
fun gives_objects_to_addresses() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(5, test.ctx());
    let id = object::id(&coin);
    transfer::public_transfer(coin, B);
    objects::badge(A, test.ctx()).give(B);
    let effects = test.next_tx(B);
    assert_eq!(effects.created().length(), 2);
    assert_eq!(effects.transferred_to_account()[&id], B);
    let coin = test.take_from_sender<Coin>();
    let badge = test.take_from_sender<Badge>();
    assert_eq!(object::id(&coin), id);
    assert_eq!(coin.value() + 1, 6);
    assert_eq!(badge.owner(), A);
    transfer::public_transfer(coin, A);
    test.return_to_sender(badge);
    let effects = test.end();
    assert_eq!(effects.written(), vector[id, effects.written()[1]]);
    assert!(effects.created().is_empty() && effects.deleted().is_empty());
}

#[test]
fun shares_objects() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(1, test.ctx());
    let id = object::id(&coin);
    transfer::public_share_object(coin);
    objects::badge(B, test.ctx()).share();
    let effects = test.next_tx(B);
    assert_eq!(effects.shared().length(), 2);
    let mut coin = test.take_shared_by_id<Coin>(id);
    coin.set(9);
    scenario::return_shared(coin);
    let effects = test.next_tx(A);
    assert_eq!(effects.written(), vector[id]);
    let coin = test.take_shared<Coin>();
    assert_eq!(coin.value(), 9);
    scenario::return_shared(coin);
    test.end();
}

#[test]
fun deletes_shared_objects() {
    let mut test = scenario::begin(A);
    transfer::public_share_object(objects::coin(1, test.ctx()));
    test.next_tx(A);
    test.take_shared<Coin>().burn();
    let effects = test.next_tx(A);
    assert_eq!(effects.deleted().length(), 1);
    assert!(!scenario::has_most_recent_shared<Coin>());
    test.end();
}

#[test]
fun freezes_objects() {
    let mut test = scenario::begin(A);
    transfer::public_freeze_object(objects::coin(3, test.ctx()));
    objects::badge(A, test.ctx()).freeze_badge();
    let effects = test.next_tx(B);
    assert_eq!(effects.frozen().length(), 2);
    let coin = test.take_immutable<Coin>();
    assert_eq!(coin.value(), 3);
    assert!(scenario::was_taken_immutable(object::id(&coin)));
    assert!(!scenario::has_most_recent_immutable<Coin>());
    scenario::return_immutable(coin);
    test.next_tx(A);
    assert!(scenario::has_most_recent_immutable<Badge>());
    test.end();
}

#[test]
fun deletes_objects() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(7, test.ctx());
    let id = object::id(&coin);
    transfer::public_transfer(coin, A);
    objects::coin(8, test.ctx()).burn();
    let effects = test.next_tx(A);
    // What is made and deleted in one transaction never was.
    assert_eq!(effects.created(), vector[id]);
    assert!(effects.deleted().is_empty());
    assert_eq!(test.take_from_sender<Coin>().burn(), 7);
    assert_eq!(test.end().deleted(), vector[id]);
}

#[test]
fun wraps_and_unwraps_objects() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(7, test.ctx());
    let id = object::id(&coin);
    transfer::public_transfer(coin, A);
    test.next_tx(A);
    let coin = test.take_from_sender<Coin>();
    transfer::public_transfer(objects::safe(option::some(coin), test.ctx()), A);
    let effects = test.next_tx(A);
    assert_eq!(effects.deleted(), vector[id]);
    assert!(!scenario::has_most_recent_for_address<Coin>(A));
    let mut safe = test.take_from_sender<Safe>();
    let coin = safe.content().extract();
    assert_eq!(object::id(&coin), id);
    transfer::public_transfer(coin, B);
    test.return_to_sender(safe);
    let effects = test.next_tx(B);
    assert_eq!(effects.written().length(), 2);
    assert_eq!(scenario::ids_for_address<Coin>(B), vector[id]);
    test.end();
}

#[test]
fun wraps_objects_in_vectors() {
    let mut test = scenario::begin(A);
    let coins = vector::tabulate!(3, |i| objects::coin(i, test.ctx()));
    transfer::public_transfer(objects::drawer(coins, test.ctx()), A);
    let effects = test.next_tx(A);
    assert_eq!(effects.deleted().length(), 3);
    let mut drawer = test.take_from_sender<objects::Drawer>();
    assert_eq!(drawer.coins().pop_back().burn(), 2);
    test.return_to_sender(drawer);
    assert_eq!(test.end().deleted().length(), 3);
}

#[test]
fun transfers_to_parties() {
    let mut test = scenario::begin(A);
    transfer::public_party_transfer(objects::coin(4, test.ctx()), party::single_owner(B));
    let effects = test.next_tx(B);
    assert_eq!(effects.transferred_to_account().length(), 1);
    let coin = test.take_from_sender<Coin>();
    assert_eq!(coin.value(), 4);
    test.return_to_sender(coin);
    test.end();
}

#[test]
fun keeps_objects_by_the_order_of_their_coming() {
    let mut test = scenario::begin(A);
    3u64.do!(|i| transfer::public_transfer(objects::coin(i, test.ctx()), B));
    test.next_tx(B);
    let ids = test.ids_for_sender<Coin>();
    assert_eq!(ids.length(), 3);
    let last = test.take_from_sender<Coin>();
    assert_eq!(last.value(), 2);
    assert_eq!(object::id(&last), ids[2]);
    let first = test.take_from_sender_by_id<Coin>(ids[0]);
    assert_eq!(first.value(), 0);
    assert_eq!(scenario::most_recent_id_for_address<Coin>(B), option::some(ids[1]));
    test.return_to_sender(first);
    test.return_to_sender(last);
    test.end();
}

#[test]
fun receives_objects_sent_to_objects() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    objects::badge(B, test.ctx()).give(parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let mut parent = test.take_from_sender<Coin>();
    assert_eq!(scenario::receivable_object_ids_for_owner_id<Coin>(parent_id).length(), 1);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    let child = transfer::public_receive(parent.uid_mut(), ticket);
    assert_eq!(child.value(), 2);
    let ticket = scenario::most_recent_receiving_ticket<Badge>(&parent_id);
    let badge = objects::accept(parent.uid_mut(), ticket);
    assert_eq!(badge.owner(), B);
    badge.give(B);
    transfer::public_transfer(child, B);
    test.return_to_sender(parent);
    let effects = test.next_tx(B);
    assert_eq!(effects.written().length(), 3);
    let child = test.take_from_sender<Coin>();
    assert_eq!(child.value(), 2);
    test.return_to_sender(child);
    test.end();
}

#[test]
fun gives_receiving_tickets_back() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    let id = ticket.receiving_object_id();
    scenario::return_receiving_ticket(ticket);
    let again = scenario::receiving_ticket_by_id<Coin>(id);
    assert_eq!(again.receiving_object_id(), id);
    scenario::return_receiving_ticket(again);
    test.next_tx(A);
    assert_eq!(scenario::ids_for_address<Coin>(parent_id.to_address()), vector[id]);
    test.end();
}

#[test]
fun forgets_tickets_that_are_not_used() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    destroy(ticket);
    test.next_tx(A);
    let mut parent = test.take_from_sender<Coin>();
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    assert_eq!(transfer::public_receive(parent.uid_mut(), ticket).burn(), 2);
    test.return_to_sender(parent);
    assert_eq!(test.end().deleted().length(), 1);
}

// === Errors ===

#[test, expected_failure(abort_code = transfer::ESharedNonNewObject)]
fun shares_only_new_objects() {
    let mut test = scenario::begin(A);
    transfer::public_transfer(objects::coin(1, test.ctx()), A);
    test.next_tx(A);
    transfer::public_share_object(test.take_from_sender<Coin>());
    abort 0
}

#[test, expected_failure(abort_code = transfer::ESharedNonNewObject)]
fun shares_no_object_that_was_wrapped() {
    let mut test = scenario::begin(A);
    let coin = objects::coin(1, test.ctx());
    transfer::public_transfer(objects::safe(option::some(coin), test.ctx()), A);
    test.next_tx(A);
    transfer::public_share_object(test.take_from_sender<Safe>().open().destroy_some());
    abort 0
}

#[test, expected_failure(abort_code = transfer::EUnableToReceiveObject)]
fun receives_nothing_sent_to_another_object() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let mut other = objects::coin(3, test.ctx());
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    destroy(transfer::public_receive(other.uid_mut(), ticket));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EUnableToAllocateReceivingTicket)]
fun receives_nothing_as_another_type() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let child = objects::coin(2, test.ctx());
    let child_id = object::id(&child);
    transfer::public_transfer(child, object::id_address(&parent));
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    // A badge has other fields than a coin.
    destroy(scenario::receiving_ticket_by_id<Badge>(child_id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EEmptyInventory)]
fun has_no_ticket_for_nothing() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    destroy(scenario::most_recent_receiving_ticket<Coin>(&object::id(&parent)));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EReceivingTicketAlreadyAllocated)]
fun has_one_ticket_for_an_object() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    destroy(scenario::most_recent_receiving_ticket<Coin>(&parent_id));
    destroy(scenario::most_recent_receiving_ticket<Coin>(&parent_id));
    abort 0
}

#[test, expected_failure(abort_code = scenario::EUnableToDeallocateReceivingTicket)]
fun takes_back_no_ticket_of_an_earlier_transaction() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    test.next_tx(A);
    scenario::return_receiving_ticket(ticket);
    abort 0
}

#[test, expected_failure(abort_code = transfer::EUnableToReceiveObject)]
fun receives_nothing_with_a_ticket_of_an_earlier_transaction() {
    let mut test = scenario::begin(A);
    let parent = objects::coin(1, test.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(objects::coin(2, test.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, A);
    test.next_tx(A);
    let ticket = scenario::most_recent_receiving_ticket<Coin>(&parent_id);
    test.next_tx(A);
    let mut parent = test.take_from_sender<Coin>();
    destroy(transfer::public_receive(parent.uid_mut(), ticket));
    abort 0
}
