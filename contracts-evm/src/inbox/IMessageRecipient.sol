// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../protocol/ChainId.sol";
import {MessageId} from "../protocol/Messages.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {Quorum} from "../registry/Quorum.sol";

/// @title IMessageRecipient
/// @notice What a contract implements to receive messages. `MessageRecipient` does so with the checks that every recipient
/// needs.
interface IMessageRecipient {
    /// @notice Takes a message. Once it is taken the inbox never hands it out again.
    /// @dev The caller must be the inbox, and the sender must be one whom the recipient trusts on that chain: anyone may
    /// send a message to anyone. It gets exactly the execution gas that the sender paid for. If it reverts the message
    /// stays open and anyone may deliver it again later.
    /// @param originChain The chain that the message left.
    /// @param sender Who sent it there, 32-byte form.
    /// @param messageId The message's id.
    /// @param nonce Its number in its lane. Messages may arrive in any order.
    /// @param quorum How many signers, operators, platforms and vendors vouched for it: at least what the policy of the
    /// origin demands. A recipient that wants more reverts.
    /// @param body What the message carries.
    /// @return selector `IMessageRecipient.onMessage.selector`; anything else is a failure.
    function onMessage(
        ChainId originChain,
        bytes32 sender,
        MessageId messageId,
        Nonce nonce,
        Quorum quorum,
        bytes calldata body
    ) external returns (bytes4 selector);
}
