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
    uint32 revoked;
}

/// @notice TCB info or a QE identity in one slot; zero is none.
/// @dev Layout, most significant bits on the left:
///
///   256            96         56              16               8        0
///    | pointer:160  | date:40  | expires at:40 | certificate:8  | zero:8 |
///
/// `pointer` is a data contract: of a QE identity with what `TcbLayout` says; of TCB info with that behind 30 bytes about the
/// QE identity for the same TEE type and evaluation number that was in force when it came, and that QE identity. Those bytes
/// are the epoch of QE identities then (2), zero where there is none; `expires at` (5), `certificate` (1) and `pointer` of
/// the QE identity (20); where it starts (2). Until the next epoch, a verification has both from one slot and one read.
/// `date` is the issue date, `expires at` the earlier end of the document and of the certificate that signed it,
/// `certificate` one more than the index of that.
type KeptDocument is uint256;

/// @notice A PCK CA with its CRL, and with what everything rests on, in one slot; zero is none.
/// @dev Layout, most significant bits on the left:
///
///   256            96              56         44         32           0
///    | pointer:160  | expires at:40 | TDX:12   | SGX:12   | revoked:32 |
///
/// `pointer` is a data contract with what `PckCaLayout` says; zero without a CRL. `expires at` is the earliest end of CA, its CRL, root and
/// root CRL. `TDX` and `SGX` are epochs of QE identities: for each upload of one, whatever its evaluation number, the next
/// begins. The last, 4,095, never ends and is not told from others. Bit i of `revoked` is whether the certificate with index
/// i is on the root CRL; the highest bit, whether the CA itself is.
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
    /// @param epochs Epochs of QE identities, below 2^24.
    /// @param revokedBits Bits of the certificates that are revoked, below 2^32.
    /// @return self The PCK CA.
    function pack(
        address dataContract,
        uint256 endSeconds,
        uint256 epochs,
        uint256 revokedBits
    ) internal pure returns (KeptCa self) {
        return KeptCa.wrap((uint256(uint160(dataContract)) << 96) | (endSeconds << 56) | (epochs << 32) | revokedBits);
    }

    /// @notice The same PCK CA with another data contract.
    function movedTo(KeptCa self, address dataContract) internal pure returns (KeptCa moved) {
        return KeptCa.wrap((uint256(uint160(dataContract)) << 96) | uint96(KeptCa.unwrap(self)));
    }

    /// @notice The data contract, zero where there is none.
    function pointer(KeptCa self) internal pure returns (address value) {
        return address(uint160(KeptCa.unwrap(self) >> 96));
    }

    /// @notice When the first of what it rests on expires.
    function expiresAtSeconds(KeptCa self) internal pure returns (uint256 value) {
        return uint40(KeptCa.unwrap(self) >> 56);
    }

    /// @notice The epoch of QE identities of a TEE type.
    function epoch(KeptCa self, uint256 teeType) internal pure returns (uint256 value) {
        return IdentityEpochs.epochOf(KeptCa.unwrap(self) >> 32, teeType);
    }

    /// @notice Bits of the certificates that are revoked.
    function revoked(KeptCa self) internal pure returns (uint256 value) {
        return uint32(KeptCa.unwrap(self));
    }
}

/// @title IdentityEpochs
/// @notice Numbers of 12 bits for each TEE type, side by side: how many uploads of QE identities there were.
library IdentityEpochs {
    uint256 private constant WIDTH = 12;
    uint256 private constant LAST = 0xfff;

    /// @notice The epoch of a TEE type.
    /// @param epochs All, and anything above.
    /// @param teeType `SGX` or `TDX` of `TeeTypes`, 1 or 2.
    /// @return value The epoch.
    function epochOf(uint256 epochs, uint256 teeType) internal pure returns (uint256 value) {
        unchecked {
            return (epochs >> (WIDTH * (teeType - 1))) & LAST;
        }
    }

    /// @notice The epochs after an upload.
    /// @param epochs All.
    /// @param teeType Of what was uploaded.
    /// @return following All, then.
    function next(uint256 epochs, uint256 teeType) internal pure returns (uint256 following) {
        unchecked {
            return epochOf(epochs, teeType) == LAST ? epochs : epochs + (1 << (WIDTH * (teeType - 1)));
        }
    }

    /// @notice What is kept with TCB info: the epoch, or zero for the last, in which QE identities change unnoticed.
    /// @param epochs All.
    /// @param teeType Of the TCB info.
    /// @return value The epoch.
    function kept(uint256 epochs, uint256 teeType) internal pure returns (uint256 value) {
        value = epochOf(epochs, teeType);
        return value == LAST ? 0 : value;
    }
}
