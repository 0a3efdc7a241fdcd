/** Execution headers and receipts as their hashes cover them, put together from what a node shows over JSON-RPC. */
import { keccak256, toRlp, type Hex } from 'viem';
import { equalBytes, fromHex } from '../../protocol/index.ts';
import { inParallel } from '../origins/common.ts';
import { EvidenceError } from './errors.ts';
import { orderedTrie } from './trie.ts';

/** One call to a node; throws what the transport throws. */
export type EvmRequest = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** A block as `eth_getBlockByNumber` shows it, with hashes of transactions. */
export interface ShownBlock {
  readonly [field: string]: unknown;
  readonly transactions: readonly Hex[];
}

interface ShownLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface ShownReceipt {
  readonly type: Hex;
  readonly status: Hex;
  readonly cumulativeGasUsed: Hex;
  readonly logsBloom: Hex;
  readonly logs: readonly ShownLog[];
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
}

/** A header in RLP with what evidence is built from. */
export interface Header {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Hex;
  /** Seconds since 1970 */
  readonly timestamp: bigint;
  readonly rlp: Uint8Array;
  readonly transactions: readonly Hex[];
}

/** Fields of a header in order, since Prague; numbers are encoded without leading zeros. */
const FIELDS: readonly [name: string, isNumber: boolean][] = [
  ['parentHash', false],
  ['sha3Uncles', false],
  ['miner', false],
  ['stateRoot', false],
  ['transactionsRoot', false],
  ['receiptsRoot', false],
  ['logsBloom', false],
  ['difficulty', true],
  ['number', true],
  ['gasLimit', true],
  ['gasUsed', true],
  ['timestamp', true],
  ['extraData', false],
  ['mixHash', false],
  ['nonce', false],
  ['baseFeePerGas', true],
  ['withdrawalsRoot', false],
  ['blobGasUsed', true],
  ['excessBlobGas', true],
  ['parentBeaconBlockRoot', false],
  ['requestsHash', false],
];

/** A block of 300 million gas; each transaction takes 21,000 at least. */
const MAX_TRANSACTIONS = 16_384;
/** The longest field, the bloom, has 256 bytes. */
const MAX_FIELD_DIGITS = 2 + 2 * 256;

/** A number in as few bytes as it needs; zero needs none. */
function quantity(shown: Hex): Hex {
  const digits = BigInt(shown).toString(16);
  if (digits === '0') return '0x';
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

/**
 * The height of a node's newest block: its word alone.
 * @throws EvidenceError `Contradiction`
 */
export async function fetchHeight(request: EvmRequest): Promise<bigint> {
  const shown = await request('eth_blockNumber', []);
  if (typeof shown !== 'string' || !/^0x[0-9a-f]{1,16}$/i.test(shown)) {
    throw new EvidenceError('Contradiction', 'the node names no height of its newest block');
  }
  return BigInt(shown);
}

/**
 * The header of a block by its number, which is the node's word, or by its hash.
 * @throws EvidenceError `Missing`; `Contradiction` when the fields do not hash to the hash that the node shows, or that
 * was asked for
 */
export async function fetchHeader(request: EvmRequest, block: bigint | Hex): Promise<Header> {
  const shown = (
    typeof block === 'bigint'
      ? await request('eth_getBlockByNumber', [`0x${block.toString(16)}`, false])
      : await request('eth_getBlockByHash', [block, false])
  ) as ShownBlock | null;
  if (!shown) throw new EvidenceError('Missing', `the node has no block ${block}`);
  const header = readHeader(shown);
  if (typeof block === 'string' && header.hash !== block) {
    throw new EvidenceError('Contradiction', `the node shows block ${header.hash} for block ${block}`);
  }
  return header;
}

/** @throws EvidenceError `Contradiction` */
export function readHeader(shown: ShownBlock): Header {
  const absent = FIELDS.filter(([name]) => typeof shown[name] !== 'string').map(([name]) => name);
  const field = (name: string): Hex => shown[name] as Hex;
  if (absent.length > 0) {
    throw new EvidenceError(
      'Contradiction',
      `the block lacks ${absent.join(', ')}; the chain must be at Prague or later`,
    );
  }
  const { transactions } = shown;
  const isList =
    Array.isArray(transactions) &&
    transactions.length <= MAX_TRANSACTIONS &&
    transactions.every((hash) => typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash));
  const isShort = FIELDS.every(([name]) => field(name).length <= MAX_FIELD_DIGITS);
  if (!isList || !isShort) {
    throw new EvidenceError('Contradiction', 'the block has a field or more transactions than a block can have');
  }
  const rlp = encodeFields(FIELDS.map(([name, isNumber]) => [field(name), isNumber]));
  const hash = keccak256(rlp);
  if (hash !== shown['hash']) {
    throw new EvidenceError(
      'Contradiction',
      `block ${String(shown['hash'])} hashes to ${hash}; its fork may have more fields`,
    );
  }
  return {
    number: BigInt(field('number')),
    hash,
    parentHash: field('parentHash'),
    receiptsRoot: field('receiptsRoot'),
    logsBloom: field('logsBloom'),
    timestamp: BigInt(field('timestamp')),
    rlp: fromHex(rlp),
    transactions,
  };
}

