// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../dcap/TcbStatus.sol";
import {Entry, EntryFlaw, EntryTerms, JudgementState, Standing} from "./RegistryTypes.sol";

/// @title IRegistryPolicy
/// @notice By what a registry judges: operators, verifiers, the allow list, patch levels, advisories and machines;
/// docs/spec/contracts.md section 3.
/// @dev Tightening is for `Roles.GUARDIAN`, at once. Each raises the judgement epoch, so that no key counts until it is
/// judged again, and the revocation epoch, which closes kept roots. Loosening and additions are for `Roles.GOVERNANCE`,
/// `setVerifier` for `Roles.VERIFIER_GOVERNANCE`, with the delays that they have.
interface IRegistryPolicy {
    /// @notice Thrown when something is to be changed to what it is already: nobody's epochs move for nothing.
    error NoChange();

    /// @notice Thrown when something is to be named by a zero.
    error ZeroName();

    /// @notice Thrown when an entry of the allow list is not sound.
    /// @param flaw What is wrong with it.
    error InvalidEntry(EntryFlaw flaw);

    /// @notice Thrown when a status is to be accepted that never is: none, or `Revoked`.
    /// @param status The refused status.
    error InvalidTcbStatus(TcbStatus status);

    /// @notice Thrown off localnet when a verifier does not rest on the production root of a hardware vendor.
    /// @param rootFingerprint SHA-256 of the root that it rests on.
    error SimulatedRoot(bytes32 rootFingerprint);

    /// @notice Thrown when the evidence verifier that is asked for, or that once judged, is not admitted under its number.
    /// @param verifierNumber The number.
    /// @param verifier The contract that judged; zero when evidence is still to be judged.
    error VerifierNotAdmitted(uint16 verifierNumber, address verifier);

    /// @notice Thrown when an operator is not admitted.
    /// @param operator The operator.
    error OperatorNotAdmitted(address operator);

    /// @notice Thrown when an entry of the allow list was removed, or never existed.
    /// @param entryNumber The entry.
    error EntryNotListed(uint32 entryNumber);

    /// @notice Thrown when a program was revoked.
    /// @param measurementId The program.
    error MeasurementRevoked(bytes32 measurementId);

    /// @notice Thrown when the patch level of a machine is not accepted.
    /// @param status The vendor's word on it.
    error TcbStatusNotAccepted(TcbStatus status);

    /// @notice Thrown when evidence was judged by too old an edition of collateral.
    /// @param evaluationNumber The edition.
    /// @param minimum The least that is accepted.
    error EvaluationNumberTooLow(uint32 evaluationNumber, uint32 minimum);

    /// @notice Thrown when a denied security advisory is open on a machine.
    /// @param advisory The advisory's number.
    error AdvisoryDenied(uint256 advisory);

    /// @notice Thrown when a platform is denied or revoked, or must be listed and is not.
    /// @param platformId The platform.
    error PlatformDenied(bytes32 platformId);

    /// @notice Thrown when a family of platforms is denied, or must be listed and is not.
    /// @param platformFamily The family.
    error PlatformFamilyDenied(bytes32 platformFamily);

    /// @notice Thrown when the evidence of a key, or its entry of the allow list, has come to its end.
    /// @param endSeconds When that was, seconds since 1970.
    error EvidenceExpired(uint256 endSeconds);

    /// @notice The epochs have been raised.
    /// @param judgementEpoch Keys that were judged under another do not count.
    /// @param revocationEpoch Roots that were kept under another are closed.
    event EpochsRaised(uint32 judgementEpoch, uint32 revocationEpoch);

    /// @notice An operator has been admitted, for the first time or again.
    /// @param operator The operator.
    /// @param operatorIndex The operator's number, the same each time.
    event OperatorAdmitted(address indexed operator, uint16 operatorIndex);

    /// @notice An operator has been removed.
    /// @param operator The operator.
    event OperatorRemoved(address indexed operator);

    /// @notice An evidence verifier has been admitted or replaced, or its number cleared.
    /// @param verifierNumber The number.
    /// @param verifier The contract; zero for none.
    event VerifierSet(uint16 indexed verifierNumber, address verifier);

