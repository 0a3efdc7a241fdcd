// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title IDcapRules
/// @notice The rules of docs/spec/dcap.md that a chain can break, one error for each: the number is in its first line.
/// @dev Where an error has a `document`, that says what was read: 1 root, 2 PCK CA, 3 TCB signing and 4 PCK certificate,
/// 5 root CRL, 6 PCK CRL, 7 TCB info, 8 QE identity. An `offset` counts bytes from the start of that document to where
/// reading stopped. Rules 120 to 123 are about files and have no error here; rule 82 has none because nothing that is
/// prepared for verification can be stale.
interface IDcapRules {
    /// @notice DCAP-01: thrown when evidence is shorter than its form demands.
    /// @param length Its length in bytes.
    /// @param needed The least length in bytes.
    error TruncatedEvidence(uint256 length, uint256 needed);

    /// @notice DCAP-02: thrown when the version of a quote is not 3, 4 or 5.
    /// @param version The refused version.
    error UnsupportedQuoteVersion(uint256 version);

    /// @notice DCAP-03: thrown when a quote is not signed by ECDSA with P-256.
    /// @param keyType The refused attestation key type.
    error UnsupportedAttestationKeyType(uint256 keyType);

    /// @notice DCAP-04: thrown when a quote of version 3 is not of SGX, or one of version 4 or 5 not of TDX.
    /// @param teeType The refused TEE type, as quotes number them.
    error UnsupportedTeeType(uint256 teeType);

    /// @notice DCAP-05: thrown when the quoting enclave is not Intel's.
    /// @param vendor The refused vendor id.
    error UnknownQeVendor(bytes16 vendor);

    /// @notice DCAP-06: thrown when bytes 8 to 11 of a quote of version 4 or 5 are not zero.
    /// @param field Those bytes.
    error ReservedHeaderField(bytes4 field);

    /// @notice DCAP-07: thrown when the body of a quote of version 5 is no TD report 1.0 or 1.5.
    /// @param bodyType The refused type.
    error UnsupportedBodyType(uint256 bodyType);

    /// @notice DCAP-08: thrown when the body of a quote of version 5 has not the size of its type.
    /// @param size The refused size in bytes.
    error InvalidBodySize(uint256 size);

    /// @notice DCAP-09: thrown when the signature data do not end with the evidence.
    /// @param size Their size by the quote.
    /// @param actualSize How many bytes there are.
    error InvalidSignatureDataSize(uint256 size, uint256 actualSize);

    /// @notice DCAP-10: thrown when the certification data are not a QE report with a PCK certificate as DER.
    /// @param dataType The refused type.
    error UnsupportedCertificationData(uint256 dataType);

    /// @notice DCAP-11: thrown when certification data do not end with the evidence.
    /// @param size Their size by the quote.
    /// @param actualSize How many bytes there are.
    error InvalidCertificationDataSize(uint256 size, uint256 actualSize);

    /// @notice DCAP-12: thrown when the QE authentication data are not 32 bytes long.
    /// @param size Their size in bytes.
    error InvalidQeAuthDataSize(uint256 size);

    /// @notice DCAP-13: thrown when a reserved byte of an enclave's report is not zero.
    error ReservedReportField();

    /// @notice DCAP-14: thrown when a TD has attributes that are reserved or unknown.
    /// @param attributes TDATTRIBUTES as in the report, little-endian.
    error ReservedTdAttributes(bytes8 attributes);

    /// @notice DCAP-15: thrown when the host of a TD can inject exceptions on page accesses.
    /// @param attributes TDATTRIBUTES as in the report, little-endian.
    error SeptVeNotDisabled(bytes8 attributes);

    /// @notice DCAP-16: thrown when the host can debug the enclave or TD, and so read what is inside.
    error DebugNotAllowed();

    /// @notice DCAP-20: thrown when a certificate is not of the profile's form, and no other rule names the fault.
    error MalformedCertificate(uint256 document, uint256 offset);

    /// @notice DCAP-21: thrown when a certificate is not of version 3.
    error UnsupportedCertificateVersion(uint256 document, uint256 offset);

    /// @notice DCAP-22: thrown when a serial number, also of a CRL entry, is zero, negative, too long or not minimal.
    error InvalidSerialNumber(uint256 document, uint256 offset);

    /// @notice DCAP-23: thrown when a certificate or CRL is not signed by ecdsa-with-SHA256.
    error UnsupportedSignatureAlgorithm(uint256 document, uint256 offset);

    /// @notice DCAP-24: thrown when a time of a certificate or CRL is no date in the form of DER.
    error InvalidValidity(uint256 document, uint256 offset);

    /// @notice DCAP-25: thrown when the subject of a certificate is not that of its role.
    error WrongSubject(uint256 document, uint256 offset);

