// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A certificate under the root, or the root.
/// @param serial Its serial number, never zero.
/// @param notAfterSeconds When it expires.
/// @param role `ROOT`, `PCK_CA` or `TCB_SIGNING` of `Documents`.
/// @param x First half of the key.
/// @param y Second half of the key.
/// @param subjectHash Keccak-256 of the subject's name in DER.
struct KeptCertificate {
    uint160 serial;
    uint40 notAfterSeconds;
    uint8 role;
    uint256 x;
    uint256 y;
    bytes32 subjectHash;
}

/// @notice The dates of a CRL.
/// @param thisUpdateSeconds Its date, zero where there is none.
/// @param nextUpdateSeconds When it expires.
/// @param certificate Of the CRL of a PCK CA: one more than the index of the CA's certificate, zero where there is none.
/// @param revoked Of the root CRL: bit i is whether the certificate with index i is on it.
struct KeptCrl {
    uint40 thisUpdateSeconds;
    uint40 nextUpdateSeconds;
    uint8 certificate;
    uint56 revoked;
}

/// @notice TCB info or a QE identity in one slot; zero is none.
/// @dev Layout, most significant bits on the left:
///
///   256            96         56              16               8        0
///    | pointer:160  | date:40  | expires at:40 | certificate:8  | zero:8 |
///
/// `pointer` is a data contract: of a QE identity with what `TcbLayout` says. Of TCB info with the data contract of the
/// QE identity for the same TEE type and evaluation number that was in force when it came (20 bytes), where that starts (2),
/// the TCB info and that QE identity: where it is in force still, a verification has both for one read. `date` the issue date, `expires at` the earlier end of the document and of the certificate
/// that signed it, `certificate` one more than the index of that.
type KeptDocument is uint256;

/// @notice A PCK CA with its CRL, and with what everything rests on, in one slot; zero is none.
/// @dev Layout, most significant bits on the left:
///
///   256            96              56           0
///    | pointer:160  | expires at:40 | revoked:56 |
///
/// `pointer` is a data contract with the two halves of the CA's key, the hash of its subject, 32 bytes each, and the serial
/// numbers on its CRL as `SerialSet` has them; zero without a CRL. `expires at` is the earliest end of CA, its CRL, root and
/// root CRL. Bit i of `revoked` is whether the certificate with index i is on the root CRL; the highest bit, whether the CA
/// itself is.
type KeptCa is uint256;

using KeptDocuments for KeptDocument global;
using KeptCas for KeptCa global;

/// @title KeptDocuments
/// @notice Packs `KeptDocument`.
library KeptDocuments {
    /// @notice Packs a document.
    /// @param dataContract Where it is kept.
    /// @param issueDateSeconds Its date, below 2^40.
    /// @param endSeconds When it expires, below 2^40.
    /// @param position One more than the index of the certificate that signed it.
    /// @return self The document.
    function pack(
        address dataContract,
        uint256 issueDateSeconds,
        uint256 endSeconds,
        uint256 position
    ) internal pure returns (KeptDocument self) {
        return
            KeptDocument.wrap(
                (uint256(uint160(dataContract)) << 96) | (issueDateSeconds << 56) | (endSeconds << 16) | (position << 8)
            );
    }

    /// @notice The data contract, zero where there is none.
    function pointer(KeptDocument self) internal pure returns (address value) {
        return address(uint160(KeptDocument.unwrap(self) >> 96));
    }

    /// @notice The issue date.
    function dateSeconds(KeptDocument self) internal pure returns (uint256 value) {
        return uint40(KeptDocument.unwrap(self) >> 56);
    }

    /// @notice When it expires.
    function expiresAtSeconds(KeptDocument self) internal pure returns (uint256 value) {
        return uint40(KeptDocument.unwrap(self) >> 16);
    }

    /// @notice One more than the index of the certificate that signed it.
    function certificate(KeptDocument self) internal pure returns (uint256 value) {
        return uint8(KeptDocument.unwrap(self) >> 8);
    }
}

/// @title KeptCas
/// @notice Packs `KeptCa`.
library KeptCas {
    /// @notice Packs a PCK CA.
    /// @param dataContract Where its key and CRL are kept.
    /// @param endSeconds When the first of what it rests on expires, below 2^40.
    /// @param revokedBits Bits of the certificates that are revoked, below 2^56.
    /// @return self The PCK CA.
    function pack(address dataContract, uint256 endSeconds, uint256 revokedBits) internal pure returns (KeptCa self) {
        return KeptCa.wrap((uint256(uint160(dataContract)) << 96) | (endSeconds << 56) | revokedBits);
    }

    /// @notice The data contract, zero where there is none.
    function pointer(KeptCa self) internal pure returns (address value) {
        return address(uint160(KeptCa.unwrap(self) >> 96));
    }

    /// @notice When the first of what it rests on expires.
    function expiresAtSeconds(KeptCa self) internal pure returns (uint256 value) {
        return uint40(KeptCa.unwrap(self) >> 56);
    }

    /// @notice Bits of the certificates that are revoked.
    function revoked(KeptCa self) internal pure returns (uint256 value) {
        return uint56(KeptCa.unwrap(self));
    }
}