/** @throws EvidenceError `Contradiction` where a field is no hex, which hashes to nothing */
function encodeFields(fields: readonly [value: Hex, isNumber: boolean][]): Hex {
  try {
    return toRlp(fields.map(([value, isNumber]) => (isNumber ? quantity(value) : value)));
  } catch {
    throw new EvidenceError('Contradiction', 'the block has a field that is no hex');
  }
}

/** A log as its receipt has it. */
export interface ReceiptLog {
  /** 20 bytes */
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** All receipts of a block, which its header has been compared with. */
export interface BlockReceipts {
  /** Logs of each transaction in order */
  readonly logs: readonly (readonly ReceiptLog[])[];
  /** Trie nodes from the root down to a transaction's receipt */
  prove(transactionIndex: number): Uint8Array[];
}

/** Consensus encoding of a receipt: type, then RLP of status, gas, bloom and logs. */
function encodeReceipt({ type, status, cumulativeGasUsed, logsBloom, logs }: ShownReceipt): Uint8Array {
  const shownLogs = logs.map(({ address, topics, data }) => [address, [...topics], data]);
  const body = fromHex(toRlp([quantity(status), quantity(cumulativeGasUsed), logsBloom, shownLogs] as never) as Hex);
  return BigInt(type ?? '0x0') === 0n ? body : Uint8Array.from([Number(type), ...body]);
}

/**
 * All receipts of a block.
 * @throws EvidenceError `Missing`; `Contradiction` when the receipts are not those of the block
 */
export async function fetchReceipts(request: EvmRequest, block: Header): Promise<BlockReceipts> {
  const shown = await showReceipts(request, block);
  const trie = orderedTrie(shown.map(encodeReceipt));
  if (!equalBytes(trie.root, fromHex(block.receiptsRoot))) {
    throw new EvidenceError('Contradiction', `the receipts shown for block ${block.number} have another root than it`);
  }
  return {
    logs: shown.map(({ logs }) => logs.map(({ address, topics, data }) => ({ address, topics, data }))),
    prove: (transactionIndex) => trie.prove(transactionIndex),
  };
}

async function showReceipts(request: EvmRequest, block: Header): Promise<ShownReceipt[]> {
  const whole = await request('eth_getBlockReceipts', [block.hash]).catch(() => undefined);
  // Not every node has that call; all have the other one.
  const receipts = (whole ??
    (await inParallel(block.transactions, (hash) =>
      request('eth_getTransactionReceipt', [hash]),
    ))) as (ShownReceipt | null)[];
  const isWhole =
    Array.isArray(receipts) &&
    receipts.length > 0 &&
    receipts.length === block.transactions.length &&
    receipts.every((receipt, i) => receipt?.transactionHash === block.transactions[i]);
  if (!isWhole) throw new EvidenceError('Missing', `the node lacks receipts of block ${block.number}`);
  return receipts as ShownReceipt[];
}
