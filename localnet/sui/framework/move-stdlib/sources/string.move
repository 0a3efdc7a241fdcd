/// UTF-8 strings. Indices and lengths count bytes.
module std::string;

use std::ascii;

/// The bytes are not UTF-8.
const EInvalidUTF8: u64 = 1;
/// An index lies outside the string or inside a character.
const EInvalidIndex: u64 = 2;

/// Well-formed UTF-8.
public struct String has copy, drop, store {
    bytes: vector<u8>,
}

/// A string. Aborts with `EInvalidUTF8`.
public fun utf8(bytes: vector<u8>): String {
    assert!(internal_check_utf8(&bytes), EInvalidUTF8);
    String { bytes }
}

/// The same text as an ASCII string's.
public fun from_ascii(s: ascii::String): String {
    String { bytes: s.into_bytes() }
}

/// The same text as an ASCII string. Aborts as `ascii::string` does.
public fun to_ascii(s: String): ascii::String {
    ascii::string(s.into_bytes())
}

/// A string, or none if the bytes are not UTF-8.
public fun try_utf8(bytes: vector<u8>): Option<String> {
    if (internal_check_utf8(&bytes)) option::some(String { bytes }) else option::none()
}

/// The bytes.
public fun as_bytes(s: &String): &vector<u8> {
    &s.bytes
}

/// The bytes.
public fun into_bytes(s: String): vector<u8> {
    let String { bytes } = s;
    bytes
}

/// Whether there are no bytes.
public fun is_empty(s: &String): bool {
    s.bytes.is_empty()
}

/// Number of bytes.
public fun length(s: &String): u64 {
    s.bytes.length()
}

/// Adds `r` at the end.
public fun append(s: &mut String, r: String) {
    s.bytes.append(r.bytes)
}

/// Adds `bytes` at the end. Aborts with `EInvalidUTF8`.
public fun append_utf8(s: &mut String, bytes: vector<u8>) {
    s.append(utf8(bytes))
}

/// Puts `o` before the byte at `at`. Aborts with `EInvalidIndex`.
public fun insert(s: &mut String, at: u64, o: String) {
    let n = s.length();
    assert!(at <= n && internal_is_char_boundary(&s.bytes, at), EInvalidIndex);
    let mut joined = s.substring(0, at);
    joined.append(o);
    joined.append(s.substring(at, n));
    *s = joined
}

/// Bytes `i` up to but not including `j`. Aborts with `EInvalidIndex`.
public fun substring(s: &String, i: u64, j: u64): String {
    assert!(i <= j && j <= s.length(), EInvalidIndex);
    assert!(internal_is_char_boundary(&s.bytes, i), EInvalidIndex);
    assert!(internal_is_char_boundary(&s.bytes, j), EInvalidIndex);
    String { bytes: internal_sub_string(&s.bytes, i, j) }
}

/// Index of the first occurrence of `r`, or the length if there is none.
public fun index_of(s: &String, r: &String): u64 {
    internal_index_of(&s.bytes, &r.bytes)
}

native fun internal_check_utf8(v: &vector<u8>): bool;
native fun internal_is_char_boundary(v: &vector<u8>, i: u64): bool;
native fun internal_sub_string(v: &vector<u8>, i: u64, j: u64): vector<u8>;
native fun internal_index_of(v: &vector<u8>, r: &vector<u8>): u64;

// === Deprecated ===

/// The bytes.
#[deprecated(note = b"Use `as_bytes`.")]
public fun bytes(s: &String): &vector<u8> {
    s.as_bytes()
}

/// Bytes `i` up to but not including `j`.
#[deprecated(note = b"Use `substring`.")]
public fun sub_string(s: &String, i: u64, j: u64): String {
    s.substring(i, j)
}
