// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Document, Fault} from "./Documents.sol";
import {ICollateralStore} from "./ICollateralStore.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {JsonReader} from "./JsonReader.sol";
import {Memory} from "./Memory.sol";
import {TcbLayout} from "./TcbLayout.sol";
import {TcbStatus} from "./TcbStatus.sol";

/// @notice What the readers of one document share.
/// @param document The document.
/// @param malformed What to revert with when no other rule names a fault.
/// @param advisories Where in memory the advisories of all levels are collected.
/// @param advisoriesEnd Where the next of them goes.
/// @param list Where the advisories of one level are sorted, one word each.
struct LevelContext {
    Document document;
    Fault malformed;
    uint256 advisories;
    uint256 advisoriesEnd;
    uint256 list;
}

/// @title LevelReader
/// @notice Reads what platform levels and levels of modules and quoting enclaves have in common, docs/spec/dcap.md
/// section 6: rules 63 to 66. Writes them as `TcbLayout` has them.
library LevelReader {
    using JsonReader for uint256;

    /// @dev More bytes of advisories than the code of a contract can hold, so that offsets fit into 2 bytes.
    uint256 private constant MAX_ADVISORIES_LENGTH = 24_576;

    /// @notice Sets memory aside for the advisories of a document.
    /// @param document The document.
    /// @param selector Selector of the rule that names any fault which no other rule names.
    /// @return context What the readers of this document share.
    function open(Document document, bytes4 selector) internal pure returns (LevelContext memory context) {
        context.document = document;
        context.malformed = document.fault(selector);
        uint256 list;
        uint256 advisories;
        // Memory-safe: takes what it sets aside by moving the free memory pointer. Nothing is cleared: what is read was
        // written before.
        assembly ("memory-safe") {
            list := mload(0x40)
            // 64 words.
            advisories := add(list, 2048)
            // A write of 3 bytes touches 32.
            mstore(0x40, add(advisories, 24608))
        }
        context.list = list;
        context.advisories = advisories;
        context.advisoriesEnd = advisories;
    }

    /// @notice Reads the levels of a module or quoting enclave, ISVSVN descending.
    /// @param position Where their array must start.
    /// @param target Where in memory to write their number and themselves: 97 bytes and 32 to spare.
    /// @param context What the readers of this document share.
    /// @return next Behind the array.
    /// @return targetEnd Behind what was written.
    function readIsvLevels(
        uint256 position,
        uint256 target,
        LevelContext memory context
    ) internal pure returns (uint256 next, uint256 targetEnd) {
        Fault malformed = context.malformed;
        // Cannot wrap: positions in memory.
        unchecked {
            targetEnd = target + 1;
            uint256 count = 0;
            uint256 lowest = type(uint256).max;
            next = position.literal("[", 1, malformed);
            while (true) {
                demandRoom(next, count, TcbLayout.MAX_ISV_LEVELS, context);
                ++count;
                uint256 isvSvn;
                uint256 tail;
                next = next.literal('{"tcb":{"isvsvn":', 17, malformed);
                (isvSvn, next) = next.integer(0xffff, malformed);
                next = next.literal("}", 1, malformed);
                (tail, next) = readTail(next, false, context);
                if (isvSvn >= lowest) raise(next, IDcapRules.UnorderedTcbLevels.selector, context);
                lowest = isvSvn;
                _write(targetEnd, (isvSvn << 32) | tail, TcbLayout.ISV_LEVEL_WIDTH);
                targetEnd += TcbLayout.ISV_LEVEL_WIDTH;
                position = next.skip("]", 1);
                if (position != next) break;
                next = next.literal(",", 1, malformed);
            }
            next = position;
            assembly ("memory-safe") {
                mstore8(target, count)
            }
        }
    }

    /// @notice Reads what all levels end with: date, status, advisories, closing brace.
    /// @param position Where it must start.
    /// @param isPlatform Whether it is a platform level, which may have any status but those of a relaunch.
    /// @param context What the readers of this document share.
    /// @return tail 4 bytes as `TcbLayout` has them.
    /// @return next Behind the brace.
    function readTail(
        uint256 position,
        bool isPlatform,
        LevelContext memory context
    ) internal pure returns (uint256 tail, uint256 next) {
        Fault malformed = context.malformed;
        next = position.literal(',"tcbDate":', 11, malformed);
        (, next) = next.quotedDate(malformed);
        position = next.literal(',"tcbStatus":', 13, malformed);
        bytes32 name;
        (name, next) = position.quotedHash(malformed);
        TcbStatus status = _statusNamed(name, isPlatform);
        if (status == TcbStatus.None) raise(position, IDcapRules.UnknownTcbStatus.selector, context);

        // Cannot wrap: `demandRoom` keeps the offset below 2^16 and the count below 2^8.
        unchecked {
            uint256 offset = context.advisoriesEnd - context.advisories;
            uint256 count = 0;
            position = next;
            next = position.skip(',"advisoryIDs":', 15);
            if (next != position) (count, next) = _readAdvisories(next, context);
            tail = (uint256(status) << 24) | (count << 16) | offset;
        }
        next = next.literal("}", 1, malformed);
    }

    /// @notice The advisories of all levels that were read.
    /// @param context What the readers of this document share.
    /// @return advisories 3 bytes each.
    function collected(LevelContext memory context) internal pure returns (bytes memory advisories) {
        uint256 length = context.advisoriesEnd - context.advisories;
        advisories = new bytes(length);
        uint256 source = context.advisories;
        assembly ("memory-safe") {
            mcopy(add(advisories, 32), source, length)
        }
    }

    /// @notice Refuses an element beyond the limit of its array.
    /// @param position Where it begins.
    /// @param count How many are before it.
    /// @param limit How many there may be.
    /// @param context What the readers of this document share.
    function demandRoom(uint256 position, uint256 count, uint256 limit, LevelContext memory context) internal pure {
        if (count == limit) raise(position, IDcapRules.TooManyEntries.selector, context);
    }

    /// @notice Reverts with a rule about a place in the document.
    /// @param position The place.
    /// @param selector Selector of the rule.
    /// @param context What the readers of this document share.
    function raise(uint256 position, bytes4 selector, LevelContext memory context) internal pure {
        context.document.fault(selector).raise(position);
    }

    /// @dev Reads an array of advisories and collects them, ascending without repeats. Returns how many those are.
    function _readAdvisories(
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 count, uint256 next) {
        Fault malformed = context.malformed;
        position = position.literal("[", 1, malformed);
        next = position.skip("]", 1);
        if (next != position) return (0, next);
        next = position;
        // Cannot wrap: positions in memory; `demandRoom` keeps the counts at most 64.
        unchecked {
            uint256 entryCount = 0;
            while (true) {
                demandRoom(next, entryCount, TcbLayout.MAX_ADVISORIES, context);
                ++entryCount;
                uint256 number;
                (number, next) = _readAdvisory(next, context);
                count = _insert(context.list, count, number);
                position = next.skip("]", 1);
                if (position != next) break;
                next = next.literal(",", 1, malformed);
            }
            next = position;
            uint256 target = context.advisoriesEnd;
            for (uint256 i = 0; i < count; ++i) {
                _write(target, Memory.word(context.list + 32 * i), TcbLayout.ADVISORY_WIDTH);
                target += TcbLayout.ADVISORY_WIDTH;
                if (target - context.advisories > MAX_ADVISORIES_LENGTH)
                    revert ICollateralStore.CannotKeep(target - context.advisories);
            }
            context.advisoriesEnd = target;
        }
    }

    /// @dev Reads `"INTEL-SA-nnnnn"`.
    function _readAdvisory(
        uint256 position,
        LevelContext memory context
    ) private pure returns (uint256 number, uint256 next) {
        // Cannot wrap: positions in memory; five digits.
        unchecked {
            next = position.skip('"INTEL-SA-', 10);
            bool isAdvisory = next != position;
            for (uint256 i = 0; i < 5; ++i) {
                uint256 digit = Memory.byteAt(next + i) - 0x30;
                isAdvisory = isAdvisory && digit <= 9;
                number = number * 10 + digit;
            }
            isAdvisory = isAdvisory && Memory.byteAt(next + 5) == 0x22;
            if (!isAdvisory) raise(position, IDcapRules.UnknownAdvisory.selector, context);
            next += 6;
        }
    }

    /// @dev Puts a value into its place among `count` ascending words at `list`, unless it is there. Returns how many
    /// there are then.
    function _insert(uint256 list, uint256 count, uint256 value) private pure returns (uint256 newCount) {
        // Memory-safe: within the 64 words that `open` set aside; there are never more values than entries of an array.
        assembly ("memory-safe") {
            newCount := count
            let place := add(list, shl(5, count))
            let above := 0
            // To the first word from the right that is not above the value.
            for {} gt(place, list) {} {
                above := mload(sub(place, 32))
                if iszero(gt(above, value)) {
                    break
                }
                place := sub(place, 32)
            }
            let isThere := and(gt(place, list), eq(above, value))
            if iszero(isThere) {
                mcopy(add(place, 32), place, sub(add(list, shl(5, count)), place))
                mstore(place, value)
                newCount := add(count, 1)
            }
        }
    }

    /// @dev Writes the lowest `width` bytes of a value; the rest of the 32 bytes is overwritten later or spare.
    function _write(uint256 target, uint256 value, uint256 width) private pure {
        assembly ("memory-safe") {
            mstore(target, shl(sub(256, shl(3, width)), value))
        }
    }

    /// @dev The status with a name, `None` where such a level cannot have it.
    function _statusNamed(bytes32 name, bool isPlatform) private pure returns (TcbStatus status) {
        if (name == keccak256("UpToDate")) return TcbStatus.UpToDate;
        if (name == keccak256("OutOfDate")) return TcbStatus.OutOfDate;
        if (name == keccak256("Revoked")) return TcbStatus.Revoked;
        if (!isPlatform) return TcbStatus.None;
        if (name == keccak256("SWHardeningNeeded")) return TcbStatus.SWHardeningNeeded;
        if (name == keccak256("ConfigurationNeeded")) return TcbStatus.ConfigurationNeeded;
        if (name == keccak256("ConfigurationAndSWHardeningNeeded")) return TcbStatus.ConfigurationAndSWHardeningNeeded;
        if (name == keccak256("OutOfDateConfigurationNeeded")) return TcbStatus.OutOfDateConfigurationNeeded;
        return TcbStatus.None;
    }
}
