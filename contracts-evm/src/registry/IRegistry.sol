// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IQuorumSource} from "./IQuorumSource.sol";
import {IRegistryPolicy} from "./IRegistryPolicy.sol";
import {Candidate, EntryField, Flaw, JudgedFacts} from "./RegistryTypes.sol";
import {SignerRecord, SignerStatus} from "./SignerRecord.sol";

/// @title IRegistry
/// @notice Which keys may sign, because hardware vouches that a program on the allow list holds them;
/// docs/spec/contracts.md sections 2 to 4. Nothing of this can be paused.
interface IRegistry is IQuorumSource, IRegistryPolicy {
    /// @notice Thrown at deployment when challenges could be of no age, or of one that the chain cannot look up.
    /// @param challengeBlocks The refused age in blocks, 1 to 8,191 is possible.
    error InvalidChallengeBlocks(uint256 challengeBlocks);

    /// @notice Thrown when a signer is to be registered that has a record, whatever its status (INV-27).
    /// @param signer The signer.
    error SignerKnown(address signer);

    /// @notice Thrown when a signer has no record.
    /// @param signer The signer.
    error SignerUnknown(address signer);

    /// @notice Thrown when a signer was revoked.
    /// @param signer The signer.
    error SignerRevoked(address signer);

    /// @notice Thrown when a signer is not active.
    /// @param signer The signer.
    /// @param status Where it stands.
    error SignerNotActive(address signer, SignerStatus status);

    /// @notice Thrown when a signer is another operator's.
    /// @param signer The signer.
    /// @param caller Who called.
    error NotTheOperator(address signer, address caller);

    /// @notice Thrown when a challenge is not the hash of one of the last blocks: have the enclave make new evidence.
    /// @param challengeBlock The block that was named.
    /// @param oldestBlock The oldest that will do; blocks up to the one before this will.
    error StaleChallenge(uint256 challengeBlock, uint256 oldestBlock);

    /// @notice Thrown when evidence is not that of the entry that was named.
    /// @param entryNumber The entry.
    /// @param field In what they differ.
    error EntryMismatch(uint32 entryNumber, EntryField field);

    /// @notice Thrown when a key is to be renewed on another machine: register a new key there.
    /// @param signer The signer.
    /// @param platformIndex The number of the machine that its record names.
    error PlatformChanged(address signer, uint32 platformIndex);

    /// @notice Thrown when a key is to be renewed with another encryption key: register a new signer with it.
    /// @param signer The signer.
    /// @param encryptionKey The one that it has.
    error EncryptionKeyChanged(address signer, bytes32 encryptionKey);

    /// @notice Thrown when facts are not those by which a signer was judged: take them from its last `SignerJudged`.
    /// @param signer The signer.
    /// @param factsHash The hash of those.
    error FactsMismatch(address signer, bytes32 factsHash);

    /// @notice Thrown when a signer is to be evicted that breaks no rule.
    /// @param signer The signer.
    error StillQualifies(address signer);

    /// @notice Thrown when a revocation is signed by another than the revocation key.
    /// @param signer Who signed it.
    error NotTheRevocationKey(address signer);

    /// @notice A key has been registered or renewed.
    /// @param signer The key's address.
    /// @param record What quorums read of it from now on.
    /// @param facts By what it was judged. Keep them: `rejudge`, `evict` and `renew` ask for them.
    event SignerJudged(address indexed signer, SignerRecord record, JudgedFacts facts);

    /// @notice A key has been judged again by the same facts, and counts.
    /// @param signer The key's address.
    /// @param judgementEpoch Under which it is judged now.
    event SignerRejudged(address indexed signer, uint32 judgementEpoch);

    /// @notice A key has been put out, and does not count until it is renewed.
    /// @param signer The key's address.
    /// @param flaw What rule it breaks.
    event SignerEvicted(address indexed signer, Flaw flaw);

    /// @notice An operator has taken a key out, and it does not count until it is renewed.
    /// @param signer The key's address.
    event SignerResigned(address indexed signer);

