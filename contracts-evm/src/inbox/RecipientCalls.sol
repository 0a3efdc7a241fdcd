// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Addresses} from "../protocol/Addresses.sol";
import {ChainId} from "../protocol/ChainId.sol";
import {MessageId} from "../protocol/Messages.sol";
import {MessageView} from "../protocol/MessageView.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {Quorum} from "../registry/Quorum.sol";
import {IInbox} from "./IInbox.sol";
import {IMessageRecipient} from "./IMessageRecipient.sol";

/// @title RecipientCalls
/// @notice Hands messages to recipients that may do anything: revert, use up their gas, give back megabytes, call back.
library RecipientCalls {
    /// @dev What is left over before the call beyond what the recipient gets: 2,600 for a recipient that was not touched yet,
    /// as much again for the contract from which it borrows its code (EIP-7702), and the few operations up to the call.
    uint256 private constant CALL_OVERHEAD = 5_600;

    /// @dev Most bytes of what a failed recipient gave back that are kept.
    uint256 private constant MAX_REASON = 256;

    /// @notice Calls the recipient of a message with exactly its execution gas.
    /// @dev Reverts with `InsufficientGas`. Takes no memory for good.
    /// @param message The message.
    /// @param id Its id.
    /// @param quorum Who vouched for it.
    /// @return isTaken Whether the recipient answered with the selector of `onMessage`.
    function call(MessageView message, MessageId id, Quorum quorum) internal returns (bool isTaken) {
        address recipient = Addresses.toAddress(message.recipient());
        uint256 executionGas = message.executionGas();
        // As whole words: what lies above the bits of a shorter type is anybody's guess within assembly.
        uint256 originChain = ChainId.unwrap(message.originChain());
        uint256 nonce = Nonce.unwrap(message.nonce());
        uint256 counts = Quorum.unwrap(quorum);
        bytes32 sender = message.sender();
        bytes calldata body = message.body();
        bytes32 selector = IMessageRecipient.onMessage.selector;
        uint256 buffer;
        uint256 length;
        // Writes the call beyond the free memory pointer, which stays where it is: `abi.encodeCall` would take memory with
        // each of up to 256 messages. Words are written from the last to the first, the selector into the 4 bytes before
        // them, and the zeros behind the body before the body.
        assembly ("memory-safe") {
            buffer := mload(0x40)
            let arguments := add(buffer, 4)
            let padded := and(add(body.length, 31), not(31))
            mstore(add(add(arguments, 192), padded), 0)
            calldatacopy(add(arguments, 224), body.offset, body.length)
            mstore(add(arguments, 192), body.length)
            mstore(add(arguments, 160), 192)
            mstore(add(arguments, 128), counts)
            mstore(add(arguments, 96), nonce)
            mstore(add(arguments, 64), id)
            mstore(add(arguments, 32), sender)
            mstore(buffer, selector)
            mstore(arguments, originChain)
            length := add(228, padded)
        }
        // A call gets at most 63/64 of what is left. Nothing wraps: execution gas has 32 bits.
        unchecked {
            uint256 needed = executionGas + executionGas / 63 + 1 + CALL_OVERHEAD;
            uint256 left = gasleft();
            if (left < needed) revert IInbox.InsufficientGas(needed, left);
        }
        // At most 32 bytes of the answer are copied, however long it is.
        assembly ("memory-safe") {
            let success := call(executionGas, recipient, 0, buffer, length, 0, 32)
            isTaken := and(and(success, gt(returndatasize(), 31)), eq(mload(0), selector))
        }
    }

    /// @notice What the recipient that was called last gave back.
    /// @return data Its first 256 bytes.
    function reason() internal pure returns (bytes memory data) {
        uint256 length;
        assembly ("memory-safe") {
            length := returndatasize()
        }
        data = new bytes(length < MAX_REASON ? length : MAX_REASON);
        // Memory-safe: fills the new array.
        assembly ("memory-safe") {
            returndatacopy(add(data, 32), 0, mload(data))
        }
    }
}
