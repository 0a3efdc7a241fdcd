/// A value that may be absent.
module std::option;

/// A vector of at most one element.
public struct Option<Element> has copy, drop, store {
    vec: vector<Element>,
}

/// The option is full where it must be empty.
const EOPTION_IS_SET: u64 = 0x40000;
/// The option is empty where it must be full.
const EOPTION_NOT_SET: u64 = 0x40001;

/// Without a value.
public fun none<Element>(): Option<Element> {
    Option { vec: vector[] }
}

/// With a value.
public fun some<Element>(e: Element): Option<Element> {
    Option { vec: vector[e] }
}

/// Whether there is no value.
public fun is_none<Element>(t: &Option<Element>): bool {
    t.vec.is_empty()
}

/// Whether there is a value.
public fun is_some<Element>(t: &Option<Element>): bool {
    !t.vec.is_empty()
}

/// Whether the value is there and equals `e_ref`.
public fun contains<Element>(t: &Option<Element>, e_ref: &Element): bool {
    t.vec.contains(e_ref)
}

/// The value. Aborts with `EOPTION_NOT_SET` if there is none.
public fun borrow<Element>(t: &Option<Element>): &Element {
    assert!(t.is_some(), EOPTION_NOT_SET);
    &t.vec[0]
}

/// The value, or `default_ref`.
public fun borrow_with_default<Element>(t: &Option<Element>, default_ref: &Element): &Element {
    if (t.is_some()) &t.vec[0] else default_ref
}

/// A copy of the value, or `default`.
public fun get_with_default<Element: copy + drop>(t: &Option<Element>, default: Element): Element {
    if (t.is_some()) t.vec[0] else default
}

/// Puts a value in. Aborts with `EOPTION_IS_SET` if there is one.
public fun fill<Element>(t: &mut Option<Element>, e: Element) {
    assert!(t.is_none(), EOPTION_IS_SET);
    t.vec.push_back(e)
}

/// Takes the value out. Aborts with `EOPTION_NOT_SET` if there is none.
public fun extract<Element>(t: &mut Option<Element>): Element {
    assert!(t.is_some(), EOPTION_NOT_SET);
    t.vec.pop_back()
}

/// The value, to be changed. Aborts with `EOPTION_NOT_SET` if there is none.
public fun borrow_mut<Element>(t: &mut Option<Element>): &mut Element {
    assert!(t.is_some(), EOPTION_NOT_SET);
    &mut t.vec[0]
}

/// Replaces the value and returns the old one. Aborts with `EOPTION_NOT_SET` if there is none.
public fun swap<Element>(t: &mut Option<Element>, e: Element): Element {
    let old = t.extract();
    t.vec.push_back(e);
    old
}

/// Sets the value and returns the old one, if there was one.
public fun swap_or_fill<Element>(t: &mut Option<Element>, e: Element): Option<Element> {
    let old = if (t.is_some()) some(t.vec.pop_back()) else none();
    t.vec.push_back(e);
    old
}

/// The value, or `default`.
public fun destroy_with_default<Element: drop>(t: Option<Element>, default: Element): Element {
    let Option { mut vec } = t;
    if (vec.is_empty()) default else vec.pop_back()
}

/// The value. Aborts with `EOPTION_NOT_SET` if there is none.
public fun destroy_some<Element>(mut t: Option<Element>): Element {
    let e = t.extract();
    let Option { vec } = t;
    vec.destroy_empty();
    e
}

/// Destroys an empty option. Aborts with `EOPTION_IS_SET` if there is a value.
public fun destroy_none<Element>(t: Option<Element>) {
    assert!(t.is_none(), EOPTION_IS_SET);
    let Option { vec } = t;
    vec.destroy_empty()
}

/// A vector with the value, or an empty one.
public fun to_vec<Element>(t: Option<Element>): vector<Element> {
    let Option { vec } = t;
    vec
}

// === Macros ===

/// Consumes the option, handing its value to `$f` if there is one.
public macro fun destroy<$T, $R: drop>($o: Option<$T>, $f: |$T| -> $R) {
    let o = $o;
    o.do!($f);
}

/// Consumes the option, handing its value to `$f` if there is one.
public macro fun do<$T, $R: drop>($o: Option<$T>, $f: |$T| -> $R) {
    let o = $o;
    if (o.is_some()) {
        $f(o.destroy_some());
    } else o.destroy_none()
}

