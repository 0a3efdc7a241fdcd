// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title TcbLayout
/// @notice How TCB info and QE identities are kept: what the judgement needs of them, and nothing else.
/// @dev TCB info:
///
///   offset  bytes  field
///        0      2  PCEID
///        2      1  number of platform levels n, 1 to 64
///        3      1  number of module identities, 0 to 16
///        4      2  where the advisories start
///        6     32  hash of the TDX module of version 0; zero for SGX
///       38   38 n  platform levels, best first
///                  module identities, each of which is
///                     0   1  version
///                     1  32  hash of the module
///                    33   1  number of levels m, 1 to 16
///                    34 6 m  levels, best first
///                  advisories
///
/// QE identity:
///
///   offset  bytes  field
///        0      4  MISCSELECT
///        4      4  its mask
///        8     16  ATTRIBUTES
///       24     16  their mask
///       40     32  MRSIGNER
///       72      2  ISVPRODID
///       74      1  number of levels m, 1 to 16
///       75    6 m  levels, best first
///                  advisories
///
/// A platform level: 16 SGX component SVNs, 16 TDX component SVNs (zero for SGX), PCESVN (2), tail. A level of a module or
/// QE: ISVSVN (2), tail. A tail: status (1), number of advisories (1), where they start among the advisories in bytes (2).
/// An advisory has 3 bytes, and those of a level are ascending without repeats. The hash of a module is Keccak-256 of its
/// 48 bytes of signer and 8 of attributes.
library TcbLayout {
    uint256 internal constant TCB_INFO_LEVEL_COUNT = 2;
    uint256 internal constant TCB_INFO_MODULE_COUNT = 3;
    uint256 internal constant TCB_INFO_ADVISORIES = 4;
    uint256 internal constant TCB_INFO_MODULE = 6;
    uint256 internal constant TCB_INFO_LEVELS = 38;

    uint256 internal constant QE_MISC_SELECT_MASK = 4;
    uint256 internal constant QE_ATTRIBUTES = 8;
    uint256 internal constant QE_ATTRIBUTES_MASK = 24;
    uint256 internal constant QE_MR_SIGNER = 40;
    uint256 internal constant QE_ISV_PROD_ID = 72;
    uint256 internal constant QE_LEVEL_COUNT = 74;
    uint256 internal constant QE_LEVELS = 75;

    uint256 internal constant MODULE_HASH = 1;
    uint256 internal constant MODULE_LEVEL_COUNT = 33;
    uint256 internal constant MODULE_LEVELS = 34;

    uint256 internal constant PLATFORM_LEVEL_WIDTH = 38;
    uint256 internal constant ISV_LEVEL_WIDTH = 6;
    uint256 internal constant ADVISORY_WIDTH = 3;

    uint256 internal constant MAX_PLATFORM_LEVELS = 64;
    uint256 internal constant MAX_MODULES = 16;
    uint256 internal constant MAX_ISV_LEVELS = 16;
    uint256 internal constant MAX_ADVISORIES = 64;
}
