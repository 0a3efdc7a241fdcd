// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Addresses
/// @notice EVM addresses in the 32-byte form that the protocol gives to every address, docs/spec/protocol.md section 1.
library Addresses {
    /// @notice An EVM address as the 32 bytes that stand for it: 12 zero bytes, then its 20.
    /// @param account The EVM address.
    /// @return padded The 32-byte form.
    function toBytes32(address account) internal pure returns (bytes32 padded) {
        return bytes32(uint256(uint160(account)));
    }

    /// @notice The EVM address for which 32 bytes stand.
    /// @param padded A 32-byte address, already known to be well formed for an EVM chain: its upper 12 bytes, which
    /// are zero then, are dropped.
    /// @return account The EVM address.
    function toAddress(bytes32 padded) internal pure returns (address account) {
        return address(uint160(uint256(padded)));
    }
}
