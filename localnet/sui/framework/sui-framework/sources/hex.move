/// Hexadecimal text.
module sui::hex;

/// The text has an odd number of digits.
const EInvalidHexLength: u64 = 0;
/// A character is no hexadecimal digit.
const ENotValidHexCharacter: u64 = 1;

const DIGITS: vector<u8> = b"0123456789abcdef";

/// Two lower-case digits a byte.
public fun encode(bytes: vector<u8>): vector<u8> {
    let digits = DIGITS;
    let mut text = vector[];
    let mut i = 0;
    while (i < bytes.length()) {
        text.push_back(digits[(bytes[i] >> 4) as u64]);
        text.push_back(digits[(bytes[i] & 0x0F) as u64]);
        i = i + 1;
    };
    text
}

/// One byte for two digits of either case. Aborts with `EInvalidHexLength` or `ENotValidHexCharacter`.
public fun decode(hex: vector<u8>): vector<u8> {
    let n = hex.length();
    assert!(n % 2 == 0, EInvalidHexLength);
    let mut bytes = vector[];
    let mut i = 0;
    while (i < n) {
        bytes.push_back((digit_value(hex[i]) << 4) | digit_value(hex[i + 1]));
        i = i + 2;
    };
    bytes
}

fun digit_value(c: u8): u8 {
    if (48 <= c && c <= 57) {
        c - 48 // 0 to 9
    } else if (65 <= c && c <= 70) {
        c - 55 // A to F
    } else if (97 <= c && c <= 102) {
        c - 87 // a to f
    } else {
        abort ENotValidHexCharacter
    }
}
