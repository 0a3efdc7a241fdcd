/// TCB info version 3, docs/spec/dcap.md section 6.4: the patch levels of one family of machines, and of
/// the TDX modules that they run.
///
/// The longest document takes more instructions than a transaction should spend, so a `Reader` reads it
/// in as many steps as the caller likes. Only a document that is read to its end becomes a `TcbInfo`.
module dcap::tcb_info;

use dcap::{json::Json, level::{Self, IsvLevel, Judgement, PlatformLevel}, svn::Svns};
use std::bcs;

/// DCAP-61: not of the grammar, and no other rule names the fault.
const EMalformedTcbInfo: u64 = 61;
/// DCAP-62: not for SGX or TDX, not version 3, or not TCB type 0.
const EUnsupportedTcbInfo: u64 = 62;
/// DCAP-65: more levels or module identities than allowed.
const ETooManyEntries: u64 = 65;
/// DCAP-66: a module identity has the id of one before it.
const EUnorderedTcbLevels: u64 = 66;
/// DCAP-67: the time is before the issue date.
const ETcbInfoNotYetValid: u64 = 67;
/// DCAP-68: the time is after the next update.
const ETcbInfoExpired: u64 = 68;
/// The document is not read to its end: read on.
const EUnfinishedTcbInfo: u64 = 202;

const MAX_LEVELS: u64 = 64;
const MAX_IDENTITIES: u64 = 16;
const MAX_U32: u64 = 4_294_967_295;
const VERSION_3: u64 = 3;

/// What a `Reader` reads next.
const HEAD: u8 = 0;
const IDENTITY: u8 = 1;
const IDENTITY_LEVEL: u8 = 2;
const LEVEL: u8 = 3;
const END: u8 = 4;

const SGX: u256 = 0x584753;
const TDX: u256 = 0x584454;
/// `{"id":"`
const ID: u256 = 0x07000000000000000000000000000000000000000000000000223a226469227b;
/// `,"version":`
const VERSION: u256 = 0x0b00000000000000000000000000000000000000003a226e6f6973726576222c;
/// `,"issueDate":`
const ISSUE_DATE: u256 = 0x0d0000000000000000000000000000000000003a22657461446575737369222c;
/// `,"nextUpdate":`
const NEXT_UPDATE: u256 = 0x0e00000000000000000000000000000000003a226574616470557478656e222c;
/// `,"fmspc":"`
const FMSPC: u256 = 0x0a000000000000000000000000000000000000000000223a226370736d66222c;
/// `,"pceId":"`
const PCE_ID: u256 = 0x0a000000000000000000000000000000000000000000223a226449656370222c;
/// `,"tcbType":`
const TCB_TYPE: u256 = 0x0b00000000000000000000000000000000000000003a2265707954626374222c;
/// `,"tcbEvaluationDataNumber":`
const EVALUATION_NUMBER: u256 = 0x1b000000003a227265626d754e617461446e6f697461756c617645626374222c;
/// `,"tdxModule":{`
const TDX_MODULE: u256 = 0x0e00000000000000000000000000000000007b3a22656c75646f4d786474222c;
/// `"mrsigner":"`
const MR_SIGNER: u256 = 0x0c00000000000000000000000000000000000000223a2272656e676973726d22;
/// `,"attributes":"`
const ATTRIBUTES: u256 = 0x0f00000000000000000000000000000000223a2273657475626972747461222c;
/// `,"attributesMask":"`
const ATTRIBUTES_MASK: u256 = 0x13000000000000000000000000223a226b73614d73657475626972747461222c;
/// `}`
const END_OF_OBJECT: u256 = 0x010000000000000000000000000000000000000000000000000000000000007d;
/// `,"tdxModuleIdentities":[`
const TDX_MODULE_IDENTITIES: u256 =
    0x18000000000000005b3a227365697469746e656449656c75646f4d786474222c;
/// `{"id":"TDX_`
const TDX_ID: u256 = 0x0b00000000000000000000000000000000000000005f584454223a226469227b;
/// `"`
const QUOTE: u256 = 0x0100000000000000000000000000000000000000000000000000000000000022;
/// `,`
const COMMA: u256 = 0x010000000000000000000000000000000000000000000000000000000000002c;
/// `,"tcbLevels":[`
const TCB_LEVELS: u256 = 0x0e00000000000000000000000000000000005b3a22736c6576654c626374222c;

