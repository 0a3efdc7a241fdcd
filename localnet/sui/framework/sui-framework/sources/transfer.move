/// Who owns an object. Functions without `public_` can only be called by the module that defines the object's type;
/// the bytecode verifier knows each of them by name, so none may be added here.
module sui::transfer;

use sui::party::Party;

/// A ticket, from the transaction's input, for an object sent to another object.
public struct Receiving<phantom T: key> has drop {
    id: ID,
    version: u64,
}

// Most of these are raised by natives.

/// Only an object made in this transaction can be shared.
#[allow(unused_const)]
const ESharedNonNewObject: u64 = 0;
/// An object's contents cannot be serialized.
#[allow(unused_const)]
const EBCSSerializationFailure: u64 = 1;
/// The object received is not of the ticket's type.
#[allow(unused_const)]
const EReceivingObjectTypeMismatch: u64 = 2;
/// The object received does not exist, or is not owned by the parent.
#[allow(unused_const)]
const EUnableToReceiveObject: u64 = 3;
/// A shared object cannot change its owner.
#[allow(unused_const)]
const ESharedObjectOperationNotSupported: u64 = 4;
/// The network does not support the operation.
#[allow(unused_const)]
const ENotSupported: u64 = 5;
#[error(code = 6)]
const EInvalidPartyPermissions: vector<u8> = b"A party must be one owner with all permissions";

/// Gives `obj` to `recipient`.
public fun transfer<T: key>(obj: T, recipient: address) {
    transfer_impl(obj, recipient)
}

/// Gives `obj` to `recipient`.
public fun public_transfer<T: key + store>(obj: T, recipient: address) {
    transfer_impl(obj, recipient)
}

/// Gives `obj` to `party`, ordered by consensus. Aborts with `EInvalidPartyPermissions` unless it is one owner.
public fun party_transfer<T: key>(obj: T, party: Party) {
    give(obj, party)
}

/// Gives `obj` to `party`, ordered by consensus. Aborts with `EInvalidPartyPermissions` unless it is one owner.
public fun public_party_transfer<T: key + store>(obj: T, party: Party) {
    give(obj, party)
}

/// Makes `obj` immutable for good; anyone can read it.
public fun freeze_object<T: key>(obj: T) {
    freeze_object_impl(obj)
}

/// Makes `obj` immutable for good; anyone can read it.
public fun public_freeze_object<T: key + store>(obj: T) {
    freeze_object_impl(obj)
}

/// Shares `obj` for good; anyone can use it. Aborts with `ESharedNonNewObject` if it is not new.
public fun share_object<T: key>(obj: T) {
    share_object_impl(obj)
}

/// Shares `obj` for good; anyone can use it. Aborts with `ESharedNonNewObject` if it is not new.
public fun public_share_object<T: key + store>(obj: T) {
    share_object_impl(obj)
}

/// Takes an object that was sent to the object `parent`. Aborts with `EUnableToReceiveObject` or
/// `EReceivingObjectTypeMismatch`.
public fun receive<T: key>(parent: &mut UID, to_receive: Receiving<T>): T {
    let Receiving { id, version } = to_receive;
    receive_impl(parent.to_address(), id, version)
}

/// Takes an object that was sent to the object `parent`. Aborts with `EUnableToReceiveObject` or
/// `EReceivingObjectTypeMismatch`.
public fun public_receive<T: key + store>(parent: &mut UID, to_receive: Receiving<T>): T {
    let Receiving { id, version } = to_receive;
    receive_impl(parent.to_address(), id, version)
}

/// Id of the object that a ticket is for.
public fun receiving_object_id<T: key>(receiving: &Receiving<T>): ID {
    receiving.id
}

fun give<T: key>(obj: T, party: Party) {
    assert!(party.is_single_owner(), EInvalidPartyPermissions);
    let (default, addresses, permissions) = party.into_native();
    party_transfer_impl(obj, default, addresses, permissions)
}

public(package) native fun freeze_object_impl<T: key>(obj: T);

public(package) native fun share_object_impl<T: key>(obj: T);

public(package) native fun party_transfer_impl<T: key>(
    obj: T,
    default_permissions: u64,
    addresses: vector<address>,
    permissions: vector<u64>,
);

public(package) native fun transfer_impl<T: key>(obj: T, recipient: address);

native fun receive_impl<T: key>(parent: address, to_receive: ID, version: u64): T;

#[test_only]
public(package) fun make_receiver<T: key>(id: ID, version: u64): Receiving<T> {
    Receiving { id, version }
}

#[test_only]
public(package) fun receiving_id<T: key>(r: &Receiving<T>): ID {
    r.id
}
