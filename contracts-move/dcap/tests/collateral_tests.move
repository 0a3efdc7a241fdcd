/// What a store keeps, replaces and refuses. The rules of the parts themselves: corpus_*_tests.
#[test_only]
module dcap::collateral_tests;

use dcap::{collateral::{Self, CollateralAdmitted}, corpus, tcb_info_draft, world::{Self, World}};
use std::unit_test::{Self, assert_eq};
use sui::{event, test_scenario};

const FMSPC: vector<u8> = x"90c06f000000";
const EDITION: u32 = 19;

const TCB_INFO: u64 = 3;
const TCB_INFO_SIGNATURE: u64 = 4;
const TCB_INFO_SIGNER: u64 = 2;

#[test]
fun what_was_admitted_can_be_looked_up() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    let key_id = world.pck_ca_key_id();
    let signer = world::sha256(world.part(TCB_INFO_SIGNER));
    assert_eq!(store.root_fingerprint(), world.root_fingerprint());
    assert!(!store.has_root() && !store.has_tcb_signer(signer));
    assert_eq!(store.root_crl_date(), 0);
    assert_eq!(store.tcb_info_date(true, FMSPC, EDITION), 0);
    assert_eq!(store.qe_identity_date(true, EDITION), 0);
    assert_eq!(store.pck_ca_end(key_id), 0);
    assert_eq!(store.pck_crl_date(key_id), 0);
    world.upload_all(&mut store);
    assert!(store.has_root() && store.has_tcb_signer(signer));
    // The dates of the simulated platform: see corpus.
    let day = 86_400;
    assert_eq!(store.root_crl_date(), world.at() - 20 * day);
    assert_eq!(store.tcb_info_date(true, FMSPC, EDITION), world.at() - 3 * day);
    assert_eq!(store.qe_identity_date(true, EDITION), world.at() - 4 * day);
    assert_eq!(store.pck_crl_date(key_id), world.at() - 5 * day);
    assert!(store.pck_ca_end(key_id) > world.at());
    // Nothing of the other TEE, another family, another edition.
    assert_eq!(store.tcb_info_date(false, FMSPC, EDITION), 0);
    assert_eq!(store.tcb_info_date(true, x"90c06f000001", EDITION), 0);
    assert_eq!(store.tcb_info_date(true, FMSPC, EDITION + 1), 0);
    assert_eq!(store.qe_identity_date(false, EDITION), 0);
    assert_eq!(store.qe_identity_date(true, EDITION + 1), 0);
    unit_test::destroy(store);
}

#[test]
fun each_part_is_announced_once() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_all(&mut store);
    assert_eq!(event::events_by_type<CollateralAdmitted>().length(), 7);
    // Certificates that are there already: nothing happens.
    world.upload_root(&mut store);
    world.upload_tcb_info_signer(&mut store);
    world.upload_pck_ca(&mut store);
    assert_eq!(event::events_by_type<CollateralAdmitted>().length(), 7);
    unit_test::destroy(store);
}

#[test]
fun both_tees_live_in_one_store() {
    let (tdx, sgx) = (corpus::tdx4(), corpus::sgx3());
    assert_eq!(tdx.root_fingerprint(), sgx.root_fingerprint());
    let mut store = tdx.store();
    sgx.upload_tcb_info(&mut store);
    sgx.upload_qe_identity(&mut store);
    let mut clock = world::clock(tdx.at());
    assert_eq!(tdx.verify(&store, &mut clock).tee_type(), 0x81);
    assert_eq!(sgx.verify(&store, &mut clock).tee_type(), 0x00);
    unit_test::destroy(clock);
    unit_test::destroy(store);
}

#[test]
fun stores_are_shared_by_whoever_makes_them() {
    let mut scenario = test_scenario::begin(@0xa);
    let store = collateral::new(@0x5, scenario.ctx());
    let id = object::id(&store);
    store.share();
    scenario.next_tx(@0xb);
    let store = scenario.take_shared_by_id<collateral::CollateralStore>(id);
    assert_eq!(store.root_fingerprint(), @0x5);
    test_scenario::return_shared(store);
    scenario.end();
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralNotNewer)]
fun tcb_info_is_not_admitted_twice() {
    let world = corpus::tdx4();
    let mut store = world.store();
    world.upload_tcb_info(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralNotNewer)]
fun qe_identity_is_not_admitted_twice() {
    let world = corpus::tdx4();
    let mut store = world.store();
    world.upload_qe_identity(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralNotNewer)]
fun root_crl_is_not_admitted_twice() {
    let world = corpus::tdx4();
    let mut store = world.store();
    world.upload_root_crl(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralNotNewer)]
fun pck_crl_is_not_admitted_twice() {
    let world = corpus::tdx4();
    let mut store = world.store();
    world.upload_pck_crl(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralMissing)]
fun root_crl_without_root() {
    let world = corpus::tdx4();
    world.upload_root_crl(&mut world.empty_store());
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralMissing)]
fun tcb_signer_without_root_crl() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_tcb_info_signer(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralMissing)]
fun tcb_info_without_its_signer() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_tcb_info(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralMissing)]
fun qe_identity_without_its_signer() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_qe_identity(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralMissing)]
fun pck_crl_without_its_ca() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_pck_crl(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::ECollateralExpired)]
fun nothing_is_admitted_under_an_expired_root_crl() {
    let mut world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    // The root CRL has a year.
    let later = world.at() + 400 * 86_400;
    world.set_admitted_at(later);
    world.upload_pck_ca(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::collateral::EUntrustedRoot)]
