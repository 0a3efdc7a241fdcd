/// Elements of cryptographic groups. `sui::bls12381` gives them names and types.
module sui::group_ops;

use std::bcs;

/// The network does not support the operation.
#[allow(unused_const)]
const ENotSupported: u64 = 0;
/// Bytes that are no element, or lists that do not match.
const EInvalidInput: u64 = 1;
/// More terms than allowed.
#[allow(unused_const)]
const EInputTooLong: u64 = 2;
/// The buffer is shorter than a u64.
const EInvalidBufferLength: u64 = 3;

/// An element of the group that `T` stands for.
public struct Element<phantom T> has copy, drop, store {
    bytes: vector<u8>,
}

/// The encoding.
public fun bytes<G>(e: &Element<G>): &vector<u8> {
    &e.bytes
}

/// Whether two elements are the same.
public fun equal<G>(e1: &Element<G>, e2: &Element<G>): bool {
    e1.bytes == e2.bytes
}

/// An element; `is_trusted` skips validation. Aborts with `EInvalidInput`.
public(package) fun from_bytes<G>(type_: u8, bytes: vector<u8>, is_trusted: bool): Element<G> {
    assert!(is_trusted || internal_validate(type_, &bytes), EInvalidInput);
    Element { bytes }
}

/// `e1 + e2`.
public(package) fun add<G>(type_: u8, e1: &Element<G>, e2: &Element<G>): Element<G> {
    Element { bytes: internal_add(type_, &e1.bytes, &e2.bytes) }
}

/// `e1 - e2`.
public(package) fun sub<G>(type_: u8, e1: &Element<G>, e2: &Element<G>): Element<G> {
    Element { bytes: internal_sub(type_, &e1.bytes, &e2.bytes) }
}

/// `scalar * e`.
public(package) fun mul<S, G>(type_: u8, scalar: &Element<S>, e: &Element<G>): Element<G> {
    Element { bytes: internal_mul(type_, &scalar.bytes, &e.bytes) }
}

/// `1/scalar * e`. Aborts if the scalar is zero.
public(package) fun div<S, G>(type_: u8, scalar: &Element<S>, e: &Element<G>): Element<G> {
    Element { bytes: internal_div(type_, &scalar.bytes, &e.bytes) }
}

/// An element by hashing.
public(package) fun hash_to<G>(type_: u8, m: &vector<u8>): Element<G> {
    Element { bytes: internal_hash_to(type_, m) }
}

/// Sum of `scalars[i] * elements[i]`. Aborts with `EInvalidInput` on empty lists or different lengths.
public(package) fun multi_scalar_multiplication<S, G>(
    type_: u8,
    scalars: &vector<Element<S>>,
    elements: &vector<Element<G>>,
): Element<G> {
    let n = scalars.length();
    assert!(n > 0 && n == elements.length(), EInvalidInput);
    let mut all_scalars = vector[];
    let mut all_elements = vector[];
    let mut i = 0;
    while (i < n) {
        all_scalars.append(scalars[i].bytes);
        all_elements.append(elements[i].bytes);
        i = i + 1;
    };
    Element { bytes: internal_multi_scalar_mul(type_, &all_scalars, &all_elements) }
}

/// The pairing of two elements.
public(package) fun pairing<G1, G2, G3>(
    type_: u8,
    e1: &Element<G1>,
    e2: &Element<G2>,
): Element<G3> {
    Element { bytes: internal_pairing(type_, &e1.bytes, &e2.bytes) }
}

/// The same element in another encoding.
public(package) fun convert<From, To>(
    from_type_: u8,
    to_type_: u8,
    e: &Element<From>,
): Element<To> {
    Element { bytes: internal_convert(from_type_, to_type_, &e.bytes) }
}

/// Sum of all terms.
public(package) fun sum<G>(type_: u8, terms: &vector<Element<G>>): Element<G> {
    let mut all = vector[];
    let mut i = 0;
    while (i < terms.length()) {
        all.push_back(terms[i].bytes);
        i = i + 1;
    };
    Element { bytes: internal_sum(type_, &all) }
}

native fun internal_validate(type_: u8, bytes: &vector<u8>): bool;
native fun internal_add(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;
native fun internal_sub(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;
native fun internal_mul(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;
native fun internal_div(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;
native fun internal_hash_to(type_: u8, m: &vector<u8>): vector<u8>;
native fun internal_multi_scalar_mul(
    type_: u8,
    scalars: &vector<u8>,
    elements: &vector<u8>,
): vector<u8>;
native fun internal_pairing(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;
native fun internal_convert(from_type_: u8, to_type_: u8, e: &vector<u8>): vector<u8>;
native fun internal_sum(type_: u8, e: &vector<vector<u8>>): vector<u8>;

/// Writes `x` over the low-order end of `buffer`: its last eight bytes if `big_endian`, else its first eight.
public(package) fun set_as_prefix(x: u64, big_endian: bool, buffer: &mut vector<u8>) {
    let n = buffer.length();
    assert!(n >= 8, EInvalidBufferLength);
    let little = bcs::to_bytes(&x);
    let mut i = 0;
    while (i < 8) {
        let at = if (big_endian) n - 1 - i else i;
        *&mut buffer[at] = little[i];
        i = i + 1;
    }
}
