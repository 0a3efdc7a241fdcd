// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TeeTypes} from "../dcap/TeeTypes.sol";
import {EntryFlaw, EntryTerms} from "./RegistryTypes.sol";

/// @dev Opens the preimage of a measurement id.
bytes32 constant TAG_MEASUREMENT = keccak256("corridor.measurement.v1");

/// @title Entries
/// @notice Names programs, and says which entries of the allow list are sound; docs/spec/contracts.md section 2.
library Entries {
    /// @dev Bytes of the registers, the attributes and the launch fields, by kind of environment.
    uint256 private constant SGX_REGISTERS = 32;
    uint256 private constant SGX_ATTRIBUTES = 20;
    uint256 private constant SGX_LAUNCH = 66;
    uint256 private constant TDX_REGISTERS = 240;
    uint256 private constant TDX_ATTRIBUTES = 16;
    uint256 private constant TDX_LAUNCH = 192;

    /// @dev Where MRSERVICETD begins in the launch fields of TDX.
    uint256 private constant MRSERVICETD = 144;

    /// @dev Attributes under which the host could look inside, and the one under which a TD may be moved; left-aligned.
    bytes32 private constant SGX_DEBUG = bytes32(uint256(0x02) << 248);
    bytes32 private constant TDX_DEBUG = bytes32(uint256(0xff) << 248);
    bytes32 private constant TDX_MIGRATABLE = bytes32(uint256(0x20) << 224);

    /// @notice Names a program.
    /// @param teeType Kind of environment, `TeeTypes`.
    /// @param registers Its measurement registers side by side.
    /// @return id `hash(TAG_MEASUREMENT || TEE type || registers)`.
    function measurementId(uint8 teeType, bytes memory registers) internal pure returns (bytes32 id) {
        return keccak256(abi.encodePacked(TAG_MEASUREMENT, teeType, registers));
    }

    /// @notice What `register` compares of an entry, in one word.
    /// @param measurement The measurement id.
    /// @param attributesValue Attributes, as far as the mask pins them.
    /// @param launchHash Hash of the launch fields.
    /// @param configurationHash What the enclave was started with.
    /// @return value The hash of all four.
    function pinsHash(
        bytes32 measurement,
        bytes20 attributesValue,
        bytes32 launchHash,
        bytes32 configurationHash
    ) internal pure returns (bytes32 value) {
        return keccak256(abi.encode(measurement, attributesValue, launchHash, configurationHash));
    }

    /// @notice What makes an entry unsound.
    /// @param terms The entry.
    /// @return flaw The first thing that does, `None` for a sound one.
    function findFlaw(EntryTerms memory terms) internal pure returns (EntryFlaw flaw) {
        bool isSgx = terms.teeType == TeeTypes.SGX;
        if (!isSgx && terms.teeType != TeeTypes.TDX) return EntryFlaw.TeeType;
        if (terms.registers.length != (isSgx ? SGX_REGISTERS : TDX_REGISTERS) || bytes32(terms.registers) == 0) {
            return EntryFlaw.Registers;
        }
        (bytes32 mask, bytes32 value) = (terms.attributesMask, terms.attributesValue);
        if (mask << (8 * (isSgx ? SGX_ATTRIBUTES : TDX_ATTRIBUTES)) != 0) return EntryFlaw.AttributesMask;
        if (value & ~mask != 0) return EntryFlaw.AttributesValue;
        bytes32 debug = isSgx ? SGX_DEBUG : TDX_DEBUG;
        if (mask & debug != debug || value & debug != 0) return EntryFlaw.Debug;
        if (terms.launch.length != (isSgx ? SGX_LAUNCH : TDX_LAUNCH)) return EntryFlaw.Launch;
        if (!isSgx) {
            if (mask & TDX_MIGRATABLE == 0) return EntryFlaw.Migratable;
            if (value & TDX_MIGRATABLE != 0 && _isZeroFrom(terms.launch, MRSERVICETD)) return EntryFlaw.Migratable;
        }
        if (terms.configurationHash == 0) return EntryFlaw.Configuration;
        if (terms.notAfterSeconds == 0) return EntryFlaw.NotAfter;
        return EntryFlaw.None;
    }

    /// @dev Whether all bytes from `start` on are zero.
    function _isZeroFrom(bytes memory data, uint256 start) private pure returns (bool isZero) {
        for (uint256 i = start; i < data.length; ++i) if (data[i] != 0) return false;
        return true;
    }
}
