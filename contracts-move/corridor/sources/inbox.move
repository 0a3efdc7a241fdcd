/// The inbox: docs/spec/contracts.md section 6. It accepts statements that a quorum of the registry's signers
/// vouches for, and hands each of their messages once to its recipient (INV-20, INV-21).
///
/// In one transaction: `accept` the statement, or `restore` one that was kept; then for each message
/// `deliver`, with a proof, or `deliver_proven`, after `prove_run` has shown all message ids of the run at
/// once; then the recipient's function, which takes the `Delivery`. `keep` stores what was accepted, so that
/// messages that stay open can be delivered later without signatures.
///
/// An `Accepted` lives in its transaction. It carries no rights: every delivery asks the registry for its
/// revocation epoch and the origin for policy and pause again, so that nothing that became stale opens.
///
/// There is one `Inbox`, made by the package's `init`. Its address is the object's id.
module corridor::inbox;

use corridor::{
    authority::Guard,
    clock_time,
    delivery::{Self, Delivery},
    merkle,
    message::Message,
    origin::Origin,
    policy::Quorum,
    registry::Registry,
    statement::{Self, Statement}
};
use sui::{clock::Clock, event, table::{Self, Table}};

/// The statement is for another chain or inbox.
const EWrongDestination: u64 = 1;
/// The inbox does not serve the origin chain.
const EUnknownOrigin: u64 = 2;
/// The anchor's time is more than 15 minutes ahead of the clock.
const EAnchorInFuture: u64 = 3;
/// The guardian voided the statement.
const ERootVoided: u64 = 4;
/// The statement is not kept.
const ERootNotKept: u64 = 5;
/// The registry's revocation epoch is another one than when the statement was accepted.
const ERootStale: u64 = 6;
/// Origin or destination of the message are not those of the statement.
const EWrongMessageChain: u64 = 7;
/// The nonce of the message is not the first nonce and the index.
const EWrongMessageNonce: u64 = 8;
/// Confidential messages are not delivered yet.
const EUnsupportedKind: u64 = 9;
/// The nonce is spent.
const EAlreadyDelivered: u64 = 10;
/// The ids are not as many as the statement has messages.
const EWrongMessageCount: u64 = 11;
/// The ids do not make the statement's root.
const EWrongRoot: u64 = 12;
/// The ids of the run were not proven, or the message is not the one at this index.
const ENotProven: u64 = 13;
/// The statement is voided already.
const EVoidedAlready: u64 = 14;

/// 15 minutes.
const MAX_SECONDS_AHEAD: u64 = 900;

/// The one inbox.
public struct Inbox has key {
    id: UID,
    /// Zero until the set-up is over: no statement is for this inbox before.
    chain: u64,
    /// By the origin chain.
    origins: Table<u64, Origin>,
    /// What was accepted and kept, by the statement's digest.
    kept: Table<address, Kept>,
    voided: Table<address, bool>,
    /// How many were voided until now.
    voids: u64,
    /// One bit for each nonce that is spent.
    spent: Table<SpentKey, u256>,
}

/// Which 256 nonces of an origin a word of bits is for: all but the last byte of the nonce.
public struct SpentKey has copy, drop, store {
    origin_chain: u64,
    word: u64,
}

public struct Kept has copy, drop, store {
    quorum: Quorum,
    revocation_epoch: u32,
}

/// A statement that a quorum vouches for, with what it was found under.
public struct Accepted has drop {
    statement: Statement,
    digest: address,
    quorum: Quorum,
    revocation_epoch: u32,
    /// How many statements were voided when this one was known not to be.
    voids: u64,
    /// Ids of all messages, once they are proven.
    message_ids: vector<address>,
}

/// A statement is kept.
public struct RootKept has copy, drop {
    digest: address,
    origin_chain: u64,
    first_nonce: u64,
    message_count: u32,
    quorum: Quorum,
    revocation_epoch: u32,
}

/// A statement is void, kept or not.
public struct RootVoided has copy, drop {
    digest: address,
}

/// A message was handed to its recipient.
public struct MessageDelivered has copy, drop {
    message_id: address,
    origin_chain: u64,
    nonce: u64,
    recipient: address,
}

fun init(ctx: &mut TxContext) {
    transfer::share_object(Inbox {
        id: object::new(ctx),
        chain: 0,
        origins: table::new(ctx),
        kept: table::new(ctx),
        voided: table::new(ctx),
        voids: 0,
        spent: table::new(ctx),
    });
}

