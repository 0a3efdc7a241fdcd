/// Tests that end in an abort which tells what they saw: of a test, the abort code is the one number that Sui's test
/// runner prints.
module observed::show;

use std::{bcs, hash};

/// 60 bits of a value's hash. The highest bits stay clear: codes with the first of them set have another meaning.
public fun digest<T>(value: &T): u64 {
    let bytes = hash::sha2_256(bcs::to_bytes(value));
    let mut code = 0;
    let mut i = 0;
    while (i < 8) {
        code = (code << 8) | (bytes[i] as u64);
        i = i + 1;
    };
    code >> 4
}

/// Ends a test with a value.
public macro fun show<$T>($value: $T) {
    let value = $value;
    abort observed::show::digest(&value)
}

/// Adds a value to what is shown at the end.
public fun log<T: drop>(seen: &mut vector<u8>, value: T) {
    seen.append(bcs::to_bytes(&value))
}
