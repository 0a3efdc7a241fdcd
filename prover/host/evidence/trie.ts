/** Merkle-Patricia tries over a block's receipts, with proofs (Ethereum yellow paper, appendix D). */
import { keccak256, toRlp, type Hex } from 'viem';
import { fromHex, toHex } from '../../protocol/index.ts';

type Nested = Hex | readonly Nested[];

interface Leaf {
  readonly path: readonly number[];
  readonly value: Hex;
}

/** A node with its encoding, and with what a parent holds of it: the node itself below 32 bytes, else its hash. */
interface TrieNode {
  readonly encoded: Hex;
  readonly reference: Nested;
  /** The child that a key leads to, and what of the key is left there */
  step(path: readonly number[]): { node: TrieNode; path: readonly number[] } | undefined;
}

/** A trie of values in order, under the keys RLP(0), RLP(1) and so on. */
export interface OrderedTrie {
  /** 32 bytes */
  readonly root: Uint8Array;
  /** Nodes from the root to the value's leaf, without those that stand inside their parent. */
  prove(index: number): Uint8Array[];
}

/** Builds the trie of a block's receipts or transactions, each as EIP-2718 bytes. */
export function orderedTrie(values: readonly Uint8Array[]): OrderedTrie {
  if (values.length === 0) throw new RangeError('a trie of nothing proves nothing');
  const leaves = values.map((value, index) => ({ path: pathOf(index), value: toHex(value) }));
  leaves.sort((a, b) => comparePaths(a.path, b.path));
  const top = build(leaves, 0);
  return {
    root: fromHex(keccak256(top.encoded)),
    prove(index) {
      if (!(index in values)) throw new RangeError(`${values.length} values, none at ${index}`);
      const proof = [fromHex(top.encoded)];
      for (let at = top.step(pathOf(index)); at !== undefined; at = at.node.step(at.path)) {
        if (typeof at.node.reference === 'string') proof.push(fromHex(at.node.encoded));
      }
      return proof;
    },
  };
}

function pathOf(index: number): number[] {
  const key = toRlp(index === 0 ? '0x' : evenHex(index.toString(16)));
  return [...key.slice(2)].map((digit) => Number.parseInt(digit, 16));
}

function evenHex(digits: string): Hex {
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((nibble, i) => nibble !== b[i]);
  return at === -1 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

/** The trie over leaves in order of path, all of which share their first `depth` nibbles. No path begins another. */
function build(leaves: readonly Leaf[], depth: number): TrieNode {
  const [first] = leaves as [Leaf, ...Leaf[]];
  if (leaves.length === 1) return leafNode(first.path.slice(depth), first.value);
  const last = leaves.at(-1)!;
  let shared = depth;
  while (first.path[shared] === last.path[shared]) shared++;
  const groups = new Map<number, Leaf[]>();
  for (const leaf of leaves) {
    const nibble = leaf.path[shared]!;
    const group = groups.get(nibble);
    if (group) group.push(leaf);
    else groups.set(nibble, [leaf]);
  }
  const children = new Map([...groups].map(([nibble, group]) => [nibble, build(group, shared + 1)]));
  const branch = branchNode(children);
  return shared === depth ? branch : extensionNode(first.path.slice(depth, shared), branch);
}

function leafNode(path: readonly number[], value: Hex): TrieNode {
  return node([prefixed(path, true), value], () => undefined);
}

function extensionNode(path: readonly number[], child: TrieNode): TrieNode {
  return node([prefixed(path, false), child.reference], (rest) => ({ node: child, path: rest.slice(path.length) }));
}

function branchNode(children: ReadonlyMap<number, TrieNode>): TrieNode {
  const slots = Array.from({ length: 16 }, (_, nibble): Nested => children.get(nibble)?.reference ?? '0x');
  return node([...slots, '0x'], ([nibble, ...path]) => ({ node: children.get(nibble!)!, path }));
}

function node(content: readonly Nested[], step: TrieNode['step']): TrieNode {
  const encoded = toRlp(content as never) as Hex;
  const isShort = encoded.length < 2 + 2 * 32;
  return { encoded, reference: isShort ? content : keccak256(encoded), step };
}

/** Hex-prefix encoding: flag for a leaf and for an odd length, then the nibbles. */
function prefixed(path: readonly number[], isLeaf: boolean): Hex {
  const flag = (isLeaf ? 2 : 0) + (path.length % 2);
  const nibbles = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path];
  return `0x${nibbles.map((nibble) => nibble.toString(16)).join('')}`;
}
