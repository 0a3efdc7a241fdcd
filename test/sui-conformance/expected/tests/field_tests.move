/// Dynamic fields and dynamic object fields.
#[test_only]
module expected::field_tests;

use expected::objects::{Self, Coin};
use std::unit_test::{assert_eq, destroy};
use sui::{
    bag,
    derived_object as derived,
    dynamic_field as field,
    dynamic_object_field as object_field,
    object_table,
    table,
    test_scenario as scenario,
    versioned
};

const A: address = @0xA;

public struct Key<T> has copy, drop, store { name: T }

public struct Stored has drop, store { n: u64 }

macro fun with_object($f: |&mut UID|) {
    let mut ctx = tx_context::dummy();
    let mut coin = objects::coin(1, &mut ctx);
    $f(coin.uid_mut());
    destroy(coin)
}

#[test]
fun adds_borrows_and_removes() {
    with_object!(|uid| {
        field::add(uid, b"a", 1u64);
        field::add(uid, b"b", Stored { n: 2 });
        assert_eq!(*field::borrow<vector<u8>, u64>(uid, b"a"), 1);
        *field::borrow_mut<vector<u8>, u64>(uid, b"a") = 10;
        field::borrow_mut<vector<u8>, Stored>(uid, b"b").n = 20;
        assert_eq!(field::remove<vector<u8>, u64>(uid, b"a"), 10);
        assert_eq!(field::borrow<vector<u8>, Stored>(uid, b"b").n, 20);
        assert!(!field::exists_(uid, b"a") && field::exists_(uid, b"b"));
        let Stored { n } = field::remove(uid, b"b");
        assert_eq!(n, 20);
    });
}

#[test]
fun tells_names_of_different_types_apart() {
    with_object!(|uid| {
        field::add(uid, 1u8, b"u8");
        field::add(uid, 1u16, b"u16");
        field::add(uid, 1u64, b"u64");
        field::add(uid, true, b"bool");
        field::add(uid, @0x1, b"address");
        field::add(uid, x"01", b"bytes");
        field::add(uid, Key { name: 1u8 }, b"key of u8");
        field::add(uid, Key { name: true }, b"key of bool");
        assert_eq!(*field::borrow(uid, 1u16), b"u16");
        assert_eq!(*field::borrow(uid, true), b"bool");
        assert_eq!(*field::borrow(uid, x"01"), b"bytes");
        assert_eq!(*field::borrow(uid, Key { name: true }), b"key of bool");
        assert!(
            !field::exists_(uid, 1u32) && !field::exists_(uid, Key { name: 1u16 }) && !field::exists_(uid, 2u8),
        );
    });
}

#[test]
fun tells_parents_apart() {
    let mut ctx = tx_context::dummy();
    let (mut a, mut b) = (objects::coin(1, &mut ctx), objects::coin(2, &mut ctx));
    field::add(a.uid_mut(), 0u8, 1u8);
    assert!(!field::exists_(b.uid(), 0u8));
    field::add(b.uid_mut(), 0u8, 2u8);
    assert_eq!(*field::borrow<u8, u8>(a.uid(), 0) * 10 + *field::borrow<u8, u8>(b.uid(), 0), 12);
    destroy(a);
    destroy(b);
}

#[test]
fun adds_again_what_was_removed() {
    with_object!(|uid| {
        field::add(uid, 0u8, 1u8);
        field::remove<u8, u8>(uid, 0);
        // Another type this time.
        field::add(uid, 0u8, b"text");
        assert!(
            field::exists_with_type<u8, vector<u8>>(uid, 0) && !field::exists_with_type<u8, u8>(uid, 0),
        );
        assert_eq!(field::remove(uid, 0u8), b"text");
        assert_eq!(field::remove_if_exists<u8, u8>(uid, 0), option::none());
    });
}

#[test]
fun replaces_values() {
    with_object!(|uid| {
        assert_eq!(field::replace<u8, u64, u64>(uid, 0, 1), option::none());
        assert_eq!(field::replace<u8, vector<u8>, u64>(uid, 0, b"a"), option::some(1));
        assert_eq!(*field::borrow(uid, 0u8), b"a");
    });
}

#[test]
fun keeps_fields_over_transactions() {
    let mut test = scenario::begin(A);
    let mut coin = objects::coin(1, test.ctx());
    field::add(coin.uid_mut(), b"k", 5u64);
    transfer::public_transfer(coin, A);
    test.next_tx(A);
    let mut coin = test.take_from_sender<Coin>();
    *field::borrow_mut<vector<u8>, u64>(coin.uid_mut(), b"k") = 6;
    test.return_to_sender(coin);
    test.next_tx(A);
    let mut coin = test.take_from_sender<Coin>();
    assert_eq!(field::remove<vector<u8>, u64>(coin.uid_mut(), b"k"), 6);
    assert!(!field::exists_(coin.uid(), b"k"));
    coin.burn();
    test.end();
}

