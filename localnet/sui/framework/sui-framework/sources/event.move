/// Events, by which a transaction tells the world what it did.
module sui::event;

/// Emits an event. The bytecode verifier lets only the module that defines `T` do so.
public native fun emit<T: copy + drop>(event: T);

/// Number of events so far.
#[test_only]
public native fun num_events(): u32;

/// Events of one type so far.
#[test_only]
public native fun events_by_type<T: copy + drop>(): vector<T>;
