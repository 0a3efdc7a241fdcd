import { asBytes, asFixedBytes, equalBytes, uint } from './bytes.ts';
import { demand } from './errors.ts';
import { hash } from './hash.ts';
import type { Nonce } from './nonce.ts';

/** Most messages in one statement, and so most leaves in one tree. */
export const MAX_LEAVES = 256;

const PLAIN_LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const CONFIDENTIAL_LEAF = Uint8Array.of(2);
const ROOT = Uint8Array.of(3);

/**
 * Leaf of a plain message (docs/spec/protocol.md section 6). 32 bytes.
 * @throws ProtocolError `InvalidNonce`, `InvalidLeaf`
 */
export function plainLeaf(nonce: Nonce, messageId: Uint8Array): Uint8Array {
  return hash(PLAIN_LEAF, uint(nonce, 8, 'InvalidNonce'), asFixedBytes(messageId, 32, 'InvalidLeaf'));
}

/**
 * Leaf of a confidential message, which also binds what is handed to the recipient. 32 bytes.
 * @param deliveryHash hash of delivered header, outcome and delivered body
 * @throws ProtocolError `InvalidNonce`, `InvalidLeaf`
 */
export function confidentialLeaf(nonce: Nonce, messageId: Uint8Array, deliveryHash: Uint8Array): Uint8Array {
  return hash(
    CONFIDENTIAL_LEAF,
    uint(nonce, 8, 'InvalidNonce'),
    asFixedBytes(messageId, 32, 'InvalidLeaf'),
    asFixedBytes(deliveryHash, 32, 'InvalidLeaf'),
  );
}

/**
 * Root of the tree over 1 to 256 leaves of 32 bytes.
 * @throws ProtocolError `InvalidLeafCount`, `InvalidLeaf`
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(levels(leaves).at(-1)![0]!, leaves.length);
}

/**
 * Proof that a leaf is at an index: its siblings from the leaf upwards, 32 bytes each, concatenated.
 * @throws ProtocolError `InvalidLeafCount`, `InvalidLeaf`, `InvalidProofIndex`
 */
export function merkleProof(leaves: readonly Uint8Array[], index: number): Uint8Array {
  const tree = levels(leaves);
  demandIndex(index, leaves.length);
  const siblings: number[] = [];
  let position = index;
  for (const level of tree.slice(0, -1)) {
    const sibling = level[position ^ 1];
    if (sibling) siblings.push(...sibling);
    position >>= 1;
  }
  return Uint8Array.from(siblings);
}

/**
 * Checks that `leaf` is the leaf at `index` of a tree of `count` leaves with this root. Returns nothing when it is.
 * @param proof the siblings, 32 bytes each; index and count decide how many
 * @throws ProtocolError `InvalidLeafCount`, `InvalidProofIndex`, `InvalidProofLength`, `InvalidProof`, `InvalidLeaf`
 */
export function verifyMerkleProof(
  root: Uint8Array,
  leaf: Uint8Array,
  index: number,
  count: number,
  proof: Uint8Array,
): void {
  demandCount(count);
  demandIndex(index, count);
  const siblings = asBytes(proof, 'InvalidProofLength');
  const expected = 32 * siblingCount(index, count);
  demand(
    siblings.length === expected,
    'InvalidProofLength',
    () => `${siblings.length} bytes; index ${index} of ${count} leaves takes ${expected}`,
  );
  let node = asFixedBytes(leaf, 32, 'InvalidLeaf');
  let offset = 0;
  for (let position = index, width = count; width > 1; position >>= 1, width = (width + 1) >> 1) {
    if ((position ^ 1) >= width) continue;
    const sibling = siblings.subarray(offset, offset + 32);
    node = position % 2 === 1 ? hash(NODE, sibling, node) : hash(NODE, node, sibling);
    offset += 32;
  }
  demand(
    equalBytes(rootOf(node, count), asFixedBytes(root, 32, 'InvalidProof')),
    'InvalidProof',
    () => `leaf, index ${index}, count ${count} and siblings lead to another root`,
  );
}

/** The root commits to the count: without it the tree over 3 leaves and that over 4 would share proofs. */
function rootOf(top: Uint8Array, count: number): Uint8Array {
  return hash(ROOT, uint(count, 4, 'InvalidLeafCount'), top);
}

/** How many siblings a proof holds: one for each level at which the node is not carried up alone. */
function siblingCount(index: number, count: number): number {
  let siblings = 0;
  for (let position = index, width = count; width > 1; position >>= 1, width = (width + 1) >> 1) {
    if ((position ^ 1) < width) siblings++;
  }
  return siblings;
}

function levels(leaves: readonly Uint8Array[]): Uint8Array[][] {
  demandCount(leaves.length);
  const tree: Uint8Array[][] = [Array.from(leaves, (leaf) => asFixedBytes(leaf, 32, 'InvalidLeaf'))];
  for (let level = tree[0]!; level.length > 1;) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      above.push(right ? hash(NODE, level[i]!, right) : level[i]!);
    }
    tree.push(above);
    level = above;
  }
  return tree;
}

function demandCount(count: number): void {
  demand(
    Number.isInteger(count) && count >= 1 && count <= MAX_LEAVES,
    'InvalidLeafCount',
    () => `${count} leaves; a tree has 1 to ${MAX_LEAVES}`,
  );
}

function demandIndex(index: number, count: number): void {
  demand(
    Number.isInteger(index) && index >= 0 && index < count,
    'InvalidProofIndex',
    () => `index ${index} is not below the count of ${count}`,
  );
}
