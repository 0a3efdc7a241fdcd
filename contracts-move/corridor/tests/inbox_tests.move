/// Statements accepted and kept, messages delivered.
#[test_only]
module corridor::inbox_tests;

use corridor::{
    claims,
    fixtures,
    inbox::{Self, MessageDelivered, RootKept},
    merkle,
    message::{Self, Message},
    policy,
    recipient::{Self, RecipientCap},
    statement::{Self, Statement},
    tightening,
    world::{Self, World}
};
use std::unit_test::{Self, assert_eq};
use sui::event;

const FIRST: u64 = 0x0001_000000000000;

/// A network with three registered keys (1, 2 and 3) and a recipient.
fun start(): (World, RecipientCap) {
    let mut world = world::ready(true);
    3u64.do!(|i| world.register(claims::claim(i)));
    let cap = recipient::new(world.scenario().ctx());
    (world, cap)
}

fun end(world: World, cap: RecipientCap) {
    unit_test::destroy(cap);
    world.end();
}

fun message(cap: &RecipientCap, sequence: u64): Message {
    world::message_to(object::id_address(cap), sequence)
}

/// A statement about messages 0 and 1, and their ids.
fun pair(world: &World, cap: &RecipientCap): (Statement, vector<address>) {
    let messages = vector[message(cap, 0), message(cap, 1)];
    let leaves = messages.map_ref!(|m| world::leaf(m));
    let ids = messages.map_ref!(|m| m.id(fixtures::evm_address()));
    (world.statement(FIRST, leaves), ids)
}

fun single(world: &World, cap: &RecipientCap): Statement {
    world.statement(FIRST, vector[world::leaf(&message(cap, 0))])
}

/// A statement with the fields of `single` but for those named.
fun other(
    world: &World,
    origin_chain: u64,
    outbox: address,
    destination: u64,
    inbox: address,
    time: u64,
    nonce: u64,
): Statement {
    let _ = world;
    statement::new(origin_chain, outbox, destination, inbox, 100, @0xa, time, nonce, 1, @0xb)
}

// Accepting.

#[test]
fun quorum_accepts_a_statement() {
    let (world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2, 3]);
    assert!(*accepted.accepted_quorum() == policy::quorum(3, 3, 3, 1));
    assert_eq!(accepted.accepted_statement().digest(), statement.digest());
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongDestination)]
fun statement_is_for_this_chain() {
    let (world, cap) = start();
    let inbox = world.inbox_id();
    let evm = fixtures::evm_chain();
    let out = fixtures::evm_address();
    let statement = other(&world, evm, out, 0x53000000_4c78adac, inbox, world.now(), FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongDestination)]
fun statement_is_for_this_inbox() {
    let (world, cap) = start();
    let out = fixtures::evm_address();
    let sui = fixtures::sui_chain();
    let statement = other(&world, fixtures::evm_chain(), out, sui, @0xbad, world.now(), FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongDestination)]
fun nothing_is_accepted_before_the_set_up_is_over() {
    let mut world = world::declared(true);
    world.configure();
    let cap = recipient::new(world.scenario().ctx());
    let statement = single(&world, &cap);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EUnknownOrigin)]
fun origin_is_served() {
    let (world, cap) = start();
    let (out, sui, inbox) = (fixtures::evm_address(), fixtures::sui_chain(), world.inbox_id());
    let statement = other(&world, 1, out, sui, inbox, world.now(), FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::origin::EWrongOutbox)]
fun outbox_is_the_origins() {
    let (world, cap) = start();
    let (evm, sui, inbox) = (fixtures::evm_chain(), fixtures::sui_chain(), world.inbox_id());
    let statement = other(&world, evm, @0xbad, sui, inbox, world.now(), FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::origin::EWrongGeneration)]
fun generation_is_the_origins() {
    let (world, cap) = start();
    let (evm, out) = (fixtures::evm_chain(), fixtures::evm_address());
    let (sui, inbox) = (fixtures::sui_chain(), world.inbox_id());
    let statement = other(&world, evm, out, sui, inbox, world.now(), 0x0002_000000000000);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::origin::EOriginPaused)]