#[test]
fun keeps_objects_as_fields() {
    let mut test = scenario::begin(A);
    let mut parent = objects::coin(1, test.ctx());
    let child = objects::coin(2, test.ctx());
    let id = object::id(&child);
    object_field::add(parent.uid_mut(), b"child", child);
    assert_eq!(object_field::id(parent.uid(), b"child"), option::some(id));
    assert!(
        object_field::exists_(parent.uid(), b"child") && !object_field::exists_(parent.uid(), b"other"),
    );
    assert!(object_field::exists_with_type<vector<u8>, Coin>(parent.uid(), b"child"));
    assert!(!object_field::exists_with_type<vector<u8>, objects::Safe>(parent.uid(), b"child"));
    object_field::borrow_mut<vector<u8>, Coin>(parent.uid_mut(), b"child").set(20);
    transfer::public_transfer(parent, A);
    let effects = test.next_tx(A);
    assert_eq!(effects.created().length(), 1);
    let mut parent = test.take_from_sender<Coin>();
    let child: Coin = object_field::remove(parent.uid_mut(), b"child");
    assert_eq!(child.value(), 20);
    assert_eq!(object::id(&child), id);
    transfer::public_transfer(child, A);
    test.return_to_sender(parent);
    let effects = test.next_tx(A);
    assert!(effects.transferred_to_account().contains(&id));
    assert_eq!(test.take_from_sender_by_id<Coin>(id).burn(), 20);
    test.end();
}

#[test]
fun nests_objects_in_objects() {
    let mut test = scenario::begin(A);
    let mut outer = objects::coin(1, test.ctx());
    let mut middle = objects::coin(2, test.ctx());
    object_field::add(middle.uid_mut(), 0u8, objects::coin(3, test.ctx()));
    object_field::add(outer.uid_mut(), 0u8, middle);
    let middle: &mut Coin = object_field::borrow_mut(outer.uid_mut(), 0u8);
    let inner: &mut Coin = object_field::borrow_mut(middle.uid_mut(), 0u8);
    inner.set(30);
    transfer::public_transfer(outer, A);
    test.next_tx(A);
    let outer = test.take_from_sender<Coin>();
    let middle: &Coin = object_field::borrow(outer.uid(), 0u8);
    assert_eq!(object_field::borrow<u8, Coin>(middle.uid(), 0u8).value(), 30);
    test.return_to_sender(outer);
    test.end();
}

#[test]
fun fills_collections() {
    let mut ctx = tx_context::dummy();
    let mut t = table::new<u64, vector<u8>>(&mut ctx);
    20u64.do!(|i| t.add(i, vector[i as u8]));
    *&mut t[7] = b"seven";
    assert_eq!(t[7], b"seven");
    assert_eq!(t.remove(19), vector[19]);
    assert!(t.length() == 19 && t.contains(0) && !t.contains(19));
    t.drop();
    let mut b = bag::new(&mut ctx);
    b.add(1u8, b"x");
    b.add(b"k", 2u8);
    assert!(
        b.contains_with_type<vector<u8>, u8>(b"k") && !b.contains_with_type<vector<u8>, u16>(b"k"),
    );
    b.remove<u8, vector<u8>>(1);
    b.remove<vector<u8>, u8>(b"k");
    b.destroy_empty();
    let mut o = object_table::new<address, Coin>(&mut ctx);
    o.add(A, objects::coin(5, &mut ctx));
    assert_eq!(o.remove(A).burn(), 5);
    o.destroy_empty();
}

#[test]
fun changes_versions() {
    let mut ctx = tx_context::dummy();
    let mut v = versioned::create(1, 10u64, &mut ctx);
    let (old, cap) = v.remove_value_for_upgrade<u64>();
    v.upgrade(2, b"ten", cap);
    assert_eq!(old, 10);
    assert_eq!(*v.load_value<vector<u8>>(), b"ten");
    assert_eq!(v.destroy(), b"ten");
}

#[test]
fun claims_derived_objects() {
    with_object!(|uid| {
        assert!(!derived::exists(uid, b"k"));
        let child = derived::claim(uid, b"k");
        assert!(derived::exists(uid, b"k") && !derived::exists(uid, b"other"));
        assert_eq!(child.to_address(), derived::derive_address(uid.to_inner(), b"k"));
        child.delete();
        assert!(derived::exists(uid, b"k"));
    });
}

// === Errors ===

#[test, expected_failure(abort_code = field::EFieldAlreadyExists)]
fun adds_no_field_twice() {
    with_object!(|uid| { field::add(uid, 0u8, 1u8); field::add(uid, 0u8, 1u8); })
}

