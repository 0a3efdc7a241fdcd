/// Several transactions, by several senders, in one test. What a transaction gives away or shares can be taken by a
/// later one, and must be returned or used up before that ends.
#[test_only]
module sui::test_scenario;

use sui::{transfer::Receiving, vec_map::VecMap};

// Those that are not used here are raised by natives.

/// A transaction did something that it could not do on chain.
#[allow(unused_const)]
const ECouldNotGenerateEffects: u64 = 0;
/// A shared or immutable object was given away, wrapped, changed or deleted.
#[allow(unused_const)]
const EInvalidSharedOrImmutableUsage: u64 = 1;
/// The object was not taken from there.
const ECantReturnObject: u64 = 2;
/// There is no object of the type.
const EEmptyInventory: u64 = 3;
/// There is no object with the id.
#[allow(unused_const)]
const EObjectNotFound: u64 = 4;
/// There is no object that a ticket could be for.
#[allow(unused_const)]
const EUnableToAllocateReceivingTicket: u64 = 5;
/// There is a ticket for the object.
#[allow(unused_const)]
const EReceivingTicketAlreadyAllocated: u64 = 6;
/// There is no ticket for the object.
#[allow(unused_const)]
const EUnableToDeallocateReceivingTicket: u64 = 7;

/// A run of transactions; one is open at any time.
public struct Scenario {
    txn_number: u64,
    ctx: TxContext,
}

/// What a transaction's context is to say.
public struct TxContextBuilder has copy, drop {
    sender: address,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
    rgp: Option<u64>,
    gas_price: u64,
    gas_budget: u64,
    sponsor: Option<address>,
}

/// What a transaction did. Natives build it: the fields and their order are part of the interface.
public struct TransactionEffects has drop {
    created: vector<ID>,
    written: vector<ID>,
    deleted: vector<ID>,
    transferred_to_account: VecMap<ID, address>,
    transferred_to_object: VecMap<ID, ID>,
    shared: vector<ID>,
    frozen: vector<ID>,
    num_user_events: u64,
}

// === Contexts ===

/// A context in epoch 0.
public fun ctx_builder_from_sender(sender: address): TxContextBuilder {
    TxContextBuilder {
        sender,
        epoch: 0,
        epoch_timestamp_ms: 0,
        ids_created: 0,
        rgp: option::some(700),
        gas_price: 1_000,
        gas_budget: 100_000_000,
        sponsor: option::none(),
    }
}

/// A context like the open transaction's.
public fun ctx_builder(scenario: &Scenario): TxContextBuilder {
    ctx_builder_from_context(&scenario.ctx)
}

/// A context like the given one.
public fun ctx_builder_from_context(ctx: &TxContext): TxContextBuilder {
    TxContextBuilder {
        sender: ctx.sender(),
        epoch: ctx.epoch(),
        epoch_timestamp_ms: ctx.epoch_timestamp_ms(),
        ids_created: ctx.ids_created(),
        rgp: option::some(ctx.reference_gas_price()),
        gas_price: ctx.gas_price(),
        gas_budget: ctx.gas_budget(),
        sponsor: ctx.sponsor(),
    }
}

/// In another epoch.
public fun set_epoch(mut builder: TxContextBuilder, epoch: u64): TxContextBuilder {
    builder.epoch = epoch;
    builder
}

/// In an epoch that began then.
public fun set_epoch_timestamp(mut builder: TxContextBuilder, ms: u64): TxContextBuilder {
    builder.epoch_timestamp_ms = ms;
    builder
}

/// As if so many addresses had been drawn.
public fun set_ids_created(mut builder: TxContextBuilder, ids_created: u64): TxContextBuilder {
    builder.ids_created = ids_created;
    builder
}

/// With another reference gas price.
public fun set_reference_gas_price(mut builder: TxContextBuilder, rgp: u64): TxContextBuilder {
    builder.rgp = option::some(rgp);
    builder
}

/// With the reference gas price to be set.
public fun unset_reference_gas_price(mut builder: TxContextBuilder): TxContextBuilder {
    builder.rgp = option::none();
    builder
}

/// With another gas price.
public fun set_gas_price(mut builder: TxContextBuilder, gas_price: u64): TxContextBuilder {
    builder.gas_price = gas_price;
    builder
}

