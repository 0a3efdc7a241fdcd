/// A witness that only the module defining a type can make.
module std::internal;

/// Proof that its holder was handed authority over `T` by the module that defines `T`.
public struct Permit<phantom T>() has drop;

/// A permit for `T`. The bytecode verifier lets only the module that defines `T` call this.
public fun permit<T>(): Permit<T> {
    Permit()
}
