/// Fields added to an object at run time, under names of any type. Deleting the object does not delete them, but
/// makes them unreachable.
module sui::dynamic_field;

// Most of these are raised by natives.

/// There is a field of that name.
const EFieldAlreadyExists: u64 = 0;
/// There is no field of that name.
#[allow(unused_const)]
const EFieldDoesNotExist: u64 = 1;
/// The field holds another type.
#[allow(unused_const)]
const EFieldTypeMismatch: u64 = 2;
/// A name cannot be serialized.
#[allow(unused_const)]
const EBCSSerializationFailure: u64 = 3;
/// A shared object cannot become a field.
#[allow(unused_const)]
const ESharedObjectOperationNotSupported: u64 = 4;

/// What a field is in storage: an object whose address is derived from its parent and name.
public struct Field<Name: copy + drop + store, Value: store> has key {
    id: UID,
    name: Name,
    value: Value,
}

/// Adds a field. Aborts with `EFieldAlreadyExists`.
public fun add<Name: copy + drop + store, Value: store>(
    object: &mut UID,
    name: Name,
    value: Value,
) {
    let parent = object.to_address();
    let id = hash_type_and_key(parent, name);
    assert!(!has_child_object(parent, id), EFieldAlreadyExists);
    add_child_object(parent, Field { id: object::new_uid_from_hash(id), name, value })
}

/// A field's value. Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow<Name: copy + drop + store, Value: store>(object: &UID, name: Name): &Value {
    let id = hash_type_and_key(object.to_address(), name);
    &borrow_child_object<Field<Name, Value>>(object, id).value
}

/// A field's value, to be changed. Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow_mut<Name: copy + drop + store, Value: store>(
    object: &mut UID,
    name: Name,
): &mut Value {
    let id = hash_type_and_key(object.to_address(), name);
    &mut borrow_child_object_mut<Field<Name, Value>>(object, id).value
}

/// Takes a field away. Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun remove<Name: copy + drop + store, Value: store>(object: &mut UID, name: Name): Value {
    let parent = object.to_address();
    let id = hash_type_and_key(parent, name);
    let Field { id, name: _, value } = remove_child_object<Field<Name, Value>>(parent, id);
    id.delete();
    value
}

/// Whether there is a field of that name, of any type.
public fun exists<Name: copy + drop + store>(object: &UID, name: Name): bool {
    let parent = object.to_address();
    has_child_object(parent, hash_type_and_key(parent, name))
}

/// Whether there is a field of that name, of any type.
public fun exists_<Name: copy + drop + store>(object: &UID, name: Name): bool {
    exists(object, name)
}

/// Takes a field away if it is there. Aborts with `EFieldTypeMismatch`.
public fun remove_opt<Name: copy + drop + store, Value: store>(
    object: &mut UID,
    name: Name,
): Option<Value> {
    if (exists(object, name)) option::some(remove(object, name)) else option::none()
}

/// Takes a field away if it is there. Aborts with `EFieldTypeMismatch`.
public fun remove_if_exists<Name: copy + drop + store, Value: store>(
    object: &mut UID,
    name: Name,
): Option<Value> {
    remove_opt(object, name)
}

/// Sets a field, whatever it held, and returns what it held. Aborts with `EFieldTypeMismatch` if that is no
/// `ValueOld`.
public fun replace<Name: copy + drop + store, ValueNew: store, ValueOld: store>(
    object: &mut UID,
    name: Name,
    value: ValueNew,
): Option<ValueOld> {
    let old = remove_opt(object, name);
    add(object, name, value);
    old
}

/// Whether there is a field of that name and type.
public fun exists_with_type<Name: copy + drop + store, Value: store>(
    object: &UID,
    name: Name,
): bool {
    let parent = object.to_address();
    has_child_object_with_ty<Field<Name, Value>>(parent, hash_type_and_key(parent, name))
}

/// The field object of a field that holds an id, and the address it holds.
public(package) fun field_info<Name: copy + drop + store>(
    object: &UID,
    name: Name,
): (&UID, address) {
    let id = hash_type_and_key(object.to_address(), name);
    let field = borrow_child_object<Field<Name, ID>>(object, id);
    (&field.id, field.value.to_address())
}

/// As `field_info`, to change what hangs below the field.
public(package) fun field_info_mut<Name: copy + drop + store>(
    object: &mut UID,
    name: Name,
): (&mut UID, address) {
    let id = hash_type_and_key(object.to_address(), name);
    let Field { id, name: _, value } = borrow_child_object_mut<Field<Name, ID>>(object, id);
    (id, value.to_address())
}

public(package) native fun hash_type_and_key<K: copy + drop + store>(
    parent: address,
    k: K,
): address;

public(package) native fun add_child_object<Child: key>(parent: address, child: Child);

public(package) native fun borrow_child_object<Child: key>(object: &UID, id: address): &Child;

public(package) native fun borrow_child_object_mut<Child: key>(
    object: &mut UID,
    id: address,
): &mut Child;

public(package) native fun remove_child_object<Child: key>(parent: address, id: address): Child;

public(package) native fun has_child_object(parent: address, id: address): bool;

public(package) native fun has_child_object_with_ty<Child: key>(parent: address, id: address): bool;
