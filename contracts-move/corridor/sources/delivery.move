/// A message on its way from the inbox to its recipient: docs/spec/contracts.md section 6.
///
/// ```text
/// inbox::deliver ──> Delivery ──> the recipient's function ──> consume ──> Received
/// ```
///
/// A `Delivery` has no abilities: it can be neither dropped nor kept, and only the capability whose id is the
/// message's recipient takes it. So whoever delivers decides when, and never to whom or whether. A recipient
/// that aborts undoes the transaction, and the message stays open.
///
/// An application takes a `Delivery`, consumes it with its own capability, and then checks origin chain and
/// sender: anyone can send to any address. One that asks for more than the inbox's policy asks the `quorum`.
module corridor::delivery;

use corridor::{message::Message, policy::Quorum, recipient::RecipientCap};

/// The capability is not that of the message's recipient.
const ENotTheRecipient: u64 = 1;

/// A message that the inbox proved and whose nonce it spent, for its recipient.
public struct Delivery {
    message_id: address,
    message: Message,
    quorum: Quorum,
}

/// A message that arrived.
public struct Received has drop {
    message_id: address,
    message: Message,
    quorum: Quorum,
}

/// Takes what was delivered.
///
/// Aborts with `ENotTheRecipient`.
public fun consume(self: Delivery, cap: &RecipientCap): Received {
    let Delivery { message_id, message, quorum } = self;
    assert!(message.recipient() == cap.to_address(), ENotTheRecipient);
    Received { message_id, message, quorum }
}

/// The message's id, which names it on every chain.
public fun message_id(self: &Received): address {
    self.message_id
}

/// The message itself.
public fun message(self: &Received): &Message {
    &self.message
}

/// The signers behind the statement that proved it.
public fun quorum(self: &Received): &Quorum {
    &self.quorum
}

public(package) fun new(message_id: address, message: Message, quorum: Quorum): Delivery {
    Delivery { message_id, message, quorum }
}
