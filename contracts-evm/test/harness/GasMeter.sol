// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title GasMeter
/// @notice What the gas harnesses share: library calls are measured by the gas that is left before and after them, with
/// inputs in calldata. Each harness has the libraries of one of the contracts to come, so that the compiler inlines
/// about what it will inline there.
/// @dev Before the second reading every result goes into transient storage: that is a side effect, so the optimizer can
/// neither leave the work out nor move it behind the reading. `barrier` measures that alone, to be taken off.
abstract contract GasMeter {
    bytes32 private transient _kept;

    function barrier() external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(bytes32(left));
        return left - gasleft();
    }

    function _keep(bytes32 value) internal {
        _kept = value;
    }
}
