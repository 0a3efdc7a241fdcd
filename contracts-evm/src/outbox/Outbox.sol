// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {HomeChain} from "../access/HomeChain.sol";
import {PauseClock} from "../access/PauseClock.sol";
import {Addresses} from "../protocol/Addresses.sol";
import {ChainId, ChainIds} from "../protocol/ChainId.sol";
import {MessageId, Messages} from "../protocol/Messages.sol";
import {Nonce, Nonces} from "../protocol/Nonce.sol";
import {IOutbox} from "./IOutbox.sol";
import {Fees, Lane, Lanes} from "./Lane.sol";

/// @title Outbox
/// @notice Numbers messages and emits them, see `IOutbox`.
contract Outbox is AccessManaged, HomeChain, IOutbox {
    /// @dev Most execution gas that may be promised on an EVM chain.
    uint32 private constant MAX_EXECUTION_GAS = 10_000_000;

    mapping(ChainId destinationChain => Lane) private _lanes;
    mapping(ChainId destinationChain => uint256 seconds_) private _pauseAllowedFrom;
    address private _feeSink;

    /// @param authority The `AccessManager` of the deployment.
    /// @param feeSink_ Where fees go.
    constructor(address authority, address feeSink_) AccessManaged(authority) {
        _setFeeSink(feeSink_);
    }

    /// @inheritdoc IOutbox
    function send(
        ChainId destinationChain,
        bytes32 recipient,
        uint32 executionGas,
        bytes calldata body
    ) external payable returns (MessageId messageId, Nonce nonce) {
        _requireHomeChain();
        Lane lane = _openLane(destinationChain);
        if (block.timestamp < lane.pausedUntilSeconds()) {
            revert LanePaused(destinationChain, lane.pausedUntilSeconds());
        }
        if (executionGas > MAX_EXECUTION_GAS && destinationChain.family() == ChainIds.FAMILY_EVM) {
            revert ExecutionGasTooHigh(executionGas, MAX_EXECUTION_GAS);
        }
        uint256 fee = lane.quote(body.length, executionGas);
        if (msg.value != fee) revert WrongFee(fee, msg.value);
        nonce = lane.nextNonce();
        bytes memory message;
        (messageId, message) = Messages.encode(
            Messages.KIND_PLAIN,
            _CHAIN,
            Addresses.toBytes32(address(this)),
            destinationChain,
            nonce,
            Addresses.toBytes32(msg.sender),
            recipient,
            executionGas,
            body
        );
        _lanes[destinationChain] = lane.advance();
        emit MessageSent(messageId, destinationChain, message);
    }

    /// @inheritdoc IOutbox
    function collectFees() external {
        (address sink, uint256 value) = (_feeSink, address(this).balance);
        (bool success, ) = sink.call{value: value}("");
        if (!success) revert FeesRefused(sink);
        emit FeesCollected(sink, value);
    }

    /// @inheritdoc IOutbox
    function openLane(ChainId destinationChain, Fees calldata fees) external restricted {
        if (!destinationChain.isValid() || destinationChain == _CHAIN) revert InvalidLane(destinationChain);
        if (_lanes[destinationChain].isOpen()) revert LaneKnown(destinationChain);
        Nonce firstNonce = Nonces.pack(1, 0);
        _lanes[destinationChain] = Lanes.open(firstNonce, fees);
        emit LaneOpened(destinationChain, firstNonce, fees);
    }

    /// @inheritdoc IOutbox
    function raiseGeneration(ChainId destinationChain) external restricted {
        Lane lane = _openLane(destinationChain);
        Nonce last = lane.nextNonce();
        uint16 generation = last.generation();
        if (generation == type(uint16).max) revert Nonces.NonceOverflow(last, Nonces.MAX_SEQUENCE + 1);
        Nonce firstNonce = Nonces.pack(generation + 1, 0);
        _lanes[destinationChain] = lane.withNextNonce(firstNonce);
        emit GenerationRaised(destinationChain, firstNonce);
    }

    /// @inheritdoc IOutbox
    function setFees(ChainId destinationChain, Fees calldata fees) external restricted {
        _lanes[destinationChain] = _openLane(destinationChain).withFees(fees);
        emit FeesChanged(destinationChain, fees);
    }

    /// @inheritdoc IOutbox
    function setFeeSink(address feeSink_) external restricted {
        _setFeeSink(feeSink_);
    }

    /// @inheritdoc IOutbox
    function pauseLane(ChainId destinationChain) external restricted {
        Lane lane = _openLane(destinationChain);
        PauseClock.requireAllowed(_pauseAllowedFrom[destinationChain]);
        (uint40 untilSeconds, uint40 allowedFromSeconds) = PauseClock.start();
        _lanes[destinationChain] = lane.withPausedUntil(untilSeconds);
        _pauseAllowedFrom[destinationChain] = allowedFromSeconds;
        emit LaneWasPaused(destinationChain, untilSeconds);
    }

    /// @inheritdoc IOutbox
    function resumeLane(ChainId destinationChain) external restricted {
        _lanes[destinationChain] = _openLane(destinationChain).withPausedUntil(0);
        emit LaneResumed(destinationChain);
    }

    /// @inheritdoc IOutbox
    function allowLanePause(ChainId destinationChain) external restricted {
        _openLane(destinationChain);
        _pauseAllowedFrom[destinationChain] = 0;
        emit LanePauseAllowed(destinationChain);
    }

    /// @inheritdoc IOutbox
    function quote(
        ChainId destinationChain,
        uint32 bodyLength,
        uint32 executionGas
    ) external view returns (uint256 fee) {
        Lane lane = _openLane(destinationChain);
        if (bodyLength > Messages.MAX_BODY_LENGTH)
            revert Messages.InvalidMessageLength(Messages.HEADER_LENGTH + bodyLength);
        return lane.quote(bodyLength, executionGas);
    }

    /// @inheritdoc IOutbox
    function laneOf(
        ChainId destinationChain
    )
        external
        view
        returns (Nonce nextNonce, uint256 pausedUntilSeconds, uint256 pauseAllowedFromSeconds, Fees memory fees)
    {
        Lane lane = _lanes[destinationChain];
        return (lane.nextNonce(), lane.pausedUntilSeconds(), _pauseAllowedFrom[destinationChain], lane.fees());
    }

    /// @inheritdoc IOutbox
    function feeSink() external view returns (address sink) {
        return _feeSink;
    }

    /// @dev The lane to a chain, or reverts with `UnknownLane`.
    function _openLane(ChainId destinationChain) private view returns (Lane lane) {
        lane = _lanes[destinationChain];
        if (!lane.isOpen()) revert UnknownLane(destinationChain);
    }

    /// @dev Says where fees go.
    function _setFeeSink(address feeSink_) private {
        if (feeSink_ == address(0)) revert InvalidSink();
        _feeSink = feeSink_;
        emit FeeSinkChanged(feeSink_);
    }
}
