// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../protocol/ChainId.sol";
import {Leaf} from "../protocol/MerkleTree.sol";
import {MessageId} from "../protocol/Messages.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {IQuorumSource} from "../registry/IQuorumSource.sol";
import {Policy, Quorum} from "../registry/Quorum.sol";

/// @title IInbox
/// @notice Where messages arrive, docs/spec/contracts.md section 6. Everything here is for anyone to call.
interface IInbox {
    /// @notice One statement of a pair that shows equivocation, and the leaf that is in question.
    /// @param statement The statement.
    /// @param signature One signature over it.
    /// @param leaf The leaf for the nonce in question.
    /// @param proof The leaf's siblings.
    struct SignedLeaf {
        bytes statement;
        bytes signature;
        Leaf leaf;
        bytes proof;
    }

    /// @notice Thrown when a statement is for another chain or another inbox.
    /// @param destinationChain The chain that it is for.
    /// @param destinationInbox The inbox that it is for.
    error WrongDestination(ChainId destinationChain, bytes32 destinationInbox);

    /// @notice Thrown when a statement is about another outbox than the one of its origin.
    /// @param outbox The one that it is about.
    /// @param expected The one that is served.
    error WrongOutbox(bytes32 outbox, bytes32 expected);

    /// @notice Thrown when a statement is about another generation than the one of its origin.
    /// @param generation The one that it is about.
    /// @param expected The one that is served.
    error WrongGeneration(uint16 generation, uint16 expected);

    /// @notice Thrown when the origin of a statement is paused.
    /// @param originChain The origin.
    /// @param untilSeconds When the pause lapses, seconds since 1970.
    error OriginPaused(ChainId originChain, uint256 untilSeconds);

    /// @notice Thrown when the anchor of a statement is ahead of the clock by more than 15 minutes.
    /// @param anchorTimestampSeconds The anchor's time, seconds since 1970.
    error AnchorInFuture(uint256 anchorTimestampSeconds);

    /// @notice Thrown when too few signers vouch for a statement, or did for a kept one: get more signatures.
    /// @param quorum Those that count.
    /// @param policy What the origin demands.
    error QuorumNotReached(Quorum quorum, Policy policy);

    /// @notice Thrown when a statement comes without signatures and was not kept: pass the signatures.
    /// @param digest The statement's digest.
    error RootNotKept(bytes32 digest);

    /// @notice Thrown when a statement comes without signatures and something was revoked since it was kept: pass fresh
    /// signatures.
    /// @param digest The statement's digest.
    /// @param keptUnder The revocation epoch of that time.
    /// @param present The revocation epoch now.
    error RootStale(bytes32 digest, uint32 keptUnder, uint32 present);

    /// @notice Thrown when a message is of other chains than its statement.
    /// @param originChain The chain that it left.
    /// @param destinationChain The chain that it goes to.
    error WrongMessageChain(ChainId originChain, ChainId destinationChain);

    /// @notice Thrown when a message has another nonce than its place in the run.
    /// @param nonce Its nonce.
    /// @param index Its place.
    error WrongMessageNonce(Nonce nonce, uint256 index);

    /// @notice Thrown when a message is of a kind that cannot be delivered yet.
    /// @param kind The kind.
    error UnsupportedKind(uint8 kind);

    /// @notice Thrown when a run does not come whole.
    /// @param count How many messages came.
    /// @param expected How many the statement is about.
    error WrongMessageCount(uint256 count, uint256 expected);

    /// @notice Thrown when messages are not those of the statement.
    /// @param computedRoot The root over them.
    error WrongRoot(bytes32 computedRoot);

    /// @notice Thrown when the one message was delivered before.
    /// @param originChain Its origin.
    /// @param nonce Its nonce.
    error AlreadyDelivered(ChainId originChain, Nonce nonce);

    /// @notice Thrown when all messages of a run were delivered before.
    /// @param originChain Their origin.
    /// @param firstNonce The nonce of the first.
    error NothingToDeliver(ChainId originChain, Nonce firstNonce);

    /// @notice Thrown when a recipient could not get the gas that it is promised: send the transaction with more.
    /// @param needed How much there must be left before the call.
    /// @param left How much there was.
    error InsufficientGas(uint256 needed, uint256 left);

    /// @notice Thrown when two statements do not show that one signer equivocated: they are of two lanes or two signers,
    /// the nonce is not in both, or both have the same leaf for it.
    error NoEquivocation();

    /// @notice A statement has been kept, and its messages can be delivered by proof alone.
    /// @param digest The statement's digest.
    /// @param originChain The origin.
    /// @param firstNonce The nonce of its first message.
    /// @param messageCount How many messages it is about.
    /// @param quorum The highest counts of those who vouched for it.
    /// @param revocationEpoch While that is the registry's.
    event RootKept(
        bytes32 indexed digest,
        ChainId indexed originChain,
        Nonce firstNonce,
        uint32 messageCount,
        Quorum quorum,
        uint32 revocationEpoch
    );

