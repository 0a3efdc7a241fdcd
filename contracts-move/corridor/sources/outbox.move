/// The outbox: docs/spec/contracts.md section 5. It numbers the messages of each lane without gaps (INV-24) and
/// announces each by `corridor::message_sent::MessageSent`, which is all that enclaves read.
///
/// A sender makes a `SenderCap` once and keeps it: its id is who sends. Whoever holds or borrows the capability
/// sends in its name, so an application keeps it inside an object of its own.
///
/// The fee is exactly the quote, in MIST. Fees gather here until anyone sends them to the sink.
///
/// There is one `Outbox`, made by the package's `init`. Its address is the object's id.
module corridor::outbox;

use corridor::{
    authority::{Authority, Guard, GovernanceCap},
    chain,
    clock_time,
    message,
    message_sent,
    nonce,
    pause::{Self, Pause}
};
use sui::{
    balance::{Self, Balance},
    clock::Clock,
    coin::{Self, Coin},
    event,
    sui::SUI,
    table::{Self, Table}
};

/// There is no lane for the destination chain.
const EUnknownLane: u64 = 1;
/// The guardian paused the lane.
const ELanePaused: u64 = 2;
/// An EVM recipient can be promised at most 10,000,000 gas.
const EExecutionGasTooHigh: u64 = 3;
/// The coin is not exactly the quote.
const EWrongFee: u64 = 4;
/// The sequence or the generations of the lane are used up.
const ENonceOverflow: u64 = 5;
/// There is a lane for the destination chain.
const ELaneKnown: u64 = 6;
/// Not a chain id, or this chain.
const EInvalidLane: u64 = 7;
/// The highest fee that they can make is above what a coin can hold.
const EInvalidFees: u64 = 8;
/// The sink is zero, or not set yet.
const EInvalidSink: u64 = 9;

/// What an EVM recipient can be promised at most.
const MAX_EVM_EXECUTION_GAS: u32 = 10_000_000;
const MAX_SEQUENCE: u64 = 0xffff_ffff_ffff;
const MAX_GENERATION: u16 = 0xffff;
const MAX_BODY_LENGTH: u128 = 8_192;
const MAX_EXECUTION_GAS: u128 = 0xffff_ffff;
const MAX_FEE: u128 = 0xffff_ffff_ffff_ffff;
const PLAIN: u8 = 0;

/// The one outbox.
public struct Outbox has key {
    id: UID,
    /// Zero until the set-up is over: no message is well formed before.
    chain: u64,
    /// By the destination chain.
    lanes: Table<u64, Lane>,
    fees: Balance<SUI>,
    /// Zero until set.
    sink: address,
}

/// Stands for a sender: its id is the sender of its messages. Anyone can make one.
public struct SenderCap has key, store {
    id: UID,
}

public struct Lane has store {
    generation: u16,
    next_sequence: u64,
    fees: Fees,
    pause: Pause,
}

/// Figures of a quote, in MIST.
public struct Fees has copy, drop, store {
    base: u64,
    /// For each byte of the body.
    per_byte: u64,
    /// For each unit of execution gas.
    per_gas: u64,
}

public struct OpenLane has copy, drop, store {
    destination_chain: u64,
    fees: Fees,
}

public struct RaiseGeneration has copy, drop, store {
    destination_chain: u64,
}

public struct SetFees has copy, drop, store {
    destination_chain: u64,
    fees: Fees,
}

public struct SetSink has copy, drop, store {
    sink: address,
}

public struct AllowLanePause has copy, drop, store {
    destination_chain: u64,
}

/// A lane has a generation, whose sequence starts at zero.
public struct GenerationBegun has copy, drop {
    destination_chain: u64,
    generation: u16,
}

/// Fees of a lane were set.
public struct FeesSet has copy, drop {
    destination_chain: u64,
    fees: Fees,
}

/// A lane is paused until a time, in seconds since 1970; zero ends the pause.
public struct LanePauseSet has copy, drop {
    destination_chain: u64,
    until: u64,
}

/// Fees were sent to the sink.
public struct FeesCollected has copy, drop {
    sink: address,
    amount: u64,
}

fun init(ctx: &mut TxContext) {
    transfer::share_object(Outbox {
        id: object::new(ctx),
        chain: 0,
        lanes: table::new(ctx),
        fees: balance::zero(),
        sink: @0x0,
    });
}

