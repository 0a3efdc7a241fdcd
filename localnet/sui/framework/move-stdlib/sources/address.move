/// Constants about addresses; conversions live in `sui::address`.
module std::address;

/// Length of an address in bytes.
public fun length(): u64 {
    32
}
