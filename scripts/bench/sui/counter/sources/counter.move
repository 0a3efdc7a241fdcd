/// The simple call of the benchmark: a shared counter, and an event.
module counter::counter;

use sui::event;

public struct Counter has key { id: UID, value: u64 }

public struct Counted has copy, drop { value: u64 }

fun init(ctx: &mut TxContext) {
    transfer::share_object(Counter { id: object::new(ctx), value: 0 })
}

public fun increment(self: &mut Counter) {
    self.value = self.value + 1;
    event::emit(Counted { value: self.value })
}
