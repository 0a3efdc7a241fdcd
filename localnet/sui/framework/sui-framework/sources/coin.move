/// Amounts of a coin type, as objects.
module sui::coin;

use std::{ascii, string};
use sui::{balance::{Self, Balance, Supply}, url::{Self, Url}};

public use fun sui::pay::split_vec as Coin.split_vec;
public use fun sui::pay::join_vec as Coin.join_vec;
public use fun sui::pay::split_and_transfer as Coin.split_and_transfer;
public use fun sui::pay::divide_and_keep as Coin.divide_and_keep;
public use fun treasury_into_supply as TreasuryCap.into_supply;

/// The witness is no one-time witness.
const EBadWitness: u64 = 0;
/// An argument is zero.
const EInvalidArg: u64 = 1;
/// The coin is too small.
const ENotEnough: u64 = 2;

/// An amount of `T`.
public struct Coin<phantom T> has key, store {
    id: UID,
    balance: Balance<T>,
}

/// How a coin type presents itself.
public struct CoinMetadata<phantom T> has key, store {
    id: UID,
    decimals: u8,
    name: string::String,
    symbol: ascii::String,
    description: string::String,
    icon_url: Option<Url>,
}

/// Says of a coin type that its holders can be denied.
public struct RegulatedCoinMetadata<phantom T> has key {
    id: UID,
    coin_metadata_object: ID,
    deny_cap_object: ID,
}

/// The right to mint and burn.
public struct TreasuryCap<phantom T> has key, store {
    id: UID,
    total_supply: Supply<T>,
}

/// The right to deny holders, and everyone if `allow_global_pause`.
public struct DenyCapV2<phantom T> has key, store {
    id: UID,
    allow_global_pause: bool,
}

// === Supply ===

/// How much there is.
public fun total_supply<T>(cap: &TreasuryCap<T>): u64 {
    cap.total_supply.value()
}

/// The supply, out of its object.
public fun treasury_into_supply<T>(treasury: TreasuryCap<T>): Supply<T> {
    let TreasuryCap { id, total_supply } = treasury;
    id.delete();
    total_supply
}

/// The supply.
public fun supply_immut<T>(treasury: &TreasuryCap<T>): &Supply<T> {
    &treasury.total_supply
}

/// The supply, to be changed.
public fun supply_mut<T>(treasury: &mut TreasuryCap<T>): &mut Supply<T> {
    &mut treasury.total_supply
}

// === Balance and coin ===

/// The amount.
public fun value<T>(self: &Coin<T>): u64 {
    self.balance.value()
}

/// The balance.
public fun balance<T>(coin: &Coin<T>): &Balance<T> {
    &coin.balance
}

/// The balance, to be changed.
public fun balance_mut<T>(coin: &mut Coin<T>): &mut Balance<T> {
    &mut coin.balance
}

/// A coin of a balance.
public fun from_balance<T>(balance: Balance<T>, ctx: &mut TxContext): Coin<T> {
    Coin { id: object::new(ctx), balance }
}

/// The balance, out of its object.
public fun into_balance<T>(coin: Coin<T>): Balance<T> {
    let Coin { id, balance } = coin;
    id.delete();
    balance
}

/// Takes a coin out of a balance. Aborts with `sui::balance::ENotEnough`.
public fun take<T>(balance: &mut Balance<T>, value: u64, ctx: &mut TxContext): Coin<T> {
    balance.split(value).into_coin(ctx)
}

/// Puts a coin into a balance.
public fun put<T>(balance: &mut Balance<T>, coin: Coin<T>) {
    balance.join(coin.into_balance());
}

/// Adds `c` to the coin.
#[allow(lint(public_entry))]
public entry fun join<T>(self: &mut Coin<T>, c: Coin<T>) {
    self.balance.put(c)
}

use fun put as Balance.put;

/// Takes a coin off the coin. Aborts with `sui::balance::ENotEnough`.
public fun split<T>(self: &mut Coin<T>, split_amount: u64, ctx: &mut TxContext): Coin<T> {
    take(&mut self.balance, split_amount, ctx)
}

/// Takes `n - 1` equal coins off the coin, which keeps its share and the remainder. Aborts with `EInvalidArg` if `n`
/// is zero and with `ENotEnough` if a share is.
public fun divide_into_n<T>(self: &mut Coin<T>, n: u64, ctx: &mut TxContext): vector<Coin<T>> {
    assert!(n > 0, EInvalidArg);
    assert!(n <= self.value(), ENotEnough);
    let share = self.value() / n;
    let mut coins = vector[];
    while (coins.length() < n - 1) coins.push_back(self.split(share, ctx));
    coins
}

/// A coin of nothing.
public fun zero<T>(ctx: &mut TxContext): Coin<T> {
    balance::zero().into_coin(ctx)
}

/// Destroys a coin of nothing. Aborts with `sui::balance::ENonZero` on an amount.
public fun destroy_zero<T>(c: Coin<T>) {
    c.into_balance().destroy_zero()
}

// === New coin types ===

/// A new coin type. Aborts with `EBadWitness` unless `witness` is a one-time witness.
#[deprecated(note = b"The coin registry, which is not part of this subset, succeeds it.")]
public fun create_currency<T: drop>(
    witness: T,
    decimals: u8,
    symbol: vector<u8>,
    name: vector<u8>,
    description: vector<u8>,
    icon_url: Option<Url>,
    ctx: &mut TxContext,
): (TreasuryCap<T>, CoinMetadata<T>) {
    assert!(sui::types::is_one_time_witness(&witness), EBadWitness);
    let treasury = TreasuryCap {
        id: object::new(ctx),
        total_supply: balance::create_supply(witness),
    };
    let metadata = CoinMetadata {
        id: object::new(ctx),
        decimals,
        name: name.to_string(),
        symbol: symbol.to_ascii_string(),
        description: description.to_string(),
        icon_url,
    };
    (treasury, metadata)
}