/// Accepts a statement by its signatures, a set of docs/spec/protocol.md section 8.
///
/// Aborts with the first rule broken: those of docs/spec/protocol.md section 7, `EWrongDestination`,
/// `EUnknownOrigin`, `corridor::origin::EWrongOutbox`, `corridor::origin::EWrongGeneration`,
/// `corridor::origin::EOriginPaused`, `EAnchorInFuture`, `ERootVoided`, those of docs/spec/protocol.md section
/// 8, `corridor::policy::EQuorumNotReached`.
public fun accept(
    self: &Inbox,
    registry: &Registry,
    statement: vector<u8>,
    signatures: vector<u8>,
    clock: &Clock,
): Accepted {
    let decoded = statement::decode(statement);
    let now = clock_time::seconds(clock);
    self.check_destination(&decoded);
    let origin = self.origin(decoded.origin_chain());
    origin.check(&decoded);
    origin.assert_not_paused(now);
    assert!(decoded.anchor_timestamp_seconds() <= now + MAX_SECONDS_AHEAD, EAnchorInFuture);
    let digest = decoded.digest();
    assert!(!self.voided.contains(digest), ERootVoided);
    let quorum = registry.count_quorum(&statement, signatures, now);
    origin.policy().assert_met(&quorum);
    Accepted {
        statement: decoded,
        digest,
        quorum,
        revocation_epoch: registry.revocation_epoch(),
        voids: self.voids,
        message_ids: vector[],
    }
}

/// Keeps what was accepted. Under one revocation epoch it raises each count to the higher; under a later one it
/// replaces what was kept.
public fun keep(self: &mut Inbox, accepted: &Accepted) {
    let Accepted { statement, digest, quorum, revocation_epoch, .. } = accepted;
    let mut kept = Kept { quorum: *quorum, revocation_epoch: *revocation_epoch };
    if (self.kept.contains(*digest)) {
        let before = &mut self.kept[*digest];
        if (before.revocation_epoch > kept.revocation_epoch) return;
        if (before.revocation_epoch == kept.revocation_epoch) kept.quorum.raise(&before.quorum);
        *before = kept;
    } else {
        self.kept.add(*digest, kept);
    };
    event::emit(RootKept {
        digest: *digest,
        origin_chain: statement.origin_chain(),
        first_nonce: statement.first_nonce(),
        message_count: statement.message_count(),
        quorum: kept.quorum,
        revocation_epoch: kept.revocation_epoch,
    });
}

/// What was kept of a statement.
///
/// Aborts with the rules of docs/spec/protocol.md section 7, `ERootNotKept`.
public fun restore(self: &Inbox, statement: vector<u8>): Accepted {
    let statement = statement::decode(statement);
    let digest = statement.digest();
    assert!(self.kept.contains(digest), ERootNotKept);
    let Kept { quorum, revocation_epoch } = self.kept[digest];
    Accepted { statement, digest, quorum, revocation_epoch, voids: 0, message_ids: vector[] }
}

/// Shows the ids of all messages of the run, which is far cheaper than a proof for each. They are those of
/// plain messages.
///
/// Aborts with `EWrongMessageCount`, `EWrongRoot`.
public fun prove_run(accepted: &mut Accepted, message_ids: vector<address>) {
    let statement = &accepted.statement;
    let count = message_ids.length();
    assert!(count == statement.message_count() as u64, EWrongMessageCount);
    let first = statement.first_nonce();
    let mut leaves = vector[];
    let mut i = 0;
    while (i < count) {
        leaves.push_back(merkle::plain_leaf(first + i, message_ids[i]));
        i = i + 1;
    };
    assert!(merkle::root(leaves) == statement.messages_root(), EWrongRoot);
    accepted.message_ids = message_ids;
}

/// Delivers the message at `index` of the run, with the siblings of its leaf.
///
/// Aborts with the first rule broken: those of `assert_open`, `EWrongMessageChain`, `EWrongMessageNonce`,
/// `EUnsupportedKind`, those of docs/spec/protocol.md section 6, `EAlreadyDelivered`,
/// `corridor::origin::EOriginCapReached`.
public fun deliver(
    self: &mut Inbox,
    registry: &Registry,
    accepted: &Accepted,
    index: u64,
    proof: vector<u8>,
    message: Message,
    clock: &Clock,
): Delivery {
    let now = clock_time::seconds(clock);
    let is_capped = self.assert_open(registry, accepted, now);
    let statement = &accepted.statement;
    statement.check_message(&message, index);
    let id = message.id_of_sound_outbox(statement.origin_outbox());
    merkle::verify(
        statement.messages_root(),
        merkle::plain_leaf(message.nonce(), id),
        index,
        statement.message_count() as u64,
        proof,
    );
    self.hand_over(accepted, id, message, is_capped, now)
}

/// Delivers the message at `index` of a run whose ids are proven.
///
/// Aborts as `deliver` does, with `ENotProven` where that checks a proof.
public fun deliver_proven(
    self: &mut Inbox,
    registry: &Registry,
    accepted: &Accepted,
    index: u64,
    message: Message,
    clock: &Clock,
): Delivery {
    let now = clock_time::seconds(clock);
    let is_capped = self.assert_open(registry, accepted, now);
    let statement = &accepted.statement;
    statement.check_message(&message, index);
    let id = message.id_of_sound_outbox(statement.origin_outbox());
    let ids = &accepted.message_ids;
    assert!(index < ids.length() && ids[index] == id, ENotProven);
    self.hand_over(accepted, id, message, is_capped, now)
}

