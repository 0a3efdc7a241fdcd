/// A map of any size, from keys of any types to objects of any types, which stay visible from outside.
module sui::object_bag;

use sui::dynamic_object_field as field;

/// There are entries where there must be none.
const EBagNotEmpty: u64 = 0;

/// The entries are dynamic object fields of `id`.
public struct ObjectBag has key, store {
    id: UID,
    size: u64,
}

/// Without entries.
public fun new(ctx: &mut TxContext): ObjectBag {
    ObjectBag { id: object::new(ctx), size: 0 }
}

/// Adds an entry. Aborts with `sui::dynamic_field::EFieldAlreadyExists`.
public fun add<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K, v: V) {
    field::add(&mut bag.id, k, v);
    bag.size = bag.size + 1;
}

/// The value under `k`, also written `&bag[k]`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow<K: copy + drop + store, V: key + store>(bag: &ObjectBag, k: K): &V {
    field::borrow(&bag.id, k)
}

/// The value under `k`, also written `&mut bag[k]`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow_mut<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K): &mut V {
    field::borrow_mut(&mut bag.id, k)
}

/// Takes the value under `k`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
public fun remove<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K): V {
    let v = field::remove(&mut bag.id, k);
    bag.size = bag.size - 1;
    v
}

/// Whether there is an entry under `k`.
public fun contains<K: copy + drop + store>(bag: &ObjectBag, k: K): bool {
    field::exists(&bag.id, k)
}

/// Whether there is an entry under `k` of that type.
public fun contains_with_type<K: copy + drop + store, V: key + store>(bag: &ObjectBag, k: K): bool {
    field::exists_with_type<K, V>(&bag.id, k)
}

/// Number of entries.
public fun length(bag: &ObjectBag): u64 {
    bag.size
}

/// Whether there are no entries.
public fun is_empty(bag: &ObjectBag): bool {
    bag.size == 0
}

/// Destroys it. Aborts with `EBagNotEmpty`.
public fun destroy_empty(bag: ObjectBag) {
    let ObjectBag { id, size } = bag;
    assert!(size == 0, EBagNotEmpty);
    id.delete()
}

/// Id of the object under `k`, if there is one.
public fun value_id<K: copy + drop + store>(bag: &ObjectBag, k: K): Option<ID> {
    field::id(&bag.id, k)
}
