/// QE identity version 2, docs/spec/dcap.md section 6.5: Intel's quoting enclave for SGX or TDX, and its
/// levels.
module dcap::qe_identity;

use dcap::{bytes, json::Json, level::{Self, IsvLevel, Judgement}};
use std::bcs;
use sui::address;

/// DCAP-71: not of the grammar, and no other rule names the fault.
const EMalformedQeIdentity: u64 = 71;
/// DCAP-72: not QE or TD_QE, or not version 2.
const EUnsupportedQeIdentity: u64 = 72;
/// DCAP-73: the time is before the issue date.
const EQeIdentityNotYetValid: u64 = 73;
/// DCAP-74: the time is after the next update.
const EQeIdentityExpired: u64 = 74;
/// DCAP-110: MISCSELECT of the QE report is not what the identity says.
const EQeMiscSelectMismatch: u64 = 110;
/// DCAP-111: ATTRIBUTES of the QE report are not what the identity says.
const EQeAttributesMismatch: u64 = 111;
/// DCAP-112: another signer made the quoting enclave.
const EQeSignerMismatch: u64 = 112;
/// DCAP-113: another product.
const EQeProductMismatch: u64 = 113;
/// DCAP-114: the quoting enclave is below every level.
const EQeLevelMissing: u64 = 114;

const MAX_U32: u64 = 4_294_967_295;
const MAX_U16: u64 = 65_535;
const VERSION_2: u64 = 2;

const QE: u256 = 0x4551;
const TD_QE: u256 = 0x45515f4454;
/// `{"id":"`
const ID: u256 = 0x07000000000000000000000000000000000000000000000000223a226469227b;
/// `,"version":`
const VERSION: u256 = 0x0b00000000000000000000000000000000000000003a226e6f6973726576222c;
/// `,"issueDate":`
const ISSUE_DATE: u256 = 0x0d0000000000000000000000000000000000003a22657461446575737369222c;
/// `,"nextUpdate":`
const NEXT_UPDATE: u256 = 0x0e00000000000000000000000000000000003a226574616470557478656e222c;
/// `,"tcbEvaluationDataNumber":`
const EVALUATION_NUMBER: u256 = 0x1b000000003a227265626d754e617461446e6f697461756c617645626374222c;
/// `,"miscselect":"`
const MISC_SELECT: u256 = 0x0f00000000000000000000000000000000223a227463656c65736373696d222c;
/// `,"miscselectMask":"`
const MISC_SELECT_MASK: u256 = 0x13000000000000000000000000223a226b73614d7463656c65736373696d222c;
/// `,"attributes":"`
const ATTRIBUTES: u256 = 0x0f00000000000000000000000000000000223a2273657475626972747461222c;
/// `,"attributesMask":"`
const ATTRIBUTES_MASK: u256 = 0x13000000000000000000000000223a226b73614d73657475626972747461222c;
/// `,"mrsigner":"`
const MR_SIGNER: u256 = 0x0d000000000000000000000000000000000000223a2272656e676973726d222c;
/// `,"isvprodid":`
const ISV_PROD_ID: u256 = 0x0d0000000000000000000000000000000000003a226469646f7270767369222c;
/// `,"tcbLevels":[`
const TCB_LEVELS: u256 = 0x0e00000000000000000000000000000000005b3a22736c6576654c626374222c;
/// `}`
const END_OF_OBJECT: u256 = 0x010000000000000000000000000000000000000000000000000000000000007d;

/// A QE identity that is of the grammar. Values of bytes are little-endian.
public struct QeIdentity has drop, store {
    is_tdx: bool,
    /// Seconds since 1970.
    issue_date: u64,
    next_update: u64,
    evaluation_number: u32,
    misc_select: u128,
    misc_select_mask: u128,
    attributes: u128,
    attributes_mask: u128,
    mr_signer: address,
    isv_prod_id: u64,
    /// Best first.
    levels: vector<IsvLevel>,
}

/// 32 bytes, as BCS writes them.
public struct Bytes32 has drop {
    first: u128,
    second: u128,
}

