/// The form of evidence, docs/spec/dcap.md sections 3 and 7: a quote whose certification data is the PCK
/// certificate as DER.
module dcap::quote;

use dcap::bytes;

/// DCAP-01: shorter than 1,052 bytes, or than the offset where the leaf of its form starts.
const ETruncatedEvidence: u64 = 1;
/// DCAP-02: the version is not 3, 4 or 5.
const EUnsupportedQuoteVersion: u64 = 2;
/// DCAP-03: the attestation key type is not 2, ECDSA with P-256.
const EUnsupportedAttestationKeyType: u64 = 3;
/// DCAP-04: version 3 and not SGX, or version 4 or 5 and not TDX.
const EUnsupportedTeeType: u64 = 4;
/// DCAP-05: the vendor of the quoting enclave is not Intel.
const EUnknownQeVendor: u64 = 5;
/// DCAP-06: version 4 or 5, and bytes 8 to 11 are not zero.
const EReservedHeaderField: u64 = 6;
/// DCAP-07: version 5, and the body type is not 2 or 3.
const EUnsupportedBodyType: u64 = 7;
/// DCAP-08: version 5, and the body size is not that of the type.
const EInvalidBodySize: u64 = 8;
/// DCAP-09: the size of the signature data is not the number of bytes that follow.
const EInvalidSignatureDataSize: u64 = 9;
/// DCAP-10: the outer certification data type is not 6, or the inner one not 4.
const EUnsupportedCertificationData: u64 = 10;
/// DCAP-11: a size of certification data is not the number of bytes that follow.
const EInvalidCertificationDataSize: u64 = 11;
/// DCAP-12: the QE authentication data do not have 32 bytes.
const EInvalidQeAuthDataSize: u64 = 12;
/// DCAP-13: a reserved byte of an application's enclave report is not zero.
const EReservedReportField: u64 = 13;
/// DCAP-14: TDATTRIBUTES have a bit that is reserved or unknown.
const EReservedTdAttributes: u64 = 14;
/// DCAP-15: SEPT_VE_DISABLE is not set: the host can inject exceptions on page accesses.
const ESeptVeNotDisabled: u64 = 15;
/// DCAP-16: the host may debug the enclave or trust domain, and so read everything inside.
const EDebugNotAllowed: u64 = 16;

/// Kinds of report.
const ENCLAVE: u8 = 0;
const TD_10: u8 = 1;
const TD_15: u8 = 2;

const SGX: u64 = 0;
const TDX: u64 = 0x81;

const HEADER_LENGTH: u64 = 48;
/// Type and size of the body, in version 5.
const DESCRIPTOR_LENGTH: u64 = 6;
/// Fixed part of the smallest evidence, version 3.
const MIN_LENGTH: u64 = 1_052;
const ENCLAVE_REPORT_LENGTH: u64 = 384;
const TD_10_REPORT_LENGTH: u64 = 584;
const TD_15_REPORT_LENGTH: u64 = 648;
const QE_AUTH_DATA_LENGTH: u64 = 32;
const QE_REPORT_CERTIFICATION: u64 = 6;
const PCK_CERTIFICATE: u64 = 4;

/// Of ATTRIBUTES, byte 0.
const SGX_DEBUG: u8 = 0x02;
/// Of TDATTRIBUTES: bits 0, 16, 27, 28, 29, 30, 31 and 63.
const KNOWN_TD_ATTRIBUTES: u128 = 0x80000000f8010001;
const TD_DEBUG: u128 = 1;
const SEPT_VE_DISABLE: u128 = 0x10000000;

/// Where the parts of evidence are, once its form is checked. Nothing in it is verified.
public struct Layout has copy, drop {
    version: u8,
    /// Enclave report, TD report 1.0 or 1.5.
    kind: u8,
    /// Offset of the body, and its end: there the signed part ends.
    body: u64,
    body_end: u64,
    qe_report: u64,
    leaf: u64,
}

