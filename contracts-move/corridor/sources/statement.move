/// Statements, docs/spec/protocol.md section 7: what an enclave signs about one run of consecutive
/// nonces of one lane.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 32 | tag `corridor.statement.v1` |
/// | 32 | 8 | origin chain |
/// | 40 | 32 | origin outbox |
/// | 72 | 8 | destination chain |
/// | 80 | 32 | destination inbox |
/// | 112 | 8 | anchor height: block number or checkpoint sequence number |
/// | 120 | 32 | anchor hash: execution block hash or checkpoint digest |
/// | 152 | 8 | anchor timestamp, seconds since 1970 |
/// | 160 | 8 | first nonce |
/// | 168 | 4 | message count, 1 to 256 |
/// | 172 | 32 | messages root |
///
/// A `Statement` exists only with fields that obey every rule of the section, and only this package
/// can make one: nothing in it is zero that must not be (INV-06), and its run does not leave its
/// generation (INV-07). It says nothing of who signed it.
///
/// Cost: `decode` 1,900 instructions, `encode` and `digest` 240.
module corridor::statement;

use corridor::{chain, nonce, reader, tag, wire};
use std::bcs;

/// Not 204 bytes.
const EInvalidStatementLength: u64 = 1;
/// Another tag than the statement's.
const EInvalidStatementTag: u64 = 2;
/// The origin chain is not a valid chain id.
const EInvalidStatementOriginChain: u64 = 3;
/// The origin outbox is not well formed for the origin chain.
const EInvalidStatementOriginOutbox: u64 = 4;
/// The destination chain is not a valid chain id, or is the origin chain.
const EInvalidStatementDestinationChain: u64 = 5;
/// The destination inbox is not well formed for the destination chain.
const EInvalidStatementDestinationInbox: u64 = 6;
/// The anchor hash is zero.
const EInvalidStatementAnchorHash: u64 = 7;
/// The message count is 0 or above 256.
const EInvalidStatementCount: u64 = 8;
/// The run of nonces leaves its generation.
const EInvalidStatementNonce: u64 = 9;
/// The messages root is zero.
const EInvalidStatementRoot: u64 = 10;

const LENGTH: u64 = 204;
const MAX_COUNT: u32 = 256;

/// A well-formed statement.
public struct Statement has drop {
    origin_chain: u64,
    origin_outbox: address,
    destination_chain: u64,
    destination_inbox: address,
    anchor_height: u64,
    anchor_hash: address,
    anchor_timestamp_seconds: u64,
    first_nonce: u64,
    message_count: u32,
    messages_root: address,
}

/// The wire format; integers are reversed (see `corridor::wire`).
public struct Encoding has drop {
    tag: address,
    origin_chain: u64,
    origin_outbox: address,
    destination_chain: u64,
    destination_inbox: address,
    anchor_height: u64,
    anchor_hash: address,
    anchor_timestamp_seconds: u64,
    first_nonce: u64,
    message_count: u32,
    messages_root: address,
}

/// A statement of the given fields.
///
/// Aborts, in this order, with `EInvalidStatementOriginChain`, `EInvalidStatementOriginOutbox`,
/// `EInvalidStatementDestinationChain`, `EInvalidStatementDestinationInbox`,
/// `EInvalidStatementAnchorHash`, `EInvalidStatementCount`, `EInvalidStatementNonce`,
/// `EInvalidStatementRoot`.
public(package) fun new(
    origin_chain: u64,
    origin_outbox: address,
    destination_chain: u64,
    destination_inbox: address,
    anchor_height: u64,
    anchor_hash: address,
    anchor_timestamp_seconds: u64,
    first_nonce: u64,
    message_count: u32,
    messages_root: address,
): Statement {
    assert!(chain::is_valid(origin_chain), EInvalidStatementOriginChain);
    assert!(chain::is_well_formed(origin_outbox, origin_chain), EInvalidStatementOriginOutbox);
    assert!(
        chain::is_valid(destination_chain) && destination_chain != origin_chain,
        EInvalidStatementDestinationChain,
    );
    assert!(
        chain::is_well_formed(destination_inbox, destination_chain),
        EInvalidStatementDestinationInbox,
    );
    assert!(anchor_hash != @0x0, EInvalidStatementAnchorHash);
    assert!(message_count > 0 && message_count <= MAX_COUNT, EInvalidStatementCount);
    assert!(nonce::run_fits(first_nonce, message_count as u64), EInvalidStatementNonce);
    assert!(messages_root != @0x0, EInvalidStatementRoot);
    Statement {
        origin_chain,
        origin_outbox,
        destination_chain,
        destination_inbox,
        anchor_height,
        anchor_hash,
        anchor_timestamp_seconds,
        first_nonce,
        message_count,
        messages_root,
    }
}

