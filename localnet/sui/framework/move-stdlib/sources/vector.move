/// Growable sequences, indexed from 0. The natives here are single bytecode instructions.
#[defines_primitive(vector)]
module std::vector;

/// `bytes.to_string()`: a UTF-8 string, aborting on anything else.
public use fun std::string::utf8 as vector.to_string;

/// `bytes.try_to_string()`: a UTF-8 string, or none.
public use fun std::string::try_utf8 as vector.try_to_string;

/// `bytes.to_ascii_string()`: an ASCII string, aborting on anything else.
public use fun std::ascii::string as vector.to_ascii_string;

/// `bytes.try_to_ascii_string()`: an ASCII string, or none.
public use fun std::ascii::try_string as vector.try_to_ascii_string;

/// An index lies outside the vector.
const EINDEX_OUT_OF_BOUNDS: u64 = 0x20000;

/// An empty vector.
#[bytecode_instruction]
public native fun empty<Element>(): vector<Element>;

/// Number of elements.
#[bytecode_instruction]
public native fun length<Element>(v: &vector<Element>): u64;

/// The element at `i`, also written `&v[i]`. Aborts if there is none.
#[syntax(index)]
#[bytecode_instruction]
public native fun borrow<Element>(v: &vector<Element>, i: u64): &Element;

/// Adds `e` at the end.
#[bytecode_instruction]
public native fun push_back<Element>(v: &mut vector<Element>, e: Element);

/// The element at `i`, also written `&mut v[i]`. Aborts if there is none.
#[syntax(index)]
#[bytecode_instruction]
public native fun borrow_mut<Element>(v: &mut vector<Element>, i: u64): &mut Element;

/// Takes the last element. Aborts if there is none.
#[bytecode_instruction]
public native fun pop_back<Element>(v: &mut vector<Element>): Element;

/// Destroys an empty vector. Aborts if it has elements.
#[bytecode_instruction]
public native fun destroy_empty<Element>(v: vector<Element>);

/// Exchanges the elements at `i` and `j`. Aborts if either is missing.
#[bytecode_instruction]
public native fun swap<Element>(v: &mut vector<Element>, i: u64, j: u64);

/// A vector with one element.
public fun singleton<Element>(e: Element): vector<Element> {
    vector[e]
}

/// Turns the order around, in place.
public fun reverse<Element>(v: &mut vector<Element>) {
    let n = v.length();
    let mut i = 0;
    while (i < n / 2) {
        v.swap(i, n - 1 - i);
        i = i + 1;
    }
}

/// Moves all elements of `other` to the end of `lhs`.
public fun append<Element>(lhs: &mut vector<Element>, mut other: vector<Element>) {
    other.reverse();
    while (!other.is_empty()) lhs.push_back(other.pop_back());
    other.destroy_empty();
}

/// Whether there are no elements.
public fun is_empty<Element>(v: &vector<Element>): bool {
    v.length() == 0
}

/// Whether some element equals `e`.
public fun contains<Element>(v: &vector<Element>, e: &Element): bool {
    let (found, _) = v.index_of(e);
    found
}

/// `(true, i)` for the first `i` whose element equals `e`, or `(false, 0)`.
public fun index_of<Element>(v: &vector<Element>, e: &Element): (bool, u64) {
    let n = v.length();
    let mut i = 0;
    while (i < n && &v[i] != e) i = i + 1;
    if (i < n) (true, i) else (false, 0)
}

/// Takes the element at `i` and moves the later ones down. Aborts if there is none.
public fun remove<Element>(v: &mut vector<Element>, mut i: u64): Element {
    let n = v.length();
    assert!(i < n, EINDEX_OUT_OF_BOUNDS);
    while (i + 1 < n) {
        v.swap(i, i + 1);
        i = i + 1;
    };
    v.pop_back()
}

/// Puts `e` at `i` and moves the later elements up. Aborts if `i` exceeds the length.
public fun insert<Element>(v: &mut vector<Element>, e: Element, i: u64) {
    let mut at = v.length();
    assert!(i <= at, EINDEX_OUT_OF_BOUNDS);
    v.push_back(e);
    while (at > i) {
        v.swap(at - 1, at);
        at = at - 1;
    }
}

/// Takes the element at `i` and puts the last one in its place. Aborts if there is none.
public fun swap_remove<Element>(v: &mut vector<Element>, i: u64): Element {
    let n = v.length();
    assert!(n > 0, EINDEX_OUT_OF_BOUNDS);
    v.swap(i, n - 1);
    v.pop_back()
}

/// All but the first `n` elements; empty if there are no more than `n`.
public fun skip<T: drop>(mut v: vector<T>, n: u64): vector<T> {
    let mut kept = vector[];
    while (v.length() > n) kept.push_back(v.pop_back());
    kept.reverse();
    kept
}

/// The first `n` elements. Aborts if there are fewer.
public fun take<T: drop>(mut v: vector<T>, n: u64): vector<T> {
    assert!(v.length() >= n);
    while (v.length() > n) {
        v.pop_back();
    };
    v
}