/// A new coin type whose holders can be denied. Aborts with `EBadWitness` unless `witness` is a one-time witness.
#[deprecated(note = b"The coin registry, which is not part of this subset, succeeds it.")]
#[allow(deprecated_usage)]
public fun create_regulated_currency_v2<T: drop>(
    witness: T,
    decimals: u8,
    symbol: vector<u8>,
    name: vector<u8>,
    description: vector<u8>,
    icon_url: Option<Url>,
    allow_global_pause: bool,
    ctx: &mut TxContext,
): (TreasuryCap<T>, DenyCapV2<T>, CoinMetadata<T>) {
    let (treasury, metadata) = create_currency(
        witness,
        decimals,
        symbol,
        name,
        description,
        icon_url,
        ctx,
    );
    let deny_cap = DenyCapV2 { id: object::new(ctx), allow_global_pause };
    transfer::freeze_object(RegulatedCoinMetadata<T> {
        id: object::new(ctx),
        coin_metadata_object: object::id(&metadata),
        deny_cap_object: object::id(&deny_cap),
    });
    (treasury, deny_cap, metadata)
}

// === Minting ===

/// A new coin. Aborts with `sui::balance::EOverflow`.
public fun mint<T>(cap: &mut TreasuryCap<T>, value: u64, ctx: &mut TxContext): Coin<T> {
    cap.mint_balance(value).into_coin(ctx)
}

/// A new balance. Aborts with `sui::balance::EOverflow`.
public fun mint_balance<T>(cap: &mut TreasuryCap<T>, value: u64): Balance<T> {
    cap.total_supply.increase_supply(value)
}

/// Destroys a coin and returns its amount.
#[allow(lint(public_entry))]
public entry fun burn<T>(cap: &mut TreasuryCap<T>, c: Coin<T>): u64 {
    cap.total_supply.decrease_supply(c.into_balance())
}

/// Gives a new coin to `recipient`.
#[allow(lint(public_entry))]
public entry fun mint_and_transfer<T>(
    c: &mut TreasuryCap<T>,
    amount: u64,
    recipient: address,
    ctx: &mut TxContext,
) {
    transfer::public_transfer(c.mint(amount, ctx), recipient)
}

// === Metadata ===

/// Changes the name.
#[allow(lint(public_entry))]
public entry fun update_name<T>(
    _treasury: &TreasuryCap<T>,
    metadata: &mut CoinMetadata<T>,
    name: string::String,
) {
    metadata.name = name
}

/// Changes the symbol.
#[allow(lint(public_entry))]
public entry fun update_symbol<T>(
    _treasury: &TreasuryCap<T>,
    metadata: &mut CoinMetadata<T>,
    symbol: ascii::String,
) {
    metadata.symbol = symbol
}

/// Changes the description.
#[allow(lint(public_entry))]
public entry fun update_description<T>(
    _treasury: &TreasuryCap<T>,
    metadata: &mut CoinMetadata<T>,
    description: string::String,
) {
    metadata.description = description
}

/// Changes the icon.
#[allow(lint(public_entry))]
public entry fun update_icon_url<T>(
    _treasury: &TreasuryCap<T>,
    metadata: &mut CoinMetadata<T>,
    url: ascii::String,
) {
    metadata.icon_url = option::some(url::new_unsafe(url))
}

/// How many decimal digits of an amount are the fraction.
public fun get_decimals<T>(metadata: &CoinMetadata<T>): u8 {
    metadata.decimals
}

/// The name.
public fun get_name<T>(metadata: &CoinMetadata<T>): string::String {
    metadata.name
}

/// The symbol.
public fun get_symbol<T>(metadata: &CoinMetadata<T>): ascii::String {
    metadata.symbol
}

/// The description.
public fun get_description<T>(metadata: &CoinMetadata<T>): string::String {
    metadata.description
}

/// The icon, if there is one.
public fun get_icon_url<T>(metadata: &CoinMetadata<T>): Option<Url> {
    metadata.icon_url
}

// === Test only ===

/// A coin out of thin air.
#[test_only]
public fun mint_for_testing<T>(value: u64, ctx: &mut TxContext): Coin<T> {
    balance::create_for_testing(value).into_coin(ctx)
}

/// Destroys a coin and returns its amount.
#[test_only]
public fun burn_for_testing<T>(coin: Coin<T>): u64 {
    coin.into_balance().destroy_for_testing()
}

/// The right to mint and burn, out of thin air.
#[test_only]
public fun create_treasury_cap_for_testing<T>(ctx: &mut TxContext): TreasuryCap<T> {
    TreasuryCap { id: object::new(ctx), total_supply: balance::create_supply_for_testing() }
}

// === Deprecated ===

/// The supply.
#[deprecated(note = b"Use `supply_immut`.")]
public fun supply<T>(treasury: &mut TreasuryCap<T>): &Supply<T> {
    &treasury.total_supply
}

/// Once emitted for new coin types.
#[allow(unused_field)]
public struct CurrencyCreated<phantom T> has copy, drop {
    decimals: u8,
}

/// Predecessor of `DenyCapV2`.
#[allow(unused_field)]
public struct DenyCap<phantom T> has key, store {
    id: UID,
}
