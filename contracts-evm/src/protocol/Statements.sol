// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "./ChainId.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {Nonce, Nonces} from "./Nonce.sol";
import {StatementView, StatementViews} from "./StatementView.sol";
import {TAG_STATEMENT} from "./Tags.sol";

/// @notice The fields of a statement, docs/spec/protocol.md section 7, before it is encoded.
/// @param originChain The chain that the messages left.
/// @param originOutbox The outbox that they left by, 32-byte form.
/// @param destinationChain The chain that they go to.
/// @param destinationInbox The inbox that they go to, 32-byte form.
/// @param anchorHeight Block number, or checkpoint sequence number.
/// @param anchorHash Execution block hash, or checkpoint digest.
/// @param anchorTimestampSeconds The anchor's own time, seconds since 1970.
/// @param firstNonce The nonce of the first message.
/// @param messageCount How many messages there are, 1 to 256.
/// @param messagesRoot The root of their tree.
struct Statement {
    ChainId originChain;
    bytes32 originOutbox;
    ChainId destinationChain;
    bytes32 destinationInbox;
    uint64 anchorHeight;
    bytes32 anchorHash;
    uint64 anchorTimestampSeconds;
    Nonce firstNonce;
    uint32 messageCount;
    bytes32 messagesRoot;
}

/// @title Statements
/// @notice Encodes, decodes and hashes statements: what an enclave signs about one run of consecutive nonces of a lane.
/// @dev Layout of a statement:
///
///   offset  bytes  field
///        0     32  TAG_STATEMENT
///       32      8  origin chain
///       40     32  origin outbox
///       72      8  destination chain
///       80     32  destination inbox
///      112      8  anchor height
///      120     32  anchor hash
///      152      8  anchor timestamp
///      160      8  first nonce
///      168      4  message count
///      172     32  messages root
library Statements {
    /// @notice Thrown when a statement is not 204 bytes long.
    /// @param length Its length in bytes.
    error InvalidStatementLength(uint256 length);

    /// @notice Thrown when a statement opens with another tag than TAG_STATEMENT.
    /// @param tag The refused tag.
    error InvalidStatementTag(bytes32 tag);

    /// @notice Thrown when the origin chain of a statement is not a valid chain id.
    /// @param originChain The refused chain.
    error InvalidStatementOriginChain(ChainId originChain);

    /// @notice Thrown when the origin outbox of a statement is not well formed for the origin chain.
    /// @param originOutbox The refused address.
    error InvalidStatementOriginOutbox(bytes32 originOutbox);

    /// @notice Thrown when the destination chain of a statement is not a valid chain id, or is its origin chain.
    /// @param destinationChain The refused chain.
    error InvalidStatementDestinationChain(ChainId destinationChain);

    /// @notice Thrown when the destination inbox of a statement is not well formed for the destination chain.
    /// @param destinationInbox The refused address.
    error InvalidStatementDestinationInbox(bytes32 destinationInbox);

    /// @notice Thrown when the anchor hash of a statement is zero.
    error InvalidStatementAnchorHash();

    /// @notice Thrown when a statement is about no message or about more than 256.
    /// @param messageCount The refused count.
    error InvalidStatementCount(uint32 messageCount);

    /// @notice Thrown when the run of a statement would leave the generation of its first nonce.
    /// @param firstNonce The nonce of the first message.
    /// @param messageCount How many messages there are.
    error InvalidStatementNonce(Nonce firstNonce, uint32 messageCount);

    /// @notice Thrown when the messages root of a statement is zero.
    error InvalidStatementRoot();

    /// @notice Checks a statement and gives a view of it.
    /// @dev Reverts with the first broken rule of section 7: `InvalidStatementLength`, `InvalidStatementTag`,
    /// `InvalidStatementOriginChain`, `InvalidStatementOriginOutbox`, `InvalidStatementDestinationChain`,
    /// `InvalidStatementDestinationInbox`, `InvalidStatementAnchorHash`, `InvalidStatementCount`,
    /// `InvalidStatementNonce`, `InvalidStatementRoot`. Copies nothing.
    /// @param statement The statement and nothing else.
    /// @return self The proven statement.
    function parse(bytes calldata statement) internal pure returns (StatementView self) {
        if (statement.length != StatementViews.LENGTH) revert InvalidStatementLength(statement.length);
        self = StatementViews.over(statement);
        bytes32 tag = self.tag();
        if (tag != TAG_STATEMENT) revert InvalidStatementTag(tag);
        _check(
            self.originChain(),
            self.originOutbox(),
            self.destinationChain(),
            self.destinationInbox(),
            self.anchorHash(),
            self.firstNonce(),
            self.messageCount(),
            self.messagesRoot()
        );
    }

    /// @notice Encodes a statement.
    /// @dev Applies the rules of section 7 to the fields, in the order that `parse` names.
    /// @param fields The fields.
    /// @return statement 204 bytes.
    function encode(Statement memory fields) internal pure returns (bytes memory statement) {
        _check(
            fields.originChain,
            fields.originOutbox,
            fields.destinationChain,
            fields.destinationInbox,
            fields.anchorHash,
            fields.firstNonce,
            fields.messageCount,
            fields.messagesRoot
        );
        // In two parts, since the fields are too many for one expression's stack.
        bytes memory parties = abi.encodePacked(
            TAG_STATEMENT,
            ChainId.unwrap(fields.originChain),
            fields.originOutbox,
            ChainId.unwrap(fields.destinationChain),
            fields.destinationInbox
        );
        return
            abi.encodePacked(
                parties,
                fields.anchorHeight,
                fields.anchorHash,
                fields.anchorTimestampSeconds,
                Nonce.unwrap(fields.firstNonce),
                fields.messageCount,
                fields.messagesRoot
            );
    }

    /// @dev The rules that hold for the fields of a statement, in their order.
    function _check(
        ChainId originChain,
        bytes32 originOutbox,
        ChainId destinationChain,
        bytes32 destinationInbox,
        bytes32 anchorHash,
        Nonce firstNonce,
        uint32 messageCount,
        bytes32 messagesRoot
    ) private pure {
        if (!originChain.isValid()) revert InvalidStatementOriginChain(originChain);
        if (!originChain.hasAddress(originOutbox)) revert InvalidStatementOriginOutbox(originOutbox);
        if (!destinationChain.isValid() || destinationChain == originChain) {
            revert InvalidStatementDestinationChain(destinationChain);
        }
        if (!destinationChain.hasAddress(destinationInbox)) {
            revert InvalidStatementDestinationInbox(destinationInbox);
        }
        if (anchorHash == 0) revert InvalidStatementAnchorHash();
        if (messageCount == 0 || messageCount > MerkleTree.MAX_LEAVES) revert InvalidStatementCount(messageCount);
        // Cannot wrap: the first summand has 48 bits, the second is at most 255.
        unchecked {
            if (uint256(firstNonce.sequence()) + messageCount - 1 > Nonces.MAX_SEQUENCE) {
                revert InvalidStatementNonce(firstNonce, messageCount);
            }
        }
        if (messagesRoot == 0) revert InvalidStatementRoot();
    }
}