/// A new sender.
public fun new_sender(ctx: &mut TxContext): SenderCap {
    SenderCap { id: object::new(ctx) }
}

/// The fee of a message, in MIST.
///
/// Aborts with `EUnknownLane`, `corridor::message::EInvalidMessageLength`.
public fun quote(self: &Outbox, destination_chain: u64, body_length: u64, execution_gas: u32): u64 {
    assert!(self.lanes.contains(destination_chain), EUnknownLane);
    message::assert_body_length(body_length);
    self.lanes[destination_chain].fees.of(body_length, execution_gas) as u64
}

/// Sends a message and returns its id.
///
/// Aborts with the first rule broken: `EUnknownLane`, `ELanePaused`, `EExecutionGasTooHigh`, `EWrongFee`, those
/// of docs/spec/protocol.md section 4, `ENonceOverflow`.
public fun send(
    self: &mut Outbox,
    cap: &SenderCap,
    destination_chain: u64,
    recipient: address,
    execution_gas: u32,
    body: vector<u8>,
    fee: Coin<SUI>,
    clock: &Clock,
): address {
    assert!(self.lanes.contains(destination_chain), EUnknownLane);
    let lane = &mut self.lanes[destination_chain];
    assert!(!lane.pause.is_paused(clock_time::seconds(clock)), ELanePaused);
    assert!(
        execution_gas <= MAX_EVM_EXECUTION_GAS || !chain::is_evm(destination_chain),
        EExecutionGasTooHigh,
    );
    assert!(fee.value() as u128 == lane.fees.of(body.length(), execution_gas), EWrongFee);
    let sequence = lane.next_sequence;
    // Masked, so that the rules of the message come first, as the spec has it.
    let message = message::new(
        PLAIN,
        self.chain,
        destination_chain,
        nonce::join(lane.generation, sequence & MAX_SEQUENCE),
        object::id_address(cap),
        recipient,
        execution_gas,
        body,
    );
    assert!(sequence <= MAX_SEQUENCE, ENonceOverflow);
    lane.next_sequence = sequence + 1;
    self.fees.join(fee.into_balance());
    message_sent::emit(object::id(self), &message)
}

/// Sends all fees to the sink, for anyone.
///
/// Aborts with `EInvalidSink`.
public fun collect_fees(self: &mut Outbox, ctx: &mut TxContext) {
    assert!(self.sink != @0x0, EInvalidSink);
    let fees = self.fees.withdraw_all();
    event::emit(FeesCollected { sink: self.sink, amount: fees.value() });
    transfer::public_transfer(coin::from_balance(fees, ctx), self.sink);
}

/// Pauses a lane.
///
/// Aborts with `EUnknownLane`, `corridor::pause::EPauseCoolingDown`.
public fun pause_lane(self: &mut Outbox, _: &Guard, destination_chain: u64, clock: &Clock) {
    let until = self.lane(destination_chain).pause.begin(clock_time::seconds(clock));
    event::emit(LanePauseSet { destination_chain, until });
}

/// Ends the pause of a lane.
///
/// Aborts with `EUnknownLane`.
public fun end_lane_pause(self: &mut Outbox, _: &Guard, destination_chain: u64) {
    self.lane(destination_chain).pause.end();
    event::emit(LanePauseSet { destination_chain, until: 0 });
}

// Governance. For what every pair aborts with, see `corridor::loosening`.

/// Opens the lane for a destination chain, with generation 1.
///
/// Aborts with `EInvalidLane`, `EInvalidFees`.
public fun schedule_open_lane(
    authority: &mut Authority,
    cap: &GovernanceCap,
    destination_chain: u64,
    base_fee: u64,
    fee_per_byte: u64,
    fee_per_gas: u64,
    clock: &Clock,
): u64 {
    assert!(
        chain::is_valid(destination_chain) && destination_chain != authority.chain(),
        EInvalidLane,
    );
    let fees = fees(base_fee, fee_per_byte, fee_per_gas);
    authority.schedule(cap, OpenLane { destination_chain, fees }, clock)
}

/// Aborts with `ELaneKnown`.
public fun open_lane(
    self: &mut Outbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let OpenLane { destination_chain, fees } = authority.take(cap, number, clock);
    assert!(!self.lanes.contains(destination_chain), ELaneKnown);
    let generation = 1;
    self
        .lanes
        .add(destination_chain, Lane { generation, next_sequence: 0, fees, pause: pause::new() });
    event::emit(GenerationBegun { destination_chain, generation });
    event::emit(FeesSet { destination_chain, fees });
}

