/// A map of any size, from keys of one type to objects of one type, which stay visible from outside.
module sui::object_table;

use sui::dynamic_object_field as field;

/// There are entries where there must be none.
const ETableNotEmpty: u64 = 0;

/// The entries are dynamic object fields of `id`.
public struct ObjectTable<phantom K: copy + drop + store, phantom V: key + store> has key, store {
    id: UID,
    size: u64,
}

/// Without entries.
public fun new<K: copy + drop + store, V: key + store>(ctx: &mut TxContext): ObjectTable<K, V> {
    ObjectTable { id: object::new(ctx), size: 0 }
}

/// Adds an entry. Aborts with `sui::dynamic_field::EFieldAlreadyExists`.
public fun add<K: copy + drop + store, V: key + store>(table: &mut ObjectTable<K, V>, k: K, v: V) {
    field::add(&mut table.id, k, v);
    table.size = table.size + 1;
}

/// The value under `k`, also written `&table[k]`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow<K: copy + drop + store, V: key + store>(table: &ObjectTable<K, V>, k: K): &V {
    field::borrow(&table.id, k)
}

/// The value under `k`, also written `&mut table[k]`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow_mut<K: copy + drop + store, V: key + store>(
    table: &mut ObjectTable<K, V>,
    k: K,
): &mut V {
    field::borrow_mut(&mut table.id, k)
}

/// Takes the value under `k`. Aborts with `sui::dynamic_field::EFieldDoesNotExist`.
public fun remove<K: copy + drop + store, V: key + store>(table: &mut ObjectTable<K, V>, k: K): V {
    let v = field::remove(&mut table.id, k);
    table.size = table.size - 1;
    v
}

/// Whether there is an entry under `k`.
public fun contains<K: copy + drop + store, V: key + store>(table: &ObjectTable<K, V>, k: K): bool {
    field::exists(&table.id, k)
}

/// Number of entries.
public fun length<K: copy + drop + store, V: key + store>(table: &ObjectTable<K, V>): u64 {
    table.size
}

/// Whether there are no entries.
public fun is_empty<K: copy + drop + store, V: key + store>(table: &ObjectTable<K, V>): bool {
    table.size == 0
}

/// Destroys it. Aborts with `ETableNotEmpty`.
public fun destroy_empty<K: copy + drop + store, V: key + store>(table: ObjectTable<K, V>) {
    let ObjectTable { id, size } = table;
    assert!(size == 0, ETableNotEmpty);
    id.delete()
}

/// Id of the object under `k`, if there is one.
public fun value_id<K: copy + drop + store, V: key + store>(
    table: &ObjectTable<K, V>,
    k: K,
): Option<ID> {
    field::id(&table.id, k)
}
