// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "./TcbStatus.sol";

/// @notice What a registry judges, whatever hardware vouches for it; docs/spec/protocol.md section 11. Names of Intel's
/// fields are those of docs/spec/dcap.md section 10.
/// @param vendor Whose root of trust it is: 1 for Intel.
/// @param teeType What kind of environment it is: `SGX` or `TDX` of `TeeTypes`.
/// @param tcbStatus The vendor's word on the machine's patch level: never `None`.
/// @param isMigratable Whether the environment may be moved to another machine while it runs.
/// @param evaluationNumber The edition of the collateral that it was judged by.
/// @param expiresAtSeconds The earliest end of anything that this rests on, seconds since 1970.
/// @param platformFamily The family of the machine, left-aligned: FMSPC.
/// @param platformId Names the machine, not zero.
/// @param reportData What the program inside asked to be vouched for: 64 bytes.
/// @param registers Measurement registers side by side: MRENCLAVE; or MRTD, RTMR0, RTMR1, RTMR2, RTMR3.
/// @param attributes What the hardware lets the environment do: ATTRIBUTES, MISCSELECT; or TDATTRIBUTES, XFAM.
/// @param launch What else its owner set when it was launched, which no register covers: CONFIGID, CONFIGSVN; or
/// MRCONFIGID, MROWNER, MROWNERCONFIG, MRSERVICETD, of which the last is zero where the machine does not report it.
/// @param advisories Numbers of the vendor's security advisories that are open, ascending without repeats.
struct JudgedEvidence {
    uint8 vendor;
    uint8 teeType;
    TcbStatus tcbStatus;
    bool isMigratable;
    uint32 evaluationNumber;
    uint64 expiresAtSeconds;
    bytes32 platformFamily;
    bytes32 platformId;
    bytes reportData;
    bytes registers;
    bytes attributes;
    bytes launch;
    uint256[] advisories;
}

/// @title IEvidenceVerifier
/// @notice Where a registry plugs verifiers in, one for each vendor: bytes go in, judged facts come out. The answer is
/// worth as much as the verifier, so that a registry asks only those that governance admitted.
interface IEvidenceVerifier {
    /// @notice Judges evidence at the time of the block.
    /// @dev Reverts where any rule of the verifier is broken; evidence that the host could debug is always refused.
    /// @param evidence In the verifier's own encoding.
    /// @return facts What the vendor's hardware vouches for.
    function judge(bytes calldata evidence) external view returns (JudgedEvidence memory facts);
}
