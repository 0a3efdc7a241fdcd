// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bools} from "./Bools.sol";
import {Certificate} from "./Certificate.sol";
import {CertificateChain} from "./CertificateChain.sol";
import {CertificateJudge} from "./CertificateJudge.sol";
import {CollateralStore} from "./CollateralStore.sol";
import {CompactEvidence} from "./CompactEvidence.sol";
import {DataContracts} from "./DataContracts.sol";
import {DocumentJudge} from "./DocumentJudge.sol";
import {Documents} from "./Documents.sol";
import {EvidenceReader} from "./EvidenceReader.sol";
import {IDcapVerifier} from "./IDcapVerifier.sol";
import {IEvidenceVerifier, JudgedEvidence} from "./IEvidenceVerifier.sol";
import {JudgedReports} from "./JudgedReports.sol";
import {KeptCa, KeptDocument} from "./KeptCollateral.sol";
import {Memory} from "./Memory.sol";
import {P256Signatures} from "./P256Signatures.sol";
import {PckCaLayout} from "./PckCaLayout.sol";
import {Quote, Quotes} from "./Quotes.sol";
import {SerialSet} from "./SerialSet.sol";
import {TcbJudgement} from "./TcbJudgement.sol";
import {VerifiedReport} from "./VerifiedReport.sol";

