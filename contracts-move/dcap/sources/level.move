/// Levels of signed documents, docs/spec/dcap.md section 6: a patch level, and Intel's judgement of it.
module dcap::level;

use dcap::{json::Json, status, svn::{Self, Svns}};

/// DCAP-63: a text that is no status allowed there.
const EUnknownTcbStatus: u64 = 63;
/// DCAP-64: an element of the advisories is none.
const EUnknownAdvisory: u64 = 64;
/// DCAP-65: more levels or advisories than allowed.
const ETooManyEntries: u64 = 65;
/// DCAP-66: a level is not strictly below the one before it.
const EUnorderedTcbLevels: u64 = 66;

const MAX_ADVISORIES: u64 = 64;
const MAX_ISV_LEVELS: u64 = 16;
const MAX_SVN: u64 = 255;
const MAX_U16: u64 = 65_535;

/// `{"tcb":{"sgxtcbcomponents":[`
const SGX_COMPONENTS: u256 = 0x1c0000005b3a2273746e656e6f706d6f63626374786773227b3a22626374227b;
/// `,"pcesvn":`
const PCE_SVN: u256 = 0x0a0000000000000000000000000000000000000000003a226e7673656370222c;
/// `,"tdxtcbcomponents":[`
const TDX_COMPONENTS: u256 = 0x15000000000000000000005b3a2273746e656e6f706d6f63626374786474222c;
/// `{"tcb":{"isvsvn":`
const ISV_SVN: u256 = 0x1100000000000000000000000000003a226e7673767369227b3a22626374227b;
/// `},"tcbDate":`
const DATE: u256 = 0x0c000000000000000000000000000000000000003a2265746144626374222c7d;
/// `,"tcbStatus":"`
const STATUS: u256 = 0x0e0000000000000000000000000000000000223a22737574617453626374222c;
/// `,"advisoryIDs":[`
const ADVISORIES: u256 = 0x100000000000000000000000000000005b3a2273444979726f7369766461222c;
/// `,"category":"`
const CATEGORY: u256 = 0x0d000000000000000000000000000000000000223a2279726f6765746163222c;
/// `,"type":"`
const TYPE: u256 = 0x0900000000000000000000000000000000000000000000223a2265707974222c;
/// `]`
const END_OF_ARRAY: u256 = 0x010000000000000000000000000000000000000000000000000000000000005d;
/// `}`
const END_OF_OBJECT: u256 = 0x010000000000000000000000000000000000000000000000000000000000007d;

/// `{"svn":` and `"INTEL-SA-`, with the bits that they take.
const SVN_WORD: u256 = 0x3a226e7673227b;
const SVN_MASK: u256 = 0xffffffffffffff;
const SVN_BITS: u8 = 56;
const SVN_LENGTH: u64 = 7;
/// `},` and `}]`
const NEXT_COMPONENT: u256 = 0x2c7d;
const END_OF_COMPONENTS: u256 = 0x5d7d;
/// Three times `{"svn":0},`
const THREE_ZEROS: u256 = 0x2c7d303a226e7673227b2c7d303a226e7673227b2c7d303a226e7673227b;
const THREE_ZEROS_MASK: u256 = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
const THREE_ZEROS_LENGTH: u64 = 30;
const ADVISORY_WORD: u256 = 0x2d41532d4c45544e4922;
const ADVISORY_MASK: u256 = 0xffffffffffffffffffff;
const ADVISORY_BITS: u8 = 80;
const ADVISORY_LENGTH: u64 = 16;

/// A level of microcode and firmware. The TDX components of SGX's are zero.
public struct PlatformLevel has drop, store {
    sgx: Svns,
    pce_svn: u64,
    tdx: Svns,
    judgement: Judgement,
}

/// A level of a TDX module or a quoting enclave.
public struct IsvLevel has drop, store {
    isv_svn: u64,
    judgement: Judgement,
}

/// What Intel says of a level.
public struct Judgement has copy, drop, store {
    /// Code of section 1.
    status: u8,
    /// Numbers of Intel's security advisories, ascending, no repeats: 615 is INTEL-SA-00615.
    advisories: vector<u32>,
}

/// Reads a platform level.
///
/// Aborts with the document's rule, `EUnknownTcbStatus`, `EUnknownAdvisory`, `ETooManyEntries`.
public(package) fun read_platform(json: &mut Json, is_tdx: bool): PlatformLevel {
    json.expect(SGX_COMPONENTS);
    let sgx = read_components(json);
    json.expect(PCE_SVN);
    let pce_svn = json.read_int(MAX_U16);
    let tdx = if (is_tdx) {
        json.expect(TDX_COMPONENTS);
        read_components(json)
    } else {
        svn::none()
    };
    PlatformLevel { sgx, pce_svn, tdx, judgement: read_judgement(json, true) }
}

/// Reads a level of a TDX module or a quoting enclave, behind those of `levels`, onto their end.
///
/// Aborts as `read_platform`, or with `EUnorderedTcbLevels`.
public(package) fun read_isv(json: &mut Json, levels: &mut vector<IsvLevel>) {
    let count = levels.length();
    assert!(count < MAX_ISV_LEVELS, ETooManyEntries);
    json.expect(ISV_SVN);
    let isv_svn = json.read_int(MAX_U16);
    let judgement = read_judgement(json, false);
    assert!(count == 0 || isv_svn < levels[count - 1].isv_svn, EUnorderedTcbLevels);
    levels.push_back(IsvLevel { isv_svn, judgement });
}

