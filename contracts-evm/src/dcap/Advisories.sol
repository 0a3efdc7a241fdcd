// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Advisories
/// @notice Unites the advisories of levels, which are kept as `TcbLayout` has them.
/// @dev Arithmetic on positions in memory cannot wrap.
library Advisories {
    /// @notice How many advisories a level has.
    /// @param tail The tail of the level.
    /// @return number The number.
    function count(uint256 tail) internal pure returns (uint256 number) {
        return uint8(tail >> 16);
    }

    /// @notice The advisories of one level.
    /// @param list Where in memory the advisories of all levels start.
    /// @param tail The tail of the level.
    /// @return advisories Their numbers, ascending without repeats.
    function expand(uint256 list, uint256 tail) internal pure returns (uint256[] memory advisories) {
        unchecked {
            uint256 length = count(tail);
            uint256 source = list + uint16(tail);
            // The language would set the elements to zero first; one step out of a loop costs three times as much.
            // Memory-safe: takes memory by moving the free memory pointer, and writes at most three words beyond that.
            assembly ("memory-safe") {
                advisories := mload(0x40)
                mstore(advisories, length)
                let target := add(advisories, 32)
                let end := add(target, shl(5, length))
                mstore(0x40, end)
                for {} lt(target, end) {} {
                    mstore(target, shr(232, mload(source)))
                    mstore(add(target, 32), shr(232, mload(add(source, 3))))
                    mstore(add(target, 64), shr(232, mload(add(source, 6))))
                    mstore(add(target, 96), shr(232, mload(add(source, 9))))
                    target := add(target, 128)
                    source := add(source, 12)
                }
            }
        }
    }

    /// @notice The union of two sets.
    /// @param lefts Numbers, ascending without repeats.
    /// @param rights Numbers, ascending without repeats.
    /// @return united All numbers, ascending without repeats.
    function unite(uint256[] memory lefts, uint256[] memory rights) internal pure returns (uint256[] memory united) {
        if (lefts.length == 0) return rights;
        united = new uint256[](lefts.length + rights.length);
        unchecked {
            uint256 length = 0;
            uint256 i = 0;
            uint256 k = 0;
            while (i < lefts.length || k < rights.length) {
                uint256 left = i < lefts.length ? lefts[i] : type(uint256).max;
                uint256 right = k < rights.length ? rights[k] : type(uint256).max;
                united[length++] = left < right ? left : right;
                if (left <= right) ++i;
                if (right <= left) ++k;
            }
            // Memory-safe: makes the array shorter, never longer.
            assembly ("memory-safe") {
                mstore(united, length)
            }
        }
    }
}