/// Whether the message of that nonce from that origin was delivered.
public fun is_delivered(self: &Inbox, origin_chain: u64, nonce: u64): bool {
    let key = SpentKey { origin_chain, word: nonce >> 8 };
    self.spent.contains(key) && self.spent[key] & bit(nonce) != 0
}

/// Voids a statement by its digest, for ever.
///
/// Aborts with `EVoidedAlready`.
public fun void_root(self: &mut Inbox, _: &Guard, digest: address) {
    assert!(!self.voided.contains(digest), EVoidedAlready);
    self.voided.add(digest, true);
    self.voids = self.voids + 1;
    event::emit(RootVoided { digest });
}

/// The statement that was accepted.
public fun accepted_statement(self: &Accepted): &Statement {
    &self.statement
}

/// The signers behind it.
public fun accepted_quorum(self: &Accepted): &Quorum {
    &self.quorum
}

/// Aborts with `EUnknownOrigin`.
public(package) fun origin_mut(self: &mut Inbox, chain: u64): &mut Origin {
    assert!(self.origins.contains(chain), EUnknownOrigin);
    &mut self.origins[chain]
}

public(package) fun has_origin(self: &Inbox, chain: u64): bool {
    self.origins.contains(chain)
}

public(package) fun add_origin(self: &mut Inbox, chain: u64, origin: Origin) {
    self.origins.add(chain, origin);
}

/// Whether a statement is of a lane that ends here: its destination chain is this one, and its origin is served.
public(package) fun serves_lane(self: &Inbox, statement: &Statement): bool {
    statement.destination_chain() == self.chain &&
        self.origins.contains(statement.origin_chain()) &&
        self.origins[statement.origin_chain()].outbox() == statement.origin_outbox()
}

/// Tells the inbox its chain, at the end of the set-up.
public(package) fun open(self: &mut Inbox, chain: u64) {
    self.chain = chain;
}

/// Checks that what was accepted may be delivered still (INV-21), and says whether the origin has a cap.
///
/// It runs for each message, so it looks nothing up twice: beyond 700 calls of natives in a transaction, each
/// costs a hundred times as much.
///
/// Aborts with `corridor::origin::EOriginPaused`, `ERootStale`, `corridor::policy::EQuorumNotReached`,
/// `ERootVoided`.
fun assert_open(self: &Inbox, registry: &Registry, accepted: &Accepted, now: u64): bool {
    let origin = &self.origins[accepted.statement.origin_chain()];
    origin.assert_not_paused(now);
    assert!(accepted.revocation_epoch == registry.revocation_epoch(), ERootStale);
    origin.policy().assert_met(&accepted.quorum);
    assert!(accepted.voids == self.voids || !self.voided.contains(accepted.digest), ERootVoided);
    origin.is_capped()
}

/// Checks that a message can be the one at an index of the run.
fun check_message(statement: &Statement, message: &Message, index: u64) {
    assert!(
        message.origin_chain() == statement.origin_chain() &&
        message.destination_chain() == statement.destination_chain(),
        EWrongMessageChain,
    );
    let nonce = message.nonce();
    let first = statement.first_nonce();
    assert!(nonce >= first && nonce - first == index, EWrongMessageNonce);
    assert!(!message.is_confidential(), EUnsupportedKind);
}

use fun check_message as Statement.check_message;

/// Spends the nonce of a proven message, then hands the message over (INV-20).
fun hand_over(
    self: &mut Inbox,
    accepted: &Accepted,
    message_id: address,
    message: Message,
    is_capped: bool,
    now: u64,
): Delivery {
    let origin_chain = message.origin_chain();
    let nonce = message.nonce();
    let bit = bit(nonce);
    let key = SpentKey { origin_chain, word: nonce >> 8 };
    if (self.spent.contains(key)) {
        let word = &mut self.spent[key];
        assert!(*word & bit == 0, EAlreadyDelivered);
        *word = *word | bit;
    } else {
        self.spent.add(key, bit);
    };
    if (is_capped) self.origins[origin_chain].count_message(now);
    event::emit(MessageDelivered {
        message_id,
        origin_chain,
        nonce,
        recipient: message.recipient(),
    });
    delivery::new(message_id, message, accepted.quorum)
}

fun check_destination(self: &Inbox, statement: &Statement) {
    assert!(
        statement.destination_chain() == self.chain &&
        statement.destination_inbox() == self.id.to_address(),
        EWrongDestination,
    );
}

fun origin(self: &Inbox, chain: u64): &Origin {
    assert!(self.origins.contains(chain), EUnknownOrigin);
    &self.origins[chain]
}

fun bit(nonce: u64): u256 {
    1 << ((nonce & 0xff) as u8)
}

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) {
    init(ctx)
}
