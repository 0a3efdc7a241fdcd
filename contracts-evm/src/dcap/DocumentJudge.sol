// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {P256Signatures} from "./P256Signatures.sol";
import {QeIdentities, QeIdentity} from "./QeIdentities.sol";
import {TcbInfo, TcbInfos} from "./TcbInfos.sol";

/// @title DocumentJudge
/// @notice Judges TCB info and QE identities for a store. It has no state and no owner, and is a contract of its own only
/// because the code of one contract has a limit (EIP-170).
contract DocumentJudge is IDcapRules {
    /// @notice Judges TCB info, docs/spec/dcap.md section 6.4.
    /// @dev Reverts with rules 60 to 68.
    /// @param document The JSON as signed.
    /// @param signature 64 bytes, r and s.
    /// @param x First half of the key that must have signed it.
    /// @param y Second half of that key.
    /// @return info What it says.
    function judgeTcbInfo(
        bytes calldata document,
        bytes calldata signature,
        uint256 x,
        uint256 y
    ) external view returns (TcbInfo memory info) {
        uint256 start = Memory.copy(document);
        if (!_isSigned(start, document.length, signature, x, y)) revert InvalidTcbInfoSignature();
        info = TcbInfos.read(start, document.length);
        if (block.timestamp < info.issueDateSeconds) revert TcbInfoNotYetValid(info.issueDateSeconds);
        if (block.timestamp > info.nextUpdateSeconds) revert TcbInfoExpired(info.nextUpdateSeconds);
    }

    /// @notice Judges a QE identity, section 6.5.
    /// @dev Reverts with rules 70 to 74 and 63 to 66.
    /// @param document The JSON as signed.
    /// @param signature 64 bytes, r and s.
    /// @param x First half of the key that must have signed it.
    /// @param y Second half of that key.
    /// @return identity What it says.
    function judgeQeIdentity(
        bytes calldata document,
        bytes calldata signature,
        uint256 x,
        uint256 y
    ) external view returns (QeIdentity memory identity) {
        uint256 start = Memory.copy(document);
        if (!_isSigned(start, document.length, signature, x, y)) revert InvalidQeIdentitySignature();
        identity = QeIdentities.read(start, document.length);
        if (block.timestamp < identity.issueDateSeconds) revert QeIdentityNotYetValid(identity.issueDateSeconds);
        if (block.timestamp > identity.nextUpdateSeconds) revert QeIdentityExpired(identity.nextUpdateSeconds);
    }

    function _isSigned(
        uint256 start,
        uint256 length,
        bytes calldata signature,
        uint256 x,
        uint256 y
    ) private view returns (bool isSigned) {
        if (signature.length != 64) return false;
        (uint256 r, uint256 s) = abi.decode(signature, (uint256, uint256));
        return P256Signatures.verify(Memory.sha(start, length), r, s, x, y);
    }
}
