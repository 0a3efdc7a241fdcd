/// What guardian and governance may do to the registry at once: docs/spec/contracts.md section 3. All of it
/// tightens. Each call raises both epochs (`corridor::criteria`), so that no key counts until it is judged
/// again and no kept root opens; or it aborts, where nothing would change.
///
/// Whoever tightens should have keys judged again in the same transaction: delivery stands still in between.
module corridor::tightening;

use corridor::{authority::Guard, registry::Registry};
use sui::event;

/// What was done, by the name of the function; `number` and `value` are its arguments, or zero.
public struct Tightened has copy, drop {
    what: vector<u8>,
    number: u64,
    value: address,
}

/// Removes an operator. Governance can admit it again, under its old index.
///
/// Aborts with `corridor::criteria::ENoChange`.
public fun remove_operator(registry: &mut Registry, _: &Guard, operator: ID) {
    registry.criteria_mut().remove_operator(operator);
    announce(b"remove_operator", 0, operator.to_address());
}

/// Removes a verifier, for ever under this number.
///
/// Aborts with `corridor::criteria::ENoChange`.
public fun remove_verifier(registry: &mut Registry, _: &Guard, number: u32) {
    registry.criteria_mut().remove_verifier(number);
    announce(b"remove_verifier", number as u64, @0x0);
}

/// Removes an entry of the allow list, for ever under this number.
///
/// Aborts with `corridor::criteria::ENoChange`.
public fun remove_entry(registry: &mut Registry, _: &Guard, number: u32) {
    registry.criteria_mut().remove_entry(number);
    announce(b"remove_entry", number as u64, @0x0);
}

/// Denies an advisory (kind 1, its number), a platform (2, its id) or a family (3, left-aligned).
///
/// Aborts with `corridor::criteria::EInvalidSubject`, `corridor::criteria::ENoChange`.
public fun deny(registry: &mut Registry, _: &Guard, kind: u8, value: address) {
    registry.criteria_mut().deny(kind, value);
    announce(b"deny", kind as u64, value);
}

/// From now on platforms (2) or families (3) must be listed.
///
/// Aborts with `corridor::criteria::EInvalidSubject`, `corridor::criteria::ENoChange`.
public fun demand_listing(registry: &mut Registry, _: &Guard, kind: u8) {
    registry.criteria_mut().demand_listing(kind);
    announce(b"demand_listing", kind as u64, @0x0);
}

/// Raises the minimum evaluation number.
///
/// Aborts with `corridor::criteria::ENoChange`.
public fun raise_minimum(registry: &mut Registry, _: &Guard, evaluation_number: u32) {
    registry.criteria_mut().raise_minimum(evaluation_number);
    announce(b"raise_minimum", evaluation_number as u64, @0x0);
}

/// Takes a TCB status from those accepted.
///
/// Aborts with `corridor::criteria::EInvalidTcbStatus`, `corridor::criteria::ENoChange`.
public fun refuse_status(registry: &mut Registry, _: &Guard, status: u8) {
    registry.criteria_mut().refuse_status(status);
    announce(b"refuse_status", status as u64, @0x0);
}

fun announce(what: vector<u8>, number: u64, value: address) {
    event::emit(Tightened { what, number, value });
}