/// TCB info that is of the grammar.
public struct TcbInfo has drop, store {
    is_tdx: bool,
    /// Seconds since 1970.
    issue_date: u64,
    next_update: u64,
    /// 6 bytes
    fmspc: vector<u8>,
    /// 2 bytes
    pce_id: vector<u8>,
    evaluation_number: u32,
    /// Of TDX alone: the modules without a version, then those with one.
    tdx_module: Option<TdxModule>,
    tdx_module_identities: vector<TdxModuleIdentity>,
    /// Best first.
    levels: vector<PlatformLevel>,
}

/// Who makes a TDX module, and its attributes, 48 and 8 bytes.
public struct TdxModule has drop, store {
    mr_signer: vector<u8>,
    attributes: u128,
}

/// The TDX modules of one version.
public struct TdxModuleIdentity has drop, store {
    version: u8,
    tdx_module: TdxModule,
    /// Best first.
    levels: vector<IsvLevel>,
}

/// A document on its way to become a `TcbInfo`.
public struct Reader has drop, store {
    json: Json,
    next: u8,
    info: TcbInfo,
}

/// 48 bytes, as BCS writes them.
public struct Bytes48 has drop {
    first: u128,
    second: u128,
    third: u128,
}

/// The rule that is broken where a document is no TCB info.
public(package) fun malformed(): u64 {
    EMalformedTcbInfo
}

/// A reader of a document, whose rule is `malformed`.
public(package) fun reader(json: Json): Reader {
    let info = TcbInfo {
        is_tdx: false,
        issue_date: 0,
        next_update: 0,
        fmspc: vector[],
        pce_id: vector[],
        evaluation_number: 0,
        tdx_module: option::none(),
        tdx_module_identities: vector[],
        levels: vector[],
    };
    Reader { json, next: HEAD, info }
}

/// Reads up to `steps` parts more: the head, the head of a module identity, or a level.
///
/// Aborts with the first rule broken of DCAP-61 to DCAP-66.
public(package) fun read(self: &mut Reader, steps: u64) {
    let mut left = steps;
    while (left > 0 && self.next != END) {
        if (self.next == LEVEL) {
            self.read_level();
        } else if (self.next == IDENTITY_LEVEL) {
            self.read_identity_level();
        } else if (self.next == IDENTITY) {
            self.read_identity();
        } else {
            self.read_head();
        };
        left = left - 1;
    }
}

/// Whether the document is read to its end.
public(package) fun is_read(self: &Reader): bool {
    self.next == END
}

/// What was read, judged at `now` in seconds since 1970.
///
/// Aborts with `EUnfinishedTcbInfo`, `ETcbInfoNotYetValid`, `ETcbInfoExpired`.
public(package) fun finish(self: Reader, now: u64): TcbInfo {
    let Reader { json: _, next, info } = self;
    assert!(next == END, EUnfinishedTcbInfo);
    assert!(now >= info.issue_date, ETcbInfoNotYetValid);
    assert!(now <= info.next_update, ETcbInfoExpired);
    info
}

public(package) fun is_tdx(self: &TcbInfo): bool {
    self.is_tdx
}

public(package) fun issue_date(self: &TcbInfo): u64 {
    self.issue_date
}

public(package) fun next_update(self: &TcbInfo): u64 {
    self.next_update
}

public(package) fun fmspc(self: &TcbInfo): vector<u8> {
    self.fmspc
}

public(package) fun pce_id(self: &TcbInfo): &vector<u8> {
    &self.pce_id
}

public(package) fun evaluation_number(self: &TcbInfo): u32 {
    self.evaluation_number
}

/// The modules without a version, of TDX.
public(package) fun tdx_module(self: &TcbInfo): &TdxModule {
    self.tdx_module.borrow()
}

/// Where the identity of modules with a version stands, if there is one.
public(package) fun find_identity(self: &TcbInfo, version: u8): Option<u64> {
    let identities = &self.tdx_module_identities;
    let count = identities.length();
    let mut i = 0;
    while (i < count) {
        if (identities[i].version == version) return option::some(i);
        i = i + 1;
    };
    option::none()
}

/// The modules of the identity that stands at `index`.
public(package) fun identity_module(self: &TcbInfo, index: u64): &TdxModule {
    &self.tdx_module_identities[index].tdx_module
}

/// The levels of the identity that stands at `index`.
public(package) fun identity_levels(self: &TcbInfo, index: u64): &vector<IsvLevel> {
    &self.tdx_module_identities[index].levels
}

/// Whether a module is one of these.
public(package) fun is_module(self: &TdxModule, mr_signer: &vector<u8>, attributes: u128): bool {
    &self.mr_signer == mr_signer && self.attributes == attributes
}

