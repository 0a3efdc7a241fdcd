// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "./ChainId.sol";
import {MessageId} from "./Messages.sol";

/// @title IMessageSent
/// @notice The event by which a message leaves an EVM chain, docs/spec/protocol.md section 5. An outbox inherits it, and
/// an enclave believes it for no other reason than that a configured outbox has emitted it in a finalized block.
interface IMessageSent {
    /// @notice A message has left by the outbox that emits this.
    /// @param messageId The id of the message under this outbox.
    /// @param destinationChain The message's own destination chain.
    /// @param message The whole message, section 4.
    event MessageSent(MessageId indexed messageId, ChainId indexed destinationChain, bytes message);
}
