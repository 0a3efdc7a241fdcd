/// Extensions of a certificate, docs/spec/dcap.md section 4: each that its role allows exactly once, in
/// any order, and no other.
module dcap::extensions;

use dcap::{bytes, der, sgx_extension::{Self, SgxExtension}};

/// DCAP-20: not of the form of section 4, and no other rule names the fault.
const EMalformedCertificate: u64 = 20;
/// DCAP-27: an extension that is unknown, or not allowed in this role.
const EUnknownExtension: u64 = 27;
/// DCAP-28: an extension stands twice.
const EDuplicateExtension: u64 = 28;
/// DCAP-29: wrong criticality, or a key identifier not of its form.
const EInvalidExtension: u64 = 29;
/// DCAP-30: the key usage is not that of the role.
const EInvalidKeyUsage: u64 = 30;
/// DCAP-31: the basic constraints are not those of the role.
const EInvalidBasicConstraints: u64 = 31;
/// DCAP-32: an extension of the role is absent.
const EMissingExtension: u64 = 32;

const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// A role of section 1, by its code; those above the second certify nobody.
const ROOT: u8 = 1;
const PCK_CA: u8 = 2;
const PCK: u8 = 4;

/// One bit for each extension.
const AUTHORITY_KEY_ID: u8 = 1;
const CRL_POINTS: u8 = 2;
const SUBJECT_KEY_ID: u8 = 4;
const KEY_USAGE: u8 = 8;
const BASIC_CONSTRAINTS: u8 = 16;
const SGX: u8 = 32;
const ALL_BUT_SGX: u8 = 31;

/// What the extensions say.
public struct Extensions has drop {
    /// 20 bytes each.
    authority_key_id: vector<u8>,
    subject_key_id: vector<u8>,
    /// Of the role PCK alone.
    sgx: Option<SgxExtension>,
}

/// Authority key identifier, subject key identifier, SGX extension.
public(package) fun unpack(self: Extensions): (vector<u8>, vector<u8>, Option<SgxExtension>) {
    let Extensions { authority_key_id, subject_key_id, sgx } = self;
    (authority_key_id, subject_key_id, sgx)
}

/// Reads the extensions from `at` up to `end`, of a certificate for a role.
///
/// Aborts with the first rule broken of DCAP-20 and DCAP-27 to DCAP-32, for a PCK certificate also of
/// section 5.
public(package) fun read(bytes: &vector<u8>, at: u64, end: u64, role: u8): Extensions {
    let mut found = Extensions {
        authority_key_id: vector[],
        subject_key_id: vector[],
        sgx: option::none(),
    };
    let mut seen = 0;
    let mut next = at;
    while (next < end) {
        let (content, extension_end) = der::element(
            bytes,
            next,
            end,
            SEQUENCE,
            EMalformedCertificate,
        );
        let (oid, value) = der::element(
            bytes,
            content,
            extension_end,
            OID,
            EMalformedCertificate,
        );
        let kind = kind(bytes, oid, value, role);
        assert!(seen & kind == 0, EDuplicateExtension);
        seen = seen | kind;
        let value = skip_criticality(bytes, value, extension_end, kind);
        let value = der::last(bytes, value, extension_end, OCTET_STRING, EMalformedCertificate);
        if (kind == AUTHORITY_KEY_ID) {
            found.authority_key_id = read_key_id(bytes, value, extension_end, x"30168014");
        } else if (kind == SUBJECT_KEY_ID) {
            found.subject_key_id = read_key_id(bytes, value, extension_end, x"0414");
        } else if (kind == KEY_USAGE) {
            check_key_usage(bytes, value, extension_end, role);
        } else if (kind == BASIC_CONSTRAINTS) {
            check_basic_constraints(bytes, value, extension_end, role);
        } else if (kind == SGX) {
            found.sgx.fill(sgx_extension::read(bytes, value, extension_end));
        };
        next = extension_end;
    };
    let required = if (role == PCK) ALL_BUT_SGX | SGX else ALL_BUT_SGX;
    assert!(seen == required, EMissingExtension);
    found
}

/// The extension that an OID names, the content from `at` up to `end`.
///
/// Aborts with `EUnknownExtension` if the role does not allow it.
fun kind(bytes: &vector<u8>, at: u64, end: u64, role: u8): u8 {
    let length = end - at;
    // id-ce, RFC 5280 section 4.2.1
    if (length == 3 && bytes[at] == 0x55 && bytes[at + 1] == 0x1d) {
        let last = bytes[at + 2];
        if (last == 0x23) return AUTHORITY_KEY_ID;
        if (last == 0x1f) return CRL_POINTS;
        if (last == 0x0e) return SUBJECT_KEY_ID;
        if (last == 0x0f) return KEY_USAGE;
        assert!(last == 0x13, EUnknownExtension);
        return BASIC_CONSTRAINTS
    };
    assert!(
        length == 9 && role == PCK && sgx_extension::is_extension_oid(bytes, at),
        EUnknownExtension,
    );
    SGX
}

/// Steps over the BOOLEAN that says that an extension is critical, as key usage and basic constraints
/// are and no others.
fun skip_criticality(bytes: &vector<u8>, at: u64, end: u64, kind: u8): u64 {
    let is_critical = at < end && bytes[at] == BOOLEAN;
    let next = if (is_critical) der::expect(bytes, at, end, x"0101ff", EInvalidExtension) else at;
    assert!(is_critical == (kind == KEY_USAGE || kind == BASIC_CONSTRAINTS), EInvalidExtension);
    next
}

fun read_key_id(bytes: &vector<u8>, at: u64, end: u64, head: vector<u8>): vector<u8> {
    let content = der::expect(bytes, at, end, head, EInvalidExtension);
    assert!(end - content == 20, EInvalidExtension);
    bytes::slice(bytes, content, end)
}

/// 03 02 uu bb: of bb, the lowest uu bits are not used, and zero. Whoever certifies signs certificates
/// and CRLs; nobody else does, but makes digital signatures.
fun check_key_usage(bytes: &vector<u8>, at: u64, end: u64, role: u8) {
    assert!(
        end - at == 4 && bytes[at] == 0x03 && bytes[at + 1] == 0x02 && bytes[at + 2] <= 7,
        EInvalidKeyUsage,
    );
    let unused = bytes[at + 2];
    let bits = bytes[at + 3];
    assert!(bits & ((1 << unused) - 1) == 0, EInvalidKeyUsage);
    let is_allowed = if (role <= PCK_CA) bits & 0x06 == 0x06 else bits & 0x86 == 0x80;
    assert!(is_allowed, EInvalidKeyUsage);
}

/// Whoever certifies is a CA, with or without a greatest length of the path below; the root's lets a CA
/// stand below it. Nobody else is one.
fun check_basic_constraints(bytes: &vector<u8>, at: u64, end: u64, role: u8) {
    let is_allowed = if (role > PCK_CA) {
        end - at == 2 && bytes[at] == 0x30 && bytes[at + 1] == 0x00
    } else if (end - at == 8) {
        bytes::has(bytes, at, end, &x"30060101ff0201") &&
        bytes[at + 7] <= 0x7f &&
        (role != ROOT || bytes[at + 7] >= 1)
    } else {
        end - at == 5 && bytes::has(bytes, at, end, &x"30030101ff")
    };
    assert!(is_allowed, EInvalidBasicConstraints);
}
