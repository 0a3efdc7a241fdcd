// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A byte string in memory that is being read: what it is, and where it starts.
/// @dev Layout, most significant bits on the left:
///
///   256          72         64          0
///    |    zero    |  code:8  |  start:64 |
type Document is uint256;

/// @notice A document together with the rule that it breaks if reading stops.
/// @dev Layout: the rule's selector in the highest 32 bits, the document below.
type Fault is uint256;

using Documents for Document global;
using Documents for Fault global;

/// @title Documents
/// @notice What errors of docs/spec/dcap.md call a document, and how a reader says where one breaks a rule.
library Documents {
    /// @notice Certificate of the root. 1 to 4 are the roles of section 1.
    uint256 internal constant ROOT = 1;

    /// @notice Certificate of a PCK CA.
    uint256 internal constant PCK_CA = 2;

    /// @notice Certificate of the key that signs TCB info and QE identities.
    uint256 internal constant TCB_SIGNING = 3;

    /// @notice Certificate of one machine.
    uint256 internal constant PCK = 4;

    /// @notice CRL of the root.
    uint256 internal constant ROOT_CRL = 5;

    /// @notice CRL of a PCK CA.
    uint256 internal constant PCK_CRL = 6;

    /// @notice TCB info.
    uint256 internal constant TCB_INFO = 7;

    /// @notice QE identity.
    uint256 internal constant QE_IDENTITY = 8;

    /// @notice Names a byte string that is about to be read.
    /// @param documentCode One of the constants above.
    /// @param startOfDocument Where in memory it starts.
    /// @return self The document.
    function named(uint256 documentCode, uint256 startOfDocument) internal pure returns (Document self) {
        return Document.wrap((documentCode << 64) | startOfDocument);
    }

    /// @notice What a document is.
    /// @param self The document.
    /// @return value One of the constants above.
    function code(Document self) internal pure returns (uint256 value) {
        return Document.unwrap(self) >> 64;
    }

    /// @notice Names the rule that a document breaks if reading stops.
    /// @param self The document.
    /// @param selector Selector of an error `(uint256 document, uint256 offset)` of `IDcapRules`.
    /// @return value The fault.
    function fault(Document self, bytes4 selector) internal pure returns (Fault value) {
        return Fault.wrap(uint256(bytes32(selector)) | Document.unwrap(self));
    }

    /// @notice Reverts with the rule of a fault.
    /// @param self The fault.
    /// @param position Where in memory reading stopped.
    function raise(Fault self, uint256 position) internal pure {
        // The language cannot revert with an error that is chosen at run time. Memory-safe: writes beyond the free
        // memory pointer.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, self)
            mstore(add(data, 4), and(shr(64, self), 0xff))
            mstore(add(data, 36), sub(position, and(self, 0xffffffffffffffff)))
            revert(data, 68)
        }
    }
}
