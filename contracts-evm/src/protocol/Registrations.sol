// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Addresses} from "./Addresses.sol";
import {ChainId} from "./ChainId.sol";
import {TAG_REGISTRATION} from "./Tags.sol";

/// @notice What a quote vouches for when an enclave's key is registered, docs/spec/protocol.md section 9.
/// @param chain The chain of the registry.
/// @param registry The registry, 32-byte form.
/// @param operator The operator who runs the enclave, 32-byte form.
/// @param challenge What makes the quote fresh: on EVM the hash of a recent block.
/// @param signer The address of the enclave's signing key.
/// @param encryptionKey The enclave's X25519 public key.
/// @param configurationHash Hash of what the enclave was started with.
struct Registration {
    ChainId chain;
    bytes32 registry;
    bytes32 operator;
    bytes32 challenge;
    address signer;
    bytes32 encryptionKey;
    bytes32 configurationHash;
}

/// @title Registrations
/// @notice Hashes registrations and compares them with the report data of a quote, section 9.
/// @dev Layout of a registration, 232 bytes:
///
///   offset  bytes  field
///        0     32  TAG_REGISTRATION
///       32      8  chain
///       40     32  registry
///       72     32  operator
///      104     32  challenge
///      136     32  signer, left-padded
///      168     32  encryption key
///      200     32  configuration hash
///
/// The report data is 64 bytes: the hash of that, then 32 zero bytes.
library Registrations {
    /// @notice Thrown when the chain of a registration is not a valid chain id.
    /// @param chain The refused chain.
    error InvalidRegistrationChain(ChainId chain);

    /// @notice Thrown when the registry of a registration is not well formed for the chain.
    /// @param registry The refused address.
    error InvalidRegistrationRegistry(bytes32 registry);

    /// @notice Thrown when the operator of a registration is not well formed for the chain.
    /// @param operator The refused address.
    error InvalidRegistrationOperator(bytes32 operator);

    /// @notice Thrown when the challenge of a registration is zero.
    error InvalidRegistrationChallenge();

    /// @notice Thrown when the signer of a registration is zero.
    error InvalidRegistrationSigner();

    /// @notice Thrown when the encryption key of a registration is zero.
    error InvalidRegistrationEncryptionKey();

    /// @notice Thrown when the configuration hash of a registration is zero.
    error InvalidRegistrationConfiguration();

    /// @notice Thrown when report data is not 64 bytes long.
    /// @param length Its length in bytes.
    error InvalidReportDataLength(uint256 length);

    /// @notice Thrown when the second half of report data is not zero.
    /// @param padding That half.
    error InvalidReportDataPadding(bytes32 padding);

    /// @notice Thrown when report data is that of another registration: the quote vouches for something else.
    /// @param expectedHash The hash of this registration.
    /// @param actualHash The first half of the report data.
    error InvalidReportData(bytes32 expectedHash, bytes32 actualHash);

    /// @notice Bytes of report data.
    uint256 internal constant REPORT_DATA_LENGTH = 64;

    /// @notice The hash of a registration.
    /// @dev Reverts with the first broken rule of section 9: `InvalidRegistrationChain`,
    /// `InvalidRegistrationRegistry`, `InvalidRegistrationOperator`, `InvalidRegistrationChallenge`,
    /// `InvalidRegistrationSigner`, `InvalidRegistrationEncryptionKey`, `InvalidRegistrationConfiguration`.
    /// @param registration The registration.
    /// @return registrationHash The first half of the report data that vouches for it.
    function hash(Registration memory registration) internal pure returns (bytes32 registrationHash) {
        ChainId chain = registration.chain;
        if (!chain.isValid()) revert InvalidRegistrationChain(chain);
        if (!chain.hasAddress(registration.registry)) revert InvalidRegistrationRegistry(registration.registry);
        if (!chain.hasAddress(registration.operator)) revert InvalidRegistrationOperator(registration.operator);
        if (registration.challenge == 0) revert InvalidRegistrationChallenge();
        if (registration.signer == address(0)) revert InvalidRegistrationSigner();
        if (registration.encryptionKey == 0) revert InvalidRegistrationEncryptionKey();
        if (registration.configurationHash == 0) revert InvalidRegistrationConfiguration();
        return
            keccak256(
                abi.encodePacked(
                    TAG_REGISTRATION,
                    ChainId.unwrap(chain),
                    registration.registry,
                    registration.operator,
                    registration.challenge,
                    Addresses.toBytes32(registration.signer),
                    registration.encryptionKey,
                    registration.configurationHash
                )
            );
    }

    /// @notice Refuses report data that does not vouch for a registration.
    /// @dev Reverts as `hash` does, then with `InvalidReportDataLength`, `InvalidReportDataPadding`,
    /// `InvalidReportData`.
    /// @param registration The registration.
    /// @param reportData The report data of a quote that has been verified.
    function check(Registration memory registration, bytes memory reportData) internal pure {
        bytes32 expectedHash = hash(registration);
        if (reportData.length != REPORT_DATA_LENGTH) revert InvalidReportDataLength(reportData.length);
        (bytes32 actualHash, bytes32 padding) = abi.decode(reportData, (bytes32, bytes32));
        if (padding != 0) revert InvalidReportDataPadding(padding);
        if (actualHash != expectedHash) revert InvalidReportData(expectedHash, actualHash);
    }
}
