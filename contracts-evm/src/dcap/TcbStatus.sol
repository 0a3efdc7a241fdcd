// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What Intel says of a patch level, with Intel's names and the codes of docs/spec/dcap.md section 1. `None` is no
/// status: nothing that was verified has it.
enum TcbStatus {
    None,
    UpToDate,
    SWHardeningNeeded,
    ConfigurationNeeded,
    ConfigurationAndSWHardeningNeeded,
    OutOfDate,
    OutOfDateConfigurationNeeded,
    TDRelaunchAdvised,
    TDRelaunchAdvisedConfigurationNeeded,
    Revoked
}