    /// @notice An entry has been added to the allow list.
    /// @param entryNumber Its number.
    /// @param measurementId The program that it allows.
    /// @param terms The whole entry.
    event EntryAdded(uint32 indexed entryNumber, bytes32 indexed measurementId, EntryTerms terms);

    /// @notice An entry has been removed from the allow list, for ever.
    /// @param entryNumber Its number.
    event EntryRemoved(uint32 indexed entryNumber);

    /// @notice Which patch levels are accepted has changed.
    /// @param acceptedTcbStatuses Bit i for status i of `TcbStatus`.
    event AcceptedTcbStatusesChanged(uint16 acceptedTcbStatuses);

    /// @notice The least edition of collateral has changed.
    /// @param minimumEvaluationNumber The edition.
    event MinimumEvaluationNumberChanged(uint32 minimumEvaluationNumber);

    /// @notice An advisory has been denied, or allowed again.
    /// @param advisory The advisory's number.
    /// @param isDenied Which of the two.
    event AdvisoryChanged(uint256 indexed advisory, bool isDenied);

    /// @notice A platform stands otherwise than before.
    /// @param platformId The platform.
    /// @param standing How it stands now.
    event PlatformChangedStanding(bytes32 indexed platformId, Standing standing);

    /// @notice A family of platforms stands otherwise than before.
    /// @param platformFamily The family.
    /// @param standing How it stands now.
    event PlatformFamilyChangedStanding(bytes32 indexed platformFamily, Standing standing);

    /// @notice Whether platforms and families must be listed has changed.
    /// @param arePlatformsListed Whether a platform must be.
    /// @param arePlatformFamiliesListed Whether a family must be.
    event ListingChanged(bool arePlatformsListed, bool arePlatformFamiliesListed);

    /// @notice A program has been revoked, for ever.
    /// @param measurementId The program.
    event MeasurementWasRevoked(bytes32 indexed measurementId);

    /// @notice The key whose signature revokes has changed.
    /// @param revocationKey Its address; zero for none.
    event RevocationKeyChanged(address revocationKey);

    /// @notice Admits an operator. One that was removed returns under its old number.
    /// @dev Governance. Reverts with `ZeroName`, `NoChange`.
    /// @param operator The operator.
    function admitOperator(address operator) external;

    /// @notice Removes an operator. Its keys stop counting.
    /// @dev Guardian. Reverts with `NoChange`.
    /// @param operator The operator.
    function removeOperator(address operator) external;

    /// @notice Admits an evidence verifier under a number, replaces the one there, or with zero clears the number. A
    /// replacement is a tightening: keys that the old one judged no longer qualify.
    /// @dev Verifier governance. Reverts with `ZeroName`, `NoChange`, `SimulatedRoot`.
    /// @param verifierNumber The number.
    /// @param verifier The contract, an `IRootedVerifier`; zero for none.
    function setVerifier(uint16 verifierNumber, address verifier) external;

    /// @notice Adds an entry to the allow list.
    /// @dev Governance. Reverts with `InvalidEntry`, `VerifierNotAdmitted`.
    /// @param terms The entry.
    /// @return entryNumber Its number.
    function addEntry(EntryTerms calldata terms) external returns (uint32 entryNumber);

    /// @notice Removes an entry from the allow list, for ever.
    /// @dev Guardian. Reverts with `NoChange`.
    /// @param entryNumber Its number.
    function removeEntry(uint32 entryNumber) external;

    /// @notice Accepts a patch level.
    /// @dev Governance. Reverts with `InvalidTcbStatus`, `NoChange`.
    /// @param status The vendor's word for it.
    function acceptTcbStatus(TcbStatus status) external;

    /// @notice No longer accepts a patch level.
    /// @dev Guardian. Reverts with `NoChange`.
    /// @param status The vendor's word for it.
    function rejectTcbStatus(TcbStatus status) external;

    /// @notice Lowers the least edition of collateral.
    /// @dev Governance. Reverts with `NoChange` when it would not be lower.
    /// @param minimumEvaluationNumber The edition.
    function lowerMinimumEvaluationNumber(uint32 minimumEvaluationNumber) external;

    /// @notice Raises the least edition of collateral.
    /// @dev Guardian. Reverts with `NoChange` when it would not be higher.
    /// @param minimumEvaluationNumber The edition.
    function raiseMinimumEvaluationNumber(uint32 minimumEvaluationNumber) external;