/// Begins the next generation of a lane, whose inbox is replaced.
public fun schedule_raise_generation(
    authority: &mut Authority,
    cap: &GovernanceCap,
    destination_chain: u64,
    clock: &Clock,
): u64 {
    authority.schedule(cap, RaiseGeneration { destination_chain }, clock)
}

/// Aborts with `EUnknownLane`, `ENonceOverflow`.
public fun raise_generation(
    self: &mut Outbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let RaiseGeneration { destination_chain } = authority.take(cap, number, clock);
    let lane = self.lane(destination_chain);
    assert!(lane.generation < MAX_GENERATION, ENonceOverflow);
    lane.generation = lane.generation + 1;
    lane.next_sequence = 0;
    event::emit(GenerationBegun { destination_chain, generation: lane.generation });
}

/// Sets the fees of a lane.
///
/// Aborts with `EInvalidFees`.
public fun schedule_set_fees(
    authority: &mut Authority,
    cap: &GovernanceCap,
    destination_chain: u64,
    base_fee: u64,
    fee_per_byte: u64,
    fee_per_gas: u64,
    clock: &Clock,
): u64 {
    let fees = fees(base_fee, fee_per_byte, fee_per_gas);
    authority.schedule(cap, SetFees { destination_chain, fees }, clock)
}

/// Aborts with `EUnknownLane`.
public fun set_fees(
    self: &mut Outbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let SetFees { destination_chain, fees } = authority.take(cap, number, clock);
    self.lane(destination_chain).fees = fees;
    event::emit(FeesSet { destination_chain, fees });
}

/// Sets where fees go.
///
/// Aborts with `EInvalidSink`.
public fun schedule_set_sink(
    authority: &mut Authority,
    cap: &GovernanceCap,
    sink: address,
    clock: &Clock,
): u64 {
    assert!(sink != @0x0, EInvalidSink);
    authority.schedule(cap, SetSink { sink }, clock)
}

/// Sets the sink.
public fun set_sink(
    self: &mut Outbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let SetSink { sink } = authority.take(cap, number, clock);
    self.sink = sink;
}

/// Lets a lane be paused again, whenever it was paused last.
public fun schedule_allow_lane_pause(
    authority: &mut Authority,
    cap: &GovernanceCap,
    destination_chain: u64,
    clock: &Clock,
): u64 {
    authority.schedule(cap, AllowLanePause { destination_chain }, clock)
}

/// Aborts with `EUnknownLane`.
public fun allow_lane_pause(
    self: &mut Outbox,
    authority: &mut Authority,
    cap: &GovernanceCap,
    number: u64,
    clock: &Clock,
) {
    let AllowLanePause { destination_chain } = authority.take(cap, number, clock);
    self.lane(destination_chain).pause.allow();
}

/// Tells the outbox its chain, at the end of the set-up.
public(package) fun open(self: &mut Outbox, chain: u64) {
    self.chain = chain;
}

fun lane(self: &mut Outbox, destination_chain: u64): &mut Lane {
    assert!(self.lanes.contains(destination_chain), EUnknownLane);
    &mut self.lanes[destination_chain]
}

/// Fees of which even the highest is a coin.
///
/// Aborts with `EInvalidFees`.
fun fees(base: u64, per_byte: u64, per_gas: u64): Fees {
    let highest =
        (base as u128) + (per_byte as u128) * MAX_BODY_LENGTH + (per_gas as u128) * MAX_EXECUTION_GAS;
    assert!(highest <= MAX_FEE, EInvalidFees);
    Fees { base, per_byte, per_gas }
}

fun of(self: &Fees, body_length: u64, execution_gas: u32): u128 {
    (self.base as u128) +
        (self.per_byte as u128) * (body_length as u128) +
        (self.per_gas as u128) * (execution_gas as u128)
}

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) {
    init(ctx)
}

#[test_only]
public fun set_sequence_for_testing(self: &mut Outbox, destination_chain: u64, sequence: u64) {
    self.lane(destination_chain).next_sequence = sequence;
}

#[test_only]
public fun set_generation_for_testing(self: &mut Outbox, destination_chain: u64, generation: u16) {
    self.lane(destination_chain).generation = generation;
}
