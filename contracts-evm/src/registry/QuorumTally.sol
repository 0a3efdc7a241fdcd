// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerRecord} from "./SignerRecord.sol";

/// @notice The records that a quorum was counted from so far: the length of the array is how many there are.
/// @dev Made by `QuorumTallies.start` with room for as many as there can be.
type QuorumTally is uint256;

using QuorumTallies for QuorumTally global;

/// @title QuorumTallies
/// @notice Tells whether an operator or a platform has been counted already (INV-28).
library QuorumTallies {
    /// @notice Makes room.
    /// @param most How many signers there can be, at most 32.
    /// @return tally No signer so far.
    function start(uint256 most) internal pure returns (QuorumTally tally) {
        // Memory-safe: takes one word for the length and one for each record by moving the free memory pointer.
        assembly ("memory-safe") {
            tally := mload(0x40)
            mstore(tally, 0)
            mstore(0x40, add(tally, shl(5, add(most, 1))))
        }
    }

    /// @notice Keeps the record of a signer that has been counted.
    /// @param self The tally, with room for it.
    /// @param record The record.
    function add(QuorumTally self, SignerRecord record) internal pure {
        // Memory-safe: `start` has made room for as many records as there are signatures.
        assembly ("memory-safe") {
            let count := add(mload(self), 1)
            mstore(self, count)
            mstore(add(self, shl(5, count)), record)
        }
    }

    /// @notice Whether a signer of an operator has been counted.
    /// @param self The tally.
    /// @param operatorIndex The operator.
    /// @return result Whether one has.
    function hasOperator(QuorumTally self, uint16 operatorIndex) internal pure returns (bool result) {
        uint256 count = self.length();
        for (uint256 i = 0; i < count; ++i) if (self.recordAt(i).operatorIndex() == operatorIndex) return true;
    }

    /// @notice Whether a signer on a platform has been counted.
    /// @param self The tally.
    /// @param platformIndex The platform.
    /// @return result Whether one has.
    function hasPlatform(QuorumTally self, uint32 platformIndex) internal pure returns (bool result) {
        uint256 count = self.length();
        for (uint256 i = 0; i < count; ++i) if (self.recordAt(i).platformIndex() == platformIndex) return true;
    }

    /// @notice How many records there are.
    /// @param self The tally.
    /// @return count At most 32.
    function length(QuorumTally self) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := mload(self)
        }
    }

    /// @notice A record.
    /// @param self The tally.
    /// @param index Its place, below the length.
    /// @return record The record.
    function recordAt(QuorumTally self, uint256 index) internal pure returns (SignerRecord record) {
        assembly ("memory-safe") {
            record := mload(add(self, shl(5, add(index, 1))))
        }
    }
}
