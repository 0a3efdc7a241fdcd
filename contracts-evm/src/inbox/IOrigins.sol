// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../protocol/ChainId.sol";
import {Policy} from "../registry/Quorum.sol";

/// @title IOrigins
/// @notice From where an inbox takes messages, and on what terms; docs/spec/contracts.md sections 6 and 7.
interface IOrigins {
    /// @notice An origin as it is kept.
    /// @param outbox The one outbox that it takes messages of, 32-byte form.
    /// @param generation The one generation.
    /// @param policy What it demands of a quorum.
    /// @param pausedUntilSeconds When its last pause ends or ended, zero without one.
    /// @param pausableFromSeconds When it can be paused next, zero for any time.
    /// @param capMessages Most messages in a window, zero without a cap.
    /// @param capWindowSeconds The length of a window.
    struct OriginTerms {
        bytes32 outbox;
        uint16 generation;
        Policy policy;
        uint40 pausedUntilSeconds;
        uint40 pausableFromSeconds;
        uint32 capMessages;
        uint32 capWindowSeconds;
    }

    /// @notice Thrown when an origin cannot be: no other chain, no outbox of that chain, or generation zero.
    /// @param originChain The chain.
    /// @param outbox The outbox.
    /// @param generation The generation.
    error InvalidOrigin(ChainId originChain, bytes32 outbox, uint16 generation);

    /// @notice Thrown when a chain is to become an origin that is one.
    /// @param originChain The chain.
    error OriginKnown(ChainId originChain);

    /// @notice Thrown when a chain is no origin.
    /// @param originChain The chain.
    error UnknownOrigin(ChainId originChain);

    /// @notice Thrown when a cap has a window and no messages, or messages and no window.
    /// @param capMessages Most messages in a window.
    /// @param windowSeconds The length of a window.
    error InvalidCap(uint32 capMessages, uint32 windowSeconds);

    /// @notice Thrown when more messages would be delivered than the cap of their origin allows: wait, or deliver fewer.
    /// @param originChain The chain.
    /// @param untilSeconds When the window ends, seconds since 1970.
    error OriginCapReached(ChainId originChain, uint256 untilSeconds);

    /// @notice Thrown when the guardian voided a statement.
    /// @param digest The statement's digest.
    error RootVoided(bytes32 digest);

    /// @notice An origin has been added.
    /// @param originChain The chain.
    /// @param outbox Its outbox.
    /// @param generation The generation.
    /// @param policy What it demands of a quorum.
    event OriginAdded(ChainId indexed originChain, bytes32 outbox, uint16 generation, Policy policy);

    /// @notice The policy of an origin has changed.
    /// @param originChain The chain.
    /// @param policy What it demands from now on, of kept roots too.
    event PolicyChanged(ChainId indexed originChain, Policy policy);

    /// @notice The cap of an origin has changed.
    /// @param originChain The chain.
    /// @param capMessages Most messages in a window, zero for no cap.
    /// @param windowSeconds The length of a window.
    event CapChanged(ChainId indexed originChain, uint32 capMessages, uint32 windowSeconds);

    /// @notice An origin has been paused.
    /// @param originChain The chain.
    /// @param untilSeconds When the pause lapses, seconds since 1970.
    event OriginWasPaused(ChainId indexed originChain, uint256 untilSeconds);

    /// @notice The pause of an origin has been ended before its time.
    /// @param originChain The chain.
    event OriginResumed(ChainId indexed originChain);

    /// @notice Governance has allowed an origin to be paused again, whenever it was paused last.
    /// @param originChain The chain.
    event OriginPauseAllowed(ChainId indexed originChain);

    /// @notice A statement has been voided, for ever.
    /// @param digest The statement's digest.
    event RootWasVoided(bytes32 indexed digest);

    /// @notice Adds an origin. Its outbox and generation never change.
    /// @dev Governance. Reverts with `InvalidOrigin`, `OriginKnown`, `InvalidPolicy`.
    /// @param originChain The chain.
    /// @param outbox The outbox there, 32-byte form.
    /// @param generation The generation of its lane to here.
    /// @param policy What is demanded of a quorum.
    function addOrigin(ChainId originChain, bytes32 outbox, uint16 generation, Policy policy) external;

    /// @notice Changes what an origin demands.
    /// @dev Governance. Reverts with `UnknownOrigin`, `InvalidPolicy`.
    /// @param originChain The chain.
    /// @param policy What is demanded of a quorum.
    function setPolicy(ChainId originChain, Policy policy) external;

    /// @notice Caps how many messages of an origin are delivered in a window of time, or with zeros no longer does. A
    /// window begins with the first delivery after the last one ended.
    /// @dev Governance. Reverts with `UnknownOrigin`, `InvalidCap`.
    /// @param originChain The chain.
    /// @param capMessages Most messages in a window.
    /// @param windowSeconds The length of a window.
    function setCap(ChainId originChain, uint32 capMessages, uint32 windowSeconds) external;

    /// @notice Pauses an origin for 5 days.
    /// @dev Guardian. Reverts with `UnknownOrigin`, `PauseCoolingDown`.
    /// @param originChain The chain.
    function pauseOrigin(ChainId originChain) external;

    /// @notice Ends the pause of an origin.
    /// @dev Guardian. Reverts with `UnknownOrigin`.
    /// @param originChain The chain.
    function resumeOrigin(ChainId originChain) external;

    /// @notice Allows the next pause of an origin, whenever the last one was.
    /// @dev Governance. Reverts with `UnknownOrigin`.
    /// @param originChain The chain.
    function allowOriginPause(ChainId originChain) external;

    /// @notice Voids a statement for ever, accepted or not: nothing is delivered by it any more. Its messages can be, by
    /// another statement.
    /// @dev Guardian. Reverts with the rules of docs/spec/protocol.md section 7, `UnknownOrigin`, `WrongOutbox`.
    /// @param statement The statement.
    function voidRoot(bytes calldata statement) external;

    /// @notice An origin.
    /// @param originChain The chain.
    /// @return terms All of it; all zero for a chain that is none.
    function originOf(ChainId originChain) external view returns (OriginTerms memory terms);
}
