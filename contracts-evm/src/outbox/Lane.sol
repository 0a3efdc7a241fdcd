// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Nonce, Nonces} from "../protocol/Nonce.sol";

/// @notice What an outbox keeps of a lane: all that `send` reads, in one storage slot.
/// @dev Layout, most significant bits on the left:
///
///   256             192         191                152            88                40           0
///    |  next nonce:64 | used up:1 | paused until:39 | base fee:64 | fee per byte:48 | per gas:40 |
///
/// Generations count from 1, so that zero is no lane. A lane whose generation is used up keeps the last nonce.
type Lane is uint256;

using Lanes for Lane global;

/// @notice What sending costs, in wei.
/// @param base For each message.
/// @param perByte For each byte of the body.
/// @param perGas For each unit of execution gas.
struct Fees {
    uint64 base;
    uint48 perByte;
    uint40 perGas;
}

/// @title Lanes
/// @notice Makes lanes and reads them.
library Lanes {
    /// @dev Where the fields lie.
    uint256 private constant NONCE = 192;
    uint256 private constant PAUSED = 152;
    uint256 private constant BASE = 88;
    uint256 private constant PER_BYTE = 40;
    uint256 private constant USED_UP = 1 << 191;

    /// @dev The end of a pause: 39 bits of seconds last for 17,000 years.
    uint256 private constant PAUSED_MASK = (1 << 39) - 1;

    /// @notice A new lane.
    /// @param nonce The first nonce that it gives.
    /// @param fees_ What sending costs.
    /// @return lane The lane, not paused.
    function open(Nonce nonce, Fees memory fees_) internal pure returns (Lane lane) {
        return Lane.wrap(uint256(Nonce.unwrap(nonce)) << NONCE).withFees(fees_);
    }

    /// @notice Whether a lane was opened.
    /// @param self The lane.
    /// @return result False for zero alone.
    function isOpen(Lane self) internal pure returns (bool result) {
        return Lane.unwrap(self) != 0;
    }

    /// @notice The nonce of the next message.
    /// @param self The lane.
    /// @return value The nonce; the last one again where the generation is used up.
    function nextNonce(Lane self) internal pure returns (Nonce value) {
        // The casts, here and below, keep the bits of one field and drop those above it.
        return Nonce.wrap(uint64(Lane.unwrap(self) >> NONCE));
    }

    /// @notice When the last pause of a lane ends or ended.
    /// @param self The lane.
    /// @return value Seconds since 1970, zero without a pause.
    function pausedUntilSeconds(Lane self) internal pure returns (uint40 value) {
        return uint40((Lane.unwrap(self) >> PAUSED) & PAUSED_MASK);
    }

    /// @notice Whether the last nonce of a lane's generation was given.
    /// @param self The lane.
    /// @return result Whether nothing can be sent until governance raises the generation.
    function isUsedUp(Lane self) internal pure returns (bool result) {
        return Lane.unwrap(self) & USED_UP != 0;
    }

    /// @notice What sending costs.
    /// @param self The lane.
    /// @return value The figures.
    function fees(Lane self) internal pure returns (Fees memory value) {
        uint256 lane = Lane.unwrap(self);
        return Fees({base: uint64(lane >> BASE), perByte: uint48(lane >> PER_BYTE), perGas: uint40(lane)});
    }

    /// @notice What one message costs.
    /// @param self The lane.
    /// @param bodyLength Bytes of its body, at most 8,192.
    /// @param executionGas Gas that its recipient is promised.
    /// @return wei_ The fee.
    function quote(Lane self, uint256 bodyLength, uint32 executionGas) internal pure returns (uint256 wei_) {
        uint256 lane = Lane.unwrap(self);
        // Cannot wrap: 64 bits, 48 and 14 bits, 40 and 32 bits.
        unchecked {
            return uint64(lane >> BASE) + uint48(lane >> PER_BYTE) * bodyLength + uint256(uint40(lane)) * executionGas;
        }
    }

    /// @notice The same lane after a message.
    /// @dev Reverts with `NonceOverflow` where the generation has no more nonces.
    /// @param self The lane.
    /// @return lane The lane.
    function advance(Lane self) internal pure returns (Lane lane) {
        uint256 packed = Lane.unwrap(self);
        Nonce nonce = self.nextNonce();
        // Cannot wrap: the sequence is not the highest.
        unchecked {
            if (nonce.sequence() != Nonces.MAX_SEQUENCE) return Lane.wrap(packed + (1 << NONCE));
        }
        if (self.isUsedUp()) revert Nonces.NonceOverflow(nonce, 1);
        return Lane.wrap(packed | USED_UP);
    }

    /// @notice The same lane with another next nonce, which was not given yet.
    /// @param self The lane.
    /// @param nonce The nonce.
    /// @return lane The lane.
    function withNextNonce(Lane self, Nonce nonce) internal pure returns (Lane lane) {
        uint256 others = Lane.unwrap(self) & (USED_UP - 1);
        return Lane.wrap((uint256(Nonce.unwrap(nonce)) << NONCE) | others);
    }

    /// @notice The same lane with another end of its pause.
    /// @param self The lane.
    /// @param untilSeconds Seconds since 1970.
    /// @return lane The lane.
    function withPausedUntil(Lane self, uint40 untilSeconds) internal pure returns (Lane lane) {
        uint256 others = Lane.unwrap(self) & ~(PAUSED_MASK << PAUSED);
        // The mask keeps a time that has no place in 39 bits out of the bit beside them.
        return Lane.wrap(others | ((untilSeconds & PAUSED_MASK) << PAUSED));
    }

    /// @notice The same lane with other fees.
    /// @param self The lane.
    /// @param fees_ The figures.
    /// @return lane The lane.
    function withFees(Lane self, Fees memory fees_) internal pure returns (Lane lane) {
        uint256 others = (Lane.unwrap(self) >> PAUSED) << PAUSED;
        uint256 figures = (uint256(fees_.base) << BASE) | (uint256(fees_.perByte) << PER_BYTE) | fees_.perGas;
        return Lane.wrap(others | figures);
    }
}
