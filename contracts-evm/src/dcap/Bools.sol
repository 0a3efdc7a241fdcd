// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bools
/// @notice Joins conditions without a jump between them, for conditions that are checked often and cheap to work out:
/// `&&` and `||` cost a jump each, which is more than the second condition.
library Bools {
    /// @notice Whether both hold.
    function and(bool left, bool right) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := and(left, right)
        }
    }

    /// @notice Whether one of them holds.
    function or(bool left, bool right) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := or(left, right)
        }
    }
}
