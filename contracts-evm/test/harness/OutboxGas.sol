// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {IMessageSent} from "../../src/protocol/MessageSent.sol";
import {MessageId, Messages} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {GasMeter} from "./GasMeter.sol";

/// @notice The fields of a message that are not its body, and the outbox.
struct Fields {
    uint8 kind;
    ChainId originChain;
    bytes32 originOutbox;
    ChainId destinationChain;
    Nonce nonce;
    bytes32 sender;
    bytes32 recipient;
    uint32 executionGas;
}

/// @title OutboxGas
/// @notice Measures what an outbox uses.
contract OutboxGas is GasMeter, IMessageSent {
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
        (MessageId id, bytes memory message) = Messages.encode(
            kind,
            originChain,
            outbox,
            destinationChain,
            nonce,
            sender,
            recipient,
            executionGas,
            body
        );
        _keep(MessageId.unwrap(id) ^ bytes32(message.length));
        return left - gasleft();
    }

    function emitLog(MessageId id, ChainId destinationChain, bytes memory message) external returns (uint256 used) {
        uint256 left = gasleft();
        emit MessageSent(id, destinationChain, message);
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
