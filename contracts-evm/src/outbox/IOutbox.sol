// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainId} from "../protocol/ChainId.sol";
import {MessageId} from "../protocol/Messages.sol";
import {IMessageSent} from "../protocol/MessageSent.sol";
import {Nonce} from "../protocol/Nonce.sol";
import {Fees} from "./Lane.sol";

/// @title IOutbox
/// @notice Where messages leave the chain, docs/spec/contracts.md section 5.
interface IOutbox is IMessageSent {
    /// @notice Thrown when no lane to a chain was opened.
    /// @param destinationChain The chain.
    error UnknownLane(ChainId destinationChain);

    /// @notice Thrown when a lane is to be opened that is open.
    /// @param destinationChain The chain.
    error LaneKnown(ChainId destinationChain);

    /// @notice Thrown when a lane is to be opened to where no message can go: this chain, or none.
    /// @param destinationChain The refused chain.
    error InvalidLane(ChainId destinationChain);

    /// @notice Thrown when a lane is paused.
    /// @param destinationChain The chain that it leads to.
    /// @param untilSeconds When the pause lapses, seconds since 1970.
    error LanePaused(ChainId destinationChain, uint256 untilSeconds);

    /// @notice Thrown when more execution gas is asked for than may be promised on an EVM chain.
    /// @param executionGas What was asked for.
    /// @param limit The most that there is.
    error ExecutionGasTooHigh(uint256 executionGas, uint256 limit);

    /// @notice Thrown when the value of a call is not exactly what the message costs: ask `quote` and send that.
    /// @param fee What it costs.
    /// @param value What came with the call.
    error WrongFee(uint256 fee, uint256 value);

    /// @notice Thrown when zero is to be the sink of the fees.
    error InvalidSink();

    /// @notice Thrown when the sink did not take the fees.
    /// @param sink The sink.
    error FeesRefused(address sink);

    /// @notice A lane has been opened.
    /// @param destinationChain The chain that it leads to.
    /// @param firstNonce The nonce of its first message.
    /// @param fees What sending costs.
    event LaneOpened(ChainId indexed destinationChain, Nonce firstNonce, Fees fees);

    /// @notice The generation of a lane has been raised.
    /// @param destinationChain The chain that it leads to.
    /// @param firstNonce The nonce of the next message.
    event GenerationRaised(ChainId indexed destinationChain, Nonce firstNonce);

    /// @notice The fees of a lane have changed.
    /// @param destinationChain The chain that it leads to.
    /// @param fees What sending costs from now on.
    event FeesChanged(ChainId indexed destinationChain, Fees fees);

    /// @notice A lane has been paused.
    /// @param destinationChain The chain that it leads to.
    /// @param untilSeconds When the pause lapses, seconds since 1970.
    event LaneWasPaused(ChainId indexed destinationChain, uint256 untilSeconds);

    /// @notice The pause of a lane has been ended before its time.
    /// @param destinationChain The chain that it leads to.
    event LaneResumed(ChainId indexed destinationChain);

    /// @notice Governance has allowed a lane to be paused again, whenever it was paused last.
    /// @param destinationChain The chain that it leads to.
    event LanePauseAllowed(ChainId indexed destinationChain);

    /// @notice The sink of the fees has changed.
    /// @param feeSink Where they go from now on.
    event FeeSinkChanged(address feeSink);

    /// @notice Fees have gone to the sink.
    /// @param feeSink The sink.
    /// @param value How many wei.
    event FeesCollected(address indexed feeSink, uint256 value);

    /// @notice Sends a message. The caller is its sender.
    /// @dev Reverts with the first broken rule of section 5: `WrongChain`, `UnknownLane`, `LanePaused`,
    /// `ExecutionGasTooHigh`, `WrongFee`, those of `Messages.encode`, `NonceOverflow`.
    /// @param destinationChain The chain that it goes to.
    /// @param recipient To whom there, 32-byte form.
    /// @param executionGas Gas that the recipient is promised on an EVM chain, a hint on Sui.
    /// @param body At most 8,192 bytes.
    /// @return messageId The message's id.
    /// @return nonce Its number in the lane.
    function send(
        ChainId destinationChain,
        bytes32 recipient,
        uint32 executionGas,
        bytes calldata body
    ) external payable returns (MessageId messageId, Nonce nonce);

    /// @notice Sends the fees that have gathered to the sink. For anyone.
    /// @dev Reverts with `FeesRefused`.
    function collectFees() external;

    /// @notice Opens a lane, generation 1.
    /// @dev Governance. Reverts with `InvalidLane`, `LaneKnown`.
    /// @param destinationChain The chain that it leads to.
    /// @param fees What sending costs.
    function openLane(ChainId destinationChain, Fees calldata fees) external;

    /// @notice Raises the generation of a lane, for a new inbox at its far end. Its sequence starts at 0 again.
    /// @dev Governance. Reverts with `UnknownLane`, `NonceOverflow`.
    /// @param destinationChain The chain that it leads to.
    function raiseGeneration(ChainId destinationChain) external;

    /// @notice Sets what sending costs.
    /// @dev Governance. Reverts with `UnknownLane`.
    /// @param destinationChain The chain that the lane leads to.
    /// @param fees What it costs from now on.
    function setFees(ChainId destinationChain, Fees calldata fees) external;

    /// @notice Sets where fees go.
    /// @dev Governance. Reverts with `InvalidSink`.
    /// @param feeSink The sink.
    function setFeeSink(address feeSink) external;

    /// @notice Pauses a lane for 5 days.
    /// @dev Guardian. Reverts with `UnknownLane`, `PauseCoolingDown`.
    /// @param destinationChain The chain that it leads to.
    function pauseLane(ChainId destinationChain) external;

    /// @notice Ends the pause of a lane.
    /// @dev Guardian. Reverts with `UnknownLane`.
    /// @param destinationChain The chain that it leads to.
    function resumeLane(ChainId destinationChain) external;

    /// @notice Allows the next pause of a lane, whenever the last one was.
    /// @dev Governance. Reverts with `UnknownLane`.
    /// @param destinationChain The chain that it leads to.
    function allowLanePause(ChainId destinationChain) external;

    /// @notice What a message costs. `send` takes exactly that.
    /// @dev Reverts with `UnknownLane`, `InvalidMessageLength`.
    /// @param destinationChain The chain that it goes to.
    /// @param bodyLength Bytes of its body.
    /// @param executionGas Gas that its recipient is promised.
    /// @return fee In wei.
    function quote(
        ChainId destinationChain,
        uint32 bodyLength,
        uint32 executionGas
    ) external view returns (uint256 fee);

    /// @notice A lane.
    /// @param destinationChain The chain that it leads to.
    /// @return nextNonce The nonce of the next message; zero for a lane that was not opened. The last of a generation stays
    /// when it was given.
    /// @return pausedUntilSeconds When its last pause ends or ended, zero without one.
    /// @return pauseAllowedFromSeconds When it can be paused next, zero for any time.
    /// @return fees What sending costs.
    function laneOf(
        ChainId destinationChain
    )
        external
        view
        returns (Nonce nextNonce, uint256 pausedUntilSeconds, uint256 pauseAllowedFromSeconds, Fees memory fees);

    /// @notice Where fees go.
    /// @return sink The address.
    function feeSink() external view returns (address sink);
}
