// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Challenges
/// @notice Hashes of recent blocks, which make evidence fresh: whoever knew one made the evidence after that block;
/// docs/spec/protocol.md section 9.
library Challenges {
    /// @dev Where EIP-2935 keeps the hashes of the last 8,191 blocks.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    /// @dev How many blocks BLOCKHASH knows.
    uint256 private constant RECENT = 256;

    /// @notice Most blocks that a challenge may be old.
    uint256 internal constant MAX_BLOCKS = 8_191;

    /// @notice The hash of a block.
    /// @param number Its number.
    /// @return blockHash The hash; zero of a block that is too old or not there yet, and on a chain without EIP-2935 of one
    /// that is more than 256 blocks old.
    function hashOf(uint256 number) internal view returns (bytes32 blockHash) {
        if (number >= block.number) return 0;
        // Cannot wrap: the block lies behind.
        unchecked {
            if (block.number - number <= RECENT) return blockhash(number);
        }
        (bool success, bytes memory data) = HISTORY.staticcall(abi.encode(number));
        return success && data.length == 32 ? bytes32(data) : bytes32(0);
    }
}
