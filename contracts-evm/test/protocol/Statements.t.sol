// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {Nonces} from "../../src/protocol/Nonce.sol";
import {Statement, Statements} from "../../src/protocol/Statements.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";

/// @notice Statements there and back, and everything that is not a statement (INV-01, INV-02, INV-06, INV-07).
contract StatementsFuzz is FuzzBase {
    function testFuzz_parse_givesBackWhatEncodeTook(Statement memory seed) public view {
        Statement memory fields = _statement(seed);
        bytes memory statement = harness.statementEncode(fields);
        _assertEq(statement.length, 204);
        _assertEq(_read(abi.encodeCall(harness.statementDecode, (statement))), abi.encode(fields));
        _assertEq(harness.statementDigest(statement), keccak256(statement));
    }

    function testFuzz_parse_revertsIfTruncatedOrExtended(
        Statement memory seed,
        uint256 length,
        bytes memory tail
    ) public view {
        bytes memory statement = harness.statementEncode(_statement(seed));
        bytes4 selector = Statements.InvalidStatementLength.selector;
        bytes memory cut = _cut(statement, length % 204);
        _assertRefused(abi.encodeCall(harness.statementDecode, (cut)), selector);
        bytes memory extended = abi.encodePacked(statement, tail, uint8(0));
        _assertRefused(abi.encodeCall(harness.statementDecode, (extended)), selector);
    }

    function testFuzz_parse_revertsIfTheTagIsAnother(
        Statement memory seed,
        uint256 place,
        uint8 difference
    ) public view {
        bytes memory statement = _flip(harness.statementEncode(_statement(seed)), place % 32, difference);
        _assertRefused(abi.encodeCall(harness.statementDecode, (statement)), Statements.InvalidStatementTag.selector);
    }

    function testFuzz_digest_changesWithEveryByte(Statement memory seed, uint256 place, uint8 difference) public view {
        bytes memory statement = harness.statementEncode(_statement(seed));
        bytes memory flipped = _flip(statement, place, difference);
        bytes memory call = abi.encodeCall(harness.statementDigest, (flipped));
        (bool success, bytes memory data) = _try(call);
        if (!success) {
            _assertRefused(call);
            return;
        }
        require(bytes32(data) != keccak256(statement), "same digest");
        // What is taken in another form has another value, and that value has this form alone.
        Statement memory fields = harness.statementDecode(flipped);
        _assertEq(harness.statementEncode(fields), flipped);
    }

    function testFuzz_parse_revertsIfAFieldIsWrong(Statement memory seed, uint256 wrong, uint64 bad) public view {
        Statement memory fields = _statement(seed);
        ChainId chain = ChainId.wrap(bad);
        bytes4 selector;
        wrong %= 8;
        if (wrong == 0) {
            if (chain.isValid()) chain = ChainId.wrap(0);
            (fields.originChain, selector) = (chain, Statements.InvalidStatementOriginChain.selector);
        } else if (wrong == 1) {
            (fields.originOutbox, selector) = (0, Statements.InvalidStatementOriginOutbox.selector);
        } else if (wrong == 2) {
            if (chain.isValid()) chain = fields.originChain;
            (fields.destinationChain, selector) = (chain, Statements.InvalidStatementDestinationChain.selector);
        } else if (wrong == 3) {
            (fields.destinationInbox, selector) = (0, Statements.InvalidStatementDestinationInbox.selector);
        } else if (wrong == 4) {
            (fields.anchorHash, selector) = (0, Statements.InvalidStatementAnchorHash.selector);
        } else if (wrong == 5) {
            uint32 count = uint32(bad) >= 1 && uint32(bad) <= 256 ? 0 : uint32(bad);
            (fields.messageCount, selector) = (count, Statements.InvalidStatementCount.selector);
        } else if (wrong == 6) {
            fields.messageCount = uint32(_within(bad, 2, 256));
            uint48 sequence = uint48(_within(bad >> 8, 2 ** 48 - fields.messageCount + 1, 2 ** 48 - 1));
            fields.firstNonce = Nonces.pack(uint16(bad), sequence);
            selector = Statements.InvalidStatementNonce.selector;
        } else {
            (fields.messagesRoot, selector) = (0, Statements.InvalidStatementRoot.selector);
        }
        _assertRefused(abi.encodeCall(harness.statementEncode, (fields)), selector);
        _assertRefused(abi.encodeCall(harness.statementDecode, (_pack(fields))), selector);
    }

    function _statement(Statement memory seed) private pure returns (Statement memory fields) {
        fields = seed;
        fields.originChain = _chain(uint256(keccak256(abi.encode(seed.originChain))));
        fields.originOutbox = _account(fields.originChain, seed.originOutbox);
        fields.destinationChain = _chainBut(fields.originChain, uint256(keccak256(abi.encode(seed.destinationChain))));
        fields.destinationInbox = _account(fields.destinationChain, seed.destinationInbox);
        if (fields.anchorHash == 0) fields.anchorHash = "anchor";
        fields.messageCount = uint32(_within(seed.messageCount, 1, 256));
        uint256 sequence = seed.firstNonce.sequence();
        if (sequence + fields.messageCount > 2 ** 48) sequence = 2 ** 48 - fields.messageCount;
        fields.firstNonce = Nonces.pack(seed.firstNonce.generation(), uint48(sequence));
        if (fields.messagesRoot == 0) fields.messagesRoot = "root";
    }

    /// @dev The layout of section 7 without its rules.
    function _pack(Statement memory fields) private pure returns (bytes memory statement) {
        return
            bytes.concat(
                abi.encodePacked(keccak256("corridor.statement.v1"), fields.originChain, fields.originOutbox),
                abi.encodePacked(fields.destinationChain, fields.destinationInbox),
                abi.encodePacked(fields.anchorHeight, fields.anchorHash, fields.anchorTimestampSeconds),
                abi.encodePacked(fields.firstNonce, fields.messageCount, fields.messagesRoot)
            );
    }
}
