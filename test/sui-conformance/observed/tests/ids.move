/// Ids, contexts and the counts of the object runtime.
#[test_only]
module observed::ids;

use observed::{objects, opaque::of, show::{log, show}};
use sui::{derived_object as derived, dynamic_field as field, event, test_scenario as scenario};

#[test]
fun of_the_first_transaction() {
    let mut test = scenario::begin(@0xA);
    show!(vector::tabulate!(5, |_| test.ctx().fresh_object_address()))
}

#[test]
fun of_later_transactions() {
    let mut test = scenario::begin(@0xA);
    let mut seen = vector[];
    4u64.do!(|_| {
        log(&mut seen, *test.ctx().digest());
        log(&mut seen, test.ctx().fresh_object_address());
        test.next_tx(@0xB);
    });
    show!(seen)
}

#[test]
fun of_a_context_without_a_scenario() {
    let mut ctx = tx_context::dummy();
    show!(
        vector[
            ctx.fresh_object_address(),
            ctx.fresh_object_address(),
            ctx.last_created_object_id(),
        ],
    )
}

#[test]
fun of_contexts_with_a_hint() {
    show!(vector[0u64, 1, 255, 256, 18446744073709551615].map!(|hint| {
        let mut ctx = tx_context::new_from_hint(@0xA, hint, 1, 2, 3);
        ctx.fresh_object_address()
    }))
}

#[test]
fun of_a_context_far_along() {
    let mut ctx = tx_context::new(
        @0xA,
        vector::tabulate!(32, |i| i as u8),
        0,
        0,
        18446744073709551614,
    );
    show!(ctx.fresh_object_address())
}

#[test]
fun of_everything_in_a_context() {
    let mut test = scenario::begin(@0xA);
    test.later_epoch(123, @0xB);
    let mut seen = vector[];
    let ctx = test.ctx();
    log(&mut seen, vector[ctx.sender()]);
    log(
        &mut seen,
        vector[ctx.epoch(), ctx.epoch_timestamp_ms(), ctx.ids_created(), ctx.gas_budget()],
    );
    log(&mut seen, vector[ctx.gas_price(), ctx.reference_gas_price()]);
    log(&mut seen, ctx.sponsor());
    log(&mut seen, *ctx.digest());
    show!(seen)
}

#[test]
fun of_a_context_by_hand() {
    let ctx = tx_context::create(
        @0xABC,
        vector::tabulate!(32, |_| 7),
        1,
        2,
        3,
        4,
        5,
        6,
        option::some(@0xD),
    );
    let mut seen = vector[];
    log(&mut seen, vector[ctx.epoch(), ctx.epoch_timestamp_ms(), ctx.ids_created()]);
    log(&mut seen, vector[ctx.reference_gas_price(), ctx.gas_price(), ctx.gas_budget()]);
    log(&mut seen, ctx.sponsor());
    // Contexts are one and the same for the machine.
    let again = tx_context::new(@0xDEF, vector::tabulate!(32, |_| 8), 9, 9, 9);
    log(&mut seen, vector[ctx.sender(), again.sender()]);
    log(&mut seen, vector[ctx.epoch(), again.gas_price()]);
    log(&mut seen, again.sponsor());
    show!(seen)
}

#[test]
fun of_a_derived_object() { show!(derived::derive_address(@0x7.to_id(), b"key")) }

#[test]
fun of_a_field_that_is_removed() {
    let mut test = scenario::begin(@0xA);
    let mut coin = objects::coin(1, test.ctx());
    field::add(coin.uid_mut(), b"key", true);
    transfer::public_transfer(coin, @0xA);
    test.next_tx(@0xA);
    let mut coin = test.take_from_sender<objects::Coin>();
    field::remove<vector<u8>, bool>(coin.uid_mut(), b"key");
    test.return_to_sender(coin);
    show!(test.next_tx(@0xA).deleted())
}

// === Limits of one transaction; those of a unit test are sixteen times those of a user's, but for events ===

#[test]
fun as_many_events_as_allowed() {
    1024u64.do!(|i| objects::announce(@0xA, i));
    show!(event::num_events())
}

#[test]
fun too_many_events() { 1025u64.do!(|i| objects::announce(@0xA, i)) }

#[test]
fun events_of_two_transactions() {
    let mut test = scenario::begin(@0xA);
    1024u64.do!(|i| objects::announce(@0xA, i));
    test.next_tx(@0xA);
    objects::announce(@0xA, 1);
    show!(event::num_events())
}

public struct Large has copy, drop { bytes: vector<u8> }

fun emit(size: u64) { event::emit(Large { bytes: vector::tabulate!(size, |_| 0) }) }

// The limit is 256,000 for an event's abstract size with its type: 32 + 3 + 5 for the type, 2 + 2 for the value.
#[test]
fun event_as_large_as_allowed() {
    emit(of(256_000 - 44));
    show!(event::num_events())
}

#[test]
fun event_too_large() {
    emit(of(256_000 - 43));
    show!(event::num_events())
}

#[test]
fun as_many_ids_as_allowed() {
    let mut ctx = tx_context::dummy();
    let mut i = 0u64;
    while (i < 32768) {
        ctx.fresh_object_address();
        i = i + 1;
    };
    show!(ctx.ids_created())
}

#[test]
fun too_many_ids() {
    let mut ctx = tx_context::dummy();
    let mut i = 0u64;
    while (i < 32769) {
        ctx.fresh_object_address();
        i = i + 1;
    };
    show!(ctx.ids_created())
}

#[test]
fun ids_made_and_deleted_again() {
    let mut ctx = tx_context::dummy();
    let mut i = 0u64;
    while (i < 33000) {
        object::new(&mut ctx).delete();
        i = i + 1;
    };
    show!(ctx.ids_created())
}

#[test]
fun too_many_fields() {
    let mut ctx = tx_context::dummy();
    let mut uid = object::new(&mut ctx);
    let mut i = 0u64;
    while (i < 16001) {
        field::add(&mut uid, i, true);
        i = i + 1;
    };
    uid.delete();
    show!(i)
}

#[test]
fun as_many_fields_as_allowed() {
    let mut ctx = tx_context::dummy();
    let mut uid = object::new(&mut ctx);
    let mut i = 0u64;
    while (i < 16000) {
        field::add(&mut uid, i, true);
        i = i + 1;
    };
    uid.delete();
    show!(i)
}

#[test]
fun too_many_fields_asked_for() {
    let mut ctx = tx_context::dummy();
    let uid = object::new(&mut ctx);
    let mut i = 0u64;
    while (i < 16001) {
        field::exists_(&uid, i);
        i = i + 1;
    };
    uid.delete();
    show!(i)
}
