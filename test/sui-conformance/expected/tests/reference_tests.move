/// References to locals, fields and elements, and that copies are copies.
#[test_only]
module expected::reference_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

public struct Point has copy, drop, store { x: u64, y: u64 }

public struct Line has copy, drop, store { from: Point, to: Point, marks: vector<Point> }

public struct Box<T> has copy, drop, store { value: T }

fun line(): Line {
    Line {
        from: Point { x: 1, y: 2 },
        to: Point { x: 3, y: 4 },
        marks: vector[Point { x: 5, y: 6 }],
    }
}

fun smaller(a: &u64, b: &u64): &u64 { if (*a <= *b) a else b }

fun larger(a: &mut u64, b: &mut u64): &mut u64 { if (*a >= *b) a else b }

fun bump(x: &mut u64) { *x = *x + 1; }

fun peek(x: &u64): u64 { *x }

fun inner<T>(b: &mut Box<T>): &mut T { &mut b.value }

fun end(l: &mut Line): &mut Point { &mut l.to }

#[test]
fun writes_to_locals() {
    let mut x = of(1u64);
    let r = &mut x;
    *r = *r + 1;
    bump(r);
    assert_eq!(*r, 3);
    assert_eq!(x, 3);
}

#[test]
fun writes_to_locals_of_every_width() {
    let (mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h) = (
        of(1u8),
        of(1u16),
        of(1u32),
        of(1u64),
        of(1u128),
        of(1u256),
        of(true),
        of(@0x1),
    );
    *&mut a = 255;
    *&mut b = 65535;
    *&mut c = 4294967295;
    *&mut d = 18446744073709551615;
    *&mut e = std::u128::max_value!();
    *&mut f = std::u256::max_value!();
    *&mut g = false;
    *&mut h = @0xFF;
    assert_eq!(a, 255);
    assert_eq!(b, 65535);
    assert_eq!(c, 4294967295);
    assert_eq!(d, 18446744073709551615);
    assert_eq!(e, std::u128::max_value!());
    assert_eq!(f, std::u256::max_value!());
    assert!(!g);
    assert_eq!(h, @0xFF);
}

#[test]
fun writes_to_fields() {
    let mut l = line();
    l.to.x = 30;
    let p = end(&mut l);
    p.y = 40;
    bump(&mut p.y);
    let m = &mut l.marks[0];
    m.x = 50;
    assert_eq!(l.to, Point { x: 30, y: 41 });
    assert_eq!(l.marks, vector[Point { x: 50, y: 6 }]);
    assert_eq!(l.from, Point { x: 1, y: 2 });
}

#[test]
fun replaces_whole_structs() {
    let mut l = line();
    *end(&mut l) = Point { x: 7, y: 8 };
    let other = l;
    *&mut l = Line { from: other.to, to: other.from, marks: vector[] };
    assert_eq!(l.from, Point { x: 7, y: 8 });
    assert_eq!(other.to, Point { x: 7, y: 8 });
    assert!(l.marks.is_empty());
}

#[test]
fun copies_are_independent() {
    let mut l = line();
    let before = l;
    let marks = l.marks;
    l.from.x = 100;
    l.marks.push_back(Point { x: 0, y: 0 });
    l.marks[0].y = 9;
    assert_eq!(before, line());
    assert_eq!(marks, line().marks);
    let mut again = *&l;
    again.from.x = 101;
    assert_eq!(l.from.x, 100);
}

#[test]
fun vectors_hold_copies() {
    let mut p = Point { x: 1, y: 1 };
    let mut v = vector[p, p];
    p.x = 2;
    v[0].y = 3;
    assert_eq!(v, vector[Point { x: 1, y: 3 }, Point { x: 1, y: 1 }]);
    let w = v;
    *&mut v[1] = p;
    assert_eq!(w[1], Point { x: 1, y: 1 });
    assert_eq!(v[1], Point { x: 2, y: 1 });
}

#[test]
fun nested_vectors_hold_copies() {
    let row = vector[1u8, 2];
    let mut grid = vector[row, row];
    *&mut grid[0][1] = 9;
    grid[1].push_back(3);
    assert_eq!(row, vector[1, 2]);
    assert_eq!(grid, vector[vector[1, 9], vector[1, 2, 3]]);
}

#[test]
fun parameters_are_copies() {
    let p = Point { x: 1, y: 2 };
    assert_eq!(moved(p), 3);
    assert_eq!(p.x, 1);
}

fun moved(mut p: Point): u64 {
    p.x = p.x + 2;
    p.x
}

#[test]
fun returns_references() {
    let (mut a, mut b) = (of(3u64), of(4u64));
    assert_eq!(*smaller(&a, &b), 3);
    *larger(&mut a, &mut b) = 1;
    assert_eq!(b, 1);
    *larger(&mut a, &mut b) = 0;
    assert_eq!(a, 0);
}

#[test]
fun freezes_references() {
    let mut x = of(5u64);
    let r = &mut x;
    let frozen: &u64 = r;
    assert_eq!(peek(frozen) + *frozen, 10);
    let r = &mut x;
    assert_eq!(peek(r), 5);
}

#[test]
fun borrows_generic_fields() {
    let mut b = Box { value: vector[1u16] };
    inner(&mut b).push_back(2);
    let mut c = Box { value: Box { value: true } };
    *inner(inner(&mut c)) = false;
    assert_eq!(b.value, vector[1, 2]);
    assert!(!c.value.value);
    let r = &b;
    assert_eq!(r.value.length(), 2);
}

#[test]
fun compares_what_references_refer_to() {
    let (mut a, b) = (line(), line());
    assert!(&a == &b);
    assert!(&a.from != &b.to);
    a.marks[0].x = 6;
    assert!(&a != &b);
    assert!(&a.marks != &b.marks);
    assert!(&mut a.from == &b.from);
    assert!(&of(1u256) == &of(1u256));
}

#[test]
fun references_outlive_branches() {
    let (mut a, mut b) = (of(1u64), of(2u64));
    let r = if (a < b) &mut a else &mut b;
    *r = 10;
    assert_eq!(a, 10);
    assert_eq!(b, 2);
}

#[test]
fun walks_a_vector_by_reference() {
    let mut v = vector[1u64, 2, 3];
    let mut i = 0;
    while (i < v.length()) {
        let x = &mut v[i];
        *x = *x * *x;
        i = i + 1;
    };
    assert_eq!(v, vector[1, 4, 9]);
}

#[test]
fun writes_to_elements_of_bytes() {
    let mut v = b"hello";
    *&mut v[0] = 72;
    let r = &mut v[4];
    *r = *r + 1;
    v.swap(1, 2);
    assert_eq!(v, b"Hlelp");
}
