// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapRules} from "./IDcapRules.sol";
import {IEvidenceVerifier} from "./IEvidenceVerifier.sol";
import {VerifiedReport} from "./VerifiedReport.sol";

/// @title IDcapVerifier
/// @notice Verifies Intel DCAP evidence of SGX (quote version 3) and TDX (4 and 5), docs/spec/dcap.md sections 7 to 9, by
/// the collateral that its store has admitted. Debug evidence is always refused.
/// @dev `judge` of `IEvidenceVerifier` takes the evaluation number (4 bytes, big-endian), the form (1 byte: 1 as for
/// `verify`, 2 as for `verifyCompact`), and the evidence in that form. It reverts as that function does, and with
/// `UnknownEvidenceForm`.
interface IDcapVerifier is IDcapRules, IEvidenceVerifier {
    /// @notice Thrown when evidence that is to be judged opens otherwise than with evaluation number and form.
    error UnknownEvidenceForm();

    /// @notice Thrown when compact evidence is not of its form.
    error MalformedCompactEvidence();

    /// @notice Thrown when there is no template with an id: add it, or pass the evidence with its leaf as DER.
    /// @param templateId The id.
    error UnknownLeafTemplate(bytes5 templateId);

    /// @notice Thrown when a certificate cannot become a template: its dates are no UTCTime.
    error NoTemplate();

    /// @notice A template has been added.
    /// @param templateId What compact evidence calls it.
    event LeafTemplateAdded(bytes5 indexed templateId);

    /// @notice Verifies evidence at the time of the block.
    /// @dev Reverts with the first broken rule: 1 to 16, 20 to 32, 40, 41, 90, 33 to 37, 91 to 93, 100 to 117.
    /// @param evidence A quote with its PCK certificate as DER, section 3.
    /// @param evaluationNumber The edition of the collateral to judge by. Any that is stored and has not expired may be
    /// asked for; which are acceptable is for the caller to say.
    /// @return verified What Intel's hardware vouches for.
    function verify(
        bytes calldata evidence,
        uint32 evaluationNumber
    ) external view returns (VerifiedReport memory verified);

    /// @notice Verifies compact evidence at the time of the block: the same evidence for about two thirds of the gas.
    /// @dev Reverts as `verify` does, and with the errors of `CompactEvidence`.
    /// @param evidence Compact evidence, see `CompactEvidence`.
    /// @param evaluationNumber As for `verify`.
    /// @return verified What Intel's hardware vouches for.
    function verifyCompact(
        bytes calldata evidence,
        uint32 evaluationNumber
    ) external view returns (VerifiedReport memory verified);

    /// @notice Adds the template of a PCK certificate and quoting enclave, so that evidence of such machines may be passed
    /// compact. Anyone may who has evidence that verifies; of templates that differ in the QE report only there are two,
    /// so that nobody can fill the few places by varying that. Does nothing when it is there already.
    /// @dev Reverts as `verify` does, and with `NoTemplate`, `TooManyLeafTemplates`.
    /// @param evidence Evidence of such a machine, as for `verify`.
    /// @param evaluationNumber As for `verify`.
    /// @return templateId What compact evidence calls the template: the first 4 bytes of the subject key identifier of its
    /// PCK CA, and a number that counts from zero.
    function addLeafTemplate(bytes calldata evidence, uint32 evaluationNumber) external returns (bytes5 templateId);
}
