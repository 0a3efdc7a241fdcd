// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Roles
/// @notice Roles that the deployment sets up in OpenZeppelin's `AccessManager`, docs/spec/contracts.md section 8. Which
/// function asks for which role is said where the function is declared, and put into the manager by the deployment.
/// @dev The manager's own role 0, which hands out roles, is governance's too, with the longer of its two delays: with a
/// shorter one it could take the delay off anything else.
library Roles {
    /// @notice Loosens and adds. Governance holds it, with a delay of 48 hours.
    uint64 internal constant GOVERNANCE = 1;

    /// @notice Admits and replaces evidence verifiers. Governance holds it, with a delay of 7 days.
    uint64 internal constant VERIFIER_GOVERNANCE = 2;

    /// @notice Tightens, revokes and pauses. The guardian and governance hold it, without a delay.
    uint64 internal constant GUARDIAN = 3;

    /// @notice Has a signer revoked that it has proven to equivocate. The inbox holds it, and nobody else.
    uint64 internal constant INBOX = 4;
}
