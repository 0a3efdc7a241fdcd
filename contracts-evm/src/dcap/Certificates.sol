// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {CertificateExtensions} from "./CertificateExtensions.sol";
import {DerReader} from "./DerReader.sol";
import {Document, Documents, Fault} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {Times} from "./Times.sol";

/// @title Certificates
/// @notice Reads X.509 certificates against the one profile of docs/spec/dcap.md section 4, rules 20 to 32 and for leaves
/// 40 and 41.
library Certificates {
    using DerReader for uint256;

    /// @notice Most bytes of a certificate.
    uint256 internal constant MAX_LENGTH = 4096;

    /// @dev ecdsa-with-SHA256 as an AlgorithmIdentifier, RFC 5758 section 3.2.
    uint256 internal constant ECDSA_SHA256 = 0x300a06082a8648ce3d040302;

    uint256 private constant VERSION_3 = 0xa003020102;

    /// @dev id-ecPublicKey with prime256v1 and the head of an uncompressed point, RFC 5480 section 2.
    uint256 private constant P256_KEY_HEAD = 0x3059301306072a8648ce3d020106082a8648ce3d03010703420004;

    /// @dev What common names end with.
    uint256 private constant ROOT_PHRASE = uint88(bytes11("SGX Root CA"));
    uint256 private constant PLATFORM_CA_PHRASE = uint152(bytes19("SGX PCK Platform CA"));
    uint256 private constant PROCESSOR_CA_PHRASE = uint160(bytes20("SGX PCK Processor CA"));
    uint256 private constant TCB_SIGNING_PHRASE = uint120(bytes15("SGX TCB Signing"));
    uint256 private constant PCK_PHRASE = uint152(bytes19("SGX PCK Certificate"));

    /// @notice Reads a certificate.
    /// @param start Where in memory it starts.
    /// @param length Its length in bytes.
    /// @param role `ROOT`, `PCK_CA`, `TCB_SIGNING` or `PCK` of `Documents`.
    /// @return certificate What it says.
    function read(uint256 start, uint256 length, uint256 role) internal view returns (Certificate memory certificate) {
        Document document = Documents.named(role, start);
        Fault malformed = document.fault(IDcapRules.MalformedCertificate.selector);
        if (length > MAX_LENGTH) malformed.raise(start);
        uint256 end = start + length;
        (uint256 tbs, ) = start.last(end, DerReader.SEQUENCE, malformed);
        uint256 tbsEnd = _readTbs(certificate, tbs, end, document, malformed);
        certificate.tbsDigest = Memory.sha(tbs, tbsEnd - tbs);
        uint256 position = tbsEnd.expect(
            end,
            ECDSA_SHA256,
            12,
            document.fault(IDcapRules.UnsupportedSignatureAlgorithm.selector)
        );
        (certificate.r, certificate.s) = readSignature(position, end, malformed);
    }

    /// @notice Reads a serial number, also of a CRL entry.
    /// @param position Where its element must start.
    /// @param end Where its parent ends.
    /// @param document What is being read.
    /// @param malformed What to revert with when it is no INTEGER.
    /// @return serial 1 to 2^160 - 1.
    /// @return next Where its element ends.
    function readSerial(
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) internal pure returns (uint256 serial, uint256 next) {
        uint256 content;
        (content, next) = position.element(end, DerReader.INTEGER, malformed);
        Fault fault = document.fault(IDcapRules.InvalidSerialNumber.selector);
        serial = content.integer(next, 20, fault);
        if (serial == 0) fault.raise(content);
    }

    /// @notice Reads the signature that a certificate or CRL ends with.
    /// @param position Where its BIT STRING must start.
    /// @param end Where the certificate or CRL ends.
    /// @param malformed What to revert with otherwise.
    /// @return r First half.
    /// @return s Second half.
    function readSignature(
        uint256 position,
        uint256 end,
        Fault malformed
    ) internal pure returns (uint256 r, uint256 s) {
        (position, ) = position.last(end, DerReader.BIT_STRING, malformed);
        // No unused bits.
        position = position.expect(end, 0, 1, malformed);
        (position, ) = position.last(end, DerReader.SEQUENCE, malformed);
        uint256 content = position;
        (content, position) = position.element(end, DerReader.INTEGER, malformed);
        r = content.integer(position, 32, malformed);
        (content, ) = position.last(end, DerReader.INTEGER, malformed);
        s = content.integer(end, 32, malformed);
    }

    /// @dev Reads the signed part, whose header is at `position`, into `certificate`. Returns where it ends.
    function _readTbs(
        Certificate memory certificate,
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) private pure returns (uint256 tbsEnd) {
        uint256 content;
        (position, tbsEnd) = position.element(end, DerReader.SEQUENCE, malformed);
        position = position.expect(
            tbsEnd,
            VERSION_3,
            5,
            document.fault(IDcapRules.UnsupportedCertificateVersion.selector)
        );
        (certificate.serial, position) = readSerial(position, tbsEnd, document, malformed);
        position = position.expect(
            tbsEnd,
            ECDSA_SHA256,
            12,
            document.fault(IDcapRules.UnsupportedSignatureAlgorithm.selector)
        );
        (content, position) = (position, _skipName(position, tbsEnd, malformed));
        certificate.issuerHash = Memory.hash(content, position - content);
        position = _readValidity(certificate, position, tbsEnd, document, malformed);
        (content, position) = (position, _skipName(position, tbsEnd, malformed));
        _checkSubject(content, position, document);
        if (document.code() != Documents.PCK) certificate.subjectHash = Memory.hash(content, position - content);
        position = position.expect(tbsEnd, P256_KEY_HEAD, 27, document.fault(IDcapRules.UnsupportedPublicKey.selector));
        // Cannot wrap: a position in memory.
        unchecked {
            if (position + 64 > tbsEnd) malformed.raise(position);
            certificate.x = Memory.word(position);
            certificate.y = Memory.word(position + 32);
            position += 64;
        }
        (position, ) = position.last(tbsEnd, 0xa3, malformed);
        (position, ) = position.last(tbsEnd, DerReader.SEQUENCE, malformed);
        CertificateExtensions.read(position, tbsEnd, document, certificate);
    }

    /// @dev Moves behind a name.
    function _skipName(uint256 position, uint256 end, Fault malformed) private pure returns (uint256 next) {
        (, next) = position.element(end, DerReader.SEQUENCE, malformed);
    }

    /// @dev Reads the SEQUENCE of the two dates and moves behind it.
    function _readValidity(
        Certificate memory certificate,
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) private pure returns (uint256 next) {
        (position, next) = position.element(end, DerReader.SEQUENCE, malformed);
        Fault fault = document.fault(IDcapRules.InvalidValidity.selector);
        (certificate.notBeforeSeconds, position) = Times.read(position, next, fault);
        (certificate.notAfterSeconds, position) = Times.read(position, next, fault);
        if (position != next) fault.raise(position);
    }

    /// @dev Refuses a subject that does not open with the common name of its role. `end - start` is at least 2.
    function _checkSubject(uint256 start, uint256 end, Document document) private pure {
        // Cannot wrap: positions in memory.
        unchecked {
            // 30 len, then 31 n+9 30 n+7 06 03 55 04 03 0c n.
            uint256 head = Memory.word(start);
            uint256 length = uint8(head >> 152);
            uint256 nameEnd = start + 13 + length;
            uint256 expected = 0x310030000603550403_0c00 + ((length + 9) << 72) + ((length + 7) << 56) + length;
            bool isCommonName =
                (head >> 247) & 1 == 0 && length < 0x80 && nameEnd <= end && uint88(head >> 152) == expected;
            if (!isCommonName || !_endsWithPhrase(nameEnd, length, document.code())) {
                document.fault(IDcapRules.WrongSubject.selector).raise(start);
            }
        }
    }

    /// @dev Whether the `length` bytes before `end` end with a phrase of the role.
    function _endsWithPhrase(uint256 end, uint256 length, uint256 role) private pure returns (bool result) {
        // Cannot wrap: more than 32 bytes of memory lie before any document.
        unchecked {
            uint256 tail = Memory.word(end - 32);
            if (role == Documents.PCK) return length >= 19 && uint152(tail) == PCK_PHRASE;
            if (role == Documents.ROOT) return length >= 11 && uint88(tail) == ROOT_PHRASE;
            if (role == Documents.TCB_SIGNING) return length >= 15 && uint120(tail) == TCB_SIGNING_PHRASE;
            return
                (length >= 19 && uint152(tail) == PLATFORM_CA_PHRASE) ||
                (length >= 20 && uint160(tail) == PROCESSOR_CA_PHRASE);
        }
    }
}
