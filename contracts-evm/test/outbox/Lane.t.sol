// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fees, Lane, Lanes} from "../../src/outbox/Lane.sol";
import {Nonce, Nonces} from "../../src/protocol/Nonce.sol";

/// @notice What is written into a lane stays in its field, whatever it is.
contract LaneFuzz {
    error Unequal(uint256 left, uint256 right);

    function testFuzz_withPausedUntil_changesNothingElse(
        Nonce nonce,
        Fees memory fees,
        uint40 untilSeconds
    ) public pure {
        for (uint256 i = 0; i < 2; ++i) {
            // Not used up yet, then used up.
            Lane lane = i == 0 ? Lanes.open(nonce, fees) : _usedUp(nonce, fees);
            Lane paused = lane.withPausedUntil(untilSeconds);
            _assertEq(Nonce.unwrap(paused.nextNonce()), Nonce.unwrap(lane.nextNonce()));
            _assertEq(paused.isUsedUp() ? 1 : 0, i);
            _assertSame(paused.fees(), fees);
            // The longest time that 39 bits hold ends in the year 19,391.
            _assertEq(paused.pausedUntilSeconds(), untilSeconds % (1 << 39));
            _assertEq(paused.withPausedUntil(0).pausedUntilSeconds(), 0);
        }
    }

    function test_withPausedUntil_changesNothingElseAtTheLastSecond() public pure {
        testFuzz_withPausedUntil_changesNothingElse(Nonces.pack(1, 0), Fees(1, 2, 3), type(uint40).max);
    }

    function testFuzz_withFees_changesNothingElse(
        Nonce nonce,
        Fees memory fees,
        Fees memory other,
        uint40 untilSeconds
    ) public pure {
        Lane lane = _usedUp(nonce, fees).withPausedUntil(untilSeconds);
        Lane changed = lane.withFees(other);
        _assertSame(changed.fees(), other);
        _assertEq(Lane.unwrap(changed.withFees(fees)), Lane.unwrap(lane));
    }

    function testFuzz_quote_isTheSum(Fees memory fees, uint256 bodyLength, uint32 executionGas) public pure {
        bodyLength %= 8_193;
        uint256 expected = fees.base + fees.perByte * bodyLength + uint256(fees.perGas) * executionGas;
        _assertEq(Lanes.open(Nonces.pack(1, 0), fees).quote(bodyLength, executionGas), expected);
    }

    /// @dev A lane that has given the last nonce of a generation.
    function _usedUp(Nonce nonce, Fees memory fees) private pure returns (Lane lane) {
        Nonce last = Nonces.pack(nonce.generation(), (1 << 48) - 1);
        lane = Lanes.open(last, fees).advance();
        // With any nonce, as its bits are none of the others' business.
        uint256 others = Lane.unwrap(lane) & ((1 << 192) - 1);
        return Lane.wrap((uint256(Nonce.unwrap(nonce)) << 192) | others);
    }

    function _assertSame(Fees memory left, Fees memory right) private pure {
        _assertEq(left.base, right.base);
        _assertEq(left.perByte, right.perByte);
        _assertEq(left.perGas, right.perGas);
    }

    function _assertEq(uint256 left, uint256 right) private pure {
        if (left != right) revert Unequal(left, right);
    }
}
