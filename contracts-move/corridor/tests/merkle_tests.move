#[test_only]
module corridor::merkle_tests;

use corridor::{fixtures, merkle};
use std::unit_test::assert_eq;
use sui::{address, hash};

fun leaf(index: u64): address {
    merkle::plain_leaf(0x0001_000000000000 + index, address::from_u256(0xabcd + (index as u256)))
}

fun leaves(count: u64): vector<address> {
    vector::tabulate!(count, |i| leaf(i))
}

fun hashed(parts: vector<vector<u8>>): address {
    address::from_bytes(hash::keccak256(&fixtures::join(parts)))
}

fun node(left: address, right: address): address {
    hashed(vector[x"01", left.to_bytes(), right.to_bytes()])
}

/// The nodes of the level above.
fun parents(level: &vector<address>): vector<address> {
    vector::tabulate!((level.length() + 1) / 2, |i| {
        if (2 * i + 1 < level.length()) node(level[2 * i], level[2 * i + 1]) else level[2 * i]
    })
}

/// The proof of a leaf, read off the levels of the tree rather than by the walk of the verifier.
fun prove(count: u64, mut index: u64): vector<u8> {
    let mut proof = vector[];
    let mut level = leaves(count);
    while (level.length() > 1) {
        let sibling = if (index % 2 == 1) index - 1 else index + 1;
        if (sibling < level.length()) proof.append(level[sibling].to_bytes());
        level = parents(&level);
        index = index / 2;
    };
    proof
}

#[test]
fun leaves_are_hashed_under_their_prefix() {
    assert_eq!(
        merkle::plain_leaf(0x0102030405060708, @0xabcd),
        hashed(vector[x"00", x"0102030405060708", @0xabcd.to_bytes()]),
    );
    assert_eq!(
        merkle::confidential_leaf(0x0102030405060708, @0xabcd, @0xef01),
        hashed(vector[x"02", x"0102030405060708", @0xabcd.to_bytes(), @0xef01.to_bytes()]),
    );
}

#[test]
fun roots_hold_the_count() {
    let l = leaves(5);
    assert_eq!(merkle::root(vector[l[0]]), hashed(vector[x"03", x"00000001", l[0].to_bytes()]));
    assert_eq!(
        merkle::root(vector[l[0], l[1]]),
        hashed(vector[x"03", x"00000002", node(l[0], l[1]).to_bytes()]),
    );
    assert_eq!(
        merkle::root(vector[l[0], l[1], l[2]]),
        hashed(vector[x"03", x"00000003", node(node(l[0], l[1]), l[2]).to_bytes()]),
    );
    let four = node(node(l[0], l[1]), node(l[2], l[3]));
    assert_eq!(merkle::root(l), hashed(vector[x"03", x"00000005", node(four, l[4]).to_bytes()]));
}

#[test]
fun root_is_that_of_the_levels_up_to_256() {
    vector[1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 256].do!(|count| {
        let mut level = leaves(count);
        while (level.length() > 1) level = parents(&level);
        let bytes = vector[(count / 256) as u8, (count % 256) as u8];
        let expected = hashed(vector[x"03", x"0000", bytes, level[0].to_bytes()]);
        assert_eq!(merkle::root(leaves(count)), expected);
    });
}

#[test]
fun every_leaf_verifies_at_its_index() {
    vector[1, 2, 3, 4, 5, 6, 7, 8, 9].do!(|count| {
        let root = merkle::root(leaves(count));
        count.do!(|index| merkle::verify(root, leaf(index), index, count, prove(count, index)));
    });
}

#[test]
fun first_and_last_of_256_verify() {
    let root = merkle::root(leaves(256));
    merkle::verify(root, leaf(0), 0, 256, prove(256, 0));
    merkle::verify(root, leaf(255), 255, 256, prove(256, 255));
}

