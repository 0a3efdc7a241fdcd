/// Structs and generics.
#[test_only]
module expected::struct_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

public struct Pair<A, B> has copy, drop, store { a: A, b: B }

public struct Wide(u8, u16, u32, u64, u128, u256, bool, address, vector<u8>) has copy, drop;

public struct Marked<phantom T> has copy, drop { count: u64 }

public struct Hot { charge: u64 }

public struct Unit() has copy, drop;

public struct Tag has drop {}

fun swap<A, B>(p: Pair<A, B>): Pair<B, A> {
    let Pair { a, b } = p;
    Pair { a: b, b: a }
}

fun first<A: copy, B>(p: &Pair<A, B>): A { p.a }

fun nest<T>(x: T): Pair<Pair<T, u8>, vector<T>> {
    Pair { a: Pair { a: x, b: 1 }, b: vector[] }
}

fun size<T: drop>(x: T): u64 { std::bcs::to_bytes(&x).length() }

#[test]
fun packs_and_unpacks() {
    let Pair { a, b } = of(Pair { a: 1u8, b: @0x2 });
    assert_eq!(a, 1);
    assert_eq!(b, @0x2);
    let Pair { a: _, b: Pair { a: x, b: _ } } = Pair { a: 1u8, b: Pair { a: 2u16, b: 3u32 } };
    assert_eq!(x, 2);
}

#[test]
fun packs_fields_of_every_type() {
    let w = of(Wide(1, 2, 3, 4, 5, 6, true, @0x7, b"8"));
    let Wide(a, b, c, d, e, f, g, h, i) = w;
    assert_eq!(a as u256 + (b as u256) + (c as u256) + (d as u256) + (e as u256) + f, 21);
    assert!(g);
    assert_eq!(h, @0x7);
    assert_eq!(i, b"8");
    assert_eq!(w.5, 6);
    assert_eq!(w.8.length(), 1);
}

#[test]
fun packs_in_the_order_of_the_text() {
    // Fields are evaluated as written, not as declared.
    let mut log = vector<u8>[];
    let r = &mut log;
    let p = Pair { b: note(r, 1), a: note(r, 2) };
    assert_eq!(p, Pair { a: 2, b: 1 });
    assert_eq!(log, vector[1, 2]);
}

fun note(log: &mut vector<u8>, x: u8): u8 {
    log.push_back(x);
    x
}

#[test]
fun swaps_generic_fields() {
    let p = swap(Pair { a: 1u8, b: vector[true] });
    assert_eq!(p.a, vector[true]);
    assert_eq!(p.b, 1);
    assert_eq!(swap(swap(p)), p);
    assert_eq!(first(&p), vector[true]);
}

#[test]
fun instantiates_functions_for_every_type() {
    assert_eq!(size(1u8), 1);
    assert_eq!(size(1u16), 2);
    assert_eq!(size(1u32), 4);
    assert_eq!(size(1u64), 8);
    assert_eq!(size(1u128), 16);
    assert_eq!(size(1u256), 32);
    assert_eq!(size(true), 1);
    assert_eq!(size(@0x1), 32);
    assert_eq!(size(vector[1u16, 2]), 5);
    assert_eq!(size(Pair { a: 1u8, b: Pair { a: 2u64, b: b"12" } }), 12);
    assert_eq!(size(Unit()), 1);
}

#[test]
fun nests_generic_structs() {
    let p = nest(nest(of(5u64)));
    assert_eq!(p.a.a.a.a, 5);
    assert_eq!(p.a.b, 1);
    assert!(p.b.is_empty() && p.a.a.b.is_empty());
}

#[test]
fun tells_phantom_types_apart() {
    let a = Marked<u8> { count: 1 };
    let b = Marked<Tag> { count: 1 };
    assert_eq!(a.count, b.count);
    assert!(
        std::type_name::with_defining_ids<Marked<u8>>() != std::type_name::with_defining_ids<Marked<Tag>>(),
    );
}

#[test]
fun compares_structs() {
    let p = Pair { a: 1u8, b: b"x" };
    assert!(p == Pair { a: 1, b: b"x" });
    assert!(p != Pair { a: 2, b: b"x" });
    assert!(p != Pair { a: 1, b: b"xy" });
    assert!(Unit() == Unit());
    assert!(Pair { a: @0x1, b: p } == Pair { a: @0x1, b: of(p) });
}

#[test]
fun keeps_values_without_abilities() {
    let mut hot = Hot { charge: of(1) };
    hot.charge = hot.charge + 1;
    let Hot { charge } = hot;
    assert_eq!(charge, 2);
    let v = vector[Hot { charge: 1 }, Hot { charge: 2 }];
    let mut sum = 0;
    v.do!(|h| { let Hot { charge } = h; sum = sum + charge; });
    assert_eq!(sum, 3);
}

public fun doubled(h: &Hot): u64 { h.charge * 2 }

public use fun doubled as Hot.twice;

#[test]
fun calls_methods() {
    let h = Hot { charge: of(4) };
    assert_eq!(h.doubled() + h.twice(), 16);
    let Hot { .. } = h;
}

#[test]
fun passes_structs_through_many_calls() {
    let mut p = Pair { a: 0u64, b: vector[0u8] };
    let mut i = 0;
    while (i < 20) {
        p = step(p);
        i = i + 1;
    };
    assert_eq!(p.a, 20);
    assert_eq!(p.b.length(), 21);
}

fun step(mut p: Pair<u64, vector<u8>>): Pair<u64, vector<u8>> {
    p.a = p.a + 1;
    let byte = p.a as u8;
    p.b.push_back(byte);
    p
}
