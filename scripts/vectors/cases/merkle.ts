import { filler, hex, patched, uint, zeros } from '../bytes.ts';
import type { Fields } from '../operations.ts';
import { confidentialLeaf, countedRoot, merkleLevels, node, plainLeaf } from '../reference.ts';
import { newSuite } from '../suite.ts';
import type { Suite, SuiteWriter } from '../suite.ts';

const COUNTS = [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 128, 255, 256];

interface Proof {
  readonly root: Uint8Array;
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly count: number;
  readonly proof: Uint8Array;
}

const toJson = ({ root, leaf, index, count, proof }: Proof): Fields => ({
  root: hex(root),
  leaf: hex(leaf),
  index,
  count,
  proof: hex(proof),
});

function leavesOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => plainLeaf(2n ** 48n + BigInt(i), filler(`message id ${i}`, 32)));
}

/** Siblings read off the levels of the tree, rather than by the walk that the spec describes for a verifier. */
function prove(leaves: readonly Buffer[], index: number): Proof {
  const levels = merkleLevels(leaves);
  const siblings = levels.flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []);
  const root = countedRoot(leaves.length, levels.at(-1)?.[0] ?? zeros(0));
  return { root, leaf: leaves[index] ?? zeros(0), index, count: leaves.length, proof: Buffer.concat(siblings) };
}

function leafCases({ valid }: SuiteWriter): void {
  const nonces: [about: string, nonce: bigint][] = [
    ['a nonce', 2n ** 48n + 7n],
    ['nonce zero', 0n],
    ['nonce one', 1n],
    ['a nonce above what a double can count', 2n ** 53n + 1n],
    ['the highest nonce', 2n ** 64n - 1n],
  ];
  const messageId = hex(filler('leaf', 32));
  const deliveryHash = hex(filler('delivery', 32));
  for (const [about, nonce] of nonces) valid('plainLeaf', about, { nonce: String(nonce), messageId });
  valid('plainLeaf', 'the message id is zero', { nonce: '1', messageId: hex(zeros(32)) });
  for (const [about, nonce] of nonces) {
    valid('confidentialLeaf', about, { nonce: String(nonce), messageId, deliveryHash });
  }
  valid('confidentialLeaf', 'the delivery hash is zero', { nonce: '1', messageId, deliveryHash: hex(zeros(32)) });
  const swapped = { nonce: '1', messageId: deliveryHash, deliveryHash: messageId };
  valid('confidentialLeaf', 'message id and delivery hash change places', swapped);
}

function rootCases({ valid, invalid }: SuiteWriter): void {
  for (const count of COUNTS.filter((each) => each <= 31 || each === 256)) {
    valid('root', count === 1 ? 'one leaf' : `${count} leaves`, { leaves: leavesOf(count).map(hex) });
  }
  const [first = zeros(0), second = zeros(0)] = leavesOf(2);
  valid('root', 'two leaves in the other order', { leaves: [second, first].map(hex) });
  valid('root', 'three leaves, the last one twice: not the root of three', {
    leaves: [...leavesOf(3), ...leavesOf(3).slice(2)].map(hex),
  });
  valid('root', 'a leaf of zeros', { leaves: [first, zeros(32)].map(hex) });
  valid('root', 'a confidential leaf', { leaves: [hex(confidentialLeaf(1n, first, second))] });
  invalid('root', 'no leaves', { leaves: [] }, 'InvalidLeafCount');
  invalid('root', '257 leaves', { leaves: leavesOf(257).map(hex) }, 'InvalidLeafCount');
}

function goodProofs({ valid }: SuiteWriter): void {
  for (const count of COUNTS) {
    const leaves = leavesOf(count);
    const indices = new Set([0, Math.floor(count / 4) * 2 - 1, count - 1].filter((i) => i >= 0));
    for (const index of [...indices].sort((a, b) => a - b)) {
      valid('verify', `leaf ${index} of ${count}`, toJson(prove(leaves, index)));
    }
  }
  // A tree of 6 carries up a node rather than a leaf.
  for (const index of [3, 4, 5]) valid('verify', `leaf ${index} of 6`, toJson(prove(leavesOf(6), index)));
}