/// With another gas budget.
public fun set_gas_budget(mut builder: TxContextBuilder, gas_budget: u64): TxContextBuilder {
    builder.gas_budget = gas_budget;
    builder
}

/// Paid for by a sponsor.
public fun set_sponsor(mut builder: TxContextBuilder, sponsor: address): TxContextBuilder {
    builder.sponsor = option::some(sponsor);
    builder
}

/// Paid for by the sender.
public fun unset_sponsor(mut builder: TxContextBuilder): TxContextBuilder {
    builder.sponsor = option::none();
    builder
}

fun context_of(builder: TxContextBuilder, txn_number: u64): TxContext {
    tx_context::create(
        builder.sender,
        tx_context::dummy_tx_hash_with_hint(txn_number),
        builder.epoch,
        builder.epoch_timestamp_ms,
        builder.ids_created,
        builder.rgp.destroy_some(),
        builder.gas_price,
        builder.gas_budget,
        builder.sponsor,
    )
}

// === Transactions ===

/// Opens a scenario and its first transaction.
public fun begin(sender: address): Scenario {
    Scenario { txn_number: 0, ctx: tx_context::new_from_hint(sender, 0, 0, 0, 0) }
}

/// Opens a scenario and its first transaction. Aborts if the reference gas price is not set.
public fun begin_with_context(ctx_builder: TxContextBuilder): Scenario {
    assert!(ctx_builder.rgp.is_some());
    Scenario { txn_number: 0, ctx: ctx_builder.context_of(0) }
}

/// Creates the shared objects that a chain has from the start. In this subset that is the clock.
public fun create_system_objects(scenario: &mut Scenario) {
    let sender = scenario.sender();
    scenario.next_tx(@0x0);
    sui::clock::create_for_testing(scenario.ctx()).share_for_testing();
    scenario.next_tx(sender);
}

/// Ends the transaction and opens the next. Aborts if an object is neither used up nor returned.
public fun next_tx(scenario: &mut Scenario, sender: address): TransactionEffects {
    let (epoch, epoch_timestamp_ms) = (scenario.ctx.epoch(), scenario.ctx.epoch_timestamp_ms());
    scenario.txn_number = scenario.txn_number + 1;
    scenario.ctx =
        tx_context::new_from_hint(sender, scenario.txn_number, epoch, epoch_timestamp_ms, 0);
    end_transaction()
}

/// Ends the transaction and opens the next, after as many epochs as it takes. Aborts if that is back in time, or if the
/// reference gas price changes within an epoch.
public fun next_with_context(
    scenario: &mut Scenario,
    ctx_builder: TxContextBuilder,
): TransactionEffects {
    let epoch = ctx_builder.epoch;
    let mut now = scenario.ctx.epoch();
    let rgp = scenario.ctx.reference_gas_price();
    assert!(now <= epoch);
    assert!(now < epoch || ctx_builder.rgp.is_none() || ctx_builder.rgp.contains(&rgp));
    assert!(scenario.ctx.epoch_timestamp_ms() <= ctx_builder.epoch_timestamp_ms);
    loop {
        if (now < epoch) now = now + 1;
        scenario.txn_number = scenario.txn_number + 1;
        scenario.ctx = ctx_builder.set_epoch(now).context_of(scenario.txn_number);
        let effects = end_transaction();
        if (now == epoch) return effects;
    }
}

/// Ends the transaction and opens the next, one epoch later.
public fun next_epoch(scenario: &mut Scenario, sender: address): TransactionEffects {
    scenario.ctx.increment_epoch_number();
    scenario.next_tx(sender)
}

/// Ends the transaction and opens the next, one epoch and `delta_ms` later.
public fun later_epoch(
    scenario: &mut Scenario,
    delta_ms: u64,
    sender: address,
): TransactionEffects {
    scenario.ctx.increment_epoch_timestamp(delta_ms);
    scenario.next_epoch(sender)
}

/// Goes to a later epoch. Aborts if that is back in time.
public fun skip_to_epoch(scenario: &mut Scenario, epoch: u64) {
    assert!(scenario.ctx.epoch() <= epoch);
    while (scenario.ctx.epoch() < epoch) {
        scenario.ctx.increment_epoch_number();
        end_transaction();
    }
}

