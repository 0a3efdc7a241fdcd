// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IMessageRecipient} from "../../src/inbox/IMessageRecipient.sol";
import {Inbox} from "../../src/inbox/Inbox.sol";
import {Fees} from "../../src/outbox/Lane.sol";
import {Outbox} from "../../src/outbox/Outbox.sol";
import {ChainId, ChainIds} from "../../src/protocol/ChainId.sol";
import {Leaf} from "../../src/protocol/MerkleTree.sol";
import {MessageId} from "../../src/protocol/Messages.sol";
import {Nonce, Nonces} from "../../src/protocol/Nonce.sol";
import {Policies, Quorum} from "../../src/registry/Quorum.sol";
import {Registry} from "../../src/registry/Registry.sol";
import {EntryTerms} from "../../src/registry/RegistryTypes.sol";
import {TcbStatus} from "../../src/dcap/TcbStatus.sol";
import {ReferenceProtocol} from "../harness/ReferenceProtocol.sol";
import {StatedVerifier} from "../harness/StatedVerifier.sol";

/// @notice The cheatcodes of Hardhat's test runner that are used here.
interface Cheats {
    function addr(uint256 privateKey) external pure returns (address account);

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function warp(uint256 timestamp) external;

    function roll(uint256 number) external;

    function prank(address sender) external;

    function setBlockhash(uint256 number, bytes32 hash) external;
}

/// @notice Takes messages as it was told to, and counts what it has taken.
contract CountingRecipient is IMessageRecipient {
    error Refused();

    enum Conduct {
        Take,
        Refuse,
        UseUpGas,
        AnswerOtherwise,
        CallBack
    }

    Conduct public conduct;
    address public caller;
    address private _target;
    bytes private _call;

    /// @notice How often each message was taken, and how often each nonce.
    mapping(MessageId messageId => uint256) public taken;
    mapping(Nonce nonce => uint256) public takenUnder;

    function behave(Conduct conduct_, address target, bytes calldata call_) external {
        (conduct, _target, _call) = (conduct_, target, call_);
    }

    /// @inheritdoc IMessageRecipient
    function onMessage(
        ChainId,
        bytes32,
        MessageId messageId,
        Nonce nonce,
        Quorum,
        bytes calldata
    ) external returns (bytes4 selector) {
        if (conduct == Conduct.Refuse) revert Refused();
        if (conduct == Conduct.UseUpGas) while (true) {}
        if (conduct == Conduct.AnswerOtherwise) return 0x12345678;
        if (conduct == Conduct.CallBack) {
            // Whatever comes of it: what it must not do is to have anything taken twice.
            (bool success, ) = _target.call(_call);
            success;
        }
        caller = msg.sender;
        ++taken[messageId];
        ++takenUnder[nonce];
        return IMessageRecipient.onMessage.selector;
    }
}

/// @title Bridge
/// @notice Registry, outbox and inbox under a manager whose admin is this contract: governance and guardian in one, without
/// delays. Messages, statements and signatures come from the reference implementation.
abstract contract Bridge {
    Cheats internal constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    ChainId internal constant FAR = ChainId.wrap(0x53_000000_35834a8a);
    bytes32 internal constant FAR_OUTBOX = keccak256("far outbox");
    uint16 internal constant GENERATION = 1;
    uint16 internal constant VERIFIER = 1;
    uint32 internal constant EXECUTION_GAS = 500_000;
    bytes32 internal constant CONFIGURATION = keccak256("configuration");
    bytes32 internal constant LAUNCH = keccak256("launch");
    uint64 private constant INBOX_ROLE = 4;

    Registry internal registry;
    Inbox internal inbox;
    Outbox internal outbox;
    StatedVerifier internal verifier;
    CountingRecipient internal recipient;
    address internal sink = address(0xfee);

    function _deployBridge() internal {
        vm.warp(1_770_000_000);
        vm.roll(1_000);
        AccessManager manager = new AccessManager(address(this));
        registry = new Registry(address(manager), 300);
        outbox = new Outbox(address(manager), sink);
        inbox = new Inbox(address(manager), registry);
        verifier = new StatedVerifier(keccak256("root"));
        recipient = new CountingRecipient();

        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = registry.revokeEquivocator.selector;
        manager.setTargetFunctionRole(address(registry), selectors, INBOX_ROLE);
        manager.grantRole(INBOX_ROLE, address(inbox), 0);

        registry.setVerifier(VERIFIER, address(verifier));
        registry.addEntry(_entry());
        registry.acceptTcbStatus(TcbStatus.UpToDate);
        inbox.addOrigin(FAR, FAR_OUTBOX, GENERATION, Policies.pack(2, 2, 2, 1));
        outbox.openLane(FAR, Fees({base: 1_000, perByte: 10, perGas: 3}));
    }

    function _registers() internal pure returns (bytes memory registers) {
        registers = new bytes(240);
        registers[0] = 0x01;
    }

    function _entry() internal pure returns (EntryTerms memory terms) {
        return
            EntryTerms({
                verifierNumber: VERIFIER,
                teeType: 2,
                notAfterSeconds: 4_000_000_000,
                registers: _registers(),
                attributesMask: bytes32(bytes16(type(uint128).max)),
                attributesValue: bytes32(0),
                launch: new bytes(192),
                configurationHash: CONFIGURATION
            });
    }

    /// @dev Message number `sequence` of the far lane. There are two of each, of which an honest enclave signs one.
    function _message(uint48 sequence, uint8 variant) internal view returns (bytes memory message) {
        return
            ReferenceProtocol.encode(
                ReferenceProtocol.Message({
                    kind: 0,
                    originChain: FAR,
                    destinationChain: ChainIds.fromEvm(block.chainid),
                    nonce: Nonces.pack(GENERATION, sequence),
                    sender: keccak256("far sender"),
                    recipient: bytes32(uint256(uint160(address(recipient)))),
                    executionGas: EXECUTION_GAS,
                    body: abi.encodePacked(sequence, variant)
                })
            );
    }

    function _messages(uint48 first, uint256 count, uint8 variant) internal view returns (bytes[] memory messages) {
        messages = new bytes[](count);
        for (uint48 i = 0; i < count; ++i) messages[i] = _message(first + i, variant);
    }

    function _idOf(bytes memory message) internal pure returns (MessageId id) {
        return ReferenceProtocol.id(FAR, FAR_OUTBOX, message);
    }

    function _leaves(uint48 first, uint256 count, uint8 variant) internal view returns (Leaf[] memory leaves) {
        leaves = new Leaf[](count);
        for (uint48 i = 0; i < count; ++i) {
            Nonce nonce = Nonces.pack(GENERATION, first + i);
            leaves[i] = ReferenceProtocol.plainLeaf(nonce, _idOf(_message(first + i, variant)));
        }
    }

    /// @dev docs/spec/protocol.md section 7.
    function _statement(uint48 first, uint256 count, uint8 variant) internal view returns (bytes memory statement) {
        bytes memory parties = abi.encodePacked(
            keccak256("corridor.statement.v1"),
            ChainId.unwrap(FAR),
            FAR_OUTBOX,
            uint64(block.chainid),
            bytes32(uint256(uint160(address(inbox))))
        );
        return
            abi.encodePacked(
                parties,
                uint64(7),
                keccak256("anchor"),
                uint64(1_770_000_000),
                Nonce.unwrap(Nonces.pack(GENERATION, first)),
                uint32(count),
                ReferenceProtocol.root(_leaves(first, count, variant))
            );
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory signature) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
