// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Addresses} from "../../src/protocol/Addresses.sol";
import {ChainId, ChainIds} from "../../src/protocol/ChainId.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce, Nonces} from "../../src/protocol/Nonce.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";

/// @notice Chain ids, addresses and nonces against the sentences of sections 1 to 3.
contract ChainIdFuzz is FuzzBase {
    /// @dev Section 2, as plainly as it can be said.
    function _isValid(uint64 id) private pure returns (bool valid) {
        if (id >> 56 == 0x00) return id >= 1 && id <= 2 ** 56 - 1;
        if (id >> 56 == 0x53) return (id >> 32) & 0xffffff == 0;
        return false;
    }

    function testFuzz_requireValid_agreesWithTheSpec(uint64 id, uint8 shift, uint8 family) public view {
        // Small ids, and ids that are right or nearly so in their upper half, are too rare among random ones.
        uint64[4] memory ids = [id, id >> (shift % 64), (uint64(family) << 56) | uint32(id), (0x53 << 56) | (id >> 30)];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory call = abi.encodeCall(harness.chainValidate, (ChainId.wrap(ids[i])));
            if (_isValid(ids[i])) _assertEq(abi.decode(_read(call), (uint256)), ids[i] >> 56);
            else _assertRefused(call, ChainIds.InvalidChain.selector);
        }
    }

    function testFuzz_hasAddress_agreesWithTheSpec(uint256 chainSeed, bytes32 account, uint8 shift) public view {
        ChainId chain = _chain(chainSeed);
        bytes32[2] memory accounts = [account, account >> shift];
        for (uint256 i = 0; i < accounts.length; ++i) {
            bool isEvm = ChainId.unwrap(chain) >> 56 == 0;
            bool expected = accounts[i] != 0 && (!isEvm || bytes12(accounts[i]) == 0);
            require(harness.chainHasAddress(chain, accounts[i]) == expected, "hasAddress");
        }
        require(!harness.chainHasAddress(chain, 0), "zero");
    }

    function testFuzz_fromEvm_neverCutsAnIdOff(uint256 id, uint8 shift) public view {
        id >>= shift;
        bytes memory call = abi.encodeCall(harness.chainEvm, (id));
        if (id >= 1 && id < 2 ** 56) _assertEq(abi.decode(_read(call), (uint256)), id);
        else _assertRefused(call, ChainIds.InvalidChain.selector);
    }

    function testFuzz_toAddress_undoesToBytes32(address account) public pure {
        bytes32 padded = Addresses.toBytes32(account);
        _assertEq(padded, bytes32(abi.encode(account)));
        _assertEq(uint160(Addresses.toAddress(padded)), uint160(account));
    }

    function testFuzz_operators_compareWhole(uint64 left, uint64 right, uint8 bit) public pure {
        uint64[2] memory others = [right, left ^ uint64(1 << (bit % 64))];
        for (uint256 i = 0; i < others.length; ++i) {
            bool isEqual = left == others[i];
            require((ChainId.wrap(left) == ChainId.wrap(others[i])) == isEqual, "chain ids, ==");
            require((ChainId.wrap(left) != ChainId.wrap(others[i])) != isEqual, "chain ids, !=");
            require((Nonce.wrap(left) == Nonce.wrap(others[i])) == isEqual, "nonces, ==");
            require((Nonce.wrap(left) != Nonce.wrap(others[i])) != isEqual, "nonces, !=");
            MessageId id = MessageId.wrap(bytes32(uint256(left) << bit));
            MessageId other = MessageId.wrap(bytes32(uint256(others[i]) << bit));
            require((id == other) == (MessageId.unwrap(id) == MessageId.unwrap(other)), "message ids, ==");
            require((id != other) == (MessageId.unwrap(id) != MessageId.unwrap(other)), "message ids, !=");
        }
        require(ChainId.wrap(left) == ChainId.wrap(left) && Nonce.wrap(left) == Nonce.wrap(left), "itself");
    }

    function testFuzz_plus_staysInTheGeneration(
        uint16 generation,
        uint48 sequence,
        uint256 steps,
        uint8 shift
    ) public view {
        steps >>= shift;
        Nonce nonce = Nonces.pack(generation, sequence);
        bytes memory call = abi.encodeCall(harness.noncePlus, (nonce, steps));
        if (steps < 2 ** 48 && sequence + steps < 2 ** 48) {
            Nonce sum = abi.decode(_read(call), (Nonce));
            _assertEq(sum.generation(), generation);
            _assertEq(sum.sequence(), sequence + steps);
        } else {
            _assertRefused(call, Nonces.NonceOverflow.selector);
        }
    }
}
