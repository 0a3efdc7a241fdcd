// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Advisories} from "./Advisories.sol";
import {Certificate} from "./Certificate.sol";
import {IDcapRules} from "./IDcapRules.sol";
import {Memory} from "./Memory.sol";
import {Quote, Quotes} from "./Quotes.sol";
import {TcbLayout} from "./TcbLayout.sol";
import {TcbStatus} from "./TcbStatus.sol";
import {TeeTypes} from "./TeeTypes.sol";

/// @title TcbJudgement
/// @notice Judges machine, TDX module and quoting enclave by TCB info and QE identity, docs/spec/dcap.md section 9: rules
/// 105 to 117.
/// @dev TCB info and QE identity lie in memory as `TcbLayout` has them; only a store that has admitted them wrote them, so
/// that their counts and offsets hold. A `tail` is that of a level. Arithmetic on positions cannot wrap.
library TcbJudgement {
    /// @dev Every other byte of a word, and the bit above each.
    uint256 private constant LANES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant CARRIES = 0x0100010001000100010001000100010001000100010001000100010001000100;

    /// @dev The first two TDX components in the SVNs of a level.
    uint256 private constant MODULE_COMPONENTS = 0xffff << 112;

    /// @notice Judges evidence whose signatures hold.
    /// @param quote The evidence.
    /// @param leaf The certificate of the machine.
    /// @param tcbInfo Where the TCB info starts.
    /// @param identity Where the QE identity starts.
    /// @return status The merged status, never `None` or `Revoked`.
    /// @return advisories Numbers of the advisories of the levels of launch, ascending without repeats.
    function judge(
        Quote memory quote,
        Certificate memory leaf,
        uint256 tcbInfo,
        uint256 identity
    ) internal pure returns (TcbStatus status, uint256[] memory advisories) {
        unchecked {
            bool isTdx = quote.teeType == TeeTypes.TDX;
            uint256 body = quote.body;
            uint256 svns = isTdx ? Memory.word(body) >> 128 : 0;
            if (isTdx) _checkModule(body, svns, tcbInfo);
            uint256 qeTail = _judgeQe(quote.qeReport, identity);
            (uint256 platformTail, uint256 moduleTail) = _findLevels(leaf, svns, tcbInfo);
            status = _merge(platformTail, moduleTail, qeTail);
            if (isTdx && quote.bodyEnd - body == Quotes.TD_REPORT_15_LENGTH) {
                (uint256 platformNow, uint256 moduleNow) = _findLevels(leaf, Memory.word(body + 584) >> 128, tcbInfo);
                TcbStatus statusNow = _merge(platformNow, moduleNow, qeTail);
                if (statusNow == TcbStatus.Revoked) revert IDcapRules.TcbRevoked();
                status = _relaunch(status, statusNow);
            }
            if (status == TcbStatus.Revoked) revert IDcapRules.TcbRevoked();

            uint256 list = tcbInfo + (Memory.word(tcbInfo + TcbLayout.TCB_INFO_ADVISORIES) >> 240);
            if (Advisories.count(platformTail) != 0) advisories = Advisories.expand(list, platformTail);
            if (Advisories.count(moduleTail) != 0) {
                advisories = Advisories.unite(advisories, Advisories.expand(list, moduleTail));
            }
            if (Advisories.count(qeTail) != 0) {
                list = identity + TcbLayout.QE_LEVELS;
                list += Memory.byteAt(identity + TcbLayout.QE_LEVEL_COUNT) * TcbLayout.ISV_LEVEL_WIDTH;
                advisories = Advisories.unite(advisories, Advisories.expand(list, qeTail));
            }
        }
    }

    /// @dev Checks the TDX module that launched a TD: rules 105 to 107.
    function _checkModule(uint256 body, uint256 svns, uint256 tcbInfo) private pure {
        unchecked {
            bytes8 attributes = bytes8(bytes32(Memory.word(body + 112)));
            if (attributes != 0) revert IDcapRules.NonZeroSeamAttributes(attributes);
            uint256 version = uint8(svns >> 112);
            uint256 expected =
                version == 0
                    ? tcbInfo + TcbLayout.TCB_INFO_MODULE
                    : _findModule(tcbInfo, version) + TcbLayout.MODULE_HASH;
            // MRSIGNERSEAM and SEAMATTRIBUTES lie side by side.
            if (Memory.hash(body + 64, 56) != bytes32(Memory.word(expected))) revert IDcapRules.TdxModuleMismatch();
        }
    }

    /// @dev Checks the quoting enclave and finds its level: rules 110 to 114.
    function _judgeQe(uint256 report, uint256 identity) private pure returns (uint256 tail) {
        unchecked {
            // MISCSELECT and mask side by side, then ATTRIBUTES, and their mask.
            uint256 word = Memory.word(identity);
            uint256 field = Memory.word(report + 16) >> 224;
            if (field & uint32(word >> 192) != word >> 224)
                revert IDcapRules.QeMiscSelectMismatch(bytes4(uint32(field)));
            field = Memory.word(report + 48) >> 128;
            word = Memory.word(identity + TcbLayout.QE_ATTRIBUTES);
            if (field & uint128(word) != word >> 128) revert IDcapRules.QeAttributesMismatch(bytes16(uint128(field)));
            field = Memory.word(report + 128);
            word = Memory.word(identity + TcbLayout.QE_MR_SIGNER);
            if (field != word) revert IDcapRules.QeSignerMismatch(bytes32(field));
            field = Quotes.u16(report + 256);
            word = Memory.word(identity + TcbLayout.QE_ISV_PROD_ID);
            if (field != word >> 240) revert IDcapRules.QeProductMismatch(field);
            field = Quotes.u16(report + 258);
            tail = _findIsvLevel(identity + TcbLayout.QE_LEVELS, uint8(word >> 232), field);
            if (tail == 0) revert IDcapRules.QeLevelMissing(field);
        }
    }

    /// @dev Finds platform level and, of a TD with a module version of its own, module level: rules 115, 106 and 116. A
    /// tail is zero where there is no such level.
    function _findLevels(
        Certificate memory leaf,
        uint256 svns,
        uint256 tcbInfo
    ) private pure returns (uint256 platformTail, uint256 moduleTail) {
        unchecked {
            uint256 version = uint8(svns >> 112);
            uint256 mask = version == 0 ? type(uint256).max : ~MODULE_COMPONENTS;
            platformTail = _findPlatformLevel((leaf.components << 128) | svns, leaf.pceSvn, mask, tcbInfo);
            if (version != 0) {
                uint256 module = _findModule(tcbInfo, version);
                uint256 count = Memory.byteAt(module + TcbLayout.MODULE_LEVEL_COUNT);
                moduleTail = _findIsvLevel(module + TcbLayout.MODULE_LEVELS, count, svns >> 120);
                if (moduleTail == 0) revert IDcapRules.TdxModuleLevelMissing(version, svns >> 120);
            }
        }
    }

    /// @dev The first platform level that a machine reaches.
    function _findPlatformLevel(
        uint256 svns,
        uint256 pceSvn,
        uint256 mask,
        uint256 tcbInfo
    ) private pure returns (uint256 tail) {
        unchecked {
            // 32 bytes compared at once: each lane of 16 bits keeps the bit above its byte if that is not below the
            // level's.
            uint256 even = (svns & LANES) | CARRIES;
            uint256 odd = ((svns >> 8) & LANES) | CARRIES;
            uint256 level = tcbInfo + TcbLayout.TCB_INFO_LEVELS;
            uint256 count = Memory.byteAt(tcbInfo + TcbLayout.TCB_INFO_LEVEL_COUNT);
            for (uint256 end = level + count * TcbLayout.PLATFORM_LEVEL_WIDTH; level != end;) {
                uint256 needed = Memory.word(level) & mask;
                uint256 kept = (even - (needed & LANES)) & (odd - ((needed >> 8) & LANES)) & CARRIES;
                if (kept == CARRIES) {
                    uint256 word = Memory.word(level + 32);
                    if (pceSvn >= word >> 240) return uint32(word >> 208);
                }
                level += TcbLayout.PLATFORM_LEVEL_WIDTH;
            }
            revert IDcapRules.TcbLevelMissing();
        }
    }

    /// @dev The identity of a module version that is not zero.
    function _findModule(uint256 tcbInfo, uint256 version) private pure returns (uint256 module) {
        unchecked {
            module = tcbInfo + TcbLayout.TCB_INFO_LEVELS;
            module += Memory.byteAt(tcbInfo + TcbLayout.TCB_INFO_LEVEL_COUNT) * TcbLayout.PLATFORM_LEVEL_WIDTH;
            for (uint256 i = Memory.byteAt(tcbInfo + TcbLayout.TCB_INFO_MODULE_COUNT); i != 0; --i) {
                if (Memory.byteAt(module) == version) return module;
                uint256 levelCount = Memory.byteAt(module + TcbLayout.MODULE_LEVEL_COUNT);
                module += TcbLayout.MODULE_LEVELS + levelCount * TcbLayout.ISV_LEVEL_WIDTH;
            }
            revert IDcapRules.TdxModuleIdentityMissing(version);
        }
    }

    /// @dev The tail of the first level whose ISVSVN is not above a module's or enclave's, zero where there is none.
    function _findIsvLevel(uint256 level, uint256 count, uint256 isvSvn) private pure returns (uint256 tail) {
        unchecked {
            for (; count != 0; --count) {
                uint256 word = Memory.word(level);
                if (isvSvn >= word >> 240) return uint32(word >> 208);
                level += TcbLayout.ISV_LEVEL_WIDTH;
            }
        }
    }

    /// @dev A platform's status, made worse by that of module, where there is one, and quoting enclave.
    function _merge(uint256 platformTail, uint256 moduleTail, uint256 qeTail) private pure returns (TcbStatus status) {
        // The highest byte of a tail is what `LevelReader` wrote there.
        status = TcbStatus(platformTail >> 24);
        TcbStatus moduleStatus = TcbStatus(moduleTail >> 24);
        TcbStatus qeStatus = TcbStatus(qeTail >> 24);
        if (moduleStatus == TcbStatus.Revoked || qeStatus == TcbStatus.Revoked) return TcbStatus.Revoked;
        if (moduleStatus == TcbStatus.OutOfDate || qeStatus == TcbStatus.OutOfDate) {
            if (status <= TcbStatus.SWHardeningNeeded) return TcbStatus.OutOfDate;
            if (status <= TcbStatus.ConfigurationAndSWHardeningNeeded) return TcbStatus.OutOfDateConfigurationNeeded;
        }
    }

    /// @dev The status of a TD whose module was updated under it: that of launch, or the advice to launch it again where
    /// that would help.
    function _relaunch(TcbStatus launch, TcbStatus present) private pure returns (TcbStatus status) {
        bool isOutOfDate = launch == TcbStatus.OutOfDate || launch == TcbStatus.OutOfDateConfigurationNeeded;
        if (!isOutOfDate || present > TcbStatus.ConfigurationAndSWHardeningNeeded) return launch;
        bool needsConfiguration =
            launch == TcbStatus.OutOfDateConfigurationNeeded || present >= TcbStatus.ConfigurationNeeded;
        return needsConfiguration ? TcbStatus.TDRelaunchAdvisedConfigurationNeeded : TcbStatus.TDRelaunchAdvised;
    }
}