fun root_of_another_vendor() {
    let world = corpus::tdx4();
    let mut store = collateral::new(@0x5, &mut tx_context::dummy());
    world.upload_root(&mut store);
    abort
}

#[test, expected_failure(abort_code = dcap::dcap::EPckCaMissing)]
fun evidence_without_collateral() {
    let world = corpus::tdx4();
    world.verify(&world.empty_store(), &mut world::clock(world.at()));
    abort
}

#[test, expected_failure(abort_code = dcap::dcap::EPckCaMissing)]
fun pck_ca_without_its_crl() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_pck_ca(&mut store);
    world.verify(&store, &mut world::clock(world.at()));
    abort
}

/// TCB info read in steps of one part each.
fun read_slowly(world: &World): (collateral::CollateralStore, u64) {
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_tcb_info_signer(&mut store);
    let mut draft = tcb_info_draft::new(&mut tx_context::dummy());
    let words = world::words(world.part(TCB_INFO));
    // A word at a time, as if each were a chunk.
    words.do!(|word| draft.append(vector[word]));
    let clock = world::clock(world.at());
    draft.open(
        &store,
        world.part(TCB_INFO).length(),
        world.part(TCB_INFO_SIGNATURE),
        world::sha256(world.part(TCB_INFO_SIGNER)),
        &clock,
    );
    let mut steps = 0;
    while (!draft.is_read()) {
        draft.read(1);
        steps = steps + 1;
    };
    draft.admit(&mut store, &clock);
    unit_test::destroy(clock);
    (store, steps)
}

#[test]
fun tcb_info_may_take_many_steps() {
    let world = corpus::tdx4();
    let (mut store, steps) = read_slowly(&world);
    // The head, 2 module identities, and a level each.
    assert!(steps > 5);
    world.upload_qe_identity(&mut store);
    world.upload_pck_ca(&mut store);
    world.upload_pck_crl(&mut store);
    let mut clock = world::clock(world.at());
    assert_eq!(world.verify(&store, &mut clock).tcb_status(), 1);
    unit_test::destroy(clock);
    unit_test::destroy(store);
}

#[test]
fun a_draft_can_be_given_up() {
    let draft = tcb_info_draft::new(&mut tx_context::dummy());
    assert!(!draft.is_read());
    draft.discard();
}

/// A draft that is open, with the store that it was opened with.
fun open_draft(world: &World): (tcb_info_draft::TcbInfoDraft, collateral::CollateralStore) {
    let mut store = world.empty_store();
    world.upload_root(&mut store);
    world.upload_root_crl(&mut store);
    world.upload_tcb_info_signer(&mut store);
    let mut draft = tcb_info_draft::new(&mut tx_context::dummy());
    let clock = world::clock(world.at());
    draft.append(world::words(world.part(TCB_INFO)));
    draft.open(
        &store,
        world.part(TCB_INFO).length(),
        world.part(TCB_INFO_SIGNATURE),
        world::sha256(world.part(TCB_INFO_SIGNER)),
        &clock,
    );
    unit_test::destroy(clock);
    (draft, store)
}

#[test, expected_failure(abort_code = dcap::tcb_info::EUnfinishedTcbInfo)]
fun tcb_info_that_is_not_read_to_its_end() {
    let world = corpus::tdx4();
    let (mut draft, mut store) = open_draft(&world);
    draft.read(3);
    draft.admit(&mut store, &world::clock(world.at()));
    abort
}

#[test, expected_failure(abort_code = dcap::tcb_info_draft::EDraftIsOpen)]
fun bytes_cannot_follow_the_signature() {
    let (mut draft, _store) = open_draft(&corpus::tdx4());
    draft.append(vector[0]);
    abort
}

#[test, expected_failure(abort_code = dcap::tcb_info_draft::EDraftIsOpen)]
fun a_draft_is_opened_once() {
    let world = corpus::tdx4();
    let (mut draft, store) = open_draft(&world);
    draft.open(&store, 0, x"", @0x0, &world::clock(world.at()));
    abort
}

#[test, expected_failure(abort_code = dcap::tcb_info_draft::EDraftIsNotOpen)]
fun nothing_is_read_before_the_signature_is_checked() {
    let mut draft = tcb_info_draft::new(&mut tx_context::dummy());
    draft.append(world::words(corpus::tdx4().part(TCB_INFO)));
    draft.read(1);
    abort
}

#[test, expected_failure(abort_code = dcap::tcb_info_draft::EDraftIsNotOpen)]
fun nothing_is_admitted_before_the_signature_is_checked() {
    let world = corpus::tdx4();
    let mut store = world.empty_store();
    let draft = tcb_info_draft::new(&mut tx_context::dummy());
    draft.admit(&mut store, &world::clock(world.at()));
    abort
}

/// Whoever makes a store with a root of their own must not get documents past another store's root.
#[test, expected_failure(abort_code = dcap::tcb_info_draft::EOtherStore)]
fun a_draft_is_admitted_where_it_was_opened() {
    let world = corpus::tdx4();
    let (mut draft, _store) = open_draft(&world);
    draft.read(337);
    // The store with the same root has the same signer, but another id.
    let mut scenario = test_scenario::begin(@0xa);
    let mut other = collateral::new(world.root_fingerprint(), scenario.ctx());
    draft.admit(&mut other, &world::clock(world.at()));
    abort
}

#[test, expected_failure(abort_code = dcap::tcb_info_draft::EInvalidTcbInfoSignature)]
fun signature_that_is_cut_short() {
    let mut world = corpus::tdx4();
    world.patch(TCB_INFO_SIGNATURE, 63, 1, x"");
    world.judge();
}
