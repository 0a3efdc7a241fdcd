// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title TeeTypes
/// @notice Kinds of trusted execution environments. Zero is none.
library TeeTypes {
    /// @notice An Intel SGX enclave.
    uint8 internal constant SGX = 1;

    /// @notice An Intel TDX trust domain.
    uint8 internal constant TDX = 2;
}
