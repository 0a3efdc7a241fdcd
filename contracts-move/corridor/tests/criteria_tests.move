/// Tightening and loosening: each rule by which a key is judged, from both sides.
#[test_only]
module corridor::criteria_tests;

use corridor::{claims, evidence, loosening, tightening, world::{Self, World}};
use std::unit_test::assert_eq;
use sui::address;

const FAMILY: address = @0x90c06f0000000000000000000000000000000000000000000000000000000000;
const PLATFORM: address = @0xb0b0;

/// Whether both epochs rose by one since they were `(judgement, revocation)`, and give them back.
fun assert_tightened(world: &mut World, signer: address, before: u32): u32 {
    let now = world.registry().revocation_epoch();
    assert_eq!(now, before + 1);
    assert!(!world.counts(signer));
    now
}

#[test]
fun every_tightening_raises_both_epochs() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    let mut epoch = world.registry().revocation_epoch();
    tightening::deny(world.registry(), &guard, 1, @0x3e7);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    tightening::deny(world.registry(), &guard, 2, @0xbad);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    tightening::deny(world.registry(), &guard, 3, @0xbad);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    tightening::raise_minimum(world.registry(), &guard, 19);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    tightening::refuse_status(world.registry(), &guard, 2);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    let other = object::id(world.operator(2));
    tightening::remove_operator(world.registry(), &guard, other);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.rejudge(signer);
    tightening::demand_listing(world.registry(), &guard, 2);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.allow(2, PLATFORM, true);
    world.rejudge(signer);
    tightening::demand_listing(world.registry(), &guard, 3);
    epoch = assert_tightened(&mut world, signer, epoch);
    world.allow(3, FAMILY, true);
    world.rejudge(signer);
    tightening::remove_entry(world.registry(), &guard, 1);
    epoch = assert_tightened(&mut world, signer, epoch);
    tightening::remove_verifier(world.registry(), &guard, 1);
    assert_tightened(&mut world, signer, epoch);
    world.evict(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EVerifierNotAdmitted)]
fun key_of_a_removed_verifier_does_not_qualify() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    tightening::remove_verifier(world.registry(), &guard, 1);
    // Another under another number does not bring it back.
    world.admit_verifier(evidence::verifier(claims::tester(), claims::root(), true));
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EOperatorNotAdmitted)]
fun key_of_a_removed_operator_does_not_qualify() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    let operator = object::id(world.operator(0));
    tightening::remove_operator(world.registry(), &guard, operator);
    world.rejudge(signer);
    world.end();
}

#[test]
fun operator_returns_under_its_index() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    world.register(claims::claim(3));
    let guard = world.guard();
    let operator = object::id(world.operator(0));
    tightening::remove_operator(world.registry(), &guard, operator);
    world.admit_operator(operator);
    world.rejudge(signer);
    world.rejudge(claims::signer_of(4));
    let quorum = world.quorum_of(&b"statement", vector[1, 4]);
    assert_eq!(quorum.signers(), 2);
    assert_eq!(quorum.operators(), 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEntryNotListed)]
fun removed_entry_does_not_return() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    tightening::remove_entry(world.registry(), &guard, 1);
    world.add_entry(claims::configuration(), world::start() + 1_000);
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ETcbStatusNotAccepted)]
fun tcb_status_must_be_accepted() {
    let mut world = world::ready(true);
    world.register(claims::claim(0).with_tcb_status(3));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ETcbStatusNotAccepted)]
fun refused_tcb_status_does_not_qualify() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0).with_tcb_status(2));
    let guard = world.guard();
    tightening::refuse_status(world.registry(), &guard, 2);
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEvaluationNumberTooLow)]
fun evaluation_number_is_at_least_the_minimum() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::raise_minimum(world.registry(), &guard, 20);
    world.register(claims::claim(0));
    world.end();
}

#[test]
fun evaluation_number_may_be_the_minimum() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::raise_minimum(world.registry(), &guard, 20);
    world.lower_minimum(19);
    let signer = world.register(claims::claim(0));
    assert!(world.counts(signer));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EAdvisoryDenied)]
fun denied_advisory_does_not_qualify() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 1, address::from_u256(615));
    world.register(claims::claim(0).with_advisories(vector[289, 615]));
    world.end();
}

#[test]
fun allowed_advisory_qualifies_again() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 1, address::from_u256(615));
    tightening::deny(world.registry(), &guard, 1, address::from_u256(7));
    world.allow(1, address::from_u256(615), false);
    world.register(claims::claim(0).with_advisories(vector[289, 615]));
    world.allow(1, address::from_u256(7), false);
    world.register(claims::claim(1).with_advisories(vector[7]));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformDenied)]
fun denied_platform_does_not_qualify() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    world.rejudge(signer);
    world.end();
}

#[test]
fun allowed_platform_qualifies_again() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0));
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    world.allow(2, PLATFORM, false);
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformDenied)]
fun platform_must_be_listed_where_that_is_demanded() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::demand_listing(world.registry(), &guard, 2);
    world.register(claims::claim(0));
    world.end();
}

#[test]
fun listed_platform_qualifies_and_waiving_ends_the_demand() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::demand_listing(world.registry(), &guard, 2);
    world.allow(2, PLATFORM, true);
    world.register(claims::claim(0));
    world.waive_listing(2);
    world.register(claims::claim(1));
    world.end();
}

