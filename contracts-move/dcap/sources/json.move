/// Reading a document that Intel signed, byte for byte, against the grammar of docs/spec/dcap.md section 6.
///
/// A document is held in words of 32 bytes, the first byte in the least significant place: a
/// `vector<u256>`, whose BCS bytes are those of the document after its count. So a transaction passes it
/// as it stands, one native call gives the bytes that were signed, and 32 bytes are looked at together:
/// `window` costs 30 instructions, after which a comparison costs the same for 1 byte and for 30.
///
/// A literal is one word: up to 31 bytes of text, and their number in the last byte.
module dcap::json;

use dcap::{bytes, time};
use std::{bcs, string};

/// The words do not hold a document of the length stated: another number of words, or bytes behind its
/// end that are not zero.
const EInvalidWords: u64 = 201;

/// `"`
const QUOTE: u256 = 0x0100000000000000000000000000000000000000000000000000000000000022;
/// `,`
const COMMA: u256 = 0x010000000000000000000000000000000000000000000000000000000000002c;
/// `]`
const END_OF_ARRAY: u256 = 0x010000000000000000000000000000000000000000000000000000000000005d;

const QUOTE_BYTE: u256 = 0x22;
const TEXT_OF_LITERAL: u256 = 0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;

/// The same value in each byte: the top bit, bytes that are compared with, masks.
const TOP_BITS: u256 = 0x8080808080808080808080808080808080808080808080808080808080808080;
const ONES: u256 = 0x0101010101010101010101010101010101010101010101010101010101010101;
const SPACES: u256 = 0x2020202020202020202020202020202020202020202020202020202020202020;
const QUOTES: u256 = 0x2222222222222222222222222222222222222222222222222222222222222222;
const BACKSLASHES: u256 = 0x5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c;
const DELETES: u256 = 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f;
const ZEROS: u256 = 0x3030303030303030303030303030303030303030303030303030303030303030;
const SMALL_A: u256 = 0x6161616161616161616161616161616161616161616161616161616161616161;
/// `9` and `f` with the top bit.
const NINES_AND_TOP_BITS: u256 = 0xb9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9b9;
const SMALL_F_AND_TOP_BITS: u256 =
    0xe6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6;
const HIGH_NIBBLES: u256 = 0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0;
const LOW_NIBBLES: u256 = 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;

/// Every other run of 1, 2, 4, 8 and 16 bytes.
const BYTES: u256 = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
const PAIRS: u256 = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
const QUADS: u256 = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
const OCTETS: u256 = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
const HALF: u256 = 0xffffffffffffffffffffffffffffffff;
const EIGHT_BYTES: u256 = 0xffffffffffffffff;
const FOUR_BYTES: u256 = 0xffffffff;
const TWO_BYTES: u256 = 0xffff;

/// `"YYYY-MM-DDTHH:MM:SSZ"`: its length; what is not a digit, with its places; the places of the digits,
/// and 6 in each.
const DATE_LENGTH: u64 = 22;
const DATE_MARKS: u256 = 0x225a00003a00003a00005400002d00002d0000000022;
const DATE_MARK_PLACES: u256 = 0xffff0000ff0000ff0000ff0000ff0000ff00000000ff;
const DATE_DIGIT_PLACES: u256 = 0x0000ffff00ffff00ffff00ffff00ffff00ffffffff00;
const DATE_SIXES: u256 = 0x00000606000606000606000606000606000606060600;

/// A document and how far it is read.
public struct Json has drop, store {
    /// One more than the document has, which is zero, so that a window never ends beyond them.
    words: vector<u256>,
    /// In bytes.
    length: u64,
    /// Offset of the next byte to read.
    at: u64,
    /// The rule that is broken where the document is not of the grammar.
    malformed: u64,
}

/// A document of `length` bytes in `words`. The bytes of the last word behind its end are zero.
///
/// Aborts with `EInvalidWords` if the words do not have that length.
public(package) fun new(mut words: vector<u256>, length: u64, malformed: u64): Json {
    let count = words.length();
    assert!(count == (length + 31) / 32, EInvalidWords);
    let used = length % 32;
    assert!(used == 0 || words[count - 1] >> ((used * 8) as u8) == 0, EInvalidWords);
    words.push_back(0);
    Json { words, length, at: 0, malformed }
}

