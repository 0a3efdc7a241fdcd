// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The id of a chain, docs/spec/protocol.md section 2.
/// @dev Layout, most significant bits on the left:
///
///   64         56                    32                                0
///    | family:8 |                         rest:56                      |
///    |   0x00   |              EIP-155 chain id, 1 to 2^56 - 1         |  EVM
///    |   0x53   |       0:24          |       chain identifier:32      |  Sui
///
/// Every other value is invalid.
type ChainId is uint64;

using {_equal as ==, _notEqual as !=} for ChainId global;
using ChainIds for ChainId global;

/// @dev Equality of two chain ids, as an operator.
function _equal(ChainId left, ChainId right) pure returns (bool) {
    return ChainId.unwrap(left) == ChainId.unwrap(right);
}

/// @dev Inequality of two chain ids, as an operator.
function _notEqual(ChainId left, ChainId right) pure returns (bool) {
    return ChainId.unwrap(left) != ChainId.unwrap(right);
}

/// @title ChainIds
/// @notice Chain ids and the addresses that belong on their chains.
library ChainIds {
    /// @notice Thrown when a chain id that stands alone is not valid.
    /// @param chainId The refused id.
    error InvalidChain(uint256 chainId);

    /// @notice The family byte of EVM chains.
    uint8 internal constant FAMILY_EVM = 0x00;

    /// @notice The family byte of Sui chains.
    uint8 internal constant FAMILY_SUI = 0x53;

    /// @dev The upper four bytes of every Sui chain id: the family, then three zero bytes.
    uint256 private constant SUI_PREFIX = 0x53000000;

    /// @notice The id of an EVM chain.
    /// @dev Reverts with `InvalidChain` when the id is 0 or above 2^56 - 1.
    /// @param eip155Id The EIP-155 chain id, as `block.chainid` gives it.
    /// @return chainId The chain's id here.
    function fromEvm(uint256 eip155Id) internal pure returns (ChainId chainId) {
        if (eip155Id == 0 || eip155Id >> 56 != 0) revert InvalidChain(eip155Id);
        // The cast is safe: the id has been held to 56 bits.
        return ChainId.wrap(uint64(eip155Id));
    }

    /// @notice The id of a Sui chain.
    /// @param identifier The chain identifier: the first four bytes of the genesis checkpoint digest.
    /// @return chainId The chain's id here.
    function fromSui(bytes4 identifier) internal pure returns (ChainId chainId) {
        return ChainId.wrap(uint64((SUI_PREFIX << 32) | uint32(identifier)));
    }

    /// @notice Whether a chain id is one of section 2.
    /// @param self The id.
    /// @return valid False for every value that names no EVM and no Sui chain.
    function isValid(ChainId self) internal pure returns (bool valid) {
        uint256 id = ChainId.unwrap(self);
        // `(id != 0 && id >> 56 == FAMILY_EVM) || id >> 32 == SUI_PREFIX`. In the language each `&&` and `||` is a jump,
        // and the function too long to be inlined: 180 gas more for a message, which asks twice.
        assembly ("memory-safe") {
            valid := or(and(gt(id, 0), iszero(shr(56, id))), eq(shr(32, id), SUI_PREFIX))
        }
    }

    /// @notice Refuses a chain id that is not valid.
    /// @dev Reverts with `InvalidChain`. For an id that stands alone; the field of a structure has a rule of its own.
    /// @param self The id.
    function requireValid(ChainId self) internal pure {
        if (!self.isValid()) revert InvalidChain(ChainId.unwrap(self));
    }

    /// @notice The family byte of a chain id.
    /// @param self The id, already known to be valid.
    /// @return byteOfFamily `FAMILY_EVM` or `FAMILY_SUI`.
    function family(ChainId self) internal pure returns (uint8 byteOfFamily) {
        // The cast is safe: 8 bits of a u64 are left.
        return uint8(ChainId.unwrap(self) >> 56);
    }

    /// @notice Whether an address is well formed for a chain, section 1: not zero, and 20 bytes wide on an EVM chain.
    /// @param self The chain, already known to be valid.
    /// @param account The 32-byte address.
    /// @return wellFormed Whether the address may stand for an account of that chain.
    function hasAddress(ChainId self, bytes32 account) internal pure returns (bool wellFormed) {
        uint256 id = ChainId.unwrap(self);
        // `account != 0 && (account >> 160 == 0 || family != FAMILY_EVM)`, without jumps as above: a message asks thrice.
        assembly ("memory-safe") {
            wellFormed := and(gt(account, 0), or(iszero(shr(160, account)), gt(shr(56, id), FAMILY_EVM)))
        }
    }
}
