/// The event by which an outbox on Sui announces a message, docs/spec/protocol.md section 5. It is
/// what the enclaves read, and all that they read.
///
/// BCS layout:
///
/// | bytes | field |
/// |---|---|
/// | 32 | outbox |
/// | 1 | 32, the length of the message id |
/// | 32 | message id |
/// | 1 or 2 | length of the message, ULEB128 |
/// | 94 to 8,286 | message, see `corridor::message` |
///
/// The enclaves recognise the event by its type (this module, `MessageSent`) and the outbox in it.
/// Move lets nobody but this module make a `MessageSent`, so whoever calls `emit` is trusted to name
/// its own outbox: only the outbox of this package may.
module corridor::message_sent;

use corridor::message::Message;
use std::bcs;
use sui::event;

/// A message left an outbox.
public struct MessageSent has copy, drop {
    /// The shared `Outbox` object.
    outbox: ID,
    /// 32 bytes.
    message_id: vector<u8>,
    /// The message in its wire format.
    message: vector<u8>,
}

/// Announces `message` as sent by `outbox` and returns its id.
///
/// Aborts with `corridor::message::EInvalidMessageOutbox` if the outbox is not well formed for the
/// message's origin chain.
public(package) fun emit(outbox: ID, message: &Message): address {
    let message_id = message.id(outbox.to_address());
    event::emit(MessageSent {
        outbox,
        message_id: bcs::to_bytes(&message_id),
        message: message.encode(),
    });
    message_id
}
