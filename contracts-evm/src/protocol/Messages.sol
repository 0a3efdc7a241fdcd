// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "./ChainId.sol";
import {MessageView, MessageViews} from "./MessageView.sol";
import {Nonce} from "./Nonce.sol";
import {TAG_MESSAGE} from "./Tags.sol";

/// @notice The id of a message, docs/spec/protocol.md section 4: a hash that binds the message to its origin outbox.
type MessageId is bytes32;

using {_equal as ==, _notEqual as !=} for MessageId global;

/// @dev Equality of two message ids, as an operator.
function _equal(MessageId left, MessageId right) pure returns (bool) {
    return MessageId.unwrap(left) == MessageId.unwrap(right);
}

/// @dev Inequality of two message ids, as an operator.
function _notEqual(MessageId left, MessageId right) pure returns (bool) {
    return MessageId.unwrap(left) != MessageId.unwrap(right);
}

/// @title Messages
/// @notice Encodes, decodes and identifies messages, section 4.
/// @dev Layout of a message:
///
///   offset  bytes  field
///        0      1  version, 1
///        1      1  kind: 0 plain, 1 confidential
///        2      8  origin chain
///       10      8  destination chain
///       18      8  nonce
///       26     32  sender
///       58     32  recipient
///       90      4  execution gas
///       94      n  body, at most 8,192 bytes
library Messages {
    /// @notice Thrown when a message is shorter than its header or carries a body above 8,192 bytes.
    /// @param length The length of the whole message in bytes.
    error InvalidMessageLength(uint256 length);

    /// @notice Thrown when a message is of another version than 1.
    /// @param version The refused version.
    error InvalidMessageVersion(uint8 version);

    /// @notice Thrown when the kind of a message is neither plain nor confidential.
    /// @param kind The refused kind.
    error InvalidMessageKind(uint8 kind);

    /// @notice Thrown when the origin chain of a message is not a valid chain id.
    /// @param originChain The refused chain.
    error InvalidMessageOriginChain(ChainId originChain);

    /// @notice Thrown when the destination chain of a message is not a valid chain id, or is its origin chain.
    /// @param destinationChain The refused chain.
    error InvalidMessageDestinationChain(ChainId destinationChain);

    /// @notice Thrown when the sender of a message is not well formed for the origin chain.
    /// @param sender The refused address.
    error InvalidMessageSender(bytes32 sender);

    /// @notice Thrown when the recipient of a message is not well formed for the destination chain.
    /// @param recipient The refused address.
    error InvalidMessageRecipient(bytes32 recipient);

    /// @notice Thrown when the outbox that a message is said to come from is not well formed for its origin chain.
    /// @param outbox The refused address.
    error InvalidMessageOutbox(bytes32 outbox);

    /// @notice The version of this format.
    uint8 internal constant VERSION = 1;

    /// @notice The kind of a message whose body is delivered as it was sent.
    uint8 internal constant KIND_PLAIN = 0;

    /// @notice The kind of a message whose body is sealed to the enclaves.
    uint8 internal constant KIND_CONFIDENTIAL = 1;

    /// @notice Bytes before the body.
    uint256 internal constant HEADER_LENGTH = 94;

    /// @notice Most bytes that a body may have.
    uint256 internal constant MAX_BODY_LENGTH = 8_192;

    /// @notice Checks a message and gives a view of it.
    /// @dev Reverts with the first broken rule of section 4: `InvalidMessageLength`, `InvalidMessageVersion`,
    /// `InvalidMessageKind`, `InvalidMessageOriginChain`, `InvalidMessageDestinationChain`, `InvalidMessageSender`,
    /// `InvalidMessageRecipient`. Copies nothing.
    /// @param message The whole message and nothing else.
    /// @return self The proven message.
    function parse(bytes calldata message) internal pure returns (MessageView self) {
        uint256 length = message.length;
        if (length < HEADER_LENGTH || length > HEADER_LENGTH + MAX_BODY_LENGTH) revert InvalidMessageLength(length);
        self = MessageViews.over(message);
        uint8 version = self.version();
        if (version != VERSION) revert InvalidMessageVersion(version);
        _check(self.kind(), self.originChain(), self.destinationChain(), self.sender(), self.recipient());
    }

    /// @notice Checks a message as `parse` does, of which one knows how it should open: then less is left to check.
    /// @param message The whole message and nothing else.
    /// @param head The first 26 bytes of a message whose version, kind and chains obey the rules, right-aligned.
    /// @return self The proven message.
    /// @return isAsExpected Whether it opens like that.
    function parseLike(
        bytes calldata message,
        uint256 head
    ) internal pure returns (MessageView self, bool isAsExpected) {
        uint256 length = message.length;
        if (length < HEADER_LENGTH || length > HEADER_LENGTH + MAX_BODY_LENGTH) revert InvalidMessageLength(length);
        self = MessageViews.over(message);
        if (self.head() != head) return (parse(message), false);
        if (!self.originChain().hasAddress(self.sender())) revert InvalidMessageSender(self.sender());
        if (!self.destinationChain().hasAddress(self.recipient())) revert InvalidMessageRecipient(self.recipient());
        return (self, true);
    }

    /// @notice Encodes a message and computes its id, in one pass over memory.
    /// @dev Applies the rules of section 4 to the fields in their order: `InvalidMessageLength` for the body, then as
    /// `parse`, then `InvalidMessageOutbox`.
    /// @param kind `KIND_PLAIN` or `KIND_CONFIDENTIAL`.
    /// @param originChain The chain that the message leaves.
    /// @param originOutbox The outbox that it leaves by, 32-byte form.
    /// @param destinationChain The chain that it goes to.
    /// @param nonce Its number in the lane.
    /// @param sender Who sends it, 32-byte form.
    /// @param recipient To whom on the destination chain, 32-byte form.
    /// @param executionGas Gas that the recipient is promised on an EVM chain.
    /// @param body At most 8,192 bytes, not looked into.
    /// @return messageId The id of the message.
    /// @return message The message.
    function encode(
        uint8 kind,
        ChainId originChain,
        bytes32 originOutbox,
        ChainId destinationChain,
        Nonce nonce,
        bytes32 sender,
        bytes32 recipient,
        uint32 executionGas,
        bytes calldata body
    ) internal pure returns (MessageId messageId, bytes memory message) {
        uint256 length;
        // Cannot wrap: a body is shorter than the calldata.
        unchecked {
            length = HEADER_LENGTH + body.length;
        }
        if (body.length > MAX_BODY_LENGTH) revert InvalidMessageLength(length);
        _check(kind, originChain, destinationChain, sender, recipient);
        if (!originChain.hasAddress(originOutbox)) revert InvalidMessageOutbox(originOutbox);

        uint256 head = headOf(kind, originChain, destinationChain, nonce);
        uint256 originId = ChainId.unwrap(originChain);
        uint256 gasLimit = executionGas;
        bytes32 tag = TAG_MESSAGE;

        // The preimage of the id is tag, chain and outbox (72 bytes), then the message. It is written once, so that the
        // message lies 96 bytes into new memory; then the outbox's place, of no more use, takes the length that makes
        // it a `bytes memory`. `abi.encodePacked` would copy the body twice: see `reference_encode_64` in the snapshot.
        // Memory-safe: writes only above the free memory pointer, and moves it past what it keeps. Fields are written
        // from the last to the first, so that each store's leading bytes are overwritten by the field before.
        assembly ("memory-safe") {
            let start := mload(0x40)
            let content := add(start, 96)
            calldatacopy(add(content, 94), body.offset, body.length)
            mstore(add(content, 62), gasLimit)
            mstore(add(content, 58), recipient)
            mstore(add(content, 26), sender)
            mstore(sub(content, 6), head)
            mstore(sub(content, 32), originOutbox)
            mstore(sub(content, 64), originId)
            mstore(sub(content, 72), tag)
            messageId := keccak256(sub(content, 72), add(length, 72))
            message := sub(content, 32)
            mstore(message, length)
            mstore(0x40, and(add(add(content, length), 31), not(31)))
        }
    }

    /// @notice How a message with these fields opens: the 26 bytes before the sender.
    /// @param kind `KIND_PLAIN` or `KIND_CONFIDENTIAL`.
    /// @param originChain The chain that the message leaves.
    /// @param destinationChain The chain that it goes to.
    /// @param nonce Its number in the lane.
    /// @return head The bytes, right-aligned.
    function headOf(
        uint8 kind,
        ChainId originChain,
        ChainId destinationChain,
        Nonce nonce
    ) internal pure returns (uint256 head) {
        return
            (uint256(VERSION) << 200) |
            (uint256(kind) << 192) |
            (uint256(ChainId.unwrap(originChain)) << 128) |
            (uint256(ChainId.unwrap(destinationChain)) << 64) |
            Nonce.unwrap(nonce);
    }

    /// @notice The id of a message under the outbox that it came from.
    /// @dev Reverts with `InvalidMessageOutbox`. Takes no memory for good.
    /// @param self The message.
    /// @param originOutbox The outbox, 32-byte form.
    /// @return messageId `hash(TAG_MESSAGE || origin chain || origin outbox || message)`.
    function id(MessageView self, bytes32 originOutbox) internal pure returns (MessageId messageId) {
        ChainId chain = self.originChain();
        if (!chain.hasAddress(originOutbox)) revert InvalidMessageOutbox(originOutbox);
        uint256 originId = ChainId.unwrap(chain);
        (uint256 position, uint256 length) = self.place();
        bytes32 tag = TAG_MESSAGE;
        // One copy of the message, straight to its place in the preimage. Memory-safe: works beyond the free memory
        // pointer, which stays where it is.
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(add(buffer, 40), originOutbox)
            mstore(add(buffer, 8), originId)
            mstore(buffer, tag)
            calldatacopy(add(buffer, 72), position, length)
            messageId := keccak256(buffer, add(length, 72))
        }
    }

    /// @dev The rules that hold for the fields of a message, in their order.
    function _check(
        uint8 kind,
        ChainId originChain,
        ChainId destinationChain,
        bytes32 sender,
        bytes32 recipient
    ) private pure {
        if (kind > KIND_CONFIDENTIAL) revert InvalidMessageKind(kind);
        if (!originChain.isValid()) revert InvalidMessageOriginChain(originChain);
        if (!destinationChain.isValid() || destinationChain == originChain) {
            revert InvalidMessageDestinationChain(destinationChain);
        }
        if (!originChain.hasAddress(sender)) revert InvalidMessageSender(sender);
        if (!destinationChain.hasAddress(recipient)) revert InvalidMessageRecipient(recipient);
    }
}
