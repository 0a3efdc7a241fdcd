// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "./Quorum.sol";

/// @title IQuorumSource
/// @notice What an inbox asks of a registry, and nothing else.
interface IQuorumSource {
    /// @notice Counts the signers of a digest that are good at this moment.
    /// @dev Reverts with the first rule of docs/spec/protocol.md section 8 that a signature breaks. A signature that is in
    /// order but comes from a signer who is unknown, expired, no longer active or judged under an old epoch is skipped
    /// (INV-22, INV-23).
    /// @param digest What was signed.
    /// @param signatures 1 to 32 signatures in ascending order of signer.
    /// @return quorum The distinct signers, operators, platforms and vendors among those that count.
    /// @return revocationEpoch The present one.
    function tally(
        bytes32 digest,
        bytes calldata signatures
    ) external view returns (Quorum quorum, uint32 revocationEpoch);

    /// @notice The revocation epoch. What was accepted under another may rest on what is distrusted by now.
    /// @return epoch The present one.
    function revocationEpoch() external view returns (uint32 epoch);

    /// @notice Revokes a signer that was proven to equivocate. For the inbox's role alone.
    /// @param signer The signer, known or not.
    /// @return counted Whether it counted until now.
    function revokeEquivocator(address signer) external returns (bool counted);
}
