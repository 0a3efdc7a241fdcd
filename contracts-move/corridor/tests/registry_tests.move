/// Registration, renewal, judgement and revocation.
#[test_only]
module corridor::registry_tests;

use corridor::{
    claims,
    evidence,
    fixtures,
    registry::{Self, SignerJudged, SignerEvicted},
    revocation,
    world
};
use std::unit_test::assert_eq;
use sui::event;

const DAY: u64 = 86_400;

#[test]
fun key_registers_and_counts_until_it_expires() {
    let mut world = world::ready(false);
    let signer = world.register(claims::claim(0));
    assert!(world.counts(signer));
    assert_eq!(event::events_by_type<SignerJudged>().length(), 1);
    world.advance(30 * DAY);
    assert!(world.counts(signer));
    world.advance(1);
    assert!(!world.counts(signer));
    world.end();
}

#[test]
fun key_expires_with_its_evidence() {
    let mut world = world::ready(false);
    let signer = world.register(claims::claim(0).with_expiry(world::start() + 100));
    world.advance(100);
    assert!(world.counts(signer));
    world.advance(1);
    assert!(!world.counts(signer));
    world.end();
}

#[test]
fun key_expires_with_its_entry() {
    let mut world = world::ready(true);
    world.add_entry(@0xc0f2, world::start() + 50);
    let claim = claims::claim(0).with_entry(2).with_configuration(@0xc0f2);
    let signer = world.register(claim);
    world.advance(50);
    assert!(world.counts(signer));
    world.advance(1);
    assert!(!world.counts(signer));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidRegistrationChain)]
fun nothing_registers_before_the_set_up_is_over() {
    let mut world = world::declared(true);
    world.configure();
    // The evidence is right for the chain that will be.
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EOperatorNotAdmitted)]
fun operator_must_be_admitted() {
    let mut world = world::ready(true);
    let stranger = registry::new_operator(world.scenario().ctx());
    let claim = claims::claim(0);
    let challenge = registry::new_challenge(&stranger, world.clock(), &mut tx_context::dummy());
    let evidence = world.evidence(claims::tester(), &claim, &challenge);
    let clock = sui::clock::create_for_testing(&mut tx_context::dummy());
    world
        .registry()
        .register(
            &stranger,
            challenge,
            1,
            1,
            claims::signer_of(1),
            @0xe,
            claims::configuration(),
            evidence,
            &clock,
        );
    abort
}

#[test, expected_failure(abort_code = corridor::registry::ESignerKnown)]
fun signer_registers_once() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerKnown)]
fun resigned_signer_does_not_register_again() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.resign(0, signer);
    world.register(claims::claim(0).with_operator(1));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerRevoked)]
fun signer_revoked_before_it_registered_never_does() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 1, claims::signer_of(1));
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::EStaleChallenge)]
fun challenge_is_for_one_operator() {
    let mut world = world::ready(true);
    let claim = claims::claim(0);
    let challenge = world.challenge(1);
    let evidence = world.evidence(claims::tester(), &claim, &challenge);
    world.register_with(&claim, challenge, evidence);
    world.end();
}

#[test]
fun challenge_lives_an_hour() {
    let mut world = world::ready(true);
    let claim = claims::claim(0);
    let challenge = world.challenge(0);
    let evidence = world.evidence(claims::tester(), &claim, &challenge);
    world.advance(3_600);
    world.register_with(&claim, challenge, evidence);
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::EStaleChallenge)]
fun challenge_does_not_live_longer() {
    let mut world = world::ready(true);
    let claim = claims::claim(0);
    let challenge = world.challenge(0);
    let evidence = world.evidence(claims::tester(), &claim, &challenge);
    world.advance(3_601);
    world.register_with(&claim, challenge, evidence);
    world.end();
}

#[test]
fun challenge_can_be_discarded() {
    let mut world = world::ready(true);
    registry::discard_challenge(world.challenge(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EVerifierNotAdmitted)]
fun verifier_must_be_admitted() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).with_verifier(2));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EVerifierNotAdmitted)]
fun evidence_of_another_witness_is_refused() {
    let mut world = world::ready(true);
    let claim = claims::claim(0);
    let challenge = world.challenge(0);
    let evidence = world.evidence(claims::other(), &claim, &challenge);
    world.register_with(&claim, challenge, evidence);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EVerifierNotAdmitted)]
fun evidence_under_another_root_is_refused() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).with_root(@0xbad));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportData)]
fun report_data_is_of_this_registration() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).committing_to(2));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registration::EInvalidReportData)]
fun quote_of_an_earlier_challenge_is_refused() {
    let mut world = world::ready(true);
    let claim = claims::claim(0);
    let old = world.challenge(0);
    let evidence = world.evidence(claims::tester(), &claim, &old);
    registry::discard_challenge(old);
    let challenge = world.challenge(0);
    world.register_with(&claim, challenge, evidence);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEntryNotListed)]
