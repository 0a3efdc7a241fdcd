// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInbox} from "../../src/inbox/IInbox.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce, Nonces} from "../../src/protocol/Nonce.sol";
import {Policies, Quorum} from "../../src/registry/Quorum.sol";
import {Candidate, JudgedFacts, JudgementState} from "../../src/registry/RegistryTypes.sol";
import {ReferenceProtocol} from "../harness/ReferenceProtocol.sol";
import {CountingRecipient} from "./Bridge.sol";
import {BridgeModel} from "./BridgeModel.sol";

/// @title BridgeHandler
/// @notice What anyone may do to a bridge, in any order. Each action does the same to the model and notes where the two
/// differ: an action that should succeed and does not, or the other way round.
contract BridgeHandler is BridgeModel {
    /// @dev Messages of the far lane that are ever sent: few, so that runs overlap.
    uint48 private constant MESSAGES = 12;
    uint256 private constant DURATION = 5 days;
    uint256 private constant COOLDOWN = 12 days;

    /// @dev A statement over messages, signed.
    struct Run {
        bytes statement;
        bytes32 digest;
        bytes signatures;
        uint48 first;
        uint256 count;
        uint8 variant;
        uint256 mask;
        bool isWhole;
    }

    uint48 private _sent;
    uint256 private _paid;
    uint256 private _collected;
    /// @dev What a quorum vouched for at the time at which it could be delivered, as the model has it.
    mapping(MessageId id => bool) private _isVouchedFor;
    mapping(uint48 sequence => bool) private _isDelivered;
    mapping(bytes32 digest => bool) private _isTouched;
    bytes32[] private _digests;
    uint256 private _advisories;

    constructor() {
        _deployBridge();
        _makeKeys();
        (judgementEpoch, revocationEpoch) = (0, 0);
        for (uint256 i = 0; i < OPERATORS; ++i) {
            registry.admitOperator(_operator(i));
            isAdmitted[i] = true;
        }
        for (uint256 i = 0; i < 5; ++i) register(i, (2 + 4 * i) * 1 days, 3);
    }

    // Keys.

    function register(uint256 which, uint256 life, uint32 evaluation) public {
        Key storage key = keys[which % KEYS];
        (Candidate memory candidate, bytes memory evidence, JudgedFacts memory facts) = _application(
            key,
            block.timestamp + _lifeOf(life),
            evaluation % 6
        );
        bool expected = key.status == Status.Unknown && key.facts.operator == address(0) && _qualifies(key, facts);
        vm.prank(_operator(key.operator));
        try registry.register(candidate, evidence) {
            _demand(expected, "registered who must not");
            _judged(key, facts);
        } catch {
            _demand(!expected, "refused to register who may");
        }
    }

    /// @dev As hosts do in time: else most keys soon are of the past.
    function renewAll(uint32 life) external {
        for (uint256 i = 0; i < KEYS; ++i) renew(i, life + i * 7 days, 5);
    }

    function renew(uint256 which, uint256 life, uint32 evaluation) public {
        Key storage key = keys[which % KEYS];
        (Candidate memory candidate, bytes memory evidence, JudgedFacts memory facts) = _application(
            key,
            block.timestamp + _lifeOf(life),
            evaluation % 6
        );
        bool expected = key.facts.operator != address(0) && key.status != Status.Revoked && _qualifies(key, facts);
        vm.prank(_operator(key.operator));
        try registry.renew(candidate, evidence, key.facts) {
            _demand(expected, "renewed who must not");
            _judged(key, facts);
        } catch {
            _demand(!expected, "refused to renew who may");
        }
    }

    /// @dev All keys, as a host does after a tightening: else there is hardly ever a quorum again.
    function rejudge() public {
        for (uint256 i = 0; i < KEYS; ++i) _rejudge(keys[i]);
    }

    function evict(uint256 which) external {
        Key storage key = keys[which % KEYS];
        bool expected = key.status == Status.Active && !_qualifies(key, key.facts);
        try registry.evict(key.signer, key.facts) {
            _demand(expected, "evicted who qualifies");
            key.status = Status.Evicted;
        } catch {
            _demand(!expected, "did not evict who does not qualify");
        }
    }

    function resign(uint256 which) external {
        Key storage key = keys[which % KEYS];
        vm.prank(_operator(key.operator));
        try registry.resign(key.signer) {
            _demand(key.status == Status.Active, "resigned who is not active");
            key.status = Status.Resigned;
        } catch {
            _demand(key.status != Status.Active, "refused to let an active key resign");
        }
    }

    /// @dev Rarely, lest nobody be left.
    function revoke(uint256 which, uint256 chance) external {
        if (chance % 4 != 0) return;
        Key storage key = keys[which % KEYS];
        registry.revoke(key.signer);
        _revoked(key);
    }

    // Policy of the registry.

    function removeOperator(uint256 which, uint256 chance) external {
        if (chance % 3 != 0) return;
        uint256 i = which % OPERATORS;
        if (!isAdmitted[i]) {
            registry.admitOperator(_operator(i));
            isAdmitted[i] = true;
            return;
        }
        registry.removeOperator(_operator(i));
        isAdmitted[i] = false;
        _tightened();
    }

    function denyPlatform(uint256 which, bool forEver, uint256 chance) external {
        if (chance % 3 != 0) return;
        uint256 i = which % PLATFORMS;
        if (isRevoked[i]) return;
        if (forEver && which % 3 == 0) {
            registry.revokePlatform(_platform(i));
            isRevoked[i] = true;
            _tightened();
        } else if (isDenied[i]) {
            registry.allowPlatform(_platform(i), false);
            isDenied[i] = false;
        } else {
            registry.denyPlatform(_platform(i));
            isDenied[i] = true;
            _tightened();
        }
    }

    function setMinimum(uint32 evaluation) external {
        // What most evidence has, or more than that.
        uint32 wanted = evaluation % 16 == 0 ? 3 : evaluation % 2;
        if (wanted > minimum) {
            registry.raiseMinimumEvaluationNumber(wanted);
            _tightened();
        } else if (wanted < minimum) {
            registry.lowerMinimumEvaluationNumber(wanted);
        }
        minimum = wanted;
    }

    function replaceEntry(uint256 chance) external {
        if (chance % 4 != 0) return;
        registry.removeEntry(listedEntry);
        listedEntry = registry.addEntry(_entry());
        _demand(listedEntry == ++entryCount, "an entry's number came back");
        _tightened();
    }

    // Inbox.

    function setPolicy(uint8 threshold, uint8 operators, uint8 platforms, uint8 vendors) external {
        threshold = 1 + (threshold % 4);
        policy = Counts(threshold, 1 + (operators % threshold), 1 + (platforms % threshold), 1);
        if (threshold > 1) policy.vendors = 1 + (vendors % 2);
        _setPolicy();
    }

    function setCap(uint32 messages, uint32 window) external {
        (capMessages, capWindow) = (messages % 6, 1 + (window % 3 days));
        if (capMessages == 0) capWindow = 0;
        (capUsed, capEnd) = (0, 0);
        inbox.setCap(FAR, uint32(capMessages), uint32(capWindow));
    }

    function behave(uint8 conduct) external {
        // Often it takes: that is what makes the rest worth trying.
        conduct %= 7;
        recipient.behave(CountingRecipient.Conduct(conduct > 4 ? 0 : conduct), address(0), "");
    }

    function accept(uint256 first, uint256 count, uint8 variant, uint256 mask) external {
        // Of few statements, so that one is accepted again after the epoch has moved.
        _accept(first % 3, count % 2, variant, mask);
    }

    /// @dev By all keys and then by one less, with a new epoch in between or none: what is kept for the first says nothing
    /// of a later epoch, and everything of the same one.
    function acceptTwice(uint256 first, uint256 count, uint8 variant, uint256 without, bool tightens) external {
        _accept(first, count, variant, type(uint256).max);
        if (tightens) _moveEpoch();
        // One that counts, so that its absence is seen.
        without %= KEYS;
        for (uint256 i = 0; i < KEYS && !_counts(keys[without]); ++i) without = (without + 1) % KEYS;
        _accept(first, count, variant, ~(1 << without));
    }

    /// @dev By what is kept alone: while it counts, under a later epoch, by a policy that asks for one signer more than it
    /// has, and voided. Without signatures other actions hardly ever meet a statement that was accepted.
    function deliverKept(uint256 first, uint256 count, uint8 variant, uint8 change) external {
        _accept(first, count, variant, type(uint256).max);
        Run memory run = _run(first, count, variant, 0);
        uint256 signers = policy.signers;
        uint256 more = kept[run.digest].counts.signers + 1;
        if (change % 4 == 1) _moveEpoch();
        if (change % 4 == 2 && more > signers) {
            policy.signers = more;
            _setPolicy();
        }
        if (change % 16 == 3) _voidRoot(run);
        deliver(first, count, variant, 0);
        if (policy.signers == signers) return;
        policy.signers = signers;
        _setPolicy();
    }

    function deliver(uint256 first, uint256 count, uint8 variant, uint256 mask) public {
        Run memory run = _run(first, count, variant, mask);
        uint256 open = 0;
        for (uint48 i = 0; i < run.count; ++i) if (!_isDelivered[run.first + i]) ++open;
        bool expected = _isVouched(run) && open != 0 && _useCap(open);
        for (uint48 i = 0; expected && i < run.count; ++i) _vouch(run.first + i, run.variant);
        bytes[] memory messages = _messages(run.first, run.count, run.variant);
        _deliver(run, abi.encodeCall(IInbox.deliver, (run.statement, run.signatures, messages)), expected, open);
    }

    function deliverOne(uint256 first, uint256 count, uint8 variant, uint256 mask, uint256 index) external {
        Run memory run = _run(first, count, variant, mask);
        index %= run.count;
        // The casts are safe: below `MESSAGES`.
        uint48 sequence = run.first + uint48(index);
        bool expected = _isVouched(run) && !_isDelivered[sequence] && _useCap(1);
        if (expected) _vouch(sequence, run.variant);
        bytes memory proof = ReferenceProtocol.proof(_leaves(run.first, run.count, run.variant), index);
        bytes memory message = _message(sequence, run.variant);
        run.isWhole = run.count == 1;
        bytes memory call = abi.encodeCall(
            IInbox.deliverOne,
            (run.statement, run.signatures, uint32(index), proof, message)
        );
        _deliver(run, call, expected, 1);
    }

    function reportEquivocation(uint256 which, uint48 sequence, uint256 chance) external {
        if (chance % 4 != 0) return;
        Key storage key = keys[which % KEYS];
        sequence %= MESSAGES;
        bool counted = _counts(key);
        inbox.reportEquivocation(
            Nonces.pack(GENERATION, sequence),
            _signedLeaf(key.secret, sequence, 0),
            _signedLeaf(key.secret, sequence, 1)
        );
        _revoked(key);
        if (counted) originPause = Pause(block.timestamp + DURATION, block.timestamp + COOLDOWN);
    }

    function voidRoot(uint256 first, uint256 count, uint256 chance) external {
        if (chance % 8 != 0) return;
        _voidRoot(_run(first, count, 1, 0));
    }

    // Pauses, of both sides.

    function pause(bool ofLane) external {
        Pause storage state = ofLane ? lanePause : originPause;
        bool expected = block.timestamp >= state.allowedFrom;
        bool success;
        (success, ) = ofLane
            ? address(outbox).call(abi.encodeCall(outbox.pauseLane, (FAR)))
            : address(inbox).call(abi.encodeCall(inbox.pauseOrigin, (FAR)));
        _demand(success == expected, "paused too often, or not although it may be");
        if (success) (state.until, state.allowedFrom) = (block.timestamp + DURATION, block.timestamp + COOLDOWN);
    }

    /// @dev Rarely, lest no pause ever lapse.
    function resume(bool ofLane, bool allow, uint256 chance) external {
        if (chance % 6 != 0) return;
        Pause storage state = ofLane ? lanePause : originPause;
        state.until = 0;
        if (ofLane) outbox.resumeLane(FAR);
        else inbox.resumeOrigin(FAR);
        if (!allow) return;
        state.allowedFrom = 0;
        if (ofLane) outbox.allowLanePause(FAR);
        else inbox.allowOriginPause(FAR);
    }

    function pass(uint256 seconds_) external {
        vm.warp(block.timestamp + (seconds_ % 6 days));
        vm.roll(block.number + 1);
    }

    // Outbox.

    function send(uint16 length, uint32 gas_, uint8 change) external {
        bytes memory body = new bytes(length % 200);
        // Base, bytes and gas, as the lane was opened.
        uint256 fee = 1_000 + body.length * 10 + uint256(gas_) * 3;
        uint256 value =
            change % 4 == 0
                ? fee + 1
                : change % 4 == 1
                    ? fee - 1
                    : fee;
        bool expected = value == fee && block.timestamp >= lanePause.until;
        // Not ether is sent here, and the outbox calls nobody.
        // solhint-disable-next-line check-send-result
        try outbox.send{value: value}(FAR, keccak256("to"), gas_, body) returns (MessageId, Nonce nonce) {
            _demand(expected, "sent what must not be sent");
            _demand(nonce == Nonces.pack(1, _sent), "a nonce has a gap");
            ++_sent;
            // solhint-disable-next-line reentrancy
            _paid += value;
        } catch {
            _demand(!expected, "refused to send");
        }
    }

    function collectFees(address anyone) external {
        vm.prank(anyone);
        outbox.collectFees();
        _collected = _paid;
    }

    // What must hold after each action, whatever it was.

    function requireNoViolation() external view {
        require(bytes(violation).length == 0, violation);
    }

    function requireExactlyOnce() external view {
        for (uint48 i = 0; i < MESSAGES; ++i) {
            Nonce nonce = Nonces.pack(GENERATION, i);
            uint256 times = recipient.takenUnder(nonce);
            require(times < 2, "taken twice");
            require(inbox.isDelivered(FAR, nonce) == (times == 1), "delivered is not what was taken");
        }
    }

    function requireVouchedFor() external view {
        for (uint48 i = 0; i < MESSAGES; ++i) {
            for (uint8 variant = 0; variant < 2; ++variant) {
                MessageId id = _idOf(_message(i, variant));
                require(recipient.taken(id) == 0 || _isVouchedFor[id], "delivered without a quorum");
            }
        }
        require(recipient.caller() == address(0) || recipient.caller() == address(inbox), "called by another");
    }

    function requireOnlyGoodKeys() external view {
        bytes32 digest = keccak256("anything");
        (Quorum quorum, uint32 epoch) = registry.tally(digest, _signatures(digest, type(uint256).max));
        require(_isSame(quorum, _quorumOf(type(uint256).max)), "another quorum");
        require(epoch == revocationEpoch, "another revocation epoch");
        JudgementState memory state = registry.judgementState();
        require(state.judgementEpoch == judgementEpoch, "another judgement epoch");
        for (uint256 i = 0; i < KEYS; ++i) {
            (quorum, ) = registry.tally(digest, _signatures(digest, 1 << i));
            require(_isSame(quorum, _quorumOf(1 << i)), "another key counts");
        }
    }

    function requireKeptRoots() external view {
        for (uint256 i = 0; i < _digests.length; ++i) {
            Kept storage expected = kept[_digests[i]];
            (Quorum quorum, uint32 epoch, bool isVoided) = inbox.keptRootOf(_digests[i]);
            require(_isSame(quorum, expected.counts) && isVoided == expected.isVoided, "another root is kept");
            require(!expected.isKept || epoch == expected.epoch, "kept under another epoch");
        }
    }

    function requireNoGaps() external view {
        (Nonce next, uint256 pausedUntil, uint256 allowedFrom, ) = outbox.laneOf(FAR);
        require(next == Nonces.pack(1, _sent), "another next nonce");
        require(pausedUntil == lanePause.until && allowedFrom == lanePause.allowedFrom, "another pause");
    }

    function requireFees() external view {
        require(address(outbox).balance == _paid - _collected, "fees are lost, or too many");
        require(sink.balance == _collected, "fees went elsewhere");
    }

    /// @dev A run of messages, signed with the keys of a mask; none of them: no signatures.
    function _run(uint256 first, uint256 count, uint8 variant, uint256 mask) private returns (Run memory run) {
        run.count = 1 + (count % 4);
        // The cast is safe: below `MESSAGES`.
        run.first = uint48(first % (MESSAGES - run.count + 1));
        run.variant = variant % 2;
        run.mask = mask;
        run.statement = _statement(run.first, run.count, run.variant);
        run.digest = keccak256(run.statement);
        run.signatures = _signatures(run.digest, mask);
        run.isWhole = true;
        if (_isTouched[run.digest]) return run;
        _isTouched[run.digest] = true;
        _digests.push(run.digest);
    }

    function _accept(uint256 first, uint256 count, uint8 variant, uint256 mask) private {
        Run memory run = _run(first, count, variant, mask);
        Counts memory counts = _quorumOf(mask);
        bool expected = _isOpen(run.digest) && run.signatures.length != 0 && _meets(counts);
        try inbox.accept(run.statement, run.signatures) {
            _demand(expected, "accepted without a quorum");
            _keep(run.digest, counts);
        } catch {
            _demand(!expected, "refused a quorum");
        }
    }

    /// @dev An advisory that no evidence names: all who qualify do so still.
    function _moveEpoch() private {
        registry.denyAdvisory(_advisories++);
        _tightened();
        rejudge();
    }

    function _voidRoot(Run memory run) private {
        inbox.voidRoot(run.statement);
        kept[run.digest].isVoided = true;
    }

    function _setPolicy() private {
        // The casts are safe: at most one more than there are keys.
        inbox.setPolicy(
            FAR,
            Policies.pack(
                uint8(policy.signers),
                uint8(policy.operators),
                uint8(policy.platforms),
                uint8(policy.vendors)
            )
        );
    }

    function _rejudge(Key storage key) private {
        bool expected = key.status == Status.Active && _qualifies(key, key.facts);
        try registry.rejudge(key.signer, key.facts) {
            _demand(expected, "judged well who does not qualify");
            key.epoch = judgementEpoch;
        } catch {
            _demand(!expected, "judged badly who qualifies");
        }
    }

    /// @dev Most evidence ends while others go on; some outlasts what a key may.
    function _lifeOf(uint256 seed) private pure returns (uint256 seconds_) {
        return seed % 4 == 0 ? seed % 10 days : seed % 50 days;
    }

    /// @dev Makes a delivery, which a recipient that calls back tries once more from within.
    function _deliver(Run memory run, bytes memory call, bool expected, uint256 open) private {
        CountingRecipient.Conduct conduct = recipient.conduct();
        if (conduct == CountingRecipient.Conduct.CallBack) recipient.behave(conduct, address(inbox), call);
        (bool success, ) = address(inbox).call(call);
        _demand(success || !expected, "refused to deliver");
        _demand(!success || expected, "delivered what must not be delivered");
        if (success) _settle(run, open, conduct);
    }

    function _signatures(bytes32 digest, uint256 mask) private view returns (bytes memory signatures) {
        for (uint256 i = 0; i < KEYS; ++i) {
            if ((mask >> i) & 1 != 0) signatures = abi.encodePacked(signatures, _sign(keys[i].secret, digest));
        }
    }

    function _signedLeaf(
        uint256 secret,
        uint48 sequence,
        uint8 variant
    ) private view returns (IInbox.SignedLeaf memory signed) {
        bytes memory statement = _statement(sequence, 1, variant);
        return
            IInbox.SignedLeaf({
                statement: statement,
                signature: _sign(secret, keccak256(statement)),
                leaf: _leaves(sequence, 1, variant)[0],
                proof: ""
            });
    }

    /// @dev Whether nothing about a statement or its origin stands in the way.
    function _isOpen(bytes32 digest) private view returns (bool result) {
        return block.timestamp >= originPause.until && !kept[digest].isVoided;
    }

    function _isVouched(Run memory run) private view returns (bool result) {
        if (!_isOpen(run.digest)) return false;
        return run.signatures.length == 0 ? _isValid(run.digest) : _meets(_quorumOf(run.mask));
    }

    function _vouch(uint48 sequence, uint8 variant) private {
        _isVouchedFor[_idOf(_message(sequence, variant))] = true;
    }

    /// @dev What a delivery has led to: which messages were taken is what the recipient says.
    function _settle(Run memory run, uint256 open, CountingRecipient.Conduct conduct) private {
        uint256 delivered = 0;
        for (uint48 i = 0; i < MESSAGES; ++i) {
            if (_isDelivered[i] || recipient.takenUnder(Nonces.pack(GENERATION, i)) == 0) continue;
            _isDelivered[i] = true;
            ++delivered;
        }
        bool takes = conduct == CountingRecipient.Conduct.Take || conduct == CountingRecipient.Conduct.CallBack;
        _demand(delivered == (takes ? open : 0), "not every open message was handed over");
        _usedCap(delivered);
        if ((!takes || !run.isWhole) && run.signatures.length != 0) _keep(run.digest, _quorumOf(run.mask));
    }

    function _judged(Key storage key, JudgedFacts memory facts) private {
        uint256 latest = block.timestamp + 30 days;
        key.end = facts.evidenceEndSeconds < latest ? facts.evidenceEndSeconds : latest;
        (key.status, key.epoch, key.facts) = (Status.Active, judgementEpoch, facts);
    }

    function _revoked(Key storage key) private {
        if (key.status == Status.Revoked) return;
        if (key.facts.operator != address(0)) ++revocationEpoch;
        key.status = Status.Revoked;
    }

    function _isSame(Quorum quorum, Counts memory counts) private pure returns (bool result) {
        return
            quorum.signers() == counts.signers &&
            quorum.operators() == counts.operators &&
            quorum.platforms() == counts.platforms &&
            quorum.vendors() == counts.vendors;
    }
}
