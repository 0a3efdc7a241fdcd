/// The transaction's context, ids, events and one-time witnesses.
#[test_only]
module expected::context_tests;

use expected::{objects::{Self, Coin, Counted, Moved}, opaque::of};
use std::unit_test::{assert_eq, destroy};
use sui::{event, test_scenario as scenario, test_utils, types};

const A: address = @0xA;
const B: address = @0xB;

public struct CONTEXT_TESTS has drop {}

public struct CONTEXT has drop {}

public struct Context_tests has drop {}

public struct Generic<phantom T> has drop { yes: bool }

#[test]
fun begins_at_epoch_zero() {
    let mut test = scenario::begin(A);
    let ctx = test.ctx();
    assert_eq!(ctx.sender(), A);
    assert_eq!(ctx.epoch(), 0);
    assert_eq!(ctx.epoch_timestamp_ms(), 0);
    assert_eq!(ctx.ids_created(), 0);
    assert_eq!(*ctx.digest(), vector::tabulate!(32, |_| 0));
    assert!(ctx.sponsor().is_none());
    test.end();
}

#[test]
fun advances_epochs() {
    let mut test = scenario::begin(A);
    test.next_epoch(B);
    assert!(test.ctx().epoch() == 1 && test.sender() == B);
    test.later_epoch(1000, A);
    assert!(test.ctx().epoch() == 2 && test.ctx().epoch_timestamp_ms() == 1000);
    test.skip_to_epoch(5);
    assert!(test.ctx().epoch() == 5 && test.ctx().epoch_timestamp_ms() == 1000);
    assert_eq!(test.num_concluded_txes(), 2);
    test.end();
}

#[test]
fun builds_contexts() {
    let builder = scenario::ctx_builder_from_sender(A)
        .set_epoch(7)
        .set_epoch_timestamp(77)
        .set_ids_created(3)
        .set_reference_gas_price(700)
        .set_gas_price(1001)
        .set_gas_budget(5)
        .set_sponsor(B);
    let mut test = scenario::begin_with_context(builder);
    let ctx = test.ctx();
    assert_eq!(ctx.sender(), A);
    assert_eq!(ctx.epoch(), 7);
    assert_eq!(ctx.epoch_timestamp_ms(), 77);
    assert_eq!(ctx.ids_created(), 3);
    assert_eq!(ctx.reference_gas_price(), 700);
    assert_eq!(ctx.gas_price(), 1001);
    assert_eq!(ctx.gas_budget(), 5);
    assert_eq!(ctx.sponsor(), option::some(B));
    let next = test
        .ctx_builder()
        .set_epoch(9)
        .unset_sponsor()
        .unset_reference_gas_price()
        .set_reference_gas_price(800);
    test.next_with_context(next);
    assert!(
        test.ctx().epoch() == 9 && test.ctx().sponsor().is_none() && test.ctx().reference_gas_price() == 800,
    );
    test.end();
}

#[test]
fun makes_different_ids() {
    let mut test = scenario::begin(A);
    let first = test.ctx().fresh_object_address();
    let second = test.ctx().fresh_object_address();
    assert!(first != second && test.ctx().ids_created() == 2);
    assert_eq!(test.ctx().last_created_object_id(), second);
    test.next_tx(A);
    assert_eq!(test.ctx().ids_created(), 0);
    let third = test.new_object();
    assert!(third.to_address() != first);
    assert_eq!(object::last_created(test.ctx()), third.to_inner());
    third.delete();
    test.end();
}

#[test]
fun derives_ids_from_the_digest_alone() {
    let mut a = tx_context::new_from_hint(A, 5, 1, 2, 0);
    let mut b = tx_context::new_from_hint(B, 5, 3, 4, 0);
    let from_b = b.fresh_object_address();
    a = tx_context::new_from_hint(A, 5, 1, 2, 0);
    assert_eq!(a.fresh_object_address(), from_b);
}

#[test, expected_failure(abort_code = 1, location = sui::tx_context)]
fun knows_no_last_id_before_the_first() { tx_context::dummy().last_created_object_id(); }

#[test, expected_failure(abort_code = tx_context::EBadTxHashLength)]
fun has_no_digest_of_31_bytes() { tx_context::new(A, vector::tabulate!(31, |_| 0), 0, 0, 0); }

#[test, expected_failure(arithmetic_error, location = tx_context)]
fun goes_beyond_no_last_epoch() {
    let mut ctx = tx_context::new_from_hint(A, 0, 18446744073709551615, 0, 0);
    ctx.increment_epoch_number();
}

#[test]
fun reads_ids_of_objects() {
    let mut ctx = tx_context::dummy();
    let coin = objects::coin(1, &mut ctx);
    let id = object::id(&coin);
    assert_eq!(object::id_address(&coin), id.to_address());
    assert_eq!(object::id_bytes(&coin), id.to_bytes());
    assert_eq!(*object::borrow_id(&coin), id);
    assert_eq!(coin.uid().to_inner(), id);
    assert_eq!(id.to_address(), ctx.last_created_object_id());
    destroy(coin)
}

#[test]
fun emits_events() {
    let mut test = scenario::begin(A);
    assert_eq!(event::num_events(), 0);
    objects::announce(A, 1);
    objects::count<u8>(2);
    objects::announce(B, 3);
    objects::count<Coin>(4);
    assert_eq!(event::num_events(), 4);
    assert_eq!(event::events_by_type<Moved>().map!(|e| e.amount()), vector[1, 3]);
    assert_eq!(event::events_by_type<Counted<u8>>().map!(|e| e.counted()), vector[2]);
    assert_eq!(event::events_by_type<Counted<Coin>>().map!(|e| e.counted()), vector[4]);
    assert!(event::events_by_type<Counted<u16>>().is_empty());
    assert_eq!(test.next_tx(A).num_user_events(), 4);
    assert_eq!(event::num_events(), 0);
    assert_eq!(test.end().num_user_events(), 0);
}

#[test]
fun knows_one_time_witnesses() {
    assert!(types::is_one_time_witness(&CONTEXT_TESTS {}));
    assert!(!types::is_one_time_witness(&CONTEXT {}));
    assert!(!types::is_one_time_witness(&Context_tests {}));
    assert!(!types::is_one_time_witness(&Generic<u8> { yes: true }));
    assert!(!types::is_one_time_witness(&of(1u8)));
    assert!(!types::is_one_time_witness(&vector[CONTEXT_TESTS {}]));
    assert!(types::is_one_time_witness(&test_utils::create_one_time_witness<CONTEXT_TESTS>()));
}

#[test, expected_failure(abort_code = 1, location = test_utils)]
fun creates_no_witness_of_another_type() { test_utils::create_one_time_witness<CONTEXT>(); }

#[test, expected_failure(abort_code = 0, location = test_utils)]
fun creates_no_witness_of_a_number() { test_utils::create_one_time_witness<u64>(); }

#[test]
fun prints_and_destroys_anything() {
    std::debug::print(&vector[b"text"]);
    std::debug::print(&CONTEXT_TESTS {});
    std::debug::print_stack_trace();
    let mut ctx = tx_context::dummy();
    destroy(vector[objects::coin(1, &mut ctx)]);
}