fun entry_must_exist() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).with_entry(2));
    world.end();
}

#[test, expected_failure(abort_code = corridor::entry::EEntryMismatch)]
fun entry_is_for_one_verifier() {
    let mut world = world::ready(true);
    world.admit_verifier(evidence::verifier(claims::tester(), claims::root(), true));
    world.register(claims::claim(0).with_verifier(2));
    world.end();
}

#[test, expected_failure(abort_code = corridor::entry::EEntryMismatch)]
fun entry_is_for_one_measurement() {
    let mut world = world::ready(true);
    let registers = fixtures::flipped(claims::registers(), 239, 1);
    world.register(claims::claim(0).with_registers(registers));
    world.end();
}

#[test, expected_failure(abort_code = corridor::entry::EEntryMismatch)]
fun entry_pins_attributes() {
    let mut world = world::ready(true);
    // DEBUG, should a verifier ever let it pass.
    world.register(claims::claim(0).with_attributes(x"01000000e7e7e7e7e7e7e7e7e7e7e7e7"));
    world.end();
}

#[test, expected_failure(abort_code = corridor::entry::EEntryMismatch)]
fun entry_pins_launch_fields() {
    let mut world = world::ready(true);
    let launch = fixtures::flipped(claims::launch(), 0, 1);
    world.register(claims::claim(0).with_launch(launch));
    world.end();
}

#[test, expected_failure(abort_code = corridor::entry::EEntryMismatch)]
fun entry_is_for_one_configuration() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).with_configuration(@0xc0f2));
    world.end();
}

// Renewal.

#[test]
fun resigned_and_expired_keys_can_be_renewed() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.resign(0, signer);
    assert!(!world.counts(signer));
    world.renew(claims::claim(0));
    assert!(world.counts(signer));
    world.advance(31 * DAY);
    assert!(!world.counts(signer));
    world.renew(claims::claim(0));
    assert!(world.counts(signer));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerUnknown)]
fun unknown_key_is_not_renewed() {
    let mut world = world::ready(true);
    world.renew(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerRevoked)]
fun revoked_key_is_not_renewed() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    world.registry().revoke(&guard, 1, signer);
    world.renew(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ENotTheOperator)]
fun key_is_renewed_by_its_operator() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.renew(claims::claim(0).with_operator(1));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EOperatorNotAdmitted)]
fun removed_operator_does_not_renew() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    let guard = world.guard();
    let id = object::id(world.operator(0));
    corridor::tightening::remove_operator(world.registry(), &guard, id);
    world.renew(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::EPlatformChanged)]
fun renewed_key_stays_on_its_machine() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.renew(claims::claim(0).with_platform(@0xbad));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::EEncryptionKeyChanged)]
fun renewed_key_keeps_its_encryption_key() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.renew(claims::claim(0).with_encryption_key(@0xbad));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEvidenceExpired)]
fun renewal_is_judged() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.renew(claims::claim(0).with_expiry(world::start() - 1));
    world.end();
}

// Resignation.

#[test, expected_failure(abort_code = corridor::registry::ESignerUnknown)]
fun unknown_key_does_not_resign() {
    let mut world = world::ready(true);
    world.resign(0, claims::signer_of(1));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ENotTheOperator)]
fun only_its_operator_resigns_a_key() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.resign(1, signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::signer::ESignerNotActive)]
fun key_resigns_once() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.resign(0, signer);
    world.resign(0, signer);
    world.end();
}

// Judgement by anyone.

#[test, expected_failure(abort_code = corridor::registry::EStillQualifies)]
fun key_that_qualifies_is_not_evicted() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.evict(signer);
    world.end();
}

#[test]
fun evicted_key_can_be_renewed() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    corridor::tightening::raise_minimum(world.registry(), &guard, 20);
    world.evict(signer);
    let evicted = event::events_by_type<SignerEvicted>();
    assert_eq!(evicted.length(), 1);
    assert!(!world.counts(signer));
    world.renew(claims::claim(0).with_evaluation_number(20));
    assert!(world.counts(signer));
    world.end();
}

#[test, expected_failure(abort_code = corridor::signer::ESignerNotActive)]
fun evicted_key_is_not_judged_again() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    corridor::tightening::raise_minimum(world.registry(), &guard, 20);
    world.evict(signer);
    world.lower_minimum(0);
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerUnknown)]
fun unknown_key_is_not_judged() {
    let mut world = world::ready(true);
    world.rejudge(claims::signer_of(1));
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ESignerUnknown)]
fun unknown_key_is_not_evicted() {
    let mut world = world::ready(true);
    world.evict(claims::signer_of(1));
    world.end();
}

// Revocation.

