/// A cursor over bytes that never reads past its input. The protocol's decoders are built on it.
///
/// A decoder knows the length of its structure and checks it first, with the error that
/// docs/spec/protocol.md names. The errors of this module are the second line of defence: they are
/// what a decoder meets that reads more or less than it checked.
module corridor::reader;

use sui::address;

/// The input ends before the value that is read does.
const EUnexpectedEnd: u64 = 1;
/// The input goes on after the last value.
const ETrailingBytes: u64 = 2;

public struct Reader has drop {
    bytes: vector<u8>,
    /// Offset of the next byte to read, at most the length of `bytes`.
    at: u64,
}

/// A reader at the start of `bytes`.
public(package) fun new(bytes: vector<u8>): Reader {
    Reader { bytes, at: 0 }
}

/// Reads one byte.
public(package) fun read_u8(self: &mut Reader): u8 {
    let at = self.advance(1);
    self.bytes[at]
}

/// Reads a big-endian integer of 4 bytes.
public(package) fun read_u32(self: &mut Reader): u32 {
    let at = self.advance(4);
    let bytes = &self.bytes;
    ((bytes[at] as u32) << 24) |
        ((bytes[at + 1] as u32) << 16) |
        ((bytes[at + 2] as u32) << 8) |
        (bytes[at + 3] as u32)
}

/// Reads a big-endian integer of 8 bytes.
public(package) fun read_u64(self: &mut Reader): u64 {
    let at = self.advance(8);
    let bytes = &self.bytes;
    ((bytes[at] as u64) << 56) |
        ((bytes[at + 1] as u64) << 48) |
        ((bytes[at + 2] as u64) << 40) |
        ((bytes[at + 3] as u64) << 32) |
        ((bytes[at + 4] as u64) << 24) |
        ((bytes[at + 5] as u64) << 16) |
        ((bytes[at + 6] as u64) << 8) |
        (bytes[at + 7] as u64)
}

/// Reads 32 bytes as they stand.
public(package) fun read_word(self: &mut Reader): address {
    let at = self.advance(32);
    let bytes = &self.bytes;
    // A vector literal leaves its elements on the stack and packs them with one instruction: 6
    // instructions a byte, against 15 for a loop that pushes them.
    address::from_bytes(vector[
        bytes[at],
        bytes[at + 1],
        bytes[at + 2],
        bytes[at + 3],
        bytes[at + 4],
        bytes[at + 5],
        bytes[at + 6],
        bytes[at + 7],
        bytes[at + 8],
        bytes[at + 9],
        bytes[at + 10],
        bytes[at + 11],
        bytes[at + 12],
        bytes[at + 13],
        bytes[at + 14],
        bytes[at + 15],
        bytes[at + 16],
        bytes[at + 17],
        bytes[at + 18],
        bytes[at + 19],
        bytes[at + 20],
        bytes[at + 21],
        bytes[at + 22],
        bytes[at + 23],
        bytes[at + 24],
        bytes[at + 25],
        bytes[at + 26],
        bytes[at + 27],
        bytes[at + 28],
        bytes[at + 29],
        bytes[at + 30],
        bytes[at + 31],
    ])
}

/// Steps over `count` bytes.
public(package) fun skip(self: &mut Reader, count: u64) {
    self.advance(count);
}

/// How many bytes are left to read.
public(package) fun remaining(self: &Reader): u64 {
    self.bytes.length() - self.at
}

/// Reads all bytes that are left. No native cuts a vector, so they are moved, for 9 instructions a
/// byte.
public(package) fun read_rest(self: Reader): vector<u8> {
    let Reader { bytes, mut at } = self;
    let length = bytes.length();
    let mut rest = vector[];
    // Eight bytes a turn, which spreads the loop's own bookkeeping over them.
    while (length - at >= 8) {
        rest.push_back(bytes[at]);
        rest.push_back(bytes[at + 1]);
        rest.push_back(bytes[at + 2]);
        rest.push_back(bytes[at + 3]);
        rest.push_back(bytes[at + 4]);
        rest.push_back(bytes[at + 5]);
        rest.push_back(bytes[at + 6]);
        rest.push_back(bytes[at + 7]);
        at = at + 8;
    };
    while (at < length) {
        rest.push_back(bytes[at]);
        at = at + 1;
    };
    rest
}

/// Ends the reading and gives the input back.
///
/// Aborts with `ETrailingBytes` if a byte has not been read.
public(package) fun finish(self: Reader): vector<u8> {
    let Reader { bytes, at } = self;
    assert!(at == bytes.length(), ETrailingBytes);
    bytes
}

/// Claims the next `count` bytes and returns the offset of the first.
///
/// Aborts with `EUnexpectedEnd` if there are fewer.
fun advance(self: &mut Reader, count: u64): u64 {
    let at = self.at;
    // Written so that no count can overflow: `at` never exceeds the length.
    assert!(count <= self.bytes.length() - at, EUnexpectedEnd);
    self.at = at + count;
    at
}
