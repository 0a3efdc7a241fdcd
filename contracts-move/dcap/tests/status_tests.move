#[test_only]
module dcap::status_tests;

use dcap::{status, world};
use std::unit_test::assert_eq;

/// The code of a name, as a document spells it.
fun code(name: vector<u8>): u8 {
    let words = world::words(name);
    status::from_text(words[0], if (words.length() == 2) words[1] else 0)
}

#[test]
fun names_have_the_codes_of_section_1() {
    assert_eq!(code(b"UpToDate"), 1);
    assert_eq!(code(b"SWHardeningNeeded"), 2);
    assert_eq!(code(b"ConfigurationNeeded"), 3);
    assert_eq!(code(b"ConfigurationAndSWHardeningNeeded"), 4);
    assert_eq!(code(b"OutOfDate"), 5);
    assert_eq!(code(b"OutOfDateConfigurationNeeded"), 6);
    assert_eq!(code(b"Revoked"), 9);
}

#[test]
fun other_texts_are_no_status() {
    let names = vector[
        b"uptodate",
        b"UpToDate ",
        b"UpToDat",
        b"ConfigurationAndSWHardeningNeede",
        b"ConfigurationAndSWHardeningNeedee",
        b"ConfigurationAndSWHardeningNeededd",
        b"UpToDate                        d",
        // Found by a verifier, said by no document.
        b"TDRelaunchAdvised",
        b"TDRelaunchAdvisedConfigurationNeeded",
    ];
    names.do!(|name| assert_eq!(code(name), 0));
    assert_eq!(status::from_text(0, 0), 0);
}

/// Section 9: row by row the status of a platform, with a component that is up to date, out of date,
/// revoked.
#[test]
fun platforms_are_merged_with_components() {
    let rows = vector[
        vector[1, 1, 5, 9],
        vector[2, 2, 5, 9],
        vector[3, 3, 6, 9],
        vector[4, 4, 6, 9],
        vector[5, 5, 5, 9],
        vector[6, 6, 6, 9],
        vector[9, 9, 9, 9],
    ];
    rows.do!(|row| {
        assert_eq!(status::merge(row[0], 1), row[1]);
        assert_eq!(status::merge(row[0], 5), row[2]);
        assert_eq!(status::merge(row[0], 9), row[3]);
    });
}

/// Section 9, TD report 1.5: row by row the status of launch, with a present one of 1 to 6.
#[test]
fun relaunch_is_advised_where_the_present_is_better() {
    let rows = vector[
        vector[1, 1, 1, 1, 1, 1, 1],
        vector[2, 2, 2, 2, 2, 2, 2],
        vector[3, 3, 3, 3, 3, 3, 3],
        vector[4, 4, 4, 4, 4, 4, 4],
        vector[5, 7, 7, 8, 8, 5, 5],
        vector[6, 8, 8, 8, 8, 6, 6],
    ];
    rows.do!(|row| {
        6u64.do!(|i| assert_eq!(status::of_relaunch(row[0], (i + 1) as u8), row[i + 1]));
    });
}