/// Checks the form of evidence.
///
/// Aborts with the first rule broken of DCAP-01 to DCAP-16.
public(package) fun read(evidence: &vector<u8>): Layout {
    let length = evidence.length();
    assert!(length >= MIN_LENGTH, ETruncatedEvidence);
    let version = check_header(evidence);
    let (kind, body, body_length) = if (version == 3) {
        (ENCLAVE, HEADER_LENGTH, ENCLAVE_REPORT_LENGTH)
    } else if (version == 4) {
        (TD_10, HEADER_LENGTH, TD_10_REPORT_LENGTH)
    } else {
        read_descriptor(evidence)
    };
    let body_end = body + body_length;
    // Size (4), signature (64), key (64), and from version 4 on type (2) and size (4).
    let qe_report = body_end + (if (version == 3) 132 else 138);
    // QE report (384), signature (64), size (2), authentication data (32), type (2), size (4).
    let leaf = qe_report + 488;
    assert!(length >= leaf, ETruncatedEvidence);
    assert!(
        bytes::read_u32(evidence, body_end) == length - body_end - 4,
        EInvalidSignatureDataSize,
    );
    if (version != 3) {
        assert!(
            bytes::read_u16(evidence, body_end + 132) == QE_REPORT_CERTIFICATION,
            EUnsupportedCertificationData,
        );
        assert!(
            bytes::read_u32(evidence, body_end + 134) == length - qe_report,
            EInvalidCertificationDataSize,
        );
    };
    assert!(
        bytes::read_u16(evidence, qe_report + 448) == QE_AUTH_DATA_LENGTH,
        EInvalidQeAuthDataSize,
    );
    assert!(
        bytes::read_u16(evidence, qe_report + 482) == PCK_CERTIFICATE,
        EUnsupportedCertificationData,
    );
    assert!(
        bytes::read_u32(evidence, qe_report + 484) == length - leaf,
        EInvalidCertificationDataSize,
    );
    let layout = Layout { version: version as u8, kind, body, body_end, qe_report, leaf };
    layout.check_report(evidence);
    layout
}

/// 3, 4 or 5.
public(package) fun version(self: &Layout): u8 {
    self.version
}

public(package) fun is_sgx(self: &Layout): bool {
    self.kind == ENCLAVE
}

/// Whether the body is a TD report 1.5, which has two fields more.
public(package) fun is_td15(self: &Layout): bool {
    self.kind == TD_15
}

/// Offset of the report.
public(package) fun body(self: &Layout): u64 {
    self.body
}

/// Offset behind the report, where the signed part ends and the signature data start.
public(package) fun body_end(self: &Layout): u64 {
    self.body_end
}

/// Offset of the report of the quoting enclave, 384 bytes.
public(package) fun qe_report(self: &Layout): u64 {
    self.qe_report
}

/// Offset of the PCK certificate, which is the rest.
public(package) fun leaf(self: &Layout): u64 {
    self.leaf
}

/// Checks the header and returns the version.
fun check_header(evidence: &vector<u8>): u64 {
    let version = bytes::read_u16(evidence, 0);
    assert!(version >= 3 && version <= 5, EUnsupportedQuoteVersion);
    assert!(bytes::read_u16(evidence, 2) == 2, EUnsupportedAttestationKeyType);
    let tee = if (version == 3) SGX else TDX;
    assert!(bytes::read_u32(evidence, 4) == tee, EUnsupportedTeeType);
    assert!(
        bytes::has(evidence, 12, HEADER_LENGTH, &x"939a7233f79c4ca9940a0db3957f0607"),
        EUnknownQeVendor,
    );
    assert!(version == 3 || bytes::is_zero(evidence, 8, 12), EReservedHeaderField);
    version
}

/// Kind of report, offset and length of the body in version 5.
fun read_descriptor(evidence: &vector<u8>): (u8, u64, u64) {
    let body_type = bytes::read_u16(evidence, HEADER_LENGTH);
    assert!(body_type == 2 || body_type == 3, EUnsupportedBodyType);
    let (kind, length) = if (body_type == 2) {
        (TD_10, TD_10_REPORT_LENGTH)
    } else {
        (TD_15, TD_15_REPORT_LENGTH)
    };
    assert!(bytes::read_u32(evidence, HEADER_LENGTH + 2) == length, EInvalidBodySize);
    (kind, HEADER_LENGTH + DESCRIPTOR_LENGTH, length)
}

/// What a report may say, whoever made it.
fun check_report(self: &Layout, evidence: &vector<u8>) {
    let body = self.body;
    if (self.kind == ENCLAVE) {
        assert!(
            bytes::is_zero(evidence, body + 21, body + 32) &&
            bytes::is_zero(evidence, body + 96, body + 128) &&
            bytes::is_zero(evidence, body + 160, body + 192) &&
            bytes::is_zero(evidence, body + 262, body + 304),
            EReservedReportField,
        );
        assert!(evidence[body + 48] & SGX_DEBUG == 0, EDebugNotAllowed);
    } else {
        let attributes = bytes::little_endian(evidence, body + 120, 8);
        assert!(attributes & KNOWN_TD_ATTRIBUTES == attributes, EReservedTdAttributes);
        assert!(attributes & SEPT_VE_DISABLE != 0, ESeptVeNotDisabled);
        assert!(attributes & TD_DEBUG == 0, EDebugNotAllowed);
    }
}
