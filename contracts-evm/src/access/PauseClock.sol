// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title PauseClock
/// @notice How long the guardian may stop something and how often, docs/spec/contracts.md section 7: a pause lapses after
/// 5 days, and from its beginning no other is possible for 12 days unless governance allows one.
library PauseClock {
    /// @notice Thrown when something is to be paused too soon after an earlier pause: wait, or have governance allow it.
    /// @param allowedFromSeconds From when on it can be paused, seconds since 1970.
    error PauseCoolingDown(uint256 allowedFromSeconds);

    /// @dev How long a pause lasts.
    uint256 private constant DURATION = 5 days;

    /// @dev How long after the beginning of a pause the next one is possible.
    uint256 private constant COOLDOWN = 12 days;

    /// @notice Refuses a pause that comes too soon.
    /// @dev Reverts with `PauseCoolingDown`.
    /// @param allowedFromSeconds What `start` gave for the pause before it; zero when there was none.
    function requireAllowed(uint256 allowedFromSeconds) internal view {
        if (block.timestamp < allowedFromSeconds) revert PauseCoolingDown(allowedFromSeconds);
    }

    /// @notice The times of a pause that begins now.
    /// @return pausedUntilSeconds When it lapses.
    /// @return allowedFromSeconds When the next one is possible.
    function start() internal view returns (uint40 pausedUntilSeconds, uint40 allowedFromSeconds) {
        // The casts are safe: 40 bits of seconds last for 34,000 years.
        return (uint40(block.timestamp + DURATION), uint40(block.timestamp + COOLDOWN));
    }
}
