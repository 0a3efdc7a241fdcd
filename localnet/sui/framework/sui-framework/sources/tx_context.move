/// The transaction being executed.
module sui::tx_context;

#[test_only]
const TX_HASH_LENGTH: u64 = 32;

/// A transaction digest has 32 bytes.
#[test_only]
const EBadTxHashLength: u64 = 0;

/// Made by the VM, and read by it through natives; of the fields, only the digest counts.
#[allow(unused_field)]
public struct TxContext has drop {
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
}

/// The account that signed the transaction.
public fun sender(_self: &TxContext): address {
    native_sender()
}

/// The transaction's digest, 32 bytes.
public fun digest(self: &TxContext): &vector<u8> {
    &self.tx_hash
}

/// Number of the epoch.
public fun epoch(_self: &TxContext): u64 {
    native_epoch()
}

/// When the epoch began, milliseconds since 1970.
public fun epoch_timestamp_ms(_self: &TxContext): u64 {
    native_epoch_timestamp_ms()
}

/// The account that pays for gas, if it is not the sender.
public fun sponsor(_self: &TxContext): Option<address> {
    option_sponsor()
}

/// An address that nothing else has or will have.
public fun fresh_object_address(_ctx: &mut TxContext): address {
    fresh_id()
}

/// The epoch's reference gas price, in MIST.
public fun reference_gas_price(_self: &TxContext): u64 {
    native_rgp()
}

/// The transaction's gas price, in MIST.
public fun gas_price(_self: &TxContext): u64 {
    native_gas_price()
}

fun option_sponsor(): Option<address> {
    let sponsors = native_sponsor();
    if (sponsors.is_empty()) option::none() else option::some(sponsors[0])
}

native fun native_sender(): address;
native fun native_epoch(): u64;
native fun native_epoch_timestamp_ms(): u64;
native fun fresh_id(): address;
native fun native_rgp(): u64;
native fun native_gas_price(): u64;
#[allow(unused_function)]
native fun native_ids_created(): u64;
#[allow(unused_function)]
native fun native_gas_budget(): u64;
native fun native_sponsor(): vector<address>;
#[allow(unused_function)]
native fun derive_id(tx_hash: vector<u8>, ids_created: u64): address;

// === Test only ===

/// How many addresses this transaction has drawn.
#[test_only]
public fun ids_created(_self: &TxContext): u64 {
    native_ids_created()
}

/// How many addresses this transaction has drawn.
#[test_only]
public fun get_ids_created(self: &TxContext): u64 {
    self.ids_created()
}

/// The most gas that the transaction may use, in MIST.
#[test_only]
public fun gas_budget(_self: &TxContext): u64 {
    native_gas_budget()
}

/// Makes the VM execute from here on in the given transaction.
#[test_only]
public fun create(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
    rgp: u64,
    gas_price: u64,
    gas_budget: u64,
    sponsor: Option<address>,
): TxContext {
    assert!(tx_hash.length() == TX_HASH_LENGTH, EBadTxHashLength);
    replace(
        sender,
        tx_hash,
        epoch,
        epoch_timestamp_ms,
        ids_created,
        rgp,
        gas_price,
        gas_budget,
        sponsor.to_vec(),
    );
    TxContext { sender: @0x0, tx_hash, epoch: 0, epoch_timestamp_ms: 0, ids_created: 0 }
}

/// As `create`, keeping gas and sponsor.
#[test_only]
public fun new(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
): TxContext {
    create(
        sender,
        tx_hash,
        epoch,
        epoch_timestamp_ms,
        ids_created,
        native_rgp(),
        native_gas_price(),
        native_gas_budget(),
        option_sponsor(),
    )
}

/// As `new`, with a digest that starts with `hint`.
#[test_only]
public fun new_from_hint(
    addr: address,
    hint: u64,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
): TxContext {
    new(addr, dummy_tx_hash_with_hint(hint), epoch, epoch_timestamp_ms, ids_created)
}

/// A transaction by address zero in epoch 0.
#[test_only]
public fun dummy(): TxContext {
    new(@0x0, x"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", 0, 0, 0)
}

/// `hint` little-endian, then zeros, 32 bytes.
#[test_only]
public fun dummy_tx_hash_with_hint(hint: u64): vector<u8> {
    let mut digest = std::bcs::to_bytes(&hint);
    while (digest.length() < TX_HASH_LENGTH) digest.push_back(0);
    digest
}

/// The address drawn last.
#[test_only]
public fun last_created_object_id(_self: &TxContext): address {
    last_created_id()
}

/// Goes to the next epoch.
#[test_only]
public fun increment_epoch_number(self: &mut TxContext) {
    move_to(self, 1, 0)
}

/// Moves the start of the epoch.
#[test_only]
public fun increment_epoch_timestamp(self: &mut TxContext, delta_ms: u64) {
    move_to(self, 0, delta_ms)
}

#[test_only]
fun move_to(self: &TxContext, epochs: u64, delta_ms: u64) {
    replace(
        native_sender(),
        self.tx_hash,
        native_epoch() + epochs,
        native_epoch_timestamp_ms() + delta_ms,
        native_ids_created(),
        native_rgp(),
        native_gas_price(),
        native_gas_budget(),
        native_sponsor(),
    )
}

#[test_only]
native fun last_created_id(): address;

#[test_only]
native fun replace(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
    rgp: u64,
    gas_price: u64,
    gas_budget: u64,
    sponsor: vector<address>,
);
