// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {HomeChain} from "../access/HomeChain.sol";
import {PauseClock} from "../access/PauseClock.sol";
import {ChainId} from "../protocol/ChainId.sol";
import {Statements} from "../protocol/Statements.sol";
import {StatementView} from "../protocol/StatementView.sol";
import {Policy} from "../registry/Quorum.sol";
import {IInbox} from "./IInbox.sol";
import {IOrigins} from "./IOrigins.sol";
import {KeptRoot} from "./KeptRoot.sol";
import {Origin, Origins} from "./Origin.sol";

/// @title OriginTable
/// @notice Origins of an inbox, see `IOrigins`.
/// @dev State is kept under a hash of chain and outbox, so that one read finds everything about the one outbox of an origin
/// and nothing about any other.
abstract contract OriginTable is AccessManaged, HomeChain, IOrigins {
    /// @dev A cap: what it allows, and what of it is used up.
    struct Cap {
        uint32 messages;
        uint32 windowSeconds;
        uint32 used;
        uint40 windowEndSeconds;
    }

    mapping(ChainId originChain => bytes32) private _outboxes;
    mapping(bytes32 originKey => Origin) internal _origins;
    mapping(bytes32 originKey => Cap) private _caps;
    mapping(bytes32 digest => KeptRoot) internal _keptRoots;

    /// @inheritdoc IOrigins
    function addOrigin(ChainId originChain, bytes32 outbox, uint16 generation, Policy policy) external restricted {
        if (!originChain.isValid() || originChain == _CHAIN || !originChain.hasAddress(outbox) || generation == 0) {
            revert InvalidOrigin(originChain, outbox, generation);
        }
        if (_outboxes[originChain] != 0) revert OriginKnown(originChain);
        policy.requireSound(_isLocalnet());
        _outboxes[originChain] = outbox;
        _origins[_keyOf(originChain, outbox)] = Origins.create(generation, policy);
        emit OriginAdded(originChain, outbox, generation, policy);
    }

    /// @inheritdoc IOrigins
    function setPolicy(ChainId originChain, Policy policy) external restricted {
        (bytes32 key, Origin origin) = _knownOrigin(originChain);
        policy.requireSound(_isLocalnet());
        _origins[key] = origin.withPolicy(policy);
        emit PolicyChanged(originChain, policy);
    }

    /// @inheritdoc IOrigins
    function setCap(ChainId originChain, uint32 capMessages, uint32 windowSeconds) external restricted {
        (bytes32 key, Origin origin) = _knownOrigin(originChain);
        if ((capMessages == 0) != (windowSeconds == 0)) revert InvalidCap(capMessages, windowSeconds);
        _caps[key] = Cap({messages: capMessages, windowSeconds: windowSeconds, used: 0, windowEndSeconds: 0});
        _origins[key] = origin.withCap(capMessages != 0);
        emit CapChanged(originChain, capMessages, windowSeconds);
    }

    /// @inheritdoc IOrigins
    function pauseOrigin(ChainId originChain) external restricted {
        (bytes32 key, Origin origin) = _knownOrigin(originChain);
        PauseClock.requireAllowed(origin.pausableFromSeconds());
        _pause(originChain, key, origin);
    }

    /// @inheritdoc IOrigins
    function resumeOrigin(ChainId originChain) external restricted {
        (bytes32 key, Origin origin) = _knownOrigin(originChain);
        _origins[key] = origin.withPause(0, origin.pausableFromSeconds());
        emit OriginResumed(originChain);
    }

    /// @inheritdoc IOrigins
    function allowOriginPause(ChainId originChain) external restricted {
        (bytes32 key, Origin origin) = _knownOrigin(originChain);
        _origins[key] = origin.withPause(origin.pausedUntilSeconds(), 0);
        emit OriginPauseAllowed(originChain);
    }

    /// @inheritdoc IOrigins
    function voidRoot(bytes calldata statement) external restricted {
        StatementView self = Statements.parse(statement);
        bytes32 key = _keyOf(self.originChain(), self.originOutbox());
        Origin origin = _requireOrigin(key, self);
        bytes32 digest = self.digest();
        _keptRoots[digest] = _keptRoots[digest].voided();
        _origins[key] = origin.withVoided();
        emit RootWasVoided(digest);
    }

    /// @inheritdoc IOrigins
    function originOf(ChainId originChain) external view returns (OriginTerms memory terms) {
        bytes32 outbox = _outboxes[originChain];
        bytes32 key = _keyOf(originChain, outbox);
        Origin origin = _origins[key];
        return
            OriginTerms({
                outbox: outbox,
                generation: origin.generation(),
                policy: origin.policy(),
                pausedUntilSeconds: origin.pausedUntilSeconds(),
                pausableFromSeconds: origin.pausableFromSeconds(),
                capMessages: _caps[key].messages,
                capWindowSeconds: _caps[key].windowSeconds
            });
    }

    /// @dev Pauses an origin, whenever it was paused last.
    function _pause(ChainId originChain, bytes32 key, Origin origin) internal {
        (uint40 untilSeconds, uint40 pausableFromSeconds) = PauseClock.start();
        _origins[key] = origin.withPause(untilSeconds, pausableFromSeconds);
        emit OriginWasPaused(originChain, untilSeconds);
    }

    /// @dev Counts deliveries against a cap, or reverts with `OriginCapReached`.
    function _useCap(ChainId originChain, bytes32 key, uint256 count) internal {
        Cap storage cap = _caps[key];
        if (block.timestamp >= cap.windowEndSeconds) {
            cap.used = 0;
            // The cast is safe: 40 bits of seconds last for 34,000 years.
            cap.windowEndSeconds = uint40(block.timestamp + cap.windowSeconds);
        }
        uint256 used = cap.used + count;
        if (used > cap.messages) revert OriginCapReached(originChain, cap.windowEndSeconds);
        // The cast is safe: it is at most the cap.
        cap.used = uint32(used);
    }

    /// @dev Gives back what a failed delivery took of a cap in the same transaction, so that nobody uses it up with those.
    function _returnCap(bytes32 key) internal {
        Cap storage cap = _caps[key];
        // Governance may have set another cap in between, within the recipient's call.
        if (cap.used != 0) --cap.used;
    }

    /// @dev The origin of a statement, or reverts with `UnknownOrigin`, `WrongOutbox`.
    function _requireOrigin(bytes32 key, StatementView self) internal view returns (Origin origin) {
        origin = _origins[key];
        if (origin.exists()) return origin;
        bytes32 expected = _outboxes[self.originChain()];
        if (expected == 0) revert UnknownOrigin(self.originChain());
        revert IInbox.WrongOutbox(self.originOutbox(), expected);
    }

    /// @dev The outbox of an origin; zero for a chain that is none.
    function _outboxOf(ChainId originChain) internal view returns (bytes32 outbox) {
        return _outboxes[originChain];
    }

    /// @dev Under what the state of an outbox is kept.
    function _keyOf(ChainId originChain, bytes32 outbox) internal pure returns (bytes32 key) {
        uint256 chain = ChainId.unwrap(originChain);
        // Memory-safe: the scratch space alone. In the language it would take memory for good.
        assembly ("memory-safe") {
            mstore(0x00, chain)
            mstore(0x20, outbox)
            key := keccak256(0x00, 0x40)
        }
    }

    /// @dev The origin of a chain and its key, or reverts with `UnknownOrigin`.
    function _knownOrigin(ChainId originChain) private view returns (bytes32 key, Origin origin) {
        key = _keyOf(originChain, _outboxes[originChain]);
        origin = _origins[key];
        if (!origin.exists()) revert UnknownOrigin(originChain);
    }
}
