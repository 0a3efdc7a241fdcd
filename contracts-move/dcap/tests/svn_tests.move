#[test_only]
module dcap::svn_tests;

use dcap::svn::{Self, Svns};

/// Sixteen bytes, as the sixteen numbers.
fun svns(bytes: vector<u8>): Svns {
    assert!(bytes.length() == 16);
    let mut svns = svn::none();
    bytes.do!(|svn| svns = svns.push(svn));
    assert!(svns == svn::read(&bytes, 0));
    svns
}

#[test]
fun each_number_is_compared_with_its_counterpart_alone() {
    let machine = x"0305020204010005000000ff00010203";
    assert!(svns(machine).at_least(svns(machine)));
    16u64.do!(|i| {
        // One number above the machine's is enough, whatever the others are.
        let mut above = x"00000000000000000000000000000000";
        if (machine[i] < 255) {
            *&mut above[i] = machine[i] + 1;
            assert!(!svns(machine).at_least(svns(above)));
            *&mut above[i] = 255;
            assert!(!svns(machine).at_least(svns(above)));
        };
        let mut below = machine;
        if (machine[i] > 0) {
            *&mut below[i] = machine[i] - 1;
            assert!(svns(machine).at_least(svns(below)));
            assert!(!svns(below).at_least(svns(machine)));
        };
    });
    assert!(svns(x"ffffffffffffffffffffffffffffffff").at_least(svns(machine)));
    assert!(svns(machine).at_least(svn::none()));
}

#[test]
fun first_two_are_left_out_and_no_other() {
    let machine = svns(x"00000101010101010101010101010101").without_first_two();
    assert!(machine.at_least(svns(x"ffff0101010101010101010101010101")));
    assert!(!machine.at_least(svns(x"00000201010101010101010101010101")));
    assert!(!machine.at_least(svns(x"00000101010101010101010101010102")));
}

#[test]
fun order_is_that_of_the_first_difference() {
    let level = svns(x"05050202040100050000000000000000");
    assert!(svns(x"05040fffffffffffffffffffffffffff").is_below(level));
    assert!(!svns(x"05060000000000000000000000000000").is_below(level));
    assert!(svns(x"05050202040100040000000000000000").is_below(level));
    assert!(!level.is_below(level));
}

#[test]
fun three_zeros_at_once_are_three_zeros() {
    let mut one = svn::none();
    13u8.do!(|i| one = one.push(i));
    assert!(one.push(0).push(0).push(0) == one.push_three_zeros());
}
