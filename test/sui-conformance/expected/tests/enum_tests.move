/// Enums: packing, switching, and unpacking by value and by reference.
#[test_only]
module expected::enum_tests;

use expected::opaque::of;
use std::unit_test::assert_eq;

public enum Shape has copy, drop, store {
    Dot,
    Circle { radius: u64 },
    Box { width: u64, height: u64 },
    Path(vector<u64>, bool),
}

public enum Result<T, E> has copy, drop, store {
    Ok(T),
    Err { error: E },
}

public enum Once {
    Full { value: u64 },
    Empty,
}

public struct Drawing has copy, drop { shapes: vector<Shape>, last: Shape }

fun area(s: &Shape): u64 {
    match (s) {
        Shape::Dot => 0,
        Shape::Circle { radius } => 3 * *radius * *radius,
        Shape::Box { width, height } => *width * *height,
        Shape::Path(points, _) => points.length(),
    }
}

fun grow(s: &mut Shape) {
    match (s) {
        Shape::Dot => (),
        Shape::Circle { radius } => *radius = *radius + 1,
        Shape::Box { width: w, .. } => *w = *w * 2,
        Shape::Path(points, closed) => {
            points.push_back(0);
            *closed = true;
        },
    }
}

fun or_else<T: drop, E: drop>(r: Result<T, E>, default: T): T {
    match (r) {
        Result::Ok(value) => value,
        Result::Err { .. } => default,
    }
}

fun map_error<T, E>(r: Result<T, E>, code: u8): Result<T, vector<E>> {
    match (r) {
        Result::Ok(value) => Result::Ok(value),
        Result::Err { error } => {
            let mut errors = vector[error];
            if (code > 0) errors.reverse();
            Result::Err { error: errors }
        },
    }
}

fun replace<T: drop, E>(r: &mut Result<T, E>, value: T) {
    match (r) {
        Result::Ok(old) => *old = value,
        Result::Err { .. } => (),
    }
}

fun take(o: Once): u64 {
    match (o) {
        Once::Full { value } => value,
        Once::Empty => abort 5,
    }
}

#[test]
fun switches_on_references() {
    assert_eq!(area(&Shape::Dot), 0);
    assert_eq!(area(&of(Shape::Circle { radius: 2 })), 12);
    assert_eq!(area(&of(Shape::Box { width: 2, height: 5 })), 10);
    assert_eq!(area(&Shape::Path(vector[1, 2, 3], false)), 3);
}

#[test]
fun changes_through_references() {
    let mut shapes = vector[
        Shape::Dot,
        Shape::Circle { radius: 1 },
        Shape::Box { width: 3, height: 4 },
        Shape::Path(vector[], false),
    ];
    let before = shapes;
    shapes.do_mut!(|s| grow(s));
    assert_eq!(
        shapes,
        vector[
            Shape::Dot,
            Shape::Circle { radius: 2 },
            Shape::Box { width: 6, height: 4 },
            Shape::Path(vector[0], true),
        ],
    );
    assert!(before[1] == Shape::Circle { radius: 1 });
}

#[test]
fun replaces_a_variant_by_another() {
    let mut s = of(Shape::Dot);
    s =
        match (s) {
            Shape::Dot => Shape::Circle { radius: 9 },
            other => other,
        };
    assert_eq!(area(&s), 243);
    *&mut s = Shape::Path(vector[1], true);
    assert_eq!(area(&s), 1);
}

#[test]
fun switches_on_values() {
    assert_eq!(or_else(Result<u64, u8>::Ok(5), 7), 5);
    assert_eq!(or_else(Result<u64, u8>::Err { error: 1 }, 7), 7);
    assert_eq!(or_else(Result<vector<bool>, Shape>::Ok(vector[true]), vector[]), vector[true]);
    assert_eq!(take(Once::Full { value: 3 }), 3);
}

#[test]
fun changes_generic_variants() {
    let mut r = Result<vector<u8>, u8>::Ok(b"old");
    replace(&mut r, b"new");
    assert_eq!(r, Result::Ok(b"new"));
    let mut r = Result<u64, bool>::Err { error: true };
    replace(&mut r, 1);
    assert_eq!(r, Result::Err { error: true });
}

#[test, expected_failure(abort_code = 5, location = Self)]
fun aborts_in_a_match() { take(Once::Empty); }

