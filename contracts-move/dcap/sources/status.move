/// TCB statuses, docs/spec/dcap.md section 1, as codes: what Intel says of a patch level.
module dcap::status;

const UP_TO_DATE: u8 = 1;
const SW_HARDENING_NEEDED: u8 = 2;
const CONFIGURATION_NEEDED: u8 = 3;
const CONFIGURATION_AND_SW_HARDENING_NEEDED: u8 = 4;
const OUT_OF_DATE: u8 = 5;
const OUT_OF_DATE_CONFIGURATION_NEEDED: u8 = 6;
const TD_RELAUNCH_ADVISED: u8 = 7;
const TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED: u8 = 8;
const REVOKED: u8 = 9;

/// The names as `dcap::json::read_text` gives them: the first byte in the least significant place.
const UP_TO_DATE_TEXT: u256 = 0x657461446f547055;
const SW_HARDENING_NEEDED_TEXT: u256 = 0x64656465654e676e696e65647261485753;
const CONFIGURATION_NEEDED_TEXT: u256 = 0x64656465654e6e6f69746172756769666e6f43;
/// Without its last letter, the 33rd.
const CONFIGURATION_AND_SW_HARDENING_NEEDED_TEXT: u256 =
    0x656465654e676e696e65647261485753646e416e6f69746172756769666e6f43;
const LAST_LETTER: u256 = 0x64;
const OUT_OF_DATE_TEXT: u256 = 0x65746144664f74754f;
const OUT_OF_DATE_CONFIGURATION_NEEDED_TEXT: u256 =
    0x64656465654e6e6f69746172756769666e6f4365746144664f74754f;
const REVOKED_TEXT: u256 = 0x64656b6f766552;

/// The status that a document names by a text of at most 64 bytes, in two halves; 0 for none. No document
/// says that a trust domain should be relaunched: that is what `of_relaunch` finds.
public(package) fun from_text(low: u256, high: u256): u8 {
    if (high != 0) {
        let is_known = low == CONFIGURATION_AND_SW_HARDENING_NEEDED_TEXT && high == LAST_LETTER;
        return if (is_known) CONFIGURATION_AND_SW_HARDENING_NEEDED else 0
    };
    if (low == UP_TO_DATE_TEXT) return UP_TO_DATE;
    if (low == SW_HARDENING_NEEDED_TEXT) return SW_HARDENING_NEEDED;
    if (low == CONFIGURATION_NEEDED_TEXT) return CONFIGURATION_NEEDED;
    if (low == OUT_OF_DATE_TEXT) return OUT_OF_DATE;
    if (low == OUT_OF_DATE_CONFIGURATION_NEEDED_TEXT) return OUT_OF_DATE_CONFIGURATION_NEEDED;
    if (low == REVOKED_TEXT) return REVOKED;
    0
}

/// Whether a level of a TDX module or quoting enclave may have it.
public(package) fun is_of_isv(status: u8): bool {
    status == UP_TO_DATE || status == OUT_OF_DATE || status == REVOKED
}

public(package) fun is_revoked(status: u8): bool {
    status == REVOKED
}

/// A platform's status made worse by that of the TDX module or the quoting enclave: section 9, merged
/// status. In whichever order both are merged, the result is the same.
public(package) fun merge(platform: u8, component: u8): u8 {
    if (component == REVOKED) return REVOKED;
    if (component != OUT_OF_DATE) return platform;
    if (platform == UP_TO_DATE || platform == SW_HARDENING_NEEDED) return OUT_OF_DATE;
    if (platform == CONFIGURATION_NEEDED || platform == CONFIGURATION_AND_SW_HARDENING_NEEDED)
        return OUT_OF_DATE_CONFIGURATION_NEEDED;
    platform
}

/// Status of a trust domain whose module was updated under it: `launch` is that of its start, `present`
/// the one that it has now. Section 9, TD report 1.5.
public(package) fun of_relaunch(launch: u8, present: u8): u8 {
    let is_launch_old = launch == OUT_OF_DATE || launch == OUT_OF_DATE_CONFIGURATION_NEEDED;
    if (!is_launch_old || present > CONFIGURATION_AND_SW_HARDENING_NEEDED) return launch;
    let needs_configuration =
        launch == OUT_OF_DATE_CONFIGURATION_NEEDED ||
        present == CONFIGURATION_NEEDED ||
        present == CONFIGURATION_AND_SW_HARDENING_NEEDED;
    if (needs_configuration) TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED else TD_RELAUNCH_ADVISED
}