/// Checks that a level is strictly below the one before it: by the SGX components left to right, then
/// PCESVN, then the TDX components.
///
/// Aborts with `EUnorderedTcbLevels`.
public(package) fun check_below(self: &PlatformLevel, before: &PlatformLevel) {
    let is_below = if (self.sgx != before.sgx) {
        self.sgx.is_below(before.sgx)
    } else if (self.pce_svn != before.pce_svn) {
        self.pce_svn < before.pce_svn
    } else {
        self.tdx.is_below(before.tdx)
    };
    assert!(is_below, EUnorderedTcbLevels);
}

/// Whether a machine is at this level or above. For SGX, `tdx` is none.
public(package) fun is_met(self: &PlatformLevel, sgx: Svns, pce_svn: u64, tdx: Svns): bool {
    sgx.at_least(self.sgx) && pce_svn >= self.pce_svn && tdx.at_least(self.tdx)
}

/// The first level that `isv_svn` meets, if any.
public(package) fun find_isv(levels: &vector<IsvLevel>, isv_svn: u64): Option<Judgement> {
    let count = levels.length();
    let mut i = 0;
    while (i < count) {
        let level = &levels[i];
        if (level.isv_svn <= isv_svn) return option::some(level.judgement);
        i = i + 1;
    };
    option::none()
}

public(package) fun judgement(self: &PlatformLevel): Judgement {
    self.judgement
}

public(package) fun status(self: &Judgement): u8 {
    self.status
}

public(package) fun advisories(self: &Judgement): &vector<u32> {
    &self.advisories
}

/// The tail that all levels share: date, status, advisories, closing brace.
fun read_judgement(json: &mut Json, is_platform: bool): Judgement {
    json.expect(DATE);
    json.read_date();
    json.expect(STATUS);
    let (low, high) = json.read_text();
    let status = status::from_text(low, high);
    let is_allowed = if (is_platform) status != 0 else status::is_of_isv(status);
    assert!(is_allowed, EUnknownTcbStatus);
    let mut advisories = vector[];
    if (json.skip(ADVISORIES) && !json.skip(END_OF_ARRAY)) read_advisories(json, &mut advisories);
    json.expect(END_OF_OBJECT);
    Judgement { status, advisories }
}

/// Reads `"INTEL-SA-nnnnn"`, one or more, and the bracket behind them: the numbers.
fun read_advisories(json: &mut Json, numbers: &mut vector<u32>) {
    let mut count = 0;
    loop {
        assert!(count < MAX_ADVISORIES, ETooManyEntries);
        count = count + 1;
        let window = json.window();
        assert!(window & ADVISORY_MASK == ADVISORY_WORD, EUnknownAdvisory);
        let mut rest = window >> ADVISORY_BITS;
        let mut number = 0;
        let mut digits = 0u8;
        while (digits < 5) {
            let byte = (rest & 0xff) as u32;
            assert!(byte >= 0x30 && byte <= 0x39, EUnknownAdvisory);
            number = number * 10 + byte - 0x30;
            rest = rest >> 8;
            digits = digits + 1;
        };
        // "
        assert!(rest & 0xff == 0x22, EUnknownAdvisory);
        insert(numbers, number);
        json.advance(ADVISORY_LENGTH + 1);
        // `,` or `]`
        let next = (rest >> 8) & 0xff;
        if (next == 0x5d) break;
        assert!(next == 0x2c, json.malformed());
    }
}

/// Puts a number in its place, unless it is there.
fun insert(numbers: &mut vector<u32>, number: u32) {
    let mut at = numbers.length();
    while (at > 0 && numbers[at - 1] > number) at = at - 1;
    if (at == 0 || numbers[at - 1] != number) numbers.insert(number, at);
}

/// Reads 16 components and the bracket behind them: `{"svn":n}`, with category, type or both behind the
/// number, which are for display.
fun read_components(json: &mut Json): Svns {
    let malformed = json.malformed();
    let mut svns = svn::none();
    let mut count = 0u64;
    while (count < 16) {
        let mut window = json.window();
        // Most are zero, in long runs.
        if (count < 13 && window & THREE_ZEROS_MASK == THREE_ZEROS) {
            svns = svns.push_three_zeros();
            count = count + 3;
            json.advance(THREE_ZEROS_LENGTH);
            continue
        };
        assert!(window & SVN_MASK == SVN_WORD, malformed);
        window = window >> SVN_BITS;
        let mut svn = (window & 0xff) as u64;
        assert!(svn >= 0x30 && svn <= 0x39, malformed);
        svn = svn - 0x30;
        window = window >> 8;
        let mut length = SVN_LENGTH + 1;
        // No digit follows a leading zero, and three are enough.
        while (svn != 0 && length < SVN_LENGTH + 3) {
            let digit = (window & 0xff) as u64;
            if (digit < 0x30 || digit > 0x39) break;
            svn = svn * 10 + digit - 0x30;
            window = window >> 8;
            length = length + 1;
        };
        assert!(svn <= MAX_SVN, malformed);
        svns = svns.push(svn as u8);
        count = count + 1;
        // ,
        if (window & 0xff == 0x2c) {
            json.advance(length);
            if (json.skip(CATEGORY)) {
                json.read_text();
            };
            if (json.skip(TYPE)) {
                json.read_text();
            };
            length = 0;
            window = json.window();
        };
        assert!(
            window & 0xffff == (if (count < 16) NEXT_COMPONENT else END_OF_COMPONENTS),
            malformed,
        );
        json.advance(length + 2);
    };
    svns
}
