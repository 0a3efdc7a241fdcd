/// Options, which natives read and write as vectors of at most one element.
#[test_only]
module expected::option_tests;

use expected::opaque::of;
use std::{option::{none, some}, unit_test::assert_eq};

#[test]
fun holds_a_value_or_none() {
    let (full, empty) = (some(of(5u64)), none<u64>());
    assert!(full.is_some() && empty.is_none() && full != empty);
    assert!(full.contains(&5) && !full.contains(&6) && !empty.contains(&5));
    assert_eq!(*full.borrow(), 5);
    assert_eq!(empty.destroy_with_default(7), 7);
    assert_eq!(full.destroy_some(), 5);
    assert_eq!(full.to_vec(), vector[5]);
}

#[test]
fun changes_in_place() {
    let mut o = none<vector<u8>>();
    o.fill(b"a");
    o.borrow_mut().push_back(98);
    assert_eq!(o.swap(b"c"), b"ab");
    assert_eq!(o.extract(), b"c");
    assert_eq!(o.swap_or_fill(b"d"), none());
    assert_eq!(o.swap_or_fill(b"e"), some(b"d"));
}

#[test]
fun runs_macros() {
    let o = some(of(4u8));
    assert_eq!(o.map!(|x| x * 2), some(8));
    assert_eq!(o.and!(|x| if (x > 5) some(x) else none()), none());
    assert_eq!(o.filter!(|x| *x == 4), o);
    assert_eq!(none<u8>().or!(o), o);
    assert_eq!(none<u8>().destroy_or!(9), 9);
    assert_eq!(o.destroy_or!(abort 1), 4);
    assert!(o.is_some_and!(|x| *x > 3) && none<u8>().is_none_or!(|_| false));
    let mut seen = 0;
    o.do!(|x| seen = seen + x);
    o.do_ref!(|x| seen = seen + *x);
    none<u8>().do!(|x| seen = seen + x);
    assert_eq!(seen, 8);
}

#[test]
fun nests() {
    let o = some(some(none<u8>()));
    assert_eq!(std::bcs::to_bytes(&o), x"010100");
    assert!(o != some(none()));
}

#[test, expected_failure(abort_code = option::EOPTION_NOT_SET)]
fun borrows_no_value() { of(none<u8>()).borrow(); }

#[test, expected_failure(abort_code = option::EOPTION_NOT_SET)]
fun extracts_no_value() { let mut o = of(none<u8>()); o.extract(); }

#[test, expected_failure(abort_code = option::EOPTION_NOT_SET)]
fun destroys_no_value() { of(none<u8>()).destroy_some(); }

#[test, expected_failure(abort_code = option::EOPTION_NOT_SET)]
fun swaps_no_value() { let mut o = of(none<u8>()); o.swap(1); }

#[test, expected_failure(abort_code = option::EOPTION_IS_SET)]
fun fills_no_full_option() { let mut o = of(some(1u8)); o.fill(2); }

#[test, expected_failure(abort_code = option::EOPTION_IS_SET)]
fun destroys_no_full_option() { of(some(1u8)).destroy_none(); }

#[test, expected_failure(abort_code = 1, location = Self)]
fun evaluates_a_default_only_if_there_is_no_value() {
    assert_eq!(some(1u8).destroy_or!(abort 2), 1);
    none<u8>().destroy_or!(abort 1);
}
