// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId, ChainIds} from "../../src/protocol/ChainId.sol";
import {Leaf, MerkleTree} from "../../src/protocol/MerkleTree.sol";
import {IMessageSent} from "../../src/protocol/MessageSent.sol";
import {MessageId, Messages} from "../../src/protocol/Messages.sol";
import {MessageView} from "../../src/protocol/MessageView.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {Registration, Registrations} from "../../src/protocol/Registrations.sol";
import {Revocations} from "../../src/protocol/Revocations.sol";
import {SignatureCursor, Signatures} from "../../src/protocol/Signatures.sol";
import {Statement, Statements} from "../../src/protocol/Statements.sol";
import {StatementView} from "../../src/protocol/StatementView.sol";

/// @title ProtocolHarness
/// @notice One external function for each operation of test/vectors/README.md, named after it, and a few more for what
/// the vectors cannot ask. The functions add nothing to the libraries but calldata and return data.
contract ProtocolHarness is IMessageSent {
    /// @dev Well formed for every chain: for encoders whose outbox is not part of what they return.
    bytes32 private constant ANY_OUTBOX = bytes32(uint256(1));

    struct Outcome {
        bool success;
        bytes data;
    }

    /// @notice Makes many calls to this contract and tells how each went.
    function batch(bytes[] calldata calls) external view returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (outcomes[i].success, outcomes[i].data) = address(this).staticcall(calls[i]);
        }
    }

    function chainValidate(ChainId chain) external pure returns (uint8 family) {
        chain.requireValid();
        return chain.family();
    }

    function chainHasAddress(ChainId chain, bytes32 account) external pure returns (bool wellFormed) {
        return chain.hasAddress(account);
    }

    function chainSui(bytes4 identifier) external pure returns (ChainId chain) {
        return ChainIds.fromSui(identifier);
    }

    function chainEvm(uint256 eip155Id) external pure returns (ChainId chain) {
        return ChainIds.fromEvm(eip155Id);
    }

    function nonceSplit(Nonce nonce) external pure returns (uint16 generation, uint48 sequence) {
        return (nonce.generation(), nonce.sequence());
    }

    function noncePlus(Nonce nonce, uint256 steps) external pure returns (Nonce sum) {
        return nonce.plus(steps);
    }

    function messageDecode(
        bytes calldata message
    )
        external
        pure
        returns (
            uint8 kind,
            ChainId originChain,
            ChainId destinationChain,
            Nonce nonce,
            bytes32 sender,
            bytes32 recipient,
            uint32 executionGas,
            bytes memory body
        )
    {
        MessageView decoded = Messages.parse(message);
        kind = decoded.kind();
        originChain = decoded.originChain();
        destinationChain = decoded.destinationChain();
        nonce = decoded.nonce();
        sender = decoded.sender();
        recipient = decoded.recipient();
        executionGas = decoded.executionGas();
        body = decoded.body();
    }

    function messageEncode(
        uint8 kind,
        ChainId originChain,
        ChainId destinationChain,
        Nonce nonce,
        bytes32 sender,
        bytes32 recipient,
        uint32 executionGas,
        bytes calldata body
    ) external pure returns (bytes memory message) {
        (, message) = Messages.encode({
            kind: kind,
            originChain: originChain,
            originOutbox: ANY_OUTBOX,
            destinationChain: destinationChain,
            nonce: nonce,
            sender: sender,
            recipient: recipient,
            executionGas: executionGas,
            body: body
        });
    }

    function messageId(bytes32 outbox, bytes calldata message) external pure returns (MessageId id) {
        return Messages.id(Messages.parse(message), outbox);
    }

    /// @notice Takes a message apart and puts it together again, as an outbox does from its arguments.
    /// @dev Fills memory behind the message before it returns, so that a buffer given back too early shows.
    function messageReencode(
        bytes32 outbox,
        bytes calldata message
    ) external pure returns (MessageId id, bytes memory again) {
        (id, again) = _reencode(outbox, Messages.parse(message));
        bytes memory behind = new bytes(64);
        for (uint256 i = 0; i < behind.length; ++i) behind[i] = 0xff;
    }

    function messageSentEvm(bytes32 outbox, bytes calldata message) external {
        MessageView decoded = Messages.parse(message);
        (MessageId id, bytes memory again) = _reencode(outbox, decoded);
        emit MessageSent(id, decoded.destinationChain(), again);
    }

    function merklePlainLeaf(Nonce nonce, MessageId id) external pure returns (Leaf leaf) {
        return MerkleTree.plainLeaf(nonce, id);
    }

    function merkleConfidentialLeaf(Nonce nonce, MessageId id, bytes32 deliveryHash) external pure returns (Leaf leaf) {
        return MerkleTree.confidentialLeaf(nonce, id, deliveryHash);
    }

    function merkleRoot(Leaf[] memory leaves) external pure returns (bytes32 root) {
        return MerkleTree.root(leaves);
    }

    function merkleVerify(bytes32 root, Leaf leaf, uint256 index, uint256 count, bytes calldata proof) external pure {
        MerkleTree.verify(root, leaf, index, count, proof);
    }

    /// @notice Verifies with an empty slice that lies at the very start of the calldata.
    function merkleVerifyNothing(bytes32 root, Leaf leaf, uint256 index, uint256 count) external pure {
        MerkleTree.verify(root, leaf, index, count, msg.data[:0]);
    }

    function statementDecode(bytes calldata statement) external pure returns (Statement memory fields) {
        StatementView decoded = Statements.parse(statement);
        fields.originChain = decoded.originChain();
        fields.originOutbox = decoded.originOutbox();
        fields.destinationChain = decoded.destinationChain();
        fields.destinationInbox = decoded.destinationInbox();
        fields.anchorHeight = decoded.anchorHeight();
        fields.anchorHash = decoded.anchorHash();
        fields.anchorTimestampSeconds = decoded.anchorTimestampSeconds();
        fields.firstNonce = decoded.firstNonce();
        fields.messageCount = decoded.messageCount();
        fields.messagesRoot = decoded.messagesRoot();
    }

    function statementEncode(Statement calldata fields) external pure returns (bytes memory statement) {
        return Statements.encode(fields);
    }

    function statementDigest(bytes calldata statement) external pure returns (bytes32 digest) {
        return Statements.parse(statement).digest();
    }

    function signatureRecover(bytes calldata message, bytes calldata signature) external pure returns (address signer) {
        return Signatures.recover(keccak256(message), signature);
    }

    function signatureRecoverSet(
        bytes calldata message,
        bytes calldata signatures
    ) external pure returns (address[] memory signers) {
        return Signatures.recoverSet(keccak256(message), signatures);
    }

    /// @notice Walks `steps` signatures of a set, whether there are so many or not.
    function signatureWalk(
        bytes calldata message,
        bytes calldata signatures,
        uint256 steps
    ) external pure returns (address signer, uint256 remaining) {
        bytes32 digest = keccak256(message);
        SignatureCursor cursor = Signatures.start(signatures);
        for (uint256 i = 0; i < steps; ++i) (signer, cursor) = cursor.next(digest);
        return (signer, cursor.remaining());
    }

    function registrationHash(Registration calldata registration) external pure returns (bytes32 hash) {
        return Registrations.hash(registration);
    }

    function registrationCheck(Registration calldata registration, bytes calldata reportData) external pure {
        Registrations.check(registration, reportData);
    }

    function revocationDecode(bytes calldata revocation) external pure returns (uint8 kind, bytes32 target) {
        (kind, target, ) = Revocations.decode(revocation);
    }

    function revocationEncode(uint8 kind, bytes32 target) external pure returns (bytes memory revocation) {
        return Revocations.encode(kind, target);
    }

    function revocationDigest(bytes calldata revocation) external pure returns (bytes32 digest) {
        (, , digest) = Revocations.decode(revocation);
    }

    function _reencode(bytes32 outbox, MessageView decoded) private pure returns (MessageId id, bytes memory again) {
        return
            Messages.encode({
                kind: decoded.kind(),
                originChain: decoded.originChain(),
                originOutbox: outbox,
                destinationChain: decoded.destinationChain(),
                nonce: decoded.nonce(),
                sender: decoded.sender(),
                recipient: decoded.recipient(),
                executionGas: decoded.executionGas(),
                body: decoded.body()
            });
    }
}
