// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerRecord, SignerRecords, SignerStatus} from "../../src/registry/SignerRecord.sol";

/// @notice A record gives back what it was made of, and a change leaves the other fields alone: docs/spec/contracts.md
/// section 2.
contract SignerRecordFuzz {
    struct Fields {
        uint40 expiresAtSeconds;
        uint32 judgementEpoch;
        uint32 platformIndex;
        uint16 operatorIndex;
        uint8 vendor;
    }

    error Unequal(uint256 left, uint256 right);

    function testFuzz_active_givesBackItsFields(Fields memory fields) public pure {
        SignerRecord record = _active(fields);
        _assertFields(record, fields, SignerStatus.Active);
        _assertEq(record.isRegistered() ? 1 : 0, fields.operatorIndex == 0 ? 0 : 1);
        // The layout that docs/spec/contracts.md section 2 gives, which clients read.
        bytes memory packed = abi.encodePacked(
            bytes15(0),
            fields.expiresAtSeconds,
            fields.judgementEpoch,
            fields.platformIndex,
            fields.operatorIndex,
            fields.vendor,
            uint8(1)
        );
        _assertEq(SignerRecord.unwrap(record), uint256(bytes32(packed)));
    }

    function testFuzz_with_changesNothingElse(Fields memory fields, uint8 status, uint32 epoch) public pure {
        SignerStatus other = SignerStatus(status % 5);
        SignerRecord record = _active(fields).withStatus(other);
        _assertFields(record, fields, other);
        fields.judgementEpoch = epoch;
        _assertFields(record.withEpoch(epoch), fields, other);
    }

    function _active(Fields memory fields) private pure returns (SignerRecord record) {
        return
            SignerRecords.active(
                fields.expiresAtSeconds,
                fields.judgementEpoch,
                fields.platformIndex,
                fields.operatorIndex,
                fields.vendor
            );
    }

    function _assertFields(SignerRecord record, Fields memory fields, SignerStatus status) private pure {
        _assertEq(record.expiresAtSeconds(), fields.expiresAtSeconds);
        _assertEq(record.judgementEpoch(), fields.judgementEpoch);
        _assertEq(record.platformIndex(), fields.platformIndex);
        _assertEq(record.operatorIndex(), fields.operatorIndex);
        _assertEq(record.vendor(), fields.vendor);
        _assertEq(uint256(record.status()), uint256(status));
    }

    function _assertEq(uint256 left, uint256 right) private pure {
        if (left != right) revert Unequal(left, right);
    }
}
