// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {Bools} from "./Bools.sol";
import {DerReader} from "./DerReader.sol";
import {Document, Fault} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";

/// @title SgxExtensions
/// @notice Reads the SGX extension of a PCK certificate, docs/spec/dcap.md section 5: rules 40 and 41.
library SgxExtensions {
    using DerReader for uint256;

    /// @notice 1.2.840.113741.1.13.1 as the content of an OID, 9 bytes.
    uint256 internal constant OID = 0x2a864886f84d010d01;

    /// @dev Heads of entries as Intel writes them, compared at once where the general way takes three elements: both find
    /// the same. `30 0e 06 0a OID 00 04 00` for an OCTET STRING, suffix and lengths still missing; `30 0f 06 0a OID 05 0a
    /// 01` for the type; `30 10 06 0b OID 02 00 02 01` for an SVN below 128, number still missing; `30 1f 06 0b OID 02 12
    /// 04 10` for CPUSVN.
    uint256 private constant OCTETS_HEAD = (0x300e060a << 96) | (OID << 24) | 0x000400;
    uint256 private constant TYPE_HEAD = (0x300f060a << 96) | (OID << 24) | 0x050a01;
    uint256 private constant SVN_HEAD = (0x3010060b << 104) | (OID << 32) | 0x02000201;
    uint256 private constant CPU_SVN_HEAD = (0x301f060b << 104) | (OID << 32) | 0x02120410;

    /// @notice Reads the extension to its end.
    /// @param position Where the content of its OCTET STRING starts.
    /// @param end Where that ends.
    /// @param document The certificate.
    /// @param certificate Where to put what it says.
    function read(uint256 position, uint256 end, Document document, Certificate memory certificate) internal pure {
        Fault malformed = document.fault(IDcapRules.MalformedSgxExtension.selector);
        (position, ) = position.last(end, DerReader.SEQUENCE, malformed);
        position = _readPpid(position, end, document, certificate);
        position = _readTcb(position, end, malformed, certificate);
        uint256 value;
        (value, position) = _octets(position, end, 0x03, 2, malformed);
        certificate.pceId = bytes2(bytes32(value));
        (value, position) = _octets(position, end, 0x04, 6, malformed);
        certificate.fmspc = bytes6(bytes32(value));
        position = _skipType(position, end, malformed);
        if (position != end) {
            (, position) = _octets(position, end, 0x06, 16, malformed);
            (value, position) = _enter(position, end, 0x07, 1, malformed);
            value.last(position, DerReader.SEQUENCE, malformed);
            if (position != end) malformed.raise(position);
        }
    }

    /// @dev Reads the PPID and moves behind it.
    function _readPpid(
        uint256 position,
        uint256 end,
        Document document,
        Certificate memory certificate
    ) private pure returns (uint256 next) {
        uint256 content;
        if (_areOctets(position, end, 0x01, 16)) {
            // Cannot wrap: positions in memory.
            unchecked {
                (content, next) = (position + 16, position + 32);
            }
        } else {
            Fault malformed = document.fault(IDcapRules.MalformedSgxExtension.selector);
            (content, next) = _enter(position, end, 0x01, 1, malformed);
            (content, ) = content.last(next, DerReader.OCTET_STRING, malformed);
            if (next - content != 16) document.fault(IDcapRules.InvalidPpid.selector).raise(content);
        }
        certificate.ppid = bytes16(bytes32(Memory.word(content)));
        if (certificate.ppid == 0) document.fault(IDcapRules.InvalidPpid.selector).raise(content);
    }

    /// @dev Reads the 18 entries of the TCB: components, PCESVN, and CPUSVN which nobody uses; moves behind them.
    function _readTcb(
        uint256 position,
        uint256 end,
        Fault malformed,
        Certificate memory certificate
    ) private pure returns (uint256 next) {
        (position, next) = _enter(position, end, 0x02, 1, malformed);
        (position, ) = position.last(next, DerReader.SEQUENCE, malformed);
        (certificate.components, position) = _readComponents(position, next, malformed);
        // Cannot wrap: positions in memory.
        unchecked {
            uint256 svn;
            (svn, position) = _svn(position, next, 17, 2, malformed);
            certificate.pceSvn = svn;
            if (Memory.word(position) >> 120 == CPU_SVN_HEAD && position + 33 == next) return next;
        }
        (uint256 value, uint256 valueEnd) = _enter(position, next, 0x0212, 2, malformed);
        (value, ) = value.last(valueEnd, DerReader.OCTET_STRING, malformed);
        if (valueEnd - value != 16) malformed.raise(value);
        if (valueEnd != next) malformed.raise(valueEnd);
    }

    /// @dev Reads the 16 component SVNs and moves behind them.
    function _readComponents(
        uint256 position,
        uint256 end,
        Fault malformed
    ) private pure returns (uint256 components, uint256 next) {
        // Cannot wrap: positions in memory, 16 components of 8 bits.
        unchecked {
            // First as if all were below 128, as on most machines: any difference from that remains in `differences`.
            uint256 differences = 0;
            next = position;
            for (uint256 head = SVN_HEAD + 0x010000; head <= SVN_HEAD + 0x100000; head += 0x010000) {
                uint256 word = Memory.word(next) >> 112;
                differences |= ((word >> 8) ^ head) | (word & 0x80);
                components = (components << 8) | uint8(word);
                next += 18;
            }
            if (Bools.and(differences == 0, next <= end)) return (components, next);

            components = 0;
            next = position;
            for (uint256 i = 1; i <= 16; ++i) {
                uint256 svn;
                (svn, next) = _svn(next, end, i, 1, malformed);
                components = (components << 8) | svn;
            }
        }
    }

    /// @dev Moves behind the type, which is one of three.
    function _skipType(uint256 position, uint256 end, Fault malformed) private pure returns (uint256 next) {
        // Cannot wrap: positions in memory.
        unchecked {
            uint256 word = Memory.word(position);
            next = position + 17;
            if (word >> 128 == TYPE_HEAD && uint8(word >> 120) <= 2 && next <= end) return next;
        }
        (position, next) = _enter(position, end, 0x05, 1, malformed);
        (position, ) = position.last(next, DerReader.ENUMERATED, malformed);
        if (Bools.or(next - position != 1, Memory.byteAt(position) > 2)) malformed.raise(position);
    }

    /// @dev The SVN in entry `number` of the TCB, an INTEGER of at most `maxLength` bytes.
    function _svn(
        uint256 position,
        uint256 end,
        uint256 number,
        uint256 maxLength,
        Fault malformed
    ) private pure returns (uint256 svn, uint256 next) {
        // Cannot wrap: positions in memory, a number of one byte.
        unchecked {
            uint256 word = Memory.word(position);
            svn = uint8(word >> 112);
            next = position + 18;
            bool isShort = Bools.and(word >> 120 == SVN_HEAD + (number << 16), Bools.and(svn < 0x80, next <= end));
            if (isShort) return (svn, next);
            (position, next) = _enter(position, end, 0x0200 + number, 2, malformed);
        }
        (position, ) = position.last(next, DerReader.INTEGER, malformed);
        svn = position.integer(next, maxLength, malformed);
    }

    /// @dev An entry whose value is an OCTET STRING of `length` bytes, at most 16; `value` is the word that starts with
    /// them.
    function _octets(
        uint256 position,
        uint256 end,
        uint256 suffix,
        uint256 length,
        Fault malformed
    ) private pure returns (uint256 value, uint256 next) {
        if (_areOctets(position, end, suffix, length)) {
            // Cannot wrap: positions in memory.
            unchecked {
                return (Memory.word(position + 16), position + 16 + length);
            }
        }
        (position, next) = _enter(position, end, suffix, 1, malformed);
        (position, ) = position.last(next, DerReader.OCTET_STRING, malformed);
        if (next - position != length) malformed.raise(position);
        value = Memory.word(position);
    }

    /// @dev Whether an entry with such an OCTET STRING comes next, in the form that Intel writes.
    function _areOctets(
        uint256 position,
        uint256 end,
        uint256 suffix,
        uint256 length
    ) private pure returns (bool result) {
        // Cannot wrap: positions in memory, lengths of one byte.
        unchecked {
            uint256 head = OCTETS_HEAD + (length << 112) + (suffix << 16) + length;
            return Bools.and(Memory.word(position) >> 128 == head, position + 16 + length <= end);
        }
    }

    /// @dev Enters the entry whose OID is the extension's with a suffix of `suffixLength` bytes. Returns where its value
    /// must start and where it ends.
    function _enter(
        uint256 position,
        uint256 end,
        uint256 suffix,
        uint256 suffixLength,
        Fault malformed
    ) private pure returns (uint256 value, uint256 next) {
        (position, next) = position.element(end, DerReader.SEQUENCE, malformed);
        (position, value) = position.element(next, DerReader.OBJECT_IDENTIFIER, malformed);
        // Cannot wrap: an element does not end before it starts, and a suffix has at most 2 bytes.
        unchecked {
            uint256 length = 9 + suffixLength;
            uint256 expected = (OID << (8 * suffixLength)) | suffix;
            if (value - position != length || Memory.word(position) >> (256 - 8 * length) != expected) {
                malformed.raise(position);
            }
        }
    }
}
