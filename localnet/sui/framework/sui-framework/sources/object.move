/// Object ids.
module sui::object;

use std::bcs;
use sui::address;

public use fun id_to_address as ID.to_address;
public use fun id_to_bytes as ID.to_bytes;
public use fun uid_as_inner as UID.as_inner;
public use fun uid_to_inner as UID.to_inner;
public use fun uid_to_address as UID.to_address;
public use fun uid_to_bytes as UID.to_bytes;

/// Where the chain's one clock lives.
const CLOCK_ID: address = @0x6;

/// The address of an object. It can be copied and made at will, so holding one proves nothing.
public struct ID has copy, drop, store {
    bytes: address,
}

/// The identity of an object that exists: no two are ever equal, and only the VM makes them. First field of every
/// struct with `key`.
public struct UID has store {
    id: ID,
}

// === ID ===

/// The 32 bytes.
public fun id_to_bytes(id: &ID): vector<u8> {
    bcs::to_bytes(&id.bytes)
}

/// The address.
public fun id_to_address(id: &ID): address {
    id.bytes
}

/// An id from 32 bytes. Aborts as `sui::address::from_bytes` does.
public fun id_from_bytes(bytes: vector<u8>): ID {
    ID { bytes: address::from_bytes(bytes) }
}

/// An id from an address.
public fun id_from_address(bytes: address): ID {
    ID { bytes }
}

// === UID ===

/// The id.
public fun uid_as_inner(uid: &UID): &ID {
    &uid.id
}

/// The id.
public fun uid_to_inner(uid: &UID): ID {
    uid.id
}

/// The 32 bytes.
public fun uid_to_bytes(uid: &UID): vector<u8> {
    uid.id.to_bytes()
}

/// The address.
public fun uid_to_address(uid: &UID): address {
    uid.id.bytes
}

/// The identity of a new object.
public fun new(ctx: &mut TxContext): UID {
    UID { id: ID { bytes: ctx.fresh_object_address() } }
}

/// Ends an object: the only way to get rid of a `UID`.
public fun delete(id: UID) {
    let UID { id: ID { bytes } } = id;
    delete_impl(bytes)
}

// === Any object ===

/// The id of an object.
public fun id<T: key>(obj: &T): ID {
    borrow_uid(obj).id
}

/// The id of an object.
public fun borrow_id<T: key>(obj: &T): &ID {
    &borrow_uid(obj).id
}

/// The 32 bytes of an object's id.
public fun id_bytes<T: key>(obj: &T): vector<u8> {
    borrow_uid(obj).id.to_bytes()
}

/// The address of an object.
public fun id_address<T: key>(obj: &T): address {
    borrow_uid(obj).id.bytes
}

// === Within the framework ===

/// The clock's identity, for genesis.
public(package) fun clock(): UID {
    UID { id: ID { bytes: CLOCK_ID } }
}

/// The identity of an object whose address is derived, not drawn. Callers see to it that it does not exist yet.
public(package) fun new_uid_from_hash(bytes: address): UID {
    record_new_uid(bytes);
    UID { id: ID { bytes } }
}

// Every struct with `key` starts with its UID. Not public: the UID is the object's module's to hand out.
native fun borrow_uid<T: key>(obj: &T): &UID;

native fun delete_impl(id: address);

native fun record_new_uid(id: address);

/// Id of the object created last.
#[test_only]
public fun last_created(ctx: &TxContext): ID {
    ID { bytes: ctx.last_created_object_id() }
}
