// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Nonce} from "../protocol/Nonce.sol";

/// @notice Which nonces of an origin are spent: bit i of word w for the nonce 256 w + i.
struct SpentNonces {
    mapping(uint256 word => uint256 bits) words;
}

/// @title SpentNonceSet
/// @notice Spends nonces of a run, up to 256 in at most two words (INV-20).
library SpentNonceSet {
    /// @notice Whether a nonce is spent.
    /// @param self The set.
    /// @param nonce The nonce.
    /// @return result Whether it is.
    function isSpent(SpentNonces storage self, Nonce nonce) internal view returns (bool result) {
        (uint256 word, uint256 shift) = _place(nonce);
        return (self.words[word] >> shift) & 1 != 0;
    }

    /// @notice Spends all nonces of a run that are open.
    /// @param self The set.
    /// @param first The nonce of the first message.
    /// @param count How many messages the run has, 1 to 256.
    /// @return open Those that were open: bit i for the nonce `first` + i.
    function spend(SpentNonces storage self, Nonce first, uint256 count) internal returns (uint256 open) {
        (uint256 word, uint256 shift) = _place(first);
        uint256 low = self.words[word];
        // Nothing wraps: a shift is below 256, a count at most that, and a word below 2^56. A shift by 256 gives zero.
        unchecked {
            uint256 run = type(uint256).max >> (256 - count);
            open = run & ~(low >> shift);
            low |= run << shift;
            if (shift + count > 256) {
                uint256 high = self.words[word + 1];
                open &= ~(high << (256 - shift));
                self.words[word + 1] = high | (run >> (256 - shift));
            }
        }
        self.words[word] = low;
    }

    /// @notice Opens a nonce again. Reads the word anew: others may have been spent since.
    /// @param self The set.
    /// @param nonce The nonce.
    function reopen(SpentNonces storage self, Nonce nonce) internal {
        (uint256 word, uint256 shift) = _place(nonce);
        self.words[word] &= ~(1 << shift);
    }

    /// @dev The word of a nonce, and its bit there.
    function _place(Nonce nonce) private pure returns (uint256 word, uint256 shift) {
        uint256 number = Nonce.unwrap(nonce);
        return (number >> 8, number & 0xff);
    }
}
