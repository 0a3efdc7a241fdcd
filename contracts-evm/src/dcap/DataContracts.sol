// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralStore} from "./ICollateralStore.sol";

/// @title DataContracts
/// @notice Keeps bytes as the code of a contract: for more than a few words that costs less than storage slots, to write
/// and to read.
/// @dev The code is a zero byte, which is the instruction STOP, and the bytes. Nothing can be done with such a contract
/// but to read it. Its address is kept
/// in a slot, or behind one in another such contract, and comes of the nonce of whoever creates it: nobody who names bytes
/// to be kept, or to be read, has a say in it. An address that followed from what callers choose could be met by 2^80
/// hashes, which is too few.
library DataContracts {
    /// @notice Keeps bytes.
    /// @param data The bytes.
    /// @return pointer The contract that has them.
    function write(bytes memory data) internal returns (address pointer) {
        bytes memory initCode = _initCode(data);
        // The language creates contracts of its own only.
        assembly ("memory-safe") {
            pointer := create(0, add(initCode, 32), mload(initCode))
        }
        if (pointer == address(0)) revert ICollateralStore.CannotKeep(data.length);
    }

    /// @notice Reads kept bytes into memory.
    /// @param pointer What `write` gave.
    /// @return start Where in memory they start.
    /// @return length How many there are.
    function read(address pointer) internal view returns (uint256 start, uint256 length) {
        assembly ("memory-safe") {
            length := sub(extcodesize(pointer), 1)
        }
        start = read(pointer, 0, length);
    }

    /// @notice Reads kept bytes into memory, as the language has bytes.
    /// @param pointer What `write` gave.
    /// @return data The bytes.
    function readBytes(address pointer) internal view returns (bytes memory data) {
        // Never below: `write` puts a byte in front.
        uint256 length = pointer.code.length - 1;
        data = new bytes(length);
        assembly ("memory-safe") {
            extcodecopy(pointer, add(data, 32), 1, length)
        }
    }

    /// @notice Reads some of the kept bytes into memory, for 100 gas once the contract was read.
    /// @param pointer What `write` gave.
    /// @param offset Where among the kept bytes they start.
    /// @param length How many; behind the end there are zeros.
    /// @return start Where in memory they start.
    function read(address pointer, uint256 offset, uint256 length) internal view returns (uint256 start) {
        // Memory-safe: takes what it writes by moving the free memory pointer, and keeps that a multiple of 32.
        assembly ("memory-safe") {
            start := mload(0x40)
            extcodecopy(pointer, start, add(offset, 1), length)
            mstore(0x40, and(add(add(start, length), 31), not(31)))
        }
    }

    /// @dev Code that creates a contract whose code is a zero byte and the data.
    function _initCode(bytes memory data) private pure returns (bytes memory initCode) {
        // PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: gives back what follows. A
        // length above 2 bytes would be cut, but is above the limit of code too.
        if (data.length > type(uint16).max - 1) revert ICollateralStore.CannotKeep(data.length);
        return abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a3d393df300", data);
    }
}
