/// A small set: a vector without duplicates. Every operation takes time in proportion to its size.
module sui::vec_set;

/// The element is in the set.
const EKeyAlreadyExists: u64 = 0;
/// The element is not in the set.
const EKeyDoesNotExist: u64 = 1;

/// Elements in the order of insertion.
public struct VecSet<K: copy + drop> has copy, drop, store {
    contents: vector<K>,
}

/// Without elements.
public fun empty<K: copy + drop>(): VecSet<K> {
    VecSet { contents: vector[] }
}

/// With one element.
public fun singleton<K: copy + drop>(key: K): VecSet<K> {
    VecSet { contents: vector[key] }
}

/// Adds an element. Aborts with `EKeyAlreadyExists`.
public fun insert<K: copy + drop>(self: &mut VecSet<K>, key: K) {
    assert!(!self.contains(&key), EKeyAlreadyExists);
    self.contents.push_back(key)
}

/// Takes an element away. Aborts with `EKeyDoesNotExist`.
public fun remove<K: copy + drop>(self: &mut VecSet<K>, key: &K) {
    let (found, i) = self.contents.index_of(key);
    assert!(found, EKeyDoesNotExist);
    self.contents.remove(i);
}

/// Whether the element is in the set.
public fun contains<K: copy + drop>(self: &VecSet<K>, key: &K): bool {
    self.contents.contains(key)
}

/// Number of elements.
public fun length<K: copy + drop>(self: &VecSet<K>): u64 {
    self.contents.length()
}

/// Whether there are no elements.
public fun is_empty<K: copy + drop>(self: &VecSet<K>): bool {
    self.contents.is_empty()
}

/// The elements.
public fun into_keys<K: copy + drop>(self: VecSet<K>): vector<K> {
    let VecSet { contents } = self;
    contents
}

/// A set of the elements. Aborts with `EKeyAlreadyExists` on a duplicate.
public fun from_keys<K: copy + drop>(mut keys: vector<K>): VecSet<K> {
    let mut set = empty();
    keys.reverse();
    while (!keys.is_empty()) set.insert(keys.pop_back());
    set
}

/// The elements.
public fun keys<K: copy + drop>(self: &VecSet<K>): &vector<K> {
    &self.contents
}

/// Number of elements.
#[deprecated(note = b"Use `length`.")]
public fun size<K: copy + drop>(self: &VecSet<K>): u64 {
    self.length()
}
