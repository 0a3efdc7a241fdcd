// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificates} from "./Certificates.sol";
import {DerReader} from "./DerReader.sol";
import {Document, Documents, Fault} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {SerialSet} from "./SerialSet.sol";
import {Times} from "./Times.sol";

/// @notice A certificate revocation list of the form of docs/spec/dcap.md section 6.2. Its dates, issuer and signature
/// are not judged yet.
/// @param tbsDigest SHA-256 of the signed part.
/// @param issuerHash Keccak-256 of the issuer's name in DER.
/// @param authorityKeyId Key identifier of the issuer.
/// @param thisUpdateSeconds Seconds since 1970.
/// @param nextUpdateSeconds Seconds since 1970.
/// @param r First half of the signature.
/// @param s Second half of the signature.
/// @param serials The serial numbers on it, as `SerialSet` has them.
struct Crl {
    bytes32 tbsDigest;
    bytes32 issuerHash;
    bytes20 authorityKeyId;
    uint256 thisUpdateSeconds;
    uint256 nextUpdateSeconds;
    uint256 r;
    uint256 s;
    bytes serials;
}

/// @title Crls
/// @notice Reads certificate revocation lists, docs/spec/dcap.md section 6.2: rules 51 to 53, and 22 to 24 where they are
/// reached.
library Crls {
    using DerReader for uint256;

    uint256 private constant VERSION_2 = 0x020101;

    /// @dev `30 0c 30 0a 06 03 55 1d 15 04 03 0a 01`, a reason code but for its last byte.
    uint256 private constant REASON_HEAD = 0x300c300a0603551d1504030a01;

    /// @dev `06 03 55 1d 14`.
    uint256 private constant CRL_NUMBER_OID = 0x0603551d14;

    /// @dev `30 1f 06 03 55 1d 23 04 18 30 16 80 14`, an authority key identifier but for its 20 bytes.
    uint256 private constant KEY_ID_HEAD = 0x301f0603551d230418301680_14;

    /// @notice Reads a CRL.
    /// @param start Where in memory it starts.
    /// @param length Its length in bytes.
    /// @param documentCode `ROOT_CRL` or `PCK_CRL` of `Documents`.
    /// @return crl What it says.
    function read(uint256 start, uint256 length, uint256 documentCode) internal view returns (Crl memory crl) {
        Document document = Documents.named(documentCode, start);
        Fault malformed = document.fault(IDcapRules.MalformedCrl.selector);
        uint256 end = start + length;
        (uint256 tbs, ) = start.last(end, DerReader.SEQUENCE, malformed);
        uint256 tbsEnd = _readTbs(crl, tbs, end, document, malformed);
        crl.tbsDigest = Memory.sha(tbs, tbsEnd - tbs);
        Fault algorithm = document.fault(IDcapRules.UnsupportedSignatureAlgorithm.selector);
        uint256 position = tbsEnd.expect(end, Certificates.ECDSA_SHA256, 12, algorithm);
        (crl.r, crl.s) = Certificates.readSignature(position, end, malformed);
    }

    /// @dev Reads the signed part, whose header is at `position`, into `crl`. Returns where it ends.
    function _readTbs(
        Crl memory crl,
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) private pure returns (uint256 tbsEnd) {
        (position, tbsEnd) = position.element(end, DerReader.SEQUENCE, malformed);
        position = position.expect(tbsEnd, VERSION_2, 3, document.fault(IDcapRules.UnsupportedCrlVersion.selector));
        position = position.expect(
            tbsEnd,
            Certificates.ECDSA_SHA256,
            12,
            document.fault(IDcapRules.UnsupportedSignatureAlgorithm.selector)
        );
        uint256 content = position;
        (, position) = position.element(tbsEnd, DerReader.SEQUENCE, malformed);
        crl.issuerHash = Memory.hash(content, position - content);
        Fault invalidTime = document.fault(IDcapRules.InvalidValidity.selector);
        (crl.thisUpdateSeconds, position) = Times.read(position, tbsEnd, invalidTime);
        (crl.nextUpdateSeconds, position) = Times.read(position, tbsEnd, invalidTime);
        if (position != tbsEnd && Memory.byteAt(position) == DerReader.SEQUENCE) {
            (content, position) = position.element(tbsEnd, DerReader.SEQUENCE, malformed);
            crl.serials = _readEntries(content, position, document, malformed);
        }
        (position, ) = position.last(tbsEnd, 0xa0, malformed);
        (position, ) = position.last(tbsEnd, DerReader.SEQUENCE, malformed);
        crl.authorityKeyId = _readExtensions(position, tbsEnd, document.fault(IDcapRules.InvalidCrlExtension.selector));
    }

    /// @dev Reads the list of revoked certificates, which is not empty.
    function _readEntries(
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) private pure returns (bytes memory serials) {
        if (position == end) malformed.raise(position);
        // An entry has 20 bytes at least: two headers, a serial number of one byte and a UTCTime.
        serials = new bytes(end - position + SerialSet.WIDTH);
        uint256 length = 0;
        while (position != end) {
            uint256 serial;
            (serial, position) = _readEntry(position, end, document, malformed);
            length = SerialSet.insert(Memory.position(serials), length, serial);
        }
        // Memory-safe: makes it shorter, never longer.
        assembly ("memory-safe") {
            mstore(serials, length)
        }
    }

    /// @dev Reads an entry: serial number, time, and a reason which counts whatever it is.
    function _readEntry(
        uint256 position,
        uint256 end,
        Document document,
        Fault malformed
    ) private pure returns (uint256 serial, uint256 next) {
        (position, next) = position.element(end, DerReader.SEQUENCE, malformed);
        (serial, position) = Certificates.readSerial(position, next, document, malformed);
        (, position) = Times.read(position, next, document.fault(IDcapRules.InvalidValidity.selector));
        if (position != next) {
            Fault fault = document.fault(IDcapRules.InvalidCrlExtension.selector);
            position = position.expect(next, REASON_HEAD, 13, fault);
            // Cannot wrap: `expect` does not go beyond the end.
            unchecked {
                if (next - position != 1) fault.raise(position);
            }
        }
    }

    /// @dev Reads exactly CRL number and authority key identifier, in this order.
    function _readExtensions(uint256 position, uint256 end, Fault fault) private pure returns (bytes20 keyId) {
        uint256 content;
        (content, position) = position.element(end, DerReader.SEQUENCE, fault);
        content = content.expect(position, CRL_NUMBER_OID, 5, fault);
        (content, ) = content.last(position, DerReader.OCTET_STRING, fault);
        (content, ) = content.last(position, DerReader.INTEGER, fault);
        content.integer(position, 20, fault);
        position = position.expect(end, KEY_ID_HEAD, 13, fault);
        // Cannot wrap: `expect` does not go beyond the end.
        unchecked {
            if (end - position != 20) fault.raise(position);
        }
        return bytes20(bytes32(Memory.word(position)));
    }
}
