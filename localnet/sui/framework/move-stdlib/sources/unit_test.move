/// Assertions for tests.
#[test_only]
module std::unit_test;

/// Called by every module compiled for tests, so that none of them can be published.
public native fun poison();

/// Aborts unless the two values are equal.
public macro fun assert_eq<$T: drop>($t1: $T, $t2: $T) {
    let left = $t1;
    let right = $t2;
    assert_ref_eq!(&left, &right)
}

/// Aborts unless the two referenced values are equal.
public macro fun assert_ref_eq<$T>($t1: &$T, $t2: &$T) {
    let left = $t1;
    let right = $t2;
    if (left != right) {
        std::debug::print(&b"left and right differ".to_string());
        std::debug::print(left);
        std::debug::print(right);
        assert!(false);
    }
}

/// Makes any value disappear, whatever its abilities.
public native fun destroy<T>(v: T);
