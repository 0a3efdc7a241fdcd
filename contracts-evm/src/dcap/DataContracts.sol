// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralStore} from "./ICollateralStore.sol";

/// @title DataContracts
/// @notice Keeps bytes as the code of a contract: for more than a few words that costs less than storage slots, to write
/// and to read.
/// @dev The code is a zero byte, which is the instruction STOP, and the bytes. Nothing can be done with such a contract
/// but to read it.
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

    /// @notice Keeps bytes under a name that follows from them, so that whoever has it needs no slot to find them.
    /// @param data The bytes, not empty.
    /// @return id The name: Keccak-256 of the code that creates the contract.
    /// @return isNew False where they were kept before.
    function writeUnique(bytes memory data) internal returns (bytes32 id, bool isNew) {
        bytes memory initCode = _initCode(data);
        id = keccak256(initCode);
        if (_pointerOf(id).code.length != 0) return (id, false);
        address pointer;
        assembly ("memory-safe") {
            pointer := create2(0, add(initCode, 32), mload(initCode), 0)
        }
        if (pointer == address(0)) revert ICollateralStore.CannotKeep(data.length);
        return (id, true);
    }

    /// @notice Reads kept bytes into memory.
    /// @param pointer What `write` gave.
    /// @return start Where in memory they start.
    /// @return length How many there are.
    function read(address pointer) internal view returns (uint256 start, uint256 length) {
        assembly ("memory-safe") {
            length := sub(extcodesize(pointer), 1)
        }
        start = _copyCode(pointer, length);
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

    /// @notice Reads bytes that this contract kept by `writeUnique` into memory.
    /// @dev Trust: this contract creates others by CREATE2 in `writeUnique` alone, so that what has code at such an
    /// address was kept there.
    /// @param id What `writeUnique` gave.
    /// @return start Where in memory they start.
    /// @return length How many there are, zero where none were kept.
    function readUnique(bytes32 id) internal view returns (uint256 start, uint256 length) {
        address pointer = _pointerOf(id);
        assembly ("memory-safe") {
            length := extcodesize(pointer)
        }
        if (length == 0) return (0, 0);
        unchecked {
            --length;
        }
        start = _copyCode(pointer, length);
    }

    /// @dev Code that creates a contract whose code is a zero byte and the data.
    function _initCode(bytes memory data) private pure returns (bytes memory initCode) {
        // PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: gives back what follows. A
        // length above 2 bytes would be cut, but is above the limit of code too.
        if (data.length > type(uint16).max - 1) revert ICollateralStore.CannotKeep(data.length);
        return abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a3d393df300", data);
    }

    /// @dev Copies code but for its first byte.
    function _copyCode(address pointer, uint256 length) private view returns (uint256 start) {
        // Memory-safe: takes what it writes by moving the free memory pointer, and keeps that a multiple of 32.
        assembly ("memory-safe") {
            start := mload(0x40)
            extcodecopy(pointer, start, 1, length)
            mstore(0x40, and(add(add(start, length), 31), not(31)))
        }
    }

    /// @dev The address that this contract creates a contract at, EIP-1014: the last 20 bytes of the hash of 0xff, this
    /// address, 32 zero bytes and the id.
    function _pointerOf(bytes32 id) private view returns (address pointer) {
        // Memory-safe: writes beyond the free memory pointer. The language would take memory for good.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, or(shl(248, 0xff), shl(88, address())))
            mstore(add(data, 21), 0)
            mstore(add(data, 53), id)
            pointer := and(keccak256(data, 85), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
