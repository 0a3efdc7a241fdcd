// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate} from "./Certificate.sol";
import {Certificates} from "./Certificates.sol";
import {Documents} from "./Documents.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {LeafTemplates} from "./LeafTemplates.sol";
import {Memory} from "./Memory.sol";
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

    /// @notice Makes the template of a machine's certificate, see `LeafTemplates`.
    /// @dev Reverts with rules 20 to 32, 40, 41, and `LeafTemplates.NoTemplate`.
    /// @param der The certificate.
    /// @return template The template.
    function makeTemplate(bytes calldata der) external view returns (bytes memory template) {
        uint256 start = Memory.copy(der);
        return LeafTemplates.make(start, Certificates.read(start, der.length, Documents.PCK));
    }
}
