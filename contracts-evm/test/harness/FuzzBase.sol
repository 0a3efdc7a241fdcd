// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../../src/protocol/ChainId.sol";
import {ProtocolHarness} from "./ProtocolHarness.sol";

/// @notice The cheatcodes of Hardhat's test runner that are used here.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address account);

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

/// @title FuzzBase
/// @notice What the fuzz tests share: the harness, assertions, and inputs bent into the range that a test is about.
abstract contract FuzzBase {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    ProtocolHarness internal harness;

    error Unequal(bytes left, bytes right);
    error NotRefused(bytes returned);
    error RefusedOtherwise(bytes4 expected, bytes actual);
    error Refused(bytes reason);

    function setUp() public {
        harness = new ProtocolHarness();
    }

    /// @dev Calls the harness, whatever comes of it.
    function _try(bytes memory call) internal view returns (bool success, bytes memory data) {
        return address(harness).staticcall(call);
    }

    /// @dev Calls the harness, which must succeed.
    function _read(bytes memory call) internal view returns (bytes memory data) {
        bool success;
        (success, data) = _try(call);
        if (!success) revert Refused(data);
    }

    /// @dev Calls the harness, which must revert with this error, whatever the error's arguments.
    function _assertRefused(bytes memory call, bytes4 selector) internal view {
        (bool success, bytes memory data) = _try(call);
        if (success) revert NotRefused(data);
        if (bytes4(data) != selector) revert RefusedOtherwise(selector, data);
    }

    /// @dev Calls the harness, which must revert with an error of the protocol: no panic, no bare revert.
    function _assertRefused(bytes memory call) internal view {
        (bool success, bytes memory data) = _try(call);
        if (success) revert NotRefused(data);
        bytes4 selector = bytes4(data);
        require(data.length >= 4, "reverts without saying why");
        require(selector != bytes4(keccak256("Panic(uint256)")), "panics");
        require(selector != bytes4(keccak256("Error(string)")), "reverts with a string");
    }

    function _assertEq(bytes memory left, bytes memory right) internal pure {
        if (keccak256(left) != keccak256(right)) revert Unequal(left, right);
    }

    function _assertEq(bytes32 left, bytes32 right) internal pure {
        if (left != right) revert Unequal(abi.encode(left), abi.encode(right));
    }

    function _assertEq(uint256 left, uint256 right) internal pure {
        if (left != right) revert Unequal(abi.encode(left), abi.encode(right));
    }

    /// @dev A number from `low` to `high`, both included.
    function _within(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256 value) {
        return low + (seed % (high - low + 1));
    }

    /// @dev A valid chain id, of either family.
    function _chain(uint256 seed) internal pure returns (ChainId chain) {
        uint256 id = seed % 2 == 0 ? _within(seed >> 1, 1, type(uint56).max) : (0x53 << 56) | uint32(seed >> 1);
        return ChainId.wrap(uint64(id));
    }

    /// @dev Another valid chain id.
    function _chainBut(ChainId chain, uint256 seed) internal pure returns (ChainId other) {
        other = _chain(seed);
        return other == chain ? _chain(seed ^ 2) : other;
    }

    /// @dev An address that is well formed for a chain.
    function _account(ChainId chain, bytes32 seed) internal pure returns (bytes32 account) {
        account = ChainId.unwrap(chain) >> 56 == 0 ? bytes32(uint256(uint160(uint256(seed)))) : seed;
        return account == 0 ? bytes32(uint256(1)) : account;
    }

    /// @dev The same bytes but for one, which changes by `difference`, or by 1 where that is zero.
    function _flip(bytes memory data, uint256 seed, uint8 difference) internal pure returns (bytes memory flipped) {
        flipped = abi.encodePacked(data);
        flipped[seed % data.length] ^= bytes1(difference == 0 ? 1 : difference);
    }

    /// @dev The first `length` bytes.
    function _cut(bytes memory data, uint256 length) internal pure returns (bytes memory prefix) {
        prefix = new bytes(length);
        for (uint256 i = 0; i < length; ++i) prefix[i] = data[i];
    }
}
