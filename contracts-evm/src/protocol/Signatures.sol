// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calldata} from "./Calldata.sol";

/// @notice A place in a signature set in calldata, docs/spec/protocol.md section 8. `Signatures.start` makes the first.
/// @dev Layout, most significant bits on the left:
///
///   256                        96                          32                    0
///    |   signer before it:160   |  position in calldata:64  |   signatures left:32 |
///
/// The signer before it is zero at the start; no signature recovers to that. A cursor is worth nothing outside of the
/// running call: never store it or pass it on.
type SignatureCursor is uint256;

using Signatures for SignatureCursor global;

/// @title Signatures
/// @notice Recovers the signers of a digest: of one signature, or one after another of a set in ascending order.
/// @dev A signature is `r (32) || s (32) || v (1)`, a set the concatenation of 1 to 32 of them. A set is walked like
/// this, without an array and with nothing left out of the rules once the walk has come to its end:
///
///     SignatureCursor cursor = Signatures.start(signatures);
///     while (cursor.hasNext()) {
///         address signer;
///         (signer, cursor) = cursor.next(digest);
///         // judge the signer: one who is unknown or no longer good is skipped
///     }
library Signatures {
    /// @notice Thrown when a signature is not 65 bytes long, or a set not a multiple of that.
    /// @param length Its length in bytes.
    error InvalidSignatureLength(uint256 length);

    /// @notice Thrown when a set holds no signature or more than 32.
    /// @param count How many it holds.
    error InvalidSignatureCount(uint256 count);

    /// @notice Thrown when `s` of a signature is zero or above half the group order: the second is its malleable twin.
    /// @param s The refused value.
    error InvalidSignatureS(bytes32 s);

    /// @notice Thrown when `v` of a signature is neither 27 nor 28.
    /// @param v The refused value.
    error InvalidSignatureV(uint8 v);

    /// @notice Thrown when a signature has no public key: `r` is zero, not below the group order or not the x
    /// coordinate of a point, or the key is the point at infinity.
    /// @param r The refused value.
    error UnrecoverableSignature(bytes32 r);

    /// @notice Thrown when a signer of a set is not above the one before it: out of order, or there twice.
    /// @param previousSigner The signer before it.
    /// @param signer The refused signer.
    error UnorderedSigners(address previousSigner, address signer);

    /// @notice Bytes of one signature.
    uint256 internal constant LENGTH = 65;

    /// @notice Most signatures that a set may hold.
    uint256 internal constant MAX_COUNT = 32;

    /// @dev Half the order of secp256k1's group, rounded down: the highest `s` (SEC 2 section 2.4.1, EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice The signer of one signature.
    /// @dev Reverts with the first broken rule of section 8: `InvalidSignatureLength`, `InvalidSignatureS`,
    /// `InvalidSignatureV`, `UnrecoverableSignature`.
    /// @param digest What was signed.
    /// @param signature 65 bytes.
    /// @return signer The signer's address, never zero.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        if (signature.length != LENGTH) revert InvalidSignatureLength(signature.length);
        return _recover(digest, Calldata.position(signature));
    }

    /// @notice The signers of a signature set.
    /// @dev Reverts with the first broken rule of section 8, as `start` and `next` do.
    /// @param digest What was signed.
    /// @param signatures 1 to 32 signatures.
    /// @return signers Their signers, strictly ascending.
    function recoverSet(bytes32 digest, bytes calldata signatures) internal pure returns (address[] memory signers) {
        SignatureCursor cursor = start(signatures);
        signers = new address[](cursor.remaining());
        for (uint256 i = 0; cursor.hasNext(); ++i) {
            (signers[i], cursor) = cursor.next(digest);
        }
    }

    /// @notice Begins to walk a signature set.
    /// @dev Reverts with `InvalidSignatureLength`, then `InvalidSignatureCount`.
    /// @param signatures 1 to 32 signatures.
    /// @return cursor The place of the first.
    function start(bytes calldata signatures) internal pure returns (SignatureCursor cursor) {
        if (signatures.length % LENGTH != 0) revert InvalidSignatureLength(signatures.length);
        uint256 count = signatures.length / LENGTH;
        if (count == 0 || count > MAX_COUNT) revert InvalidSignatureCount(count);
        return _pack(address(0), Calldata.position(signatures), count);
    }

    /// @notice How many signatures are left.
    /// @param self The cursor.
    /// @return count 0 to 32.
    function remaining(SignatureCursor self) internal pure returns (uint256 count) {
        return uint32(SignatureCursor.unwrap(self));
    }

    /// @notice Whether a signature is left.
    /// @param self The cursor.
    /// @return result Whether `next` may be called.
    function hasNext(SignatureCursor self) internal pure returns (bool result) {
        return self.remaining() != 0;
    }

    /// @notice Recovers the signer at a cursor and moves on.
    /// @dev Reverts with the first broken rule of section 8: `InvalidSignatureS`, `InvalidSignatureV`,
    /// `UnrecoverableSignature`, `UnorderedSigners`; and by an arithmetic panic where no signature is left.
    /// @param self The cursor.
    /// @param digest What was signed.
    /// @return signer The signer's address, above all before it.
    /// @return cursor The place of the signature after it.
    function next(SignatureCursor self, bytes32 digest) internal pure returns (address signer, SignatureCursor cursor) {
        uint256 packed = SignatureCursor.unwrap(self);
        uint256 count = uint32(packed) - 1;
        uint256 position = uint64(packed >> 32);
        address previousSigner = address(uint160(packed >> 96));
        signer = _recover(digest, position);
        if (signer <= previousSigner) revert UnorderedSigners(previousSigner, signer);
        // Cannot wrap: a position is below the size of the calldata.
        unchecked {
            return (signer, _pack(signer, position + LENGTH, count));
        }
    }

    /// @dev The signer of the signature at `position`, whose 65 bytes lie in the calldata.
    function _recover(bytes32 digest, uint256 position) private pure returns (address signer) {
        bytes32 r;
        bytes32 s;
        uint8 v;
        unchecked {
            // Cannot wrap: a position is below the size of the calldata.
            r = Calldata.word(position);
            s = Calldata.word(position + 32);
            // The last byte of a signature, read with the word that ends there.
            v = uint8(uint256(Calldata.word(position + 33)));
            // Wraps on purpose: one comparison refuses the values below the range and those above it.
            if (uint256(s) - 1 >= HALF_ORDER) revert InvalidSignatureS(s);
            if (uint256(v) - 27 > 1) revert InvalidSignatureV(v);
        }
        // The precompile gives nothing, and Solidity makes zero of it, where there is no key.
        signer = ecrecover(digest, v, r, s);
        if (signer == address(0)) revert UnrecoverableSignature(r);
    }

    /// @dev Packs a cursor. A position is below the size of the calldata, so far below 2^64; a count is at most 32.
    function _pack(address signer, uint256 position, uint256 count) private pure returns (SignatureCursor cursor) {
        return SignatureCursor.wrap((uint256(uint160(signer)) << 96) | (position << 32) | count);
    }
}