    /// @notice DCAP-26: thrown when the key of a certificate is not one of P-256.
    error UnsupportedPublicKey(uint256 document, uint256 offset);

    /// @notice DCAP-27: thrown when a certificate has an extension that its role does not allow.
    error UnknownExtension(uint256 document, uint256 offset);

    /// @notice DCAP-28: thrown when a certificate has an extension twice.
    error DuplicateExtension(uint256 document, uint256 offset);

    /// @notice DCAP-29: thrown when an extension is critical against the profile, or a key identifier not of its form.
    error InvalidExtension(uint256 document, uint256 offset);

    /// @notice DCAP-30: thrown when the key usage of a certificate is not that of its role.
    error InvalidKeyUsage(uint256 document, uint256 offset);

    /// @notice DCAP-31: thrown when the basic constraints of a certificate are not those of its role.
    error InvalidBasicConstraints(uint256 document, uint256 offset);

    /// @notice DCAP-32: thrown when a certificate lacks an extension of its role.
    error MissingExtension(uint256 document, uint256 offset);

    /// @notice DCAP-33: thrown when a certificate names another issuer, or another key of it, than the one at hand.
    error IssuerMismatch(uint256 document);

    /// @notice DCAP-34: thrown when a certificate is not valid yet.
    /// @param notBeforeSeconds When it will be.
    error CertificateNotYetValid(uint256 document, uint256 notBeforeSeconds);

    /// @notice DCAP-35: thrown when a certificate has expired.
    /// @param notAfterSeconds When it did.
    error CertificateExpired(uint256 document, uint256 notAfterSeconds);

    /// @notice DCAP-36: thrown when a certificate is on the CRL of its issuer.
    /// @param serial Its serial number.
    error CertificateRevoked(uint256 document, uint256 serial);

    /// @notice DCAP-37: thrown when a certificate is not signed by its issuer.
    error InvalidCertificateSignature(uint256 document);

    /// @notice DCAP-40: thrown when the SGX extension of a PCK certificate is not of its form.
    error MalformedSgxExtension(uint256 document, uint256 offset);

    /// @notice DCAP-41: thrown when the PPID of a PCK certificate is encrypted or zero, so that it names no machine.
    error InvalidPpid(uint256 document, uint256 offset);

    /// @notice DCAP-50: thrown when a root certificate is not the one that this store was deployed for.
    /// @param fingerprint Its SHA-256.
    error UntrustedRoot(bytes32 fingerprint);

    /// @notice DCAP-51: thrown when a CRL is not of its form, and no other rule names the fault.
    error MalformedCrl(uint256 document, uint256 offset);

    /// @notice DCAP-52: thrown when a CRL is not of version 2.
    error UnsupportedCrlVersion(uint256 document, uint256 offset);

    /// @notice DCAP-53: thrown when a CRL or one of its entries has other extensions than Intel's have.
    error InvalidCrlExtension(uint256 document, uint256 offset);

    /// @notice DCAP-54: thrown when a CRL names another issuer, or another key of it, than the one at hand.
    error CrlIssuerMismatch(uint256 document);

    /// @notice DCAP-55: thrown when a CRL is not valid yet.
    /// @param thisUpdateSeconds When it will be.
    error CrlNotYetValid(uint256 document, uint256 thisUpdateSeconds);

    /// @notice DCAP-56: thrown when a CRL has expired.
    /// @param nextUpdateSeconds When it did.
    error CrlExpired(uint256 document, uint256 nextUpdateSeconds);

    /// @notice DCAP-57: thrown when a CRL is not signed by its issuer.
    error InvalidCrlSignature(uint256 document);

    /// @notice DCAP-60: thrown when TCB info is not signed by the TCB signing key.
    error InvalidTcbInfoSignature();

    /// @notice DCAP-61: thrown when TCB info is not of the grammar, and no other rule names the fault.
    error MalformedTcbInfo(uint256 document, uint256 offset);

    /// @notice DCAP-62: thrown when TCB info is not of SGX or TDX, of version 3 and of TCB type 0.
    error UnsupportedTcbInfo(uint256 document, uint256 offset);

    /// @notice DCAP-63: thrown when the status of a level is none that is allowed there.
    error UnknownTcbStatus(uint256 document, uint256 offset);

    /// @notice DCAP-64: thrown when an advisory is not named `INTEL-SA-` and five digits.
    error UnknownAdvisory(uint256 document, uint256 offset);

    /// @notice DCAP-65: thrown when a list of levels, identities or advisories goes on beyond its limit.
    error TooManyEntries(uint256 document, uint256 offset);

    /// @notice DCAP-66: thrown when a level is not below the one before it, or a module identity is there twice.
    error UnorderedTcbLevels(uint256 document, uint256 offset);

    /// @notice DCAP-67: thrown when TCB info is not valid yet.
    /// @param issueDateSeconds When it will be.
    error TcbInfoNotYetValid(uint256 issueDateSeconds);

