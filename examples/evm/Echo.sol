// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageRecipient} from "../../contracts-evm/src/inbox/MessageRecipient.sol";
import {ChainId} from "../../contracts-evm/src/protocol/ChainId.sol";
import {MessageId} from "../../contracts-evm/src/protocol/Messages.sol";
import {Nonce} from "../../contracts-evm/src/protocol/Nonce.sol";
import {Quorum} from "../../contracts-evm/src/registry/Quorum.sol";

/// @title Echo
/// @notice The smallest recipient: it says what has arrived. While its owner keeps it shut it takes nothing, which leaves
/// messages open at the inbox until somebody delivers them again.
/// @dev It trusts every sender. An application checks `sender` and the origin chain first.
contract Echo is MessageRecipient {
    /// @notice Thrown while the owner keeps it shut.
    error Shut();

    /// @notice Thrown when somebody else opens or shuts it.
    /// @param caller Who that is.
    error NotTheOwner(address caller);

    /// @notice A message has arrived.
    /// @param messageId Its id.
    /// @param originChain The chain that it left.
    /// @param sender Who sent it there.
    /// @param nonce Its number in its lane.
    /// @param body What it carries.
    event Heard(
        MessageId indexed messageId,
        ChainId indexed originChain,
        bytes32 indexed sender,
        Nonce nonce,
        bytes body
    );

    address private immutable _OWNER;

    /// @notice Whether it takes messages.
    bool public isOpen = true;

    /// @notice Makes an echo that belongs to whoever deploys it.
    /// @param inbox The inbox that it hears.
    constructor(address inbox) MessageRecipient(inbox) {
        _OWNER = msg.sender;
    }

    /// @notice Opens or shuts it.
    /// @param open Whether it is to take messages from now on.
    function setOpen(bool open) external {
        if (msg.sender != _OWNER) revert NotTheOwner(msg.sender);
        isOpen = open;
    }

    function _take(
        ChainId originChain,
        bytes32 sender,
        MessageId messageId,
        Nonce nonce,
        Quorum,
        bytes calldata body
    ) internal override {
        if (!isOpen) revert Shut();
        emit Heard(messageId, originChain, sender, nonce, body);
    }
}
