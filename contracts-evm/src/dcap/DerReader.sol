// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bools} from "./Bools.sol";
import {Fault} from "./Documents.sol";
import {Memory} from "./Memory.sol";

/// @title DerReader
/// @notice Reads DER in memory front to back, docs/spec/dcap.md section 4: definite lengths in the shortest form, at most
/// two bytes of length, nothing beyond the parent.
/// @dev A reader holds two positions, the next byte and the end of the element that it is in. Arithmetic on positions
/// cannot wrap: they are positions in memory, and a length has 16 bits.
library DerReader {
    uint256 internal constant INTEGER = 0x02;
    uint256 internal constant BIT_STRING = 0x03;
    uint256 internal constant OCTET_STRING = 0x04;
    uint256 internal constant OBJECT_IDENTIFIER = 0x06;
    uint256 internal constant ENUMERATED = 0x0a;
    uint256 internal constant SEQUENCE = 0x30;

    /// @notice Enters the next element.
    /// @param position Where it must start.
    /// @param end Where its parent ends.
    /// @param tag The tag that it must have.
    /// @param fault What to revert with on another tag, another form of the length, or an end beyond the parent's.
    /// @return content Where its content starts.
    /// @return contentEnd Where its content ends and the next element starts.
    function element(
        uint256 position,
        uint256 end,
        uint256 tag,
        Fault fault
    ) internal pure returns (uint256 content, uint256 contentEnd) {
        // Bytes of the head beyond the end put the end of the content beyond it too.
        unchecked {
            uint256 head = Memory.word(position);
            uint256 length = uint8(head >> 240);
            if (length < 0x80) {
                content = position + 2;
                contentEnd = content + length;
            } else {
                (content, contentEnd) = _long(position, head);
            }
            if (Bools.or(head >> 248 != tag, contentEnd > end)) fault.raise(position);
        }
    }

    /// @notice As `element`, and its parent must end with it.
    function last(
        uint256 position,
        uint256 end,
        uint256 tag,
        Fault fault
    ) internal pure returns (uint256 content, uint256 contentEnd) {
        (content, contentEnd) = element(position, end, tag, fault);
        if (contentEnd != end) fault.raise(contentEnd);
    }

    /// @notice Moves behind bytes that must come next.
    /// @param position Where they must start.
    /// @param end Where their parent ends.
    /// @param expected The bytes, as a number.
    /// @param length How many, 1 to 32.
    /// @param fault What to revert with when others come, or fewer.
    /// @return next Where they end.
    function expect(
        uint256 position,
        uint256 end,
        uint256 expected,
        uint256 length,
        Fault fault
    ) internal pure returns (uint256 next) {
        unchecked {
            next = position + length;
            bool isThere = Memory.word(position) >> (256 - 8 * length) == expected;
            if (!Bools.and(isThere, next <= end)) fault.raise(position);
        }
    }

    /// @notice The value of an INTEGER that is not negative and in its shortest form.
    /// @param content Where its content starts.
    /// @param contentEnd Where its content ends.
    /// @param maxLength Most bytes of value, at most 32.
    /// @param fault What to revert with otherwise.
    /// @return value The number.
    function integer(
        uint256 content,
        uint256 contentEnd,
        uint256 maxLength,
        Fault fault
    ) internal pure returns (uint256 value) {
        unchecked {
            uint256 length = contentEnd - content;
            uint256 head = Memory.word(content);
            // Negative.
            bool isWellFormed = head >> 255 == 0;
            if (Bools.and(length > 1, head >> 248 == 0)) {
                // The zero must be there for the bit behind it, which would be the sign.
                isWellFormed = (head >> 247) & 1 == 1;
                head = Memory.word(content + 1);
                --length;
            }
            isWellFormed = Bools.and(isWellFormed, Bools.and(length != 0, length <= maxLength));
            if (!isWellFormed) fault.raise(content);
            return head >> (256 - 8 * length);
        }
    }

    /// @dev Content of an element whose length does not fit into its first byte; an end beyond any parent's where the
    /// length is not in its shortest form.
    function _long(uint256 position, uint256 head) private pure returns (uint256 content, uint256 contentEnd) {
        unchecked {
            uint256 form = uint8(head >> 240);
            uint256 length = uint8(head >> 232);
            if (form == 0x81 && length >= 0x80) return (position + 3, position + 3 + length);
            length = uint16(head >> 224);
            if (form == 0x82 && length >= 0x100) return (position + 4, position + 4 + length);
            return (position, type(uint256).max);
        }
    }
}
