/// Names of types as values.
module std::type_name;

use std::{address, ascii::String};

/// A primitive type has no package and no module.
const ENonModuleType: u64 = 0;

const COLON: u8 = 58;
const LETTER_V: u8 = 118;

/// A type in source syntax. Addresses are lower-case hex, full length, without 0x:
/// `u8`, `vector<bool>`, `00...02::coin::Coin<00...02::sui::SUI>`.
public struct TypeName has copy, drop, store {
    name: String,
}

/// The name of `T`, with the package version that first had each type.
public native fun with_defining_ids<T>(): TypeName;

/// The name of `T`, with the first version of each package.
public native fun with_original_ids<T>(): TypeName;

/// Id of the package version that first had `T`. Aborts for a primitive type.
public native fun defining_id<T>(): address;

/// Id of the first version of the package that defines `T`. Aborts for a primitive type.
public native fun original_id<T>(): address;

/// Whether it is an integer, `bool`, `address` or a vector.
public fun is_primitive(self: &TypeName): bool {
    // Any other name starts with an address; of the primitive ones, only a vector's can be that long.
    let bytes = self.name.as_bytes();
    bytes.length() <= address::length() * 2 || bytes[0] == LETTER_V
}

/// The name.
public fun as_string(self: &TypeName): &String {
    &self.name
}

/// The package's address, 64 hex digits. Aborts with `ENonModuleType`.
public fun address_string(self: &TypeName): String {
    assert!(!self.is_primitive(), ENonModuleType);
    self.name.substring(0, address::length() * 2)
}

/// The module's name. Aborts with `ENonModuleType`.
public fun module_string(self: &TypeName): String {
    assert!(!self.is_primitive(), ENonModuleType);
    let bytes = self.name.as_bytes();
    let start = address::length() * 2 + 2;
    let mut end = start;
    while (bytes[end] != COLON) end = end + 1;
    self.name.substring(start, end)
}

/// The name.
public fun into_string(self: TypeName): String {
    self.name
}

// === Deprecated ===

/// The name of `T`.
#[deprecated(note = b"Use `with_defining_ids`.")]
public fun get<T>(): TypeName {
    with_defining_ids<T>()
}

/// The name of `T`.
#[deprecated(note = b"Use `with_original_ids`.")]
public fun get_with_original_ids<T>(): TypeName {
    with_original_ids<T>()
}

/// The name.
#[deprecated(note = b"Use `as_string`.")]
public fun borrow_string(self: &TypeName): &String {
    self.as_string()
}

/// The package's address.
#[deprecated(note = b"Use `address_string`.")]
public fun get_address(self: &TypeName): String {
    self.address_string()
}

/// The module's name.
#[deprecated(note = b"Use `module_string`.")]
public fun get_module(self: &TypeName): String {
    self.module_string()
}
