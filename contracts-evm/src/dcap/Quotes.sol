// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {TeeTypes} from "./TeeTypes.sol";

/// @notice Where the parts of evidence are in memory, docs/spec/dcap.md section 3.
/// @param teeType `SGX` or `TDX` of `TeeTypes`.
/// @param version 3 for SGX, 4 or 5 for TDX.
/// @param signed Header and body, as the attestation key signed them.
/// @param body The report.
/// @param bodyEnd Where header and body end.
/// @param signature Signature of the quote, 64 bytes.
/// @param attestationKey Its key, 64 bytes.
/// @param qeReport Report of the quoting enclave, 384 bytes.
/// @param qeSignature Signature of that report, 64 bytes.
/// @param qeAuthData Authentication data, 32 bytes; zero where the QE report was made to fit them.
/// @param leaf The PCK certificate.
/// @param end Where the evidence ends, and the certificate with it.
struct Quote {
    uint8 teeType;
    uint8 version;
    uint256 signed;
    uint256 body;
    uint256 bodyEnd;
    uint256 signature;
    uint256 attestationKey;
    uint256 qeReport;
    uint256 qeSignature;
    uint256 qeAuthData;
    uint256 leaf;
    uint256 end;
}

/// @title Quotes
/// @notice Takes evidence apart and judges its form, docs/spec/dcap.md section 7: rules 1 to 16.
/// @dev Numbers inside a quote are little-endian. Arithmetic on positions in memory cannot wrap.
library Quotes {
    /// @notice Bytes of a header.
    uint256 internal constant HEADER_LENGTH = 48;

    /// @notice Bytes of an enclave report, also of the quoting enclave's.
    uint256 internal constant ENCLAVE_REPORT_LENGTH = 384;

    /// @notice Bytes of a TD report 1.0.
    uint256 internal constant TD_REPORT_LENGTH = 584;

    /// @notice Bytes of a TD report 1.5.
    uint256 internal constant TD_REPORT_15_LENGTH = 648;

    /// @dev Least bytes of evidence, those of version 3 without the certificate.
    uint256 private constant MIN_LENGTH = 1052;

    /// @notice The vendor id of Intel's quoting enclaves.
    bytes16 internal constant INTEL_QE_VENDOR = 0x939a7233f79c4ca9940a0db3957f0607;

    /// @dev Certification data types: the QE report with what certifies it; the PCK certificate as DER.
    uint256 private constant QE_REPORT_DATA = 6;
    uint256 private constant PCK_CERTIFICATE = 4;

    /// @dev Bits of TDATTRIBUTES in the order of the bytes: DEBUG (0), ICSSD (16), LASS, SEPT_VE_DISABLE, MIGRATABLE, PKS,
    /// KL (27 to 31), PERFMON (63).
    uint64 private constant KNOWN_TD_ATTRIBUTES = 0x010001f800000080;
    uint64 private constant SEPT_VE_DISABLE = 0x0000001000000000;
    uint64 private constant TD_DEBUG = 0x0100000000000000;

    /// @notice Takes evidence apart, rules 1 to 12.
    /// @param start Where in memory it starts.
    /// @param length Its length in bytes.
    /// @return quote Where its parts are.
    function read(uint256 start, uint256 length) internal pure returns (Quote memory quote) {
        unchecked {
            if (length < MIN_LENGTH) revert IDcapRules.TruncatedEvidence(length, MIN_LENGTH);
            uint256 version = _readHeader(start);
            // Made of a number from 3 to 5.
            quote.version = uint8(version);
            quote.teeType = version == 3 ? TeeTypes.SGX : TeeTypes.TDX;
            quote.signed = start;
            quote.body = start + HEADER_LENGTH;
            if (version == 3) {
                quote.bodyEnd = quote.body + ENCLAVE_REPORT_LENGTH;
            } else if (version == 4) {
                quote.bodyEnd = quote.body + TD_REPORT_LENGTH;
            } else {
                quote.body += 6;
                quote.bodyEnd = quote.body + _readBodyDescriptor(start + HEADER_LENGTH);
            }
            quote.signature = quote.bodyEnd + 4;
            quote.attestationKey = quote.bodyEnd + 68;
            quote.qeReport = quote.bodyEnd + (version == 3 ? 132 : 138);
            quote.qeSignature = quote.qeReport + ENCLAVE_REPORT_LENGTH;
            quote.qeAuthData = quote.qeReport + 450;
            quote.leaf = quote.qeReport + 488;
            quote.end = start + length;
            if (quote.end < quote.leaf) revert IDcapRules.TruncatedEvidence(length, quote.leaf - start);
            _checkSizes(quote);
        }
    }

    /// @notice Judges what a report may say whoever made it, rules 13 to 16.
    /// @param quote The evidence.
    function checkReport(Quote memory quote) internal pure {
        uint256 body = quote.body;
        unchecked {
            if (quote.teeType == TeeTypes.SGX) {
                // Bytes 21 to 31, 96 to 127, 160 to 191 and 262 to 303.
                uint256 reserved =
                    uint88(Memory.word(body)) |
                        Memory.word(body + 96) |
                        Memory.word(body + 160) |
                        Memory.word(body + 262) |
                        Memory.word(body + 272);
                if (reserved != 0) revert IDcapRules.ReservedReportField();
                // Bit 1 of the first byte of ATTRIBUTES.
                if (Memory.byteAt(body + 48) & 0x02 != 0) revert IDcapRules.DebugNotAllowed();
            } else {
                // 8 bytes.
                uint64 attributes = uint64(Memory.word(body + 120) >> 192);
                if (attributes & ~KNOWN_TD_ATTRIBUTES != 0) revert IDcapRules.ReservedTdAttributes(bytes8(attributes));
                if (attributes & SEPT_VE_DISABLE == 0) revert IDcapRules.SeptVeNotDisabled(bytes8(attributes));
                if (attributes & TD_DEBUG != 0) revert IDcapRules.DebugNotAllowed();
            }
        }
    }

    /// @notice Moves all places of a quote.
    /// @param quote The quote.
    /// @param distance How far, modulo 2^256.
    function shift(Quote memory quote, uint256 distance) internal pure {
        // One by one in the language, they are too many for the stack. Memory-safe: all words of the struct but the first
        // two are places.
        assembly ("memory-safe") {
            let place := add(quote, 64)
            for {
                let end := add(quote, 384)
            } lt(place, end) {
                place := add(place, 32)
            } {
                mstore(place, add(mload(place), distance))
            }
        }
    }

    /// @notice The two bytes at a position as a number.
    /// @param position The position in memory.
    /// @return value The number.
    function u16(uint256 position) internal pure returns (uint256 value) {
        value = Memory.word(position);
        return (value >> 248) | ((value >> 232) & 0xff00);
    }

    /// @notice The four bytes at a position as a number.
    /// @param position The position in memory.
    /// @return value The number.
    function u32(uint256 position) internal pure returns (uint256 value) {
        unchecked {
            return u16(position) | (u16(position + 2) << 16);
        }
    }

    /// @dev Checks the header of a quote, rules 2 to 6, and gives its version.
    function _readHeader(uint256 start) private pure returns (uint256 version) {
        unchecked {
            version = u16(start);
            if (version < 3 || version > 5) revert IDcapRules.UnsupportedQuoteVersion(version);
            uint256 keyType = u16(start + 2);
            if (keyType != 2) revert IDcapRules.UnsupportedAttestationKeyType(keyType);
            uint256 teeType = u32(start + 4);
            if (teeType != (version == 3 ? 0 : 0x81)) revert IDcapRules.UnsupportedTeeType(teeType);
            bytes16 vendor = bytes16(bytes32(Memory.word(start + 12)));
            if (vendor != INTEL_QE_VENDOR) revert IDcapRules.UnknownQeVendor(vendor);
            bytes4 field = bytes4(bytes32(Memory.word(start + 8)));
            if (version != 3 && field != 0) revert IDcapRules.ReservedHeaderField(field);
        }
    }

    /// @dev Checks type and size of the body of a quote of version 5, rules 7 and 8, and gives the size.
    function _readBodyDescriptor(uint256 position) private pure returns (uint256 size) {
        unchecked {
            uint256 bodyType = u16(position);
            if (bodyType != 2 && bodyType != 3) revert IDcapRules.UnsupportedBodyType(bodyType);
            size = u32(position + 2);
            if (size != (bodyType == 2 ? TD_REPORT_LENGTH : TD_REPORT_15_LENGTH))
                revert IDcapRules.InvalidBodySize(size);
        }
    }

    /// @dev Checks types and sizes of signature and certification data in the order of the bytes, rules 9 to 12.
    function _checkSizes(Quote memory quote) private pure {
        unchecked {
            uint256 end = quote.end;
            uint256 size = u32(quote.bodyEnd);
            if (size != end - quote.signature) {
                revert IDcapRules.InvalidSignatureDataSize(size, end - quote.signature);
            }
            uint256 qeReport = quote.qeReport;
            if (quote.version != 3) _checkCertificationData(qeReport, QE_REPORT_DATA, end);
            size = u16(qeReport + 448);
            if (size != 32) revert IDcapRules.InvalidQeAuthDataSize(size);
            _checkCertificationData(quote.leaf, PCK_CERTIFICATE, end);
        }
    }

    /// @dev Checks type and size in front of certification data.
    function _checkCertificationData(uint256 data, uint256 expectedType, uint256 end) private pure {
        unchecked {
            uint256 dataType = u16(data - 6);
            if (dataType != expectedType) revert IDcapRules.UnsupportedCertificationData(dataType);
            uint256 size = u32(data - 4);
            if (size != end - data) revert IDcapRules.InvalidCertificationDataSize(size, end - data);
        }
    }
}
