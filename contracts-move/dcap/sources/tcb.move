/// Judgement of a machine's patch level, docs/spec/dcap.md section 9.
module dcap::tcb;

use dcap::{
    bytes,
    level::Judgement,
    quote::Layout,
    sgx_extension::SgxExtension,
    status,
    svn::{Self, Svns},
    tcb_info::TcbInfo
};

/// DCAP-105: SEAMATTRIBUTES are not zero.
const ENonZeroSeamAttributes: u64 = 105;
/// DCAP-106: the TCB info has no identity for this version of the TDX module.
const ETdxModuleIdentityMissing: u64 = 106;
/// DCAP-107: the TDX module is signed by another, or has other attributes.
const ETdxModuleMismatch: u64 = 107;
/// DCAP-115: the machine is below every platform level.
const ETcbLevelMissing: u64 = 115;
/// DCAP-116: the TDX module is below every level of its identity.
const ETdxModuleLevelMissing: u64 = 116;
/// DCAP-117: Intel revoked the patch level of the machine, the TDX module or the quoting enclave.
const ETcbRevoked: u64 = 117;

/// Checks the TDX module that launched the trust domain.
///
/// Aborts with the first rule broken of DCAP-105 to DCAP-107.
public(package) fun check_module(info: &TcbInfo, evidence: &vector<u8>, layout: &Layout) {
    let body = layout.body();
    assert!(bytes::is_zero(evidence, body + 112, body + 120), ENonZeroSeamAttributes);
    let version = evidence[body + 1];
    let expected = if (version == 0) {
        info.tdx_module()
    } else {
        info.identity_module(identity(info, version))
    };
    let mr_signer = bytes::slice(evidence, body + 64, body + 112);
    // The report's attributes are zero, as checked above.
    assert!(expected.is_module(&mr_signer, 0), ETdxModuleMismatch);
}

/// Status and advisories of a machine with a quoting enclave judged `qe`.
///
/// Aborts with the first rule broken of DCAP-115, DCAP-106, DCAP-116, in this order for launch, then for
/// the present, and DCAP-117.
public(package) fun judge(
    info: &TcbInfo,
    sgx: &SgxExtension,
    qe: Judgement,
    evidence: &vector<u8>,
    layout: &Layout,
): (u8, vector<u32>) {
    let body = layout.body();
    if (layout.is_sgx()) {
        let platform = platform(info, sgx, svn::none());
        let status = status::merge(platform.status(), qe.status());
        assert!(!status::is_revoked(status), ETcbRevoked);
        return (status, merge(platform.advisories(), qe.advisories()))
    };
    let (launch, advisories) = judge_tdx(info, sgx, evidence, body);
    let launch = status::merge(launch, qe.status());
    let advisories = merge(&advisories, qe.advisories());
    if (!layout.is_td15()) {
        assert!(!status::is_revoked(launch), ETcbRevoked);
        return (launch, advisories)
    };
    // A TD report 1.5 says which module runs the trust domain now.
    let (present, _) = judge_tdx(info, sgx, evidence, body + 584);
    let present = status::merge(present, qe.status());
    assert!(!status::is_revoked(launch) && !status::is_revoked(present), ETcbRevoked);
    (status::of_relaunch(launch, present), advisories)
}

/// Status and advisories of platform and TDX module, for the TEE_TCB_SVN at `at`.
fun judge_tdx(
    info: &TcbInfo,
    sgx: &SgxExtension,
    evidence: &vector<u8>,
    at: u64,
): (u8, vector<u32>) {
    let svns = svn::read(evidence, at);
    let version = evidence[at + 1];
    if (version == 0) {
        let platform = platform(info, sgx, svns);
        return (platform.status(), *platform.advisories())
    };
    // With a module version of its own, bytes 0 and 1 belong to the module's identity.
    let platform = platform(info, sgx, svns.without_first_two());
    let levels = info.identity_levels(identity(info, version));
    let level = dcap::level::find_isv(levels, evidence[at] as u64);
    assert!(level.is_some(), ETdxModuleLevelMissing);
    let level = level.destroy_some();
    (
        status::merge(platform.status(), level.status()),
        merge(platform.advisories(), level.advisories()),
    )
}

fun platform(info: &TcbInfo, sgx: &SgxExtension, tdx: Svns): Judgement {
    let level = info.find_level(sgx.components(), sgx.pce_svn(), tdx);
    assert!(level.is_some(), ETcbLevelMissing);
    level.destroy_some()
}

fun identity(info: &TcbInfo, version: u8): u64 {
    let index = info.find_identity(version);
    assert!(index.is_some(), ETdxModuleIdentityMissing);
    index.destroy_some()
}

/// The numbers that are in either list, both of which ascend without repeats, as one such list.
fun merge(left: &vector<u32>, right: &vector<u32>): vector<u32> {
    let (left_count, right_count) = (left.length(), right.length());
    if (right_count == 0) return *left;
    if (left_count == 0) return *right;
    let mut merged = vector[];
    let (mut i, mut j) = (0, 0);
    while (i < left_count && j < right_count) {
        let (a, b) = (left[i], right[j]);
        if (a <= b) {
            merged.push_back(a);
            i = i + 1;
        } else {
            merged.push_back(b);
        };
        if (b <= a) j = j + 1;
    };
    while (i < left_count) {
        merged.push_back(left[i]);
        i = i + 1;
    };
    while (j < right_count) {
        merged.push_back(right[j]);
        j = j + 1;
    };
    merged
}