fun paused_origin_accepts_nothing() {
    let (mut world, cap) = start();
    world.pause_origin(fixtures::evm_chain());
    let statement = single(&world, &cap);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test]
fun anchor_is_at_most_15_minutes_ahead() {
    let (world, cap) = start();
    let (evm, out) = (fixtures::evm_chain(), fixtures::evm_address());
    let (sui, inbox) = (fixtures::sui_chain(), world.inbox_id());
    let statement = other(&world, evm, out, sui, inbox, world.now() + 900, FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EAnchorInFuture)]
fun anchor_is_no_further_ahead() {
    let (world, cap) = start();
    let (evm, out) = (fixtures::evm_chain(), fixtures::evm_address());
    let (sui, inbox) = (fixtures::sui_chain(), world.inbox_id());
    let statement = other(&world, evm, out, sui, inbox, world.now() + 901, FIRST);
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ERootVoided)]
fun voided_statement_is_not_accepted() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let guard = world.guard();
    world.inbox().void_root(&guard, statement.digest());
    world.accept(&statement, vector[1, 2]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EVoidedAlready)]
fun statement_is_voided_once() {
    let (mut world, cap) = start();
    let guard = world.guard();
    world.inbox().void_root(&guard, @0x1);
    world.inbox().void_root(&guard, @0x1);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::policy::EQuorumNotReached)]
fun one_signer_less_is_refused() {
    let (world, cap) = start();
    let statement = single(&world, &cap);
    world.accept(&statement, vector[1]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::policy::EQuorumNotReached)]
fun one_operator_with_many_keys_is_refused() {
    let (mut world, cap) = start();
    world.register(claims::claim(3));
    let statement = single(&world, &cap);
    // Keys 1 and 4 are both operator 0's.
    world.accept(&statement, vector[1, 4]);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::policy::EQuorumNotReached)]
fun one_machine_with_many_keys_is_refused() {
    let (mut world, cap) = start();
    world.register(claims::claim(4).with_platform(@0xb0b0));
    let statement = single(&world, &cap);
    // Key 5 is operator 1's, on the machine of key 1.
    world.accept(&statement, vector[1, 5]);
    end(world, cap);
}

#[test]
fun stranger_among_the_signers_does_no_harm() {
    let (world, cap) = start();
    let statement = single(&world, &cap);
    world.accept(&statement, vector[1, 2, 50]);
    end(world, cap);
}

// Delivering.

#[test]
fun run_is_delivered_with_proofs() {
    let (mut world, cap) = start();
    let (statement, ids) = pair(&world, &cap);
    let leaves = vector[world::leaf(&message(&cap, 0)), world::leaf(&message(&cap, 1))];
    let accepted = world.accept(&statement, vector[1, 2]);
    2u64.do!(|i| {
        assert!(!world.inbox().is_delivered(fixtures::evm_chain(), FIRST + i));
        let proof = leaves[1 - i].to_bytes();
        let received = world.deliver(&accepted, i, proof, message(&cap, i)).consume(&cap);
        assert_eq!(received.message_id(), ids[i]);
        assert_eq!(*received.message().body(), b"body");
        assert!(*received.quorum() == policy::quorum(2, 2, 2, 1));
        assert!(world.inbox().is_delivered(fixtures::evm_chain(), FIRST + i));
    });
    assert_eq!(event::events_by_type<MessageDelivered>().length(), 2);
    end(world, cap);
}

#[test]
fun run_is_delivered_by_proven_ids() {
    let (mut world, cap) = start();
    let (statement, ids) = pair(&world, &cap);
    let mut accepted = world.accept(&statement, vector[1, 2]);
    inbox::prove_run(&mut accepted, ids);
    2u64.do!(|i| {
        let received = world.deliver_proven(&accepted, i, message(&cap, i)).consume(&cap);
        assert_eq!(received.message_id(), ids[i]);
    });
    end(world, cap);
}

