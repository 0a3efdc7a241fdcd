#[test_only]
module corridor::equivocation_tests;

use corridor::{
    claims,
    equivocation::EquivocationProven,
    fixtures,
    merkle,
    statement::{Self, Statement},
    world::{Self, World}
};
use std::unit_test::assert_eq;
use sui::event;

const FIRST: u64 = 0x0001_000000000000;
const A: address = @0xaaaa;
const B: address = @0xbbbb;

fun start(): World {
    let mut world = world::ready(true);
    3u64.do!(|i| world.register(claims::claim(i)));
    world
}

/// Reports that `key_a` signed leaf A and `key_b` leaf `leaf_b` for the same nonce.
fun report(world: &mut World, key_a: u64, key_b: u64, leaf_b: address) {
    let a = world.statement(FIRST, vector[A]);
    let b = world.statement(FIRST, vector[leaf_b]);
    let signature_a = fixtures::sign(key_a, &a.encode());
    let signature_b = fixtures::sign(key_b, &b.encode());
    world.report(FIRST, &a, signature_a, A, &b, signature_b, leaf_b);
}

/// A statement of one leaf about another outbox.
fun elsewhere(world: &World, leaf: address): Statement {
    let (evm, sui) = (fixtures::evm_chain(), fixtures::sui_chain());
    let root = merkle::root(vector[leaf]);
    statement::new(evm, @0xee, sui, world.inbox_id(), 1, @0xa, 1, FIRST, 1, root)
}

fun accept_again(world: &World, keys: vector<u64>) {
    world.accept(&world.statement(FIRST, vector[@0xc]), keys);
}

#[test]
fun equivocator_is_revoked() {
    let mut world = start();
    report(&mut world, 1, 1, B);
    assert!(!world.counts(claims::signer_of(1)));
    assert_eq!(event::events_by_type<EquivocationProven>().length(), 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origin::EOriginPaused)]
fun origin_is_paused() {
    let mut world = start();
    report(&mut world, 1, 1, B);
    accept_again(&world, vector[2, 3]);
    world.end();
}

#[test, expected_failure(abort_code = corridor::origin::EOriginPaused)]
fun origin_is_paused_even_while_the_guardian_cannot() {
    let mut world = start();
    world.pause_origin(fixtures::evm_chain());
    world.end_origin_pause(fixtures::evm_chain());
    report(&mut world, 1, 1, B);
    accept_again(&world, vector[2, 3]);
    world.end();
}

#[test]
fun key_that_did_not_count_pauses_nothing() {
    let mut world = start();
    // A stranger's, and one that resigned.
    let epoch = world.registry().revocation_epoch();
    report(&mut world, 50, 50, B);
    assert_eq!(world.registry().revocation_epoch(), epoch);
    world.resign(0, claims::signer_of(1));
    report(&mut world, 1, 1, B);
    assert_eq!(world.registry().revocation_epoch(), epoch + 1);
    accept_again(&world, vector[2, 3]);
    world.end();
}

#[test]
fun equivocation_on_another_lane_revokes_and_pauses_nothing_here() {
    let mut world = start();
    let a = elsewhere(&world, A);
    let b = elsewhere(&world, B);
    let signature_a = fixtures::sign(1, &a.encode());
    let signature_b = fixtures::sign(1, &b.encode());
    world.report(FIRST, &a, signature_a, A, &b, signature_b, B);
    assert!(!world.counts(claims::signer_of(1)));
    accept_again(&world, vector[2, 3]);
    world.end();
}

#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun two_signers_may_differ() {
    let mut world = start();
    report(&mut world, 1, 2, B);
    world.end();
}

#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun same_leaf_twice_is_none() {
    let mut world = start();
    report(&mut world, 1, 1, A);
    world.end();
}

#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun two_lanes_may_differ() {
    let mut world = start();
    let a = world.statement(FIRST, vector[A]);
    let b = elsewhere(&world, B);
    let signature_a = fixtures::sign(1, &a.encode());
    let signature_b = fixtures::sign(1, &b.encode());
    world.report(FIRST, &a, signature_a, A, &b, signature_b, B);
    world.end();
}

#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun nonce_is_not_before_the_run() {
    let mut world = start();
    let a = world.statement(FIRST + 1, vector[A]);
    let b = world.statement(FIRST, vector[B]);
    let signature_a = fixtures::sign(1, &a.encode());
    let signature_b = fixtures::sign(1, &b.encode());
    world.report(FIRST, &a, signature_a, A, &b, signature_b, B);
    world.end();
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun leaf_is_the_statements() {
    let mut world = start();
    let a = world.statement(FIRST, vector[A]);
    let b = world.statement(FIRST, vector[A]);
    let signature = fixtures::sign(1, &a.encode());
    world.report(FIRST, &a, signature, A, &b, signature, B);
    world.end();
}

#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun nonce_is_not_behind_the_run() {
    let mut world = start();
    let a = world.statement(FIRST, vector[A]);
    let b = world.statement(FIRST, vector[B]);
    let signature_a = fixtures::sign(1, &a.encode());
    let signature_b = fixtures::sign(1, &b.encode());
    world.report(FIRST + 1, &a, signature_a, A, &b, signature_b, B);
    world.end();
}

/// The order of rules is that of EVM: equal leaves are found before a signature is looked at.
#[test, expected_failure(abort_code = corridor::equivocation::ENoEquivocation)]
fun equal_leaves_come_before_signatures() {
    let mut world = start();
    let a = world.statement(FIRST, vector[A]);
    let b = world.statement(FIRST, vector[A]);
    world.report(FIRST, &a, vector[], A, &b, vector[], A);
    world.end();
}
