#[test_only]
module corridor::tag_tests;

use corridor::tag;
use std::unit_test::assert_eq;
use sui::hash;

#[test]
fun tags_are_the_hashes_of_their_names() {
    assert_eq!(tag::message().to_bytes(), hash::keccak256(&b"corridor.message.v1"));
    assert_eq!(tag::statement().to_bytes(), hash::keccak256(&b"corridor.statement.v1"));
    assert_eq!(tag::registration().to_bytes(), hash::keccak256(&b"corridor.registration.v1"));
    assert_eq!(tag::revocation().to_bytes(), hash::keccak256(&b"corridor.revocation.v1"));
}
