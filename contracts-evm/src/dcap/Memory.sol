// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Memory
/// @notice Reads, copies and hashes memory at absolute positions, the ground under the readers of this folder.
/// @dev A word read at a position may reach beyond the end of the document that the position lies in. Readers compare
/// positions with the end of what they read before they use what a word holds.
library Memory {
    /// @notice Copies calldata to memory, 32 zero bytes behind it.
    /// @param data The bytes.
    /// @return start Where the copy starts; its length is that of `data`.
    function copy(bytes calldata data) internal pure returns (uint256 start) {
        // `bytes memory` pads with zeros to a multiple of 32 only, so that nothing lies between it and what comes next.
        // Memory-safe: takes what it writes by moving the free memory pointer, and keeps that a multiple of 32.
        assembly ("memory-safe") {
            start := mload(0x40)
            let end := add(start, data.length)
            calldatacopy(start, data.offset, data.length)
            mstore(end, 0)
            mstore(0x40, and(add(end, 63), not(31)))
        }
    }

    /// @notice Where `bytes` in memory start.
    /// @param data The bytes.
    /// @return start The position of the first of them.
    function position(bytes memory data) internal pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(data, 32)
        }
    }

    /// @notice The 32 bytes at a position.
    /// @param start The position.
    /// @return value The word.
    function word(uint256 start) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(start)
        }
    }

    /// @notice The byte at a position.
    /// @param start The position.
    /// @return value The byte.
    function byteAt(uint256 start) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(start))
        }
    }

    /// @notice Keccak-256 of `length` bytes.
    /// @param start Where they start.
    /// @param length How many.
    /// @return digest The hash.
    function hash(uint256 start, uint256 length) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(start, length)
        }
    }

    /// @notice Keccak-256 of 16 bytes.
    /// @param data The bytes.
    /// @return digest The hash.
    function hash(bytes16 data) internal pure returns (bytes32 digest) {
        // In the scratch space, where the language takes memory.
        assembly ("memory-safe") {
            mstore(0, data)
            digest := keccak256(0, 16)
        }
    }

    /// @notice SHA-256 of `length` bytes.
    /// @param start Where they start.
    /// @param length How many.
    /// @return digest The hash.
    function sha(uint256 start, uint256 length) internal view returns (bytes32 digest) {
        // The language's `sha256` takes `bytes memory` and copies it. The precompile fails only when gas runs out, and a
        // chain without it gives back nothing: this must not go on with what was in the scratch space. The call is the last
        // argument, which is the first that is worked out.
        assembly ("memory-safe") {
            if iszero(and(eq(returndatasize(), 32), staticcall(gas(), 2, start, length, 0, 32))) {
                revert(0, 0)
            }
            digest := mload(0)
        }
    }

    /// @notice SHA-256 of two ranges of bytes, the second behind the first.
    /// @param first Where the first starts.
    /// @param firstLength How many bytes it has.
    /// @param second Where the second starts.
    /// @param secondLength How many bytes it has.
    /// @return digest The hash.
    function shaPair(
        uint256 first,
        uint256 firstLength,
        uint256 second,
        uint256 secondLength
    ) internal view returns (bytes32 digest) {
        uint256 buffer;
        // Memory-safe: writes beyond the free memory pointer.
        assembly ("memory-safe") {
            buffer := mload(0x40)
            mcopy(buffer, first, firstLength)
            mcopy(add(buffer, firstLength), second, secondLength)
        }
        return sha(buffer, firstLength + secondLength);
    }

    /// @notice A copy of `length` bytes, as the language has bytes.
    /// @param start Where they start.
    /// @param length How many.
    /// @return data The copy.
    function slice(uint256 start, uint256 length) internal pure returns (bytes memory data) {
        // The language would set the bytes to zero first. Memory-safe: takes what it writes by moving the free memory
        // pointer, and keeps that a multiple of 32.
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, length)
            mcopy(add(data, 32), start, length)
            let end := add(add(data, 32), length)
            mstore(end, 0)
            mstore(0x40, and(add(end, 31), not(31)))
        }
    }

    /// @notice Takes memory, whatever was written there before.
    /// @param length How many bytes.
    /// @return start Where they start, 32 bytes to spare behind them.
    function allocate(uint256 length) internal pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(0x40, and(add(add(start, length), 63), not(31)))
        }
    }

    /// @notice Puts a word into memory of its own.
    /// @param value The word.
    /// @return start Where it is.
    function keep(uint256 value) internal pure returns (uint256 start) {
        start = allocate(32);
        store(start, value);
    }

    /// @notice Writes a word to memory that was taken.
    /// @param start Where to.
    /// @param value The word.
    function store(uint256 start, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(start, value)
        }
    }

    /// @notice Copies bytes to memory that was taken.
    /// @param target Where to.
    /// @param source Where from.
    /// @param length How many.
    /// @return sourceEnd Where they end at their source.
    function move(uint256 target, uint256 source, uint256 length) internal pure returns (uint256 sourceEnd) {
        assembly ("memory-safe") {
            mcopy(target, source, length)
            sourceEnd := add(source, length)
        }
    }

    /// @notice Sets bytes to zero in memory that was taken.
    /// @param target Where they start.
    /// @param length How many.
    function clear(uint256 target, uint256 length) internal pure {
        // Behind the end of the calldata there is nothing but zeros.
        assembly ("memory-safe") {
            calldatacopy(target, calldatasize(), length)
        }
    }
}
