// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The number of a message in its lane, docs/spec/protocol.md section 3.
/// @dev Layout, most significant bits on the left:
///
///   64                48                                               0
///    |  generation:16  |                 sequence:48                   |
///
/// The sequence counts from 0 without gaps. The generation rises when governance of the outbox replaces the inbox at
/// the far end; an inbox serves one generation for each origin outbox.
type Nonce is uint64;

using {_equal as ==, _notEqual as !=} for Nonce global;
using Nonces for Nonce global;

/// @dev Equality of two nonces, as an operator.
function _equal(Nonce left, Nonce right) pure returns (bool) {
    return Nonce.unwrap(left) == Nonce.unwrap(right);
}

/// @dev Inequality of two nonces, as an operator.
function _notEqual(Nonce left, Nonce right) pure returns (bool) {
    return Nonce.unwrap(left) != Nonce.unwrap(right);
}

/// @title Nonces
/// @notice Makes nonces, takes them apart and counts them up inside their generation.
library Nonces {
    /// @notice Thrown when a sum would leave the generation of the nonce that it starts from.
    /// @param nonce The nonce that was to be counted up.
    /// @param steps By how much.
    error NonceOverflow(Nonce nonce, uint256 steps);

    /// @notice The highest sequence of a generation, 2^48 - 1.
    uint256 internal constant MAX_SEQUENCE = type(uint48).max;

    /// @notice The nonce of a generation and a sequence.
    /// @param generation_ The lane's generation.
    /// @param sequence_ The number within it.
    /// @return nonce Both in one.
    function pack(uint16 generation_, uint48 sequence_) internal pure returns (Nonce nonce) {
        return Nonce.wrap((uint64(generation_) << 48) | sequence_);
    }

    /// @notice The generation of a nonce.
    /// @param self The nonce.
    /// @return value Its upper 16 bits.
    function generation(Nonce self) internal pure returns (uint16 value) {
        // The cast is safe: 16 bits of a u64 are left.
        return uint16(Nonce.unwrap(self) >> 48);
    }

    /// @notice The sequence of a nonce.
    /// @param self The nonce.
    /// @return value Its lower 48 bits.
    function sequence(Nonce self) internal pure returns (uint48 value) {
        // The cast keeps the lower 48 bits, as is meant.
        return uint48(Nonce.unwrap(self));
    }

    /// @notice The nonce that lies `steps` further on in the same generation.
    /// @dev Reverts with `NonceOverflow` when the generation ends before that.
    /// @param self The nonce to start from.
    /// @param steps How far to go.
    /// @return nonce The nonce there.
    function plus(Nonce self, uint256 steps) internal pure returns (Nonce nonce) {
        // The difference cannot wrap: a sequence is at most MAX_SEQUENCE. The sum cannot either: it stays within the
        // 48 bits of the sequence, and so does its cast.
        unchecked {
            if (steps > MAX_SEQUENCE - self.sequence()) revert NonceOverflow(self, steps);
            return Nonce.wrap(uint64(Nonce.unwrap(self) + steps));
        }
    }
}