#[test]
fun every_nonce_of_a_word_is_spent_by_itself() {
    let (mut world, cap) = start();
    // The last nonce of one word of bits and the first of the next.
    vector[0, 1, 254, 255, 256, 511].do!(|sequence| {
        let m = message(&cap, sequence);
        let statement = world.statement(FIRST + sequence, vector[world::leaf(&m)]);
        let accepted = world.accept(&statement, vector[1, 2]);
        world.deliver(&accepted, 0, vector[], m).consume(&cap);
    });
    assert!(!world.inbox().is_delivered(fixtures::evm_chain(), FIRST + 2));
    assert!(world.inbox().is_delivered(fixtures::evm_chain(), FIRST + 511));
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EAlreadyDelivered)]
fun message_is_delivered_once() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.deliver(&accepted, 0, vector[], message(&cap, 0)).consume(&cap);
    world.deliver(&accepted, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EAlreadyDelivered)]
fun overlapping_statement_delivers_nothing_twice() {
    let (mut world, cap) = start();
    let (both, ids) = pair(&world, &cap);
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.deliver(&accepted, 0, vector[], message(&cap, 0)).consume(&cap);
    let mut accepted = world.accept(&both, vector[1, 2]);
    inbox::prove_run(&mut accepted, ids);
    world.deliver_proven(&accepted, 1, message(&cap, 1)).consume(&cap);
    world.deliver_proven(&accepted, 0, message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::delivery::ENotTheRecipient)]
fun delivery_is_for_one_capability() {
    let (mut world, cap) = start();
    let stranger = recipient::new(world.scenario().ctx());
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.deliver(&accepted, 0, vector[], message(&cap, 0)).consume(&stranger);
    abort
}

/// Delivers message 0 of `single` as changed.
fun deliver_changed(origin: u64, destination: u64, nonce: u64, kind: u8, index: u64) {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    let m = message::new(
        kind,
        origin,
        destination,
        nonce,
        @0xabc,
        object::id_address(&cap),
        100_000,
        b"body",
    );
    world.deliver(&accepted, index, vector[], m).consume(&cap);
    end(world, cap);
}

#[test]
fun unchanged_message_is_delivered() {
    deliver_changed(fixtures::evm_chain(), fixtures::sui_chain(), FIRST, 0, 0);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongMessageChain)]
fun origin_is_the_statements() {
    deliver_changed(1, fixtures::sui_chain(), FIRST, 0, 0);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongMessageChain)]
fun destination_is_the_statements() {
    deliver_changed(fixtures::evm_chain(), 0x53000000_4c78adac, FIRST, 0, 0);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongMessageNonce)]
fun nonce_is_first_and_index() {
    deliver_changed(fixtures::evm_chain(), fixtures::sui_chain(), FIRST + 1, 0, 0);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongMessageNonce)]
fun nonce_before_the_first_is_none_of_the_run() {
    deliver_changed(fixtures::evm_chain(), fixtures::sui_chain(), FIRST - 1, 0, 0);
}

#[test, expected_failure(abort_code = corridor::inbox::EUnsupportedKind)]
fun confidential_message_is_refused() {
    deliver_changed(fixtures::evm_chain(), fixtures::sui_chain(), FIRST, 1, 0);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofIndex)]
fun index_is_within_the_run() {
    deliver_changed(fixtures::evm_chain(), fixtures::sui_chain(), FIRST + 1, 0, 1);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProof)]
fun message_that_nobody_sent_is_refused() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    let m = message::new(
        0,
        fixtures::evm_chain(),
        fixtures::sui_chain(),
        FIRST,
        @0xabc,
        object::id_address(&cap),
        100_000,
        b"bodY",
    );
    world.deliver(&accepted, 0, vector[], m).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::merkle::EInvalidProofLength)]
fun proof_has_no_extra_node() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    let proof = @0x1.to_bytes();
    world.deliver(&accepted, 0, proof, message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongMessageCount)]
fun ids_are_of_all_messages() {
    let (world, cap) = start();
    let (statement, mut ids) = pair(&world, &cap);
    let mut accepted = world.accept(&statement, vector[1, 2]);
    ids.pop_back();
    inbox::prove_run(&mut accepted, ids);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::EWrongRoot)]
