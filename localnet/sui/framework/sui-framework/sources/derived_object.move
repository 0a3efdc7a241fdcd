/// Objects at addresses that follow from a parent and a key, each of which can be claimed once.
module sui::derived_object;

use sui::dynamic_field as field;

#[error(code = 0)]
const EObjectAlreadyExists: vector<u8> = b"This key of this parent was claimed before";

/// Name of the field that marks an address as claimed.
public struct Claimed(ID) has copy, drop, store;

/// What is hashed to an address, so that it cannot clash with a dynamic field's.
public struct DerivedObjectKey<K: copy + drop + store>(K) has copy, drop, store;

/// What the mark says.
public enum ClaimedStatus has store {
    Reserved,
}

/// The identity that belongs to `key`. Aborts with `EObjectAlreadyExists`, also after the object's deletion.
public fun claim<K: copy + drop + store>(parent: &mut UID, key: K): UID {
    let at = derive_address(parent.to_inner(), key);
    let mark = Claimed(at.to_id());
    assert!(!field::exists(parent, mark), EObjectAlreadyExists);
    field::add(parent, mark, ClaimedStatus::Reserved);
    object::new_uid_from_hash(at)
}

/// Whether `key` was claimed.
public fun exists<K: copy + drop + store>(parent: &UID, key: K): bool {
    field::exists(parent, Claimed(derive_address(parent.to_inner(), key).to_id()))
}

/// The address that belongs to `key`, claimed or not.
public fun derive_address<K: copy + drop + store>(parent: ID, key: K): address {
    field::hash_type_and_key(parent.to_address(), DerivedObjectKey(key))
}
