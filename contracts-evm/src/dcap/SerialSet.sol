// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Memory} from "./Memory.sol";

/// @title SerialSet
/// @notice The serial numbers of a CRL as bytes: 20 for each, ascending without repeats, so that one is found by halving.
/// @dev Arithmetic on positions in memory cannot wrap.
library SerialSet {
    /// @notice Bytes of one serial number.
    uint256 internal constant WIDTH = 20;

    /// @notice Whether a serial number is in a set.
    /// @param start Where in memory the set starts.
    /// @param length Its length in bytes, a multiple of 20.
    /// @param serial The serial number.
    /// @return isThere Whether it is in the set.
    function contains(uint256 start, uint256 length, uint256 serial) internal pure returns (bool isThere) {
        // As `_find`, in half the gas. `left` to `right` are the places where it may be, in bytes.
        assembly ("memory-safe") {
            let left := start
            let right := add(start, length)
            for {} lt(left, right) {} {
                let middle := add(left, mul(20, div(sub(right, left), 40)))
                let found := shr(96, mload(middle))
                switch lt(found, serial)
                case 0 {
                    right := middle
                    if eq(found, serial) {
                        isThere := 1
                        break
                    }
                }
                default {
                    left := add(middle, 20)
                }
            }
        }
    }

    /// @notice Puts a serial number into a set, unless it is there.
    /// @param start Where in memory the set starts; behind its end lie 20 bytes to spare.
    /// @param length Its length in bytes, a multiple of 20.
    /// @param serial The serial number, below 2^160.
    /// @return newLength Its length then.
    function insert(uint256 start, uint256 length, uint256 serial) internal pure returns (uint256 newLength) {
        (uint256 place, bool isThere) = _find(start, length, serial);
        if (isThere) return length;
        // Moving all that is above costs 2 gas for each of them, which no cleverer order of work beats at the size of a
        // CRL. Memory-safe: within the set and the 20 bytes behind it.
        assembly ("memory-safe") {
            mcopy(add(place, 20), place, sub(add(start, length), place))
            mstore(place, or(shl(96, serial), and(mload(place), 0xffffffffffffffffffffffff)))
            newLength := add(length, 20)
        }
    }

    /// @dev Where a serial number is in a set, or else where it would have to be.
    function _find(uint256 start, uint256 length, uint256 serial) private pure returns (uint256 place, bool isThere) {
        unchecked {
            uint256 low = 0;
            uint256 high = length / WIDTH;
            while (low < high) {
                uint256 middle = (low + high) / 2;
                uint256 found = Memory.word(start + middle * WIDTH) >> 96;
                if (found == serial) return (start + middle * WIDTH, true);
                if (found < serial) low = middle + 1;
                else high = middle;
            }
            return (start + low * WIDTH, false);
        }
    }
}