/// Ends the last transaction. Aborts if an object is neither used up nor returned.
public fun end(scenario: Scenario): TransactionEffects {
    let Scenario { txn_number: _, ctx: _ } = scenario;
    end_transaction()
}

/// The open transaction's context.
public fun ctx(scenario: &mut Scenario): &mut TxContext {
    &mut scenario.ctx
}

/// The identity of a new object.
public fun new_object(scenario: &mut Scenario): UID {
    object::new(&mut scenario.ctx)
}

/// Who signed the open transaction.
public fun sender(scenario: &Scenario): address {
    scenario.ctx.sender()
}

/// Number of transactions that have ended.
public fun num_concluded_txes(scenario: &Scenario): u64 {
    scenario.txn_number
}

// === Effects ===

/// Objects created.
public fun created(effects: &TransactionEffects): vector<ID> {
    effects.created
}

/// Objects changed.
public fun written(effects: &TransactionEffects): vector<ID> {
    effects.written
}

/// Objects deleted.
public fun deleted(effects: &TransactionEffects): vector<ID> {
    effects.deleted
}

/// Objects given to accounts, and to which.
public fun transferred_to_account(effects: &TransactionEffects): VecMap<ID, address> {
    effects.transferred_to_account
}

/// Objects given to objects, and to which.
public fun transferred_to_object(effects: &TransactionEffects): VecMap<ID, ID> {
    effects.transferred_to_object
}

/// Objects shared.
public fun shared(effects: &TransactionEffects): vector<ID> {
    effects.shared
}

/// Objects frozen.
public fun frozen(effects: &TransactionEffects): vector<ID> {
    effects.frozen
}

/// Number of events.
public fun num_user_events(effects: &TransactionEffects): u64 {
    effects.num_user_events
}

// === Objects of accounts ===

/// Takes an account's object. Aborts with `EObjectNotFound`.
public native fun take_from_address_by_id<T: key>(scenario: &Scenario, account: address, id: ID): T;

/// Id of the object of type `T` that the account got last.
public native fun most_recent_id_for_address<T: key>(account: address): Option<ID>;

/// Ids of the account's objects of type `T`.
public native fun ids_for_address<T: key>(account: address): vector<ID>;

/// Whether the object was taken from the account.
public native fun was_taken_from_address(account: address, id: ID): bool;

/// Whether the account has an object of type `T`.
public fun has_most_recent_for_address<T: key>(account: address): bool {
    most_recent_id_for_address<T>(account).is_some()
}

/// Takes the object of type `T` that the account got last. Aborts with `EEmptyInventory`.
public fun take_from_address<T: key>(scenario: &Scenario, account: address): T {
    let id = existing(most_recent_id_for_address<T>(account));
    take_from_address_by_id(scenario, account, id)
}

/// Gives an object back. Aborts with `ECantReturnObject`.
public fun return_to_address<T: key>(account: address, t: T) {
    assert!(was_taken_from_address(account, object::id(&t)), ECantReturnObject);
    sui::transfer::transfer_impl(t, account)
}

/// As `take_from_address_by_id`, for the sender.
public fun take_from_sender_by_id<T: key>(scenario: &Scenario, id: ID): T {
    take_from_address_by_id(scenario, scenario.sender(), id)
}

/// As `most_recent_id_for_address`, for the sender.
public fun most_recent_id_for_sender<T: key>(scenario: &Scenario): Option<ID> {
    most_recent_id_for_address<T>(scenario.sender())
}

/// As `has_most_recent_for_address`, for the sender.
public fun has_most_recent_for_sender<T: key>(scenario: &Scenario): bool {
    has_most_recent_for_address<T>(scenario.sender())
}

/// As `take_from_address`, for the sender.
public fun take_from_sender<T: key>(scenario: &Scenario): T {
    take_from_address(scenario, scenario.sender())
}

/// As `return_to_address`, for the sender.
public fun return_to_sender<T: key>(scenario: &Scenario, t: T) {
    return_to_address(scenario.sender(), t)
}

/// As `was_taken_from_address`, for the sender.
public fun was_taken_from_sender(scenario: &Scenario, id: ID): bool {
    was_taken_from_address(scenario.sender(), id)
}

/// As `ids_for_address`, for the sender.
public fun ids_for_sender<T: key>(scenario: &Scenario): vector<ID> {
    ids_for_address<T>(scenario.sender())
}