#[test]
fun revoked_key_never_counts_again() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let epoch = world.registry().revocation_epoch();
    let guard = world.guard();
    world.registry().revoke(&guard, 1, signer);
    assert!(!world.counts(signer));
    assert_eq!(world.registry().revocation_epoch(), epoch + 1);
    // Again changes nothing.
    world.registry().revoke(&guard, 1, signer);
    assert_eq!(world.registry().revocation_epoch(), epoch + 1);
    world.end();
}

#[test]
fun revocation_of_a_signer_without_a_record_closes_no_roots() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let epoch = world.registry().revocation_epoch();
    let guard = world.guard();
    world.registry().revoke(&guard, 1, claims::signer_of(77));
    assert_eq!(world.registry().revocation_epoch(), epoch);
    assert!(world.counts(signer));
    world.end();
}

#[test]
fun revoked_platform_and_measurement_stop_every_key_until_it_is_judged() {
    let mut world = world::ready(true);
    let bad = world.register(claims::claim(0));
    let good = world.register(claims::claim(1));
    let guard = world.guard();
    let epoch = world.registry().revocation_epoch();
    world.registry().revoke(&guard, 2, @0xb0b0);
    assert_eq!(world.registry().revocation_epoch(), epoch + 1);
    assert!(!world.counts(bad) && !world.counts(good));
    world.rejudge(good);
    assert!(world.counts(good));
    world.evict(bad);
    world.registry().revoke(&guard, 3, claims::measurement());
    assert!(!world.counts(good));
    world.evict(good);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformDenied)]
fun revoked_platform_does_not_register() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 2, @0xb0b0);
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EMeasurementRevoked)]
fun revoked_measurement_does_not_register() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 3, claims::measurement());
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::revocation::EInvalidRevocationTargetKind)]
fun revocation_has_a_known_kind() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 4, @0x1);
    world.end();
}

#[test]
fun signed_revocation_is_taken_from_anyone() {
    let mut world = world::ready(true);
    world.set_revocation_key(claims::signer_of(99));
    let signer = world.register(claims::claim(0));
    let revocation = revocation::of_signer(signer).encode();
    let signature = fixtures::sign(99, &revocation);
    world.registry().submit_revocation(revocation, signature);
    assert!(!world.counts(signer));
    world.registry().submit_revocation(revocation, signature);
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ENotTheRevocationKey)]
fun revocation_by_another_key_is_refused() {
    let mut world = world::ready(true);
    world.set_revocation_key(claims::signer_of(99));
    let revocation = revocation::of_signer(claims::signer_of(1)).encode();
    let signature = fixtures::sign(98, &revocation);
    world.registry().submit_revocation(revocation, signature);
    world.end();
}

#[test, expected_failure(abort_code = corridor::registry::ENotTheRevocationKey)]
fun without_a_revocation_key_no_revocation_is_taken() {
    let mut world = world::ready(true);
    let revocation = revocation::of_signer(claims::signer_of(1)).encode();
    let signature = fixtures::sign(99, &revocation);
    world.registry().submit_revocation(revocation, signature);
    world.end();
}

// Quorum.

#[test]
fun quorum_counts_distinct_operators_platforms_and_vendors() {
    let mut world = world::ready(true);
    // Keys 1 to 4: operators 0, 1, 2, 0; the third on the first one's machine, the fourth of another vendor.
    world.register(claims::claim(0));
    world.register(claims::claim(1));
    world.register(claims::claim(2).with_platform(@0xb0b0));
    world.register(claims::claim(3).with_vendor(2));
    let quorum = world.quorum_of(&b"statement", vector[1, 2, 3, 4]);
    assert_eq!(quorum.signers(), 4);
    assert_eq!(quorum.operators(), 3);
    assert_eq!(quorum.platforms(), 3);
    assert_eq!(quorum.vendors(), 2);
    world.end();
}

#[test]
fun signers_that_do_not_count_are_skipped() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    let resigned = world.register(claims::claim(1));
    world.resign(1, resigned);
    let revoked = world.register(claims::claim(2));
    let guard = world.guard();
    world.registry().revoke(&guard, 1, revoked);
    world.register(claims::claim(3).with_expiry(world::start() + 1));
    world.advance(2);
    // Key 50 is a stranger's.
    let quorum = world.quorum_of(&b"statement", vector[1, 2, 3, 4, 50]);
    assert_eq!(quorum.signers(), 1);
    assert_eq!(quorum.operators(), 1);
    assert_eq!(quorum.platforms(), 1);
    assert_eq!(quorum.vendors(), 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::signature::EUnorderedSigners)]
fun repeated_signer_fails_the_call() {
    let mut world = world::ready(true);
    world.register(claims::claim(0));
    world.quorum_of(&b"statement", vector[1, 1]);
    world.end();
}
