// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../dcap/TcbStatus.sol";

/// @notice What an operator asks to have registered or renewed.
/// @param verifierNumber Under which the evidence verifier is admitted.
/// @param entryNumber Which entry of the allow list the program runs under.
/// @param challengeBlock The block whose hash is the challenge in the evidence.
/// @param signer The address of the enclave's signing key.
/// @param encryptionKey The enclave's X25519 public key.
/// @param configurationHash Hash of what the enclave was started with.
struct Candidate {
    uint16 verifierNumber;
    uint32 entryNumber;
    uint64 challengeBlock;
    address signer;
    bytes32 encryptionKey;
    bytes32 configurationHash;
}

/// @notice What a judgement of a key reads, docs/spec/contracts.md section 2. A registry emits it whole and keeps its hash
/// (docs/adr/0006-facts-by-hash.md).
/// @param operator Who runs the enclave.
/// @param verifier Which contract judged the evidence.
/// @param verifierNumber Under which number it was admitted.
/// @param entryNumber The entry of the allow list.
/// @param teeType Kind of environment, `TeeTypes`.
/// @param tcbStatus The vendor's word on the machine's patch level.
/// @param evaluationNumber The edition of the collateral.
/// @param evidenceEndSeconds The earliest end of anything that the evidence rests on, seconds since 1970.
/// @param platformId Names the machine.
/// @param platformFamily Names the family of the machine.
/// @param measurementId Names the program.
/// @param encryptionKey The enclave's X25519 public key.
/// @param configurationHash Hash of what the enclave was started with.
/// @param advisories The vendor's security advisories that are open on the machine, ascending.
struct JudgedFacts {
    address operator;
    address verifier;
    uint16 verifierNumber;
    uint32 entryNumber;
    uint8 teeType;
    TcbStatus tcbStatus;
    uint32 evaluationNumber;
    uint64 evidenceEndSeconds;
    bytes32 platformId;
    bytes32 platformFamily;
    bytes32 measurementId;
    bytes32 encryptionKey;
    bytes32 configurationHash;
    uint256[] advisories;
}

/// @notice The first rule of docs/spec/contracts.md section 3 that a key breaks, in the order in which they are checked.
enum Flaw {
    None,
    VerifierNotAdmitted,
    OperatorNotAdmitted,
    EntryNotListed,
    MeasurementRevoked,
    TcbStatusNotAccepted,
    EvaluationNumberTooLow,
    AdvisoryDenied,
    PlatformDenied,
    PlatformFamilyDenied,
    EvidenceExpired
}

/// @notice Where a platform or a family of platforms stands. `Revoked` is for ever.
enum Standing {
    Neutral,
    Listed,
    Denied,
    Revoked
}

/// @notice An entry of the allow list as governance writes it.
/// @param verifierNumber Under which the evidence verifier is admitted.
/// @param teeType `SGX` or `TDX` of `TeeTypes`.
/// @param notAfterSeconds The last second at which a key under this entry counts, since 1970.
/// @param registers Measurement registers side by side: MRENCLAVE; or MRTD, RTMR0 to RTMR3.
/// @param attributesMask Which bits of the attributes are pinned, left-aligned: 20 bytes for SGX, 16 for TDX.
/// @param attributesValue What they are pinned to; no bit outside of the mask.
/// @param launch CONFIGID, CONFIGSVN; or MRCONFIGID, MROWNER, MROWNERCONFIG, MRSERVICETD.
/// @param configurationHash What the enclave must have been started with.
struct EntryTerms {
    uint16 verifierNumber;
    uint8 teeType;
    uint40 notAfterSeconds;
    bytes registers;
    bytes32 attributesMask;
    bytes32 attributesValue;
    bytes launch;
    bytes32 configurationHash;
}

/// @notice What makes an entry unsound, docs/spec/contracts.md section 2.
enum EntryFlaw {
    None,
    TeeType,
    Registers,
    AttributesMask,
    AttributesValue,
    Debug,
    Migratable,
    Launch,
    Configuration,
    NotAfter
}

/// @notice In what evidence differs from an entry.
enum EntryField {
    Verifier,
    Measurement,
    Attributes,
    Launch,
    Configuration
}

/// @notice An entry of the allow list as it is kept.
/// @param verifierNumber Under which the evidence verifier is admitted.
/// @param notAfterSeconds The last second at which a key under this entry counts.
/// @param isListed False once it was removed, for ever.
/// @param attributesMask Which bits of the attributes are pinned.
/// @param pinsHash `Entries.pinsHash` of the four fields below: what `register` compares, instead of reading four slots.
/// @param attributesValue What those bits are pinned to.
/// @param measurementId Names the program.
/// @param launchHash Hash of the launch fields.
/// @param configurationHash What the enclave must have been started with.
struct Entry {
    uint16 verifierNumber;
    uint40 notAfterSeconds;
    bool isListed;
    bytes20 attributesMask;
    bytes32 pinsHash;
    bytes20 attributesValue;
    bytes32 measurementId;
    bytes32 launchHash;
    bytes32 configurationHash;
}

/// @notice What every judgement reads. One storage slot.
/// @param judgementEpoch Rises with each tightening: no key counts until it is judged again.
/// @param revocationEpoch Rises with each tightening and revocation: closes roots that inboxes keep.
/// @param minimumEvaluationNumber Least edition of collateral.
/// @param acceptedTcbStatuses Bit i for status i of `TcbStatus`.
/// @param arePlatformsListed Whether a platform must be listed.
/// @param arePlatformFamiliesListed Whether a family must be listed.
/// @param operatorCount Numbers given to operators so far.
/// @param platformCount Numbers given to platforms so far.
/// @param entryCount Numbers given to entries so far.
struct JudgementState {
    uint32 judgementEpoch;
    uint32 revocationEpoch;
    uint32 minimumEvaluationNumber;
    uint16 acceptedTcbStatuses;
    bool arePlatformsListed;
    bool arePlatformFamiliesListed;
    uint16 operatorCount;
    uint32 platformCount;
    uint32 entryCount;
}