/// The bytes of the document.
public(package) fun document(self: &Json): vector<u8> {
    let mut bytes = bcs::to_bytes(&self.words);
    // The count of words that BCS puts first has to go, and no native cuts bytes; but one cuts text.
    let count_length = bytes.length() - 32 * self.words.length();
    let mut i = 0;
    while (i < count_length) {
        *&mut bytes[i] = 0x20;
        i = i + 1;
    };
    let (start, end) = (count_length, count_length + self.length);
    let text = string::try_utf8(bytes);
    if (text.is_some()) {
        text.destroy_some().substring(start, end).into_bytes()
    } else {
        // No document of Intel's, but whoever signed it is still to be checked first.
        bytes::slice(&bcs::to_bytes(&self.words), start, end)
    }
}

/// Steps over `literal`.
///
/// Aborts with the rule of the document if it does not come next.
public(package) fun expect(self: &mut Json, literal: u256) {
    assert!(self.skip(literal), self.malformed);
}

/// Steps over `literal` if it comes next, and says whether it did.
public(package) fun skip(self: &mut Json, literal: u256): bool {
    let bits = ((literal >> 248) as u8) * 8;
    let is_next = self.window() & ((1 << bits) - 1) == literal & TEXT_OF_LITERAL;
    if (is_next) self.at = self.at + ((bits / 8) as u64);
    is_next
}

/// Steps over what follows an element of an array: whether another one does.
public(package) fun has_next(self: &mut Json): bool {
    if (self.skip(END_OF_ARRAY)) return false;
    self.expect(COMMA);
    true
}

/// Checks that the document ends here.
public(package) fun finish(self: &Json) {
    assert!(self.at == self.length, self.malformed);
}

/// Reads a decimal integer without sign or leading zero, at most `max`.
public(package) fun read_int(self: &mut Json, max: u64): u64 {
    let mut window = self.window();
    let mut value = 0;
    let mut count = 0;
    loop {
        let byte = (window & 0xff) as u64;
        if (byte < 0x30 || byte > 0x39) break;
        // The value is zero behind another digit where that digit is a leading zero.
        assert!(count == 0 || value != 0, self.malformed);
        value = value * 10 + byte - 0x30;
        assert!(value <= max, self.malformed);
        count = count + 1;
        window = window >> 8;
    };
    assert!(count != 0, self.malformed);
    self.at = self.at + count;
    value
}

/// Reads a text of at most 64 printable characters without escapes and the quote behind it; the quote
/// before it is read. Its first 32 and its last 32 bytes, the first byte in the least significant place.
public(package) fun read_text(self: &mut Json): (u256, u256) {
    let window = self.window();
    let (low, count) = plain(window);
    if (count < 32) {
        self.finish_text(window, count);
        return (low, 0)
    };
    self.at = self.at + 32;
    let window = self.window();
    let (high, count) = plain(window);
    if (count < 32) {
        self.finish_text(window, count);
    } else {
        self.at = self.at + 32;
        self.expect(QUOTE);
    };
    (low, high)
}

/// Reads `count` bytes, at most 16, in hex digits of either case, and the quote behind them; the quote
/// before them is read. The first byte is in the least significant place.
public(package) fun read_quoted_hex(self: &mut Json, count: u64): u128 {
    let value = self.read_hex(count);
    self.expect(QUOTE);
    value
}

/// As `read_quoted_hex` for 32 or 48 bytes, 16 in each number; the third is zero for 32.
public(package) fun read_long_hex(self: &mut Json, count: u64): (u128, u128, u128) {
    let first = self.read_hex(16);
    let second = self.read_hex(16);
    let third = if (count == 48) self.read_hex(16) else 0;
    self.expect(QUOTE);
    (first, second, third)
}

