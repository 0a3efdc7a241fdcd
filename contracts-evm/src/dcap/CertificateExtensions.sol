// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {DerReader} from "./DerReader.sol";
import {Document, Documents, Fault} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {SgxExtensions} from "./SgxExtensions.sol";

/// @title CertificateExtensions
/// @notice Reads the extensions of a certificate, docs/spec/dcap.md section 4: rules 27 to 32. Each that the role allows
/// is there exactly once, in any order, and no other is.
library CertificateExtensions {
    using DerReader for uint256;

    /// @dev Bits of the extensions that were seen.
    uint256 private constant AUTHORITY_KEY_ID = 1;
    uint256 private constant CRL_POINTS = 2;
    uint256 private constant SUBJECT_KEY_ID = 4;
    uint256 private constant KEY_USAGE = 8;
    uint256 private constant BASIC_CONSTRAINTS = 16;
    uint256 private constant SGX = 32;
    uint256 private constant ALL_BUT_SGX = 31;

    /// @dev The OIDs of X.509 without their last byte, 2.5.29.
    uint256 private constant CERTIFICATE_EXTENSION = 0x551d;

    /// @notice Reads the extensions of a certificate to their end.
    /// @param position Where the first must start.
    /// @param end Where their list ends.
    /// @param document What the certificate is.
    /// @param certificate Where to put key identifiers and what the SGX extension of a leaf says.
    function read(uint256 position, uint256 end, Document document, Certificate memory certificate) internal pure {
        uint256 seen = 0;
        while (position != end) {
            uint256 extension;
            uint256 value;
            (extension, value, position) = _readHead(position, end, document, seen);
            seen |= extension;
            _readValue(extension, value, position, document, certificate);
        }
        uint256 needed = document.code() == Documents.PCK ? ALL_BUT_SGX | SGX : ALL_BUT_SGX;
        if (seen != needed) document.fault(IDcapRules.MissingExtension.selector).raise(position);
    }

    /// @dev Reads the value of an extension.
    function _readValue(
        uint256 extension,
        uint256 value,
        uint256 end,
        Document document,
        Certificate memory certificate
    ) private pure {
        if (extension == AUTHORITY_KEY_ID) {
            certificate.authorityKeyId = _keyId(value, end, 0x30168014, 4, document);
        } else if (extension == SUBJECT_KEY_ID) {
            certificate.subjectKeyId = _keyId(value, end, 0x0414, 2, document);
        } else if (extension == KEY_USAGE) {
            _checkKeyUsage(value, end, document);
        } else if (extension == BASIC_CONSTRAINTS) {
            _checkBasicConstraints(value, end, document);
        } else if (extension == SGX) {
            SgxExtensions.read(value, end, document, certificate);
        }
    }

    /// @dev Reads an extension up to the content of its OCTET STRING, which starts at `value` and ends at `next`.
    function _readHead(
        uint256 position,
        uint256 end,
        Document document,
        uint256 seen
    ) private pure returns (uint256 extension, uint256 value, uint256 next) {
        Fault malformed = document.fault(IDcapRules.MalformedCertificate.selector);
        uint256 oid;
        uint256 oidEnd;
        (position, next) = position.element(end, DerReader.SEQUENCE, malformed);
        (oid, oidEnd) = position.element(next, DerReader.OBJECT_IDENTIFIER, malformed);
        extension = _named(oid, oidEnd, document.code());
        if (extension == 0) document.fault(IDcapRules.UnknownExtension.selector).raise(oid);
        if (seen & extension != 0) document.fault(IDcapRules.DuplicateExtension.selector).raise(oid);

        bool mustBeCritical = extension & (KEY_USAGE | BASIC_CONSTRAINTS) != 0;
        bool isCritical = oidEnd != next && Memory.byteAt(oidEnd) == 0x01;
        Fault invalid = document.fault(IDcapRules.InvalidExtension.selector);
        if (mustBeCritical != isCritical) invalid.raise(oidEnd);
        if (isCritical) oidEnd = oidEnd.expect(next, 0x0101ff, 3, invalid);
        (value, ) = oidEnd.last(next, DerReader.OCTET_STRING, malformed);
    }

    /// @dev The bit of the extension with an OID, zero where the role allows none of it.
    function _named(uint256 oid, uint256 oidEnd, uint256 role) private pure returns (uint256 extension) {
        uint256 word = Memory.word(oid);
        // Cannot wrap: an element does not end before it starts.
        unchecked {
            uint256 length = oidEnd - oid;
            if (length == 3 && word >> 240 == CERTIFICATE_EXTENSION) {
                uint256 arc = uint8(word >> 232);
                if (arc == 0x23) return AUTHORITY_KEY_ID;
                if (arc == 0x1f) return CRL_POINTS;
                if (arc == 0x0e) return SUBJECT_KEY_ID;
                if (arc == 0x0f) return KEY_USAGE;
                if (arc == 0x13) return BASIC_CONSTRAINTS;
                return 0;
            }
            bool isSgx = length == 9 && word >> 184 == SgxExtensions.OID && role == Documents.PCK;
            return isSgx ? SGX : 0;
        }
    }

    /// @dev A key identifier behind `headLength` bytes of head.
    function _keyId(
        uint256 value,
        uint256 end,
        uint256 head,
        uint256 headLength,
        Document document
    ) private pure returns (bytes20 keyId) {
        Fault fault = document.fault(IDcapRules.InvalidExtension.selector);
        value = value.expect(end, head, headLength, fault);
        // Cannot wrap: `expect` does not go beyond the end.
        unchecked {
            if (end - value != 20) fault.raise(value);
        }
        return bytes20(bytes32(Memory.word(value)));
    }

    /// @dev `03 02 uu bb`: authorities may sign certificates and CRLs, others may sign data and neither of these.
    function _checkKeyUsage(uint256 value, uint256 end, Document document) private pure {
        uint256 word = Memory.word(value);
        uint256 unused = uint8(word >> 232);
        uint256 bits = uint8(word >> 224);
        // Cannot wrap: an element does not end before it starts, and `unused` is at most 7 where it is used.
        unchecked {
            bool isForm = end - value == 4 && word >> 240 == 0x0302 && unused <= 7 && bits & ((1 << unused) - 1) == 0;
            bool isAllowed = _isAuthority(document) ? bits & 0x06 == 0x06 : bits & 0x86 == 0x80;
            if (!isForm || !isAllowed) document.fault(IDcapRules.InvalidKeyUsage.selector).raise(value);
        }
    }

    /// @dev Authorities are, with any path length, but the root's is at least 1; others are not.
    function _checkBasicConstraints(uint256 value, uint256 end, Document document) private pure {
        uint256 word = Memory.word(value);
        bool isAllowed;
        // Cannot wrap: an element does not end before it starts.
        unchecked {
            uint256 length = end - value;
            if (_isAuthority(document)) {
                uint256 pathLength = uint8(word >> 192);
                bool isLimited =
                    length == 8 &&
                        word >> 200 == 0x30060101ff0201 &&
                        pathLength <= 0x7f &&
                        (pathLength >= 1 || document.code() != Documents.ROOT);
                isAllowed = isLimited || (length == 5 && word >> 216 == 0x30030101ff);
            } else {
                isAllowed = length == 2 && word >> 240 == 0x3000;
            }
        }
        if (!isAllowed) document.fault(IDcapRules.InvalidBasicConstraints.selector).raise(value);
    }

    function _isAuthority(Document document) private pure returns (bool result) {
        return document.code() <= Documents.PCK_CA;
    }
}
