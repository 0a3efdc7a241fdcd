// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralStore} from "./ICollateralStore.sol";
import {LeafTemplates} from "./LeafTemplates.sol";
import {Memory} from "./Memory.sol";

/// @title PckCaLayout
/// @notice How a PCK CA is kept: its key, the serial numbers on its CRL, and the templates of leaves that it signed.
/// @dev In one data contract, to which a slot of the store points: what a template is follows from that slot alone, and no
/// caller has a say in where it is.
///
///   offset  bytes  field
///        0     64  key, x and y
///       64     32  hash of the subject's name
///       96     20  subject key identifier
///      116      2  where the serial numbers end and the first template starts
///      118     30  where each of the 15 templates ends, zero for one that is not there
///      148         serial numbers, as `SerialSet` has them
///                  templates, as `LeafTemplates` has them
///
/// A verification reads the head, the serial numbers, and of the templates the one that it needs.
library PckCaLayout {
    uint256 internal constant SUBJECT_HASH = 64;
    uint256 internal constant KEY_ID = 96;
    uint256 internal constant SERIALS = 148;

    /// @notice How many templates one CA may have: as many ends as one word has beside the first start.
    uint256 internal constant MAX_TEMPLATES = 15;

    /// @dev How many of them may differ in the QE report only: Intel has a quoting enclave for each of two kinds of TEE.
    /// What such a report says is up to the owner of a machine more than it seems (XFRM), and of one whose key is out
    /// entirely; the shape of a leaf is up to Intel. So that nobody takes the places of leaves of other shapes.
    uint256 private constant MAX_OF_SHAPE = 2;

    uint256 private constant BOUNDS = 116;

    /// @dev What fits into the code of one contract, EIP-170, behind a zero byte.
    uint256 private constant MAX_LENGTH = 24_575;

    /// @notice Where a template starts, and the one before it ends.
    /// @param head Where in memory the head is.
    /// @param number Counts from zero; of `MAX_TEMPLATES`, the end of the last.
    /// @return offset Zero where there is none.
    function bound(uint256 head, uint256 number) internal pure returns (uint256 offset) {
        unchecked {
            return uint16(Memory.word(head + BOUNDS) >> (240 - 16 * number));
        }
    }

    /// @notice What is kept of a PCK CA with a CRL.
    /// @param identity Key, hash of the subject's name and subject key identifier, 116 bytes.
    /// @param serials The serial numbers on the CRL.
    /// @param previous What was kept of the same CA with its last CRL, or nothing. Its templates stay, but for the last
    /// of them where not all fit any longer: revocations go before.
    /// @return kept What to keep.
    function withSerials(
        bytes memory identity,
        bytes memory serials,
        bytes memory previous
    ) internal pure returns (bytes memory kept) {
        uint256 start = SERIALS + serials.length;
        uint256 bounds = start << 240;
        bytes memory templates;
        if (previous.length != 0) {
            uint256 old = Memory.position(previous);
            uint256 oldStart = bound(old, 0);
            uint256 length = 0;
            for (uint256 i = 1; i <= MAX_TEMPLATES; ++i) {
                uint256 end = bound(old, i);
                if (end == 0 || start + end - oldStart > MAX_LENGTH) break;
                length = end - oldStart;
                bounds |= (start + length) << (240 - 16 * i);
            }
            templates = Memory.slice(old + oldStart, length);
        }
        // The end of the serial numbers is cut above 2 bytes, but so many do not fit in any case.
        return abi.encodePacked(identity, bounds, serials, templates);
    }

    /// @notice Adds a template.
    /// @dev Reverts with `TooManyLeafTemplates`.
    /// @param previous What is kept of the CA.
    /// @param template The template.
    /// @return kept What to keep, or nothing where it has the template already.
    /// @return number The number of the template.
    function withTemplate(
        bytes memory previous,
        bytes memory template
    ) internal pure returns (bytes memory kept, uint8 number) {
        uint256 head = Memory.position(previous);
        bytes32 digest = keccak256(template);
        bytes32 shape = LeafTemplates.shapeOf(Memory.position(template), template.length);
        uint256 start = bound(head, 0);
        uint256 alike = 0;
        for (; number < MAX_TEMPLATES; ++number) {
            uint256 end = bound(head, uint256(number) + 1);
            if (end == 0) {
                kept = abi.encodePacked(previous, template);
                uint256 place = Memory.position(kept) + BOUNDS + 2 + 2 * uint256(number);
                uint256 rest = Memory.word(place) & (type(uint256).max >> 16);
                Memory.store(place, rest | (kept.length << 240));
                return (kept, number);
            }
            if (Memory.hash(head + start, end - start) == digest) return ("", number);
            if (LeafTemplates.shapeOf(head + start, end - start) == shape && ++alike == MAX_OF_SHAPE) break;
            start = end;
        }
        revert ICollateralStore.TooManyLeafTemplates();
    }
}
