// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Documents} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {JsonReader} from "./JsonReader.sol";
import {LevelContext, LevelReader} from "./LevelReader.sol";
import {Memory} from "./Memory.sol";
import {TcbLayout} from "./TcbLayout.sol";
import {TeeTypes} from "./TeeTypes.sol";

/// @notice TCB info of version 3, read from what Intel signed. Its dates and signature are not judged yet.
/// @param teeType `SGX` or `TDX` of `TeeTypes`.
/// @param fmspc The family of machines that it is about.
/// @param evaluationNumber The edition.
/// @param issueDateSeconds Seconds since 1970.
/// @param nextUpdateSeconds Seconds since 1970.
/// @param kept What is kept of it, as `TcbLayout` has it.
struct TcbInfo {
    uint8 teeType;
    bytes6 fmspc;
    uint32 evaluationNumber;
    uint256 issueDateSeconds;
    uint256 nextUpdateSeconds;
    bytes kept;
}

/// @title TcbInfos
/// @notice Reads TCB info, docs/spec/dcap.md section 6.4: rules 61 to 66.
library TcbInfos {
    using JsonReader for uint256;
    using LevelReader for uint256;

    /// @dev Most bytes of the module identities, and of the platform levels, with 32 to spare.
    uint256 private constant MODULES_LENGTH = TcbLayout.MAX_MODULES * (34 + TcbLayout.MAX_ISV_LEVELS * 6) + 32;
    uint256 private constant LEVELS_LENGTH = TcbLayout.MAX_PLATFORM_LEVELS * TcbLayout.PLATFORM_LEVEL_WIDTH + 32;

    /// @notice Reads TCB info.
    /// @param start Where in memory it starts, copied by `Memory.copy`.
    /// @param length Its length in bytes.
    /// @return info What it says.
    function read(uint256 start, uint256 length) internal pure returns (TcbInfo memory info) {
        LevelContext memory context = LevelReader.open(
            Documents.named(Documents.TCB_INFO, start),
            IDcapRules.MalformedTcbInfo.selector
        );
        uint256 pceId;
        uint256 position;
        (pceId, position) = _readHead(info, start, context);

        bytes32 module = 0;
        bytes memory modules = "";
        uint256 moduleCount = 0;
        if (info.teeType == TeeTypes.TDX) {
            position = position.literal(',"tdxModule":{', 14, context.malformed);
            (module, position) = _readModule(position, context);
            position = position.literal("}", 1, context.malformed);
            uint256 list = position.skip(',"tdxModuleIdentities":[', 24);
            if (list != position) (moduleCount, modules, position) = _readIdentities(list, context);
        }
        position = position.literal(',"tcbLevels":[', 14, context.malformed);
        (uint256 levelCount, bytes memory levels, uint256 end) = _readLevels(position, info.teeType, context);
        end = end.literal("}", 1, context.malformed);
        if (end != start + length) context.malformed.raise(end);
        // Counts are limited, and so is the length of what comes before the advisories: to 4,550 bytes.
        info.kept = abi.encodePacked(
            uint16(pceId),
            uint8(levelCount),
            uint8(moduleCount),
            uint16(TcbLayout.TCB_INFO_LEVELS + levels.length + modules.length),
            module,
            levels,
            modules,
            LevelReader.collected(context)
        );
    }

    /// @dev Reads from the start to the evaluation number.
    function _readHead(
        TcbInfo memory info,
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 pceId, uint256 next) {
        bytes32 id;
        uint256 value;
        position = position.literal('{"id":', 6, context.malformed);
        (id, next) = position.quotedHash(context.malformed);
        info.teeType =
            id == keccak256("SGX")
                ? TeeTypes.SGX
                : id == keccak256("TDX")
                    ? TeeTypes.TDX
                    : 0;
        if (info.teeType == 0) position.raise(IDcapRules.UnsupportedTcbInfo.selector, context);
        position = next.literal(',"version":', 11, context.malformed);
        (value, next) = position.integer(type(uint32).max, context.malformed);
        if (value != 3) position.raise(IDcapRules.UnsupportedTcbInfo.selector, context);
        next = next.literal(',"issueDate":', 13, context.malformed);
        (info.issueDateSeconds, next) = next.quotedDate(context.malformed);
        next = next.literal(',"nextUpdate":', 14, context.malformed);
        (info.nextUpdateSeconds, next) = next.quotedDate(context.malformed);
        next = next.literal(',"fmspc":', 9, context.malformed);
        (value, next) = next.quotedHex(6, context.malformed);
        // 6 bytes.
        info.fmspc = bytes6(uint48(value));
        next = next.literal(',"pceId":', 9, context.malformed);
        (pceId, next) = next.quotedHex(2, context.malformed);
        position = next.literal(',"tcbType":', 11, context.malformed);
        (value, next) = position.integer(type(uint32).max, context.malformed);
        if (value != 0) position.raise(IDcapRules.UnsupportedTcbInfo.selector, context);
        next = next.literal(',"tcbEvaluationDataNumber":', 27, context.malformed);
        (value, next) = next.integer(type(uint32).max, context.malformed);
        // At most what was passed as greatest.
        info.evaluationNumber = uint32(value);
    }

    /// @dev Reads signer, attributes and their mask, which nobody applies: both sides must be zero.
    function _readModule(
        uint256 position,
        LevelContext memory context
    ) private pure returns (bytes32 module, uint256 next) {
        uint256 high;
        uint256 low;
        uint256 attributes;
        next = position.literal('"mrsigner":"', 12, context.malformed);
        (high, next) = next.hexDigits(32, context.malformed);
        (low, next) = next.hexDigits(16, context.malformed);
        next = next.literal('","attributes":', 15, context.malformed);
        (attributes, next) = next.quotedHex(8, context.malformed);
        next = next.literal(',"attributesMask":', 18, context.malformed);
        (, next) = next.quotedHex(8, context.malformed);
        // 16 and 8 bytes.
        module = keccak256(abi.encodePacked(high, uint128(low), uint64(attributes)));
    }

    /// @dev Reads the array of module identities, whose bracket is open.
    function _readIdentities(
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 count, bytes memory modules, uint256 next) {
        modules = new bytes(MODULES_LENGTH);
        uint256 target = Memory.position(modules);
        uint256 seen = 0;
        next = position;
        // Cannot wrap: positions in memory, a count that `demandRoom` limits.
        unchecked {
            while (true) {
                next.demandRoom(count, TcbLayout.MAX_MODULES, context);
                ++count;
                uint256 version;
                bytes32 module;
                position = next.literal('{"id":"TDX_', 11, context.malformed);
                (version, next) = position.hexDigits(1, context.malformed);
                next = next.literal('"', 1, context.malformed);
                if ((seen >> version) & 1 == 1) position.raise(IDcapRules.UnorderedTcbLevels.selector, context);
                seen |= 1 << version;
                next = next.literal(",", 1, context.malformed);
                (module, next) = _readModule(next, context);
                next = next.literal(',"tcbLevels":', 13, context.malformed);
                // Memory-safe: 33 bytes of an identity, of which `modules` holds as many as there may be.
                assembly ("memory-safe") {
                    mstore8(target, version)
                    mstore(add(target, 1), module)
                }
                (next, target) = next.readIsvLevels(target + 33, context);
                next = next.literal("}", 1, context.malformed);
                position = next.skip("]", 1);
                if (position != next) break;
                next = next.literal(",", 1, context.malformed);
            }
        }
        next = position;
        _shorten(modules, target);
    }

    /// @dev Reads the array of platform levels, whose bracket is open: each strictly below the one before it.
    function _readLevels(
        uint256 position,
        uint8 teeType,
        LevelContext memory context
    ) private pure returns (uint256 count, bytes memory levels, uint256 next) {
        levels = new bytes(LEVELS_LENGTH);
        uint256 target = Memory.position(levels);
        uint256 lowest = type(uint256).max;
        uint256 lowestTdx = 0;
        next = position;
        // Cannot wrap: positions in memory, a count that `demandRoom` limits.
        unchecked {
            while (true) {
                next.demandRoom(count, TcbLayout.MAX_PLATFORM_LEVELS, context);
                ++count;
                uint256 sgx;
                uint256 tdx = 0;
                uint256 pceSvn;
                uint256 tail;
                next = next.literal('{"tcb":{"sgxtcbcomponents":', 27, context.malformed);
                (sgx, next) = _readComponents(next, context);
                next = next.literal(',"pcesvn":', 10, context.malformed);
                (pceSvn, next) = next.integer(0xffff, context.malformed);
                if (teeType == TeeTypes.TDX) {
                    next = next.literal(',"tdxtcbcomponents":', 20, context.malformed);
                    (tdx, next) = _readComponents(next, context);
                }
                next = next.literal("}", 1, context.malformed);
                (tail, next) = next.readTail(true, context);
                uint256 order = (sgx << 16) | pceSvn;
                if (order > lowest || (order == lowest && tdx >= lowestTdx)) {
                    next.raise(IDcapRules.UnorderedTcbLevels.selector, context);
                }
                (lowest, lowestTdx) = (order, tdx);
                // Memory-safe: 38 bytes of a level, of which `levels` holds as many as there may be, and 26 behind them
                // that are overwritten later or spare.
                assembly ("memory-safe") {
                    mstore(target, or(shl(128, sgx), tdx))
                    mstore(add(target, 32), shl(208, or(shl(32, pceSvn), tail)))
                }
                target += TcbLayout.PLATFORM_LEVEL_WIDTH;
                position = next.skip("]", 1);
                if (position != next) break;
                next = next.literal(",", 1, context.malformed);
            }
        }
        next = position;
        _shorten(levels, target);
    }

    /// @dev Reads an array of 16 components; category and type are for people.
    function _readComponents(
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 components, uint256 next) {
        next = position.literal("[", 1, context.malformed);
        for (uint256 i = 0; i < 16; ++i) {
            uint256 svn;
            if (i != 0) next = next.literal(",", 1, context.malformed);
            next = next.literal('{"svn":', 7, context.malformed);
            (svn, next) = next.integer(0xff, context.malformed);
            position = next.skip(',"category":', 12);
            if (position != next) (, , next) = position.quoted(context.malformed);
            position = next.skip(',"type":', 8);
            if (position != next) (, , next) = position.quoted(context.malformed);
            next = next.literal("}", 1, context.malformed);
            components = (components << 8) | svn;
        }
        next = next.literal("]", 1, context.malformed);
    }

    /// @dev Cuts `data` off where its writer stopped.
    function _shorten(bytes memory data, uint256 end) private pure {
        // Memory-safe: makes it shorter, never longer.
        assembly ("memory-safe") {
            mstore(data, sub(end, add(data, 32)))
        }
    }
}