/// The rule that is broken where a document is no QE identity.
public(package) fun malformed(): u64 {
    EMalformedQeIdentity
}

/// Reads a document, whose rule is `malformed`, judged at `now` in seconds since 1970.
///
/// Aborts with the first rule broken of DCAP-71, DCAP-72, DCAP-63 to DCAP-66, DCAP-73 and DCAP-74.
public(package) fun read(mut json: Json, now: u64): QeIdentity {
    json.expect(ID);
    let (id, rest) = json.read_text();
    let is_tdx = id == TD_QE;
    assert!(rest == 0 && (is_tdx || id == QE), EUnsupportedQeIdentity);
    json.expect(VERSION);
    assert!(json.read_int(MAX_U32) == VERSION_2, EUnsupportedQeIdentity);
    json.expect(ISSUE_DATE);
    let issue_date = json.read_date();
    json.expect(NEXT_UPDATE);
    let next_update = json.read_date();
    json.expect(EVALUATION_NUMBER);
    let evaluation_number = json.read_int(MAX_U32) as u32;
    json.expect(MISC_SELECT);
    let misc_select = json.read_quoted_hex(4);
    json.expect(MISC_SELECT_MASK);
    let misc_select_mask = json.read_quoted_hex(4);
    json.expect(ATTRIBUTES);
    let attributes = json.read_quoted_hex(16);
    json.expect(ATTRIBUTES_MASK);
    let attributes_mask = json.read_quoted_hex(16);
    json.expect(MR_SIGNER);
    let (first, second, _) = json.read_long_hex(32);
    let mr_signer = address::from_bytes(bcs::to_bytes(&Bytes32 { first, second }));
    json.expect(ISV_PROD_ID);
    let isv_prod_id = json.read_int(MAX_U16);
    json.expect(TCB_LEVELS);
    let mut levels = vector[];
    loop {
        level::read_isv(&mut json, &mut levels);
        if (!json.has_next()) break
    };
    json.expect(END_OF_OBJECT);
    json.finish();
    assert!(now >= issue_date, EQeIdentityNotYetValid);
    assert!(now <= next_update, EQeIdentityExpired);
    QeIdentity {
        is_tdx,
        issue_date,
        next_update,
        evaluation_number,
        misc_select,
        misc_select_mask,
        attributes,
        attributes_mask,
        mr_signer,
        isv_prod_id,
        levels,
    }
}

/// Checks that the report at `at` in `evidence` is of this quoting enclave.
///
/// Aborts with the first rule broken of DCAP-110 to DCAP-113.
public(package) fun check_report(self: &QeIdentity, evidence: &vector<u8>, at: u64) {
    assert!(
        bytes::little_endian(evidence, at + 16, 4) & self.misc_select_mask == self.misc_select,
        EQeMiscSelectMismatch,
    );
    assert!(
        bytes::little_endian(evidence, at + 48, 16) & self.attributes_mask == self.attributes,
        EQeAttributesMismatch,
    );
    assert!(bytes::word(evidence, at + 128) == self.mr_signer, EQeSignerMismatch);
    assert!(bytes::read_u16(evidence, at + 256) == self.isv_prod_id, EQeProductMismatch);
}

/// The judgement of the quoting enclave whose report is at `at` in `evidence`.
///
/// Aborts with `EQeLevelMissing`.
public(package) fun judge(self: &QeIdentity, evidence: &vector<u8>, at: u64): Judgement {
    let level = level::find_isv(&self.levels, bytes::read_u16(evidence, at + 258));
    assert!(level.is_some(), EQeLevelMissing);
    level.destroy_some()
}

public(package) fun is_tdx(self: &QeIdentity): bool {
    self.is_tdx
}

public(package) fun issue_date(self: &QeIdentity): u64 {
    self.issue_date
}

public(package) fun next_update(self: &QeIdentity): u64 {
    self.next_update
}

public(package) fun evaluation_number(self: &QeIdentity): u32 {
    self.evaluation_number
}
