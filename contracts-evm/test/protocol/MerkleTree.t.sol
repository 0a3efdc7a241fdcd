// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Leaf, MerkleTree} from "../../src/protocol/MerkleTree.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";
import {ReferenceProtocol} from "../harness/ReferenceProtocol.sol";

/// @notice Trees and proofs against the plain-language reference, and every way to bend a proof (INV-04).
contract MerkleTreeFuzz is FuzzBase {
    function testFuzz_plainLeaf_agreesWithTheReference(Nonce nonce, MessageId id) public view {
        _assertEq(Leaf.unwrap(harness.merklePlainLeaf(nonce, id)), Leaf.unwrap(ReferenceProtocol.plainLeaf(nonce, id)));
    }

    function testFuzz_confidentialLeaf_isNoPlainLeaf(Nonce nonce, MessageId id, bytes32 deliveryHash) public view {
        bytes32 leaf = Leaf.unwrap(harness.merkleConfidentialLeaf(nonce, id, deliveryHash));
        _assertEq(leaf, keccak256(bytes.concat(hex"02", abi.encodePacked(nonce, id, deliveryHash))));
        require(leaf != Leaf.unwrap(harness.merklePlainLeaf(nonce, id)), "same leaf");
    }

    function testFuzz_root_agreesWithTheReference(bytes32 seed, uint256 count) public view {
        Leaf[] memory leaves = _leaves(seed, _within(count, 1, 256));
        _assertEq(harness.merkleRoot(leaves), ReferenceProtocol.root(leaves));
    }

    function testFuzz_root_changesWithEveryLeaf(bytes32 seed, uint256 count, uint256 index, bytes32 other) public view {
        Leaf[] memory leaves = _leaves(seed, _within(count, 1, 64));
        bytes32 root = harness.merkleRoot(leaves);
        leaves[index % leaves.length] = Leaf.wrap(other);
        require(harness.merkleRoot(leaves) != root, "same root");
    }

    function testFuzz_verify_takesTheHonestProof(bytes32 seed, uint256 count, uint256 index) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        harness.merkleVerify(root, leaves[i], i, leaves.length, proof);
    }

    function testFuzz_verify_revertsIfIndexOrCountIsAnother(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 otherIndex,
        uint256 otherCount
    ) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        // Near the true ones half of the time, where as many siblings are demanded.
        otherIndex = otherIndex % 2 == 0 ? otherIndex : otherIndex % 300;
        otherCount = otherCount % 2 == 0 ? otherCount : otherCount % 300;
        if (otherIndex != i) _assertRefused(_verify(root, leaves[i], otherIndex, leaves.length, proof));
        if (otherCount != leaves.length) _assertRefused(_verify(root, leaves[i], i, otherCount, proof));
        if (otherIndex != i || otherCount != leaves.length) {
            _assertRefused(_verify(root, leaves[i], otherIndex, otherCount, proof));
        }
    }

    function testFuzz_verify_revertsIfLeafOrRootIsAnother(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 place,
        uint8 difference
    ) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        bytes4 selector = MerkleTree.InvalidProof.selector;
        bytes32 leaf = bytes32(_flip(abi.encode(leaves[i]), place, difference));
        _assertRefused(_verify(root, Leaf.wrap(leaf), i, leaves.length, proof), selector);
        bytes32 other = bytes32(_flip(abi.encode(root), place, difference));
        _assertRefused(_verify(other, leaves[i], i, leaves.length, proof), selector);
        // Another leaf of the same tree.
        if (i != place % leaves.length) {
            _assertRefused(_verify(root, leaves[place % leaves.length], i, leaves.length, proof), selector);
        }
    }

    function testFuzz_verify_revertsIfASiblingChanges(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 place,
        uint8 difference
    ) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        if (proof.length == 0) return;
        bytes memory bent = _flip(proof, place, difference);
        _assertRefused(_verify(root, leaves[i], i, leaves.length, bent), MerkleTree.InvalidProof.selector);
    }

    function testFuzz_verify_revertsIfTheProofIsShorterOrLonger(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 length,
        bytes memory tail
    ) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        bytes4 selector = MerkleTree.InvalidProofLength.selector;
        bytes memory longer = abi.encodePacked(proof, tail, uint8(0));
        _assertRefused(_verify(root, leaves[i], i, leaves.length, longer), selector);
        longer = abi.encodePacked(proof, root);
        _assertRefused(_verify(root, leaves[i], i, leaves.length, longer), selector);
        if (proof.length == 0) return;
        bytes memory shorter = _cut(proof, length % proof.length);
        _assertRefused(_verify(root, leaves[i], i, leaves.length, shorter), selector);
        shorter = _cut(proof, proof.length - 32);
        _assertRefused(_verify(root, leaves[i], i, leaves.length, shorter), selector);
    }

    function testFuzz_verify_revertsIfANodeIsGivenAsALeaf(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 otherIndex,
        uint256 otherCount
    ) public view {
        (bytes32 root, Leaf[] memory leaves, uint256 i, bytes memory proof) = _proof(seed, count, index, 256);
        if (proof.length == 0) return;
        // The node over the leaf and its first sibling, and what remains of the proof.
        bytes32 sibling = bytes32(proof);
        bytes32 own = Leaf.unwrap(leaves[i]);
        bool isRight = _siblingIsLeft(i, leaves.length);
        Leaf node = Leaf.wrap(isRight ? ReferenceProtocol.node(sibling, own) : ReferenceProtocol.node(own, sibling));
        bytes memory rest = new bytes(proof.length - 32);
        for (uint256 k = 0; k < rest.length; ++k) rest[k] = proof[k + 32];
        _assertRefused(_verify(root, node, i / 2, (leaves.length + 1) / 2, rest));
        _assertRefused(_verify(root, node, i, leaves.length, rest));
        _assertRefused(_verify(root, node, otherIndex % 256, _within(otherCount, 1, 256), rest));
    }

    /// @dev Every proof of every tree of up to 8 leaves, under every index and count of up to 9.
    function test_verify_takesNothingButTheHonestIndexAndCount() public view {
        uint256 taken = 0;
        for (uint256 count = 1; count <= 8; ++count) {
            Leaf[] memory leaves = _leaves("exhaustive", count);
            bytes32 root = ReferenceProtocol.root(leaves);
            for (uint256 index = 0; index < count; ++index) {
                bytes memory proof = ReferenceProtocol.proof(leaves, index);
                for (uint256 otherCount = 0; otherCount <= 9; ++otherCount) {
                    for (uint256 otherIndex = 0; otherIndex <= 9; ++otherIndex) {
                        (bool success, ) = _try(_verify(root, leaves[index], otherIndex, otherCount, proof));
                        require(success == (otherIndex == index && otherCount == count), "taken or refused wrongly");
                        if (success) ++taken;
                    }
                }
            }
        }
        _assertEq(taken, 36);
    }

    function _verify(
        bytes32 root,
        Leaf leaf,
        uint256 index,
        uint256 count,
        bytes memory proof
    ) private view returns (bytes memory call) {
        return abi.encodeCall(harness.merkleVerify, (root, leaf, index, count, proof));
    }

    function _proof(
        bytes32 seed,
        uint256 countSeed,
        uint256 indexSeed,
        uint256 most
    ) private pure returns (bytes32 root, Leaf[] memory leaves, uint256 index, bytes memory proof) {
        // Small trees and odd widths as often as large ones.
        uint256 count = _within(countSeed >> 4, 1, countSeed % 2 == 0 ? 9 : most);
        leaves = _leaves(seed, count);
        index = countSeed % 4 < 2 ? count - 1 : indexSeed % count;
        root = ReferenceProtocol.root(leaves);
        proof = ReferenceProtocol.proof(leaves, index);
    }

    function _leaves(bytes32 seed, uint256 count) private pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = Leaf.wrap(keccak256(abi.encode(seed, i)));
    }

    /// @dev Whether the first sibling of a proof is on the left.
    function _siblingIsLeft(uint256 index, uint256 width) private pure returns (bool isLeft) {
        while (index % 2 == 0 && index + 1 == width) (index, width) = (index / 2, (width + 1) / 2);
        return index % 2 == 1;
    }
}