/// Shows the value to `$f` if there is one.
public macro fun do_ref<$T, $R: drop>($o: &Option<$T>, $f: |&$T| -> $R) {
    let o = $o;
    if (o.is_some()) {
        $f(o.borrow());
    }
}

/// Lets `$f` change the value if there is one.
public macro fun do_mut<$T, $R: drop>($o: &mut Option<$T>, $f: |&mut $T| -> $R) {
    let o = $o;
    if (o.is_some()) {
        $f(o.borrow_mut());
    }
}

/// The option itself if it has a value, else `$default`, which is evaluated only then.
public macro fun or<$T>($o: Option<$T>, $default: Option<$T>): Option<$T> {
    let o = $o;
    if (o.is_some()) {
        o
    } else {
        o.destroy_none();
        $default
    }
}

/// `$f` of the value, or none.
public macro fun and<$T, $U>($o: Option<$T>, $f: |$T| -> Option<$U>): Option<$U> {
    let o = $o;
    if (o.is_some()) {
        $f(o.destroy_some())
    } else {
        o.destroy_none();
        none()
    }
}

/// `$f` of the value, or none.
public macro fun and_ref<$T, $U>($o: &Option<$T>, $f: |&$T| -> Option<$U>): Option<$U> {
    let o = $o;
    if (o.is_some()) $f(o.borrow()) else none()
}

/// `some` of `$f` of the value, or none.
public macro fun map<$T, $U>($o: Option<$T>, $f: |$T| -> $U): Option<$U> {
    let o = $o;
    if (o.is_some()) {
        some($f(o.destroy_some()))
    } else {
        o.destroy_none();
        none()
    }
}

/// `some` of `$f` of the value, or none.
public macro fun map_ref<$T, $U>($o: &Option<$T>, $f: |&$T| -> $U): Option<$U> {
    let o = $o;
    if (o.is_some()) some($f(o.borrow())) else none()
}

/// `some` of `$f` of the value, which `$f` may change, or none.
public macro fun map_mut<$T, $U>($o: &mut Option<$T>, $f: |&mut $T| -> $U): Option<$U> {
    let o = $o;
    if (o.is_some()) some($f(o.borrow_mut())) else none()
}

/// The option itself if its value satisfies `$f`, else none.
public macro fun filter<$T: drop>($o: Option<$T>, $f: |&$T| -> bool): Option<$T> {
    let o = $o;
    if (o.is_some() && $f(o.borrow())) o else none()
}

/// Whether there is a value that satisfies `$f`.
public macro fun is_some_and<$T>($o: &Option<$T>, $f: |&$T| -> bool): bool {
    let o = $o;
    o.is_some() && $f(o.borrow())
}

/// Whether there is no value or it satisfies `$f`.
public macro fun is_none_or<$T>($o: &Option<$T>, $f: |&$T| -> bool): bool {
    let o = $o;
    o.is_none() || $f(o.borrow())
}

/// `$some` of the value, or `$none`, which is evaluated only if there is no value.
public macro fun fold<$T, $R>($o: Option<$T>, $none: $R, $some: |$T| -> $R): $R {
    let o = $o;
    if (o.is_some()) {
        $some(o.destroy_some())
    } else {
        o.destroy_none();
        $none
    }
}

/// `$some` of the value, or `$none`, which is evaluated only if there is no value.
public macro fun fold_ref<$T, $R>($o: &Option<$T>, $none: $R, $some: |&$T| -> $R): $R {
    let o = $o;
    if (o.is_some()) $some(o.borrow()) else $none
}

/// `$some` of the value, which it may change, or `$none`, which is evaluated only if there is no value.
public macro fun fold_mut<$T, $R>($o: &mut Option<$T>, $none: $R, $some: |&mut $T| -> $R): $R {
    let o = $o;
    if (o.is_some()) $some(o.borrow_mut()) else $none
}

/// Takes the value out, or evaluates `$default`.
public macro fun extract_or<$T>($o: &mut Option<$T>, $default: $T): $T {
    let o = $o;
    if (o.is_some()) o.extract() else $default
}

/// The value, or `$default`, which is evaluated only if there is none and may abort.
public macro fun destroy_or<$T>($o: Option<$T>, $default: $T): $T {
    let o = $o;
    if (o.is_some()) {
        o.destroy_some()
    } else {
        o.destroy_none();
        $default
    }
}
