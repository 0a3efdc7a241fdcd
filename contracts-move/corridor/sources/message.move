/// Messages, docs/spec/protocol.md section 4: what an outbox sends and an inbox delivers.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | version, 1 |
/// | 1 | 1 | kind: 0 plain, 1 confidential |
/// | 2 | 8 | origin chain |
/// | 10 | 8 | destination chain |
/// | 18 | 8 | nonce: generation (2), sequence (6) |
/// | 26 | 32 | sender |
/// | 58 | 32 | recipient |
/// | 90 | 4 | execution gas |
/// | 94 | 0 to 8,192 | body |
///
/// A `Message` exists only with fields that obey every rule of the section. Anyone can make one: it
/// says that a message is well formed, not that anyone sent it. What was sent is a
/// `corridor::delivery::Received`, which the inbox alone gives.
///
/// Cost, in instructions: `new` 120, `encode` 200 and `id` 240 more whatever the length of the body,
/// which moves within natives only (for an id, 4 internal units of gas a byte). `decode` has to cut the body off
/// the header, which no native does: 1,100, and 9 for each byte of body, 77,000 for the longest. A
/// caller that has the choice takes fields and body rather than bytes, and calls `new`.
module corridor::message;

use corridor::{chain, reader, tag, wire};
use std::bcs;

/// The encoding is shorter than 94 bytes or longer than 8,286, or the body is longer than 8,192.
const EInvalidMessageLength: u64 = 1;
/// The version is not 1.
const EInvalidMessageVersion: u64 = 2;
/// The kind is above 1.
const EInvalidMessageKind: u64 = 3;
/// The origin chain is not a valid chain id.
const EInvalidMessageOriginChain: u64 = 4;
/// The destination chain is not a valid chain id, or is the origin chain.
const EInvalidMessageDestinationChain: u64 = 5;
/// The sender is not well formed for the origin chain.
const EInvalidMessageSender: u64 = 6;
/// The recipient is not well formed for the destination chain.
const EInvalidMessageRecipient: u64 = 7;
/// The origin outbox is not well formed for the origin chain.
const EInvalidMessageOutbox: u64 = 8;

const VERSION: u8 = 1;
const CONFIDENTIAL: u8 = 1;
const HEADER_LENGTH: u64 = 94;
const MAX_BODY_LENGTH: u64 = 8_192;

/// Offset of the execution gas in a message.
const EXECUTION_GAS_OFFSET: u64 = 90;
/// Bytes that precede the message in what its id is the hash of: tag (32), origin chain (8) and
/// origin outbox (32).
const ID_PREFIX_LENGTH: u64 = 72;

/// A well-formed message.
public struct Message has drop {
    kind: u8,
    origin_chain: u64,
    destination_chain: u64,
    nonce: u64,
    sender: address,
    recipient: address,
    execution_gas: u32,
    body: vector<u8>,
}

/// The wire format with four wrong bytes, as BCS can write it; integers are reversed (see
/// `corridor::wire`).
///
/// BCS puts the length of a vector before it, in one byte up to 127 and in two up to 16,383. The
/// format has no such length, but it has four bytes of execution gas right before the body. The
/// padding, whose own length takes one byte, is chosen so that its length, its bytes and the length
/// of the body fill these four exactly; then the gas is written over them. So header and body are
/// joined by one native call, however long the body is.
public struct Encoding has drop {
    version: u8,
    kind: u8,
    origin_chain: u64,
    destination_chain: u64,
    nonce: u64,
    sender: address,
    recipient: address,
    padding: vector<u8>,
    body: vector<u8>,
}

/// What a message id is the hash of, with the same four wrong bytes and the chain reversed.
public struct IdPreimage has drop {
    tag: address,
    origin_chain: u64,
    origin_outbox: address,
    message: Encoding,
}

/// A message of the given fields: kind 0 (plain) or 1 (confidential), the execution gas in units of
/// the destination, at most 8,192 bytes of body.
///
/// Aborts, in this order, with `EInvalidMessageLength` for the body, `EInvalidMessageKind`,
/// `EInvalidMessageOriginChain`, `EInvalidMessageDestinationChain`, `EInvalidMessageSender`,
/// `EInvalidMessageRecipient`.
public fun new(
    kind: u8,
    origin_chain: u64,
    destination_chain: u64,
    nonce: u64,
    sender: address,
    recipient: address,
    execution_gas: u32,
    body: vector<u8>,
): Message {
    assert_body_length(body.length());
    assert!(kind <= CONFIDENTIAL, EInvalidMessageKind);
    assert!(chain::is_valid(origin_chain), EInvalidMessageOriginChain);
    assert!(
        chain::is_valid(destination_chain) && destination_chain != origin_chain,
        EInvalidMessageDestinationChain,
    );
    assert!(chain::is_well_formed(sender, origin_chain), EInvalidMessageSender);
    assert!(chain::is_well_formed(recipient, destination_chain), EInvalidMessageRecipient);
    Message {
        kind,
        origin_chain,
        destination_chain,
        nonce,
        sender,
        recipient,
        execution_gas,
        body,
    }
}

