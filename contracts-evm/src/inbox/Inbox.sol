// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Addresses} from "../protocol/Addresses.sol";
import {ChainId} from "../protocol/ChainId.sol";
import {Leaf, MerkleTree} from "../protocol/MerkleTree.sol";
import {MessageId, Messages} from "../protocol/Messages.sol";
import {MessageView} from "../protocol/MessageView.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {Signatures} from "../protocol/Signatures.sol";
import {Statements} from "../protocol/Statements.sol";
import {StatementView} from "../protocol/StatementView.sol";
import {IQuorumSource} from "../registry/IQuorumSource.sol";
import {Quorum} from "../registry/Quorum.sol";
import {IInbox} from "./IInbox.sol";
import {KeptRoot} from "./KeptRoot.sol";
import {Origin} from "./Origin.sol";
import {OriginTable} from "./OriginTable.sol";
import {QuorumCalls} from "./QuorumCalls.sol";
import {RecipientCalls} from "./RecipientCalls.sol";
import {SpentNonces, SpentNonceSet} from "./SpentNonces.sol";

/// @title Inbox
/// @notice Delivers messages that a quorum of enclaves vouches for, see `IInbox`.
/// @dev A delivery goes through these steps, of which the last alone calls anything but the registry: `_open` checks the
/// statement and its origin, `_check` each message; the nonces are spent (INV-20); `_admit` checks the quorum; `_handOver`
/// calls the recipients.
contract Inbox is OriginTable, IInbox {
    using SpentNonceSet for SpentNonces;

    /// @dev A statement whose origin is served and not paused, and `head`: how its first message opens. Lives in memory for
    /// one call.
    struct Run {
        StatementView statement;
        bytes32 key;
        Origin origin;
        bytes32 digest;
        uint256 head;
        bool hasSignatures;
        Quorum quorum;
        uint32 revocationEpoch;
    }

    /// @dev How far the time of an anchor may be ahead of the clock.
    uint256 private constant MAX_CLOCK_SKEW = 15 minutes;

    IQuorumSource private immutable _REGISTRY;

    mapping(bytes32 originKey => SpentNonces) private _spent;

    /// @param authority The `AccessManager` of the deployment.
    /// @param registry_ The registry that says who counts.
    constructor(address authority, IQuorumSource registry_) AccessManaged(authority) {
        QuorumCalls.requireRegistry(registry_);
        _REGISTRY = registry_;
    }

    /// @inheritdoc IInbox
    function accept(bytes calldata statement, bytes calldata signatures) external {
        Run memory run = _open(statement);
        _count(run, signatures);
        _keep(run);
    }

    /// @inheritdoc IInbox
    function deliver(bytes calldata statement, bytes calldata signatures, bytes[] calldata messages) external {
        Run memory run = _open(statement);
        uint256 count = run.statement.messageCount();
        if (messages.length != count) revert WrongMessageCount(messages.length, count);
        (MessageView[] memory views, MessageId[] memory ids, Leaf[] memory leaves) = _allocate(count);
        for (uint256 i = 0; i < count; ++i) {
            (MessageView view_, MessageId id, Leaf leaf) = _check(run, i, messages[i]);
            _put(views, ids, leaves, i, view_, id, leaf);
        }
        bytes32 root = MerkleTree.root(leaves);
        if (root != run.statement.messagesRoot()) revert WrongRoot(root);
        Nonce first = run.statement.firstNonce();
        uint256 open = _spent[run.key].spend(first, count);
        if (open == 0) revert NothingToDeliver(run.statement.originChain(), first);
        _admit(run, signatures);
        if (run.origin.hasCap()) _useCap(run.statement.originChain(), run.key, _bitCount(open));
        bool isDone = true;
        for (uint256 i = 0; i < count; ++i) {
            if ((open >> i) & 1 == 0) continue;
            (MessageView view_, MessageId id) = _at(views, ids, i);
            if (!_handOver(run, view_, id)) isDone = false;
        }
        if (!isDone && run.hasSignatures) _keep(run);
    }

    /// @inheritdoc IInbox
    function deliverOne(
        bytes calldata statement,
        bytes calldata signatures,
        uint32 index,
        bytes calldata proof,
        bytes calldata message
    ) external {
        Run memory run = _open(statement);
        uint256 count = run.statement.messageCount();
        (MessageView view_, MessageId id, Leaf leaf) = _check(run, index, message);
        MerkleTree.verify(run.statement.messagesRoot(), leaf, index, count, proof);
        Nonce nonce = view_.nonce();
        if (_spent[run.key].spend(nonce, 1) == 0) revert AlreadyDelivered(view_.originChain(), nonce);
        _admit(run, signatures);
        if (run.origin.hasCap()) _useCap(view_.originChain(), run.key, 1);
        bool isDone = _handOver(run, view_, id) && count == 1;
        if (!isDone && run.hasSignatures) _keep(run);
    }

    /// @inheritdoc IInbox
    function reportEquivocation(Nonce nonce, SignedLeaf calldata left, SignedLeaf calldata right) external {
        _requireHomeChain();
        StatementView one = Statements.parse(left.statement);
        StatementView other = Statements.parse(right.statement);
        ChainId originChain = one.originChain();
        bool isOneLane =
            originChain == other.originChain() &&
                one.originOutbox() == other.originOutbox() &&
                one.destinationChain() == other.destinationChain();
        if (!isOneLane || Leaf.unwrap(left.leaf) == Leaf.unwrap(right.leaf)) revert NoEquivocation();
        (bytes32 digest, bytes32 otherDigest) = (one.digest(), other.digest());
        address signer = Signatures.recover(digest, left.signature);
        if (signer != Signatures.recover(otherDigest, right.signature)) revert NoEquivocation();
        _requireLeaf(one, nonce, left);
        _requireLeaf(other, nonce, right);
        emit EquivocationReported(signer, originChain, nonce, digest, otherDigest);
        if (!_REGISTRY.revokeEquivocator(signer)) return;
        bytes32 key = _keyOf(originChain, one.originOutbox());
        Origin origin = _origins[key];
        if (origin.exists() && one.destinationChain() == _CHAIN) _pause(originChain, key, origin);
    }

    /// @inheritdoc IInbox
    function isDelivered(ChainId originChain, Nonce nonce) external view returns (bool result) {
        return _spent[_keyOf(originChain, _outboxOf(originChain))].isSpent(nonce);
    }

    /// @inheritdoc IInbox
    function keptRootOf(bytes32 digest) external view returns (Quorum quorum, uint32 revocationEpoch, bool isVoided) {
        KeptRoot kept = _keptRoots[digest];
        return (kept.quorum(), kept.revocationEpoch(), kept.isVoided());
    }

    /// @inheritdoc IInbox
    function registry() external view returns (IQuorumSource source) {
        return _REGISTRY;
    }

    /// @dev Checks a statement and its origin: the rules of `accept` from `WrongChain` to `RootVoided`.
    function _open(bytes calldata statement) private view returns (Run memory run) {
        _requireHomeChain();
        StatementView self = Statements.parse(statement);
        ChainId originChain = self.originChain();
        if (self.destinationChain() != _CHAIN || self.destinationInbox() != Addresses.toBytes32(address(this))) {
            revert WrongDestination(self.destinationChain(), self.destinationInbox());
        }
        bytes32 key = _keyOf(originChain, self.originOutbox());
        Origin origin = _requireOrigin(key, self);
        uint16 generation = self.firstNonce().generation();
        if (generation != origin.generation()) revert WrongGeneration(generation, origin.generation());
        if (block.timestamp < origin.pausedUntilSeconds())
            revert OriginPaused(originChain, origin.pausedUntilSeconds());
        uint256 anchorTimestampSeconds = self.anchorTimestampSeconds();
        if (anchorTimestampSeconds > block.timestamp + MAX_CLOCK_SKEW) revert AnchorInFuture(anchorTimestampSeconds);
        bytes32 digest = self.digest();
        if (origin.hasVoided() && _keptRoots[digest].isVoided()) revert RootVoided(digest);
        (run.statement, run.key, run.origin, run.digest) = (self, key, origin, digest);
        run.head = Messages.headOf(Messages.KIND_PLAIN, originChain, _CHAIN, self.firstNonce());
    }

    /// @dev Checks a message of a run, up to its leaf.
    function _check(
        Run memory run,
        uint256 index,
        bytes calldata message
    ) private pure returns (MessageView view_, MessageId id, Leaf leaf) {
        StatementView statement = run.statement;
        // Cannot wrap: a head has 208 bits, an index 32. Within the run it changes the nonce alone, since a run does not
        // leave its generation. Beyond the run it gives the head of a message that the statement is not about, and may
        // carry into the generation and on; such a message is refused afterwards, since no proof holds for an index that
        // is not below the count.
        bool isAsExpected;
        unchecked {
            (view_, isAsExpected) = Messages.parseLike(message, run.head + index);
        }
        if (!isAsExpected) _refuse(statement, index, view_);
        Nonce nonce = view_.nonce();
        id = Messages.id(view_, statement.originOutbox());
        leaf = MerkleTree.plainLeaf(nonce, id);
    }

    /// @dev Reverts with the first rule that a message breaks which does not open as it should at its place in the run.
    function _refuse(StatementView statement, uint256 index, MessageView view_) private pure {
        (ChainId originChain, ChainId destinationChain) = (view_.originChain(), view_.destinationChain());
        if (originChain != statement.originChain() || destinationChain != statement.destinationChain()) {
            revert WrongMessageChain(originChain, destinationChain);
        }
        Nonce nonce = view_.nonce();
        // Cannot wrap: the nonce has 64 bits, the index 32.
        unchecked {
            if (Nonce.unwrap(nonce) != uint256(Nonce.unwrap(statement.firstNonce())) + index) {
                revert WrongMessageNonce(nonce, index);
            }
        }
        // Only the kind is left.
        revert UnsupportedKind(view_.kind());
    }

    /// @dev Sees to it that a quorum vouches for a run: the signatures' signers, or those of the kept root (INV-21).
    function _admit(Run memory run, bytes calldata signatures) private view {
        if (signatures.length != 0) {
            _count(run, signatures);
            return;
        }
        KeptRoot kept = _keptRoots[run.digest];
        if (!kept.isKept()) revert RootNotKept(run.digest);
        uint32 present = _REGISTRY.revocationEpoch();
        if (kept.revocationEpoch() != present) revert RootStale(run.digest, kept.revocationEpoch(), present);
        run.quorum = kept.quorum();
        if (!run.quorum.meets(run.origin.policy())) revert QuorumNotReached(run.quorum, run.origin.policy());
    }

    /// @dev Counts who vouches for a run.
    function _count(Run memory run, bytes calldata signatures) private view {
        (Quorum quorum, uint32 epoch) = QuorumCalls.tally(_REGISTRY, run.digest, signatures);
        if (!quorum.meets(run.origin.policy())) revert QuorumNotReached(quorum, run.origin.policy());
        (run.hasSignatures, run.quorum, run.revocationEpoch) = (true, quorum, epoch);
    }

    /// @dev Keeps the root of a run whose signatures were counted in this call, unless a recipient has had the statement
    /// accepted under a later revocation epoch since.
    function _keep(Run memory run) private {
        KeptRoot kept = _keptRoots[run.digest];
        if (kept.revocationEpoch() > run.revocationEpoch) return;
        kept = kept.accept(run.quorum, run.revocationEpoch);
        _keptRoots[run.digest] = kept;
        StatementView self = run.statement;
        emit RootKept(
            run.digest,
            self.originChain(),
            self.firstNonce(),
            self.messageCount(),
            kept.quorum(),
            kept.revocationEpoch()
        );
    }

    /// @dev Calls the recipient of a message whose nonce is spent, and opens the nonce again if it fails.
    function _handOver(Run memory run, MessageView view_, MessageId id) private returns (bool isDelivered_) {
        ChainId originChain = view_.originChain();
        Nonce nonce = view_.nonce();
        isDelivered_ = RecipientCalls.call(view_, id, run.quorum);
        if (isDelivered_) {
            emit MessageDelivered(id, originChain, nonce);
        } else {
            bytes memory reason = RecipientCalls.reason();
            _spent[run.key].reopen(nonce);
            if (run.origin.hasCap()) _returnCap(run.key);
            emit DeliveryFailed(id, originChain, nonce, reason);
        }
    }

    /// @dev Reverts unless a leaf is that of a nonce in a statement.
    function _requireLeaf(StatementView self, Nonce nonce, SignedLeaf calldata signed) private pure {
        (uint256 number, uint256 first) = (Nonce.unwrap(nonce), Nonce.unwrap(self.firstNonce()));
        uint256 count = self.messageCount();
        if (number < first || number - first >= count) revert NoEquivocation();
        MerkleTree.verify(self.messagesRoot(), signed.leaf, number - first, count, signed.proof);
    }

    /// @dev Three arrays whose elements are still to be written, all of them.
    function _allocate(
        uint256 count
    ) private pure returns (MessageView[] memory views, MessageId[] memory ids, Leaf[] memory leaves) {
        // The language would set the elements to zero first: 700 gas for a single message. Memory-safe: takes what it
        // writes by moving the free memory pointer; a count is at most 256.
        assembly ("memory-safe") {
            let size := shl(5, add(count, 1))
            views := mload(0x40)
            ids := add(views, size)
            leaves := add(ids, size)
            mstore(0x40, add(leaves, size))
            mstore(views, count)
            mstore(ids, count)
            mstore(leaves, count)
        }
    }

    /// @dev Writes what is known of message `i`, which lies in the run: without the language's three checks of that.
    function _put(
        MessageView[] memory views,
        MessageId[] memory ids,
        Leaf[] memory leaves,
        uint256 i,
        MessageView view_,
        MessageId id,
        Leaf leaf
    ) private pure {
        // Memory-safe: `_allocate` has made room for as many messages as the run has.
        assembly ("memory-safe") {
            let offset := shl(5, add(i, 1))
            mstore(add(views, offset), view_)
            mstore(add(ids, offset), id)
            mstore(add(leaves, offset), leaf)
        }
    }

    /// @dev What `_put` wrote, but for the leaf.
    function _at(
        MessageView[] memory views,
        MessageId[] memory ids,
        uint256 i
    ) private pure returns (MessageView view_, MessageId id) {
        assembly ("memory-safe") {
            let offset := shl(5, add(i, 1))
            view_ := mload(add(views, offset))
            id := mload(add(ids, offset))
        }
    }

    /// @dev How many bits of a word are set.
    function _bitCount(uint256 word) private pure returns (uint256 count) {
        for (; word != 0; word &= word - 1) ++count;
    }
}
