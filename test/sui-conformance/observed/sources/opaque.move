/// Values that the compiler cannot see through, so that it does not compute with them itself.
module observed::opaque;

/// `value` again.
public fun of<T>(value: T): T {
    value
}
