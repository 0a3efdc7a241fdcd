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
    /// @notice Which messages of a run are open.
    /// @param self The set.
    /// @param first The nonce of the first message.
    /// @param count How many messages the run has, 1 to 256.
    /// @return open Bit i for the nonce `first` + i.
    function openOf(SpentNonces storage self, Nonce first, uint256 count) internal view returns (uint256 open) {
        (uint256 word, uint256 shift) = _place(first);
        uint256 spent = self.words[word] >> shift;
        // Nothing wraps: a shift is below 256, a count at most that, and a word below 2^56.
        unchecked {
            if (shift + count > 256) spent |= self.words[word + 1] << (256 - shift);
            return ~spent & (type(uint256).max >> (256 - count));
        }
    }

    /// @notice Spends nonces.
    /// @param self The set.
    /// @param first The nonce of the first message.
    /// @param bits Bit i for the nonce `first` + i; no bit for one that has none.
    function spend(SpentNonces storage self, Nonce first, uint256 bits) internal {
        (uint256 word, uint256 shift) = _place(first);
        if (bits << shift != 0) self.words[word] |= bits << shift;
        // A shift by 256 gives zero, so that a run that begins with a word has nothing in the next. Nothing wraps, as above.
        unchecked {
            uint256 rest = bits >> (256 - shift);
            if (rest != 0) self.words[word + 1] |= rest;
        }
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
