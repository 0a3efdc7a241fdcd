/// Like `sui::dynamic_field`, for values that are objects and stay visible as such from outside.
module sui::dynamic_object_field;

use sui::dynamic_field as field;

/// The name under which the field lies, so that it cannot clash with a plain dynamic field's.
public struct Wrapper<Name> has copy, drop, store {
    name: Name,
}

/// Adds a field. Aborts with `sui::dynamic_field::EFieldAlreadyExists`.
public fun add<Name: copy + drop + store, Value: key + store>(
    object: &mut UID,
    name: Name,
    value: Value,
) {
    internal_add(object, name, value)
}

/// A field's object. Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch` of `sui::dynamic_field`.
public fun borrow<Name: copy + drop + store, Value: key + store>(object: &UID, name: Name): &Value {
    internal_borrow(object, name)
}

/// A field's object, to be changed. Aborts as `borrow` does.
public fun borrow_mut<Name: copy + drop + store, Value: key + store>(
    object: &mut UID,
    name: Name,
): &mut Value {
    internal_borrow_mut(object, name)
}

/// Takes a field's object away. Aborts as `borrow` does.
public fun remove<Name: copy + drop + store, Value: key + store>(
    object: &mut UID,
    name: Name,
): Value {
    internal_remove(object, name)
}

/// Whether there is a field of that name, of any type.
public fun exists<Name: copy + drop + store>(object: &UID, name: Name): bool {
    field::exists_with_type<Wrapper<Name>, ID>(object, Wrapper { name })
}

/// Whether there is a field of that name, of any type.
public fun exists_<Name: copy + drop + store>(object: &UID, name: Name): bool {
    exists(object, name)
}

/// Whether there is a field of that name and type.
public fun exists_with_type<Name: copy + drop + store, Value: key + store>(
    object: &UID,
    name: Name,
): bool {
    internal_exists_with_type<Name, Value>(object, name)
}

/// Id of a field's object, if there is one.
public fun id<Name: copy + drop + store>(object: &UID, name: Name): Option<ID> {
    if (!exists(object, name)) return option::none();
    let (_, value) = field::field_info(object, Wrapper { name });
    option::some(value.to_id())
}

/// Takes a field's object away if there is one of that type.
public fun remove_opt<Name: copy + drop + store, Value: key + store>(
    object: &mut UID,
    name: Name,
): Option<Value> {
    if (exists_with_type<Name, Value>(object, name)) option::some(remove(object, name))
    else option::none()
}

/// Sets a field's object and returns the one it held. Aborts with `EFieldAlreadyExists` if that is no `ValueOld`.
public fun replace<Name: copy + drop + store, ValueNew: key + store, ValueOld: key + store>(
    object: &mut UID,
    name: Name,
    value: ValueNew,
): Option<ValueOld> {
    let old = remove_opt(object, name);
    add(object, name, value);
    old
}

// === Within the framework: without `store` ===

public(package) fun internal_add<Name: copy + drop + store, Value: key>(
    object: &mut UID,
    name: Name,
    value: Value,
) {
    let key = Wrapper { name };
    field::add(object, key, object::id(&value));
    let (holder, _) = field::field_info(object, key);
    field::add_child_object(holder.to_address(), value)
}

public(package) fun internal_borrow<Name: copy + drop + store, Value: key>(
    object: &UID,
    name: Name,
): &Value {
    let (holder, value) = field::field_info(object, Wrapper { name });
    field::borrow_child_object(holder, value)
}

public(package) fun internal_borrow_mut<Name: copy + drop + store, Value: key>(
    object: &mut UID,
    name: Name,
): &mut Value {
    let (holder, value) = field::field_info_mut(object, Wrapper { name });
    field::borrow_child_object_mut(holder, value)
}

public(package) fun internal_remove<Name: copy + drop + store, Value: key>(
    object: &mut UID,
    name: Name,
): Value {
    let key = Wrapper { name };
    let (holder, id) = field::field_info(object, key);
    let value = field::remove_child_object(holder.to_address(), id);
    field::remove<Wrapper<Name>, ID>(object, key);
    value
}

public(package) fun internal_exists_with_type<Name: copy + drop + store, Value: key>(
    object: &UID,
    name: Name,
): bool {
    if (!exists(object, name)) return false;
    let (holder, value) = field::field_info(object, Wrapper { name });
    field::has_child_object_with_ty<Value>(holder.to_address(), value)
}
