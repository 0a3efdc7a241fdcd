// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calldata} from "../../src/protocol/Calldata.sol";
import {ChainId} from "../../src/protocol/ChainId.sol";
import {Leaf, MerkleTree} from "../../src/protocol/MerkleTree.sol";
import {MessageId, Messages} from "../../src/protocol/Messages.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";
import {ReferenceProtocol} from "../harness/ReferenceProtocol.sol";

/// @notice The assembly that works beyond the free memory pointer, between a caller's own allocations: what was
/// allocated before it stays, pointer and zero slot stay, and what is allocated after it is clean.
contract MemoryFuzz is FuzzBase {
    error MemoryChanged(bytes32 expected, bytes32 actual);
    error PointerMoved(uint256 expected, uint256 actual);
    error ZeroSlotChanged(uint256 actual);
    error DirtyAllocation(bytes allocated);

    function testFuzz_hash_keepsMemory(bytes memory data, bytes32 canary) public view {
        _assertEq(this.hash(data, canary), keccak256(data));
    }

    function testFuzz_id_keepsMemory(bytes memory body, uint64 nonce, bytes32 canary) public view {
        ReferenceProtocol.Message memory fields;
        fields.originChain = ChainId.wrap(1);
        fields.destinationChain = ChainId.wrap(2);
        fields.sender = bytes32(uint256(3));
        fields.recipient = bytes32(uint256(4));
        fields.executionGas = uint32(nonce);
        fields.body = body;
        bytes memory message = ReferenceProtocol.encode(fields);
        bytes32 outbox = bytes32(uint256(5));
        bytes32 expected = MessageId.unwrap(ReferenceProtocol.id(fields.originChain, outbox, message));
        _assertEq(MessageId.unwrap(this.id(message, outbox, canary)), expected);
    }

    function testFuzz_verify_keepsMemory(bytes32 seed, uint256 countSeed, uint256 index, bytes32 canary) public view {
        uint256 count = _within(countSeed, 1, 40);
        Leaf[] memory leaves = new Leaf[](count);
        for (uint256 i = 0; i < count; ++i) leaves[i] = Leaf.wrap(keccak256(abi.encode(seed, i)));
        index = index % count;
        bytes memory proof = ReferenceProtocol.proof(leaves, index);
        this.verify(ReferenceProtocol.root(leaves), leaves[index], index, count, proof, canary);
    }

    function hash(bytes calldata data, bytes32 canary) external pure returns (bytes32 digest) {
        uint256 before = _plant(canary);
        digest = Calldata.hash(Calldata.position(data), data.length);
        _inspect(canary, before);
    }

    function id(bytes calldata message, bytes32 outbox, bytes32 canary) external pure returns (MessageId messageId) {
        uint256 before = _plant(canary);
        messageId = Messages.id(Messages.parse(message), outbox);
        _inspect(canary, before);
    }

    function verify(
        bytes32 root,
        Leaf leaf,
        uint256 index,
        uint256 count,
        bytes calldata proof,
        bytes32 canary
    ) external pure {
        uint256 before = _plant(canary);
        MerkleTree.verify(root, leaf, index, count, proof);
        _inspect(canary, before);
    }

    /// @dev Leaves values of a canary in the last 256 bytes below the free memory pointer.
    function _plant(bytes32 canary) private pure returns (uint256 pointer) {
        bytes memory mine = new bytes(256);
        for (uint256 i = 0; i < 8; ++i) {
            bytes32 value = keccak256(abi.encode(canary, i));
            assembly ("memory-safe") {
                mstore(add(add(mine, 32), shl(5, i)), value)
            }
        }
        // `abi.encode` has moved the pointer beyond `mine`; what lies last is a block of 256 bytes of our own.
        bytes memory last = new bytes(256);
        for (uint256 i = 0; i < 8; ++i) {
            assembly ("memory-safe") {
                mstore(add(add(last, 32), shl(5, i)), mload(add(add(mine, 32), shl(5, i))))
            }
        }
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    function _inspect(bytes32 canary, uint256 expectedPointer) private pure {
        uint256 pointer;
        uint256 zero;
        bytes32[8] memory seen;
        assembly ("memory-safe") {
            zero := mload(0x60)
        }
        if (zero != 0) revert ZeroSlotChanged(zero);
        assembly ("memory-safe") {
            // `seen` is the one allocation since: the pointer was at its start.
            pointer := seen
            for {
                let i := 0
            } lt(i, 256) {
                i := add(i, 32)
            } {
                mstore(add(seen, i), mload(add(sub(expectedPointer, 256), i)))
            }
        }
        if (pointer != expectedPointer) revert PointerMoved(expectedPointer, pointer);
        for (uint256 i = 0; i < 8; ++i) {
            bytes32 value = keccak256(abi.encode(canary, i));
            if (seen[i] != value) revert MemoryChanged(value, seen[i]);
        }
        bytes memory fresh = new bytes(2048);
        for (uint256 i = 0; i < fresh.length; i += 32) {
            bytes32 value;
            assembly ("memory-safe") {
                value := mload(add(add(fresh, 32), i))
            }
            if (value != 0) revert DirtyAllocation(fresh);
        }
    }
}
