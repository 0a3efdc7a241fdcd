// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IEvidenceVerifier, JudgedEvidence} from "../dcap/IEvidenceVerifier.sol";
import {Addresses} from "../protocol/Addresses.sol";
import {Registration, Registrations} from "../protocol/Registrations.sol";
import {Revocations} from "../protocol/Revocations.sol";
import {SignatureCursor, Signatures} from "../protocol/Signatures.sol";
import {Challenges} from "./Challenges.sol";
import {Entries} from "./Entries.sol";
import {IQuorumSource} from "./IQuorumSource.sol";
import {IRegistry} from "./IRegistry.sol";
import {Quorum} from "./Quorum.sol";
import {QuorumTallies, QuorumTally} from "./QuorumTally.sol";
import {RegistryPolicy} from "./RegistryPolicy.sol";
import {Candidate, Entry, EntryField, Flaw, JudgedFacts, JudgementState} from "./RegistryTypes.sol";
import {SignerRecord, SignerRecords, SignerStatus} from "./SignerRecord.sol";

/// @title Registry
/// @notice Keys of enclaves, see `IRegistry`. Many keys can be judged again in one transaction with `multicall`.
contract Registry is RegistryPolicy, Multicall, IRegistry {
    /// @dev How long a key counts at most.
    uint256 private constant LIFETIME = 30 days;

    /// @dev What one of each adds to a `Quorum`.
    uint256 private constant ONE_SIGNER = 1 << 24;
    uint256 private constant ONE_OPERATOR = 1 << 16;
    uint256 private constant ONE_PLATFORM = 1 << 8;
    uint256 private constant ONE_VENDOR = 1;

    uint256 private immutable _CHALLENGE_BLOCKS;

    mapping(address signer => SignerRecord) private _records;
    mapping(address signer => bytes32) private _factsHashes;

    /// @param authority The `AccessManager` of the deployment.
    /// @param challengeBlocks_ How many blocks old a challenge may be: those of one hour, 1 to 8,191.
    constructor(address authority, uint256 challengeBlocks_) AccessManaged(authority) {
        if (challengeBlocks_ == 0 || challengeBlocks_ > Challenges.MAX_BLOCKS) {
            revert InvalidChallengeBlocks(challengeBlocks_);
        }
        _CHALLENGE_BLOCKS = challengeBlocks_;
    }

    /// @inheritdoc IRegistry
    function register(Candidate calldata candidate, bytes calldata evidence) external {
        _requireHomeChain();
        if (!_operators[msg.sender].isAdmitted) revert OperatorNotAdmitted(msg.sender);
        SignerRecord record = _records[candidate.signer];
        if (record.isRegistered()) revert SignerKnown(candidate.signer);
        if (record.status() == SignerStatus.Revoked) revert SignerRevoked(candidate.signer);
        (JudgedFacts memory facts, uint8 vendor) = _judge(candidate, evidence);
        _keep(candidate.signer, facts, vendor);
    }

    /// @inheritdoc IRegistry
    function renew(Candidate calldata candidate, bytes calldata evidence, JudgedFacts calldata kept) external {
        _requireHomeChain();
        if (!_operators[msg.sender].isAdmitted) revert OperatorNotAdmitted(msg.sender);
        SignerRecord record = _requireRegistered(candidate.signer);
        if (record.status() == SignerStatus.Revoked) revert SignerRevoked(candidate.signer);
        _requireOwn(candidate.signer, record);
        _requireKept(candidate.signer, kept);
        (JudgedFacts memory facts, uint8 vendor) = _judge(candidate, evidence);
        if (facts.platformId != kept.platformId) revert PlatformChanged(candidate.signer, record.platformIndex());
        if (facts.encryptionKey != kept.encryptionKey) {
            revert EncryptionKeyChanged(candidate.signer, kept.encryptionKey);
        }
        _keep(candidate.signer, facts, vendor);
    }

    /// @inheritdoc IRegistry
    function rejudge(address signer, JudgedFacts calldata kept) external {
        SignerRecord record = _requireActive(signer);
        _requireKept(signer, kept);
        JudgementState memory state = _state;
        Flaw flaw = _findFlaw(kept, state);
        if (flaw != Flaw.None) _refuse(flaw, kept);
        _records[signer] = record.withEpoch(state.judgementEpoch);
        emit SignerRejudged(signer, state.judgementEpoch);
    }

    /// @inheritdoc IRegistry
    function evict(address signer, JudgedFacts calldata kept) external {
        SignerRecord record = _requireActive(signer);
        _requireKept(signer, kept);
        Flaw flaw = _findFlaw(kept, _state);
        if (flaw == Flaw.None) revert StillQualifies(signer);
        _records[signer] = record.withStatus(SignerStatus.Evicted);
        emit SignerEvicted(signer, flaw);
    }

    /// @inheritdoc IRegistry
    function resign(address signer) external {
        _requireOwn(signer, _requireRegistered(signer));
        _records[signer] = _requireActive(signer).withStatus(SignerStatus.Resigned);
        emit SignerResigned(signer);
    }

    /// @inheritdoc IRegistry
    function revoke(address signer) external restricted {
        _revokeSigner(signer);
    }

    /// @inheritdoc IRegistry
    function revokePlatform(bytes32 platformId) external restricted {
        _revokePlatform(platformId);
    }

    /// @inheritdoc IRegistry
    function revokeMeasurement(bytes32 measurementId) external restricted {
        _revokeMeasurement(measurementId);
    }

    /// @inheritdoc IQuorumSource
    function revokeEquivocator(address signer) external restricted returns (bool counted) {
        counted = _records[signer].counts(_state.judgementEpoch);
        _revokeSigner(signer);
    }

    /// @inheritdoc IRegistry
    function submitRevocation(bytes calldata revocation, bytes calldata signature) external {
        (uint8 kind, bytes32 target, bytes32 digest) = Revocations.decode(revocation);
        address signer = Signatures.recover(digest, signature);
        // No signature recovers to zero, so that nobody holds a key that is not set.
        if (signer != revocationKey()) revert NotTheRevocationKey(signer);
        if (kind == Revocations.KIND_SIGNER) _revokeSigner(Addresses.toAddress(target));
        else if (kind == Revocations.KIND_PLATFORM) _revokePlatform(target);
        else _revokeMeasurement(target);
    }

    /// @inheritdoc IQuorumSource
    function tally(
        bytes32 digest,
        bytes calldata signatures
    ) external view returns (Quorum quorum, uint32 revocationEpoch_) {
        uint32 judgementEpoch;
        (judgementEpoch, revocationEpoch_) = (_state.judgementEpoch, _state.revocationEpoch);
        SignatureCursor cursor = Signatures.start(signatures);
        QuorumTally counted = QuorumTallies.start(cursor.remaining());
        // Packed as in `Quorum`; no field overflows with 32 signers. In each set, bit i for whom has the remainder i.
        (uint256 total, uint256 operatorBits, uint256 platformBits, uint256 vendorBits) = (0, 0, 0, 0);
        while (cursor.hasNext()) {
            address signer;
            (signer, cursor) = cursor.next(digest);
            SignerRecord record = _records[signer];
            // Whoever does not count is skipped: no single signer can sink a submission (INV-23).
            if (!record.counts(judgementEpoch)) continue;
            uint256 operatorBit = 1 << (record.operatorIndex() & 0xff);
            uint256 platformBit = 1 << (record.platformIndex() & 0xff);
            uint256 vendorBit = 1 << record.vendor();
            unchecked {
                total += ONE_SIGNER;
                // Where the bit is new so is who has it. Only where it is not, one has to look.
                if (operatorBits & operatorBit == 0 || !counted.hasOperator(record.operatorIndex())) {
                    total += ONE_OPERATOR;
                }
                if (platformBits & platformBit == 0 || !counted.hasPlatform(record.platformIndex())) {
                    total += ONE_PLATFORM;
                }
                if (vendorBits & vendorBit == 0) total += ONE_VENDOR;
            }
            counted.add(record);
            operatorBits |= operatorBit;
            platformBits |= platformBit;
            vendorBits |= vendorBit;
        }
        // The cast is safe: four counts of at most 32.
        return (Quorum.wrap(uint32(total)), revocationEpoch_);
    }

    /// @inheritdoc IQuorumSource
    function revocationEpoch() external view returns (uint32 epoch) {
        return _state.revocationEpoch;
    }

    /// @inheritdoc IRegistry
    function recordOf(address signer) external view returns (SignerRecord record) {
        return _records[signer];
    }

    /// @inheritdoc IRegistry
    function factsHashOf(address signer) external view returns (bytes32 factsHash) {
        return _factsHashes[signer];
    }

    /// @inheritdoc IRegistry
    function challengeBlocks() external view returns (uint256 count) {
        return _CHALLENGE_BLOCKS;
    }

    /// @dev Has evidence verified and judged, from `StaleChallenge` on.
    function _judge(
        Candidate calldata candidate,
        bytes calldata evidence
    ) private view returns (JudgedFacts memory facts, uint8 vendor) {
        bytes32 challenge = _requireFresh(candidate.challengeBlock);
        address verifier = _verifiers[candidate.verifierNumber];
        if (verifier == address(0)) revert VerifierNotAdmitted(candidate.verifierNumber, verifier);
        JudgedEvidence memory judged = IEvidenceVerifier(verifier).judge(evidence);
        Registrations.check(
            Registration({
                chain: _CHAIN,
                registry: Addresses.toBytes32(address(this)),
                operator: Addresses.toBytes32(msg.sender),
                challenge: challenge,
                signer: candidate.signer,
                encryptionKey: candidate.encryptionKey,
                configurationHash: candidate.configurationHash
            }),
            judged.reportData
        );
        facts = JudgedFacts({
            operator: msg.sender,
            verifier: verifier,
            verifierNumber: candidate.verifierNumber,
            entryNumber: candidate.entryNumber,
            teeType: judged.teeType,
            tcbStatus: judged.tcbStatus,
            evaluationNumber: judged.evaluationNumber,
            evidenceEndSeconds: judged.expiresAtSeconds,
            platformId: judged.platformId,
            platformFamily: judged.platformFamily,
            measurementId: Entries.measurementId(judged.teeType, judged.registers),
            encryptionKey: candidate.encryptionKey,
            configurationHash: candidate.configurationHash,
            advisories: judged.advisories
        });
        _requireEntry(facts, bytes20(judged.attributes), keccak256(judged.launch));
        Flaw flaw = _findFlaw(facts, _state);
        if (flaw != Flaw.None) _refuse(flaw, facts);
        vendor = judged.vendor;
    }

    /// @dev The hash of a challenge's block, or reverts with `StaleChallenge`.
    function _requireFresh(uint256 challengeBlock) private view returns (bytes32 challenge) {
        uint256 oldest = block.number < _CHALLENGE_BLOCKS ? 0 : block.number - _CHALLENGE_BLOCKS;
        if (challengeBlock >= oldest) challenge = Challenges.hashOf(challengeBlock);
        if (challenge == 0) revert StaleChallenge(challengeBlock, oldest);
    }

    /// @dev Reverts with `EntryNotListed` or `EntryMismatch`.
    function _requireEntry(JudgedFacts memory facts, bytes20 attributes, bytes32 launchHash) private view {
        Entry storage entry = _entries[facts.entryNumber];
        if (!entry.isListed) revert EntryNotListed(facts.entryNumber);
        bytes20 value = attributes & entry.attributesMask;
        bytes32 pins = Entries.pinsHash(facts.measurementId, value, launchHash, facts.configurationHash);
        if (facts.verifierNumber == entry.verifierNumber && pins == entry.pinsHash) return;
        EntryField field = EntryField.Configuration;
        if (facts.verifierNumber != entry.verifierNumber) field = EntryField.Verifier;
        else if (facts.measurementId != entry.measurementId) field = EntryField.Measurement;
        else if (value != entry.attributesValue) field = EntryField.Attributes;
        else if (launchHash != entry.launchHash) field = EntryField.Launch;
        revert EntryMismatch(facts.entryNumber, field);
    }

    /// @dev Keeps a key that qualifies as active.
    function _keep(address signer, JudgedFacts memory facts, uint8 vendor) private {
        uint32 platformIndex = _platforms[facts.platformId].index;
        if (platformIndex == 0) {
            platformIndex = ++_state.platformCount;
            _platforms[facts.platformId].index = platformIndex;
        }
        uint256 end = _endOf(facts);
        uint256 latest = block.timestamp + LIFETIME;
        SignerRecord record = SignerRecords.active(
            // The cast is safe: a month from now fits.
            uint40(end < latest ? end : latest),
            _state.judgementEpoch,
            platformIndex,
            _operators[facts.operator].index,
            vendor
        );
        _records[signer] = record;
        _factsHashes[signer] = keccak256(abi.encode(facts));
        emit SignerJudged(signer, record, facts);
    }

    /// @dev Revokes a key, or changes nothing. Roots that inboxes keep are closed where it may have vouched for them, which
    /// a key that was never registered has not: nobody can close them with keys made up for it.
    function _revokeSigner(address signer) private {
        if (signer == address(0)) revert ZeroName();
        SignerRecord record = _records[signer];
        if (record.status() == SignerStatus.Revoked) return;
        _records[signer] = record.withStatus(SignerStatus.Revoked);
        emit SignerWasRevoked(signer);
        if (record.isRegistered()) emit EpochsRaised(_state.judgementEpoch, ++_state.revocationEpoch);
    }

    /// @dev Reverts with `FactsMismatch` when these are not the kept facts of a signer.
    function _requireKept(address signer, JudgedFacts calldata kept) private view {
        bytes32 factsHash = _factsHashes[signer];
        if (keccak256(abi.encode(kept)) != factsHash) revert FactsMismatch(signer, factsHash);
    }

    /// @dev The record of a signer that was registered, or reverts with `SignerUnknown`.
    function _requireRegistered(address signer) private view returns (SignerRecord record) {
        record = _records[signer];
        if (!record.isRegistered()) revert SignerUnknown(signer);
    }

    /// @dev Reverts with `NotTheOperator` when a signer is not the caller's.
    function _requireOwn(address signer, SignerRecord record) private view {
        if (record.operatorIndex() != _operators[msg.sender].index) revert NotTheOperator(signer, msg.sender);
    }

    /// @dev The record of an active signer, or reverts with `SignerNotActive`.
    function _requireActive(address signer) private view returns (SignerRecord record) {
        record = _records[signer];
        SignerStatus status = record.status();
        if (status != SignerStatus.Active) revert SignerNotActive(signer, status);
    }
}