/// The elements of the inner vectors, one after the other.
public fun flatten<T>(mut v: vector<vector<T>>): vector<T> {
    let mut all = vector[];
    v.reverse();
    while (!v.is_empty()) all.append(v.pop_back());
    v.destroy_empty();
    all
}

// === Building and consuming ===

/// `[f(0), f(1), ..., f(n - 1)]`.
public macro fun tabulate<$T>($n: u64, $f: |u64| -> $T): vector<$T> {
    let mut v = vector[];
    let n = $n;
    n.do!(|i| v.push_back($f(i)));
    v
}

/// Consumes the vector from its end, handing each element to `$f`.
public macro fun destroy<$T, $R: drop>($v: vector<$T>, $f: |$T| -> $R) {
    let mut v = $v;
    v.length().do!(|_| $f(v.pop_back()));
    v.destroy_empty();
}

/// Consumes the vector from its start, handing each element to `$f`.
public macro fun do<$T, $R: drop>($v: vector<$T>, $f: |$T| -> $R) {
    let mut v = $v;
    v.reverse();
    v.length().do!(|_| $f(v.pop_back()));
    v.destroy_empty();
}

/// Shows each element to `$f`, in order.
public macro fun do_ref<$T, $R: drop>($v: &vector<$T>, $f: |&$T| -> $R) {
    let v = $v;
    v.length().do!(|i| $f(&v[i]))
}

/// Lets `$f` change each element, in order.
public macro fun do_mut<$T, $R: drop>($v: &mut vector<$T>, $f: |&mut $T| -> $R) {
    let v = $v;
    v.length().do!(|i| $f(&mut v[i]))
}

/// The results of `$f` on each element, which it consumes.
public macro fun map<$T, $U>($v: vector<$T>, $f: |$T| -> $U): vector<$U> {
    let v = $v;
    let mut r = vector[];
    v.do!(|e| r.push_back($f(e)));
    r
}

/// The results of `$f` on each element.
public macro fun map_ref<$T, $U>($v: &vector<$T>, $f: |&$T| -> $U): vector<$U> {
    let v = $v;
    let mut r = vector[];
    v.do_ref!(|e| r.push_back($f(e)));
    r
}

/// The elements for which `$f` holds; the others are dropped.
public macro fun filter<$T: drop>($v: vector<$T>, $f: |&$T| -> bool): vector<$T> {
    let v = $v;
    let mut r = vector[];
    v.do!(|e| if ($f(&e)) r.push_back(e));
    r
}

/// The elements for which `$f` holds, and the others.
public macro fun partition<$T>($v: vector<$T>, $f: |&$T| -> bool): (vector<$T>, vector<$T>) {
    let v = $v;
    let mut r1 = vector[];
    let mut r2 = vector[];
    v.do!(|e| if ($f(&e)) r1.push_back(e) else r2.push_back(e));
    (r1, r2)
}

/// Carries a value through the elements: `f(...f(f(init, v[0]), v[1])..., v[n - 1])`.
public macro fun fold<$T, $Acc>($v: vector<$T>, $init: $Acc, $f: |$Acc, $T| -> $Acc): $Acc {
    let v = $v;
    let mut acc = $init;
    v.do!(|e| acc = $f(acc, e));
    acc
}

/// The leading elements for which `$p` holds; the rest is dropped.
public macro fun take_while<$T: drop>($v: vector<$T>, $p: |&$T| -> bool): vector<$T> {
    let v = $v;
    'take: {
        let mut r = vector[];
        v.do!(|e| if ($p(&e)) r.push_back(e) else return 'take r);
        r
    }
}

/// What follows the leading elements for which `$p` holds.
public macro fun skip_while<$T: drop>($v: vector<$T>, $p: |&$T| -> bool): vector<$T> {
    let mut v = $v;
    v.reverse();
    let mut i = v.length();
    while (i > 0) {
        i = i - 1;
        if ($p(&v[i])) v.pop_back() else break;
    };
    v.reverse();
    v
}

// === Searching ===

/// The first index whose element satisfies `$f`.
public macro fun find_index<$T>($v: &vector<$T>, $f: |&$T| -> bool): Option<u64> {
    let v = $v;
    'search: {
        v.length().do!(|i| if ($f(&v[i])) return 'search option::some(i));
        option::none()
    }
}

/// Every index whose element satisfies `$f`.
public macro fun find_indices<$T>($v: &vector<$T>, $f: |&$T| -> bool): vector<u64> {
    let v = $v;
    let mut indices = vector[];
    v.length().do!(|i| if ($f(&v[i])) indices.push_back(i));
    indices
}

/// How many elements satisfy `$f`.
public macro fun count<$T>($v: &vector<$T>, $f: |&$T| -> bool): u64 {
    let v = $v;
    let mut count = 0;
    v.do_ref!(|e| if ($f(e)) count = count + 1);
    count
}

