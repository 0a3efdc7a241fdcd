// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvidenceVerifier} from "../dcap/IEvidenceVerifier.sol";

/// @title IRootedVerifier
/// @notice An evidence verifier that rests on one root certificate and says on which.
interface IRootedVerifier is IEvidenceVerifier {
    /// @notice The root certificate that everything rests on.
    /// @return fingerprint Its SHA-256.
    function rootFingerprint() external view returns (bytes32 fingerprint);
}