/// The message encoded in `bytes`, and nothing else in them.
///
/// Aborts with the first rule of the section that is broken: `EInvalidMessageLength`,
/// `EInvalidMessageVersion`, then those of `new`.
public fun decode(bytes: vector<u8>): Message {
    let length = bytes.length();
    assert!(
        length >= HEADER_LENGTH && length <= HEADER_LENGTH + MAX_BODY_LENGTH,
        EInvalidMessageLength,
    );
    let mut reader = reader::new(bytes);
    assert!(reader.read_u8() == VERSION, EInvalidMessageVersion);
    let kind = reader.read_u8();
    let origin_chain = reader.read_u64();
    let destination_chain = reader.read_u64();
    let nonce = reader.read_u64();
    let sender = reader.read_word();
    let recipient = reader.read_word();
    let execution_gas = reader.read_u32();
    // The body goes last, so that a message with a broken header is refused before it is moved.
    let mut message = new(
        kind,
        origin_chain,
        destination_chain,
        nonce,
        sender,
        recipient,
        execution_gas,
        vector[],
    );
    message.body = reader.read_rest();
    message
}

/// The message in its wire format, 94 bytes and the body.
public(package) fun encode(self: &Message): vector<u8> {
    let mut bytes = bcs::to_bytes(&self.encoding());
    wire::overwrite_u32(&mut bytes, EXECUTION_GAS_OFFSET, self.execution_gas);
    bytes
}

/// The message id: `hash(tag, origin chain, origin outbox, message)`, which names the message on
/// every chain (INV-03).
///
/// Aborts with `EInvalidMessageOutbox` if `origin_outbox` is not well formed for the origin chain.
public fun id(self: &Message, origin_outbox: address): address {
    assert!(chain::is_well_formed(origin_outbox, self.origin_chain), EInvalidMessageOutbox);
    self.id_of_sound_outbox(origin_outbox)
}

/// As `id`, for an outbox that is known to be well formed for the origin chain.
public(package) fun id_of_sound_outbox(self: &Message, origin_outbox: address): address {
    let message = self.encoding();
    let origin_chain = message.origin_chain;
    let mut preimage = bcs::to_bytes(
        &IdPreimage { tag: tag::message(), origin_chain, origin_outbox, message },
    );
    wire::overwrite_u32(
        &mut preimage,
        ID_PREFIX_LENGTH + EXECUTION_GAS_OFFSET,
        self.execution_gas,
    );
    wire::hash_bytes(&preimage)
}

/// 0 for a plain message, 1 for a confidential one.
public fun kind(self: &Message): u8 {
    self.kind
}

/// Whether the body is sealed to the enclaves.
public fun is_confidential(self: &Message): bool {
    self.kind == CONFIDENTIAL
}

/// Id of the chain that the message comes from.
public fun origin_chain(self: &Message): u64 {
    self.origin_chain
}

/// Id of the chain that the message is for.
public fun destination_chain(self: &Message): u64 {
    self.destination_chain
}

/// The number of the message in its lane, see `corridor::nonce`.
public fun nonce(self: &Message): u64 {
    self.nonce
}

/// Who sent the message: on EVM the caller of the outbox after 12 zero bytes, on Sui the id of the
/// caller's `SenderCap`.
public fun sender(self: &Message): address {
    self.sender
}

/// Whom the message is for.
public fun recipient(self: &Message): address {
    self.recipient
}

/// The gas that an EVM recipient is promised; on Sui a hint.
public fun execution_gas(self: &Message): u32 {
    self.execution_gas
}

/// What the sender has to say, 0 to 8,192 bytes.
public fun body(self: &Message): &vector<u8> {
    &self.body
}

/// Aborts with `EInvalidMessageLength` if no body is that long.
public(package) fun assert_body_length(length: u64) {
    assert!(length <= MAX_BODY_LENGTH, EInvalidMessageLength);
}

fun encoding(self: &Message): Encoding {
    let body = self.body;
    // One byte of length up to 127, two from 128 on: see `Encoding`.
    let padding = if (body.length() < 128) x"0000" else x"00";
    Encoding {
        version: VERSION,
        kind: self.kind,
        origin_chain: wire::reverse_u64(self.origin_chain),
        destination_chain: wire::reverse_u64(self.destination_chain),
        nonce: wire::reverse_u64(self.nonce),
        sender: self.sender,
        recipient: self.recipient,
        padding,
        body,
    }
}