fun ids_make_the_root() {
    let (world, cap) = start();
    let (statement, mut ids) = pair(&world, &cap);
    let mut accepted = world.accept(&statement, vector[1, 2]);
    ids.swap(0, 1);
    inbox::prove_run(&mut accepted, ids);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ENotProven)]
fun ids_must_be_proven_first() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.deliver_proven(&accepted, 0, message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ENotProven)]
fun proven_id_is_the_messages() {
    let (mut world, cap) = start();
    let (statement, ids) = pair(&world, &cap);
    let mut accepted = world.accept(&statement, vector[1, 2]);
    inbox::prove_run(&mut accepted, ids);
    let m = message::new(
        0,
        fixtures::evm_chain(),
        fixtures::sui_chain(),
        FIRST,
        @0xabc,
        object::id_address(&cap),
        100_000,
        b"bodY",
    );
    world.deliver_proven(&accepted, 0, m).consume(&cap);
    end(world, cap);
}

// Kept roots.

#[test]
fun kept_root_delivers_without_signatures() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&accepted);
    // Keys that expire later do not matter.
    world.advance(31 * 86_400);
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test]
fun second_acceptance_raises_the_counts() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let two = world.accept(&statement, vector[1, 2]);
    let three = world.accept(&statement, vector[1, 2, 3]);
    world.inbox().keep(&three);
    world.inbox().keep(&two);
    let restored = world.inbox().restore(statement.encode());
    assert_eq!(restored.accepted_quorum().signers(), 3);
    assert_eq!(event::events_by_type<RootKept>().length(), 2);
    end(world, cap);
}

#[test]
fun acceptance_under_a_later_epoch_replaces_the_counts() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let three = world.accept(&statement, vector[1, 2, 3]);
    world.inbox().keep(&three);
    let guard = world.guard();
    world.registry().revoke(&guard, 1, claims::signer_of(3));
    let two = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&two);
    assert_eq!(world.inbox().restore(statement.encode()).accepted_quorum().signers(), 2);
    // What was accepted before does not come back.
    world.inbox().keep(&three);
    let restored = world.inbox().restore(statement.encode());
    assert_eq!(restored.accepted_quorum().signers(), 2);
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ERootNotKept)]
fun root_must_be_kept() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    world.inbox().restore(statement.encode());
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ERootStale)]
fun kept_root_closes_with_a_revocation() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2, 3]);
    world.inbox().keep(&accepted);
    let guard = world.guard();
    world.registry().revoke(&guard, 1, claims::signer_of(3));
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ERootStale)]
fun acceptance_does_not_outlive_a_tightening_in_its_transaction() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    let guard = world.guard();
    tightening::raise_minimum(world.registry(), &guard, 1);
    world.deliver(&accepted, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::policy::EQuorumNotReached)]
fun kept_root_must_meet_the_present_policy() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&accepted);
    world.set_policy(fixtures::evm_chain(), 3, 3, 3, 1);
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::inbox::ERootVoided)]
fun voided_root_does_not_deliver() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&accepted);
    let guard = world.guard();
    world.inbox().void_root(&guard, statement.digest());
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test, expected_failure(abort_code = corridor::origin::EOriginPaused)]
fun paused_origin_does_not_deliver_from_a_kept_root() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&accepted);
    world.pause_origin(fixtures::evm_chain());
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test]
fun pause_loses_nothing() {
    let (mut world, cap) = start();
    let statement = single(&world, &cap);
    let accepted = world.accept(&statement, vector[1, 2]);
    world.inbox().keep(&accepted);
    world.pause_origin(fixtures::evm_chain());
    world.end_origin_pause(fixtures::evm_chain());
    let restored = world.inbox().restore(statement.encode());
    world.deliver(&restored, 0, vector[], message(&cap, 0)).consume(&cap);
    end(world, cap);
}

#[test]
fun merkle_root_of_one_leaf_is_no_leaf() {
    let (world, cap) = start();
    let leaf = world::leaf(&message(&cap, 0));
    assert!(merkle::root(vector[leaf]) != leaf);
    end(world, cap);
}
