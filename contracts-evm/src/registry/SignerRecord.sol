// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What a registry knows of a signer as far as a quorum asks, docs/spec/contracts.md section 2. One storage slot.
/// @dev Layout, most significant bits on the left:
///
///   256         136        96                    64             32             16         8          0
///    |   0:120   | expiry:40 | judgement epoch:32 | platform:32 |  operator:16 | vendor:8 | status:8 |
///
/// A record without an operator is that of a key that was revoked before it was ever registered, or of none.
type SignerRecord is uint256;

/// @notice Where a signer stands. Only `Active` counts.
enum SignerStatus {
    Unknown,
    Active,
    Resigned,
    Evicted,
    Revoked
}

using SignerRecords for SignerRecord global;

/// @title SignerRecords
/// @notice Makes signer records and reads them.
library SignerRecords {
    /// @dev Where the fields lie.
    uint256 private constant EXPIRY = 96;
    uint256 private constant EPOCH = 64;
    uint256 private constant PLATFORM = 32;
    uint256 private constant OPERATOR = 16;
    uint256 private constant VENDOR = 8;

    /// @dev What `counts` compares in one go: epoch and status.
    uint256 private constant EPOCH_AND_STATUS = (uint256(type(uint32).max) << EPOCH) | type(uint8).max;

    /// @notice The record of an active signer.
    /// @param expiresAtSeconds_ The last second at which it counts, since 1970.
    /// @param judgementEpoch_ Under which it is judged.
    /// @param platformIndex_ Which platform it runs on, from 1.
    /// @param operatorIndex_ Who runs it, from 1.
    /// @param vendor_ Whose hardware it runs on.
    /// @return record The record.
    function active(
        uint40 expiresAtSeconds_,
        uint32 judgementEpoch_,
        uint32 platformIndex_,
        uint16 operatorIndex_,
        uint8 vendor_
    ) internal pure returns (SignerRecord record) {
        return
            SignerRecord.wrap(
                (uint256(expiresAtSeconds_) << EXPIRY) |
                    (uint256(judgementEpoch_) << EPOCH) |
                    (uint256(platformIndex_) << PLATFORM) |
                    (uint256(operatorIndex_) << OPERATOR) |
                    (uint256(vendor_) << VENDOR) |
                    uint256(SignerStatus.Active)
            );
    }

    /// @notice The same record with another status.
    /// @param self The record.
    /// @param status_ The status.
    /// @return record The record.
    function withStatus(SignerRecord self, SignerStatus status_) internal pure returns (SignerRecord record) {
        uint256 others = SignerRecord.unwrap(self) & ~uint256(type(uint8).max);
        return SignerRecord.wrap(others | uint256(status_));
    }

    /// @notice The same record under another judgement epoch.
    /// @param self The record.
    /// @param judgementEpoch_ The epoch.
    /// @return record The record.
    function withEpoch(SignerRecord self, uint32 judgementEpoch_) internal pure returns (SignerRecord record) {
        uint256 others = SignerRecord.unwrap(self) & ~(uint256(type(uint32).max) << EPOCH);
        return SignerRecord.wrap(others | (uint256(judgementEpoch_) << EPOCH));
    }

    /// @notice Whether a signer counts: active, judged under the present epoch and not expired (INV-22).
    /// @param self The record.
    /// @param presentEpoch The registry's judgement epoch.
    /// @return result Whether it counts in a quorum now.
    function counts(SignerRecord self, uint32 presentEpoch) internal view returns (bool result) {
        uint256 record = SignerRecord.unwrap(self);
        uint256 expected = (uint256(presentEpoch) << EPOCH) | uint256(SignerStatus.Active);
        return record & EPOCH_AND_STATUS == expected && block.timestamp <= uint40(record >> EXPIRY);
    }

    /// @notice Whether a signer was ever registered.
    /// @param self The record.
    /// @return result False for the record of a key that was revoked while nobody knew it.
    function isRegistered(SignerRecord self) internal pure returns (bool result) {
        return self.operatorIndex() != 0;
    }

    /// @notice The last second at which a signer counts.
    /// @param self The record.
    /// @return value Seconds since 1970.
    function expiresAtSeconds(SignerRecord self) internal pure returns (uint40 value) {
        // The casts, here and below, keep the bits of one field and drop those above it.
        return uint40(SignerRecord.unwrap(self) >> EXPIRY);
    }

    /// @notice The judgement epoch under which a signer was last judged.
    /// @param self The record.
    /// @return value The epoch.
    function judgementEpoch(SignerRecord self) internal pure returns (uint32 value) {
        return uint32(SignerRecord.unwrap(self) >> EPOCH);
    }

    /// @notice Which platform a signer runs on.
    /// @param self The record.
    /// @return value A number from 1; one machine has one.
    function platformIndex(SignerRecord self) internal pure returns (uint32 value) {
        return uint32(SignerRecord.unwrap(self) >> PLATFORM);
    }

    /// @notice Who runs a signer.
    /// @param self The record.
    /// @return value A number from 1.
    function operatorIndex(SignerRecord self) internal pure returns (uint16 value) {
        return uint16(SignerRecord.unwrap(self) >> OPERATOR);
    }

    /// @notice Whose hardware a signer runs on.
    /// @param self The record.
    /// @return value 1 for Intel.
    function vendor(SignerRecord self) internal pure returns (uint8 value) {
        return uint8(SignerRecord.unwrap(self) >> VENDOR);
    }

    /// @notice Where a signer stands.
    /// @param self The record.
    /// @return value The status.
    function status(SignerRecord self) internal pure returns (SignerStatus value) {
        return SignerStatus(uint8(SignerRecord.unwrap(self)));
    }
}