// === Immutable objects ===

/// Takes an immutable object. Aborts with `EObjectNotFound`.
public native fun take_immutable_by_id<T: key>(scenario: &Scenario, id: ID): T;

/// Id of the immutable object of type `T` frozen last.
public native fun most_recent_immutable_id<T: key>(): Option<ID>;

/// Whether the immutable object was taken.
public native fun was_taken_immutable(id: ID): bool;

/// Whether there is an immutable object of type `T`.
public fun has_most_recent_immutable<T: key>(): bool {
    most_recent_immutable_id<T>().is_some()
}

/// Takes the immutable object of type `T` frozen last. Aborts with `EEmptyInventory`.
public fun take_immutable<T: key>(scenario: &Scenario): T {
    take_immutable_by_id(scenario, existing(most_recent_immutable_id<T>()))
}

/// Gives an immutable object back. Aborts with `ECantReturnObject`.
public fun return_immutable<T: key>(t: T) {
    assert!(was_taken_immutable(object::id(&t)), ECantReturnObject);
    sui::transfer::freeze_object_impl(t)
}

// === Shared objects ===

/// Takes a shared object. Aborts with `EObjectNotFound`.
public native fun take_shared_by_id<T: key>(scenario: &Scenario, id: ID): T;

/// Id of the object of type `T` shared last.
public native fun most_recent_id_shared<T: key>(): Option<ID>;

native fun was_taken_shared(id: ID): bool;

/// Whether there is a shared object of type `T`.
public fun has_most_recent_shared<T: key>(): bool {
    most_recent_id_shared<T>().is_some()
}

/// Takes the object of type `T` shared last. Aborts with `EEmptyInventory`.
public fun take_shared<T: key>(scenario: &Scenario): T {
    take_shared_by_id(scenario, existing(most_recent_id_shared<T>()))
}

/// Gives a shared object back. Aborts with `ECantReturnObject`.
public fun return_shared<T: key>(t: T) {
    assert!(was_taken_shared(object::id(&t)), ECantReturnObject);
    sui::transfer::share_object_impl(t)
}

/// Takes the object of type `$T` shared last for the time of `$f`.
public macro fun with_shared<$T: key>($scenario: &mut Scenario, $f: |&mut $T, &mut Scenario| -> _) {
    let scenario = $scenario;
    let mut object = scenario.take_shared<$T>();
    $f(&mut object, scenario);
    return_shared(object)
}

/// Takes a shared object for the time of `$f`.
public macro fun with_shared_by_id<$T: key>(
    $scenario: &mut Scenario,
    $id: ID,
    $f: |&mut $T, &mut Scenario| -> _,
) {
    let scenario = $scenario;
    let mut object = scenario.take_shared_by_id<$T>($id);
    $f(&mut object, scenario);
    return_shared(object)
}

// === Objects sent to objects ===

/// Ids of the objects of type `T` that were sent to an object.
public fun receivable_object_ids_for_owner_id<T: key>(object: ID): vector<ID> {
    ids_for_address<T>(object.to_address())
}

/// A ticket for the object of type `T` sent to `owner` last. Aborts with `EEmptyInventory`.
public fun most_recent_receiving_ticket<T: key>(owner: &ID): Receiving<T> {
    receiving_ticket_by_id(existing(most_recent_id_for_address<T>(owner.to_address())))
}

/// A ticket for an object. Aborts with `EUnableToAllocateReceivingTicket` or `EReceivingTicketAlreadyAllocated`.
public fun receiving_ticket_by_id<T: key>(object_id: ID): Receiving<T> {
    let version = allocate_receiving_ticket_for_object<T>(object_id);
    sui::transfer::make_receiver(object_id, version)
}

/// Gives a ticket back. Aborts with `EUnableToDeallocateReceivingTicket`.
public fun return_receiving_ticket<T: key>(ticket: Receiving<T>) {
    deallocate_receiving_ticket_for_object(sui::transfer::receiving_id(&ticket))
}

native fun allocate_receiving_ticket_for_object<T: key>(object_id: ID): u64;

native fun deallocate_receiving_ticket_for_object(object_id: ID);

native fun end_transaction(): TransactionEffects;

fun existing(id: Option<ID>): ID {
    assert!(id.is_some(), EEmptyInventory);
    id.destroy_some()
}
