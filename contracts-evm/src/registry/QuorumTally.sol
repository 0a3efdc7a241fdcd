// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Quorum, Quorums} from "./Quorum.sol";
import {SignerRecord} from "./SignerRecord.sol";

/// @notice A quorum while it is counted.
/// @param records The records of the signers so far; as long as there can be signers.
/// @param signers How many of them are there.
/// @param operators Distinct operators among them.
/// @param platforms Distinct platforms among them.
/// @param vendors Distinct vendors among them.
/// @param vendorBits Bit i for vendor i.
struct QuorumTally {
    SignerRecord[] records;
    uint256 signers;
    uint256 operators;
    uint256 platforms;
    uint256 vendors;
    uint256 vendorBits;
}

/// @title QuorumTallies
/// @notice Counts distinct signers, operators, platforms and vendors (INV-28).
library QuorumTallies {
    /// @notice Begins to count.
    /// @param most How many signers there can be, at most 32.
    /// @return tally Nothing so far.
    function start(uint256 most) internal pure returns (QuorumTally memory tally) {
        tally.records = new SignerRecord[](most);
    }

    /// @notice Counts a signer.
    /// @param self What was counted so far.
    /// @param record The record of a signer that counts and was not counted before.
    function add(QuorumTally memory self, SignerRecord record) internal pure {
        (uint16 operator, uint32 platform) = (record.operatorIndex(), record.platformIndex());
        (uint256 newOperators, uint256 newPlatforms) = (1, 1);
        uint256 count = self.signers;
        // None can wrap: there are at most 32 signers. A comparison with each is cheaper than any index for so few.
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                SignerRecord other = self.records[i];
                if (other.operatorIndex() == operator) newOperators = 0;
                if (other.platformIndex() == platform) newPlatforms = 0;
            }
            self.records[count] = record;
            self.signers = count + 1;
            self.operators += newOperators;
            self.platforms += newPlatforms;
            uint256 vendorBit = 1 << record.vendor();
            if (self.vendorBits & vendorBit == 0) ++self.vendors;
            self.vendorBits |= vendorBit;
        }
    }

    /// @notice What was counted.
    /// @param self The tally.
    /// @return quorum The quorum.
    function total(QuorumTally memory self) internal pure returns (Quorum quorum) {
        return Quorums.pack(self.signers, self.operators, self.platforms, self.vendors);
    }
}
