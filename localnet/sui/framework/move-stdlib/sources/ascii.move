/// Strings of 7-bit characters.
module std::ascii;

/// `text.to_string()`: the same text as a UTF-8 string.
public use fun std::string::from_ascii as String.to_string;

/// A byte is not a 7-bit character.
const EInvalidASCIICharacter: u64 = 0x10000;
/// An index lies outside the string.
const EInvalidIndex: u64 = 0x10001;

/// Text whose bytes are all at most 0x7F.
public struct String has copy, drop, store {
    bytes: vector<u8>,
}

/// One 7-bit character.
public struct Char has copy, drop, store {
    byte: u8,
}

/// A character. Aborts with `EInvalidASCIICharacter`.
public fun char(byte: u8): Char {
    assert!(is_valid_char(byte), EInvalidASCIICharacter);
    Char { byte }
}

/// A string. Aborts with `EInvalidASCIICharacter`.
public fun string(bytes: vector<u8>): String {
    assert!(are_valid(&bytes), EInvalidASCIICharacter);
    String { bytes }
}

/// A string, or none if a byte is not a 7-bit character.
public fun try_string(bytes: vector<u8>): Option<String> {
    if (are_valid(&bytes)) option::some(String { bytes }) else option::none()
}

/// Whether every character can be printed.
public fun all_characters_printable(string: &String): bool {
    let n = string.length();
    let mut i = 0;
    while (i < n && is_printable_char(string.bytes[i])) i = i + 1;
    i == n
}

/// Adds a character at the end.
public fun push_char(string: &mut String, char: Char) {
    string.bytes.push_back(char.byte)
}

/// Takes the last character. Aborts if there is none.
public fun pop_char(string: &mut String): Char {
    Char { byte: string.bytes.pop_back() }
}

/// Number of characters.
public fun length(string: &String): u64 {
    string.bytes.length()
}

/// Adds `other` at the end.
public fun append(string: &mut String, other: String) {
    string.bytes.append(other.bytes)
}

/// Puts `o` before the character at `at`. Aborts with `EInvalidIndex`.
public fun insert(s: &mut String, at: u64, o: String) {
    let n = s.length();
    assert!(at <= n, EInvalidIndex);
    let mut joined = s.substring(0, at);
    joined.append(o);
    joined.append(s.substring(at, n));
    *s = joined
}

/// Characters `i` up to but not including `j`. Aborts with `EInvalidIndex`.
public fun substring(string: &String, mut i: u64, j: u64): String {
    assert!(i <= j && j <= string.length(), EInvalidIndex);
    let mut bytes = vector[];
    while (i < j) {
        bytes.push_back(string.bytes[i]);
        i = i + 1;
    };
    String { bytes }
}

/// The bytes.
public fun as_bytes(string: &String): &vector<u8> {
    &string.bytes
}

/// The bytes.
public fun into_bytes(string: String): vector<u8> {
    let String { bytes } = string;
    bytes
}

/// The byte of a character.
public fun byte(char: Char): u8 {
    char.byte
}

/// Whether `b` is a 7-bit character.
public fun is_valid_char(b: u8): bool {
    b < 0x80
}

/// Whether `byte` is a character that shows: space to tilde.
public fun is_printable_char(byte: u8): bool {
    0x20 <= byte && byte < 0x7F
}

/// Whether there are no characters.
public fun is_empty(string: &String): bool {
    string.bytes.is_empty()
}

/// The string with a to z raised.
public fun to_uppercase(string: &String): String {
    let mut bytes = string.bytes;
    let mut i = 0;
    while (i < bytes.length()) {
        if (0x61 <= bytes[i] && bytes[i] <= 0x7A) *&mut bytes[i] = bytes[i] - 0x20;
        i = i + 1;
    };
    String { bytes }
}

/// The string with A to Z lowered.
public fun to_lowercase(string: &String): String {
    let mut bytes = string.bytes;
    let mut i = 0;
    while (i < bytes.length()) {
        if (0x41 <= bytes[i] && bytes[i] <= 0x5A) *&mut bytes[i] = bytes[i] + 0x20;
        i = i + 1;
    };
    String { bytes }
}

/// Index of the first occurrence of `substr`, or the length if there is none.
public fun index_of(string: &String, substr: &String): u64 {
    let (n, m) = (string.length(), substr.length());
    let mut i = 0;
    while (i + m <= n) {
        let mut j = 0;
        while (j < m && string.bytes[i + j] == substr.bytes[j]) j = j + 1;
        if (j == m) return i;
        i = i + 1;
    };
    n
}

fun are_valid(bytes: &vector<u8>): bool {
    let n = bytes.length();
    let mut i = 0;
    while (i < n && is_valid_char(bytes[i])) i = i + 1;
    i == n
}
