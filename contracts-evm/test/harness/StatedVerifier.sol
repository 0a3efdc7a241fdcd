// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvidenceVerifier, JudgedEvidence} from "../../src/dcap/IEvidenceVerifier.sol";
import {IRootedVerifier} from "../../src/registry/IRootedVerifier.sol";

/// @title StatedVerifier
/// @notice A verifier that believes what it is told: its evidence is the judged facts. For tests of what a registry does
/// with facts that no simulated platform has; end-to-end tests use the real verifier.
contract StatedVerifier is IRootedVerifier {
    /// @notice Thrown when there is no evidence.
    error NoEvidence();

    bytes32 private immutable _ROOT;

    constructor(bytes32 fingerprint) {
        _ROOT = fingerprint;
    }

    /// @inheritdoc IRootedVerifier
    function rootFingerprint() external view returns (bytes32 fingerprint) {
        return _ROOT;
    }

    /// @inheritdoc IEvidenceVerifier
    function judge(bytes calldata evidence) external pure returns (JudgedEvidence memory facts) {
        if (evidence.length == 0) revert NoEvidence();
        return abi.decode(evidence, (JudgedEvidence));
    }
}
