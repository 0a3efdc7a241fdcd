// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TAG_REVOCATION} from "./Tags.sol";

/// @title Revocations
/// @notice Encodes, decodes and hashes revocations, docs/spec/protocol.md section 10.
/// @dev Layout of a revocation, 65 bytes:
///
///   offset  bytes  field
///        0     32  TAG_REVOCATION
///       32      1  target kind: 1 signer, 2 platform, 3 measurement
///       33     32  target: signer address, left-padded; platform id; measurement id
///
/// It is bound to no chain: one signature of the guardian's key serves on every registry.
library Revocations {
    /// @notice Thrown when a revocation is not 65 bytes long.
    /// @param length Its length in bytes.
    error InvalidRevocationLength(uint256 length);

    /// @notice Thrown when a revocation opens with another tag than TAG_REVOCATION.
    /// @param tag The refused tag.
    error InvalidRevocationTag(bytes32 tag);

    /// @notice Thrown when the target kind of a revocation is none of signer, platform and measurement.
    /// @param kind The refused kind.
    error InvalidRevocationTargetKind(uint8 kind);

    /// @notice Thrown when the target of a revocation is zero, or is a signer whose first 12 bytes are not zero.
    /// @param target The refused target.
    error InvalidRevocationTarget(bytes32 target);

    /// @notice The target is the address of an enclave's signing key.
    uint8 internal constant KIND_SIGNER = 1;

    /// @notice The target is the id of a platform.
    uint8 internal constant KIND_PLATFORM = 2;

    /// @notice The target is the id of a measurement.
    uint8 internal constant KIND_MEASUREMENT = 3;

    /// @notice Bytes of a revocation.
    uint256 internal constant LENGTH = 65;

    /// @notice Checks a revocation and gives its fields, and what the guardian's key signs.
    /// @dev Reverts with the first broken rule of section 10: `InvalidRevocationLength`, `InvalidRevocationTag`,
    /// `InvalidRevocationTargetKind`, `InvalidRevocationTarget`.
    /// @param revocation The revocation and nothing else.
    /// @return kind `KIND_SIGNER`, `KIND_PLATFORM` or `KIND_MEASUREMENT`.
    /// @return target What is revoked.
    /// @return digest `hash(revocation)`.
    function decode(bytes calldata revocation) internal pure returns (uint8 kind, bytes32 target, bytes32 digest) {
        if (revocation.length != LENGTH) revert InvalidRevocationLength(revocation.length);
        bytes32 tag = bytes32(revocation[:32]);
        if (tag != TAG_REVOCATION) revert InvalidRevocationTag(tag);
        kind = uint8(revocation[32]);
        target = bytes32(revocation[33:]);
        _check(kind, target);
        digest = keccak256(revocation);
    }

    /// @notice Encodes a revocation.
    /// @dev Reverts with `InvalidRevocationTargetKind`, then `InvalidRevocationTarget`.
    /// @param kind `KIND_SIGNER`, `KIND_PLATFORM` or `KIND_MEASUREMENT`.
    /// @param target What is to be revoked.
    /// @return revocation 65 bytes.
    function encode(uint8 kind, bytes32 target) internal pure returns (bytes memory revocation) {
        _check(kind, target);
        return abi.encodePacked(TAG_REVOCATION, kind, target);
    }

    /// @dev The rules that hold for the fields of a revocation, in their order.
    function _check(uint8 kind, bytes32 target) private pure {
        if (kind < KIND_SIGNER || kind > KIND_MEASUREMENT) revert InvalidRevocationTargetKind(kind);
        if (target == 0 || (kind == KIND_SIGNER && uint256(target) >> 160 != 0)) revert InvalidRevocationTarget(target);
    }
}
