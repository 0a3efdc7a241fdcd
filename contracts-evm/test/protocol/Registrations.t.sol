// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Registration, Registrations} from "../../src/protocol/Registrations.sol";
import {Revocations} from "../../src/protocol/Revocations.sol";
import {FuzzBase} from "../harness/FuzzBase.sol";

/// @notice Registrations and revocations: what is bound is bound whole (INV-01, INV-02, INV-06).
contract RegistrationsFuzz is FuzzBase {
    function testFuzz_check_takesItsOwnReportDataAlone(
        Registration memory seed,
        uint256 place,
        uint8 difference,
        bytes memory tail
    ) public view {
        Registration memory registration = _registration(seed);
        bytes memory preimage = bytes.concat(
            abi.encodePacked(keccak256("corridor.registration.v1"), registration.chain, registration.registry),
            abi.encodePacked(registration.operator, registration.challenge, bytes12(0), registration.signer),
            abi.encodePacked(registration.encryptionKey, registration.configurationHash)
        );
        _assertEq(preimage.length, 232);
        bytes memory reportData = abi.encodePacked(keccak256(preimage), bytes32(0));
        harness.registrationCheck(registration, reportData);

        bytes4 selector =
            place % 64 < 32
                ? Registrations.InvalidReportData.selector
                : Registrations.InvalidReportDataPadding.selector;
        bytes memory flipped = _flip(reportData, place, difference);
        _assertRefused(abi.encodeCall(harness.registrationCheck, (registration, flipped)), selector);

        selector = Registrations.InvalidReportDataLength.selector;
        bytes memory cut = _cut(reportData, place % 64);
        _assertRefused(abi.encodeCall(harness.registrationCheck, (registration, cut)), selector);
        bytes memory extended = abi.encodePacked(reportData, tail, uint8(0));
        _assertRefused(abi.encodeCall(harness.registrationCheck, (registration, extended)), selector);
    }

    function testFuzz_hash_changesWithEveryField(Registration memory seed, uint256 field, bytes32 other) public view {
        Registration memory registration = _registration(seed);
        bytes32 before = harness.registrationHash(registration);
        Registration memory changed = _registration(seed);
        field %= 7;
        if (field == 0) changed.chain = _chainBut(changed.chain, uint256(other) & ~uint256(1));
        else if (field == 1) changed.registry = _account(changed.chain, other);
        else if (field == 2) changed.operator = _account(changed.chain, other);
        else if (field == 3) changed.challenge = other;
        else if (field == 4) changed.signer = address(uint160(uint256(other)));
        else if (field == 5) changed.encryptionKey = other;
        else changed.configurationHash = other;
        if (keccak256(abi.encode(changed)) == keccak256(abi.encode(registration))) return;
        bytes memory call = abi.encodeCall(harness.registrationHash, (changed));
        (bool success, bytes memory data) = _try(call);
        if (success) require(bytes32(data) != before, "same hash");
        else _assertRefused(call);
    }

    function testFuzz_decodeRevocation_givesBackWhatEncodeTook(uint8 kind, bytes32 target) public view {
        (kind, target) = _revocation(kind, target);
        bytes memory revocation = harness.revocationEncode(kind, target);
        _assertEq(revocation, abi.encodePacked(keccak256("corridor.revocation.v1"), kind, target));
        (uint8 decodedKind, bytes32 decodedTarget) = harness.revocationDecode(revocation);
        _assertEq(decodedKind, kind);
        _assertEq(decodedTarget, target);
        _assertEq(harness.revocationDigest(revocation), keccak256(revocation));
    }

    function testFuzz_decodeRevocation_revertsIfTruncatedOrExtended(
        uint8 kind,
        bytes32 target,
        uint256 length,
        bytes memory tail
    ) public view {
        (kind, target) = _revocation(kind, target);
        bytes memory revocation = harness.revocationEncode(kind, target);
        bytes4 selector = Revocations.InvalidRevocationLength.selector;
        _assertRefused(abi.encodeCall(harness.revocationDecode, (_cut(revocation, length % 65))), selector);
        bytes memory extended = abi.encodePacked(revocation, tail, uint8(0));
        _assertRefused(abi.encodeCall(harness.revocationDecode, (extended)), selector);
    }

    function testFuzz_decodeRevocation_revertsIfTagOrKindIsUnknown(
        uint8 kind,
        bytes32 target,
        uint256 place,
        uint8 difference,
        uint8 unknown
    ) public view {
        (kind, target) = _revocation(kind, target);
        bytes memory revocation = harness.revocationEncode(kind, target);
        _assertRefused(
            abi.encodeCall(harness.revocationDecode, (_flip(revocation, place % 32, difference))),
            Revocations.InvalidRevocationTag.selector
        );
        revocation[32] = bytes1(unknown >= 1 && unknown <= 3 ? 0 : unknown);
        _assertRefused(
            abi.encodeCall(harness.revocationDecode, (revocation)),
            Revocations.InvalidRevocationTargetKind.selector
        );
    }

    function testFuzz_revocationDigest_changesWithEveryByte(
        uint8 kind,
        bytes32 target,
        uint256 place,
        uint8 difference
    ) public view {
        (kind, target) = _revocation(kind, target);
        bytes memory revocation = harness.revocationEncode(kind, target);
        bytes memory call = abi.encodeCall(harness.revocationDigest, (_flip(revocation, place, difference)));
        (bool success, bytes memory data) = _try(call);
        if (success) require(bytes32(data) != harness.revocationDigest(revocation), "same digest");
        else _assertRefused(call);
    }

    function _registration(Registration memory seed) private pure returns (Registration memory registration) {
        registration = Registration({
            chain: _chain(uint256(keccak256(abi.encode(seed.chain)))),
            registry: bytes32(0),
            operator: bytes32(0),
            challenge: seed.challenge == 0 ? bytes32("challenge") : seed.challenge,
            signer: seed.signer == address(0) ? address(1) : seed.signer,
            encryptionKey: seed.encryptionKey == 0 ? bytes32("key") : seed.encryptionKey,
            configurationHash: seed.configurationHash == 0 ? bytes32("configuration") : seed.configurationHash
        });
        registration.registry = _account(registration.chain, seed.registry);
        registration.operator = _account(registration.chain, seed.operator);
    }

    function _revocation(uint8 kindSeed, bytes32 targetSeed) private pure returns (uint8 kind, bytes32 target) {
        kind = uint8(_within(kindSeed, 1, 3));
        target = kind == 1 ? bytes32(uint256(uint160(uint256(targetSeed)))) : targetSeed;
        if (target == 0) target = bytes32(uint256(1));
    }
}