/// Whether some element satisfies `$f`; false on an empty vector.
public macro fun any<$T>($v: &vector<$T>, $f: |&$T| -> bool): bool {
    let v = $v;
    'search: {
        v.do_ref!(|e| if ($f(e)) return 'search true);
        false
    }
}

/// Whether every element satisfies `$f`; true on an empty vector.
public macro fun all<$T>($v: &vector<$T>, $f: |&$T| -> bool): bool {
    let v = $v;
    'search: {
        v.do_ref!(|e| if (!$f(e)) return 'search false);
        true
    }
}

// === Pairs; each aborts if the vectors differ in length ===

/// Consumes both vectors from their start, pair by pair.
public macro fun zip_do<$T1, $T2, $R: drop>(
    $v1: vector<$T1>,
    $v2: vector<$T2>,
    $f: |$T1, $T2| -> $R,
) {
    let v1 = $v1;
    let mut v2 = $v2;
    v2.reverse();
    let len = v1.length();
    assert!(len == v2.length());
    v1.do!(|el1| $f(el1, v2.pop_back()));
    v2.destroy_empty();
}

/// Consumes both vectors from their end, pair by pair.
public macro fun zip_do_reverse<$T1, $T2, $R: drop>(
    $v1: vector<$T1>,
    $v2: vector<$T2>,
    $f: |$T1, $T2| -> $R,
) {
    let v1 = $v1;
    let mut v2 = $v2;
    let len = v1.length();
    assert!(len == v2.length());
    v1.destroy!(|el1| $f(el1, v2.pop_back()));
}

/// Shows each pair to `$f`, in order.
public macro fun zip_do_ref<$T1, $T2, $R: drop>(
    $v1: &vector<$T1>,
    $v2: &vector<$T2>,
    $f: |&$T1, &$T2| -> $R,
) {
    let v1 = $v1;
    let v2 = $v2;
    let len = v1.length();
    assert!(len == v2.length());
    len.do!(|i| $f(&v1[i], &v2[i]));
}

/// Lets `$f` change each pair, in order.
public macro fun zip_do_mut<$T1, $T2, $R: drop>(
    $v1: &mut vector<$T1>,
    $v2: &mut vector<$T2>,
    $f: |&mut $T1, &mut $T2| -> $R,
) {
    let v1 = $v1;
    let v2 = $v2;
    let len = v1.length();
    assert!(len == v2.length());
    len.do!(|i| $f(&mut v1[i], &mut v2[i]));
}

/// The results of `$f` on each pair, which it consumes.
public macro fun zip_map<$T1, $T2, $U>(
    $v1: vector<$T1>,
    $v2: vector<$T2>,
    $f: |$T1, $T2| -> $U,
): vector<$U> {
    let mut r = vector[];
    zip_do!($v1, $v2, |el1, el2| r.push_back($f(el1, el2)));
    r
}

/// The results of `$f` on each pair.
public macro fun zip_map_ref<$T1, $T2, $U>(
    $v1: &vector<$T1>,
    $v2: &vector<$T2>,
    $f: |&$T1, &$T2| -> $U,
): vector<$U> {
    let mut r = vector[];
    zip_do_ref!($v1, $v2, |el1, el2| r.push_back($f(el1, el2)));
    r
}

// === Sorting; `$le(a, b)` says whether a may stand before b ===

/// Stable in-place sort for short or nearly sorted vectors.
public macro fun insertion_sort_by<$T>($v: &mut vector<$T>, $le: |&$T, &$T| -> bool) {
    let v = $v;
    let n = v.length();
    if (n < 2) return;
    let mut i = 1;
    while (i < n) {
        let mut j = i;
        while (j > 0 && !$le(&v[j - 1], &v[j])) {
            v.swap(j, j - 1);
            j = j - 1;
        };
        i = i + 1;
    }
}

/// Stable in-place sort: merges runs of 1, 2, 4, ... elements.
public macro fun merge_sort_by<$T>($v: &mut vector<$T>, $le: |&$T, &$T| -> bool) {
    let all = $v;
    let n = all.length();
    let mut run = 1;
    while (run < n) {
        let mut start = 0;
        while (start + run < n) {
            let end = n.min(start + 2 * run);
            // all[left..right] and all[right..end] are sorted; everything before `left` is merged.
            let mut left = start;
            let mut right = start + run;
            while (left < right && right < end) {
                if (!$le(&all[left], &all[right])) {
                    let mut i = right;
                    while (i > left) {
                        all.swap(i - 1, i);
                        i = i - 1;
                    };
                    right = right + 1;
                };
                left = left + 1;
            };
            start = end;
        };
        run = run * 2;
    }
}

/// Whether every neighbouring pair is in order.
public macro fun is_sorted_by<$T>($v: &vector<$T>, $le: |&$T, &$T| -> bool): bool {
    let v = $v;
    let n_minus_1 = v.length().max(1) - 1;
    'search: {
        n_minus_1.do!(|i| if (!$le(&v[i], &v[i + 1])) return 'search false);
        true
    }
}
