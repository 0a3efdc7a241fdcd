/// Objects for the tests of this package.
#[test_only]
module observed::objects;

public struct Coin has key, store { id: UID, value: u64 }

public struct Badge has key { id: UID, owner: address }

public struct Safe has key, store { id: UID, content: Option<Coin> }

public struct Drawer has key, store { id: UID, coins: vector<Coin> }

public struct Moved has copy, drop { from: address, amount: u64 }

public struct Counted<phantom T> has copy, drop { count: u64 }

public fun coin(value: u64, ctx: &mut TxContext): Coin { Coin { id: object::new(ctx), value } }

public fun badge(owner: address, ctx: &mut TxContext): Badge {
    Badge { id: object::new(ctx), owner }
}

public fun safe(content: Option<Coin>, ctx: &mut TxContext): Safe {
    Safe { id: object::new(ctx), content }
}

public fun drawer(coins: vector<Coin>, ctx: &mut TxContext): Drawer {
    Drawer { id: object::new(ctx), coins }
}

public fun value(self: &Coin): u64 { self.value }

public fun owner(self: &Badge): address { self.owner }

public fun set(self: &mut Coin, value: u64) { self.value = value }

public fun uid(self: &Coin): &UID { &self.id }

public fun uid_mut(self: &mut Coin): &mut UID { &mut self.id }

public fun content(self: &mut Safe): &mut Option<Coin> { &mut self.content }

public fun safe_uid(self: &mut Safe): &mut UID { &mut self.id }

public fun badge_uid(self: &mut Badge): &mut UID { &mut self.id }

public fun coins(self: &mut Drawer): &mut vector<Coin> { &mut self.coins }

public fun burn(self: Coin): u64 {
    let Coin { id, value } = self;
    id.delete();
    value
}

public fun burn_badge(self: Badge) {
    let Badge { id, owner: _ } = self;
    id.delete();
}

public fun open(self: Safe): Option<Coin> {
    let Safe { id, content } = self;
    id.delete();
    content
}

public fun give(badge: Badge, to: address) { transfer::transfer(badge, to) }

public fun share(badge: Badge) { transfer::share_object(badge) }

public fun freeze_badge(badge: Badge) { transfer::freeze_object(badge) }

public fun accept(parent: &mut UID, ticket: transfer::Receiving<Badge>): Badge {
    transfer::receive(parent, ticket)
}

public fun announce(from: address, amount: u64) { sui::event::emit(Moved { from, amount }) }

public fun count<T>(count: u64) { sui::event::emit(Counted<T> { count }) }

public fun amount(self: &Moved): u64 { self.amount }

public fun counted<T>(self: &Counted<T>): u64 { self.count }
