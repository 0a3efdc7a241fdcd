// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fault} from "./Documents.sol";
import {Memory} from "./Memory.sol";
import {Times} from "./Times.sol";

/// @title JsonReader
/// @notice Reads the JSON that Intel signs byte for byte against a fixed grammar, docs/spec/dcap.md section 6.
/// @dev A reader holds one position. Behind the document lie 32 zero bytes (`Memory.copy`). No function here takes a zero
/// byte for anything, so that none moves beyond the end, and a word may be read anywhere in the document. Arithmetic on
/// positions cannot wrap.
library JsonReader {
    /// @dev Most bytes of a text.
    uint256 private constant MAX_TEXT = 64;

    /// @notice Moves behind a literal that must come next.
    /// @param position Where it must start.
    /// @param text The literal, padded with zeros.
    /// @param length Its length in bytes, 1 to 32.
    /// @param fault What to revert with when something else comes.
    /// @return next Where it ends.
    function literal(uint256 position, bytes32 text, uint256 length, Fault fault) internal pure returns (uint256 next) {
        next = skip(position, text, length);
        if (next == position) fault.raise(position);
    }

    /// @notice Moves behind a literal if it comes next.
    /// @param position Where it may start.
    /// @param text The literal, padded with zeros.
    /// @param length Its length in bytes, 1 to 32.
    /// @return next Where it ends, or the same position.
    function skip(uint256 position, bytes32 text, uint256 length) internal pure returns (uint256 next) {
        unchecked {
            bool comesNext = (Memory.word(position) ^ uint256(text)) >> (256 - 8 * length) == 0;
            return comesNext ? position + length : position;
        }
    }

    /// @notice Reads an integer: decimal, no sign, no leading zero.
    /// @param position Where it must start.
    /// @param max The greatest that is allowed, below 10^10.
    /// @param fault What to revert with otherwise.
    /// @return value The number.
    /// @return next Where its digits end.
    function integer(uint256 position, uint256 max, Fault fault) internal pure returns (uint256 value, uint256 next) {
        unchecked {
            next = position;
            uint256 digit = Memory.byteAt(next) - 0x30;
            uint256 first = digit;
            // Wraps below "0", so that this is false there too. Stops within two digits above `max`.
            while (digit <= 9 && value <= max) {
                value = value * 10 + digit;
                ++next;
                digit = Memory.byteAt(next) - 0x30;
            }
            bool hasLeadingZero = first == 0 && next - position > 1;
            if (next == position || hasLeadingZero || value > max) fault.raise(position);
        }
    }

    /// @notice Reads a quoted text of at most 64 printable characters without escapes.
    /// @param position Where its first quote must be.
    /// @param fault What to revert with otherwise.
    /// @return start Where the text starts.
    /// @return length Its length in bytes.
    /// @return next Behind its last quote.
    function quoted(uint256 position, Fault fault) internal pure returns (uint256 start, uint256 length, uint256 next) {
        unchecked {
            start = literal(position, '"', 1, fault);
            next = start;
            uint256 character = Memory.byteAt(next);
            while (character != 0x22) {
                bool isAllowed = character >= 0x20 && character <= 0x7e && character != 0x5c;
                if (!isAllowed || next - start == MAX_TEXT) fault.raise(next);
                ++next;
                character = Memory.byteAt(next);
            }
            length = next - start;
            ++next;
        }
    }

    /// @notice Reads a quoted text that is one of a few.
    /// @param position Where its first quote must be.
    /// @param fault What to revert with when it is no text.
    /// @return textHash Keccak-256 of the text.
    /// @return next Behind its last quote.
    function quotedHash(uint256 position, Fault fault) internal pure returns (bytes32 textHash, uint256 next) {
        uint256 start;
        uint256 length;
        (start, length, next) = quoted(position, fault);
        textHash = Memory.hash(start, length);
    }

    /// @notice Reads a quoted date `YYYY-MM-DDTHH:MM:SSZ`.
    /// @param position Where its first quote must be.
    /// @param fault What to revert with otherwise.
    /// @return time Seconds since 1970.
    /// @return next Behind its last quote.
    function quotedDate(uint256 position, Fault fault) internal pure returns (uint256 time, uint256 next) {
        next = literal(position, '"', 1, fault);
        time = Times.parseIso(Memory.word(next) >> 96);
        if (time == Times.NO_DATE) fault.raise(next);
        unchecked {
            next = literal(next + 20, '"', 1, fault);
        }
    }

    /// @notice Reads hex digits in either case.
    /// @param position Where they must start.
    /// @param length How many bytes they name, at most 32.
    /// @param fault What to revert with otherwise.
    /// @return value The bytes as a number.
    /// @return next Behind the digits.
    function hexDigits(
        uint256 position,
        uint256 length,
        Fault fault
    ) internal pure returns (uint256 value, uint256 next) {
        unchecked {
            next = position + 2 * length;
            for (; position != next; ++position) {
                uint256 character = Memory.byteAt(position);
                // Wraps below the first of its range, and is above 9 or 5 there too.
                uint256 digit = character - 0x30;
                if (digit > 9) {
                    digit = (character | 0x20) - 0x61;
                    if (digit > 5) fault.raise(position);
                    digit += 10;
                }
                value = (value << 4) | digit;
            }
        }
    }

    /// @notice Reads a quoted byte string in hex digits of either case.
    /// @param position Where its first quote must be.
    /// @param length How many bytes it has, at most 32.
    /// @param fault What to revert with otherwise.
    /// @return value The bytes as a number.
    /// @return next Behind its last quote.
    function quotedHex(
        uint256 position,
        uint256 length,
        Fault fault
    ) internal pure returns (uint256 value, uint256 next) {
        next = literal(position, '"', 1, fault);
        (value, next) = hexDigits(next, length, fault);
        next = literal(next, '"', 1, fault);
    }
}
