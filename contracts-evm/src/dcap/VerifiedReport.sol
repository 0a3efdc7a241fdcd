// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "./TcbStatus.sol";

/// @notice What Intel's hardware vouches for, docs/spec/dcap.md section 10. It is worth something only as the answer of a
/// `DcapVerifier` that the caller trusts.
/// @param teeType `SGX` or `TDX` of `TeeTypes`.
/// @param quoteVersion 3 for SGX, 4 or 5 for TDX.
/// @param tcbStatus What Intel says of the machine's patch level: never `None` or `Revoked`.
/// @param evaluationNumber The edition of the collateral that it was judged by.
/// @param expiresAtSeconds The earliest end of anything that this rests on, seconds since 1970.
/// @param fmspc The family of the machine.
/// @param platformId `hash` of the PPID: names the machine.
/// @param advisories Numbers of Intel's security advisories, ascending without repeats: 615 is INTEL-SA-00615.
/// @param report The report as it was signed: an enclave report (384 bytes), a TD report 1.0 (584) or 1.5 (648). Its
/// fields are read with `EnclaveReports` and `TdReports`.
struct VerifiedReport {
    uint8 teeType;
    uint8 quoteVersion;
    TcbStatus tcbStatus;
    uint32 evaluationNumber;
    uint64 expiresAtSeconds;
    bytes6 fmspc;
    bytes32 platformId;
    uint256[] advisories;
    bytes report;
}
