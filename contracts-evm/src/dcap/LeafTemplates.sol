// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {DerReader} from "./DerReader.sol";
import {Document, Documents, Fault} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {IDcapVerifier} from "./IDcapVerifier.sol";
import {Memory} from "./Memory.sol";
import {SgxExtensions} from "./SgxExtensions.sol";
import {Times} from "./Times.sol";

/// @title LeafTemplates
/// @notice PCK certificates of one shape differ in a few places of fixed length. A template is the signed part of such a
/// certificate behind the serial number, with those places empty; filled again it is the certificate that its CA signed,
/// byte for byte.
/// @dev A template is made of a certificate that passed every rule about its form (`make`), so that whatever the places
/// hold, the form stays, and what is left to check is what they hold (`fill`). The signature is checked over the filled
/// bytes. Machines of one kind have the same quoting enclave too: a template has its report as far as that does not
/// depend on the machine, of which evidence then says the differences. Template:
///
///   offset  bytes  field
///        0     16  0x80 for each component SVN whose INTEGER has a leading zero, that is of 128 or more
///       16      1  length of PCESVN
///       17      1  1 if there is a platform instance id, else 0
///       18      2  where the first date starts; this and what follows counts from what is behind the serial number
///       20      2  where the key starts
///       22      2  where the subject key identifier starts
///       24      2  where the PPID starts
///       26    244  bytes 16 to 259 of a QE report: all that is not zero between CPUSVN and report data
///      270         signed part of the certificate behind the serial number
///
/// What fills it, in this order: serial number, first 12 bytes of both dates, key (64), subject key identifier (20), PPID
/// (16), component SVNs (16), PCESVN, CPUSVN (16), PCEID (2), FMSPC (6), platform instance id (16, if there is one).
/// Arithmetic on positions in memory cannot wrap.
library LeafTemplates {
    using DerReader for uint256;

    /// @notice Where the QE report starts, and where in such a report that is.
    uint256 internal constant QE_REPORT = 26;
    uint256 internal constant QE_REPORT_OFFSET = 16;
    uint256 internal constant QE_REPORT_LENGTH = 244;

    uint256 private constant TBS_REST = 270;

    /// @dev Where the serial number starts: behind the header of the signed part, the version and its own header.
    uint256 private constant SERIAL = 11;

    /// @dev Bytes of a serial number at most, with a leading zero.
    uint256 private constant MAX_SERIAL_LENGTH = 21;

    /// @dev What comes before the content of the serial number, its length and that of the signed part still missing.
    uint256 private constant TBS_HEAD = (0x3082 << 72) | (0xa003020102 << 16) | 0x0200;

    /// @dev Distances inside the SGX extension, all of whose headers have one length only: from the PPID to the first
    /// component SVN, from one to the next, from the last to PCESVN, from its end to CPUSVN, and so on.
    uint256 private constant PPID_TO_SVN = 53;
    uint256 private constant SVN_TO_SVN = 18;
    uint256 private constant PCE_SVN_END_TO_CPU_SVN = 17;
    uint256 private constant CPU_SVN_TO_PCE_ID = 32;
    uint256 private constant PCE_ID_TO_FMSPC = 18;
    uint256 private constant FMSPC_TO_INSTANCE = 39;

    /// @notice Makes the template of a certificate.
    /// @dev Reverts with `NoTemplate`.
    /// @param start Where in memory the certificate starts, which passed `Certificates.read` as a leaf. Its places are
    /// emptied.
    /// @param certificate What it says.
    /// @param qeReport Where in memory a QE report starts.
    /// @return template The template.
    function make(
        uint256 start,
        Certificate memory certificate,
        uint256 qeReport
    ) internal pure returns (bytes memory template) {
        unchecked {
            // The signed part is longer than 255 bytes, as it holds the SGX extension, so that headers around that have 4.
            uint256 tbs = start + 4;
            uint256 end = tbs + 4 + uint16(Memory.word(tbs) >> 224);
            uint256 rest = tbs + SERIAL + Memory.byteAt(tbs + SERIAL - 1);
            uint256 date = _behind(rest + 12);
            // SEQUENCE and the first of two UTCTimes.
            if (Memory.word(date) >> 224 != 0x301e170d) revert IDcapVerifier.NoTemplate();
            date += 4;
            uint256 key = _behind(date + 28) + 27;
            (uint256 subjectKeyId, uint256 ppid) = _findExtensions(key + 64 + 8, end);
            uint256 svn = ppid + PPID_TO_SVN;
            uint256 signBits = certificate.components & 0x80808080808080808080808080808080;
            for (uint256 i = 0; i < 16; ++i) {
                svn += (signBits >> (127 - 8 * i)) & 1;
                Memory.clear(svn, 1);
                svn += SVN_TO_SVN;
            }
            uint256 pceSvnLength = Memory.byteAt(svn - 1);
            bool hasInstance = _emptyTail(svn, pceSvnLength, end);
            Memory.clear(date, 12);
            Memory.clear(date + 15, 12);
            Memory.clear(key, 64);
            Memory.clear(subjectKeyId, 20);
            Memory.clear(ppid, 16);
            // A length of 1 to 3, offsets below 4,096.
            template = abi.encodePacked(
                uint128(signBits),
                uint8(pceSvnLength),
                hasInstance,
                uint16(date - rest),
                uint16(key - rest),
                uint16(subjectKeyId - rest),
                uint16(ppid - rest),
                Memory.slice(qeReport + QE_REPORT_OFFSET, QE_REPORT_LENGTH),
                Memory.slice(rest, end - rest)
            );
        }
    }

    /// @notice What templates have in common that differ in the QE report only.
    /// @param template Where in memory the template starts.
    /// @param length Its length in bytes.
    /// @return shape A hash of the rest.
    function shapeOf(uint256 template, uint256 length) internal pure returns (bytes32 shape) {
        unchecked {
            bytes32 head = Memory.hash(template, QE_REPORT);
            return keccak256(abi.encode(head, Memory.hash(template + TBS_REST, length - TBS_REST)));
        }
    }

    /// @notice How many bytes fill a template, but for the serial number.
    /// @param template Where in memory the template starts.
    /// @return length The number.
    function placesLength(uint256 template) internal pure returns (uint256 length) {
        unchecked {
            uint256 head = Memory.word(template);
            return 164 + uint8(head >> 120) + _instanceLength(head);
        }
    }

    /// @notice Where CPUSVN is in what fills a template.
    /// @param template Where in memory the template starts.
    /// @param end Where in memory that ends which fills it.
    /// @return position The position.
    function cpuSvnOf(uint256 template, uint256 end) internal pure returns (uint256 position) {
        unchecked {
            return end - _instanceLength(Memory.word(template)) - 24;
        }
    }

    /// @notice Fills a template and reads the certificate that comes of it, as far as it is signed.
    /// @dev Reverts with `MalformedCompactEvidence`, and with rules 22, 24, 40 and 41, which are what the places can still
    /// break.
    /// @param leaf Where to put what the certificate says, but for its issuer and signature.
    /// @param template Where in memory the template starts. It is used up.
    /// @param templateEnd Where it ends.
    /// @param places Where in memory that starts what fills it.
    /// @param end Where that ends.
    function fill(
        Certificate memory leaf,
        uint256 template,
        uint256 templateEnd,
        uint256 places,
        uint256 end
    ) internal view {
        unchecked {
            uint256 rest = template + TBS_REST;
            uint256 head = Memory.word(template);
            // What is there beyond the other places; less than none is very much.
            uint256 serialLength = end - places - placesLength(template);
            if (serialLength > MAX_SERIAL_LENGTH) revert IDcapVerifier.MalformedCompactEvidence();
            uint256 serial = rest - serialLength;
            uint256 tbs = serial - SERIAL;
            // Offsets count from the start of the certificate, whose own header has 4 bytes.
            Document document = Documents.named(Documents.PCK, tbs - 4);
            // The word ends where the serial number starts, and covers nothing but the QE report of the template, which
            // was taken before. The length is below 4,096.
            Memory.store(serial - 32, TBS_HEAD | ((templateEnd - tbs - 4) << 56) | serialLength);
            places = Memory.move(serial, places, serialLength);
            Fault fault = document.fault(IDcapRules.InvalidSerialNumber.selector);
            leaf.serial = serial.integer(rest, 20, fault);
            if (leaf.serial == 0) fault.raise(serial);

            uint256 target = rest + uint16(head >> 96);
            fault = document.fault(IDcapRules.InvalidValidity.selector);
            leaf.notBeforeSeconds = _date(target, places, fault);
            leaf.notAfterSeconds = _date(target + 15, places + 12, fault);

            target = rest + uint16(head >> 80);
            Memory.move(target, places + 24, 64);
            leaf.x = Memory.word(target);
            leaf.y = Memory.word(target + 32);
            Memory.move(rest + uint16(head >> 64), places + 88, 20);
            _fillSgx(leaf, rest + uint16(head >> 48), head, places + 108, document);
            leaf.tbsDigest = Memory.sha(tbs, templateEnd - tbs);
        }
    }

    /// @dev Fills and reads the places of the SGX extension, which start with the PPID, whose place is `target`. `head` is
    /// the first word of the template.
    function _fillSgx(
        Certificate memory leaf,
        uint256 target,
        uint256 head,
        uint256 places,
        Document document
    ) private pure {
        unchecked {
            leaf.ppid = bytes16(bytes32(Memory.word(places)));
            if (leaf.ppid == 0) document.fault(IDcapRules.InvalidPpid.selector).raise(target);
            Memory.move(target, places, 16);

            Fault malformed = document.fault(IDcapRules.MalformedSgxExtension.selector);
            uint256 components = Memory.word(places + 16) >> 128;
            uint256 signBits = head >> 128;
            leaf.components = components;
            target += PPID_TO_SVN;
            // An INTEGER has a leading zero exactly where the byte behind it has the bit that would be its sign.
            if (components & 0x80808080808080808080808080808080 != signBits) malformed.raise(target);
            target = _fillComponents(target, components, signBits);

            uint256 pceSvnLength = uint8(head >> 120);
            places = Memory.move(target, places + 32, pceSvnLength);
            leaf.pceSvn = target.integer(target + pceSvnLength, 2, malformed);
            target += pceSvnLength + PCE_SVN_END_TO_CPU_SVN;
            places = Memory.move(target, places, 16);
            target += CPU_SVN_TO_PCE_ID;
            leaf.pceId = bytes2(bytes32(Memory.word(places)));
            places = Memory.move(target, places, 2);
            target += PCE_ID_TO_FMSPC;
            leaf.fmspc = bytes6(bytes32(Memory.word(places)));
            places = Memory.move(target, places, 6);
            if (_instanceLength(head) != 0) Memory.move(target + FMSPC_TO_INSTANCE, places, 16);
        }
    }

    /// @dev Bytes of the platform instance id. `head` is the first word of the template.
    function _instanceLength(uint256 head) private pure returns (uint256 length) {
        unchecked {
            return 16 * uint8(head >> 112);
        }
    }

    /// @dev Writes the component SVNs into their places. Returns where PCESVN is.
    function _fillComponents(
        uint256 target,
        uint256 components,
        uint256 signBits
    ) private pure returns (uint256 pceSvn) {
        // Memory-safe: within the template.
        assembly ("memory-safe") {
            // One step out of a loop costs four times as much.
            function put4(place, svns) {
                mstore8(place, byte(0, svns))
                mstore8(add(place, 18), byte(1, svns))
                mstore8(add(place, 36), byte(2, svns))
                mstore8(add(place, 54), byte(3, svns))
            }
            switch signBits
            case 0 {
                let svns := shl(128, components)
                put4(target, svns)
                put4(add(target, 72), shl(32, svns))
                put4(add(target, 144), shl(64, svns))
                put4(add(target, 216), shl(96, svns))
                pceSvn := add(target, 288)
            }
            default {
                pceSvn := target
                for {
                    let shift := 128
                } shift {} {
                    shift := sub(shift, 8)
                    pceSvn := add(pceSvn, and(shr(add(shift, 7), signBits), 1))
                    mstore8(pceSvn, shr(shift, components))
                    pceSvn := add(pceSvn, 18)
                }
            }
        }
    }

    /// @dev Copies the first 12 bytes of a UTCTime to `target` and reads it; the `Z` behind them is in the template.
    function _date(uint256 target, uint256 places, Fault fault) private pure returns (uint256 time) {
        Memory.move(target, places, 12);
        time = Times.secondsOf(Times.withCentury(Memory.word(places) >> 160));
        if (time == Times.NO_DATE) fault.raise(target);
    }

    /// @dev Empties PCESVN and what comes behind it in the SGX extension. Returns whether there is a platform instance id.
    function _emptyTail(uint256 pceSvn, uint256 pceSvnLength, uint256 end) private pure returns (bool hasInstance) {
        unchecked {
            Memory.clear(pceSvn, pceSvnLength);
            uint256 position = pceSvn + pceSvnLength + PCE_SVN_END_TO_CPU_SVN;
            Memory.clear(position, 16);
            position += CPU_SVN_TO_PCE_ID;
            Memory.clear(position, 2);
            position += PCE_ID_TO_FMSPC;
            Memory.clear(position, 6);
            position += FMSPC_TO_INSTANCE;
            // Behind the type comes the OCTET STRING of 16 bytes of entry 6, or something else or nothing.
            uint256 entry = Memory.word(position - 16) >> 128;
            hasInstance = entry == (0x301e060a << 96) | (SgxExtensions.OID << 24) | 0x060410 && position <= end;
            if (hasInstance) Memory.clear(position, 16);
        }
    }

    /// @dev Where the element at a position ends, whose form holds.
    function _behind(uint256 position) private pure returns (uint256 next) {
        (, next) = position.element(type(uint64).max, Memory.byteAt(position), Fault.wrap(0));
    }

    /// @dev Finds subject key identifier and PPID in the extensions from `position` on.
    function _findExtensions(uint256 position, uint256 end) private pure returns (uint256 subjectKeyId, uint256 ppid) {
        unchecked {
            while (position != end) {
                uint256 next = _behind(position);
                // SEQUENCE and the OID of a key identifier, which is short.
                uint256 word = Memory.word(position);
                if (uint40(word >> 200) == 0x0603551d0e) subjectKeyId = position + 11;
                // SEQUENCE with a long length and the OID; behind it OCTET STRING and SEQUENCE alike, and the header of
                // the PPID's entry.
                if (uint88(word >> 136) == (0x0609 << 72) | SgxExtensions.OID) ppid = position + 39;
                position = next;
            }
        }
    }
}
