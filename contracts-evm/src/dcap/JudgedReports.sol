// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JudgedEvidence} from "./IEvidenceVerifier.sol";
import {Memory} from "./Memory.sol";
import {Quotes} from "./Quotes.sol";
import {TeeTypes} from "./TeeTypes.sol";
import {VerifiedReport} from "./VerifiedReport.sol";

/// @title JudgedReports
/// @notice Puts what Intel's hardware vouches for into the words of `IEvidenceVerifier`.
/// @dev A report has 384, 584 or 648 bytes, so that all offsets lie in it; arithmetic on them cannot wrap.
library JudgedReports {
    /// @dev The vendor of SGX and TDX.
    uint8 private constant INTEL = 1;

    /// @dev Bit 29 of TDATTRIBUTES is in its byte 3.
    uint256 private constant MIGRATABLE = 0x20;

    /// @notice The facts that a registry judges.
    /// @param verified The answer of a verification.
    /// @return facts The same, as far as a registry judges it.
    function toJudged(VerifiedReport memory verified) internal pure returns (JudgedEvidence memory facts) {
        facts.vendor = INTEL;
        facts.teeType = verified.teeType;
        facts.tcbStatus = verified.tcbStatus;
        facts.evaluationNumber = verified.evaluationNumber;
        facts.expiresAtSeconds = verified.expiresAtSeconds;
        facts.platformFamily = bytes32(verified.fmspc);
        facts.platformId = verified.platformId;
        facts.advisories = verified.advisories;
        uint256 report = Memory.position(verified.report);
        unchecked {
            if (verified.teeType == TeeTypes.SGX) {
                facts.reportData = Memory.slice(report + 320, 64);
                facts.registers = Memory.slice(report + 64, 32);
                facts.attributes = bytes.concat(Memory.slice(report + 48, 16), Memory.slice(report + 16, 4));
                facts.launch = bytes.concat(Memory.slice(report + 192, 64), Memory.slice(report + 260, 2));
            } else {
                facts.isMigratable = Memory.byteAt(report + 123) & MIGRATABLE != 0;
                facts.reportData = Memory.slice(report + 520, 64);
                facts.registers = bytes.concat(Memory.slice(report + 136, 48), Memory.slice(report + 328, 192));
                facts.attributes = Memory.slice(report + 120, 16);
                facts.launch = bytes.concat(Memory.slice(report + 184, 144), _serviceTd(verified, report));
            }
        }
    }

    /// @dev MRSERVICETD, zero of a TD report 1.0 which has none.
    function _serviceTd(VerifiedReport memory verified, uint256 report) private pure returns (bytes memory value) {
        if (verified.report.length != Quotes.TD_REPORT_15_LENGTH) return new bytes(48);
        unchecked {
            return Memory.slice(report + 600, 48);
        }
    }
}