/// A proof that is as long as another index and count demand leads to another root; one that is not
/// breaks `InvalidProofLength`.
#[test]
fun no_proof_holds_for_another_index_or_count() {
    // The proof of each index for each count from 1 to 9; none for 0.
    let proofs = vector::tabulate!(10, |count| vector::tabulate!(count, |i| prove(count, i)));
    9u64.do!(|i| {
        let count = i + 1;
        let root = merkle::root(leaves(count));
        count.do!(|index| {
            let proof = proofs[count][index];
            9u64.do!(|j| {
                let other_count = j + 1;
                other_count.do!(|other_index| {
                    let is_own = other_index == index && other_count == count;
                    if (!is_own && proofs[other_count][other_index].length() == proof.length()) {
                        let implied = merkle::implied_root(
                            leaf(index),
                            other_index,
                            other_count,
                            proof,
                        );
                        assert!(implied != root);
                    };
                });
            });
        });
    });
}

#[test]
fun no_other_leaf_or_sibling_leads_to_the_root() {
    let count = 7;
    let root = merkle::root(leaves(count));
    count.do!(|index| {
        let proof = prove(count, index);
        count.do!(|other| {
            let implied = merkle::implied_root(leaf(other), index, count, proof);
            assert_eq!(implied == root, other == index);
        });
        proof.length().do!(|at| {
            let implied = merkle::implied_root(
                leaf(index),
                index,
                count,
                fixtures::flipped(proof, at, 0x80),
            );
            assert!(implied != root);
        });
    });
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidLeafCount)]
fun root_refuses_no_leaves() {
    merkle::root(vector[]);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidLeafCount)]
fun root_refuses_257_leaves() {
    merkle::root(leaves(257));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidLeafCount)]
fun verify_refuses_count_0() {
    merkle::verify(leaf(0), leaf(0), 0, 0, vector[]);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidLeafCount)]
fun verify_refuses_count_257() {
    merkle::verify(leaf(0), leaf(0), 0, 257, fixtures::filler(9 * 32));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofIndex)]
fun verify_refuses_an_index_at_the_count() {
    merkle::verify(merkle::root(leaves(3)), leaf(2), 3, 3, prove(3, 2));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofIndex)]
fun verify_refuses_the_highest_index() {
    merkle::verify(merkle::root(leaves(3)), leaf(2), 0xffffffffffffffff, 3, prove(3, 2));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofLength)]
fun verify_refuses_a_missing_sibling() {
    let proof = fixtures::slice(&prove(5, 2), 0, 64);
    merkle::verify(merkle::root(leaves(5)), leaf(2), 2, 5, proof);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofLength)]
fun verify_refuses_a_missing_byte() {
    let proof = fixtures::slice(&prove(5, 2), 0, 95);
    merkle::verify(merkle::root(leaves(5)), leaf(2), 2, 5, proof);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofLength)]
fun verify_refuses_an_extra_sibling() {
    let proof = fixtures::join(vector[prove(5, 2), leaf(3).to_bytes()]);
    merkle::verify(merkle::root(leaves(5)), leaf(2), 2, 5, proof);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofLength)]
fun verify_refuses_an_extra_byte() {
    merkle::verify(merkle::root(leaves(1)), leaf(0), 0, 1, x"00");
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun verify_refuses_another_leaf() {
    merkle::verify(merkle::root(leaves(5)), leaf(3), 2, 5, prove(5, 2));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun verify_refuses_another_index() {
    merkle::verify(merkle::root(leaves(5)), leaf(2), 3, 5, prove(5, 2));
}

/// The first leaf of three and of four have proofs of the same shape.
#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun verify_refuses_another_count_of_the_same_shape() {
    merkle::verify(merkle::root(leaves(3)), leaf(0), 0, 4, prove(3, 0));
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun verify_refuses_a_node_as_a_leaf() {
    let l = leaves(4);
    let proof = node(l[2], l[3]).to_bytes();
    merkle::verify(merkle::root(l), node(l[0], l[1]), 0, 2, proof);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun verify_refuses_the_top_node_as_root() {
    merkle::verify(leaf(0), leaf(0), 0, 1, vector[]);
}
