// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Domain tags, docs/spec/protocol.md section 1. Every structure that is signed, or bound into evidence, opens with the
// tag of its kind, so that the bytes of one kind can never be taken for those of another.

/// @dev Opens the preimage of a message id, section 4.
bytes32 constant TAG_MESSAGE = keccak256("corridor.message.v1");

/// @dev Opens a statement, section 7.
bytes32 constant TAG_STATEMENT = keccak256("corridor.statement.v1");

/// @dev Opens a registration, section 9.
bytes32 constant TAG_REGISTRATION = keccak256("corridor.registration.v1");

/// @dev Opens a revocation, section 10.
bytes32 constant TAG_REVOCATION = keccak256("corridor.revocation.v1");