#[test]
fun maps_generic_variants() {
    let r = map_error(Result<u8, Shape>::Err { error: Shape::Dot }, 1);
    assert_eq!(r, Result::Err { error: vector[Shape::Dot] });
    assert_eq!(map_error(Result<u8, Shape>::Ok(3), 0), Result::Ok(3));
}

fun read(r: Result<Result<u64, bool>, Shape>): u64 {
    match (r) {
        Result::Ok(Result::Ok(0)) => 1,
        Result::Ok(Result::Ok(x)) if (*x > 10) => 2,
        Result::Ok(Result::Ok(_)) => 3,
        Result::Ok(Result::Err { error: true }) => 4,
        Result::Err { error: Shape::Circle { radius } } => radius,
        Result::Err { error: Shape::Dot } | Result::Ok(Result::Err { .. }) => 5,
        _ => 6,
    }
}

#[test]
fun matches_nested_patterns() {
    assert_eq!(read(Result::Ok(Result::Ok(0))), 1);
    assert_eq!(read(Result::Ok(Result::Ok(11))), 2);
    assert_eq!(read(Result::Ok(Result::Ok(10))), 3);
    assert_eq!(read(Result::Ok(Result::Err { error: true })), 4);
    assert_eq!(read(Result::Ok(Result::Err { error: false })), 5);
    assert_eq!(read(Result::Err { error: Shape::Circle { radius: 77 } }), 77);
    assert_eq!(read(Result::Err { error: Shape::Dot }), 5);
    assert_eq!(read(Result::Err { error: Shape::Path(vector[], true) }), 6);
}

#[test]
fun binds_whole_variants() {
    let s = of(Shape::Box { width: 1, height: 2 });
    let width = match (&s) {
        whole @ Shape::Box { width, .. } => *width + area(whole),
        _ => 0,
    };
    assert_eq!(width, 3);
}

#[test]
fun compares_variants() {
    assert!(Shape::Dot == Shape::Dot);
    assert!(Shape::Dot != Shape::Circle { radius: 0 });
    assert!(Shape::Circle { radius: 1 } != Shape::Circle { radius: 2 });
    assert!(Result<u8, u8>::Ok(1) != Result::Err { error: 1 });
    assert!(&Shape::Path(vector[1], true) == &Shape::Path(vector[1], true));
}

#[test]
fun keeps_variants_in_structs() {
    let mut d = Drawing { shapes: vector[Shape::Dot], last: Shape::Dot };
    grow(&mut d.last);
    d.last = Shape::Circle { radius: 1 };
    grow(&mut d.last);
    let last = d.last;
    d.shapes.push_back(last);
    grow(&mut d.shapes[1]);
    assert_eq!(d.last, Shape::Circle { radius: 2 });
    assert_eq!(d.shapes[1], Shape::Circle { radius: 3 });
    let copied = d;
    d.last = Shape::Dot;
    assert_eq!(copied.last, Shape::Circle { radius: 2 });
}

#[test]
fun serializes_variants_by_number() {
    assert_eq!(std::bcs::to_bytes(&Shape::Dot), x"00");
    assert_eq!(std::bcs::to_bytes(&Shape::Circle { radius: 1 }), x"010100000000000000");
    assert_eq!(std::bcs::to_bytes(&Shape::Path(vector[], true)), x"030001");
    assert_eq!(std::bcs::to_bytes(&Result<u8, vector<u8>>::Err { error: b"a" }), x"010161");
}

public enum Many has copy, drop {
    V0,
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
    V9(u8),
    V10 { a: u8, b: u8 },
}

fun number(m: Many): u8 {
    match (m) {
        Many::V0 => 0,
        Many::V1 => 1,
        Many::V2 => 2,
        Many::V3 => 3,
        Many::V4 => 4,
        Many::V5 => 5,
        Many::V6 => 6,
        Many::V7 => 7,
        Many::V8 => 8,
        Many::V9(n) => n,
        Many::V10 { a, b } => a + b,
    }
}

#[test]
fun switches_among_many_variants() {
    let all = vector[
        Many::V10 { a: 40, b: 2 },
        Many::V3,
        Many::V0,
        Many::V9(9),
        Many::V8,
        Many::V5,
        Many::V7,
    ];
    assert_eq!(all.map!(|m| number(m)), vector[42, 3, 0, 9, 8, 5, 7]);
    assert_eq!(
        vector[Many::V1, Many::V2, Many::V4, Many::V6].map!(|m| number(m)),
        vector[1, 2, 4, 6],
    );
}