function badProofs({ invalid }: SuiteWriter): void {
  const bad = (about: string, proof: Proof, rule: string): void => invalid('verify', about, toJson(proof), rule);
  const five = leavesOf(5);
  const honest = prove(five, 2);
  const last = prove(five, 4);
  const lone = prove(leavesOf(1), 0);

  for (const count of [0, 257, 65_536 + 5, 2 ** 31, 2 ** 32 - 1]) {
    bad(`the count is ${count}`, { ...honest, count }, 'InvalidLeafCount');
  }
  const indices: [index: number, count: number][] = [
    [1, 1],
    [5, 5],
    [7, 5],
    [256, 256],
    [256 + 2, 5],
    [65_536 + 2, 5],
    [2 ** 31, 5],
    [2 ** 32 - 1, 256],
  ];
  for (const [index, count] of indices) {
    bad(`the index is ${index} of ${count}`, { ...honest, index, count }, 'InvalidProofIndex');
  }

  const lengths: [about: string, proof: Proof][] = [
    ['the proof is empty', { ...honest, proof: zeros(0) }],
    ['a sibling is missing at the leaf', { ...honest, proof: honest.proof.subarray(32) }],
    ['a sibling is missing at the root', { ...honest, proof: honest.proof.subarray(0, 64) }],
    ['a zero sibling follows', { ...honest, proof: Buffer.concat([honest.proof, zeros(32)]) }],
    ['a sibling is there twice', { ...honest, proof: Buffer.concat([honest.proof, honest.proof.subarray(64)]) }],
    ['one byte is missing', { ...honest, proof: honest.proof.subarray(0, 95) }],
    ['one byte follows', { ...honest, proof: Buffer.concat([honest.proof, zeros(1)]) }],
    ['one byte', { ...honest, proof: zeros(1) }],
    ['31 bytes for one sibling', { ...last, proof: last.proof.subarray(0, 31) }],
    ['33 bytes for one sibling', { ...last, proof: Buffer.concat([last.proof, zeros(1)]) }],
    ['the only leaf with a sibling', { ...lone, proof: zeros(32) }],
    ['the only leaf with one byte', { ...lone, proof: zeros(1) }],
    ['the last leaf of 5 with the siblings of one of 8', { ...prove(leavesOf(8), 4), root: last.root, count: 5 }],
    ['the last leaf of 5 paired with itself', { ...last, proof: Buffer.concat([five[4] ?? zeros(0), last.proof]) }],
    ['the proof of leaf 2 for leaf 4', { ...honest, leaf: last.leaf, index: 4 }],
    ['the proof of leaf 4 for leaf 2', { ...last, leaf: honest.leaf, index: 2 }],
    ['the count is one less, which drops a level', { ...honest, count: 4 }],
    ['the count is one more than a power of two', { ...prove(leavesOf(4), 0), count: 5 }],
    ['the count is half', { ...prove(leavesOf(8), 0), count: 4 }],
    ['a node as a leaf of the whole tree', { ...nodeAsLeaf(), count: 4 }],
    ['the siblings are there twice', doubled(honest)],
  ];
  for (const [about, proof] of lengths) bad(about, proof, 'InvalidProofLength');

  const flipped = (bytes: Uint8Array, at: number): Buffer => patched(bytes, at, [(bytes[at] ?? 0) ^ 1]);
  const swapped = Buffer.concat([
    honest.proof.subarray(32, 64),
    honest.proof.subarray(0, 32),
    honest.proof.subarray(64),
  ]);
  const [first = zeros(0), second = zeros(0)] = leavesOf(2);
  const unordered = countedRoot(2, node(second, first));
  const wrongs: [about: string, proof: Proof][] = [
    ['the neighbour of the leaf', { ...honest, leaf: five[3] ?? zeros(0) }],
    ['a leaf of zeros', { ...honest, leaf: zeros(32) }],
    ['the leaf differs in its last bit', { ...honest, leaf: flipped(honest.leaf, 31) }],
    ['the message id in place of the leaf', { ...honest, leaf: filler('message id 2', 32) }],
    [
      'the nonce of the leaf is the next one',
      { ...honest, leaf: plainLeaf(2n ** 48n + 3n, filler('message id 2', 32)) },
    ],
    [
      'a confidential leaf',
      { ...honest, leaf: confidentialLeaf(2n ** 48n + 2n, filler('message id 2', 32), zeros(32)) },
    ],
    ['a leaf hashed as a node', { ...honest, leaf: node(uint(2n ** 48n + 2n, 32), filler('message id 2', 32)) }],
    ['the proof of leaf 2 for index 3', { ...honest, index: 3 }],
    ['the proof of leaf 2 for index 0', { ...honest, index: 0 }],
    ['the proof of leaf 2 with leaf and index 3', { ...honest, leaf: five[3] ?? zeros(0), index: 3 }],
    ['the first sibling differs in its first bit', { ...honest, proof: flipped(honest.proof, 0) }],
    ['the last sibling differs in its last bit', { ...honest, proof: flipped(honest.proof, 95) }],
    ['two siblings change places', { ...honest, proof: swapped }],
    ['siblings of zeros', { ...honest, proof: zeros(96) }],
    ['the root is zero', { ...honest, root: zeros(32) }],
    ['the root differs in its first bit', { ...honest, root: flipped(honest.root, 0) }],
    ['the root of another tree', { ...honest, root: prove(leavesOf(4), 0).root }],
    ['leaf and root change places', { ...honest, leaf: honest.root, root: honest.leaf }],
    ['the only leaf under another root', { ...lone, root: honest.root }],
    ['a leaf of four as the only one', { ...prove(leavesOf(4), 0), count: 1, proof: zeros(0) }],
    [
      'nodes are not sorted: left and right change places',
      { root: unordered, leaf: first, index: 0, count: 2, proof: second },
    ],
    ['the proof of leaf 2 of 4 under the root of 3', { ...prove(leavesOf(4), 2), root: prove(leavesOf(3), 2).root }],
    ['the root as the only leaf', { ...lone, leaf: honest.root, root: honest.root }],
    ['the top node as the root', { ...lone, root: lone.leaf }],
    ['a node as one of two leaves', nodeAsLeaf()],
    ['the first of 3 as the first of 4, which has as many siblings', { ...prove(leavesOf(3), 0), count: 4 }],
    ['the first of 4 as the first of 3', { ...prove(leavesOf(4), 0), count: 3 }],
    ['the first of 256 as the first of 255', { ...prove(leavesOf(256), 0), count: 255 }],
    ['the last of 256 as the first', { ...prove(leavesOf(256), 255), index: 0 }],
  ];
  for (const [about, proof] of wrongs) bad(about, proof, 'InvalidProof');

  const broken = { ...honest, proof: zeros(1), root: zeros(32) };
  bad('count 0, index, length and root', { ...broken, count: 0, index: 0 }, 'InvalidLeafCount');
  bad('count 257, index, length and root', { ...broken, count: 257, index: 257 }, 'InvalidLeafCount');
  bad('index, length and root', { ...broken, index: 5 }, 'InvalidProofIndex');
  bad('length and root', broken, 'InvalidProofLength');
}

function nodeAsLeaf(): Proof {
  const leaves = leavesOf(4);
  const [a = zeros(0), b = zeros(0), c = zeros(0), d = zeros(0)] = leaves;
  return { root: prove(leaves, 0).root, leaf: node(a, b), index: 0, count: 2, proof: node(c, d) };
}

const doubled = (proof: Proof): Proof => ({ ...proof, proof: Buffer.concat([proof.proof, proof.proof]) });

/** Section 6. */
export function merkleSuite(): Suite {
  const writer = newSuite('merkle', 6);
  leafCases(writer);
  rootCases(writer);
  goodProofs(writer);
  badProofs(writer);
  return writer.suite;
}
