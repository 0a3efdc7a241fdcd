// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IQuorumSource} from "../registry/IQuorumSource.sol";
import {Quorum} from "../registry/Quorum.sol";

/// @title QuorumCalls
/// @notice Asks a registry for a quorum. The language's own call takes memory for good and costs 270 gas more, most of them
/// for checks of what a contract of the same deployment gives back.
library QuorumCalls {
    /// @notice Thrown when what is asked is no registry: it has no code, or gives back another thing than an answer. Deploy
    /// the inbox with the registry's address.
    /// @param source What is asked.
    error NoRegistry(IQuorumSource source);

    /// @notice Refuses what is no registry.
    /// @dev Reverts with `NoRegistry`.
    /// @param source What is to be asked from now on.
    function requireRegistry(IQuorumSource source) internal view {
        bytes memory question = abi.encodeCall(IQuorumSource.revocationEpoch, ());
        (bool success, bytes memory answer) = address(source).staticcall(question);
        // Precompiles have no code and answer all the same: the one for the identity with what `tally` would take for a
        // quorum.
        if (address(source).code.length == 0 || !success || answer.length != 32) revert NoRegistry(source);
    }

    /// @notice Calls `tally` of a registry, whose errors are passed on as they are.
    /// @param source The registry.
    /// @param digest What was signed.
    /// @param signatures The signature set.
    /// @return quorum Who counts.
    /// @return epoch The registry's revocation epoch.
    function tally(
        IQuorumSource source,
        bytes32 digest,
        bytes calldata signatures
    ) internal view returns (Quorum quorum, uint32 epoch) {
        bytes32 selector = IQuorumSource.tally.selector;
        bool isAnswered;
        // Memory-safe: writes beyond the free memory pointer, which stays where it is, and the answer into the scratch
        // space. A decoder asks for no zeros behind the set.
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, selector)
            mstore(add(buffer, 4), digest)
            mstore(add(buffer, 36), 64)
            mstore(add(buffer, 68), signatures.length)
            calldatacopy(add(buffer, 100), signatures.offset, signatures.length)
            if iszero(staticcall(gas(), source, buffer, add(100, signatures.length), 0, 64)) {
                returndatacopy(buffer, 0, returndatasize())
                revert(buffer, returndatasize())
            }
            isAnswered := gt(returndatasize(), 63)
            // The low 32 bits of both are meant, whatever lies above them.
            quorum := and(mload(0), 0xffffffff)
            epoch := and(mload(32), 0xffffffff)
        }
        if (!isAnswered) revert NoRegistry(source);
    }
}
