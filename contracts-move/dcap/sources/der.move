/// DER within one element, docs/spec/dcap.md section 4: definite lengths in the shortest form, at most
/// two bytes of length, nothing beyond the parent.
///
/// Functions take the bytes, the offset of what is read and the end of the parent, which is within the
/// bytes. A fault aborts with the number of the rule that the caller names.
module dcap::der;

use dcap::bytes;

/// Enters the element at `at`: the offset of its content, and its end.
///
/// Aborts with `rule` on another tag, a length not in its shortest form, or an end beyond `end`.
public(package) fun element(bytes: &vector<u8>, at: u64, end: u64, tag: u8, rule: u64): (u64, u64) {
    assert!(end - at >= 2 && bytes[at] == tag, rule);
    let first = bytes[at + 1] as u64;
    // One byte of length below 128; 81 and a byte for 128 to 255; 82 and two bytes up to 65,535.
    if (first < 0x80) {
        let content = at + 2;
        assert!(first <= end - content, rule);
        return (content, content + first)
    };
    let (content, length) = if (first == 0x81) {
        assert!(end - at >= 3, rule);
        let length = bytes[at + 2] as u64;
        assert!(length >= 0x80, rule);
        (at + 3, length)
    } else {
        assert!(first == 0x82 && end - at >= 4, rule);
        let length = ((bytes[at + 2] as u64) << 8) | (bytes[at + 3] as u64);
        assert!(length >= 0x100, rule);
        (at + 4, length)
    };
    assert!(length <= end - content, rule);
    (content, content + length)
}

/// Enters the element at `at`, after which its parent has no other: the offset of its content, which
/// ends at `end`.
///
/// Aborts with `rule` as `element`, or if it ends before `end`.
public(package) fun last(bytes: &vector<u8>, at: u64, end: u64, tag: u8, rule: u64): u64 {
    let (content, content_end) = element(bytes, at, end, tag, rule);
    assert!(content_end == end, rule);
    content
}

/// Steps over the bytes at `at`, which are `expected`: the offset behind them.
///
/// Aborts with `rule` if they are not.
public(package) fun expect(
    bytes: &vector<u8>,
    at: u64,
    end: u64,
    expected: vector<u8>,
    rule: u64,
): u64 {
    assert!(bytes::has(bytes, at, end, &expected), rule);
    at + expected.length()
}

/// The value of an INTEGER whose content is the bytes from `at` up to `end`, not negative, with at most
/// `max_bytes` bytes of value, which is at most 32.
///
/// Aborts with `rule` if it is empty, negative, not minimal or too long.
public(package) fun integer(
    bytes: &vector<u8>,
    at: u64,
    end: u64,
    max_bytes: u64,
    rule: u64,
): u256 {
    assert!(at < end && bytes[at] < 0x80, rule);
    let mut i = at;
    if (bytes[at] == 0 && end - at > 1) {
        // The zero is there to keep the next byte from being a sign, or it is needless.
        i = at + 1;
        assert!(bytes[i] >= 0x80, rule);
    };
    let count = end - i;
    assert!(count <= max_bytes, rule);
    // From 12 bytes on a word and a mask cost less than a loop.
    if (count >= 12 && end >= 32) {
        let word = bytes::read_u256(bytes, end - 32);
        return if (count == 32) word else word & ((1 << ((count * 8) as u8)) - 1)
    };
    let mut value = 0;
    while (i < end) {
        value = (value << 8) | (bytes[i] as u256);
        i = i + 1;
    };
    value
}
