/**
 * Proofs in a receipts trie (Ethereum yellow paper, appendix D).
 *
 * The keys of such a trie are RLP integers, none of which begins another, so that every value stands in a leaf. That
 * keeps this verifier small: a branch with a value of its own is refused.
 */
import { equalBytes } from '../../protocol/bytes.ts';
import { hash } from '../../protocol/hash.ts';
import { isRlpList, rlpList, rlpString } from '../../protocol/wire/rlp.ts';
import { demand } from '../errors.ts';

/** Nodes on the way to a leaf: keys of receipts have at most five bytes, ten nibbles, and the leaf comes on top. */
export const MAX_NODES = 11;

/**
 * The value under a key.
 * @param root hash of the root node, 32 bytes
 * @param key path, two nibbles for each byte
 * @param proof the nodes from the root downwards, each as it is hashed; nodes shorter than 32 bytes stand inside their
 * parents and are not listed, the root excepted
 * @returns the value, a copy
 * @throws WireError `MalformedRlp`
 * @throws LightClientError `ProofTooLong`, `WrongTrieNode`, `MalformedTrieNode`, `AbsentKey`, `UnusedTrieNode`
 */
export function verifyTrieProof(root: Uint8Array, key: Uint8Array, proof: readonly Uint8Array[]): Uint8Array {
  demand(proof.length <= MAX_NODES, 'ProofTooLong', () => `${proof.length} nodes, at most ${MAX_NODES}`);
  const path = nibblesOf(key);
  let used = 0;
  const open = (reference: Uint8Array): Uint8Array[] => {
    const node = proof[used++];
    demand(
      node !== undefined && equalBytes(hash(node), reference),
      'WrongTrieNode',
      () => `node ${used - 1} of the proof is missing or not the one that its parent names`,
    );
    return rlpList(node);
  };

  let node = open(root);
  for (let depth = 0; ;) {
    let child: Uint8Array;
    if (node.length === 17) {
      demand(rlpString(node[16]!).length === 0, 'MalformedTrieNode', () => 'a branch of a receipts trie has no value');
      demand(depth < path.length, 'AbsentKey', () => 'the key ends at a branch');
      child = node[path[depth]!]!;
      depth += 1;
    } else {
      const { isLeaf, nibbles } = readPath(node);
      const matches = nibbles.every((nibble, i) => nibble === path[depth + i]);
      demand(matches, 'AbsentKey', () => `another key branches off at nibble ${depth}`);
      depth += nibbles.length;
      if (isLeaf) {
        demand(depth === path.length, 'AbsentKey', () => 'a shorter key ends here');
        demand(used === proof.length, 'UnusedTrieNode', () => `${proof.length - used} nodes after the leaf`);
        return rlpString(node[1]!).slice();
      }
      demand(nibbles.length > 0, 'MalformedTrieNode', () => 'an extension without a path');
      child = node[1]!;
    }
    node = openChild(child, open);
  }
}

/** A child is a list of its own when shorter than 32 bytes, else the hash of one. */
function openChild(child: Uint8Array, open: (reference: Uint8Array) => Uint8Array[]): Uint8Array[] {
  if (isRlpList(child)) {
    demand(child.length < 32, 'MalformedTrieNode', () => `a node of ${child.length} bytes stands inside another`);
    return rlpList(child);
  }
  const reference = rlpString(child);
  demand(reference.length !== 0, 'AbsentKey', () => 'nothing hangs on this branch');
  demand(reference.length === 32, 'MalformedTrieNode', () => `a reference of ${reference.length} bytes`);
  return open(reference);
}

/** The hex prefix of a leaf or extension (appendix C): bit 5 marks a leaf, bit 4 an odd number of nibbles. */
function readPath(node: readonly Uint8Array[]): { isLeaf: boolean; nibbles: number[] } {
  demand(node.length === 2, 'MalformedTrieNode', () => `a node of ${node.length} items; 2 or 17 expected`);
  const nibbles = nibblesOf(rlpString(node[0]!));
  const [flag = 4, padding] = nibbles;
  const isOdd = flag === 1 || flag === 3;
  const isPath = flag <= 3 && (isOdd || padding === 0);
  demand(isPath, 'MalformedTrieNode', () => 'a path without a valid hex prefix');
  return { isLeaf: flag >= 2, nibbles: nibbles.slice(isOdd ? 1 : 2) };
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length * 2 }, (_, i) => (bytes[i >> 1]! >> (i & 1 ? 0 : 4)) & 15);
}
