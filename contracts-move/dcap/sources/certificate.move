/// Certificates, docs/spec/dcap.md section 4: one strict profile of X.509 for all roles, and the rules of
/// a chain.
///
/// A `Certificate` exists only if its walk is over; that its issuer made it is for `check_issued` to say.
module dcap::certificate;

use dcap::{bytes, der, extensions, p256::{Self, PublicKey}, sgx_extension::SgxExtension, time};

/// DCAP-20: not of the form of section 4, and no other rule names the fault.
const EMalformedCertificate: u64 = 20;
/// DCAP-21: not version 3.
const EUnsupportedCertificateVersion: u64 = 21;
/// DCAP-22: the serial number is empty, zero, negative, not minimal, or above 20 bytes.
const EInvalidSerialNumber: u64 = 22;
/// DCAP-23: not ecdsa-with-SHA256.
const EUnsupportedSignatureAlgorithm: u64 = 23;
/// DCAP-24: more than two dates.
const EInvalidValidity: u64 = 24;
/// DCAP-25: the subject does not open with a common name that ends with the phrase of its role.
const EWrongSubject: u64 = 25;
/// DCAP-26: no uncompressed point of P-256.
const EUnsupportedPublicKey: u64 = 26;
/// DCAP-33: issued by another certificate than the one at hand.
const EIssuerMismatch: u64 = 33;
/// DCAP-34: the time is before not before.
const ECertificateNotYetValid: u64 = 34;
/// DCAP-35: the time is after not after.
const ECertificateExpired: u64 = 35;
/// DCAP-36: the serial is on the issuer's CRL.
const ECertificateRevoked: u64 = 36;
/// DCAP-37: the issuer's key did not sign it.
const EInvalidCertificateSignature: u64 = 37;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
const EXTENSIONS: u8 = 0xa3;

const MAX_LENGTH: u64 = 4_096;
const MAX_SERIAL_LENGTH: u64 = 20;

/// A role of section 1, by its code.
const ROOT: u8 = 1;
const PCK_CA: u8 = 2;
const TCB_SIGNING: u8 = 3;
const PCK: u8 = 4;

/// A certificate that fits the profile.
public struct Certificate has drop {
    /// The signed part, tag and length included.
    signed: vector<u8>,
    serial: u256,
    /// DER of the names.
    issuer: vector<u8>,
    subject: vector<u8>,
    /// Seconds since 1970.
    not_before: u64,
    not_after: u64,
    public_key: PublicKey,
    /// 20 bytes each.
    authority_key_id: vector<u8>,
    subject_key_id: vector<u8>,
    r: u256,
    s: u256,
    /// Of the role PCK alone.
    sgx: Option<SgxExtension>,
}

/// What those below a certificate are judged by.
public struct Issuer has copy, drop, store {
    /// DER of the name.
    subject: vector<u8>,
    /// 20 bytes
    key_id: vector<u8>,
    public_key: PublicKey,
}

public(package) fun root_role(): u8 { ROOT }

public(package) fun pck_ca_role(): u8 { PCK_CA }

public(package) fun tcb_signing_role(): u8 { TCB_SIGNING }

public(package) fun pck_role(): u8 { PCK }