    /// @notice DCAP-68: thrown when TCB info has expired.
    /// @param nextUpdateSeconds When it did.
    error TcbInfoExpired(uint256 nextUpdateSeconds);

    /// @notice DCAP-70: thrown when a QE identity is not signed by the TCB signing key.
    error InvalidQeIdentitySignature();

    /// @notice DCAP-71: thrown when a QE identity is not of the grammar, and no other rule names the fault.
    error MalformedQeIdentity(uint256 document, uint256 offset);

    /// @notice DCAP-72: thrown when a QE identity is not that of the QE or TD QE, and of version 2.
    error UnsupportedQeIdentity(uint256 document, uint256 offset);

    /// @notice DCAP-73: thrown when a QE identity is not valid yet.
    /// @param issueDateSeconds When it will be.
    error QeIdentityNotYetValid(uint256 issueDateSeconds);

    /// @notice DCAP-74: thrown when a QE identity has expired.
    /// @param nextUpdateSeconds When it did.
    error QeIdentityExpired(uint256 nextUpdateSeconds);

    /// @notice DCAP-80: thrown when what an upload rests on is not in the store: upload that first.
    /// @param document What is missing.
    error CollateralMissing(uint256 document);

    /// @notice DCAP-81: thrown when the store holds the same, or something newer, under the same key.
    /// @param storedAtSeconds The issue date or this update of what it holds; for certificates their end.
    /// @param refusedAtSeconds That of the upload.
    error CollateralNotNewer(uint256 document, uint256 storedAtSeconds, uint256 refusedAtSeconds);

    /// @notice DCAP-90: thrown when no PCK CA with its CRL is admitted under the key identifier that a leaf names.
    /// @param keyId That key identifier.
    error PckCaMissing(bytes20 keyId);

    /// @notice DCAP-91: thrown when the report of the quoting enclave is not signed by the machine's PCK key.
    error InvalidQeReportSignature();

    /// @notice DCAP-92: thrown when the quoting enclave vouches for another attestation key.
    error QeReportDataMismatch();

    /// @notice DCAP-93: thrown when header and body of a quote are not signed by the attestation key.
    error InvalidQuoteSignature();

    /// @notice DCAP-100: thrown when no TCB info is admitted for TEE type, FMSPC and evaluation number.
    error TcbInfoMissing(uint256 teeType, bytes6 fmspc, uint256 evaluationNumber);

    /// @notice DCAP-101: thrown when something that a judgement or an upload rests on has expired: upload its successor.
    /// @param expiredAtSeconds When the first of it did.
    error CollateralExpired(uint256 expiredAtSeconds);

    /// @notice DCAP-102: thrown when the PCK CA or a TCB signing certificate that a judgement or an upload rests on is on
    /// the root CRL now.
    /// @param document Which.
    error CollateralRevoked(uint256 document);

    /// @notice DCAP-103: thrown when the PCEID of a leaf is not that of its TCB info.
    error PceIdMismatch(bytes2 expected, bytes2 actual);

    /// @notice DCAP-104: thrown when no QE identity is admitted for TEE type and evaluation number.
    error QeIdentityMissing(uint256 teeType, uint256 evaluationNumber);

    /// @notice DCAP-105: thrown when SEAMATTRIBUTES of a TD report are not zero.
    error NonZeroSeamAttributes(bytes8 attributes);

    /// @notice DCAP-106: thrown when the TCB info does not know the version of the TDX module.
    error TdxModuleIdentityMissing(uint256 version);

    /// @notice DCAP-107: thrown when signer or attributes of the TDX module are not those of its identity.
    error TdxModuleMismatch();

    /// @notice DCAP-110: thrown when MISCSELECT of the quoting enclave is not that of its identity.
    error QeMiscSelectMismatch(bytes4 miscSelect);

    /// @notice DCAP-111: thrown when ATTRIBUTES of the quoting enclave are not those of its identity.
    error QeAttributesMismatch(bytes16 attributes);

    /// @notice DCAP-112: thrown when MRSIGNER of the quoting enclave is not that of its identity.
    error QeSignerMismatch(bytes32 mrSigner);

    /// @notice DCAP-113: thrown when ISVPRODID of the quoting enclave is not that of its identity.
    error QeProductMismatch(uint256 isvProdId);

    /// @notice DCAP-114: thrown when the quoting enclave is below every level of its identity.
    error QeLevelMissing(uint256 isvSvn);

    /// @notice DCAP-115: thrown when a machine is below every platform level.
    error TcbLevelMissing();

    /// @notice DCAP-116: thrown when a TDX module is below every level of its identity.
    error TdxModuleLevelMissing(uint256 version, uint256 isvSvn);

    /// @notice DCAP-117: thrown when Intel revoked the level of the machine, its TDX module or its quoting enclave.
    error TcbRevoked();
}
