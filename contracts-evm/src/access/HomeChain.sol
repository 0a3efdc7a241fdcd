// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId, ChainIds} from "../protocol/ChainId.sol";

/// @title HomeChain
/// @notice The chain that a contract was deployed for. Where the chain forks and takes another id, the copy of the
/// contract on the fork refuses, so that nothing is valid twice; docs/spec/protocol.md section 2.
abstract contract HomeChain {
    /// @notice Thrown when the chain's id is no longer the one that the contract was deployed for.
    /// @param actual The chain's id now.
    /// @param expected The one of the deployment.
    error WrongChain(uint256 actual, ChainId expected);

    /// @dev The chain id of every local network. What the specification allows on localnet alone is allowed there.
    uint256 private constant LOCALNET = 31_337;

    ChainId internal immutable _CHAIN;

    constructor() {
        _CHAIN = ChainIds.fromEvm(block.chainid);
    }

    /// @notice The chain that the contract was deployed for.
    /// @return chain Its id.
    function homeChain() external view returns (ChainId chain) {
        return _CHAIN;
    }

    /// @dev Reverts with `WrongChain`.
    function _requireHomeChain() internal view {
        if (block.chainid != ChainId.unwrap(_CHAIN)) revert WrongChain(block.chainid, _CHAIN);
    }

    /// @dev Whether this is a network on somebody's machine.
    function _isLocalnet() internal view returns (bool result) {
        return ChainId.unwrap(_CHAIN) == LOCALNET;
    }
}