    /// @notice Allows a denied advisory again.
    /// @dev Governance. Reverts with `NoChange`.
    /// @param advisory The advisory's number.
    function allowAdvisory(uint256 advisory) external;

    /// @notice Denies an advisory: machines on which it is open are refused.
    /// @dev Guardian. Reverts with `NoChange`.
    /// @param advisory The advisory's number.
    function denyAdvisory(uint256 advisory) external;

    /// @notice Takes a denial off a platform, or puts it on the list.
    /// @dev Governance. Reverts with `ZeroName`, `PlatformDenied` for a revoked one, `NoChange`.
    /// @param platformId The platform.
    /// @param isListed Whether to put it on the list. To take it off the list while platforms must be listed raises both
    /// epochs, as a tightening does.
    function allowPlatform(bytes32 platformId, bool isListed) external;

    /// @notice Denies a platform.
    /// @dev Guardian. Reverts with `ZeroName`, `NoChange`.
    /// @param platformId The platform.
    function denyPlatform(bytes32 platformId) external;

    /// @notice Takes a denial off a family of platforms, or puts it on the list.
    /// @dev Governance. Reverts with `ZeroName`, `NoChange`.
    /// @param platformFamily The family.
    /// @param isListed Whether to put it on the list, as with a platform.
    function allowPlatformFamily(bytes32 platformFamily, bool isListed) external;

    /// @notice Denies a family of platforms.
    /// @dev Guardian. Reverts with `ZeroName`, `NoChange`.
    /// @param platformFamily The family.
    function denyPlatformFamily(bytes32 platformFamily) external;

    /// @notice No longer demands that platforms, or families, be listed.
    /// @dev Governance. Reverts with `NoChange`.
    /// @param ofPlatforms Whether to drop it for platforms.
    /// @param ofFamilies Whether to drop it for families.
    function waiveListing(bool ofPlatforms, bool ofFamilies) external;

    /// @notice Demands that platforms, or families, be listed.
    /// @dev Guardian. Reverts with `NoChange`.
    /// @param ofPlatforms Whether to demand it of platforms.
    /// @param ofFamilies Whether to demand it of families.
    function requireListing(bool ofPlatforms, bool ofFamilies) external;

    /// @notice Sets the key whose signature revokes.
    /// @dev Governance. Reverts with `NoChange`.
    /// @param revocationKey Its address; zero for none.
    function setRevocationKey(address revocationKey) external;

    /// @notice The numbers and flags that every judgement reads.
    /// @return state All of them.
    function judgementState() external view returns (JudgementState memory state);

    /// @notice An operator's number and whether it is admitted.
    /// @param operator The operator.
    /// @return operatorIndex The number, zero for one that never was admitted.
    /// @return isAdmitted Whether it is.
    function operatorOf(address operator) external view returns (uint16 operatorIndex, bool isAdmitted);

    /// @notice The evidence verifier under a number.
    /// @param verifierNumber The number.
    /// @return verifier The contract; zero for none.
    function verifierOf(uint16 verifierNumber) external view returns (address verifier);

    /// @notice An entry of the allow list.
    /// @param entryNumber Its number.
    /// @return entry The entry; all zero for one that never existed.
    function entryOf(uint32 entryNumber) external view returns (Entry memory entry);

    /// @notice Whether an advisory is denied.
    /// @param advisory The advisory's number.
    /// @return isDenied Whether it is.
    function isAdvisoryDenied(uint256 advisory) external view returns (bool isDenied);

    /// @notice How a platform stands, and its number.
    /// @param platformId The platform.
    /// @return platformIndex The number, zero for one without a key so far.
    /// @return standing How it stands.
    function platformOf(bytes32 platformId) external view returns (uint32 platformIndex, Standing standing);

    /// @notice How a family of platforms stands.
    /// @param platformFamily The family.
    /// @return standing How it stands.
    function platformFamilyOf(bytes32 platformFamily) external view returns (Standing standing);

    /// @notice Whether a program was revoked.
    /// @param measurementId The program.
    /// @return isRevoked Whether it was.
    function isMeasurementRevoked(bytes32 measurementId) external view returns (bool isRevoked);

    /// @notice The key whose signature revokes.
    /// @return key Its address; zero for none.
    function revocationKey() external view returns (address key);
}