    /// @notice A key has been revoked, for ever.
    /// @param signer The key's address.
    event SignerWasRevoked(address indexed signer);

    /// @notice Registers an enclave's key. For its operator alone.
    /// @dev Reverts with the first broken rule of section 3: `WrongChain`, `OperatorNotAdmitted`, `SignerKnown`,
    /// `SignerRevoked`, `StaleChallenge`, `VerifierNotAdmitted`, those of the verifier, those of `Registrations.check`,
    /// `EntryNotListed`, `EntryMismatch`, those of qualifying.
    /// @param candidate What to register.
    /// @param evidence In the verifier's encoding.
    function register(Candidate calldata candidate, bytes calldata evidence) external;

    /// @notice Renews a registered key with new evidence, also one that was resigned or evicted. For its operator alone.
    /// @dev Reverts as `register` does, but with `SignerUnknown`, `SignerRevoked`, `NotTheOperator`, `FactsMismatch` in the
    /// place of `SignerKnown`, and at the end with `PlatformChanged`, `EncryptionKeyChanged`.
    /// @param candidate What to renew.
    /// @param evidence In the verifier's encoding.
    /// @param kept The facts by which the key was judged last.
    function renew(Candidate calldata candidate, bytes calldata evidence, JudgedFacts calldata kept) external;

    /// @notice Judges an active key again by its kept facts, so that it counts under the present judgement epoch.
    /// @dev Reverts with `SignerNotActive`, `FactsMismatch`, or the first rule of qualifying that the key breaks.
    /// @param signer The key's address.
    /// @param kept The facts by which it was judged last.
    function rejudge(address signer, JudgedFacts calldata kept) external;

    /// @notice Puts out an active key that no longer qualifies.
    /// @dev Reverts with `SignerNotActive`, `FactsMismatch`, `StillQualifies`.
    /// @param signer The key's address.
    /// @param kept The facts by which it was judged last.
    function evict(address signer, JudgedFacts calldata kept) external;

    /// @notice Takes an active key out. For its operator alone, admitted or not.
    /// @dev Reverts with `SignerUnknown`, `NotTheOperator`, `SignerNotActive`.
    /// @param signer The key's address.
    function resign(address signer) external;

    /// @notice Revokes a key for ever, known or not. Doing it again changes nothing.
    /// @dev Guardian. Reverts with `ZeroName`.
    /// @param signer The key's address.
    function revoke(address signer) external;

    /// @notice Revokes a platform for ever, known or not. Doing it again changes nothing.
    /// @dev Guardian. Reverts with `ZeroName`.
    /// @param platformId The platform.
    function revokePlatform(bytes32 platformId) external;

    /// @notice Revokes a program for ever, known or not. Doing it again changes nothing.
    /// @dev Guardian. Reverts with `ZeroName`.
    /// @param measurementId The program.
    function revokeMeasurement(bytes32 measurementId) external;

    /// @notice Does what a revocation orders that the revocation key has signed, docs/spec/protocol.md section 10. For
    /// anyone, any number of times.
    /// @dev Reverts with the rules of section 10, those of one signature of section 8, `NotTheRevocationKey`.
    /// @param revocation 65 bytes.
    /// @param signature 65 bytes.
    function submitRevocation(bytes calldata revocation, bytes calldata signature) external;

    /// @notice What quorums read of a signer.
    /// @param signer The key's address.
    /// @return record Its record; all zero without one.
    function recordOf(address signer) external view returns (SignerRecord record);

    /// @notice The hash of the facts by which a signer was judged last.
    /// @param signer The key's address.
    /// @return factsHash `keccak256(abi.encode(facts))`; zero for one that was never registered.
    function factsHashOf(address signer) external view returns (bytes32 factsHash);

    /// @notice How many blocks old a challenge may be.
    /// @return count Blocks.
    function challengeBlocks() external view returns (uint256 count);
}