/// Reads the certificate that is the bytes from `at` to the end, for a role.
///
/// Aborts with the first rule broken of DCAP-20 to DCAP-32, for a PCK certificate also of section 5.
public(package) fun read(bytes: &vector<u8>, at: u64, role: u8): Certificate {
    let end = bytes.length();
    assert!(end - at <= MAX_LENGTH, EMalformedCertificate);
    let signed_start = der::last(bytes, at, end, SEQUENCE, EMalformedCertificate);
    let (next, signed_end) = der::element(
        bytes,
        signed_start,
        end,
        SEQUENCE,
        EMalformedCertificate,
    );
    let next = der::expect(
        bytes,
        next,
        signed_end,
        x"a003020102",
        EUnsupportedCertificateVersion,
    );
    let (serial, issuer_start) = read_serial(bytes, next, signed_end, EMalformedCertificate);
    let issuer_start = expect_algorithm(bytes, issuer_start, signed_end);
    let (_, issuer_end) = der::element(
        bytes,
        issuer_start,
        signed_end,
        SEQUENCE,
        EMalformedCertificate,
    );
    let (next, subject_start) = der::element(
        bytes,
        issuer_end,
        signed_end,
        SEQUENCE,
        EMalformedCertificate,
    );
    let (not_before, next) = time::read(bytes, next, subject_start);
    let (not_after, next) = time::read(bytes, next, subject_start);
    assert!(next == subject_start, EInvalidValidity);
    let (_, subject_end) = der::element(
        bytes,
        subject_start,
        signed_end,
        SEQUENCE,
        EMalformedCertificate,
    );
    check_common_name(bytes, subject_start, subject_end, role);
    // id-ecPublicKey with prime256v1, and the head of an uncompressed point: RFC 5480 section 2.
    let key = der::expect(
        bytes,
        subject_end,
        signed_end,
        x"3059301306072a8648ce3d020106082a8648ce3d03010703420004",
        EUnsupportedPublicKey,
    );
    assert!(signed_end - key >= 64, EMalformedCertificate);
    let next = der::last(bytes, key + 64, signed_end, EXTENSIONS, EMalformedCertificate);
    let next = der::last(bytes, next, signed_end, SEQUENCE, EMalformedCertificate);
    let (authority_key_id, subject_key_id, sgx) = extensions::read(
        bytes,
        next,
        signed_end,
        role,
    ).unpack();

    let next = expect_algorithm(bytes, signed_end, end);
    let (r, s) = read_signature(bytes, next, end, EMalformedCertificate);
    // Of a PCK certificate nobody asks for the subject again.
    let subject = if (role == PCK) vector[] else bytes::slice(bytes, subject_start, subject_end);
    Certificate {
        signed: bytes::slice(bytes, signed_start, signed_end),
        serial,
        issuer: bytes::slice(bytes, issuer_start, issuer_end),
        subject,
        not_before,
        not_after,
        public_key: p256::public_key(
            bytes::read_u256(bytes, key),
            bytes::read_u256(bytes, key + 32),
        ),
        authority_key_id,
        subject_key_id,
        r,
        s,
        sgx,
    }
}

/// Reads a serial number, also of a CRL's entry: it, and the offset behind it.
///
/// Aborts with `malformed` if there is no INTEGER, with `EInvalidSerialNumber` if it is no serial.
public(package) fun read_serial(
    bytes: &vector<u8>,
    at: u64,
    end: u64,
    malformed: u64,
): (u256, u64) {
    let (content, next) = der::element(bytes, at, end, INTEGER, malformed);
    let serial = der::integer(bytes, content, next, MAX_SERIAL_LENGTH, EInvalidSerialNumber);
    assert!(serial != 0, EInvalidSerialNumber);
    (serial, next)
}

/// Steps over the name of ecdsa-with-SHA256 (RFC 5758 section 3.2), also in a CRL.
///
/// Aborts with `EUnsupportedSignatureAlgorithm`.
public(package) fun expect_algorithm(bytes: &vector<u8>, at: u64, end: u64): u64 {
    der::expect(bytes, at, end, x"300a06082a8648ce3d040302", EUnsupportedSignatureAlgorithm)
}

/// Reads r and s of the signature at the end of a certificate or CRL.
///
/// Aborts with `malformed`.
public(package) fun read_signature(
    bytes: &vector<u8>,
    at: u64,
    end: u64,
    malformed: u64,
): (u256, u256) {
    let content = der::last(bytes, at, end, BIT_STRING, malformed);
    assert!(content < end && bytes[content] == 0, malformed);
    let pair = der::last(bytes, content + 1, end, SEQUENCE, malformed);
    let (content, next) = der::element(bytes, pair, end, INTEGER, malformed);
    let r = der::integer(bytes, content, next, 32, malformed);
    let content = der::last(bytes, next, end, INTEGER, malformed);
    let s = der::integer(bytes, content, end, 32, malformed);
    (r, s)
}

