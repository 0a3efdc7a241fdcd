// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {CertificateChain, Issuer} from "./CertificateChain.sol";
import {Certificates} from "./Certificates.sol";
import {Crl, Crls} from "./Crls.sol";
import {Documents} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {KeptCertificate} from "./KeptCollateral.sol";
import {Memory} from "./Memory.sol";
import {P256Signatures} from "./P256Signatures.sol";
import {PckCaLayout} from "./PckCaLayout.sol";

/// @title CertificateJudge
/// @notice Judges certificates and CRLs for a store. It has no state and no owner, and is a contract of its own only
/// because the code of one contract has a limit (EIP-170).
contract CertificateJudge is IDcapRules {
    /// @notice Judges a root certificate, docs/spec/dcap.md section 6.1.
    /// @dev Reverts with rules 50, 20 to 35.
    /// @param der The certificate.
    /// @param fingerprint SHA-256 of the one that is trusted.
    /// @return kept What a store keeps of it.
    /// @return keyId Its subject key identifier.
    function judgeRoot(
        bytes calldata der,
        bytes32 fingerprint
    ) external view returns (KeptCertificate memory kept, bytes20 keyId) {
        uint256 start = Memory.copy(der);
        bytes32 found = Memory.sha(start, der.length);
        if (found != fingerprint) revert UntrustedRoot(found);
        Certificate memory certificate = Certificates.read(start, der.length, Documents.ROOT);
        keyId = certificate.subjectKeyId;
        CertificateChain.checkIssuerAndDates(certificate, Documents.ROOT, certificate.subjectHash, keyId);
        kept = _kept(certificate, Documents.ROOT);
    }

    /// @notice Judges a certificate under its issuer, sections 6.3 and 6.6.
    /// @dev Reverts with rules 20 to 37.
    /// @param der The certificate.
    /// @param role `TCB_SIGNING` or `PCK_CA` of `Documents`.
    /// @param issuer The certificate of its issuer.
    /// @param issuerKeyId The issuer's subject key identifier.
    /// @param serials The serial numbers on the issuer's CRL, as `SerialSet` has them.
    /// @return kept What a store keeps of it.
    /// @return keyId Its subject key identifier.
    function judgeCertificate(
        bytes calldata der,
        uint256 role,
        KeptCertificate calldata issuer,
        bytes20 issuerKeyId,
        bytes calldata serials
    ) external view returns (KeptCertificate memory kept, bytes20 keyId) {
        Certificate memory certificate = Certificates.read(Memory.copy(der), der.length, role);
        CertificateChain.check(
            certificate,
            role,
            Issuer({
                subjectHash: issuer.subjectHash,
                keyId: issuerKeyId,
                x: issuer.x,
                y: issuer.y,
                serials: Memory.copy(serials),
                serialsLength: serials.length
            })
        );
        return (_kept(certificate, role), certificate.subjectKeyId);
    }

    /// @notice Judges a CRL under the certificate that should have signed it, sections 6.2 and 6.7.
    /// @dev Reverts with rules 51 to 57 and 22 to 24.
    /// @param der The CRL.
    /// @param documentCode `ROOT_CRL` or `PCK_CRL` of `Documents`.
    /// @param issuer The certificate of its issuer.
    /// @param issuerKeyId The issuer's subject key identifier.
    /// @param previous What was kept with the last CRL of a PCK CA, or nothing.
    /// @return thisUpdateSeconds Its date.
    /// @return nextUpdateSeconds When it expires.
    /// @return kept What to keep: of the root CRL the serial numbers on it, as `SerialSet` has them; of a PCK CA what
    /// `PckCaLayout` says.
    function judgeCrl(
        bytes calldata der,
        uint256 documentCode,
        KeptCertificate calldata issuer,
        bytes20 issuerKeyId,
        bytes calldata previous
    ) external view returns (uint40 thisUpdateSeconds, uint40 nextUpdateSeconds, bytes memory kept) {
        Crl memory crl = Crls.read(Memory.copy(der), der.length, documentCode);
        if (crl.issuerHash != issuer.subjectHash || crl.authorityKeyId != issuerKeyId) {
            revert CrlIssuerMismatch(documentCode);
        }
        if (block.timestamp < crl.thisUpdateSeconds) revert CrlNotYetValid(documentCode, crl.thisUpdateSeconds);
        if (block.timestamp > crl.nextUpdateSeconds) revert CrlExpired(documentCode, crl.nextUpdateSeconds);
        bool isSigned = P256Signatures.verify(crl.tbsDigest, crl.r, crl.s, issuer.x, issuer.y);
        if (!isSigned) revert InvalidCrlSignature(documentCode);
        kept = crl.serials;
        if (documentCode == Documents.PCK_CRL) {
            bytes memory identity = abi.encodePacked(issuer.x, issuer.y, issuer.subjectHash, issuerKeyId);
            kept = PckCaLayout.withSerials(identity, kept, previous);
        }
        // No reader gives a date later than the year 9999.
        return (uint40(crl.thisUpdateSeconds), uint40(crl.nextUpdateSeconds), kept);
    }

    /// @notice Whether a P-256 signature is valid, for contracts that have tried the precompile themselves.
    /// @param digest SHA-256 of what was signed.
    /// @param r First half of the signature.
    /// @param s Second half.
    /// @param x First half of the key.
    /// @param y Second half.
    /// @return isValid Whether it is one of the key over the digest.
    function verifyP256(
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) external view returns (bool isValid) {
        return P256Signatures.verifyAnywhere(digest, r, s, x, y);
    }

    function _kept(Certificate memory certificate, uint256 role) private pure returns (KeptCertificate memory kept) {
        // Readers give serials of 20 bytes at most and no date later than the year 9999, and roles are below 9.
        return
            KeptCertificate({
                serial: uint160(certificate.serial),
                notAfterSeconds: uint40(certificate.notAfterSeconds),
                role: uint8(role),
                x: certificate.x,
                y: certificate.y,
                subjectHash: certificate.subjectHash
            });
    }
}
