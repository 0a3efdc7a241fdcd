// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "../../src/dcap/Certificate.sol";
import {Certificates} from "../../src/dcap/Certificates.sol";
import {CompactEvidence} from "../../src/dcap/CompactEvidence.sol";
import {Crl, Crls} from "../../src/dcap/Crls.sol";
import {Documents} from "../../src/dcap/Documents.sol";
import {LeafTemplates} from "../../src/dcap/LeafTemplates.sol";
import {Memory} from "../../src/dcap/Memory.sol";
import {QeIdentities, QeIdentity} from "../../src/dcap/QeIdentities.sol";
import {Quote, Quotes} from "../../src/dcap/Quotes.sol";
import {TcbInfo, TcbInfos} from "../../src/dcap/TcbInfos.sol";

/// @title MemoryCanary
/// @notice Runs the readers of src/dcap with memory around them that they must leave alone: a canary before their input,
/// the input, the zero slot, and whatever the language takes next. Free memory is full of ones, so that none may rely on
/// what is there. Where a reader reverts, so does the call.
abstract contract MemoryCanary {
    /// @notice Thrown when a reader changed memory that is not its own.
    error MemoryChanged(string what);

    uint256 private constant CANARY = 0xc0441d04c0441d04c0441d04c0441d04c0441d04c0441d04c0441d04c0441d04;

    /// @dev Checks memory around what the function does.
    modifier guarded() {
        uint256[] memory canary = _open();
        _;
        _close(canary);
    }

    /// @dev Sets a canary up.
    function _open() private pure returns (uint256[] memory canary) {
        canary = new uint256[](4);
        for (uint256 i = 0; i < canary.length; ++i) canary[i] = CANARY + i;
        _soil();
    }

    /// @dev Looks at the canary and at what the language relies on.
    function _close(uint256[] memory canary) private pure {
        for (uint256 i = 0; i < canary.length; ++i) {
            if (canary[i] != CANARY + i) revert MemoryChanged("canary");
        }
        uint256 zero;
        uint256 free;
        assembly ("memory-safe") {
            zero := mload(0x60)
            free := mload(0x40)
        }
        if (zero != 0) revert MemoryChanged("zero slot");
        if (free % 32 != 0 || free > 0x100000) revert MemoryChanged("free memory pointer");
    }

    /// @dev Fills memory that is free, which may hold anything.
    function _soil() private pure {
        assembly ("memory-safe") {
            let start := mload(0x40)
            for {
                let place := start
            } lt(place, add(start, 0x10000)) {
                place := add(place, 32)
            } {
                mstore(place, not(0))
            }
        }
    }

    /// @dev Copies the input, as every reader has it.
    function _copy(bytes calldata input) internal pure returns (uint256 start) {
        start = Memory.copy(input);
        if (Memory.word(start + input.length) != 0) revert MemoryChanged("spare bytes");
    }

    /// @dev The input is as it came.
    function _checkInput(uint256 start, bytes calldata input) internal pure {
        if (Memory.hash(start, input.length) != keccak256(input)) revert MemoryChanged("input");
        if (Memory.word(start + input.length) != 0) revert MemoryChanged("spare bytes");
    }

    /// @dev What a reader keeps is not part of what the language takes next, and that is empty.
    function _checkKept(bytes memory kept) internal pure {
        bytes32 before = keccak256(kept);
        bytes memory next = new bytes(1024);
        for (uint256 i = 0; i < next.length; ++i) {
            if (next[i] != 0) revert MemoryChanged("new memory");
            next[i] = 0xff;
        }
        if (keccak256(kept) != before) revert MemoryChanged("what was kept");
    }
}

/// @title CollateralCanary
/// @notice The readers of collateral, see `MemoryCanary`.
contract CollateralCanary is MemoryCanary {
    function readCertificate(bytes calldata der, uint256 role) external view guarded {
        uint256 start = _copy(der);
        Certificate memory certificate = Certificates.read(start, der.length, role);
        _checkKept(abi.encode(certificate));
        _checkInput(start, der);
    }

    function readCrl(bytes calldata der) external view guarded {
        uint256 start = _copy(der);
        Crl memory crl = Crls.read(start, der.length, Documents.PCK_CRL);
        _checkKept(crl.serials);
        _checkInput(start, der);
    }

    function readTcbInfo(bytes calldata document) external pure guarded {
        uint256 start = _copy(document);
        TcbInfo memory info = TcbInfos.read(start, document.length);
        _checkKept(info.kept);
        _checkInput(start, document);
    }

    function readQeIdentity(bytes calldata document) external pure guarded {
        uint256 start = _copy(document);
        QeIdentity memory identity = QeIdentities.read(start, document.length);
        _checkKept(identity.kept);
        _checkInput(start, document);
    }
}

/// @title EvidenceCanary
/// @notice The readers of evidence. A contract of its own: with both kinds inlined into one, the compiler runs out of
/// stack.
contract EvidenceCanary is MemoryCanary {
    function readQuote(bytes calldata evidence) external view guarded {
        uint256 start = _copy(evidence);
        Quote memory quote = Quotes.read(start, evidence.length);
        Quotes.checkReport(quote);
        Certificates.read(quote.leaf, quote.end - quote.leaf, Documents.PCK);
        _checkKept(abi.encode(quote));
        _checkInput(start, evidence);
    }

    /// @notice Makes a template, whose places in the input become empty.
    function makeTemplate(bytes calldata evidence) external view guarded returns (bytes memory template) {
        Quote memory quote = Quotes.read(_copy(evidence), evidence.length);
        Certificate memory leaf = Certificates.read(quote.leaf, quote.end - quote.leaf, Documents.PCK);
        template = LeafTemplates.make(quote.leaf, leaf, quote.qeReport);
        _checkKept(template);
    }

    /// @notice Rebuilds compact evidence: the signed part of the quote and the QE report, with the leaf's fields.
    function rebuild(
        bytes calldata evidence,
        bytes calldata template
    ) external view guarded returns (bytes memory signed, bytes memory qeReport, Certificate memory leaf) {
        uint256 start = _copy(evidence);
        CompactEvidence.templateOf(start, evidence.length);
        uint256 templateStart = _copy(template);
        Quote memory quote = CompactEvidence.rebuild(start, start + evidence.length, templateStart);
        leaf = CompactEvidence.readLeaf(start, quote, templateStart, templateStart + template.length);
        signed = Memory.slice(quote.signed, quote.bodyEnd - quote.signed);
        qeReport = Memory.slice(quote.qeReport, Quotes.ENCLAVE_REPORT_LENGTH);
        _checkKept(signed);
        _checkInput(start, evidence);
    }
}
