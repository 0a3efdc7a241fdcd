/// Dates, docs/spec/dcap.md section 4: UTC, real, from 1970 on, as seconds since 1970.
module dcap::time;

use dcap::der;

/// DCAP-24: a time is not of its form.
const EInvalidValidity: u64 = 24;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Leap years before 1970, counted from year 1.
const LEAP_YEARS_BEFORE_1970: u64 = 477;
const SECONDS_OF_DAY: u64 = 86_400;

/// Seconds since 1970 of a date and time.
///
/// Aborts with `rule` if there is no such date, or it is before 1970.
public(package) fun seconds(
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    rule: u64,
): u64 {
    assert!(year >= 1970 && month >= 1 && month <= 12 && day >= 1, rule);
    assert!(hour <= 23 && minute <= 59 && second <= 59, rule);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of_month = if (month == 2) {
        if (is_leap) 29 else 28
    } else {
        // 31 for odd months up to July, and for even ones from August on.
        30 + ((month + month / 8) & 1)
    };
    assert!(day <= days_of_month, rule);
    let years = year - 1;
    let leap_days = years / 4 - years / 100 + years / 400 - LEAP_YEARS_BEFORE_1970;
    // Days before the month if February had 30 days, then less what it lacks.
    let before = (367 * month - 362) / 12;
    let lacking = if (month <= 2) 0
    else if (is_leap) 1
    else 2;
    let days = 365 * (year - 1970) + leap_days + before - lacking + day - 1;
    days * SECONDS_OF_DAY + hour * 3_600 + minute * 60 + second
}

/// Reads the UTCTime, or from 2050 on the GeneralizedTime, at `at`: seconds since 1970, and the offset
/// behind it.
///
/// Aborts with `EInvalidValidity`.
public(package) fun read(bytes: &vector<u8>, at: u64, end: u64): (u64, u64) {
    let is_generalized = at < end && bytes[at] == GENERALIZED_TIME;
    let tag = if (is_generalized) GENERALIZED_TIME else UTC_TIME;
    let (content, content_end) = der::element(bytes, at, end, tag, EInvalidValidity);
    let length = content_end - content;
    let (year, rest) = if (is_generalized) {
        assert!(length == 15, EInvalidValidity);
        let year = 100 * digits(bytes, content) + digits(bytes, content + 2);
        assert!(year >= 2050, EInvalidValidity);
        (year, content + 4)
    } else {
        assert!(length == 13, EInvalidValidity);
        let year = digits(bytes, content);
        (if (year < 50) 2000 + year else 1900 + year, content + 2)
    };
    let seconds = seconds(
        year,
        digits(bytes, rest),
        digits(bytes, rest + 2),
        digits(bytes, rest + 4),
        digits(bytes, rest + 6),
        digits(bytes, rest + 8),
        EInvalidValidity,
    );
    // Z
    assert!(bytes[rest + 10] == 0x5a, EInvalidValidity);
    (seconds, content_end)
}

/// The number that the two digits at `at` write.
fun digits(bytes: &vector<u8>, at: u64): u64 {
    let tens = bytes[at];
    let ones = bytes[at + 1];
    assert!(tens >= 0x30 && tens <= 0x39 && ones >= 0x30 && ones <= 0x39, EInvalidValidity);
    (((tens - 0x30) * 10 + (ones - 0x30)) as u64)
}
