// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageId} from "./Messages.sol";
import {Nonce} from "./Nonce.sol";

/// @notice A leaf of the tree of a statement's messages. A type of its own, so that a message id or an inner node is
/// not taken for one.
type Leaf is bytes32;

/// @title MerkleTree
/// @notice The tree over the messages of a statement, docs/spec/protocol.md section 6: 1 to 256 leaves in nonce order.
/// @dev Leaves, nodes and roots are hashed under different first bytes (0x00 and 0x02, 0x01, 0x03), so that none passes
/// for another. The last node of a level of odd width has no sibling and is carried up unchanged. The root commits to
/// the count, so that a proof holds for one leaf, one index and one count (INV-04).
library MerkleTree {
    /// @notice Thrown when a tree has no leaf or more than 256.
    /// @param count The refused count.
    error InvalidLeafCount(uint256 count);

    /// @notice Thrown when the index of a proof is not below the count of leaves.
    /// @param index The refused index.
    /// @param count The count of leaves.
    error InvalidProofIndex(uint256 index, uint256 count);

    /// @notice Thrown when a proof is not exactly as long as its index and count demand.
    /// @param length The length of the proof in bytes.
    error InvalidProofLength(uint256 length);

    /// @notice Thrown when a proof leads to another root.
    /// @param computedRoot The root that it leads to.
    error InvalidProof(bytes32 computedRoot);

    /// @notice Most leaves that a tree may have.
    uint256 internal constant MAX_LEAVES = 256;

    /// @notice The leaf of a plain message.
    /// @param nonce The message's number in its lane.
    /// @param messageId The message's id.
    /// @return leaf `hash(0x00 || nonce || message id)`.
    function plainLeaf(Nonce nonce, MessageId messageId) internal pure returns (Leaf leaf) {
        uint256 counter = Nonce.unwrap(nonce);
        // Uses the scratch space alone, where `abi.encodePacked` takes memory for good with each of up to 256 messages:
        // see `reference_plain_leaf` in the snapshot. The byte before the 8 of the nonce is the zero of its own word.
        assembly ("memory-safe") {
            mstore(0x00, counter)
            mstore(0x20, messageId)
            leaf := keccak256(23, 41)
        }
    }

    /// @notice The leaf of a confidential message.
    /// @param nonce The message's number in its lane.
    /// @param messageId The message's id.
    /// @param deliveryHash `hash(delivered header || outcome || delivered body)`.
    /// @return leaf `hash(0x02 || nonce || message id || delivery hash)`.
    function confidentialLeaf(
        Nonce nonce,
        MessageId messageId,
        bytes32 deliveryHash
    ) internal pure returns (Leaf leaf) {
        bytes memory preimage = abi.encodePacked(
            uint8(0x02),
            Nonce.unwrap(nonce),
            MessageId.unwrap(messageId),
            deliveryHash
        );
        return Leaf.wrap(keccak256(preimage));
    }

    /// @notice The root over all leaves of a tree.
    /// @dev Reverts with `InvalidLeafCount`. Works in place: the array's elements are spent afterwards.
    /// @param leaves The leaves in nonce order, 1 to 256.
    /// @return merkleRoot The root.
    function root(Leaf[] memory leaves) internal pure returns (bytes32 merkleRoot) {
        uint256 count = leaves.length;
        if (count == 0 || count > MAX_LEAVES) revert InvalidLeafCount(count);
        bytes32 top;
        // In the language, with bounds checks and `abi.encodePacked`, it costs five times as much: see
        // `reference_root_32` in the snapshot. Memory-safe: reads and writes the array's elements, and hashes beyond the
        // free memory pointer.
        assembly ("memory-safe") {
            let elements := add(leaves, 32)
            let buffer := mload(0x40)
            mstore8(buffer, 1)
            for {
                let width := count
            } gt(width, 1) {
                width := shr(1, add(width, 1))
            } {
                let target := elements
                let source := elements
                // Past the last element that has a right-hand sibling.
                let end := add(elements, shl(6, shr(1, width)))
                for {} lt(source, end) {} {
                    mcopy(add(buffer, 1), source, 64)
                    mstore(target, keccak256(buffer, 65))
                    source := add(source, 64)
                    target := add(target, 32)
                }
                if and(width, 1) {
                    mstore(target, mload(source))
                }
            }
            top := mload(elements)
        }
        return _rootOver(top, count);
    }

    /// @notice Refuses a leaf that is not at `index` among `count` under a root.
    /// @dev Reverts with the first broken rule of section 6: `InvalidLeafCount`, `InvalidProofIndex`,
    /// `InvalidProofLength`, `InvalidProof`.
    /// @param expectedRoot The root.
    /// @param leaf The leaf.
    /// @param index The leaf's place, counted from 0.
    /// @param count How many leaves the tree has.
    /// @param proof The siblings from the leaf upwards, 32 bytes each.
    function verify(bytes32 expectedRoot, Leaf leaf, uint256 index, uint256 count, bytes calldata proof) internal pure {
        if (count == 0 || count > MAX_LEAVES) revert InvalidLeafCount(count);
        if (index >= count) revert InvalidProofIndex(index, count);
        if (proof.length % 32 != 0) revert InvalidProofLength(proof.length);
        bytes32 node;
        bool fits;
        // In the language, with slices and `abi.encodePacked`, it costs more than twice as much: see
        // `reference_merkle_verify_8` in the snapshot. Memory-safe: hashes beyond the free memory pointer.
        assembly ("memory-safe") {
            let position := proof.offset
            let end := add(position, proof.length)
            let buffer := mload(0x40)
            let left := add(buffer, 1)
            mstore8(buffer, 1)
            node := leaf
            // The index of the last node of the level; halving rounds down, as halving the width rounds up.
            let last := sub(count, 1)
            // As long as the node is not the last of its level there is a sibling, on either side.
            for {
                let apart := xor(index, last)
                let place := shl(5, index)
            } apart {
                apart := shr(1, apart)
            } {
                if eq(position, end) {
                    // Too short: make the comparison at the end fail.
                    end := not(end)
                    last := 0
                    break
                }
                let side := and(place, 32)
                mstore(add(left, side), node)
                mstore(add(left, xor(side, 32)), calldataload(position))
                node := keccak256(buffer, 65)
                position := add(position, 32)
                place := shr(1, place)
                last := shr(1, last)
            }
            // From there on it is the last of every level: with a sibling on its left where its place is odd, and
            // without one where it is even.
            for {} last {
                last := shr(1, last)
            } {
                if and(last, 1) {
                    if eq(position, end) {
                        end := not(end)
                        break
                    }
                    mstore(left, calldataload(position))
                    mstore(add(left, 32), node)
                    node := keccak256(buffer, 65)
                    position := add(position, 32)
                }
            }
            fits := eq(position, end)
        }
        if (!fits) revert InvalidProofLength(proof.length);
        bytes32 computedRoot = _rootOver(node, count);
        if (computedRoot != expectedRoot) revert InvalidProof(computedRoot);
    }

    /// @dev The root of a tree with this top node, `hash(0x03 || count || top node)`.
    function _rootOver(bytes32 top, uint256 count) private pure returns (bytes32 merkleRoot) {
        // The scratch space alone, as in `plainLeaf`: the byte 0x03 and the 4 bytes of the count end the first word. The
        // count, already checked, has nine bits at most.
        assembly ("memory-safe") {
            mstore(0x00, or(0x0300000000, count))
            mstore(0x20, top)
            merkleRoot := keccak256(27, 37)
        }
    }
}
