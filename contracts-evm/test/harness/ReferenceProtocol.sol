// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {Leaf} from "../../src/protocol/MerkleTree.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";

/// @title ReferenceProtocol
/// @notice What the libraries do in assembly, once more in the plain language: slices, `abi.encodePacked`, memory.
/// @dev Two uses. The fuzz tests hold the libraries to it byte for byte, and the gas snapshot shows beside each figure
/// what the plain form costs (`reference_...`), which is the reason why a block of assembly is there.
library ReferenceProtocol {
    struct Message {
        uint8 kind;
        ChainId originChain;
        ChainId destinationChain;
        Nonce nonce;
        bytes32 sender;
        bytes32 recipient;
        uint32 executionGas;
        bytes body;
    }

    /// @dev Takes a message apart and asks every rule of section 4.
    function decode(bytes calldata message) internal pure returns (Message memory decoded) {
        require(message.length >= 94 && message.length <= 94 + 8192, "length");
        require(message[0] == 0x01, "version");
        decoded.kind = uint8(message[1]);
        decoded.originChain = ChainId.wrap(uint64(bytes8(message[2:10])));
        decoded.destinationChain = ChainId.wrap(uint64(bytes8(message[10:18])));
        decoded.nonce = Nonce.wrap(uint64(bytes8(message[18:26])));
        decoded.sender = bytes32(message[26:58]);
        decoded.recipient = bytes32(message[58:90]);
        decoded.executionGas = uint32(bytes4(message[90:94]));
        decoded.body = message[94:];
        require(decoded.kind <= 1, "kind");
        require(decoded.originChain.isValid(), "origin chain");
        require(decoded.destinationChain.isValid(), "destination chain");
        require(decoded.destinationChain != decoded.originChain, "same chain");
        require(decoded.originChain.hasAddress(decoded.sender), "sender");
        require(decoded.destinationChain.hasAddress(decoded.recipient), "recipient");
    }

    function encode(Message memory fields) internal pure returns (bytes memory message) {
        return
            abi.encodePacked(
                uint8(1),
                fields.kind,
                ChainId.unwrap(fields.originChain),
                ChainId.unwrap(fields.destinationChain),
                Nonce.unwrap(fields.nonce),
                fields.sender,
                fields.recipient,
                fields.executionGas,
                fields.body
            );
    }

    function id(ChainId originChain, bytes32 outbox, bytes memory message) internal pure returns (MessageId messageId) {
        return
            MessageId.wrap(
                keccak256(
                    abi.encodePacked(keccak256("corridor.message.v1"), ChainId.unwrap(originChain), outbox, message)
                )
            );
    }

    function plainLeaf(Nonce nonce, MessageId messageId) internal pure returns (Leaf leaf) {
        return Leaf.wrap(keccak256(abi.encodePacked(uint8(0), Nonce.unwrap(nonce), MessageId.unwrap(messageId))));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        return keccak256(abi.encodePacked(uint8(1), left, right));
    }

    function rootOver(bytes32 top, uint256 count) internal pure returns (bytes32 merkleRoot) {
        return keccak256(abi.encodePacked(uint8(3), uint32(count), top));
    }

    /// @dev Level by level into a new array, as section 6 has it.
    function root(Leaf[] memory leaves) internal pure returns (bytes32 merkleRoot) {
        bytes32[] memory level = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) level[i] = Leaf.unwrap(leaves[i]);
        while (level.length > 1) {
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = 2 * i + 1 < level.length ? node(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            level = above;
        }
        return rootOver(level[0], leaves.length);
    }

    /// @dev The siblings of a leaf from the leaf upwards, as section 6 has it.
    function proof(Leaf[] memory leaves, uint256 index) internal pure returns (bytes memory siblings) {
        bytes32[] memory level = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) level[i] = Leaf.unwrap(leaves[i]);
        while (level.length > 1) {
            if (index % 2 == 1) siblings = abi.encodePacked(siblings, level[index - 1]);
            else if (index + 1 < level.length) siblings = abi.encodePacked(siblings, level[index + 1]);
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = 2 * i + 1 < level.length ? node(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            level = above;
            index /= 2;
        }
    }

    /// @dev Where a proof leads, with slices; the caller has seen to the rules before `InvalidProof`.
    function climb(
        Leaf leaf,
        uint256 index,
        uint256 count,
        bytes calldata siblings
    ) internal pure returns (bytes32 hash) {
        hash = Leaf.unwrap(leaf);
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = (width + 1) / 2) {
            if (index % 2 == 1) {
                hash = node(bytes32(siblings[used:used + 32]), hash);
                used += 32;
            } else if (index + 1 < width) {
                hash = node(hash, bytes32(siblings[used:used + 32]));
                used += 32;
            }
            index /= 2;
        }
        require(used == siblings.length, "length");
        hash = rootOver(hash, count);
    }
}
