// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calldata} from "./Calldata.sol";
import {ChainId} from "./ChainId.sol";
import {Nonce} from "./Nonce.sol";

/// @notice A message in calldata that has passed every rule of section 4. Only `Messages.parse` makes one.
/// @dev Layout, most significant bits on the left:
///
///   256                                128                               0
///    |   position in the calldata:128   |        length in bytes:128     |
///
/// It points into the calldata of the running call and is worth nothing outside of it: never store it or pass it on.
type MessageView is uint256;

using MessageViews for MessageView global;

/// @title MessageViews
/// @notice The fields of a proven message; `Messages` has the layout, and the rules that it has passed.
library MessageViews {
    /// @notice A view over bytes, nothing checked: for `Messages.parse`, which checks it.
    /// @param message The whole message.
    /// @return self The view.
    function over(bytes calldata message) internal pure returns (MessageView self) {
        // Position and length are below the size of the calldata, so far below 2^128.
        return MessageView.wrap((Calldata.position(message) << 128) | message.length);
    }

    /// @notice Where a message lies.
    /// @param self The message.
    /// @return position Byte offset from the start of the calldata.
    /// @return length Bytes of the whole message.
    function place(MessageView self) internal pure returns (uint256 position, uint256 length) {
        uint256 packed = MessageView.unwrap(self);
        return (packed >> 128, uint128(packed));
    }

    /// @notice What a message opens with: all before its sender.
    /// @param self The message.
    /// @return value 26 bytes, right-aligned.
    function head(MessageView self) internal pure returns (uint256 value) {
        return _word(self, 0) >> 48;
    }

    /// @notice The version of a message.
    /// @param self The message.
    /// @return value 1 once the message is proven.
    function version(MessageView self) internal pure returns (uint8 value) {
        // The casts of a shifted word, here and below, keep the bytes of one field and drop those before it.
        return uint8(_word(self, 0) >> 248);
    }

    /// @notice The kind of a message.
    /// @param self The message.
    /// @return value `Messages.KIND_PLAIN` or `Messages.KIND_CONFIDENTIAL`.
    function kind(MessageView self) internal pure returns (uint8 value) {
        return uint8(_word(self, 0) >> 240);
    }

    /// @notice The chain that a message left.
    /// @param self The message.
    /// @return value A valid chain id.
    function originChain(MessageView self) internal pure returns (ChainId value) {
        return ChainId.wrap(uint64(_word(self, 0) >> 176));
    }

    /// @notice The chain that a message goes to.
    /// @param self The message.
    /// @return value A valid chain id, not the origin chain.
    function destinationChain(MessageView self) internal pure returns (ChainId value) {
        return ChainId.wrap(uint64(_word(self, 0) >> 112));
    }

    /// @notice The number of a message in its lane.
    /// @param self The message.
    /// @return value The nonce.
    function nonce(MessageView self) internal pure returns (Nonce value) {
        return Nonce.wrap(uint64(_word(self, 0) >> 48));
    }

    /// @notice Who sent a message.
    /// @param self The message.
    /// @return value The address, well formed for the origin chain.
    function sender(MessageView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 26));
    }

    /// @notice To whom a message goes.
    /// @param self The message.
    /// @return value The address, well formed for the destination chain.
    function recipient(MessageView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 58));
    }

    /// @notice What the recipient of a message is promised on an EVM chain.
    /// @param self The message.
    /// @return value Gas.
    function executionGas(MessageView self) internal pure returns (uint32 value) {
        return uint32(_word(self, 62));
    }

    /// @notice What a message carries.
    /// @param self The message.
    /// @return value The body, still in calldata.
    function body(MessageView self) internal pure returns (bytes calldata value) {
        (uint256 position, uint256 length) = self.place();
        assembly ("memory-safe") {
            // The view's range without its header; `parse` has seen to it that the length is at least 94.
            value.offset := add(position, 94)
            value.length := sub(length, 94)
        }
    }

    /// @dev The 32 bytes at `offset` of a message; no field is read with an offset above 62, so they lie in its header.
    function _word(MessageView self, uint256 offset) private pure returns (uint256 value) {
        (uint256 position, ) = self.place();
        // Cannot wrap: a position is below the size of the calldata.
        unchecked {
            return uint256(Calldata.word(position + offset));
        }
    }
}
