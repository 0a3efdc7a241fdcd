// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calldata} from "./Calldata.sol";
import {ChainId} from "./ChainId.sol";
import {Nonce} from "./Nonce.sol";

/// @notice A statement in calldata that has passed every rule of section 7. Only `Statements.parse` makes one.
/// @dev The value is the statement's position in the calldata of the running call, and worth nothing outside of it:
/// never store it or pass it on.
type StatementView is uint256;

using StatementViews for StatementView global;

/// @title StatementViews
/// @notice The fields and the digest of a proven statement; `Statements` has the layout, and the rules that it has
/// passed.
library StatementViews {
    /// @notice Bytes of a statement.
    uint256 internal constant LENGTH = 204;

    /// @notice A view over bytes, nothing checked: for `Statements.parse`, which checks it.
    /// @param statement The statement.
    /// @return self The view.
    function over(bytes calldata statement) internal pure returns (StatementView self) {
        return StatementView.wrap(Calldata.position(statement));
    }

    /// @notice What is signed: the hash of a statement.
    /// @param self The statement.
    /// @return value `hash(statement)`.
    function digest(StatementView self) internal pure returns (bytes32 value) {
        return Calldata.hash(StatementView.unwrap(self), LENGTH);
    }

    /// @notice The tag that a statement opens with.
    /// @param self The statement.
    /// @return value TAG_STATEMENT once the statement is proven.
    function tag(StatementView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 0));
    }

    /// @notice The chain that the messages of a statement left.
    /// @param self The statement.
    /// @return value A valid chain id.
    function originChain(StatementView self) internal pure returns (ChainId value) {
        return ChainId.wrap(uint64(_word(self, 32) >> 192));
    }

    /// @notice The outbox that the messages of a statement left by.
    /// @param self The statement.
    /// @return value The address, well formed for the origin chain.
    function originOutbox(StatementView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 40));
    }

    /// @notice The chain that the messages of a statement go to.
    /// @param self The statement.
    /// @return value A valid chain id, not the origin chain.
    function destinationChain(StatementView self) internal pure returns (ChainId value) {
        return ChainId.wrap(uint64(_word(self, 72) >> 192));
    }

    /// @notice The inbox that the messages of a statement go to.
    /// @param self The statement.
    /// @return value The address, well formed for the destination chain.
    function destinationInbox(StatementView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 80));
    }

    /// @notice How high on the origin chain a statement is anchored.
    /// @param self The statement.
    /// @return value Block number, or checkpoint sequence number.
    function anchorHeight(StatementView self) internal pure returns (uint64 value) {
        return uint64(_word(self, 112) >> 192);
    }

    /// @notice What a statement is anchored in.
    /// @param self The statement.
    /// @return value Execution block hash, or checkpoint digest; not zero.
    function anchorHash(StatementView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 120));
    }

    /// @notice When the anchor of a statement was made.
    /// @param self The statement.
    /// @return value Seconds since 1970.
    function anchorTimestampSeconds(StatementView self) internal pure returns (uint64 value) {
        return uint64(_word(self, 152) >> 192);
    }

    /// @notice The nonce of the first message of a statement; message `i` has `firstNonce().plus(i)`.
    /// @param self The statement.
    /// @return value The nonce. The whole run lies in its generation.
    function firstNonce(StatementView self) internal pure returns (Nonce value) {
        return Nonce.wrap(uint64(_word(self, 152) >> 128));
    }

    /// @notice How many messages a statement is about.
    /// @param self The statement.
    /// @return value 1 to 256.
    function messageCount(StatementView self) internal pure returns (uint32 value) {
        return uint32(_word(self, 152) >> 96);
    }

    /// @notice The root of the tree over the messages of a statement.
    /// @param self The statement.
    /// @return value The root, not zero.
    function messagesRoot(StatementView self) internal pure returns (bytes32 value) {
        return bytes32(_word(self, 172));
    }

    /// @dev The 32 bytes at `offset` of a statement; no field is read with an offset above 172, so they lie in it.
    function _word(StatementView self, uint256 offset) private pure returns (uint256 value) {
        // Cannot wrap: a position is below the size of the calldata.
        unchecked {
            return uint256(Calldata.word(StatementView.unwrap(self) + offset));
        }
    }
}
