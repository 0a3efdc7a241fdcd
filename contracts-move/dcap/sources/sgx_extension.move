/// The SGX extension of a PCK certificate, docs/spec/dcap.md section 5: what Intel certifies about a
/// machine.
module dcap::sgx_extension;

use dcap::{bytes, der, svn::{Self, Svns}};

/// DCAP-40: not of the form of section 5, and DCAP-41 does not name the fault.
const EMalformedSgxExtension: u64 = 40;
/// DCAP-41: the PPID is not 16 bytes long, as an encrypted one is, or is zero.
const EInvalidPpid: u64 = 41;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;

/// Scalable with integrity, the last SGX type known.
const MAX_SGX_TYPE: u8 = 2;

/// What the extension says, as far as anybody judges it.
public struct SgxExtension has copy, drop {
    /// 16 bytes
    ppid: vector<u8>,
    components: Svns,
    pce_svn: u64,
    /// 2 bytes
    pce_id: vector<u8>,
    /// 6 bytes
    fmspc: vector<u8>,
}

/// Reads the content of the OCTET STRING from `at` up to `end`.
///
/// Aborts with `EMalformedSgxExtension`, `EInvalidPpid`.
public(package) fun read(bytes: &vector<u8>, at: u64, end: u64): SgxExtension {
    let content = der::last(bytes, at, end, SEQUENCE, EMalformedSgxExtension);
    let (value, next) = entry(bytes, content, end, 1);
    let value = der::last(bytes, value, next, OCTET_STRING, EMalformedSgxExtension);
    assert!(next - value == 16 && !bytes::is_zero(bytes, value, next), EInvalidPpid);
    let ppid = bytes::slice(bytes, value, next);

    let (value, after_tcb) = entry(bytes, next, end, 2);
    let mut next = der::last(bytes, value, after_tcb, SEQUENCE, EMalformedSgxExtension);
    let mut components = svn::none();
    let mut i = 1;
    while (i <= 16) {
        let (value, entry_end) = tcb_entry(bytes, next, after_tcb, i);
        components = components.push(integer(bytes, value, entry_end, 1) as u8);
        next = entry_end;
        i = i + 1;
    };
    let (value, next) = tcb_entry(bytes, next, after_tcb, 17);
    let pce_svn = integer(bytes, value, next, 2) as u64;
    let (value, next) = tcb_entry(bytes, next, after_tcb, 18);
    octets(bytes, value, next, 16);
    assert!(next == after_tcb, EMalformedSgxExtension);

    let (value, next) = entry(bytes, next, end, 3);
    let pce_id = bytes::slice(bytes, octets(bytes, value, next, 2), next);
    let (value, next) = entry(bytes, next, end, 4);
    let fmspc = bytes::slice(bytes, octets(bytes, value, next, 6), next);
    let (value, next) = entry(bytes, next, end, 5);
    let value = der::last(bytes, value, next, ENUMERATED, EMalformedSgxExtension);
    assert!(next - value == 1 && bytes[value] <= MAX_SGX_TYPE, EMalformedSgxExtension);
    if (next != end) {
        let (value, next) = entry(bytes, next, end, 6);
        octets(bytes, value, next, 16);
        let (value, next) = entry(bytes, next, end, 7);
        der::last(bytes, value, next, SEQUENCE, EMalformedSgxExtension);
        assert!(next == end, EMalformedSgxExtension);
    };
    SgxExtension { ppid, components, pce_svn, pce_id, fmspc }
}

public(package) fun ppid(self: &SgxExtension): &vector<u8> {
    &self.ppid
}

public(package) fun components(self: &SgxExtension): Svns {
    self.components
}

public(package) fun pce_svn(self: &SgxExtension): u64 {
    self.pce_svn
}

public(package) fun pce_id(self: &SgxExtension): &vector<u8> {
    &self.pce_id
}

public(package) fun fmspc(self: &SgxExtension): vector<u8> {
    self.fmspc
}

/// Enters the entry at `at`, whose OID is the extension's and `suffix`: the offset of its value, and its
/// end.
fun entry(bytes: &vector<u8>, at: u64, end: u64, suffix: u8): (u64, u64) {
    let (content, entry_end) = der::element(bytes, at, end, SEQUENCE, EMalformedSgxExtension);
    let (oid, oid_end) = der::element(bytes, content, entry_end, OID, EMalformedSgxExtension);
    assert!(
        oid_end - oid == 10 && is_extension_oid(bytes, oid) && bytes[oid + 9] == suffix,
        EMalformedSgxExtension,
    );
    (oid_end, entry_end)
}

/// As `entry`, for the suffix 2 and `suffix`.
fun tcb_entry(bytes: &vector<u8>, at: u64, end: u64, suffix: u8): (u64, u64) {
    let (content, entry_end) = der::element(bytes, at, end, SEQUENCE, EMalformedSgxExtension);
    let (oid, oid_end) = der::element(bytes, content, entry_end, OID, EMalformedSgxExtension);
    assert!(
        oid_end - oid == 11 &&
        is_extension_oid(bytes, oid) &&
        bytes[oid + 9] == 2 &&
        bytes[oid + 10] == suffix,
        EMalformedSgxExtension,
    );
    (oid_end, entry_end)
}

/// Whether the 9 bytes at `at` are the OID 1.2.840.113741.1.13.1. Spelled out: a loop takes twice the
/// instructions, and there are 25 entries.
public(package) fun is_extension_oid(bytes: &vector<u8>, at: u64): bool {
    bytes[at] == 0x2a &&
    bytes[at + 1] == 0x86 &&
    bytes[at + 2] == 0x48 &&
    bytes[at + 3] == 0x86 &&
    bytes[at + 4] == 0xf8 &&
    bytes[at + 5] == 0x4d &&
    bytes[at + 6] == 0x01 &&
    bytes[at + 7] == 0x0d &&
    bytes[at + 8] == 0x01
}

/// The INTEGER that is the whole value of an entry.
fun integer(bytes: &vector<u8>, at: u64, end: u64, max_bytes: u64): u256 {
    let content = der::last(bytes, at, end, INTEGER, EMalformedSgxExtension);
    der::integer(bytes, content, end, max_bytes, EMalformedSgxExtension)
}

/// Enters the OCTET STRING of `count` bytes that is the whole value of an entry.
fun octets(bytes: &vector<u8>, at: u64, end: u64, count: u64): u64 {
    let content = der::last(bytes, at, end, OCTET_STRING, EMalformedSgxExtension);
    assert!(end - content == count, EMalformedSgxExtension);
    content
}