/// The first platform level that a machine meets, if any; for SGX, `tdx` is none.
public(package) fun find_level(
    self: &TcbInfo,
    sgx: Svns,
    pce_svn: u64,
    tdx: Svns,
): Option<Judgement> {
    let levels = &self.levels;
    let count = levels.length();
    let mut i = 0;
    while (i < count) {
        let level = &levels[i];
        if (level.is_met(sgx, pce_svn, tdx)) return option::some(level.judgement());
        i = i + 1;
    };
    option::none()
}

/// From the start to the first module identity or level.
fun read_head(self: &mut Reader) {
    let json = &mut self.json;
    let info = &mut self.info;
    json.expect(ID);
    let (id, rest) = json.read_text();
    info.is_tdx = id == TDX;
    assert!(rest == 0 && (info.is_tdx || id == SGX), EUnsupportedTcbInfo);
    json.expect(VERSION);
    assert!(json.read_int(MAX_U32) == VERSION_3, EUnsupportedTcbInfo);
    json.expect(ISSUE_DATE);
    info.issue_date = json.read_date();
    json.expect(NEXT_UPDATE);
    info.next_update = json.read_date();
    json.expect(FMSPC);
    info.fmspc = low_bytes(json.read_quoted_hex(6), 6);
    json.expect(PCE_ID);
    info.pce_id = low_bytes(json.read_quoted_hex(2), 2);
    json.expect(TCB_TYPE);
    assert!(json.read_int(MAX_U32) == 0, EUnsupportedTcbInfo);
    json.expect(EVALUATION_NUMBER);
    info.evaluation_number = json.read_int(MAX_U32) as u32;
    self.next = LEVEL;
    if (info.is_tdx) {
        json.expect(TDX_MODULE);
        info.tdx_module.fill(read_module(json));
        json.expect(END_OF_OBJECT);
        if (json.skip(TDX_MODULE_IDENTITIES)) {
            self.next = IDENTITY;
            return
        };
    };
    json.expect(TCB_LEVELS);
}

/// From the start of a module identity to its first level.
fun read_identity(self: &mut Reader) {
    let json = &mut self.json;
    let info = &mut self.info;
    assert!(info.tdx_module_identities.length() < MAX_IDENTITIES, ETooManyEntries);
    json.expect(TDX_ID);
    let version = json.read_hex(1) as u8;
    json.expect(QUOTE);
    assert!(info.find_identity(version).is_none(), EUnorderedTcbLevels);
    json.expect(COMMA);
    let tdx_module = read_module(json);
    json.expect(TCB_LEVELS);
    let identity = TdxModuleIdentity { version, tdx_module, levels: vector[] };
    info.tdx_module_identities.push_back(identity);
    self.next = IDENTITY_LEVEL;
}

fun read_identity_level(self: &mut Reader) {
    let json = &mut self.json;
    let identities = &mut self.info.tdx_module_identities;
    let last = identities.length() - 1;
    level::read_isv(json, &mut identities[last].levels);
    if (json.has_next()) return;
    json.expect(END_OF_OBJECT);
    self.next = IDENTITY;
    if (json.has_next()) return;
    json.expect(TCB_LEVELS);
    self.next = LEVEL;
}

fun read_level(self: &mut Reader) {
    let json = &mut self.json;
    let info = &mut self.info;
    let count = info.levels.length();
    assert!(count < MAX_LEVELS, ETooManyEntries);
    let level = level::read_platform(json, info.is_tdx);
    if (count != 0) level.check_below(&info.levels[count - 1]);
    info.levels.push_back(level);
    if (json.has_next()) return;
    json.expect(END_OF_OBJECT);
    json.finish();
    self.next = END;
}

/// The mask of the attributes is not used: all of them count.
fun read_module(json: &mut Json): TdxModule {
    json.expect(MR_SIGNER);
    let (first, second, third) = json.read_long_hex(48);
    json.expect(ATTRIBUTES);
    let attributes = json.read_quoted_hex(8);
    json.expect(ATTRIBUTES_MASK);
    json.read_quoted_hex(8);
    TdxModule { mr_signer: bcs::to_bytes(&Bytes48 { first, second, third }), attributes }
}

/// The first `count` bytes of a number, at most 8.
fun low_bytes(number: u128, count: u64): vector<u8> {
    let mut bytes = bcs::to_bytes(&(number as u64));
    while (bytes.length() > count) {
        bytes.pop_back();
    };
    bytes
}
