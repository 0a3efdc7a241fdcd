/// Certificate revocation lists, docs/spec/dcap.md sections 6.2 and 6.7.
///
/// A `Crl` exists only if it fits the form of section 6.2; that its issuer made it is for `check` to say.
module dcap::crl;

use dcap::{bytes, certificate::{Self, Issuer}, der, time};

/// DCAP-51: not of the form of section 6.2, and no other rule names the fault.
const EMalformedCrl: u64 = 51;
/// DCAP-52: not version 2.
const EUnsupportedCrlVersion: u64 = 52;
/// DCAP-53: an entry has more than a reason code, or the CRL other than the two extensions.
const EInvalidCrlExtension: u64 = 53;
/// DCAP-54: another issuer than the certificate at hand.
const ECrlIssuerMismatch: u64 = 54;
/// DCAP-55: the time is before this update.
const ECrlNotYetValid: u64 = 55;
/// DCAP-56: the time is after next update.
const ECrlExpired: u64 = 56;
/// DCAP-57: the issuer's key did not sign it.
const EInvalidCrlSignature: u64 = 57;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
const EXTENSIONS: u8 = 0xa0;

const MAX_NUMBER_LENGTH: u64 = 20;
const KEY_ID_LENGTH: u64 = 20;
/// Of an entry, the bytes before the reason, and those after the date.
const REASON_LENGTH: u64 = 14;

/// A CRL that fits the form.
public struct Crl has drop {
    /// The signed part, tag and length included.
    signed: vector<u8>,
    /// DER of the name.
    issuer: vector<u8>,
    /// 20 bytes
    authority_key_id: vector<u8>,
    /// Seconds since 1970.
    this_update: u64,
    next_update: u64,
    /// Whoever is listed is revoked, whatever the reason and date.
    revoked: vector<u256>,
    r: u256,
    s: u256,
}

/// Reads a CRL.
///
/// Aborts with the first rule broken of DCAP-51 to DCAP-53 and DCAP-22 to DCAP-24.
public(package) fun read(bytes: &vector<u8>): Crl {
    let end = bytes.length();
    let signed_start = der::last(bytes, 0, end, SEQUENCE, EMalformedCrl);
    let (next, signed_end) = der::element(bytes, signed_start, end, SEQUENCE, EMalformedCrl);
    let next = der::expect(bytes, next, signed_end, x"020101", EUnsupportedCrlVersion);
    let issuer_start = certificate::expect_algorithm(bytes, next, signed_end);
    let (_, issuer_end) = der::element(bytes, issuer_start, signed_end, SEQUENCE, EMalformedCrl);
    let (this_update, next) = time::read(bytes, issuer_end, signed_end);
    let (next_update, mut next) = time::read(bytes, next, signed_end);
    let mut revoked = vector[];
    if (next < signed_end && bytes[next] == SEQUENCE) {
        let (mut entry, list_end) = der::element(
            bytes,
            next,
            signed_end,
            SEQUENCE,
            EMalformedCrl,
        );
        assert!(entry < list_end, EMalformedCrl);
        while (entry < list_end) {
            let (content, entry_end) = der::element(
                bytes,
                entry,
                list_end,
                SEQUENCE,
                EMalformedCrl,
            );
            revoked.push_back(read_entry(bytes, content, entry_end));
            entry = entry_end;
        };
        next = list_end;
    };
    let next = der::last(bytes, next, signed_end, EXTENSIONS, EMalformedCrl);
    let next = der::last(bytes, next, signed_end, SEQUENCE, EMalformedCrl);
    let authority_key_id = read_extensions(bytes, next, signed_end);
    let next = certificate::expect_algorithm(bytes, signed_end, end);
    let (r, s) = certificate::read_signature(bytes, next, end, EMalformedCrl);
    Crl {
        signed: bytes::slice(bytes, signed_start, signed_end),
        issuer: bytes::slice(bytes, issuer_start, issuer_end),
        authority_key_id,
        this_update,
        next_update,
        revoked,
        r,
        s,
    }
}

/// Judges a CRL under the certificate that should have made it, at `now` in seconds since 1970.
///
/// Aborts with the first rule broken of DCAP-54 to DCAP-57.
public(package) fun check(self: &Crl, issuer: &Issuer, now: u64) {
    assert!(issuer.is_named(&self.issuer, &self.authority_key_id), ECrlIssuerMismatch);
    assert!(now >= self.this_update, ECrlNotYetValid);
    assert!(now <= self.next_update, ECrlExpired);
    assert!(issuer.issuer_key().verify(&self.signed, self.r, self.s), EInvalidCrlSignature);
}

public(package) fun this_update(self: &Crl): u64 {
    self.this_update
}

public(package) fun next_update(self: &Crl): u64 {
    self.next_update
}

public(package) fun revoked(self: &Crl): vector<u256> {
    self.revoked
}

/// The serial of the entry whose content is the bytes from `at` up to `end`.
fun read_entry(bytes: &vector<u8>, at: u64, end: u64): u256 {
    let (serial, next) = certificate::read_serial(bytes, at, end, EMalformedCrl);
    let (_, next) = time::read(bytes, next, end);
    // The reason, RFC 5280 section 5.3.1
    assert!(
        next == end ||
        end - next == REASON_LENGTH &&
        bytes::has(bytes, next, end, &x"300c300a0603551d1504030a01"),
        EInvalidCrlExtension,
    );
    serial
}

/// Checks that the bytes from `at` up to `end` are a CRL number and an authority key identifier, and
/// returns the latter.
fun read_extensions(bytes: &vector<u8>, at: u64, end: u64): vector<u8> {
    let (number, next) = der::element(bytes, at, end, SEQUENCE, EInvalidCrlExtension);
    let number = der::expect(bytes, number, next, x"0603551d14", EInvalidCrlExtension);
    let number = der::last(bytes, number, next, OCTET_STRING, EInvalidCrlExtension);
    let number = der::last(bytes, number, next, INTEGER, EInvalidCrlExtension);
    der::integer(bytes, number, next, MAX_NUMBER_LENGTH, EInvalidCrlExtension);
    let key_id = der::expect(
        bytes,
        next,
        end,
        x"301f0603551d23041830168014",
        EInvalidCrlExtension,
    );
    assert!(end - key_id == KEY_ID_LENGTH, EInvalidCrlExtension);
    bytes::slice(bytes, key_id, end)
}
