// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Documents} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {JsonReader} from "./JsonReader.sol";
import {LevelContext, LevelReader} from "./LevelReader.sol";
import {Memory} from "./Memory.sol";
import {TcbLayout} from "./TcbLayout.sol";
import {TeeTypes} from "./TeeTypes.sol";

/// @notice Identity of Intel's quoting enclave, version 2, read from what Intel signed. Its dates and signature are not
/// judged yet.
/// @param teeType `SGX` or `TDX` of `TeeTypes`: whose quotes that enclave signs.
/// @param evaluationNumber The edition.
/// @param issueDateSeconds Seconds since 1970.
/// @param nextUpdateSeconds Seconds since 1970.
/// @param kept What is kept of it, as `TcbLayout` has it.
struct QeIdentity {
    uint8 teeType;
    uint32 evaluationNumber;
    uint256 issueDateSeconds;
    uint256 nextUpdateSeconds;
    bytes kept;
}

/// @title QeIdentities
/// @notice Reads QE identities, docs/spec/dcap.md section 6.5: rules 71, 72 and 63 to 66.
library QeIdentities {
    using JsonReader for uint256;
    using LevelReader for uint256;

    /// @dev Most bytes of levels with their number, with 32 to spare.
    uint256 private constant LEVELS_LENGTH = 1 + TcbLayout.MAX_ISV_LEVELS * TcbLayout.ISV_LEVEL_WIDTH + 32;

    /// @notice Reads a QE identity.
    /// @param start Where in memory it starts, copied by `Memory.copy`.
    /// @param length Its length in bytes.
    /// @return identity What it says.
    function read(uint256 start, uint256 length) internal pure returns (QeIdentity memory identity) {
        LevelContext memory context = LevelReader.open(
            Documents.named(Documents.QE_IDENTITY, start),
            IDcapRules.MalformedQeIdentity.selector
        );
        uint256 position = _readHead(identity, start, context);
        bytes memory body;
        (body, position) = _readBody(position, context);
        bytes memory levels = new bytes(LEVELS_LENGTH);
        uint256 target = Memory.position(levels);
        (position, target) = position.readIsvLevels(target, context);
        // Memory-safe: makes it shorter, never longer.
        assembly ("memory-safe") {
            mstore(levels, sub(target, add(levels, 32)))
        }
        position = position.literal("}", 1, context.malformed);
        if (position != start + length) context.malformed.raise(position);
        identity.kept = bytes.concat(body, levels, LevelReader.collected(context));
    }

    /// @dev Reads from the start to the evaluation number.
    function _readHead(
        QeIdentity memory identity,
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 next) {
        bytes32 id;
        uint256 value;
        position = position.literal('{"id":', 6, context.malformed);
        (id, next) = position.quotedHash(context.malformed);
        identity.teeType =
            id == keccak256("QE")
                ? TeeTypes.SGX
                : id == keccak256("TD_QE")
                    ? TeeTypes.TDX
                    : 0;
        if (identity.teeType == 0) position.raise(IDcapRules.UnsupportedQeIdentity.selector, context);
        position = next.literal(',"version":', 11, context.malformed);
        (value, next) = position.integer(type(uint32).max, context.malformed);
        if (value != 2) position.raise(IDcapRules.UnsupportedQeIdentity.selector, context);
        next = next.literal(',"issueDate":', 13, context.malformed);
        (identity.issueDateSeconds, next) = next.quotedDate(context.malformed);
        next = next.literal(',"nextUpdate":', 14, context.malformed);
        (identity.nextUpdateSeconds, next) = next.quotedDate(context.malformed);
        next = next.literal(',"tcbEvaluationDataNumber":', 27, context.malformed);
        (value, next) = next.integer(type(uint32).max, context.malformed);
        // At most what was passed as greatest.
        identity.evaluationNumber = uint32(value);
    }

    /// @dev Reads from MISCSELECT up to the levels, and gives it as `TcbLayout` has it.
    function _readBody(
        uint256 position,
        LevelContext memory context
    ) private pure returns (bytes memory body, uint256 next) {
        uint256 miscSelect;
        uint256 miscSelectMask;
        uint256 attributes;
        uint256 attributesMask;
        uint256 mrSigner;
        uint256 isvProdId;
        next = position.literal(',"miscselect":', 14, context.malformed);
        (miscSelect, next) = next.quotedHex(4, context.malformed);
        next = next.literal(',"miscselectMask":', 18, context.malformed);
        (miscSelectMask, next) = next.quotedHex(4, context.malformed);
        next = next.literal(',"attributes":', 14, context.malformed);
        (attributes, next) = next.quotedHex(16, context.malformed);
        next = next.literal(',"attributesMask":', 18, context.malformed);
        (attributesMask, next) = next.quotedHex(16, context.malformed);
        next = next.literal(',"mrsigner":', 12, context.malformed);
        (mrSigner, next) = next.quotedHex(32, context.malformed);
        next = next.literal(',"isvprodid":', 13, context.malformed);
        (isvProdId, next) = next.integer(0xffff, context.malformed);
        next = next.literal(',"tcbLevels":', 13, context.malformed);
        // As many bytes as were read of each.
        body = abi.encodePacked(
            uint32(miscSelect),
            uint32(miscSelectMask),
            uint128(attributes),
            uint128(attributesMask),
            mrSigner,
            uint16(isvProdId)
        );
    }
}
