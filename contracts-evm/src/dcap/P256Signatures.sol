// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title P256Signatures
/// @notice Verifies ECDSA with P-256, docs/spec/dcap.md section 1: by the precompile of EIP-7951, and in Solidity where a
/// chain has none.
library P256Signatures {
    /// @notice Whether a signature is one of a key over a digest. Both values of `s` count.
    /// @param digest SHA-256 of what was signed.
    /// @param r First half of the signature.
    /// @param s Second half.
    /// @param x First half of the key.
    /// @param y Second half.
    /// @return isValid False also where `r` or `s` is out of range or the key is no point of the curve.
    function verify(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y) internal view returns (bool isValid) {
        return tryPrecompile(digest, r, s, x, y) || verifyAnywhere(digest, r, s, x, y);
    }

    /// @notice Whether the precompile accepts a signature. Where it does not, `verifyAnywhere` has the last word: a chain
    /// may have no precompile.
    /// @dev Parameters as for `verify`.
    function tryPrecompile(
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) internal view returns (bool isValid) {
        // The precompile checks ranges and curve by itself. It gives 1, or nothing; an account without code gives
        // nothing either. Memory-safe: writes beyond the free memory pointer.
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, digest)
            mstore(add(input, 32), r)
            mstore(add(input, 64), s)
            mstore(add(input, 96), x)
            mstore(add(input, 128), y)
            mstore(0, 0)
            if staticcall(gas(), 0x100, input, 160, 0, 32) {
                isValid := eq(mload(0), 1)
            }
        }
    }

    /// @notice Whether a signature is valid, on any chain: OpenZeppelin asks the precompile, for a known signature too, and
    /// calculates by itself if that is refused.
    /// @dev Parameters as for `verify`.
    function verifyAnywhere(
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) internal view returns (bool isValid) {
        // It refuses the higher of the two values of `s`. Values out of range stay out of range.
        if (s > P256.N / 2 && s < P256.N) s = P256.N - s;
        return P256.verify(digest, bytes32(r), bytes32(s), bytes32(x), bytes32(y));
    }
}
