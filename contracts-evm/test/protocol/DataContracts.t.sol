// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DataContracts} from "../../src/dcap/DataContracts.sol";
import {ICollateralStore} from "../../src/dcap/ICollateralStore.sol";
import {Memory} from "../../src/dcap/Memory.sol";

/// @notice Bytes that are kept as code are read as they were, and what is too long for a length of two bytes is refused
/// before it is cut.
contract DataContractsTest {
    error Unequal(bytes32 left, bytes32 right);
    error NotRefused(uint256 length);
    error RefusedOtherwise(bytes actual);

    function test_kept_bytes_are_read_as_they_were() public {
        for (uint256 length = 0; length < 100; length += 33) {
            bytes memory data = _bytes(length);
            address pointer = this.write(data);
            _assertEq(keccak256(DataContracts.readBytes(pointer)), keccak256(data));
            (uint256 start, uint256 readLength) = DataContracts.read(pointer);
            _assertEq(bytes32(readLength), bytes32(length));
            _assertEq(Memory.hash(start, readLength), keccak256(data));
        }
    }

    function test_CannotKeep_a_length_of_three_bytes() public {
        // Cut to two bytes, the first would be none and the others a part.
        for (uint256 length = type(uint16).max; length < 70_000; length += 2_000) {
            try this.write(new bytes(length)) returns (address) {
                revert NotRefused(length);
            } catch (bytes memory reason) {
                bytes memory expected = abi.encodeWithSelector(ICollateralStore.CannotKeep.selector, length);
                if (keccak256(reason) != keccak256(expected)) revert RefusedOtherwise(reason);
            }
        }
    }

    function write(bytes calldata data) external returns (address pointer) {
        return DataContracts.write(data);
    }

    function _bytes(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) data[i] = bytes1(uint8(i + 1));
    }

    function _assertEq(bytes32 left, bytes32 right) private pure {
        if (left != right) revert Unequal(left, right);
    }
}
