// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {HomeChain} from "../access/HomeChain.sol";
import {TcbStatus} from "../dcap/TcbStatus.sol";
import {Entries} from "./Entries.sol";
import {IRegistryPolicy} from "./IRegistryPolicy.sol";
import {IRootedVerifier} from "./IRootedVerifier.sol";
import {Entry, EntryFlaw, EntryTerms, Flaw, JudgedFacts, JudgementState, Standing} from "./RegistryTypes.sol";

/// @title RegistryPolicy
/// @notice By what a registry judges, see `IRegistryPolicy`, and the judgement itself.
abstract contract RegistryPolicy is AccessManaged, HomeChain, IRegistryPolicy {
    struct Operator {
        uint16 index;
        bool isAdmitted;
    }

    struct Platform {
        uint32 index;
        Standing standing;
    }

    /// @dev SHA-256 of Intel's SGX root certificate, docs/spec/dcap.md section 2: off localnet a verifier rests on it.
    bytes32 private constant INTEL_ROOT = 0x44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3;

    JudgementState internal _state;
    mapping(address operator => Operator) internal _operators;
    mapping(uint16 verifierNumber => address) internal _verifiers;
    mapping(uint32 entryNumber => Entry) internal _entries;
    mapping(uint256 advisory => bool) private _deniedAdvisories;
    mapping(bytes32 platformId => Platform) internal _platforms;
    mapping(bytes32 platformFamily => Standing) private _platformFamilies;
    mapping(bytes32 measurementId => bool) private _revokedMeasurements;
    address private _revocationKey;

    /// @inheritdoc IRegistryPolicy
    function admitOperator(address operator) external restricted {
        if (operator == address(0)) revert ZeroName();
        Operator storage kept = _operators[operator];
        if (kept.isAdmitted) revert NoChange();
        if (kept.index == 0) kept.index = ++_state.operatorCount;
        kept.isAdmitted = true;
        emit OperatorAdmitted(operator, kept.index);
    }

    /// @inheritdoc IRegistryPolicy
    function removeOperator(address operator) external restricted {
        Operator storage kept = _operators[operator];
        if (!kept.isAdmitted) revert NoChange();
        kept.isAdmitted = false;
        emit OperatorRemoved(operator);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function setVerifier(uint16 verifierNumber, address verifier) external restricted {
        if (verifierNumber == 0) revert ZeroName();
        address replaced = _verifiers[verifierNumber];
        if (verifier == replaced) revert NoChange();
        if (verifier != address(0)) {
            bytes32 fingerprint = IRootedVerifier(verifier).rootFingerprint();
            if (fingerprint != INTEL_ROOT && !_isLocalnet()) revert SimulatedRoot(fingerprint);
        }
        _verifiers[verifierNumber] = verifier;
        emit VerifierSet(verifierNumber, verifier);
        if (replaced != address(0)) _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function addEntry(EntryTerms calldata terms) external restricted returns (uint32 entryNumber) {
        EntryFlaw flaw = Entries.findFlaw(terms);
        if (flaw != EntryFlaw.None) revert InvalidEntry(flaw);
        if (_verifiers[terms.verifierNumber] == address(0))
            revert VerifierNotAdmitted(terms.verifierNumber, address(0));
        bytes32 measurementId = Entries.measurementId(terms.teeType, terms.registers);
        bytes32 launchHash = keccak256(terms.launch);
        // The casts are safe: a sound entry has no bit behind the 20 bytes.
        (bytes20 mask, bytes20 value) = (bytes20(terms.attributesMask), bytes20(terms.attributesValue));
        entryNumber = ++_state.entryCount;
        _entries[entryNumber] = Entry({
            verifierNumber: terms.verifierNumber,
            notAfterSeconds: terms.notAfterSeconds,
            isListed: true,
            attributesMask: mask,
            pinsHash: Entries.pinsHash(measurementId, value, launchHash, terms.configurationHash),
            attributesValue: value,
            measurementId: measurementId,
            launchHash: launchHash,
            configurationHash: terms.configurationHash
        });
        emit EntryAdded(entryNumber, measurementId, terms);
    }

    /// @inheritdoc IRegistryPolicy
    function removeEntry(uint32 entryNumber) external restricted {
        if (!_entries[entryNumber].isListed) revert NoChange();
        _entries[entryNumber].isListed = false;
        emit EntryRemoved(entryNumber);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function acceptTcbStatus(TcbStatus status) external restricted {
        if (status == TcbStatus.None || status == TcbStatus.Revoked) revert InvalidTcbStatus(status);
        _setTcbStatuses(_state.acceptedTcbStatuses | _bit(status));
    }

    /// @inheritdoc IRegistryPolicy
    function rejectTcbStatus(TcbStatus status) external restricted {
        _setTcbStatuses(_state.acceptedTcbStatuses & ~_bit(status));
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function lowerMinimumEvaluationNumber(uint32 minimumEvaluationNumber) external restricted {
        if (minimumEvaluationNumber >= _state.minimumEvaluationNumber) revert NoChange();
        _setMinimumEvaluationNumber(minimumEvaluationNumber);
    }

    /// @inheritdoc IRegistryPolicy
    function raiseMinimumEvaluationNumber(uint32 minimumEvaluationNumber) external restricted {
        if (minimumEvaluationNumber <= _state.minimumEvaluationNumber) revert NoChange();
        _setMinimumEvaluationNumber(minimumEvaluationNumber);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function allowAdvisory(uint256 advisory) external restricted {
        _setAdvisory(advisory, false);
    }

    /// @inheritdoc IRegistryPolicy
    function denyAdvisory(uint256 advisory) external restricted {
        _setAdvisory(advisory, true);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function allowPlatform(bytes32 platformId, bool isListed) external restricted {
        Standing before = _platforms[platformId].standing;
        if (before == Standing.Revoked) revert PlatformDenied(platformId);
        _setPlatform(platformId, isListed ? Standing.Listed : Standing.Neutral);
        // From now on its keys break a rule that they were judged by.
        if (before == Standing.Listed && _state.arePlatformsListed) _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function denyPlatform(bytes32 platformId) external restricted {
        if (_platforms[platformId].standing == Standing.Revoked) revert NoChange();
        _setPlatform(platformId, Standing.Denied);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function allowPlatformFamily(bytes32 platformFamily, bool isListed) external restricted {
        Standing before = _platformFamilies[platformFamily];
        _setPlatformFamily(platformFamily, isListed ? Standing.Listed : Standing.Neutral);
        // As with a platform.
        if (before == Standing.Listed && _state.arePlatformFamiliesListed) _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function denyPlatformFamily(bytes32 platformFamily) external restricted {
        _setPlatformFamily(platformFamily, Standing.Denied);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function waiveListing(bool ofPlatforms, bool ofFamilies) external restricted {
        _setListing(_state.arePlatformsListed && !ofPlatforms, _state.arePlatformFamiliesListed && !ofFamilies);
    }

    /// @inheritdoc IRegistryPolicy
    function requireListing(bool ofPlatforms, bool ofFamilies) external restricted {
        _setListing(_state.arePlatformsListed || ofPlatforms, _state.arePlatformFamiliesListed || ofFamilies);
        _tighten();
    }

    /// @inheritdoc IRegistryPolicy
    function setRevocationKey(address revocationKey_) external restricted {
        if (revocationKey_ == _revocationKey) revert NoChange();
        _revocationKey = revocationKey_;
        emit RevocationKeyChanged(revocationKey_);
    }

    /// @inheritdoc IRegistryPolicy
    function judgementState() external view returns (JudgementState memory state) {
        return _state;
    }

    /// @inheritdoc IRegistryPolicy
    function operatorOf(address operator) external view returns (uint16 operatorIndex, bool isAdmitted) {
        return (_operators[operator].index, _operators[operator].isAdmitted);
    }

    /// @inheritdoc IRegistryPolicy
    function verifierOf(uint16 verifierNumber) external view returns (address verifier) {
        return _verifiers[verifierNumber];
    }

    /// @inheritdoc IRegistryPolicy
    function entryOf(uint32 entryNumber) external view returns (Entry memory entry) {
        return _entries[entryNumber];
    }

    /// @inheritdoc IRegistryPolicy
    function isAdvisoryDenied(uint256 advisory) external view returns (bool isDenied) {
        return _deniedAdvisories[advisory];
    }

    /// @inheritdoc IRegistryPolicy
    function platformOf(bytes32 platformId) external view returns (uint32 platformIndex, Standing standing) {
        return (_platforms[platformId].index, _platforms[platformId].standing);
    }

    /// @inheritdoc IRegistryPolicy
    function platformFamilyOf(bytes32 platformFamily) external view returns (Standing standing) {
        return _platformFamilies[platformFamily];
    }

    /// @inheritdoc IRegistryPolicy
    function isMeasurementRevoked(bytes32 measurementId) external view returns (bool isRevoked) {
        return _revokedMeasurements[measurementId];
    }

    /// @inheritdoc IRegistryPolicy
    function revocationKey() public view returns (address key) {
        return _revocationKey;
    }

    /// @dev The first rule that a key with these facts breaks, in the order of docs/spec/contracts.md section 3.
    function _findFlaw(JudgedFacts memory facts, JudgementState memory state) internal view returns (Flaw flaw) {
        if (facts.verifier == address(0) || _verifiers[facts.verifierNumber] != facts.verifier) {
            return Flaw.VerifierNotAdmitted;
        }
        if (!_operators[facts.operator].isAdmitted) return Flaw.OperatorNotAdmitted;
        if (!_entries[facts.entryNumber].isListed) return Flaw.EntryNotListed;
        if (_revokedMeasurements[facts.measurementId]) return Flaw.MeasurementRevoked;
        if (state.acceptedTcbStatuses & _bit(facts.tcbStatus) == 0) return Flaw.TcbStatusNotAccepted;
        if (facts.evaluationNumber < state.minimumEvaluationNumber) return Flaw.EvaluationNumberTooLow;
        if (_deniedOf(facts.advisories) != facts.advisories.length) return Flaw.AdvisoryDenied;
        if (_isRefused(_platforms[facts.platformId].standing, state.arePlatformsListed)) return Flaw.PlatformDenied;
        if (_isRefused(_platformFamilies[facts.platformFamily], state.arePlatformFamiliesListed)) {
            return Flaw.PlatformFamilyDenied;
        }
        return block.timestamp > _endOf(facts) ? Flaw.EvidenceExpired : Flaw.None;
    }

    /// @dev Reverts with the rule that a flaw stands for.
    function _refuse(Flaw flaw, JudgedFacts memory facts) internal view {
        if (flaw == Flaw.VerifierNotAdmitted) revert VerifierNotAdmitted(facts.verifierNumber, facts.verifier);
        if (flaw == Flaw.OperatorNotAdmitted) revert OperatorNotAdmitted(facts.operator);
        if (flaw == Flaw.EntryNotListed) revert EntryNotListed(facts.entryNumber);
        if (flaw == Flaw.MeasurementRevoked) revert MeasurementRevoked(facts.measurementId);
        if (flaw == Flaw.TcbStatusNotAccepted) revert TcbStatusNotAccepted(facts.tcbStatus);
        if (flaw == Flaw.EvaluationNumberTooLow) {
            revert EvaluationNumberTooLow(facts.evaluationNumber, _state.minimumEvaluationNumber);
        }
        if (flaw == Flaw.AdvisoryDenied) revert AdvisoryDenied(facts.advisories[_deniedOf(facts.advisories)]);
        if (flaw == Flaw.PlatformDenied) revert PlatformDenied(facts.platformId);
        if (flaw == Flaw.PlatformFamilyDenied) revert PlatformFamilyDenied(facts.platformFamily);
        revert EvidenceExpired(_endOf(facts));
    }

    /// @dev Until when these facts hold: the earlier end of evidence and entry.
    function _endOf(JudgedFacts memory facts) internal view returns (uint256 endSeconds) {
        uint256 entryEnd = _entries[facts.entryNumber].notAfterSeconds;
        return facts.evidenceEndSeconds < entryEnd ? facts.evidenceEndSeconds : entryEnd;
    }

    /// @dev Closes what was judged and kept under the epochs until now.
    function _tighten() internal {
        uint32 judgementEpoch = ++_state.judgementEpoch;
        uint32 revocationEpoch_ = ++_state.revocationEpoch;
        emit EpochsRaised(judgementEpoch, revocationEpoch_);
    }

    /// @dev Revokes a platform, or changes nothing.
    function _revokePlatform(bytes32 platformId) internal {
        if (_platforms[platformId].standing == Standing.Revoked) return;
        _setPlatform(platformId, Standing.Revoked);
        _tighten();
    }

    /// @dev Revokes a program, or changes nothing.
    function _revokeMeasurement(bytes32 measurementId) internal {
        if (measurementId == 0) revert ZeroName();
        if (_revokedMeasurements[measurementId]) return;
        _revokedMeasurements[measurementId] = true;
        emit MeasurementWasRevoked(measurementId);
        _tighten();
    }

    /// @dev Says which patch levels are accepted.
    function _setTcbStatuses(uint16 accepted) private {
        if (accepted == _state.acceptedTcbStatuses) revert NoChange();
        _state.acceptedTcbStatuses = accepted;
        emit AcceptedTcbStatusesChanged(accepted);
    }

    /// @dev Says what the least edition of collateral is.
    function _setMinimumEvaluationNumber(uint32 minimumEvaluationNumber) private {
        _state.minimumEvaluationNumber = minimumEvaluationNumber;
        emit MinimumEvaluationNumberChanged(minimumEvaluationNumber);
    }

    /// @dev Denies an advisory or allows it.
    function _setAdvisory(uint256 advisory, bool isDenied) private {
        if (_deniedAdvisories[advisory] == isDenied) revert NoChange();
        _deniedAdvisories[advisory] = isDenied;
        emit AdvisoryChanged(advisory, isDenied);
    }

    /// @dev Says how a platform stands.
    function _setPlatform(bytes32 platformId, Standing standing) private {
        if (platformId == 0) revert ZeroName();
        if (_platforms[platformId].standing == standing) revert NoChange();
        _platforms[platformId].standing = standing;
        emit PlatformChangedStanding(platformId, standing);
    }

    /// @dev Says how a family of platforms stands.
    function _setPlatformFamily(bytes32 platformFamily, Standing standing) private {
        if (platformFamily == 0) revert ZeroName();
        if (_platformFamilies[platformFamily] == standing) revert NoChange();
        _platformFamilies[platformFamily] = standing;
        emit PlatformFamilyChangedStanding(platformFamily, standing);
    }

    /// @dev Says whether platforms and families must be listed.
    function _setListing(bool ofPlatforms, bool ofFamilies) private {
        if (ofPlatforms == _state.arePlatformsListed && ofFamilies == _state.arePlatformFamiliesListed)
            revert NoChange();
        (_state.arePlatformsListed, _state.arePlatformFamiliesListed) = (ofPlatforms, ofFamilies);
        emit ListingChanged(ofPlatforms, ofFamilies);
    }

    /// @dev Where the first denied advisory is; the number of advisories when none is.
    function _deniedOf(uint256[] memory advisories) private view returns (uint256 index) {
        for (; index < advisories.length; ++index) if (_deniedAdvisories[advisories[index]]) return index;
    }

    /// @dev Whether something with this standing is refused.
    function _isRefused(Standing standing, bool mustBeListed) private pure returns (bool isRefused) {
        if (standing == Standing.Listed) return false;
        return mustBeListed || standing != Standing.Neutral;
    }

    /// @dev The bit of a status. The cast is safe: there are ten.
    function _bit(TcbStatus status) private pure returns (uint16 bit) {
        return uint16(1 << uint8(status));
    }
}
