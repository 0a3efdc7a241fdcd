// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {Leaf} from "../../src/protocol/MerkleTree.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {GasMeter} from "./GasMeter.sol";
import {Fields} from "./OutboxGas.sol";
import {ReferenceProtocol} from "./ReferenceProtocol.sol";

/// @title ReferenceGas
/// @notice Measures the same work as the other harnesses in the plain language, without assembly.
contract ReferenceGas is GasMeter {
    function decodeHash(bytes32 outbox, bytes calldata message) external returns (uint256 used) {
        uint256 left = gasleft();
        ReferenceProtocol.Message memory decoded = ReferenceProtocol.decode(message);
        MessageId id = ReferenceProtocol.id(decoded.originChain, outbox, message);
        _keep(
            bytes32(
                uint256(decoded.kind) ^
                    ChainId.unwrap(decoded.destinationChain) ^
                    Nonce.unwrap(decoded.nonce) ^
                    decoded.executionGas ^
                    decoded.body.length
            ) ^
                decoded.sender ^
                decoded.recipient ^
                MessageId.unwrap(id)
        );
        return left - gasleft();
    }

    function encode(Fields calldata fields, bytes calldata body) external returns (uint256 used) {
        (
            uint8 kind,
            ChainId originChain,
            bytes32 outbox,
            ChainId destinationChain,
            Nonce nonce,
            bytes32 sender,
            bytes32 recipient,
            uint32 executionGas
        ) = _load(fields);
        uint256 left = gasleft();
        require(kind <= 1 && body.length <= 8192, "kind, length");
        require(originChain.isValid() && destinationChain.isValid() && originChain != destinationChain, "chains");
        require(originChain.hasAddress(sender) && destinationChain.hasAddress(recipient), "addresses");
        require(originChain.hasAddress(outbox), "outbox");
        bytes memory message = abi.encodePacked(
            uint8(1),
            kind,
            ChainId.unwrap(originChain),
            ChainId.unwrap(destinationChain),
            Nonce.unwrap(nonce),
            sender,
            recipient,
            executionGas,
            body
        );
        MessageId id = ReferenceProtocol.id(originChain, outbox, message);
        _keep(MessageId.unwrap(id) ^ bytes32(message.length));
        return left - gasleft();
    }

    function plainLeaf(Nonce nonce, MessageId id) external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(Leaf.unwrap(ReferenceProtocol.plainLeaf(nonce, id)));
        return left - gasleft();
    }

    function root(Leaf[] memory leaves) external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(ReferenceProtocol.root(leaves));
        return left - gasleft();
    }

    function merkleVerify(
        bytes32 expectedRoot,
        Leaf leaf,
        uint256 index,
        uint256 count,
        bytes calldata proof
    ) external returns (uint256 used) {
        uint256 left = gasleft();
        require(count != 0 && count <= 256 && index < count, "index, count");
        require(ReferenceProtocol.climb(leaf, index, count, proof) == expectedRoot, "root");
        _keep(0);
        return left - gasleft();
    }

    function _load(
        Fields calldata fields
    )
        private
        pure
        returns (
            uint8 kind,
            ChainId originChain,
            bytes32 originOutbox,
            ChainId destinationChain,
            Nonce nonce,
            bytes32 sender,
            bytes32 recipient,
            uint32 executionGas
        )
    {
        return (
            fields.kind,
            fields.originChain,
            fields.originOutbox,
            fields.destinationChain,
            fields.nonce,
            fields.sender,
            fields.recipient,
            fields.executionGas
        );
    }
}
