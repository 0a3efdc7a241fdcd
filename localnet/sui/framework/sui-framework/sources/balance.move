/// Amounts of a coin type, as parts of other objects.
module sui::balance;

public use fun sui::coin::from_balance as Balance.into_coin;
public use fun supply_value as Supply.value;

/// The balance is not zero.
const ENonZero: u64 = 0;
/// The supply would leave the range of a u64.
const EOverflow: u64 = 1;
/// The balance is too small.
const ENotEnough: u64 = 2;

/// The right to make and destroy amounts of `T`, and how much there is.
public struct Supply<phantom T> has store {
    value: u64,
}

/// An amount of `T`.
public struct Balance<phantom T> has store {
    value: u64,
}

/// The amount.
public fun value<T>(self: &Balance<T>): u64 {
    self.value
}

/// How much there is.
public fun supply_value<T>(supply: &Supply<T>): u64 {
    supply.value
}

/// The supply of a new coin type, for whoever has a value of it.
public fun create_supply<T: drop>(_: T): Supply<T> {
    Supply { value: 0 }
}

/// Makes an amount. Aborts with `EOverflow` if the supply would leave the range of a u64.
public fun increase_supply<T>(self: &mut Supply<T>, value: u64): Balance<T> {
    assert!(value <= std::u64::max_value!() - self.value, EOverflow);
    self.value = self.value + value;
    Balance { value }
}

/// Destroys an amount and returns it. Aborts with `EOverflow` if the supply is smaller.
public fun decrease_supply<T>(self: &mut Supply<T>, balance: Balance<T>): u64 {
    let Balance { value } = balance;
    assert!(value <= self.value, EOverflow);
    self.value = self.value - value;
    value
}

/// Nothing.
public fun zero<T>(): Balance<T> {
    Balance { value: 0 }
}

/// Adds an amount and returns the sum.
public fun join<T>(self: &mut Balance<T>, balance: Balance<T>): u64 {
    let Balance { value } = balance;
    self.value = self.value + value;
    self.value
}

/// Takes an amount. Aborts with `ENotEnough`.
public fun split<T>(self: &mut Balance<T>, value: u64): Balance<T> {
    assert!(value <= self.value, ENotEnough);
    self.value = self.value - value;
    Balance { value }
}

/// Takes everything.
public fun withdraw_all<T>(self: &mut Balance<T>): Balance<T> {
    let value = self.value;
    self.split(value)
}

/// Destroys nothing. Aborts with `ENonZero` on an amount.
public fun destroy_zero<T>(balance: Balance<T>) {
    let Balance { value } = balance;
    assert!(value == 0, ENonZero)
}

// === Within the framework ===

/// The supply of a coin type, without a value of it.
public(package) fun create_supply_internal<T>(): Supply<T> {
    Supply { value: 0 }
}

/// Ends minting and burning; returns how much there is.
public(package) fun destroy_supply<T>(self: Supply<T>): u64 {
    let Supply { value } = self;
    value
}

// === Test only ===

/// An amount out of thin air.
#[test_only]
public fun create_for_testing<T>(value: u64): Balance<T> {
    Balance { value }
}

/// Destroys an amount and returns it.
#[test_only]
public fun destroy_for_testing<T>(self: Balance<T>): u64 {
    let Balance { value } = self;
    value
}

/// A supply out of thin air.
#[test_only]
public fun create_supply_for_testing<T>(): Supply<T> {
    Supply { value: 0 }
}
