// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Registration, Registrations} from "../../src/protocol/Registrations.sol";
import {Revocations} from "../../src/protocol/Revocations.sol";
import {Signatures} from "../../src/protocol/Signatures.sol";
import {GasMeter} from "./GasMeter.sol";

/// @title RegistryGas
/// @notice Measures what a registry uses.
contract RegistryGas is GasMeter {
    function recover(bytes32 digest, bytes calldata signature) external returns (uint256 used) {
        uint256 left = gasleft();
        _keep(bytes32(uint256(uint160(Signatures.recover(digest, signature)))));
        return left - gasleft();
    }

    function recoverSet(bytes32 digest, bytes calldata signatures) external returns (uint256 used) {
        uint256 left = gasleft();
        address[] memory signers = Signatures.recoverSet(digest, signatures);
        _keep(bytes32(signers.length));
        return left - gasleft();
    }

    function registrationCheck(
        Registration memory registration,
        bytes memory reportData
    ) external returns (uint256 used) {
        uint256 left = gasleft();
        Registrations.check(registration, reportData);
        _keep(0);
        return left - gasleft();
    }

    function revocationDecode(bytes calldata revocation) external returns (uint256 used) {
        uint256 left = gasleft();
        (uint8 kind, bytes32 target, bytes32 digest) = Revocations.decode(revocation);
        _keep(target ^ digest ^ bytes32(uint256(kind)));
        return left - gasleft();
    }
}
