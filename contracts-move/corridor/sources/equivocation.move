/// Proof that a signer signed two different leaves for one nonce of one lane, which no honest enclave does:
/// docs/spec/contracts.md section 6 and docs/spec/protocol.md section 7.
module corridor::equivocation;

use corridor::{
    clock_time,
    inbox::Inbox,
    merkle,
    origins,
    registry::Registry,
    signature,
    statement::{Self, Statement}
};
use sui::{clock::Clock, event};

/// The statements are of two lanes, of two signers, or say the same of the nonce.
const ENoEquivocation: u64 = 1;

/// A signer was proven to equivocate, and is revoked.
public struct EquivocationProven has copy, drop {
    signer: address,
    origin_chain: u64,
    nonce: u64,
}

/// Reports an equivocation, for anyone: two statements, each with one signature, and of both the leaf for the
/// nonce with its proof. The signer is revoked. Where it counted until now and the lane ends here, the origin
/// is paused, cooldown or not; so an old key cannot stop a lane.
///
/// Aborts with the rules of docs/spec/protocol.md section 7 for both statements, `ENoEquivocation` for two
/// lanes or equal leaves, the rules of section 8 for both signatures, `ENoEquivocation` for two signers, and for
/// each leaf `ENoEquivocation` where the nonce is not in the run, then the rules of section 6.
public fun report(
    inbox: &mut Inbox,
    registry: &mut Registry,
    nonce: u64,
    statement_a: vector<u8>,
    signature_a: vector<u8>,
    leaf_a: address,
    proof_a: vector<u8>,
    statement_b: vector<u8>,
    signature_b: vector<u8>,
    leaf_b: address,
    proof_b: vector<u8>,
    clock: &Clock,
) {
    let a = statement::decode(statement_a);
    let b = statement::decode(statement_b);
    assert!(
        a.origin_chain() == b.origin_chain() &&
        a.origin_outbox() == b.origin_outbox() &&
        a.destination_chain() == b.destination_chain() &&
        leaf_a != leaf_b,
        ENoEquivocation,
    );
    let signer = signature::recover(signature_a, &statement_a);
    assert!(signature::recover(signature_b, &statement_b) == signer, ENoEquivocation);
    check_leaf(&a, nonce, leaf_a, proof_a);
    check_leaf(&b, nonce, leaf_b, proof_b);

    let now = clock_time::seconds(clock);
    let counted = registry.revoke_equivocator(signer, now);
    event::emit(EquivocationProven { signer, origin_chain: a.origin_chain(), nonce });
    if (counted && inbox.serves_lane(&a)) origins::impose_pause(inbox, a.origin_chain(), now);
}

/// Checks that a leaf stands in a statement's tree at the place of a nonce.
fun check_leaf(statement: &Statement, nonce: u64, leaf: address, proof: vector<u8>) {
    let first = statement.first_nonce();
    let count = statement.message_count() as u64;
    assert!(nonce >= first && nonce - first < count, ENoEquivocation);
    merkle::verify(statement.messages_root(), leaf, nonce - first, count, proof);
}