/// Judges a certificate under its issuer, whose CRL lists `revoked`, at `now` in seconds since 1970.
///
/// Aborts with the first rule broken of DCAP-33 to DCAP-37.
public(package) fun check_issued(
    self: &Certificate,
    issuer: &Issuer,
    revoked: &vector<u256>,
    now: u64,
) {
    self.check_issuer_and_dates(issuer, now);
    assert!(!lists(revoked, self.serial), ECertificateRevoked);
    assert!(issuer.public_key.verify(&self.signed, self.r, self.s), EInvalidCertificateSignature);
}

/// Judges issuer and dates alone, all there is to judge about a root that is pinned.
///
/// Aborts with `EIssuerMismatch`, `ECertificateNotYetValid`, `ECertificateExpired`.
public(package) fun check_issuer_and_dates(self: &Certificate, issuer: &Issuer, now: u64) {
    assert!(
        &self.issuer == &issuer.subject && &self.authority_key_id == &issuer.key_id,
        EIssuerMismatch,
    );
    assert!(now >= self.not_before, ECertificateNotYetValid);
    assert!(now <= self.not_after, ECertificateExpired);
}

/// Whether a CRL's list of serials has `serial`.
public(package) fun lists(revoked: &vector<u256>, serial: u256): bool {
    let count = revoked.length();
    let mut i = 0;
    while (i < count) {
        if (revoked[i] == serial) return true;
        i = i + 1;
    };
    false
}

/// The certificate as an issuer of others.
public(package) fun as_issuer(self: &Certificate): Issuer {
    Issuer { subject: self.subject, key_id: self.subject_key_id, public_key: self.public_key }
}

public(package) fun serial(self: &Certificate): u256 {
    self.serial
}

public(package) fun not_after(self: &Certificate): u64 {
    self.not_after
}

public(package) fun public_key(self: &Certificate): &PublicKey {
    &self.public_key
}

public(package) fun authority_key_id(self: &Certificate): vector<u8> {
    self.authority_key_id
}

/// What a PCK certificate says of its machine.
public(package) fun sgx(self: &Certificate): &SgxExtension {
    self.sgx.borrow()
}

/// Whether `subject` is the DER name of this issuer, and `key_id` its key identifier.
public(package) fun is_named(self: &Issuer, subject: &vector<u8>, key_id: &vector<u8>): bool {
    &self.subject == subject && &self.key_id == key_id
}

public(package) fun key_id(self: &Issuer): vector<u8> {
    self.key_id
}

public(package) fun issuer_key(self: &Issuer): &PublicKey {
    &self.public_key
}

/// Checks that the name from `at` up to `end` opens with a common name alone in its relative name, in
/// UTF-8, that ends with a phrase of the role.
fun check_common_name(bytes: &vector<u8>, at: u64, end: u64, role: u8) {
    // 30 len 31 n+9 30 n+7 06 03 55 04 03 0C n, and n bytes, n below 128.
    assert!(end - at >= 13 && bytes[at + 1] < 0x80, EWrongSubject);
    let count = bytes[at + 12];
    assert!(count < 0x80 && end - at >= 13 + (count as u64), EWrongSubject);
    assert!(
        bytes[at + 2] == 0x31 &&
        bytes[at + 3] == count + 9 &&
        bytes[at + 4] == 0x30 &&
        bytes[at + 5] == count + 7 &&
        bytes::has(bytes, at + 6, end, &x"06035504030c"),
        EWrongSubject,
    );
    let name = at + 13;
    let name_end = name + (count as u64);
    let is_expected = if (role == PCK) {
        ends_with(bytes, name, name_end, b"SGX PCK Certificate")
    } else if (role == TCB_SIGNING) {
        ends_with(bytes, name, name_end, b"SGX TCB Signing")
    } else if (role == PCK_CA) {
        ends_with(bytes, name, name_end, b"SGX PCK Platform CA") ||
        ends_with(bytes, name, name_end, b"SGX PCK Processor CA")
    } else {
        ends_with(bytes, name, name_end, b"SGX Root CA")
    };
    assert!(is_expected, EWrongSubject);
}

fun ends_with(bytes: &vector<u8>, at: u64, end: u64, phrase: vector<u8>): bool {
    let count = phrase.length();
    end - at >= count && bytes::has(bytes, end - count, end, &phrase)
}
