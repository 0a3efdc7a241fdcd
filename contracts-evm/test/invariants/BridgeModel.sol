// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JudgedEvidence} from "../../src/dcap/IEvidenceVerifier.sol";
import {TcbStatus} from "../../src/dcap/TcbStatus.sol";
import {Candidate, JudgedFacts} from "../../src/registry/RegistryTypes.sol";
import {Bridge} from "./Bridge.sol";

/// @title BridgeModel
/// @notice What docs/spec/contracts.md says that registry and inbox must know, kept in the plainest way: lists that are
/// walked, counts that are counted anew each time. Nothing of it is read from the contracts.
// What a registry and an inbox know is many things.
// solhint-disable-next-line max-states-count
abstract contract BridgeModel is Bridge {
    enum Status {
        Unknown,
        Active,
        Resigned,
        Evicted,
        Revoked
    }

    struct Key {
        uint256 secret;
        address signer;
        uint256 operator;
        uint256 platform;
        uint8 vendor;
        Status status;
        uint256 end;
        uint256 epoch;
        JudgedFacts facts;
    }

    /// @dev Counts of distinct signers, operators, platforms, vendors.
    struct Counts {
        uint256 signers;
        uint256 operators;
        uint256 platforms;
        uint256 vendors;
    }

    struct Kept {
        bool isKept;
        bool isVoided;
        uint256 epoch;
        Counts counts;
    }

    struct Pause {
        uint256 until;
        uint256 allowedFrom;
    }

    uint256 internal constant KEYS = 7;
    uint256 internal constant OPERATORS = 4;
    uint256 internal constant PLATFORMS = 5;

    Key[] internal keys;
    bool[OPERATORS] internal isAdmitted;
    bool[PLATFORMS] internal isDenied;
    bool[PLATFORMS] internal isRevoked;
    uint32 internal listedEntry = 1;
    uint32 internal entryCount = 1;
    uint256 internal minimum;
    uint256 internal judgementEpoch;
    uint256 internal revocationEpoch;
    Counts internal policy = Counts(2, 2, 2, 1);
    mapping(bytes32 digest => Kept) internal kept;
    Pause internal originPause;
    Pause internal lanePause;
    uint256 internal capMessages;
    uint256 internal capWindow;
    uint256 internal capUsed;
    uint256 internal capEnd;

    /// @dev The first thing that went otherwise than the model says.
    string internal violation;

    function _demand(bool holds, string memory what) internal {
        if (!holds && bytes(violation).length == 0) violation = what;
    }

    function _makeKeys() internal {
        for (uint256 i = 0; i < KEYS; ++i) {
            Key storage key = keys.push();
            key.secret = 1_000 + i;
            key.signer = vm.addr(key.secret);
        }
        // In ascending order, as signature sets must have them. Who shares what is by place, and so overlaps.
        for (uint256 i = 0; i < KEYS; ++i) {
            for (uint256 j = i + 1; j < KEYS; ++j) {
                if (keys[j].signer >= keys[i].signer) continue;
                (keys[i].secret, keys[j].secret) = (keys[j].secret, keys[i].secret);
                (keys[i].signer, keys[j].signer) = (keys[j].signer, keys[i].signer);
            }
            (keys[i].operator, keys[i].platform, keys[i].vendor) = (i % OPERATORS, i % PLATFORMS, uint8(1 + (i % 2)));
        }
    }

    function _operator(uint256 i) internal pure returns (address account) {
        return address(uint160(0x1000 + i));
    }

    function _platform(uint256 i) internal pure returns (bytes32 platformId) {
        return keccak256(abi.encode("platform", i));
    }

    function _tightened() internal {
        ++judgementEpoch;
        ++revocationEpoch;
    }

    /// @dev Whether facts qualify now, section 3.
    function _qualifies(Key storage key, JudgedFacts memory facts) internal view returns (bool result) {
        return
            isAdmitted[key.operator] &&
            facts.entryNumber == listedEntry &&
            facts.evaluationNumber >= minimum &&
            !isDenied[key.platform] &&
            !isRevoked[key.platform] &&
            block.timestamp <= facts.evidenceEndSeconds;
    }

    /// @dev Whether a key counts now, section 4.
    function _counts(Key storage key) internal view returns (bool result) {
        return key.status == Status.Active && key.epoch == judgementEpoch && block.timestamp <= key.end;
    }

    /// @dev Who counts among the keys of a mask.
    function _quorumOf(uint256 mask) internal view returns (Counts memory counts) {
        bool[OPERATORS] memory operators;
        bool[PLATFORMS] memory platforms;
        bool[3] memory vendors;
        for (uint256 i = 0; i < KEYS; ++i) {
            Key storage key = keys[i];
            if ((mask >> i) & 1 == 0 || !_counts(key)) continue;
            ++counts.signers;
            operators[key.operator] = true;
            platforms[key.platform] = true;
            vendors[key.vendor] = true;
        }
        for (uint256 i = 0; i < OPERATORS; ++i) if (operators[i]) ++counts.operators;
        for (uint256 i = 0; i < PLATFORMS; ++i) if (platforms[i]) ++counts.platforms;
        for (uint256 i = 0; i < 3; ++i) if (vendors[i]) ++counts.vendors;
    }

    function _meets(Counts memory counts) internal view returns (bool result) {
        return
            counts.signers >= policy.signers &&
            counts.operators >= policy.operators &&
            counts.platforms >= policy.platforms &&
            counts.vendors >= policy.vendors;
    }

    /// @dev Whether a statement can be delivered by its kept root, section 6.
    function _isValid(bytes32 digest) internal view returns (bool result) {
        return kept[digest].isKept && kept[digest].epoch == revocationEpoch && _meets(kept[digest].counts);
    }

    function _keep(bytes32 digest, Counts memory counts) internal {
        Kept storage root = kept[digest];
        if (root.isKept && root.epoch == revocationEpoch) {
            counts.signers = _max(counts.signers, root.counts.signers);
            counts.operators = _max(counts.operators, root.counts.operators);
            counts.platforms = _max(counts.platforms, root.counts.platforms);
            counts.vendors = _max(counts.vendors, root.counts.vendors);
        }
        (root.isKept, root.epoch, root.counts) = (true, revocationEpoch, counts);
    }

    /// @dev Whether a cap leaves room for so many, which are then used up.
    function _useCap(uint256 count) internal view returns (bool fits) {
        if (capMessages == 0) return true;
        uint256 used = block.timestamp >= capEnd ? 0 : capUsed;
        return used + count <= capMessages;
    }

    function _usedCap(uint256 delivered) internal {
        if (capMessages == 0) return;
        if (block.timestamp >= capEnd) (capUsed, capEnd) = (0, block.timestamp + capWindow);
        capUsed += delivered;
    }

    /// @dev What an operator would register now, its evidence, and the facts that a judgement must come to.
    function _application(
        Key storage key,
        uint256 evidenceEnd,
        uint32 evaluation
    ) internal returns (Candidate memory candidate, bytes memory evidence, JudgedFacts memory facts) {
        uint256 number = block.number - 1;
        vm.setBlockhash(number, keccak256(abi.encode("block", number)));
        candidate = Candidate({
            verifierNumber: VERIFIER,
            entryNumber: listedEntry,
            challengeBlock: uint64(number),
            signer: key.signer,
            encryptionKey: keccak256(abi.encode("encryption key", key.signer)),
            configurationHash: CONFIGURATION
        });
        // docs/spec/protocol.md section 9.
        bytes memory registration = abi.encodePacked(
            keccak256("corridor.registration.v1"),
            uint64(block.chainid),
            bytes32(uint256(uint160(address(registry)))),
            bytes32(uint256(uint160(_operator(key.operator)))),
            blockhash(number),
            bytes12(0),
            key.signer,
            candidate.encryptionKey,
            CONFIGURATION
        );
        facts = JudgedFacts({
            operator: _operator(key.operator),
            verifier: address(verifier),
            verifierNumber: VERIFIER,
            entryNumber: listedEntry,
            teeType: 2,
            tcbStatus: TcbStatus.UpToDate,
            evaluationNumber: evaluation,
            evidenceEndSeconds: uint64(evidenceEnd),
            platformId: _platform(key.platform),
            platformFamily: keccak256("family"),
            measurementId: keccak256(abi.encodePacked(keccak256("corridor.measurement.v1"), uint8(2), _registers())),
            encryptionKey: candidate.encryptionKey,
            configurationHash: CONFIGURATION,
            advisories: new uint256[](0)
        });
        evidence = abi.encode(
            JudgedEvidence({
                vendor: key.vendor,
                teeType: 2,
                tcbStatus: TcbStatus.UpToDate,
                isMigratable: false,
                evaluationNumber: evaluation,
                expiresAtSeconds: uint64(evidenceEnd),
                platformFamily: facts.platformFamily,
                platformId: facts.platformId,
                reportData: abi.encodePacked(keccak256(registration), bytes32(0)),
                registers: _registers(),
                attributes: new bytes(16),
                launch: new bytes(192),
                advisories: facts.advisories
            })
        );
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256 higher) {
        return a > b ? a : b;
    }
}
