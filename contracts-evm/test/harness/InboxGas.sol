// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {Leaf, MerkleTree} from "../../src/protocol/MerkleTree.sol";
import {MessageId, Messages} from "../../src/protocol/Messages.sol";
import {MessageView} from "../../src/protocol/MessageView.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {SignatureCursor, Signatures} from "../../src/protocol/Signatures.sol";
import {Statements} from "../../src/protocol/Statements.sol";
import {StatementView} from "../../src/protocol/StatementView.sol";
import {GasMeter} from "./GasMeter.sol";

/// @title InboxGas
/// @notice Measures what an inbox uses.
contract InboxGas is GasMeter {
    function decodeHash(bytes32 outbox, bytes calldata message) external returns (uint256 used) {
        uint256 left = gasleft();
        MessageView decoded = Messages.parse(message);
        _keep(_mix(decoded) ^ MessageId.unwrap(Messages.id(decoded, outbox)));
        return left - gasleft();
    }

    function plainLeaf(Nonce nonce, MessageId id) external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(Leaf.unwrap(MerkleTree.plainLeaf(nonce, id)));
        return left - gasleft();
    }

    function root(Leaf[] memory leaves) external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(MerkleTree.root(leaves));
        return left - gasleft();
    }

    function merkleVerify(
        bytes32 expectedRoot,
        Leaf leaf,
        uint256 index,
        uint256 count,
        bytes calldata proof
    ) external returns (uint256 used) {
        uint256 left = gasleft();
        MerkleTree.verify(expectedRoot, leaf, index, count, proof);
        _keep(0);
        return left - gasleft();
    }

    function statementDecodeDigest(bytes calldata statement) external returns (uint256 used) {
        uint256 left = gasleft();
        StatementView decoded = Statements.parse(statement);
        _keep(_mix(decoded) ^ decoded.digest());
        return left - gasleft();
    }

    function recoverCursor(bytes32 digest, bytes calldata signatures) external returns (uint256 used) {
        uint256 left = gasleft();
        uint256 mixed = 0;
        SignatureCursor cursor = Signatures.start(signatures);
        while (cursor.hasNext()) {
            address signer;
            (signer, cursor) = cursor.next(digest);
            mixed ^= uint160(signer);
        }
        _keep(bytes32(mixed));
        return left - gasleft();
    }

    function _mix(MessageView decoded) private pure returns (bytes32 mixed) {
        return
            bytes32(
                uint256(decoded.kind()) ^
                    ChainId.unwrap(decoded.destinationChain()) ^
                    Nonce.unwrap(decoded.nonce()) ^
                    decoded.executionGas() ^
                    decoded.body().length
            ) ^
            decoded.sender() ^
            decoded.recipient();
    }

    function _mix(StatementView decoded) private pure returns (bytes32 mixed) {
        return
            bytes32(
                uint256(ChainId.unwrap(decoded.originChain())) ^
                    ChainId.unwrap(decoded.destinationChain()) ^
                    decoded.anchorHeight() ^
                    decoded.anchorTimestampSeconds() ^
                    Nonce.unwrap(decoded.firstNonce()) ^
                    decoded.messageCount()
            ) ^
            decoded.originOutbox() ^
            decoded.destinationInbox() ^
            decoded.anchorHash() ^
            decoded.messagesRoot();
    }
}
