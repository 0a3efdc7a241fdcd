// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Calldata
/// @notice Reads and hashes calldata at absolute positions, the ground under the view types of this folder.
/// @dev A view type (`MessageView`, `StatementView`, `SignatureCursor`) is made only by a parser that has checked the
/// length of the `bytes calldata` it was given, and reads only inside that range. A field is read with a word that lies
/// wholly inside the structure, never with one that begins inside and is cut off afterwards.
library Calldata {
    /// @notice Where a slice lies.
    /// @param slice Bytes in calldata.
    /// @return start Byte offset from the start of the calldata.
    function position(bytes calldata slice) internal pure returns (uint256 start) {
        // The language has no other way to name it.
        assembly ("memory-safe") {
            start := slice.offset
        }
    }

    /// @notice The 32 bytes at `start`.
    /// @param start Byte offset from the start of the calldata; the caller has checked that 32 bytes lie there.
    /// @return value The word.
    function word(uint256 start) internal pure returns (bytes32 value) {
        // Slicing `bytes calldata` checks both ends on every access; the parsers have checked the length once. The
        // snapshot's `reference_decode_hash_64` is the same decoder on slices.
        assembly ("memory-safe") {
            value := calldataload(start)
        }
    }

    /// @notice Keccak-256 of `length` bytes at `start`.
    /// @param start Byte offset from the start of the calldata.
    /// @param length Bytes to hash; the caller has checked that they lie inside the calldata.
    /// @return digest The hash.
    function hash(uint256 start, uint256 length) internal pure returns (bytes32 digest) {
        // `keccak256(bytes calldata)` takes memory for good. Here the copy lies beyond the free memory pointer, which
        // stays where it is, so that a batch does not grow memory with every structure that it hashes.
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, start, length)
            digest := keccak256(buffer, length)
        }
    }
}
