// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BridgeHandler} from "./BridgeHandler.sol";

/// @title BridgeInvariants
/// @notice What docs/spec/invariants.md says of registry, outbox and inbox, after any sequence of actions of anybody.
contract BridgeInvariants {
    BridgeHandler private _handler;

    /// @notice One cheatcode.
    function setUp() public {
        _handler = new BridgeHandler();
        (bool success, ) = address(uint160(uint256(keccak256("hevm cheat code")))).call(
            abi.encodeWithSignature("deal(address,uint256)", address(_handler), 1e30)
        );
        require(success, "no ether");
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice All at once, so that every sequence of actions is asked everything. What breaks says what it was.
    function invariant_everythingHolds() public view {
        // No action ends otherwise than the model says: no quorum is refused since one of its signers became ineligible,
        // and no pause changes what can be done after it (INV-23, INV-25).
        _handler.requireNoViolation();
        // INV-20
        _handler.requireExactlyOnce();
        // INV-21
        _handler.requireVouchedFor();
        // INV-22, INV-27, INV-28
        _handler.requireOnlyGoodKeys();
        // INV-21, INV-25
        _handler.requireKeptRoots();
        // INV-24
        _handler.requireNoGaps();
        // Fees go to the sink and nowhere else.
        _handler.requireFees();
    }
}
