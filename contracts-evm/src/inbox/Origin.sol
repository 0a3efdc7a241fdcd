// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Policy} from "../registry/Quorum.sol";

/// @notice What an inbox keeps of an origin: all that every delivery reads, in one storage slot.
/// @dev Layout, most significant bits on the left:
///
///   256   130           129             128              88               48         16               0
///    | 0   | has a cap:1 | has voided:1 | pausable from:40 | paused until:40 | policy:32 | generation:16 |
///
/// Generations count from 1, so that zero is no origin.
type Origin is uint256;

using Origins for Origin global;

/// @title Origins
/// @notice Makes origins and reads them.
library Origins {
    /// @dev Where the fields lie.
    uint256 private constant POLICY = 16;
    uint256 private constant PAUSED = 48;
    uint256 private constant PAUSABLE = 88;
    uint256 private constant HAS_VOIDED = 1 << 128;
    uint256 private constant HAS_CAP = 1 << 129;

    /// @notice A new origin.
    /// @param generation_ The one that it serves, from 1.
    /// @param policy_ What it demands of a quorum.
    /// @return origin The origin, not paused, without a cap.
    function create(uint16 generation_, Policy policy_) internal pure returns (Origin origin) {
        return Origin.wrap(generation_).withPolicy(policy_);
    }

    /// @notice Whether an origin exists.
    /// @param self The origin.
    /// @return result False for zero alone.
    function exists(Origin self) internal pure returns (bool result) {
        return Origin.unwrap(self) != 0;
    }

    /// @notice The generation that is served.
    /// @param self The origin.
    /// @return value From 1.
    function generation(Origin self) internal pure returns (uint16 value) {
        // The casts, here and below, keep the bits of one field and drop those above it.
        return uint16(Origin.unwrap(self));
    }

    /// @notice What is demanded of a quorum.
    /// @param self The origin.
    /// @return value The policy.
    function policy(Origin self) internal pure returns (Policy value) {
        return Policy.wrap(uint32(Origin.unwrap(self) >> POLICY));
    }

    /// @notice When the last pause ends or ended.
    /// @param self The origin.
    /// @return value Seconds since 1970, zero without a pause.
    function pausedUntilSeconds(Origin self) internal pure returns (uint40 value) {
        return uint40(Origin.unwrap(self) >> PAUSED);
    }

    /// @notice From when on it can be paused.
    /// @param self The origin.
    /// @return value Seconds since 1970, zero for any time.
    function pausableFromSeconds(Origin self) internal pure returns (uint40 value) {
        return uint40(Origin.unwrap(self) >> PAUSABLE);
    }

    /// @notice Whether the guardian has voided a statement of this origin.
    /// @param self The origin.
    /// @return result Whether one has to look which.
    function hasVoided(Origin self) internal pure returns (bool result) {
        return Origin.unwrap(self) & HAS_VOIDED != 0;
    }

    /// @notice Whether deliveries are counted against a cap.
    /// @param self The origin.
    /// @return result Whether there is one.
    function hasCap(Origin self) internal pure returns (bool result) {
        return Origin.unwrap(self) & HAS_CAP != 0;
    }

    /// @notice The same origin with another policy.
    /// @param self The origin.
    /// @param policy_ The policy.
    /// @return origin The origin.
    function withPolicy(Origin self, Policy policy_) internal pure returns (Origin origin) {
        uint256 others = Origin.unwrap(self) & ~(uint256(type(uint32).max) << POLICY);
        return Origin.wrap(others | (uint256(Policy.unwrap(policy_)) << POLICY));
    }

    /// @notice The same origin with other times of its pause.
    /// @param self The origin.
    /// @param untilSeconds When it ends.
    /// @param pausableFromSeconds_ When the next one is possible.
    /// @return origin The origin.
    function withPause(
        Origin self,
        uint40 untilSeconds,
        uint40 pausableFromSeconds_
    ) internal pure returns (Origin origin) {
        uint256 others = Origin.unwrap(self) & ~(uint256(type(uint80).max) << PAUSED);
        return Origin.wrap(others | (uint256(untilSeconds) << PAUSED) | (uint256(pausableFromSeconds_) << PAUSABLE));
    }

    /// @notice The same origin, some statement of which the guardian has voided.
    /// @param self The origin.
    /// @return origin The origin.
    function withVoided(Origin self) internal pure returns (Origin origin) {
        return Origin.wrap(Origin.unwrap(self) | HAS_VOIDED);
    }

    /// @notice The same origin with a cap or without one.
    /// @param self The origin.
    /// @param isCapped Which of the two.
    /// @return origin The origin.
    function withCap(Origin self, bool isCapped) internal pure returns (Origin origin) {
        uint256 others = Origin.unwrap(self) & ~HAS_CAP;
        return Origin.wrap(isCapped ? others | HAS_CAP : others);
    }
}