    /// @notice A message has been delivered.
    /// @param messageId The message's id.
    /// @param originChain Its origin.
    /// @param nonce Its nonce.
    event MessageDelivered(MessageId indexed messageId, ChainId originChain, Nonce nonce);

    /// @notice A recipient has failed. The message is open; anyone may deliver it again by proof.
    /// @param messageId The message's id.
    /// @param originChain Its origin.
    /// @param nonce Its nonce.
    /// @param reason The first 256 bytes of what the recipient gave back.
    event DeliveryFailed(MessageId indexed messageId, ChainId originChain, Nonce nonce, bytes reason);

    /// @notice A signer was shown to have signed two different leaves for one nonce of one lane, and is revoked.
    /// @param signer The signer.
    /// @param originChain The lane's origin.
    /// @param nonce The nonce.
    /// @param digest The digest of one statement.
    /// @param otherDigest The digest of the other.
    event EquivocationReported(
        address indexed signer,
        ChainId indexed originChain,
        Nonce nonce,
        bytes32 digest,
        bytes32 otherDigest
    );

    /// @notice Accepts a statement and keeps its root, without delivering anything.
    /// @dev Reverts with the first broken rule of section 6: `WrongChain`, those of `Statements.parse`, `WrongDestination`,
    /// `UnknownOrigin`, `WrongOutbox`, `WrongGeneration`, `OriginPaused`, `AnchorInFuture`, `RootVoided`, those of a
    /// signature set, `QuorumNotReached`.
    /// @param statement The statement.
    /// @param signatures 1 to 32 signatures in ascending order of signer.
    function accept(bytes calldata statement, bytes calldata signatures) external;

    /// @notice Delivers all messages of a statement that are still open.
    /// @dev Reverts as `accept` does, or without signatures with `RootNotKept`, `RootStale`, `QuorumNotReached`; before it
    /// looks at those, with `WrongMessageCount`, those of `Messages.parse`, `WrongMessageChain`, `WrongMessageNonce`,
    /// `UnsupportedKind`, `WrongRoot`, `NothingToDeliver`; after, with `OriginCapReached`, `InsufficientGas`.
    /// @param statement The statement.
    /// @param signatures As for `accept`; none for a kept root.
    /// @param messages All messages of the statement in order.
    function deliver(bytes calldata statement, bytes calldata signatures, bytes[] calldata messages) external;

    /// @notice Delivers one message of a statement.
    /// @dev Reverts as `deliver` does, with those of `MerkleTree.verify` in the place of `WrongRoot` and
    /// `AlreadyDelivered` in that of `NothingToDeliver`.
    /// @param statement The statement.
    /// @param signatures As for `accept`; none for a kept root.
    /// @param index The message's place in the run, from 0.
    /// @param proof Its siblings, 32 bytes each.
    /// @param message The message.
    function deliverOne(
        bytes calldata statement,
        bytes calldata signatures,
        uint32 index,
        bytes calldata proof,
        bytes calldata message
    ) external;

    /// @notice Reports a signer that has signed two different leaves for one nonce of one lane, whatever lane. It is
    /// revoked; where it counted until now and the lane leads here, the origin is paused too.
    /// @dev Reverts with those of `Statements.parse`, `NoEquivocation`, those of one signature, those of
    /// `MerkleTree.verify`.
    /// @param nonce The nonce.
    /// @param left One statement with its leaf for that nonce.
    /// @param right The other.
    function reportEquivocation(Nonce nonce, SignedLeaf calldata left, SignedLeaf calldata right) external;

    /// @notice Whether a message was delivered.
    /// @dev Says nothing while a recipient is called: all nonces of a run are spent before that, and the nonce of one who
    /// fails is opened again. Whoever pays for deliveries asks in a transaction of its own.
    /// @param originChain Its origin.
    /// @param nonce Its nonce.
    /// @return result Whether the nonce is spent.
    function isDelivered(ChainId originChain, Nonce nonce) external view returns (bool result);

    /// @notice What is kept of a statement.
    /// @param digest The statement's digest.
    /// @return quorum The highest counts of those who vouched for it; zero when it was never kept.
    /// @return revocationEpoch The epoch of that time.
    /// @return isVoided Whether the guardian voided it.
    function keptRootOf(bytes32 digest) external view returns (Quorum quorum, uint32 revocationEpoch, bool isVoided);

    /// @notice The registry that says who counts.
    /// @return source The registry.
    function registry() external view returns (IQuorumSource source);
}
