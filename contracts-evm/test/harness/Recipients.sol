// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMessageRecipient} from "../../src/inbox/IMessageRecipient.sol";
import {MessageRecipient} from "../../src/inbox/MessageRecipient.sol";
import {ChainId} from "../../src/protocol/ChainId.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce} from "../../src/protocol/Nonce.sol";
import {Policies, Policy, Quorum} from "../../src/registry/Quorum.sol";

/// @notice Emits that it was handed a message, and does nothing else: the recipient of the gas figures.
contract EmittingRecipient is MessageRecipient {
    event Received(MessageId indexed messageId);

    constructor(address inbox) MessageRecipient(inbox) {}

    function _take(ChainId, bytes32, MessageId messageId, Nonce, Quorum, bytes calldata) internal override {
        emit Received(messageId);
    }
}

/// @notice Emits what it was handed, body and all: the recipient that an application would write.
contract LoggingRecipient is MessageRecipient {
    event Received(MessageId indexed messageId, bytes body);

    constructor(address inbox) MessageRecipient(inbox) {}

    function _take(ChainId, bytes32, MessageId messageId, Nonce, Quorum, bytes calldata body) internal override {
        emit Received(messageId, body);
    }
}

/// @notice Emits all that it is handed, and takes only what enough signers vouch for.
contract DemandingRecipient is MessageRecipient {
    error NotEnough(Quorum quorum);

    event Received(ChainId originChain, bytes32 sender, MessageId messageId, Nonce nonce, Quorum quorum, bytes body);

    Policy private immutable _POLICY;

    constructor(address inbox, uint8 signers, uint8 operators, uint8 platforms, uint8 vendors) MessageRecipient(inbox) {
        _POLICY = Policies.pack(signers, operators, platforms, vendors);
    }

    function _take(
        ChainId originChain,
        bytes32 sender,
        MessageId messageId,
        Nonce nonce,
        Quorum quorum,
        bytes calldata body
    ) internal override {
        if (!quorum.meets(_POLICY)) revert NotEnough(quorum);
        emit Received(originChain, sender, messageId, nonce, quorum, body);
    }
}

/// @notice Does what the body of the message or its owner says, most of which no recipient should.
contract UnrulyRecipient {
    error Refused(uint256 reason);

    event Received(uint256 gasAtStart);

    enum Conduct {
        Take,
        Refuse,
        Panic,
        UseUpGas,
        ReturnWrongSelector,
        ReturnDirtySelector,
        ReturnShort,
        ReturnNothing,
        ReturnMegabyte,
        RevertMegabyte,
        CallBack
    }

    Conduct public conduct;
    address private _target;
    bytes private _call;
    bool public callSucceeded;
    bytes public callResult;

    function behave(Conduct conduct_, address target, bytes calldata call) external {
        (conduct, _target, _call) = (conduct_, target, call);
    }

    function onMessage(ChainId, bytes32, bytes32, uint64, uint32, bytes calldata) external returns (bytes4) {
        uint256 gasAtStart = gasleft();
        Conduct now_ = conduct;
        if (now_ == Conduct.Refuse) revert Refused(42);
        if (now_ == Conduct.Panic) assert(false);
        if (now_ == Conduct.UseUpGas) while (true) {}
        if (now_ == Conduct.ReturnWrongSelector) return 0x12345678;
        if (now_ == Conduct.ReturnDirtySelector)
            _return(IMessageRecipient.onMessage.selector | bytes32(uint256(1)), 32);
        if (now_ == Conduct.ReturnShort) _return(IMessageRecipient.onMessage.selector, 31);
        if (now_ == Conduct.ReturnNothing) _return(0, 0);
        if (now_ == Conduct.ReturnMegabyte) _return(IMessageRecipient.onMessage.selector, 1 << 20);
        if (now_ == Conduct.RevertMegabyte) {
            assembly {
                mstore(0, 0x42)
                revert(0, 1048576)
            }
        }
        if (now_ == Conduct.CallBack) (callSucceeded, callResult) = _target.call(_call);
        emit Received(gasAtStart);
        return IMessageRecipient.onMessage.selector;
    }

    function _return(bytes32 word, uint256 length) private pure {
        assembly {
            mstore(0, word)
            return(0, length)
        }
    }
}

/// @notice Takes no ether.
contract RefusingSink {}
