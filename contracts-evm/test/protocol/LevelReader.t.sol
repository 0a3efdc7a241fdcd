// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Documents} from "../../src/dcap/Documents.sol";
import {ICollateralStore} from "../../src/dcap/ICollateralStore.sol";
import {IDcapRules} from "../../src/dcap/IDcapRules.sol";
import {LevelContext, LevelReader} from "../../src/dcap/LevelReader.sol";
import {Memory} from "../../src/dcap/Memory.sol";

/// @notice A document may have more advisories than there is room for, and those that are read last must not be written
/// behind it. So many take a document of 150,000 bytes, more than a transaction has gas for: all but the last are made up.
contract LevelReaderTest {
    error NotRefused();
    error RefusedOtherwise(bytes actual);
    error Unequal(uint256 left, uint256 right);

    uint256 private constant ROOM = 24_576;
    bytes private constant TAIL =
        ',"tcbDate":"2025-05-14T00:00:00Z","tcbStatus":"UpToDate","advisoryIDs":["INTEL-SA-00001","INTEL-SA-00002"]}';

    function test_advisories_up_to_the_end_of_the_room() public view {
        // Status, number of advisories, offset of the first.
        _assertEq(this.readTail(TAIL, ROOM - 6), (1 << 24) | (2 << 16) | (ROOM - 6));
    }

    function test_CannotKeep_advisories_beyond_the_room() public view {
        for (uint256 taken = ROOM - 5; taken <= ROOM; ++taken) {
            // The first of the two that ends beyond it.
            uint256 end = taken + 3 > ROOM ? taken + 3 : taken + 6;
            try this.readTail(TAIL, taken) {
                revert NotRefused();
            } catch (bytes memory reason) {
                bytes memory expected = abi.encodeWithSelector(ICollateralStore.CannotKeep.selector, end);
                if (keccak256(reason) != keccak256(expected)) revert RefusedOtherwise(reason);
            }
        }
    }

    /// @param text What a level ends with.
    /// @param taken How many bytes of advisories the levels before it have.
    /// @return tail What is kept of it.
    function readTail(bytes calldata text, uint256 taken) external pure returns (uint256 tail) {
        uint256 start = Memory.copy(text);
        LevelContext memory context = LevelReader.open(
            Documents.named(Documents.TCB_INFO, start),
            IDcapRules.MalformedTcbInfo.selector
        );
        context.advisoriesEnd = context.advisories + taken;
        (tail, ) = LevelReader.readTail(start, true, context);
        _assertEq(context.advisoriesEnd, context.advisories + taken + 6);
        _assertEq(Memory.word(context.advisories + taken) >> 208, 0x000001000002);
    }

    function _assertEq(uint256 left, uint256 right) private pure {
        if (left != right) revert Unequal(left, right);
    }
}
