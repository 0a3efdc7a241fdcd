/// The smallest application on Sui: it sends, and says what has arrived. While its keeper keeps it shut it takes nothing,
/// which leaves messages open at the inbox until somebody delivers them again.
///
/// It trusts every sender. An application checks `sender` and the origin chain first.
module echo::echo;

use corridor::{delivery::Delivery, outbox::{Self, SenderCap}, recipient::{Self, RecipientCap}};
use sui::event;

/// The keeper keeps it shut.
const EShut: u64 = 1;
/// The keeper is another echo's.
const ENotItsKeeper: u64 = 2;

/// The application: its capability to receive, inside of a shared object.
public struct Echo has key {
    id: UID,
    cap: RecipientCap,
    is_open: bool,
}

/// Opens and shuts an echo.
public struct Keeper has key, store {
    id: UID,
    echo: ID,
}

/// A message has arrived.
public struct Heard has copy, drop {
    message_id: address,
    origin_chain: u64,
    sender: address,
    nonce: u64,
    body: vector<u8>,
}

/// Makes an echo, tells relayers how to call it, and shares it.
///
/// `package` is the address that this package was published at.
public fun new(package: address, ctx: &mut TxContext): (Keeper, SenderCap) {
    let mut echo = Echo { id: object::new(ctx), cap: recipient::new(ctx), is_open: true };
    let id = object::id(&echo);
    echo
        .cap
        .publish_discovery(
            package,
            b"echo".to_ascii_string(),
            b"receive".to_ascii_string(),
            vector[],
            vector[id],
            vector[false],
        );
    transfer::share_object(echo);
    (Keeper { id: object::new(ctx), echo: id }, outbox::new_sender(ctx))
}

/// What the discovery record names: takes a delivery.
///
/// Aborts with `EShut`, `corridor::delivery::ENotTheRecipient`.
public fun receive(self: &Echo, delivery: Delivery) {
    assert!(self.is_open, EShut);
    let received = delivery.consume(&self.cap);
    let message = received.message();
    event::emit(Heard {
        message_id: received.message_id(),
        origin_chain: message.origin_chain(),
        sender: message.sender(),
        nonce: message.nonce(),
        body: *message.body(),
    });
}

/// Opens or shuts it.
///
/// Aborts with `ENotItsKeeper`.
public fun set_open(self: &mut Echo, keeper: &Keeper, is_open: bool) {
    assert!(keeper.echo == object::id(self), ENotItsKeeper);
    self.is_open = is_open;
}
