/// Printing for tests. A published package cannot link to it.
module std::debug;

/// Prints `x`. Not visible under the WASM test runner.
public native fun print<T>(x: &T);

/// Prints the call stack.
public native fun print_stack_trace();
