#[test_only]
module corridor::recipient_tests;

use corridor::{fixtures, recipient};
use std::{ascii::String, unit_test};

fun text(length: u64): String {
    vector::tabulate!(length, |_| 97).to_ascii_string()
}

fun publish(objects: u64, flags: u64, types: u64, name: u64, type_length: u64) {
    let mut cap = recipient::new(&mut tx_context::dummy());
    cap.publish_discovery(
        @0xcafe,
        b"app".to_ascii_string(),
        text(name),
        vector::tabulate!(types, |_| text(type_length)),
        vector::tabulate!(objects, |i| sui::address::from_u256(i as u256).to_id()),
        vector::tabulate!(flags, |i| i % 2 == 0),
    );
    // Another record takes its place.
    cap.publish_discovery(
        @0xcafe,
        b"app".to_ascii_string(),
        b"receive".to_ascii_string(),
        vector[],
        vector[fixtures::sui_address().to_id()],
        vector[true],
    );
    unit_test::destroy(cap);
}

#[test]
fun records_in_their_bounds() {
    publish(16, 16, 16, 128, 1_024);
}

#[test, expected_failure(abort_code = corridor::recipient::EInvalidDiscovery)]
fun objects_are_at_most_16() {
    publish(17, 17, 0, 1, 1);
}

#[test, expected_failure(abort_code = corridor::recipient::EInvalidDiscovery)]
fun type_arguments_are_at_most_16() {
    publish(0, 0, 17, 1, 1);
}

#[test, expected_failure(abort_code = corridor::recipient::EInvalidDiscovery)]
fun names_are_at_most_128_bytes() {
    publish(0, 0, 0, 129, 1);
}

#[test, expected_failure(abort_code = corridor::recipient::EInvalidDiscovery)]
fun type_arguments_are_at_most_1024_bytes() {
    publish(0, 0, 1, 1, 1_025);
}

#[test, expected_failure(abort_code = corridor::recipient::EInvalidDiscoveryObjects)]
fun mutability_is_said_of_each_object() {
    publish(2, 1, 0, 1, 1);
}
