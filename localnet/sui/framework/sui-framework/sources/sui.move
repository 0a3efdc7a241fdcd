/// The chain's own coin. One SUI is 10^9 MIST, and amounts are in MIST.
module sui::sui;

use sui::{balance::Balance, coin::{Self, Coin}};

/// All of it exists already.
const EAlreadyMinted: u64 = 0;
/// Only the system may do this.
const ENotSystemAddress: u64 = 1;

/// Ten thousand million SUI.
const TOTAL_SUPPLY_MIST: u64 = 10_000_000_000_000_000_000;

/// The coin type.
public struct SUI has drop {}

/// Genesis: all SUI there will ever be.
#[allow(unused_function, deprecated_usage)]
fun new(ctx: &mut TxContext): Balance<SUI> {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    assert!(ctx.epoch() == 0, EAlreadyMinted);
    let (treasury, metadata) = coin::create_currency(
        SUI {},
        9,
        b"SUI",
        b"Sui",
        b"",
        option::none(),
        ctx,
    );
    transfer::public_freeze_object(metadata);
    let mut supply = treasury.into_supply();
    let all = supply.increase_supply(TOTAL_SUPPLY_MIST);
    supply.destroy_supply();
    all
}

/// Gives a coin to `recipient`.
#[allow(lint(public_entry))]
public entry fun transfer(c: Coin<SUI>, recipient: address) {
    transfer::public_transfer(c, recipient)
}
