/** Receipts and tries for tests, built with viem's RLP: a second implementation of what the light client reads. */
import { hexToBytes, keccak256, toRlp, type Hex } from 'viem';
import { toHex, type EvmLog } from '../../../prover/protocol/index.ts';
import type { ExecutionBlock } from '../../../prover/enclave/ethereum/index.ts';

type Nested = Hex | Uint8Array | readonly Nested[];

/** viem takes byte arrays or hex, not both; byte arrays are faster. */
const bytesOf = (value: Nested): Nested =>
  typeof value === 'string' ? hexToBytes(value) : value instanceof Uint8Array ? value : value.map(bytesOf);
const rlp = (value: Nested): Uint8Array => toRlp(bytesOf(value) as Uint8Array, 'bytes');
const NO_BLOOM = new Uint8Array(256);
const quantity = (value: bigint | number): Hex => {
  const hex = value.toString(16);
  return Number(value) === 0 ? '0x' : `0x${hex.length % 2 ? '0' : ''}${hex}`;
};

export interface ReceiptShape {
  type?: number;
  status?: Hex;
  bloom?: Nested;
  /** Cumulative gas used */
  gas?: bigint;
  logs?: readonly EvmLog[];
  /** Replaces the log list */
  rawLogs?: Nested;
}

/** Consensus encoding of a receipt (EIP-2718). */
export function receiptBytes({
  type = 2,
  status = '0x01',
  bloom = NO_BLOOM,
  gas = 21_000n,
  logs = [],
  rawLogs,
}: ReceiptShape): Uint8Array {
  const list = rawLogs ?? logs.map(({ address, topics, data }) => [address.slice(-20), topics, data]);
  const body = rlp([status, quantity(gas), bloom, list]);
  return type === 0 ? body : Uint8Array.from([type, ...body]);
}

export const keyOf = (index: number): Uint8Array => rlp(quantity(index));

interface Built {
  root: Uint8Array;
  /** Nodes from the root to a key, embedded ones left out */
  prove(key: Uint8Array): Uint8Array[];
}

type Entry = { path: number[]; value: Uint8Array };
type TrieNode =
  | { kind: 'leaf'; path: number[]; value: Uint8Array }
  | { kind: 'extension'; path: number[]; child: TrieNode }
  | { kind: 'branch'; children: (TrieNode | null)[] };

const nibbles = (bytes: Uint8Array): number[] => [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);

function prefix(path: number[], isLeaf: boolean): Hex {
  const flag = (isLeaf ? 2 : 0) + (path.length % 2);
  const all = path.length % 2 ? [flag, ...path] : [flag, 0, ...path];
  return `0x${all.map((nibble) => nibble.toString(16)).join('')}`;
}

function build(entries: Entry[]): TrieNode {
  if (entries.length === 1) return { kind: 'leaf', path: entries[0]!.path, value: entries[0]!.value };
  const [{ path: first }] = entries as [Entry];
  let shared = 0;
  while (entries.every(({ path }) => path[shared] !== undefined && path[shared] === first[shared])) shared++;
  const rest = entries.map(({ path, value }) => ({ path: path.slice(shared), value }));
  const children = Array.from({ length: 16 }, (_, nibble) => {
    const below = rest
      .filter(({ path }) => path[0] === nibble)
      .map(({ path, value }) => ({ path: path.slice(1), value }));
    return below.length ? build(below) : null;
  });
  const branch: TrieNode = { kind: 'branch', children };
  return shared ? { kind: 'extension', path: first.slice(0, shared), child: branch } : branch;
}

function nodeValue(node: TrieNode): Nested {
  if (node.kind === 'leaf') return [prefix(node.path, true), node.value];
  if (node.kind === 'extension') return [prefix(node.path, false), encodingOf(node.child).reference];
  return [...node.children.map((child) => (child ? encodingOf(child).reference : '0x')), '0x'] as Nested;
}

interface Encoded {
  readonly bytes: Uint8Array;
  /** How a parent names the node */
  readonly reference: Nested;
}
const encodings = new WeakMap<TrieNode, Encoded>();

function encodingOf(node: TrieNode): Encoded {
  let found = encodings.get(node);
  if (!found) {
    const value = nodeValue(node);
    const bytes = rlp(value);
    found = { bytes, reference: bytes.length < 32 ? value : keccak256(bytes, 'bytes') };
    encodings.set(node, found);
  }
  return found;
}

/** A Merkle-Patricia trie over the given keys, none of which begins another. */
export function buildTrie(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Built {
  const top = build(entries.map(([key, value]) => ({ path: nibbles(key), value })));
  const encode = (node: TrieNode): Uint8Array => encodingOf(node).bytes;
  return {
    root: keccak256(encode(top), 'bytes'),
    prove(key) {
      const proof = [encode(top)];
      let node = top;
      for (let path = nibbles(key); node.kind !== 'leaf';) {
        const child: TrieNode | null = node.kind === 'extension' ? node.child : node.children[path[0]!]!;
        path = path.slice(node.kind === 'extension' ? node.path.length : 1);
        if (!child) break;
        node = child;
        if (encode(node).length >= 32) proof.push(encode(node));
      }
      return proof;
    },
  };
}

/** A block over some receipts, with their proofs. */
export function blockWith(receipts: readonly Uint8Array[]): {
  block: ExecutionBlock;
  prove(index: number): Uint8Array[];
} {
  const trie = buildTrie(receipts.map((receipt, index) => [keyOf(index), receipt] as const));
  const block = {
    number: 5n,
    hash: new Uint8Array(32),
    parentHash: new Uint8Array(32),
    receiptsRoot: trie.root,
    timestamp: 9n,
  };
  return { block, prove: (index) => trie.prove(keyOf(index)) };
}

/** RLP of an execution header of Prague and Osaka. */
export function headerRlp(fields: {
  parentHash: Uint8Array;
  receiptsRoot: Uint8Array;
  number: bigint;
  timestamp: bigint;
  more?: Hex[];
  less?: number;
}): Uint8Array {
  const zero: Hex = `0x${'00'.repeat(32)}`;
  const all: Hex[] = [
    toHex(fields.parentHash),
    zero,
    `0x${'00'.repeat(20)}`,
    zero,
    zero,
    toHex(fields.receiptsRoot),
    `0x${'00'.repeat(256)}`,
    '0x',
    quantity(fields.number),
    quantity(30_000_000),
    '0x',
    quantity(fields.timestamp),
    '0x',
    zero,
    '0x0000000000000000',
    quantity(7),
    zero,
    '0x',
    '0x',
    zero,
    zero,
    ...(fields.more ?? []),
  ];
  return rlp(all.slice(0, all.length - (fields.less ?? 0)));
}
