/// The tree over the messages of a statement, docs/spec/protocol.md section 6: 1 to 256 leaves in
/// nonce order.
///
/// | hashed | bytes |
/// |---|---|
/// | leaf of a plain message | `0x00`, nonce (8), message id (32) |
/// | leaf of a confidential message | `0x02`, nonce (8), message id (32), delivery hash (32) |
/// | node | `0x01`, left (32), right (32) |
/// | root | `0x03`, count (4), top node (32) |
///
/// The last node of a level of odd width has no sibling and is carried up unchanged. A proof is the
/// siblings from the leaf upwards, 32 bytes each; index and count decide how many there are and on
/// which side each stands. Trees of different counts can have the same shape along one path, which is
/// why the root holds the count. So a proof holds for one leaf, one index and one count, and a leaf, a
/// node and a root are never taken for each other (INV-04).
///
/// Cost, in instructions and natives: a leaf 50 and 3, `root` 45 and 3 for each leaf, `verify` 300 and
/// 4 for each sibling.
module corridor::merkle;

use corridor::{reader, wire};

/// The count of leaves is 0 or above 256.
const EInvalidLeafCount: u64 = 1;
/// The index is not below the count.
const EInvalidProofIndex: u64 = 2;
/// The proof is not exactly as long as index and count demand.
const EInvalidProofLength: u64 = 3;
/// The computed root is another one.
const EInvalidProof: u64 = 4;

const PLAIN_LEAF: u8 = 0x00;
const NODE: u8 = 0x01;
const CONFIDENTIAL_LEAF: u8 = 0x02;
const ROOT: u8 = 0x03;

const MAX_LEAVES: u64 = 256;
const HASH_LENGTH: u64 = 32;

// What is hashed, in wire order; see `corridor::wire`.

public struct PlainLeaf has drop {
    prefix: u8,
    nonce: u64,
    message_id: address,
}

public struct ConfidentialLeaf has drop {
    prefix: u8,
    nonce: u64,
    message_id: address,
    delivery_hash: address,
}

public struct Node has drop {
    prefix: u8,
    left: address,
    right: address,
}

public struct Root has drop {
    prefix: u8,
    count: u32,
    top: address,
}

/// The leaf of a plain message.
public(package) fun plain_leaf(nonce: u64, message_id: address): address {
    wire::hash(&PlainLeaf { prefix: PLAIN_LEAF, nonce: wire::reverse_u64(nonce), message_id })
}

/// The leaf of a confidential message; the delivery hash covers delivered header, outcome and body.
public(package) fun confidential_leaf(
    nonce: u64,
    message_id: address,
    delivery_hash: address,
): address {
    wire::hash(
        &ConfidentialLeaf {
            prefix: CONFIDENTIAL_LEAF,
            nonce: wire::reverse_u64(nonce),
            message_id,
            delivery_hash,
        },
    )
}

/// The root of the tree over `leaves`, far cheaper for a whole run than a proof for each message.
///
/// Aborts with `EInvalidLeafCount` for none or more than 256.
public(package) fun root(mut leaves: vector<address>): address {
    let count = leaves.length();
    assert!(count > 0 && count <= MAX_LEAVES, EInvalidLeafCount);
    let mut width = count;
    // Each level is written over the front of the one below, which has been read by then.
    while (width > 1) {
        let pairs = width / 2;
        let mut i = 0;
        while (i < pairs) {
            *&mut leaves[i] = node(leaves[2 * i], leaves[2 * i + 1]);
            i = i + 1;
        };
        if (width % 2 == 1) {
            *&mut leaves[pairs] = leaves[width - 1];
        };
        width = width - pairs;
    };
    root_over(count, leaves[0])
}

/// The root of the tree of `count` leaves in which `leaf` stands at `index` and has the siblings in
/// `proof`. It proves something only if it is equal to a root that is known to be right: see
/// `verify`.
///
/// Aborts, in this order, with `EInvalidLeafCount`, `EInvalidProofIndex`, `EInvalidProofLength`.
public(package) fun implied_root(
    leaf: address,
    index: u64,
    count: u64,
    proof: vector<u8>,
): address {
    assert!(count > 0 && count <= MAX_LEAVES, EInvalidLeafCount);
    assert!(index < count, EInvalidProofIndex);
    let mut siblings = reader::new(proof);
    let mut hash = leaf;
    let mut index = index;
    let mut width = count;
    while (width > 1) {
        let is_right = index % 2 == 1;
        if (is_right || index + 1 < width) {
            assert!(siblings.remaining() >= HASH_LENGTH, EInvalidProofLength);
            let sibling = siblings.read_word();
            hash = if (is_right) node(sibling, hash) else node(hash, sibling);
        };
        index = index / 2;
        width = width - width / 2;
    };
    assert!(siblings.remaining() == 0, EInvalidProofLength);
    root_over(count, hash)
}

/// Checks that `leaf` stands at `index` of the `count` leaves under `root`, by the siblings in
/// `proof`.
///
/// Aborts, in this order, with `EInvalidLeafCount`, `EInvalidProofIndex`, `EInvalidProofLength`,
/// `EInvalidProof`.
public(package) fun verify(
    root: address,
    leaf: address,
    index: u64,
    count: u64,
    proof: vector<u8>,
) {
    assert!(implied_root(leaf, index, count, proof) == root, EInvalidProof);
}

fun node(left: address, right: address): address {
    wire::hash(&Node { prefix: NODE, left, right })
}

/// `count` is at most 256.
fun root_over(count: u64, top: address): address {
    wire::hash(&Root { prefix: ROOT, count: wire::reverse_u32(count as u32), top })
}
