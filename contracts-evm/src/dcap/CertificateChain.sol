// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {P256Signatures} from "./P256Signatures.sol";
import {SerialSet} from "./SerialSet.sol";

/// @notice Who issued a certificate, as far as that is judged.
/// @param subjectHash Keccak-256 of the issuer's name in DER.
/// @param keyId The issuer's subject key identifier.
/// @param x First half of the issuer's key.
/// @param y Second half of it.
/// @param serials Where in memory the serial numbers on the issuer's CRL start, as `SerialSet` has them.
/// @param serialsLength Their length in bytes.
struct Issuer {
    bytes32 subjectHash;
    bytes20 keyId;
    uint256 x;
    uint256 y;
    uint256 serials;
    uint256 serialsLength;
}

/// @title CertificateChain
/// @notice Judges a certificate under its issuer, docs/spec/dcap.md section 4: rules 33 to 37.
library CertificateChain {
    /// @notice Refuses a certificate that its issuer does not vouch for now.
    /// @param certificate A certificate of the profile.
    /// @param role Its role, for the errors.
    /// @param issuer Its issuer.
    function check(Certificate memory certificate, uint256 role, Issuer memory issuer) internal view {
        checkAllButSignature(certificate, role, issuer);
        bool isSigned = P256Signatures.verify(certificate.tbsDigest, certificate.r, certificate.s, issuer.x, issuer.y);
        if (!isSigned) revert IDcapRules.InvalidCertificateSignature(role);
    }

    /// @notice Refuses a certificate for anything but its signature, rules 33 to 36: that is left to the caller.
    /// @param certificate A certificate of the profile.
    /// @param role Its role, for the errors.
    /// @param issuer Its issuer.
    function checkAllButSignature(Certificate memory certificate, uint256 role, Issuer memory issuer) internal view {
        checkIssuerAndDates(certificate, role, issuer.subjectHash, issuer.keyId);
        uint256 serial = certificate.serial;
        if (SerialSet.contains(issuer.serials, issuer.serialsLength, serial)) {
            revert IDcapRules.CertificateRevoked(role, serial);
        }
    }

    /// @notice Refuses a certificate that names another issuer or is not valid now, rules 33 to 35: all there is to judge
    /// about a root that is pinned.
    /// @param certificate A certificate of the profile.
    /// @param role Its role, for the errors.
    /// @param issuerHash Keccak-256 of the issuer's name in DER.
    /// @param issuerKeyId The issuer's subject key identifier.
    function checkIssuerAndDates(
        Certificate memory certificate,
        uint256 role,
        bytes32 issuerHash,
        bytes20 issuerKeyId
    ) internal view {
        if (certificate.issuerHash != issuerHash || certificate.authorityKeyId != issuerKeyId) {
            revert IDcapRules.IssuerMismatch(role);
        }
        if (block.timestamp < certificate.notBeforeSeconds) {
            revert IDcapRules.CertificateNotYetValid(role, certificate.notBeforeSeconds);
        }
        if (block.timestamp > certificate.notAfterSeconds) {
            revert IDcapRules.CertificateExpired(role, certificate.notAfterSeconds);
        }
    }
}