/// @title DcapVerifier
/// @notice Verifies Intel DCAP evidence, see `IDcapVerifier`.
contract DcapVerifier is CollateralStore, IDcapVerifier {
    /// @dev Bytes before the evidence in what `judge` takes, and what the last of them may be.
    uint256 private constant JUDGED_START = 5;
    uint8 private constant DER_LEAF = 1;
    uint8 private constant COMPACT = 2;

    EvidenceReader private immutable _READER;

    /// @param fingerprint SHA-256 of the root certificate: Intel's, or on a local network that of its simulated vendor.
    /// @param certificateJudge Judges certificates and CRLs: a `CertificateJudge` as compiled here.
    /// @param documentJudge Judges TCB info and QE identities: a `DocumentJudge` as compiled here.
    /// @param reader Reads evidence: an `EvidenceReader` as compiled here.
    constructor(
        bytes32 fingerprint,
        CertificateJudge certificateJudge,
        DocumentJudge documentJudge,
        EvidenceReader reader
    ) CollateralStore(fingerprint, certificateJudge, documentJudge) {
        _READER = reader;
    }

    /// @inheritdoc IDcapVerifier
    function addLeafTemplate(bytes calldata evidence, uint32 evaluationNumber) external returns (bytes5 templateId) {
        VerifiedReport memory verified;
        bytes4 keyIdStart = bytes4(_verifyDer(evidence, evaluationNumber, verified));
        KeptCa ca = _pckCas[keyIdStart];
        (bytes memory kept, uint8 number) = _READER.addTemplate(evidence, DataContracts.readBytes(ca.pointer()));
        templateId = bytes5(keyIdStart) | (bytes5(bytes1(number)) >> 32);
        if (kept.length == 0) return templateId;
        _pckCas[keyIdStart] = ca.movedTo(DataContracts.write(kept));
        emit LeafTemplateAdded(templateId);
    }

    /// @inheritdoc IDcapVerifier
    function verify(
        bytes calldata evidence,
        uint32 evaluationNumber
    ) external view returns (VerifiedReport memory verified) {
        _verifyDer(evidence, evaluationNumber, verified);
        _finish(verified);
    }

    /// @inheritdoc IDcapVerifier
    function verifyCompact(
        bytes calldata evidence,
        uint32 evaluationNumber
    ) external view returns (VerifiedReport memory verified) {
        _verifyCompact(evidence, evaluationNumber, verified);
        _finish(verified);
    }

    /// @inheritdoc IEvidenceVerifier
    function judge(bytes calldata evidence) external view returns (JudgedEvidence memory facts) {
        if (evidence.length < JUDGED_START) revert UnknownEvidenceForm();
        uint256 number = uint32(bytes4(evidence[:4]));
        uint8 form = uint8(evidence[4]);
        VerifiedReport memory verified;
        if (form == DER_LEAF) _verifyDer(evidence[JUDGED_START:], number, verified);
        else if (form == COMPACT) _verifyCompact(evidence[JUDGED_START:], number, verified);
        else revert UnknownEvidenceForm();
        return JudgedReports.toJudged(verified);
    }

    /// @dev Ends the call with an answer. The language would encode the same, an element of an array at a time, which costs
    /// 1,000 gas more for 20 advisories.
    function _finish(VerifiedReport memory verified) private pure {
        // In memory as encoded: words, of which the last two point to arrays. An array in memory is its length and its
        // elements, and 32 bytes behind a report of any length are free. Memory-safe: writes beyond the free memory
        // pointer, and nothing comes after.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, 32)
            let target := add(start, 32)
            mcopy(target, verified, 288)
            let advisories := mload(add(verified, 224))
            let length := add(32, shl(5, mload(advisories)))
            mstore(add(target, 224), 288)
            mcopy(add(target, 288), advisories, length)
            mstore(add(target, 256), add(288, length))
            target := add(target, add(288, length))
            let report := mload(add(verified, 256))
            length := mload(report)
            mcopy(target, report, add(32, length))
            target := add(target, add(32, length))
            mstore(target, 0)
            return(start, sub(and(add(target, 31), not(31)), start))
        }
    }

    /// @dev Judges evidence with its leaf as DER, and puts what comes of it into `verified`. Returns the subject key
    /// identifier of its PCK CA.
    function _verifyDer(
        bytes calldata evidence,
        uint256 number,
        VerifiedReport memory verified
    ) private view returns (bytes20 keyId) {
        Quote memory quote;
        Certificate memory leaf;
        _read(evidence, quote, leaf);
        keyId = leaf.authorityKeyId;
        (KeptCa ca, uint256 kept) = _readCa(bytes4(keyId));
        if (ca.pointer() == address(0)) revert PckCaMissing(keyId);
        if (_keyIdOf(kept) != keyId) revert PckCaMissing(keyId);
        _verify(quote, leaf, ca, kept, number, verified);
    }

    /// @dev A PCK CA, and where in memory the head of what is kept of it is, all zero where there is none.
    function _readCa(bytes4 keyIdStart) private view returns (KeptCa ca, uint256 kept) {
        ca = _pckCas[keyIdStart];
        kept = DataContracts.read(ca.pointer(), 0, PckCaLayout.SERIALS);
    }

    /// @dev The subject key identifier of a PCK CA.
    function _keyIdOf(uint256 kept) private pure returns (bytes20 keyId) {
        unchecked {
            return bytes20(bytes32(Memory.word(kept + PckCaLayout.KEY_ID)));
        }
    }

    /// @dev Has evidence read by the reader. Its places are in the copy that the reader was sent.
    function _read(bytes calldata evidence, Quote memory quote, Certificate memory leaf) private view {
        bytes memory input = abi.encodeCall(EvidenceReader.read, (evidence, 0));
        address reader = address(_READER);
        // Decoding 29 fields one by one takes 2,000 gas and room that this contract does not have. Both structs have words
        // for fields, 12 and 17, so that in memory they look as they do encoded; their values come from a reader that is
        // trusted to read. Memory-safe: writes to memory that was taken.
        assembly ("memory-safe") {
            // Behind length and selector lie two words of the arguments, the length of the evidence and the evidence. The
            // second argument is where that is.
            mstore(add(input, 68), add(input, 132))
            if iszero(staticcall(gas(), reader, add(input, 32), mload(input), 0, 0)) {
                returndatacopy(input, 0, returndatasize())
                revert(input, returndatasize())
            }
            returndatacopy(quote, 0, 384)
            returndatacopy(leaf, 384, 544)
        }
    }

    /// @dev Judges compact evidence, and puts what comes of it into `verified`.
    function _verifyCompact(bytes calldata evidence, uint256 number, VerifiedReport memory verified) private view {
        uint256 start = Memory.copy(evidence);
        bytes5 templateId = CompactEvidence.templateOf(start, evidence.length);
        (KeptCa ca, uint256 kept) = _readCa(bytes4(templateId));
        // Cannot wrap: positions in memory, a number of one byte.
        unchecked {
            uint256 templateNumber = uint8(templateId[4]);
            uint256 end = templateNumber < PckCaLayout.MAX_TEMPLATES ? PckCaLayout.bound(kept, templateNumber + 1) : 0;
            if (end == 0) revert UnknownLeafTemplate(templateId);
            uint256 offset = PckCaLayout.bound(kept, templateNumber);
            uint256 template = DataContracts.read(ca.pointer(), offset, end - offset);
            Quote memory quote = CompactEvidence.rebuild(start, start + evidence.length, template);
            Quotes.checkReport(quote);
            Certificate memory leaf = CompactEvidence.readLeaf(start, quote, template, template + end - offset);
            // The template is of a leaf under this CA.
            leaf.issuerHash = bytes32(Memory.word(kept + PckCaLayout.SUBJECT_HASH));
            leaf.authorityKeyId = _keyIdOf(kept);
            _verify(quote, leaf, ca, kept, number, verified);
        }
    }

    /// @dev Judges evidence whose form holds, sections 8 and 9, and puts what comes of it into `verified`.
    function _verify(
        Quote memory quote,
        Certificate memory leaf,
        KeptCa ca,
        uint256 kept,
        uint256 number,
        VerifiedReport memory verified
    ) private view {
        verified.teeType = quote.teeType;
        verified.quoteVersion = quote.version;
        // It came as 32 bits.
        verified.evaluationNumber = uint32(number);
        _checkSignatures(quote, leaf, ca, kept);
        (uint256 tcbInfoStart, uint256 identityStart) = _selectCollateral(verified, leaf, ca);
        (verified.tcbStatus, verified.advisories) = TcbJudgement.judge(quote, leaf, tcbInfoStart, identityStart);
        verified.fmspc = leaf.fmspc;
        verified.platformId = Memory.hash(leaf.ppid);
        // Cannot wrap: positions in memory.
        unchecked {
            verified.report = Memory.slice(quote.body, quote.bodyEnd - quote.body);
        }
    }

    /// @dev Judges everything from the leaf's issuer to the quote's signature: rules 33 to 37, 91 to 93.
    function _checkSignatures(Quote memory quote, Certificate memory leaf, KeptCa ca, uint256 kept) private view {
        // Cannot wrap: positions in memory; serial numbers do not end before they start.
        unchecked {
            bytes32 issuerHash = bytes32(Memory.word(kept + PckCaLayout.SUBJECT_HASH));
            CertificateChain.checkIssuerAndDates(leaf, Documents.PCK, issuerHash, leaf.authorityKeyId);
            uint256 serialsLength = PckCaLayout.bound(kept, 0) - PckCaLayout.SERIALS;
            uint256 serials = DataContracts.read(ca.pointer(), PckCaLayout.SERIALS, serialsLength);
            if (SerialSet.contains(serials, serialsLength, leaf.serial)) {
                revert CertificateRevoked(Documents.PCK, leaf.serial);
            }
            if (!_isSigned(leaf.tbsDigest, leaf.r, leaf.s, Memory.word(kept), Memory.word(kept + 32))) {
                revert InvalidCertificateSignature(Documents.PCK);
            }
            uint256 report = quote.qeReport;
            bytes32 digest = Memory.sha(report, Quotes.ENCLAVE_REPORT_LENGTH);
            if (!_isSignedAt(digest, quote.qeSignature, leaf.x, leaf.y)) revert InvalidQeReportSignature();
            uint256 key = quote.attestationKey;
            if (quote.qeAuthData != 0) {
                uint256 bound = uint256(Memory.shaPair(key, 64, quote.qeAuthData, 32));
                if (Bools.or(Memory.word(report + 320) != bound, Memory.word(report + 352) != 0)) {
                    revert QeReportDataMismatch();
                }
            }
            digest = Memory.sha(quote.signed, quote.bodyEnd - quote.signed);
            if (!_isSignedAt(digest, quote.signature, Memory.word(key), Memory.word(key + 32))) {
                revert InvalidQuoteSignature();
            }
        }
    }

    /// @dev Finds what to judge by and judges that: rules 100 to 104. Returns where TCB info and QE identity are, and puts
    /// the end of everything into `verified`.
    function _selectCollateral(
        VerifiedReport memory verified,
        Certificate memory leaf,
        KeptCa ca
    ) private view returns (uint256 tcbInfoStart, uint256 identityStart) {
        uint256 teeType = verified.teeType;
        uint256 number = verified.evaluationNumber;
        KeptDocument info = _tcbInfos[_tcbInfoKey(teeType, leaf.fmspc, number)];
        if (info.pointer() == address(0)) revert TcbInfoMissing(teeType, leaf.fmspc, number);
        (uint256 kept, ) = DataContracts.read(info.pointer());
        // Cannot wrap: positions in memory.
        unchecked {
            tcbInfoStart = kept + TCB_INFO_START;
            bytes2 expected = bytes2(bytes32(Memory.word(tcbInfoStart)));
            if (leaf.pceId != expected) revert PceIdMismatch(expected, leaf.pceId);
            // What `KeptDocument` says, then the PCEID.
            uint256 head = Memory.word(kept);
            identityStart = kept + uint16(head >> 16);
            uint256 identityEnd = uint40(head >> 200);
            uint256 identityCertificate = uint8(head >> 192);
            if (Bools.or(head >> 240 == 0, head >> 240 != ca.epoch(teeType))) {
                KeptDocument identity = _qeIdentities[_qeIdentityKey(teeType, number)];
                if (identity.pointer() == address(0)) revert QeIdentityMissing(teeType, number);
                identityEnd = identity.expiresAtSeconds();
                identityCertificate = identity.certificate();
                if (identity.pointer() != address(uint160(head >> 32))) {
                    (identityStart, ) = DataContracts.read(identity.pointer());
                }
            }
            uint256 endSeconds = _min(ca.expiresAtSeconds(), _min(info.expiresAtSeconds(), identityEnd));
            if (block.timestamp > endSeconds) revert CollateralExpired(endSeconds);
            // Dates have at most 40 bits.
            verified.expiresAtSeconds = uint64(_min(endSeconds, leaf.notAfterSeconds));
            uint256 revoked = ca.revoked();
            if (revoked != 0) _checkRevoked(revoked, info.certificate(), identityCertificate);
        }
    }

    /// @dev Refuses collateral under a revoked certificate: rule 102. `revoked` is as in `KeptCa`.
    function _checkRevoked(uint256 revoked, uint256 infoCertificate, uint256 identityCertificate) private pure {
        if (_isRevoked(revoked, infoCertificate) || _isRevoked(revoked, identityCertificate)) {
            revert CollateralRevoked(Documents.TCB_SIGNING);
        }
        if (_isRevoked(revoked, THIS_CA)) revert CollateralRevoked(Documents.PCK_CA);
    }

    /// @dev Whether the 64 bytes at `signature` are one of a key over a digest.
    function _isSignedAt(bytes32 digest, uint256 signature, uint256 x, uint256 y) private view returns (bool isSigned) {
        unchecked {
            return _isSigned(digest, Memory.word(signature), Memory.word(signature + 32), x, y);
        }
    }

    /// @dev Whether a signature is one of a key over a digest. The way without the precompile is long and lies elsewhere.
    function _isSigned(
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) private view returns (bool isSigned) {
        return P256Signatures.tryPrecompile(digest, r, s, x, y) || _CERTIFICATE_JUDGE.verifyP256(digest, r, s, x, y);
    }
}