#[test, expected_failure(abort_code = field::EFieldAlreadyExists)]
fun adds_no_field_of_another_type_under_the_same_name() {
    with_object!(|uid| { field::add(uid, 0u8, 1u8); field::add(uid, 0u8, b"1"); })
}

#[test, expected_failure(abort_code = field::EFieldDoesNotExist)]
fun borrows_no_missing_field() { with_object!(|uid| { field::borrow<u8, u8>(uid, 0); }) }

#[test, expected_failure(abort_code = field::EFieldDoesNotExist)]
fun borrows_no_missing_field_to_change_it() {
    with_object!(|uid| { field::borrow_mut<u8, u8>(uid, 0); })
}

#[test, expected_failure(abort_code = field::EFieldDoesNotExist)]
fun removes_no_missing_field() { with_object!(|uid| { field::remove<u8, u8>(uid, 0); }) }

#[test, expected_failure(abort_code = field::EFieldDoesNotExist)]
fun removes_no_field_twice() {
    with_object!(|uid| {
        field::add(uid, 0u8, 1u8);
        field::remove<u8, u8>(uid, 0);
        field::remove<u8, u8>(uid, 0);
    })
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun borrows_no_field_of_another_type() {
    with_object!(|uid| { field::add(uid, 0u8, 1u8); field::borrow<u8, u16>(uid, 0); })
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun borrows_no_field_of_another_type_to_change_it() {
    with_object!(|uid| { field::add(uid, 0u8, 1u8); field::borrow_mut<u8, Stored>(uid, 0); })
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun removes_no_field_of_another_type() {
    with_object!(|uid| { field::add(uid, 0u8, 1u8); field::remove<u8, bool>(uid, 0); })
}

#[test, expected_failure(abort_code = field::EFieldAlreadyExists)]
fun adds_no_object_field_twice() {
    let mut ctx = tx_context::dummy();
    let mut coin = objects::coin(1, &mut ctx);
    object_field::add(coin.uid_mut(), 0u8, objects::coin(2, &mut ctx));
    object_field::add(coin.uid_mut(), 0u8, objects::coin(3, &mut ctx));
    destroy(coin)
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun borrows_no_object_field_of_another_type() {
    let mut ctx = tx_context::dummy();
    let mut coin = objects::coin(1, &mut ctx);
    object_field::add(coin.uid_mut(), 0u8, objects::coin(2, &mut ctx));
    object_field::borrow<u8, objects::Safe>(coin.uid(), 0);
    destroy(coin)
}

#[test, expected_failure(abort_code = field::EFieldDoesNotExist)]
fun borrows_no_object_that_was_removed() {
    let mut ctx = tx_context::dummy();
    let mut coin = objects::coin(1, &mut ctx);
    object_field::add(coin.uid_mut(), 0u8, objects::coin(2, &mut ctx));
    destroy(object_field::remove<u8, Coin>(coin.uid_mut(), 0));
    object_field::borrow<u8, Coin>(coin.uid(), 0);
    destroy(coin)
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun takes_no_object_field_for_a_plain_one() {
    let mut ctx = tx_context::dummy();
    let mut coin = objects::coin(1, &mut ctx);
    object_field::add(coin.uid_mut(), 0u8, objects::coin(2, &mut ctx));
    assert!(!field::exists_(coin.uid(), 0u8));
    let name = 0u8;
    field::add(coin.uid_mut(), name, 0u8);
    field::borrow<u8, ID>(coin.uid(), name);
    destroy(coin)
}

#[test, expected_failure(abort_code = table::ETableNotEmpty)]
fun destroys_no_full_table() {
    let mut ctx = tx_context::dummy();
    let mut t = table::new<u8, u8>(&mut ctx);
    t.add(1, 1);
    t.destroy_empty();
}

#[test, expected_failure(abort_code = derived::EObjectAlreadyExists)]
fun claims_no_key_twice() {
    with_object!(|uid| {
        derived::claim(uid, 1u8).delete();
        derived::claim(uid, 1u8).delete();
    })
}

#[test, expected_failure(abort_code = versioned::EInvalidUpgrade)]
fun changes_to_no_lower_version() {
    let mut ctx = tx_context::dummy();
    let mut v = versioned::create(1, 10u64, &mut ctx);
    let (old, cap) = v.remove_value_for_upgrade<u64>();
    v.upgrade(1, old, cap);
    destroy(v)
}

#[test, expected_failure(abort_code = field::EFieldTypeMismatch)]
fun loads_no_versioned_value_of_another_type() {
    let mut ctx = tx_context::dummy();
    let v = versioned::create(1, 10u64, &mut ctx);
    v.load_value<u8>();
    destroy(v)
}
