// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "../registry/Quorum.sol";

/// @notice What an inbox keeps of a statement under its digest. One storage slot.
/// @dev Layout, most significant bits on the left:
///
///   256                        65         64                    32           0
///    |            0             | voided:1 | revocation epoch:32 | quorum:32 |
///
/// No quorum is zero, so that zero is nothing kept.
type KeptRoot is uint256;

using KeptRoots for KeptRoot global;

/// @title KeptRoots
/// @notice Makes kept roots and reads them.
library KeptRoots {
    /// @dev Where the fields lie.
    uint256 private constant EPOCH = 32;
    uint256 private constant VOIDED = 1 << 64;

    /// @notice The same after a quorum has vouched for it: under the epoch that it is kept under this raises the counts,
    /// under a later one it takes their place.
    /// @param self What was kept before.
    /// @param quorum_ The quorum.
    /// @param epoch The registry's revocation epoch at that time, no earlier than that of what is kept.
    /// @return kept What to keep.
    function accept(KeptRoot self, Quorum quorum_, uint32 epoch) internal pure returns (KeptRoot kept) {
        if (self.isKept() && self.revocationEpoch() == epoch) quorum_ = quorum_.raise(self.quorum());
        uint256 mark = KeptRoot.unwrap(self) & VOIDED;
        return KeptRoot.wrap(mark | (uint256(epoch) << EPOCH) | Quorum.unwrap(quorum_));
    }

    /// @notice The same, voided for ever.
    /// @param self What was kept before, or nothing.
    /// @return kept What to keep.
    function voided(KeptRoot self) internal pure returns (KeptRoot kept) {
        return KeptRoot.wrap(KeptRoot.unwrap(self) | VOIDED);
    }

    /// @notice Whether a quorum ever vouched for it here.
    /// @param self What is kept.
    /// @return result Whether one did.
    function isKept(KeptRoot self) internal pure returns (bool result) {
        return Quorum.unwrap(self.quorum()) != 0;
    }

    /// @notice Whether the guardian voided it.
    /// @param self What is kept.
    /// @return result Whether it did.
    function isVoided(KeptRoot self) internal pure returns (bool result) {
        return KeptRoot.unwrap(self) & VOIDED != 0;
    }

    /// @notice The highest counts so far.
    /// @param self What is kept.
    /// @return value The quorum.
    function quorum(KeptRoot self) internal pure returns (Quorum value) {
        // The casts, here and below, keep the bits of one field and drop those above it.
        return Quorum.wrap(uint32(KeptRoot.unwrap(self)));
    }

    /// @notice The registry's revocation epoch when they were counted.
    /// @param self What is kept.
    /// @return value The epoch.
    function revocationEpoch(KeptRoot self) internal pure returns (uint32 value) {
        return uint32(KeptRoot.unwrap(self) >> EPOCH);
    }
}