/// Reads `count` bytes, 1 to 16, in hex digits without quotes.
public(package) fun read_hex(self: &mut Json, count: u64): u128 {
    let mut digits = self.window();
    if (count < 16) {
        // Only so many digits; zeros in place of the rest.
        let bits = (count * 16) as u8;
        digits = (digits & ((1 << bits) - 1)) | (ZEROS << bits);
    };
    assert!(digits & TOP_BITS == 0, self.malformed);
    // A comparison of all bytes: the top bit is what is left of it where nothing had to be borrowed.
    let decimal = ((digits | TOP_BITS) - ZEROS) & (NINES_AND_TOP_BITS - digits);
    let small = digits | SPACES;
    let letter = ((small | TOP_BITS) - SMALL_A) & (SMALL_F_AND_TOP_BITS - small) & TOP_BITS;
    assert!((decimal | letter) & TOP_BITS == TOP_BITS, self.malformed);
    self.at = self.at + 2 * count;
    // The low half of a letter's code is its value less 9.
    let nibbles = (digits & LOW_NIBBLES) + (letter >> 7) * 9;
    let spread = ((nibbles & BYTES) << 4) | ((nibbles >> 8) & BYTES);
    let pairs = (spread | (spread >> 8)) & PAIRS;
    let quads = (pairs | (pairs >> 16)) & QUADS;
    let octets = (quads | (quads >> 32)) & OCTETS;
    ((octets | (octets >> 64)) & HALF) as u128
}

/// Reads a quoted date `YYYY-MM-DDTHH:MM:SSZ`, in seconds since 1970.
public(package) fun read_date(self: &mut Json): u64 {
    let window = self.window();
    let malformed = self.malformed;
    assert!(window & DATE_MARK_PLACES == DATE_MARKS, malformed);
    let digits = window & DATE_DIGIT_PLACES;
    let values = digits & LOW_NIBBLES;
    // Digits are 30 to 39: the high half is 3, and the low half stays below 10 with 6 added.
    assert!(
        digits - values == DATE_DIGIT_PLACES & ZEROS && (values + DATE_SIXES) & HIGH_NIBBLES == 0,
        malformed,
    );
    // Each digit ten times, and the one behind it: no sum of two digits exceeds a byte.
    let numbers = values * 10 + (values >> 8);
    self.at = self.at + DATE_LENGTH;
    time::seconds(
        number(numbers >> 8) * 100 + number(numbers >> 24),
        number(numbers >> 48),
        number(numbers >> 72),
        number(numbers >> 96),
        number(numbers >> 120),
        number(numbers >> 144),
        malformed,
    )
}

/// The 32 bytes that come next, the first in the least significant place; zero behind the end.
public(package) fun window(self: &Json): u256 {
    let at = self.at;
    let words = &self.words;
    let index = at >> 5;
    let shift = ((at & 31) << 3) as u8;
    let first = words[index] >> shift;
    if (shift == 0) return first;
    first | (words[index + 1] << (248 - shift + 8))
}

/// Steps over `count` bytes that the caller saw in the window.
public(package) fun advance(self: &mut Json, count: u64) {
    self.at = self.at + count;
}

/// The rule that is broken where the document is not of the grammar.
public(package) fun malformed(self: &Json): u64 {
    self.malformed
}

/// Steps over the last `count` characters of a text, below 32, and the quote behind them.
fun finish_text(self: &mut Json, window: u256, count: u8) {
    assert!((window >> (count * 8)) & 0xff == QUOTE_BYTE, self.malformed);
    self.at = self.at + (count as u64) + 1;
}

/// The printable characters other than quote and backslash that a window starts with, and their number.
fun plain(window: u256): (u256, u8) {
    // The top bit of each byte that may stand in a text; none of the subtractions borrows.
    let allowed =
        ((window | TOP_BITS) - SPACES) &
        (((window ^ QUOTES) | TOP_BITS) - ONES) &
        (((window ^ BACKSLASHES) | TOP_BITS) - ONES) &
        (((window ^ DELETES) | TOP_BITS) - ONES);
    let mut other = ((allowed ^ TOP_BITS) | window) & TOP_BITS;
    if (other == 0) return (window, 32);
    let mut count = 0;
    if (other & HALF == 0) {
        count = 16;
        other = other >> 128;
    };
    if (other & EIGHT_BYTES == 0) {
        count = count + 8;
        other = other >> 64;
    };
    if (other & FOUR_BYTES == 0) {
        count = count + 4;
        other = other >> 32;
    };
    if (other & TWO_BYTES == 0) {
        count = count + 2;
        other = other >> 16;
    };
    if (other & 0xff == 0) count = count + 1;
    (window & ((1 << (count * 8)) - 1), count)
}

/// The lowest byte.
fun number(numbers: u256): u64 {
    (numbers & 0xff) as u64
}
