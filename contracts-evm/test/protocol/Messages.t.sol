// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {MessageId, Messages} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";
import {ReferenceProtocol} from "../harness/ReferenceProtocol.sol";

/// @notice Messages against the plain-language reference, and against everything that is not a message (INV-01, INV-03).
contract MessagesFuzz is FuzzBase {
    struct Seed {
        uint256 kind;
        uint256 originChain;
        uint256 destinationChain;
        uint64 nonce;
        bytes32 sender;
        bytes32 recipient;
        uint32 executionGas;
        bytes32 outbox;
        bytes body;
    }

    function testFuzz_encode_agreesWithTheReference(Seed memory seed) public view {
        (ReferenceProtocol.Message memory fields, bytes32 outbox) = _message(seed);
        bytes memory expected = ReferenceProtocol.encode(fields);
        (MessageId id, bytes memory message) = harness.messageReencode(outbox, expected);
        _assertEq(message, expected);
        _assertEq(MessageId.unwrap(id), MessageId.unwrap(ReferenceProtocol.id(fields.originChain, outbox, expected)));
        _assertEq(MessageId.unwrap(id), MessageId.unwrap(harness.messageId(outbox, expected)));
    }

    function testFuzz_parse_givesBackWhatEncodeTook(Seed memory seed) public view {
        (ReferenceProtocol.Message memory fields, ) = _message(seed);
        bytes memory message = harness.messageEncode(
            fields.kind,
            fields.originChain,
            fields.destinationChain,
            fields.nonce,
            fields.sender,
            fields.recipient,
            fields.executionGas,
            fields.body
        );
        bytes memory decoded = _read(abi.encodeCall(harness.messageDecode, (message)));
        _assertEq(
            decoded,
            abi.encode(
                fields.kind,
                fields.originChain,
                fields.destinationChain,
                fields.nonce,
                fields.sender,
                fields.recipient,
                fields.executionGas,
                fields.body
            )
        );
    }

    function testFuzz_parse_takesWhatTheReferenceTakes(Seed memory seed, uint256 place, uint8 difference) public view {
        bytes memory message = _flip(_bytes(seed), place % 94, difference);
        bool isMessage;
        try this.referenceDecode(message) {
            isMessage = true;
        } catch {}
        bytes memory call = abi.encodeCall(harness.messageDecode, (message));
        if (isMessage) _read(call);
        else _assertRefused(call);
    }

    function testFuzz_parse_revertsIfTruncatedBelowTheHeader(Seed memory seed, uint256 length) public view {
        bytes memory cut = _cut(_bytes(seed), length % 94);
        _assertRefused(abi.encodeCall(harness.messageDecode, (cut)), Messages.InvalidMessageLength.selector);
    }

    function testFuzz_parse_revertsIfExtendedAboveTheLimit(Seed memory seed, bytes memory tail) public view {
        seed.body = new bytes(8192);
        bytes memory extended = abi.encodePacked(_bytes(seed), tail, uint8(0));
        _assertRefused(abi.encodeCall(harness.messageDecode, (extended)), Messages.InvalidMessageLength.selector);
    }

    function testFuzz_parse_revertsIfVersionIsUnknown(Seed memory seed, uint8 version) public view {
        bytes memory message = _bytes(seed);
        message[0] = bytes1(version == 1 ? 0 : version);
        _assertRefused(abi.encodeCall(harness.messageDecode, (message)), Messages.InvalidMessageVersion.selector);
    }

    function testFuzz_parse_revertsIfKindIsUnknown(Seed memory seed, uint8 kind) public view {
        bytes memory message = _bytes(seed);
        message[1] = bytes1(uint8(_within(kind, 2, 255)));
        _assertRefused(abi.encodeCall(harness.messageDecode, (message)), Messages.InvalidMessageKind.selector);
    }

    function testFuzz_id_changesWithEveryByte(Seed memory seed, uint256 place, uint8 difference) public view {
        (, bytes32 outbox) = _message(seed);
        bytes memory message = _bytes(seed);
        bytes32 id = MessageId.unwrap(harness.messageId(outbox, message));
        _assertOtherOrRefused(id, outbox, _flip(message, place, difference));
        _assertOtherOrRefused(id, bytes32(_flip(abi.encode(outbox), place, difference)), message);
    }

    function testFuzz_id_changesWithTheLength(Seed memory seed, uint256 length, bytes memory tail) public view {
        (, bytes32 outbox) = _message(seed);
        bytes memory message = _bytes(seed);
        bytes32 id = MessageId.unwrap(harness.messageId(outbox, message));
        _assertOtherOrRefused(id, outbox, _cut(message, length % message.length));
        _assertOtherOrRefused(id, outbox, abi.encodePacked(message, tail, uint8(0)));
    }

    function testFuzz_encode_revertsIfAFieldIsWrong(Seed memory seed, uint256 wrong, uint64 badChain) public view {
        (ReferenceProtocol.Message memory fields, bytes32 outbox) = _message(seed);
        ChainId chain = ChainId.wrap(badChain);
        bytes4 selector;
        wrong %= 6;
        if (wrong == 0) {
            (fields.kind, selector) = (uint8(_within(badChain, 2, 255)), Messages.InvalidMessageKind.selector);
        } else if (wrong == 1) {
            if (chain.isValid()) chain = ChainId.wrap(0);
            (fields.originChain, selector) = (chain, Messages.InvalidMessageOriginChain.selector);
        } else if (wrong == 2) {
            if (chain.isValid()) chain = fields.originChain;
            (fields.destinationChain, selector) = (chain, Messages.InvalidMessageDestinationChain.selector);
        } else if (wrong == 3) {
            (fields.sender, selector) = (0, Messages.InvalidMessageSender.selector);
        } else if (wrong == 4) {
            (fields.recipient, selector) = (0, Messages.InvalidMessageRecipient.selector);
        } else {
            (fields.body, selector) = (new bytes(8193 + (badChain % 64)), Messages.InvalidMessageLength.selector);
        }
        _assertRefused(
            abi.encodeCall(
                harness.messageEncode,
                (
                    fields.kind,
                    fields.originChain,
                    fields.destinationChain,
                    fields.nonce,
                    fields.sender,
                    fields.recipient,
                    fields.executionGas,
                    fields.body
                )
            ),
            selector
        );
        // The same where the fields come as bytes.
        bytes memory message = ReferenceProtocol.encode(fields);
        _assertRefused(abi.encodeCall(harness.messageId, (outbox, message)), selector);
    }

    /// @dev The reference reads calldata, so it is called from outside.
    function referenceDecode(bytes calldata message) external pure {
        ReferenceProtocol.decode(message);
    }

    function _assertOtherOrRefused(bytes32 id, bytes32 outbox, bytes memory message) private view {
        (bool success, bytes memory data) = _try(abi.encodeCall(harness.messageId, (outbox, message)));
        if (success) require(bytes32(data) != id, "two messages, one id");
        else _assertRefused(abi.encodeCall(harness.messageId, (outbox, message)));
    }

    function _message(Seed memory seed) private pure returns (ReferenceProtocol.Message memory fields, bytes32 outbox) {
        fields.kind = uint8(seed.kind % 2);
        fields.originChain = _chain(seed.originChain);
        fields.destinationChain = _chainBut(fields.originChain, seed.destinationChain);
        fields.nonce = Nonce.wrap(seed.nonce);
        fields.sender = _account(fields.originChain, seed.sender);
        fields.recipient = _account(fields.destinationChain, seed.recipient);
        fields.executionGas = seed.executionGas;
        fields.body = seed.body;
        outbox = _account(fields.originChain, seed.outbox);
    }

    function _bytes(Seed memory seed) private pure returns (bytes memory message) {
        (ReferenceProtocol.Message memory fields, ) = _message(seed);
        return ReferenceProtocol.encode(fields);
    }
}