/// The statement encoded in `bytes`, and nothing else in them. The encoding is canonical: `encode`
/// gives the same bytes back.
///
/// Aborts with the first rule of the section that is broken: `EInvalidStatementLength`,
/// `EInvalidStatementTag`, then those of `new`.
public(package) fun decode(bytes: vector<u8>): Statement {
    assert!(bytes.length() == LENGTH, EInvalidStatementLength);
    let mut reader = reader::new(bytes);
    assert!(reader.read_word() == tag::statement(), EInvalidStatementTag);
    let origin_chain = reader.read_u64();
    let origin_outbox = reader.read_word();
    let destination_chain = reader.read_u64();
    let destination_inbox = reader.read_word();
    let anchor_height = reader.read_u64();
    let anchor_hash = reader.read_word();
    let anchor_timestamp_seconds = reader.read_u64();
    let first_nonce = reader.read_u64();
    let message_count = reader.read_u32();
    let messages_root = reader.read_word();
    reader.finish();
    new(
        origin_chain,
        origin_outbox,
        destination_chain,
        destination_inbox,
        anchor_height,
        anchor_hash,
        anchor_timestamp_seconds,
        first_nonce,
        message_count,
        messages_root,
    )
}

/// The statement in its wire format, 204 bytes; what `corridor::signature` takes as the message.
public(package) fun encode(self: &Statement): vector<u8> {
    bcs::to_bytes(&self.encoding())
}

/// `hash(statement)`, which is what enclaves sign.
public fun digest(self: &Statement): address {
    wire::hash(&self.encoding())
}

/// Id of the chain that the messages come from.
public fun origin_chain(self: &Statement): u64 {
    self.origin_chain
}

/// The outbox that sent the messages.
public fun origin_outbox(self: &Statement): address {
    self.origin_outbox
}

/// Id of the chain that the messages are for.
public fun destination_chain(self: &Statement): u64 {
    self.destination_chain
}

/// The inbox that the statement is addressed to.
public fun destination_inbox(self: &Statement): address {
    self.destination_inbox
}

/// Block number or checkpoint sequence number of the anchor on the origin chain.
public fun anchor_height(self: &Statement): u64 {
    self.anchor_height
}

/// Execution block hash or checkpoint digest of the anchor.
public fun anchor_hash(self: &Statement): address {
    self.anchor_hash
}

/// The anchor's own timestamp, seconds since 1970.
public fun anchor_timestamp_seconds(self: &Statement): u64 {
    self.anchor_timestamp_seconds
}

/// Nonce of the first message.
public fun first_nonce(self: &Statement): u64 {
    self.first_nonce
}

/// How many messages the statement vouches for, 1 to 256.
public fun message_count(self: &Statement): u32 {
    self.message_count
}

/// Root of the tree over the messages, see `corridor::merkle`.
public fun messages_root(self: &Statement): address {
    self.messages_root
}

fun encoding(self: &Statement): Encoding {
    Encoding {
        tag: tag::statement(),
        origin_chain: wire::reverse_u64(self.origin_chain),
        origin_outbox: self.origin_outbox,
        destination_chain: wire::reverse_u64(self.destination_chain),
        destination_inbox: self.destination_inbox,
        anchor_height: wire::reverse_u64(self.anchor_height),
        anchor_hash: self.anchor_hash,
        anchor_timestamp_seconds: wire::reverse_u64(self.anchor_timestamp_seconds),
        first_nonce: wire::reverse_u64(self.first_nonce),
        message_count: wire::reverse_u32(self.message_count),
        messages_root: self.messages_root,
    }
}
