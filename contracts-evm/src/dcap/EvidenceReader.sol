// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {Certificates} from "./Certificates.sol";
import {Documents} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {LeafTemplates} from "./LeafTemplates.sol";
import {Memory} from "./Memory.sol";
import {PckCaLayout} from "./PckCaLayout.sol";
import {Quote, Quotes} from "./Quotes.sol";

/// @title EvidenceReader
/// @notice Reads evidence and certificates of machines for a verifier. It has no state and no owner, and is a contract of
/// its own only because the code of one contract has a limit (EIP-170).
contract EvidenceReader is IDcapRules {
    /// @notice Reads evidence, docs/spec/dcap.md sections 7, 4 and 5.
    /// @dev Reverts with rules 1 to 16, 20 to 32, 40, 41.
    /// @param evidence A quote with its PCK certificate as DER.
    /// @param place Where the evidence is for the caller.
    /// @return quote Where its parts are for the caller.
    /// @return leaf What its certificate says.
    function read(
        bytes calldata evidence,
        uint256 place
    ) external view returns (Quote memory quote, Certificate memory leaf) {
        uint256 start = Memory.copy(evidence);
        quote = Quotes.read(start, evidence.length);
        Quotes.checkReport(quote);
        leaf = Certificates.read(quote.leaf, quote.end - quote.leaf, Documents.PCK);
        // Cannot be relied on to be a position here, so that this may wrap.
        unchecked {
            Quotes.shift(quote, place - start);
        }
    }

    /// @notice Adds the template of evidence to a PCK CA, see `LeafTemplates`.
    /// @dev Reverts with `NoTemplate`, `TooManyLeafTemplates`.
    /// @param evidence As for `read`, which passed that.
    /// @param previous What is kept of its PCK CA, see `PckCaLayout`.
    /// @return kept What to keep, or nothing where it has the template already.
    /// @return number The number of the template.
    function addTemplate(
        bytes calldata evidence,
        bytes memory previous
    ) external view returns (bytes memory kept, uint8 number) {
        Quote memory quote = Quotes.read(Memory.copy(evidence), evidence.length);
        Certificate memory leaf = Certificates.read(quote.leaf, quote.end - quote.leaf, Documents.PCK);
        return PckCaLayout.withTemplate(previous, LeafTemplates.make(quote.leaf, leaf, quote.qeReport));
    }
}
