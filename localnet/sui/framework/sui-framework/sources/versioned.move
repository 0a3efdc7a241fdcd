/// A value whose type can change with the version of the code.
module sui::versioned;

use sui::dynamic_field;

/// The receipt belongs to another value, or the new version is not higher.
const EInvalidUpgrade: u64 = 0;

/// The value is a dynamic field of `id`, under `version`.
public struct Versioned has key, store {
    id: UID,
    version: u64,
}

/// Owed by whoever took a value out, until its successor is in.
public struct VersionChangeCap {
    versioned_id: ID,
    old_version: u64,
}

/// A first value.
public fun create<T: store>(init_version: u64, init_value: T, ctx: &mut TxContext): Versioned {
    let mut self = Versioned { id: object::new(ctx), version: init_version };
    dynamic_field::add(&mut self.id, init_version, init_value);
    self
}

/// Version of the value inside.
public fun version(self: &Versioned): u64 {
    self.version
}

/// The value. Aborts with `sui::dynamic_field::EFieldTypeMismatch` if it is no `T`.
public fun load_value<T: store>(self: &Versioned): &T {
    dynamic_field::borrow(&self.id, self.version)
}

/// The value, to be changed. Aborts as `load_value` does.
public fun load_value_mut<T: store>(self: &mut Versioned): &mut T {
    dynamic_field::borrow_mut(&mut self.id, self.version)
}

/// Takes the value out; `upgrade` must follow.
public fun remove_value_for_upgrade<T: store>(self: &mut Versioned): (T, VersionChangeCap) {
    let value = dynamic_field::remove(&mut self.id, self.version);
    (value, VersionChangeCap { versioned_id: object::id(self), old_version: self.version })
}

/// Puts the successor in. Aborts with `EInvalidUpgrade`.
public fun upgrade<T: store>(
    self: &mut Versioned,
    new_version: u64,
    new_value: T,
    cap: VersionChangeCap,
) {
    let VersionChangeCap { versioned_id, old_version } = cap;
    assert!(versioned_id == object::id(self) && old_version < new_version, EInvalidUpgrade);
    dynamic_field::add(&mut self.id, new_version, new_value);
    self.version = new_version;
}

/// Takes the value out for good.
public fun destroy<T: store>(self: Versioned): T {
    let Versioned { mut id, version } = self;
    let value = dynamic_field::remove(&mut id, version);
    id.delete();
    value
}