#[test]
fun taking_a_demanded_listing_back_tightens() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.allow(2, PLATFORM, true);
    world.allow(3, FAMILY, true);
    let signer = world.register(claims::claim(0));
    let epoch = world.registry().revocation_epoch();
    // Nobody asks for the list yet, so that leaving it changes nothing.
    world.allow(2, PLATFORM, false);
    world.allow(3, FAMILY, false);
    assert_eq!(world.registry().revocation_epoch(), epoch);
    assert!(world.counts(signer));
    world.allow(2, PLATFORM, true);
    world.allow(3, FAMILY, true);
    tightening::demand_listing(world.registry(), &guard, 2);
    tightening::demand_listing(world.registry(), &guard, 3);
    world.rejudge(signer);
    let epoch = world.registry().revocation_epoch();
    world.allow(3, FAMILY, false);
    let epoch = assert_tightened(&mut world, signer, epoch);
    world.allow(3, FAMILY, true);
    world.rejudge(signer);
    assert!(world.counts(signer));
    world.allow(2, PLATFORM, false);
    assert_tightened(&mut world, signer, epoch);
    world.evict(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformDenied)]
fun denial_is_stronger_than_a_listing_before_it() {
    let mut world = world::ready(true);
    world.allow(2, PLATFORM, true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun revoked_platform_is_denied_already() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 2, PLATFORM);
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformDenied)]
fun revoked_platform_is_never_allowed() {
    let mut world = world::ready(true);
    let guard = world.guard();
    world.registry().revoke(&guard, 2, PLATFORM);
    world.allow(2, PLATFORM, true);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformFamilyDenied)]
fun denied_family_does_not_qualify() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 3, FAMILY);
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EPlatformFamilyDenied)]
fun family_must_be_listed_where_that_is_demanded() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::demand_listing(world.registry(), &guard, 3);
    world.register(claims::claim(0));
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEvidenceExpired)]
fun expired_evidence_does_not_qualify() {
    let mut world = world::ready(true);
    let signer = world.register(claims::claim(0).with_expiry(world::start() + 10));
    world.advance(11);
    world.rejudge(signer);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EEvidenceExpired)]
fun ended_entry_does_not_qualify() {
    let mut world = world::ready(true);
    world.add_entry(@0xc0f2, world::start() - 1);
    world.register(claims::claim(0).with_entry(2).with_configuration(@0xc0f2));
    world.end();
}

// What is no subject, no status, and no change.

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun subject_has_a_known_kind() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 4, @0x1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun subject_has_a_kind_at_all() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 0, @0x1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun subject_is_not_zero() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 2, @0x0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun advisory_is_a_number_of_32_bits() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 1, @0x100000000);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun advisory_is_not_listed() {
    let mut world = world::ready(true);
    world.allow(1, @0x1, true);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidSubject)]
fun listing_of_advisories_is_not_demanded() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::demand_listing(world.registry(), &guard, 1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidTcbStatus)]
fun status_zero_is_not_accepted() {
    let mut world = world::ready(true);
    world.accept_status(0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EInvalidTcbStatus)]
fun status_revoked_is_not_accepted() {
    let mut world = world::ready(true);
    world.accept_status(9);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun denied_is_not_denied_again() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    tightening::deny(world.registry(), &guard, 2, PLATFORM);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun minimum_does_not_rise_to_itself() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::raise_minimum(world.registry(), &guard, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun minimum_does_not_fall_to_itself() {
    let mut world = world::ready(true);
    world.lower_minimum(0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun status_is_not_refused_twice() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::refuse_status(world.registry(), &guard, 3);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun status_is_not_accepted_twice() {
    let mut world = world::ready(true);
    world.accept_status(1);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun listing_is_not_demanded_twice() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::demand_listing(world.registry(), &guard, 2);
    tightening::demand_listing(world.registry(), &guard, 2);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun listing_that_is_not_demanded_is_not_waived() {
    let mut world = world::ready(true);
    world.waive_listing(3);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun neutral_is_not_allowed_again() {
    let mut world = world::ready(true);
    world.allow(1, @0x1, false);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun admitted_operator_is_not_admitted_again() {
    let mut world = world::ready(true);
    let operator = object::id(world.operator(0));
    world.admit_operator(operator);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun unknown_operator_is_not_removed() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::remove_operator(world.registry(), &guard, @0xbad.to_id());
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun unknown_verifier_is_not_removed() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::remove_verifier(world.registry(), &guard, 2);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::ENoChange)]
fun unknown_entry_is_not_removed() {
    let mut world = world::ready(true);
    let guard = world.guard();
    tightening::remove_entry(world.registry(), &guard, 0);
    world.end();
}

#[test, expected_failure(abort_code = corridor::criteria::EVerifierNotAdmitted)]
fun entry_is_of_an_admitted_verifier() {
    let mut world = world::ready(true);
    world.add_entry_of(2, claims::configuration(), 1);
    world.end();
}

#[test, expected_failure(abort_code = loosening::ESimulatedRoot)]
fun simulated_root_is_for_local_networks() {
    let mut world = world::ready(false);
    world.admit_verifier(evidence::verifier(claims::tester(), @0x51, false));
    world.end();
}

#[test]
fun simulated_root_is_admitted_on_a_local_network() {
    let mut world = world::ready(true);
    world.admit_verifier(evidence::verifier(claims::tester(), @0x51, false));
    world.add_entry_of(2, @0xc0f2, world::start() + 1_000);
    let claim = claims::claim(0).with_root(@0x51).with_verifier(2).with_entry(2);
    world.register(claim.with_configuration(@0xc0f2));
    world.end();
}

#[test, expected_failure(abort_code = corridor::authority::EActionNotDue)]
fun verifier_waits_seven_days() {
    let mut world = world::ready(false);
    let verifier = evidence::verifier(claims::tester(), @0x51, true);
    world.admit_verifier_after(verifier, 7 * 86_400 - 1);
    world.end();
}
