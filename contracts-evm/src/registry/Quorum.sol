// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice How many distinct signers, operators, platforms and vendors vouch for something, docs/spec/contracts.md
/// section 4. Each is at most 32.
/// @dev Layout, most significant bits on the left:
///
///   32           24             16             8            0
///    |  signers:8 |  operators:8 |  platforms:8 |  vendors:8 |
type Quorum is uint32;

/// @notice The least of each that an origin demands. The same layout.
/// @dev A sound policy has no zero in it, so that zero stands for "no policy" and nothing meets it.
type Policy is uint32;

using Quorums for Quorum global;
using Policies for Policy global;

/// @title Quorums
/// @notice Makes quorums and compares them. An application that asks for more than the default policy of its origin makes
/// a policy of its own with `Policies.pack`, and reverts in `onMessage` where the quorum does not meet it.
library Quorums {
    /// @dev The highest bit of each field. Fields are at most 32, so that it is clear in all of them.
    uint256 private constant HIGH_BITS = 0x80808080;

    /// @notice The quorum of these counts.
    /// @param signers_ Distinct signers, at most 32; so are the others.
    /// @param operators_ Distinct operators.
    /// @param platforms_ Distinct platforms.
    /// @param vendors_ Distinct vendors.
    /// @return quorum All in one.
    function pack(
        uint256 signers_,
        uint256 operators_,
        uint256 platforms_,
        uint256 vendors_
    ) internal pure returns (Quorum quorum) {
        // The cast is safe: four counts of at most 32.
        return Quorum.wrap(uint32((signers_ << 24) | (operators_ << 16) | (platforms_ << 8) | vendors_));
    }

    /// @notice Distinct signers.
    /// @param self The quorum.
    /// @return count Their number.
    function signers(Quorum self) internal pure returns (uint8 count) {
        // The casts, here and below, keep the bits of one field and drop those above it.
        return uint8(Quorum.unwrap(self) >> 24);
    }

    /// @notice Distinct operators.
    /// @param self The quorum.
    /// @return count Their number.
    function operators(Quorum self) internal pure returns (uint8 count) {
        return uint8(Quorum.unwrap(self) >> 16);
    }

    /// @notice Distinct platforms.
    /// @param self The quorum.
    /// @return count Their number.
    function platforms(Quorum self) internal pure returns (uint8 count) {
        return uint8(Quorum.unwrap(self) >> 8);
    }

    /// @notice Distinct vendors.
    /// @param self The quorum.
    /// @return count Their number.
    function vendors(Quorum self) internal pure returns (uint8 count) {
        return uint8(Quorum.unwrap(self));
    }

    /// @notice Whether each count is at least the policy's. A policy of zero, which is none, is met by nothing.
    /// @param self The quorum.
    /// @param policy The policy.
    /// @return isMet Whether it is enough.
    function meets(Quorum self, Policy policy) internal pure returns (bool isMet) {
        uint256 least = Policy.unwrap(policy);
        // Four subtractions in one: with its high bit set no field borrows from the next, and it loses that bit where
        // the policy's is the greater.
        unchecked {
            return least != 0 && ((Quorum.unwrap(self) | HIGH_BITS) - least) & HIGH_BITS == HIGH_BITS;
        }
    }

    /// @notice The higher of each count.
    /// @param self A quorum.
    /// @param other Another for the same thing.
    /// @return raised The counts that either has reached.
    function raise(Quorum self, Quorum other) internal pure returns (Quorum raised) {
        return
            pack(
                _max(self.signers(), other.signers()),
                _max(self.operators(), other.operators()),
                _max(self.platforms(), other.platforms()),
                _max(self.vendors(), other.vendors())
            );
    }

    /// @dev The higher of two counts.
    function _max(uint256 left, uint256 right) private pure returns (uint256 higher) {
        return left < right ? right : left;
    }
}

/// @title Policies
/// @notice Makes policies and says which are sound.
library Policies {
    /// @notice Thrown when a policy is not sound: a zero, a count above its threshold, a threshold above 32, or off localnet
    /// a threshold of 1, fewer than two operators, or fewer platforms than signers.
    /// @param policy The refused policy.
    error InvalidPolicy(Policy policy);

    /// @dev Most signatures that a set may hold.
    uint256 private constant MAX_THRESHOLD = 32;

    /// @notice The policy of these counts.
    /// @param threshold_ Least signers.
    /// @param operators_ Least distinct operators.
    /// @param platforms_ Least distinct platforms.
    /// @param vendors_ Least distinct vendors.
    /// @return policy All in one.
    function pack(
        uint8 threshold_,
        uint8 operators_,
        uint8 platforms_,
        uint8 vendors_
    ) internal pure returns (Policy policy) {
        return Policy.wrap(Quorum.unwrap(Quorums.pack(threshold_, operators_, platforms_, vendors_)));
    }

    /// @notice Refuses a policy that is not sound, section 4.
    /// @dev Reverts with `InvalidPolicy`. Holds INV-26.
    /// @param self The policy.
    /// @param isLocalnet Whether less is allowed, as it is on a network on somebody's machine.
    function requireSound(Policy self, bool isLocalnet) internal pure {
        Quorum least = Quorum.wrap(Policy.unwrap(self));
        (uint256 threshold, uint256 operators) = (least.signers(), least.operators());
        (uint256 platforms, uint256 vendors) = (least.platforms(), least.vendors());
        bool isSound =
            threshold != 0 &&
                threshold <= MAX_THRESHOLD &&
                operators != 0 &&
                operators <= threshold &&
                platforms != 0 &&
                platforms <= threshold &&
                vendors != 0 &&
                vendors <= threshold &&
                (isLocalnet || (threshold >= 2 && operators >= 2 && platforms == threshold));
        if (!isSound) revert InvalidPolicy(self);
    }
}
