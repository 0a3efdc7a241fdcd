// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../protocol/ChainId.sol";
import {MessageId} from "../protocol/Messages.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {Quorum} from "../registry/Quorum.sol";
import {IMessageRecipient} from "./IMessageRecipient.sol";

/// @title MessageRecipient
/// @notice A recipient that takes messages of its inbox alone. What inherits it still has to say whose.
abstract contract MessageRecipient is IMessageRecipient {
    /// @notice Thrown when somebody else than the inbox hands over a message.
    /// @param caller Who called.
    error NotTheInbox(address caller);

    address internal immutable _INBOX;

    /// @param inbox The inbox whose messages are taken.
    constructor(address inbox) {
        _INBOX = inbox;
    }

    /// @inheritdoc IMessageRecipient
    function onMessage(
        ChainId originChain,
        bytes32 sender,
        MessageId messageId,
        Nonce nonce,
        Quorum quorum,
        bytes calldata body
    ) external returns (bytes4 selector) {
        if (msg.sender != _INBOX) revert NotTheInbox(msg.sender);
        _take(originChain, sender, messageId, nonce, quorum, body);
        return IMessageRecipient.onMessage.selector;
    }

    /// @dev Takes a message of the inbox. Must revert where the sender is not one whom it trusts on that chain.
    function _take(
        ChainId originChain,
        bytes32 sender,
        MessageId messageId,
        Nonce nonce,
        Quorum quorum,
        bytes calldata body
    ) internal virtual;
}
