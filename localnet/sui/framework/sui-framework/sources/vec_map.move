/// A small map: a vector without duplicate keys. Every operation takes time in proportion to its size.
module sui::vec_map;

/// The key is in the map.
const EKeyAlreadyExists: u64 = 0;
/// The key is not in the map.
const EKeyDoesNotExist: u64 = 1;
/// There are entries where there must be none.
const EMapNotEmpty: u64 = 2;
/// An index lies outside the map.
const EIndexOutOfBounds: u64 = 3;
/// There are no entries.
const EMapEmpty: u64 = 4;
/// Keys and values differ in number.
const EUnequalLengths: u64 = 5;

/// Entries in the order of insertion.
public struct VecMap<K: copy, V> has copy, drop, store {
    contents: vector<Entry<K, V>>,
}

/// A key and its value.
public struct Entry<K: copy, V> has copy, drop, store {
    key: K,
    value: V,
}

/// Without entries.
public fun empty<K: copy, V>(): VecMap<K, V> {
    VecMap { contents: vector[] }
}

/// Adds an entry. Aborts with `EKeyAlreadyExists`.
public fun insert<K: copy, V>(self: &mut VecMap<K, V>, key: K, value: V) {
    assert!(!self.contains(&key), EKeyAlreadyExists);
    self.contents.push_back(Entry { key, value })
}

/// Takes an entry away. Aborts with `EKeyDoesNotExist`.
public fun remove<K: copy, V>(self: &mut VecMap<K, V>, key: &K): (K, V) {
    let i = self.get_idx(key);
    self.remove_entry_by_idx(i)
}

/// Takes the last entry away. Aborts with `EMapEmpty`.
public fun pop<K: copy, V>(self: &mut VecMap<K, V>): (K, V) {
    assert!(!self.is_empty(), EMapEmpty);
    let Entry { key, value } = self.contents.pop_back();
    (key, value)
}

/// The value under `key`, also written `&mut map[key]`. Aborts with `EKeyDoesNotExist`.
#[syntax(index)]
public fun get_mut<K: copy, V>(self: &mut VecMap<K, V>, key: &K): &mut V {
    let i = self.get_idx(key);
    &mut self.contents[i].value
}

/// The value under `key`, also written `&map[key]`. Aborts with `EKeyDoesNotExist`.
#[syntax(index)]
public fun get<K: copy, V>(self: &VecMap<K, V>, key: &K): &V {
    let i = self.get_idx(key);
    &self.contents[i].value
}

/// A copy of the value under `key`, if there is one.
public fun try_get<K: copy, V: copy>(self: &VecMap<K, V>, key: &K): Option<V> {
    let i = self.position(key);
    if (i < self.length()) option::some(self.contents[i].value) else option::none()
}

/// Whether there is an entry under `key`.
public fun contains<K: copy, V>(self: &VecMap<K, V>, key: &K): bool {
    self.position(key) < self.length()
}

/// Number of entries.
public fun length<K: copy, V>(self: &VecMap<K, V>): u64 {
    self.contents.length()
}

/// Whether there are no entries.
public fun is_empty<K: copy, V>(self: &VecMap<K, V>): bool {
    self.contents.is_empty()
}

/// Destroys it. Aborts with `EMapNotEmpty`.
public fun destroy_empty<K: copy, V>(self: VecMap<K, V>) {
    let VecMap { contents } = self;
    assert!(contents.is_empty(), EMapNotEmpty);
    contents.destroy_empty()
}

/// The keys and the values, in the same order.
public fun into_keys_values<K: copy, V>(self: VecMap<K, V>): (vector<K>, vector<V>) {
    let VecMap { mut contents } = self;
    let mut keys = vector[];
    let mut values = vector[];
    contents.reverse();
    while (!contents.is_empty()) {
        let Entry { key, value } = contents.pop_back();
        keys.push_back(key);
        values.push_back(value);
    };
    contents.destroy_empty();
    (keys, values)
}

/// A map of keys to values. Aborts with `EUnequalLengths`, or with `EKeyAlreadyExists` on a duplicate.
public fun from_keys_values<K: copy, V>(mut keys: vector<K>, mut values: vector<V>): VecMap<K, V> {
    assert!(keys.length() == values.length(), EUnequalLengths);
    let mut map = empty();
    keys.reverse();
    values.reverse();
    while (!keys.is_empty()) map.insert(keys.pop_back(), values.pop_back());
    keys.destroy_empty();
    values.destroy_empty();
    map
}

/// A copy of the keys.
public fun keys<K: copy, V>(self: &VecMap<K, V>): vector<K> {
    let mut keys = vector[];
    let mut i = 0;
    while (i < self.length()) {
        keys.push_back(self.contents[i].key);
        i = i + 1;
    };
    keys
}

/// Index of the entry under `key`, if there is one.
public fun get_idx_opt<K: copy, V>(self: &VecMap<K, V>, key: &K): Option<u64> {
    let i = self.position(key);
    if (i < self.length()) option::some(i) else option::none()
}

/// Index of the entry under `key`. Aborts with `EKeyDoesNotExist`.
public fun get_idx<K: copy, V>(self: &VecMap<K, V>, key: &K): u64 {
    let i = self.position(key);
    assert!(i < self.length(), EKeyDoesNotExist);
    i
}

/// The entry at `idx`. Aborts with `EIndexOutOfBounds`.
public fun get_entry_by_idx<K: copy, V>(self: &VecMap<K, V>, idx: u64): (&K, &V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let entry = &self.contents[idx];
    (&entry.key, &entry.value)
}

/// The entry at `idx`, its value to be changed. Aborts with `EIndexOutOfBounds`.
public fun get_entry_by_idx_mut<K: copy, V>(self: &mut VecMap<K, V>, idx: u64): (&K, &mut V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let entry = &mut self.contents[idx];
    (&entry.key, &mut entry.value)
}

/// Takes the entry at `idx` away. Aborts with `EIndexOutOfBounds`.
public fun remove_entry_by_idx<K: copy, V>(self: &mut VecMap<K, V>, idx: u64): (K, V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let Entry { key, value } = self.contents.remove(idx);
    (key, value)
}

/// Number of entries.
#[deprecated(note = b"Use `length`.")]
public fun size<K: copy, V>(self: &VecMap<K, V>): u64 {
    self.length()
}

/// Index of the entry under `key`, or the number of entries.
fun position<K: copy, V>(self: &VecMap<K, V>, key: &K): u64 {
    let mut i = 0;
    while (i < self.length() && &self.contents[i].key != key) i = i + 1;
    i
}
