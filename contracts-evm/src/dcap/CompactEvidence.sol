// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {IDcapVerifier} from "./IDcapVerifier.sol";
import {LeafTemplates} from "./LeafTemplates.sol";
import {Memory} from "./Memory.sol";
import {Quote, Quotes} from "./Quotes.sol";
import {TeeTypes} from "./TeeTypes.sol";

/// @title CompactEvidence
/// @notice Evidence without the bytes that are known: it is rebuilt in memory, and every rule is applied to what is
/// rebuilt (docs/spec/dcap.md section 2 allows such encodings).
/// @dev Compact evidence:
///
///   bytes  field
///       5  the leaf's template: first bytes of the subject key identifier of its PCK CA (4), number (1)
///       1  form: 3 for SGX; 4; 5 for version 5 with a TD report 1.0, 6 with a 1.5
///      24  bytes 8 to 11 and 28 to 47 of the header; the others follow from the form
///      64  signature of the quote
///      64  attestation key
///      64  signature of the QE report
///      64  signature of the leaf, r and s
///       1  authentication data: 0 for 00 01 02 ... 1f, which is what Intel's QE emits; 1 if 32 bytes follow
///          those 32 bytes, if so
///          body, as runs over zeros
///          QE report without its report data, 320 bytes, as runs over the CPUSVN of the leaf and what the template has
///          what fills the template
///
/// Runs are their number (1), then for each how many bytes before it stay as they are (1), its length (1) and its bytes.
/// The report data of the QE is what rule 92 demands it to be: if the machine's QE
/// said anything else, its signature does not hold. Types and sizes in between are those of the form too, so that rules 1
/// to 5, 7 to 12, 33 and 92 cannot be broken by compact evidence. Arithmetic on positions in memory cannot wrap.
library CompactEvidence {
    /// @dev Bytes before body and authentication data.
    uint256 private constant HEAD_LENGTH = 287;

    /// @dev Bytes of a QE report before its report data.
    uint256 private constant QE_REPORT_HEAD_LENGTH = 320;

    /// @dev Zero bytes at the end of those, which are of a family and product that Intel's QE does not have.
    uint256 private constant QE_REPORT_ZEROS = 60;

    /// @dev The authentication data of Intel's QE.
    uint256 private constant USUAL_AUTH_DATA = 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f;

    /// @dev Bytes 0 to 7 of a header, version still missing.
    uint256 private constant SGX_HEAD = 0x0000020000000000;
    uint256 private constant TDX_HEAD = 0x0000020081000000;

    /// @dev Type and size of a body of version 5, both little-endian.
    uint256 private constant TD_REPORT_DESCRIPTOR = 0x020048020000;
    uint256 private constant TD_REPORT_15_DESCRIPTOR = 0x030088020000;

    /// @notice The template that compact evidence names.
    /// @dev Reverts with `MalformedCompactEvidence`.
    /// @param start Where in memory the compact evidence starts.
    /// @param length Its length in bytes.
    /// @return templateId First bytes of the subject key identifier of the PCK CA, and the number of the template.
    function templateOf(uint256 start, uint256 length) internal pure returns (bytes5 templateId) {
        if (length < HEAD_LENGTH) revert IDcapVerifier.MalformedCompactEvidence();
        return bytes5(bytes32(Memory.word(start)));
    }

    /// @notice Rebuilds a quote.
    /// @dev Reverts with `MalformedCompactEvidence`, rule 6.
    /// @param start Where in memory the compact evidence starts, for which `templateOf` gave the template.
    /// @param end Where it ends.
    /// @param template Where in memory the template starts.
    /// @return quote Where the parts of the quote are; `quote.leaf` is where what fills the template starts.
    function rebuild(uint256 start, uint256 end, uint256 template) internal view returns (Quote memory quote) {
        unchecked {
            uint256 form = Memory.byteAt(start + 5);
            if (form < 3 || form > 6) revert IDcapVerifier.MalformedCompactEvidence();
            quote.version = uint8(form == 6 ? 5 : form);
            quote.teeType = form == 3 ? TeeTypes.SGX : TeeTypes.TDX;
            quote.signature = start + 30;
            quote.attestationKey = start + 94;
            quote.qeSignature = start + 158;
            quote.end = end;
            uint256 position = start + HEAD_LENGTH;
            uint256 flag = Memory.byteAt(position - 1);
            if (flag > 1) revert IDcapVerifier.MalformedCompactEvidence();
            quote.qeAuthData = flag == 0 ? Memory.keep(USUAL_AUTH_DATA) : position;
            position = _rebuildSigned(quote, form, start + 6, position + 32 * flag);
            quote.leaf = _rebuildQeReport(quote, position, template);
        }
    }

    /// @notice Rebuilds the leaf of a quote, as far as it is signed, and reads it.
    /// @dev Reverts with `MalformedCompactEvidence`, rules 22, 24, 40, 41.
    /// @param start Where in memory the compact evidence starts.
    /// @param quote What `rebuild` gave.
    /// @param template Where in memory the template starts. It is used up.
    /// @param templateEnd Where it ends.
    /// @return leaf What its PCK certificate says, but for its issuer.
    function readLeaf(
        uint256 start,
        Quote memory quote,
        uint256 template,
        uint256 templateEnd
    ) internal view returns (Certificate memory leaf) {
        LeafTemplates.fill(leaf, template, templateEnd, quote.leaf, quote.end);
        unchecked {
            leaf.r = Memory.word(start + 222);
            leaf.s = Memory.word(start + 254);
        }
    }

    /// @dev Rebuilds header and body, rule 6 on the way. `fields` are those of the header, `position` is where the body
    /// starts. Returns where the body ends.
    function _rebuildSigned(
        Quote memory quote,
        uint256 form,
        uint256 fields,
        uint256 position
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 word = Memory.word(fields);
            if (form != 3 && word >> 224 != 0) revert IDcapRules.ReservedHeaderField(bytes4(bytes32(word)));
            uint256 bodyLength = Quotes.TD_REPORT_LENGTH;
            if (form == 3) bodyLength = Quotes.ENCLAVE_REPORT_LENGTH;
            if (form == 6) bodyLength = Quotes.TD_REPORT_15_LENGTH;
            uint256 signed = Memory.allocate(Quotes.HEADER_LENGTH + 6 + bodyLength);
            uint256 head = (form == 3 ? SGX_HEAD : TDX_HEAD) + (uint256(quote.version) << 56);
            uint256 vendor = uint128(Quotes.INTEL_QE_VENDOR);
            Memory.store(signed, (head << 192) | ((word >> 224) << 160) | (vendor << 32));
            Memory.move(signed + 28, fields + 4, 20);
            uint256 body = signed + Quotes.HEADER_LENGTH;
            if (form > 4) {
                Memory.store(body, (form == 5 ? TD_REPORT_DESCRIPTOR : TD_REPORT_15_DESCRIPTOR) << 208);
                body += 6;
            }
            quote.signed = signed;
            quote.body = body;
            quote.bodyEnd = body + bodyLength;
            Memory.clear(body, bodyLength);
            next = _expand(position, quote.end, body, bodyLength);
        }
    }

    /// @dev Rebuilds the QE report, whose runs start at `position`. Returns where they end.
    function _rebuildQeReport(
        Quote memory quote,
        uint256 position,
        uint256 template
    ) private view returns (uint256 next) {
        unchecked {
            uint256 report = Memory.allocate(Quotes.ENCLAVE_REPORT_LENGTH);
            quote.qeReport = report;
            Memory.move(report, LeafTemplates.cpuSvnOf(template, quote.end), 16);
            uint256 known = report + LeafTemplates.QE_REPORT_OFFSET;
            Memory.move(known, template + LeafTemplates.QE_REPORT, LeafTemplates.QE_REPORT_LENGTH);
            Memory.clear(known + LeafTemplates.QE_REPORT_LENGTH, QE_REPORT_ZEROS);
            next = _expand(position, quote.end, report, QE_REPORT_HEAD_LENGTH);
            report += QE_REPORT_HEAD_LENGTH;
            Memory.store(report, uint256(Memory.shaPair(quote.attestationKey, 64, quote.qeAuthData, 32)));
            Memory.store(report + 32, 0);
            quote.qeAuthData = 0;
        }
    }

    /// @dev Writes runs, which start at `position` and end before `end`, over `length` bytes at `target`. Returns where
    /// they end.
    function _expand(
        uint256 position,
        uint256 end,
        uint256 target,
        uint256 length
    ) private pure returns (uint256 next) {
        unchecked {
            // Behind the end there are no runs.
            bool isMalformed = position >= end;
            // In the language a run takes three times the gas. Memory-safe: a run is copied only after it is known to end
            // where the target ends, or before.
            assembly ("memory-safe") {
                let targetEnd := add(target, length)
                next := add(position, 1)
                for {
                    let runs := byte(0, mload(position))
                } runs {
                    runs := sub(runs, 1)
                } {
                    let word := mload(next)
                    let size := byte(1, word)
                    target := add(target, byte(0, word))
                    next := add(next, 2)
                    isMalformed := or(gt(add(target, size), targetEnd), gt(add(next, size), end))
                    if isMalformed {
                        break
                    }
                    mcopy(target, next, size)
                    target := add(target, size)
                    next := add(next, size)
                }
            }
            if (isMalformed) revert IDcapVerifier.MalformedCompactEvidence();
        }
    }
}
