// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signatures} from "../../src/protocol/Signatures.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";

/// @notice Signatures of the test runner's own signer, and every way to bend them (INV-05).
contract SignaturesFuzz is FuzzBase {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function testFuzz_recover_givesTheSigner(uint256 key, bytes memory message) public view {
        key = _key(key);
        _assertEq(uint160(harness.signatureRecover(message, _sign(key, message))), uint160(vm.addr(key)));
    }

    function testFuzz_recover_revertsIfHighS(uint256 key, bytes memory message) public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(key), keccak256(message));
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), uint8(v == 27 ? 28 : 27));
        _assertRefused(
            abi.encodeCall(harness.signatureRecover, (message, twin)),
            Signatures.InvalidSignatureS.selector
        );
    }

    function testFuzz_recover_revertsIfVIsUnknown(uint256 key, bytes memory message, uint8 v) public view {
        if (v == 27 || v == 28) v += 2;
        (, bytes32 r, bytes32 s) = vm.sign(_key(key), keccak256(message));
        _assertRefused(
            abi.encodeCall(harness.signatureRecover, (message, abi.encodePacked(r, s, v))),
            Signatures.InvalidSignatureV.selector
        );
    }

    function testFuzz_recover_revertsIfTruncatedOrExtended(
        uint256 key,
        bytes memory message,
        uint256 length,
        bytes memory tail
    ) public view {
        bytes memory signature = _sign(_key(key), message);
        bytes4 selector = Signatures.InvalidSignatureLength.selector;
        _assertRefused(abi.encodeCall(harness.signatureRecover, (message, _cut(signature, length % 65))), selector);
        bytes memory extended = abi.encodePacked(signature, tail, uint8(27));
        _assertRefused(abi.encodeCall(harness.signatureRecover, (message, extended)), selector);
    }

    function testFuzz_recover_givesAnotherSignerIfAByteChanges(
        uint256 key,
        bytes memory message,
        uint256 place,
        uint8 difference
    ) public view {
        key = _key(key);
        bytes memory signature = _sign(key, message);
        _assertNot(vm.addr(key), message, _flip(signature, place, difference));
        _assertNot(vm.addr(key), _flip(abi.encodePacked(message, "."), place, difference), signature);
    }

    function testFuzz_recoverSet_givesTheSignersInOrder(bytes32 seed, bytes memory message, uint256 count) public view {
        uint256[] memory keys = _keys(seed, _within(count, 1, 32));
        address[] memory signers = harness.signatureRecoverSet(message, _set(keys, message));
        _assertEq(signers.length, keys.length);
        for (uint256 i = 0; i < keys.length; ++i) _assertEq(uint160(signers[i]), uint160(vm.addr(keys[i])));
        (address last, uint256 remaining) = harness.signatureWalk(message, _set(keys, message), keys.length);
        _assertEq(uint160(last), uint160(signers[keys.length - 1]));
        _assertEq(remaining, 0);
    }

    function testFuzz_recoverSet_revertsIfTwoSignersChangePlaces(
        bytes32 seed,
        bytes memory message,
        uint256 first,
        uint256 second
    ) public view {
        uint256[] memory keys = _keys(seed, 6);
        (first, second) = (first % 6, second % 6);
        if (first == second) second = (second + 1) % 6;
        (keys[first], keys[second]) = (keys[second], keys[first]);
        _assertRefused(
            abi.encodeCall(harness.signatureRecoverSet, (message, _set(keys, message))),
            Signatures.UnorderedSigners.selector
        );
    }

    function testFuzz_recoverSet_revertsIfASignerIsThereTwice(
        bytes32 seed,
        bytes memory message,
        uint256 first,
        uint256 second
    ) public view {
        uint256[] memory keys = _keys(seed, 6);
        (first, second) = (first % 6, second % 6);
        if (first == second) second = (second + 1) % 6;
        keys[first] = keys[second];
        _assertRefused(
            abi.encodeCall(harness.signatureRecoverSet, (message, _set(keys, message))),
            Signatures.UnorderedSigners.selector
        );
    }

    function testFuzz_recoverSet_revertsIfTruncatedOrExtended(
        bytes32 seed,
        bytes memory message,
        uint256 length,
        uint256 more
    ) public view {
        bytes memory set = _set(_keys(seed, 3), message);
        bytes4 selector = Signatures.InvalidSignatureLength.selector;
        // Every length that is no multiple of 65.
        length %= set.length;
        if (length % 65 == 0) ++length;
        _assertRefused(abi.encodeCall(harness.signatureRecoverSet, (message, _cut(set, length))), selector);
        bytes memory extended = abi.encodePacked(set, new bytes(_within(more, 1, 64)));
        _assertRefused(abi.encodeCall(harness.signatureRecoverSet, (message, extended)), selector);
    }

    function testFuzz_recoverSet_revertsIfThereAreMoreThan32(bytes32 seed, bytes memory message) public view {
        _assertRefused(
            abi.encodeCall(harness.signatureRecoverSet, (message, _set(_keys(seed, 33), message))),
            Signatures.InvalidSignatureCount.selector
        );
    }

    function _assertNot(address signer, bytes memory message, bytes memory signature) private view {
        bytes memory call = abi.encodeCall(harness.signatureRecover, (message, signature));
        (bool success, bytes memory data) = _try(call);
        if (success) require(abi.decode(data, (address)) != signer, "same signer");
        else _assertRefused(call);
    }

    function _key(uint256 seed) private pure returns (uint256 key) {
        return _within(seed, 1, ORDER - 1);
    }

    function _sign(uint256 key, bytes memory message) private pure returns (bytes memory signature) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(message));
        return abi.encodePacked(r, s, v);
    }

    function _set(uint256[] memory keys, bytes memory message) private pure returns (bytes memory set) {
        for (uint256 i = 0; i < keys.length; ++i) set = abi.encodePacked(set, _sign(keys[i], message));
    }

    /// @dev Keys in ascending order of their addresses, by insertion.
    function _keys(bytes32 seed, uint256 count) private pure returns (uint256[] memory keys) {
        keys = new uint256[](count);
        address[] memory signers = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = _key(uint256(keccak256(abi.encode(seed, i))));
            address signer = vm.addr(key);
            uint256 place = i;
            for (; place > 0 && signers[place - 1] > signer; --place) {
                (keys[place], signers[place]) = (keys[place - 1], signers[place - 1]);
            }
            (keys[place], signers[place]) = (key, signer);
        }
    }
}
