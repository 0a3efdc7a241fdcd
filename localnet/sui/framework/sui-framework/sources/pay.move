/// Common movements of coins.
module sui::pay;

use sui::coin::Coin;

/// There are no coins.
const ENoCoins: u64 = 0;

/// Gives a coin to the sender.
#[allow(lint(self_transfer))]
public fun keep<T>(c: Coin<T>, ctx: &TxContext) {
    transfer::public_transfer(c, ctx.sender())
}

/// Splits a coin off, for the sender.
#[allow(lint(public_entry))]
public entry fun split<T>(coin: &mut Coin<T>, split_amount: u64, ctx: &mut TxContext) {
    keep(coin.split(split_amount, ctx), ctx)
}

/// Splits coins off, for the sender.
#[allow(lint(public_entry))]
public entry fun split_vec<T>(self: &mut Coin<T>, split_amounts: vector<u64>, ctx: &mut TxContext) {
    let mut i = 0;
    while (i < split_amounts.length()) {
        split(self, split_amounts[i], ctx);
        i = i + 1;
    }
}

/// Splits a coin off, for `recipient`.
#[allow(lint(public_entry))]
public entry fun split_and_transfer<T>(
    c: &mut Coin<T>,
    amount: u64,
    recipient: address,
    ctx: &mut TxContext,
) {
    transfer::public_transfer(c.split(amount, ctx), recipient)
}

/// Divides a coin into `n` parts, for the sender.
#[allow(lint(self_transfer, public_entry))]
public entry fun divide_and_keep<T>(self: &mut Coin<T>, n: u64, ctx: &mut TxContext) {
    let mut parts = self.divide_into_n(n, ctx);
    while (!parts.is_empty()) keep(parts.pop_back(), ctx);
    parts.destroy_empty()
}

/// Adds a coin.
#[allow(lint(public_entry))]
public entry fun join<T>(self: &mut Coin<T>, coin: Coin<T>) {
    self.join(coin)
}

/// Adds coins.
#[allow(lint(public_entry))]
public entry fun join_vec<T>(self: &mut Coin<T>, mut coins: vector<Coin<T>>) {
    while (!coins.is_empty()) self.join(coins.pop_back());
    coins.destroy_empty()
}

/// Gives coins, as one, to `receiver`. Aborts with `ENoCoins`.
#[allow(lint(public_entry))]
public entry fun join_vec_and_transfer<T>(mut coins: vector<Coin<T>>, receiver: address) {
    assert!(!coins.is_empty(), ENoCoins);
    let mut sum = coins.pop_back();
    join_vec(&mut sum, coins);
    transfer::public_transfer(sum, receiver)
}
