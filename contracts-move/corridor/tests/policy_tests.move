#[test_only]
module corridor::policy_tests;

use corridor::policy;

#[test]
fun sound_policies() {
    policy::new(1, 1, 1, 1).check(true);
    policy::new(2, 2, 2, 1).check(false);
    policy::new(32, 32, 32, 32).check(false);
    policy::new(5, 2, 5, 2).check(false);
    policy::new(5, 1, 3, 2).check(true);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun threshold_is_not_zero() {
    policy::new(0, 0, 0, 0);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun threshold_is_at_most_32() {
    policy::new(33, 2, 2, 1);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun operators_are_not_zero() {
    policy::new(3, 0, 3, 1);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun operators_are_at_most_the_threshold() {
    policy::new(3, 4, 3, 1);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun platforms_are_not_zero() {
    policy::new(3, 3, 0, 1);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun platforms_are_at_most_the_threshold() {
    policy::new(3, 3, 4, 1);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun vendors_are_not_zero() {
    policy::new(3, 3, 3, 0);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun vendors_are_at_most_the_threshold() {
    policy::new(3, 3, 3, 4);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun one_signer_is_for_local_networks() {
    policy::new(1, 1, 1, 1).check(false);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun one_operator_is_for_local_networks() {
    policy::new(2, 1, 2, 1).check(false);
}

#[test, expected_failure(abort_code = corridor::policy::EInvalidPolicy)]
fun shared_machines_are_for_local_networks() {
    policy::new(3, 2, 2, 1).check(false);
}

#[test]
fun quorum_meets_a_policy_in_every_count() {
    let policy = policy::new(3, 2, 3, 2);
    assert!(policy::quorum(3, 2, 3, 2).meets(&policy));
    assert!(policy::quorum(4, 4, 4, 4).meets(&policy));
    assert!(!policy::quorum(2, 2, 3, 2).meets(&policy));
    assert!(!policy::quorum(3, 1, 3, 2).meets(&policy));
    assert!(!policy::quorum(3, 2, 2, 2).meets(&policy));
    assert!(!policy::quorum(3, 2, 3, 1).meets(&policy));
}

#[test, expected_failure(abort_code = corridor::policy::EQuorumNotReached)]
fun one_signer_less_is_no_quorum() {
    policy::new(3, 2, 3, 1).assert_met(&policy::quorum(2, 2, 2, 1));
}

#[test]
fun raise_takes_the_higher_of_each_count() {
    let mut quorum = policy::quorum(3, 3, 1, 2);
    quorum.raise(&policy::quorum(4, 1, 2, 1));
    assert!(quorum == policy::quorum(4, 3, 2, 2));
}
