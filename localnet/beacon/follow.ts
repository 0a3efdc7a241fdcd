/** Puts the blocks of an EVM node into a beacon chain, one after the other. */
import { hexToBigInt, hexToBytes, serializeTransaction, type Hex, type TransactionSerializable } from 'viem';
import type { BeaconChain, ExecutionInput } from './chain.ts';

/** JSON-RPC as every EVM node and viem's transports speak it (EIP-1193). */
export interface Rpc {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** A block as `eth_getBlockByNumber` returns it, with whole transactions. */
export type RpcBlock = Readonly<Record<string, Hex>> & { readonly transactions: readonly RpcTransaction[] };
type RpcTransaction = Readonly<Record<string, unknown>>;

/** Thrown when a node's blocks cannot be followed; the message says why and what to do. */
export class FollowError extends Error {
  readonly code: 'REORGANISED' | 'BLOCK_INCOMPLETE' | 'BLOCK_MISSING';
  constructor(code: FollowError['code'], message: string) {
    super(message);
    this.code = code;
    this.name = 'FollowError';
  }
}

/** Fields since Cancun that a beacon block needs, and what older nodes lack. */
const FIELDS = [
  'parentHash',
  'miner',
  'stateRoot',
  'receiptsRoot',
  'logsBloom',
  'mixHash',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'extraData',
  'baseFeePerGas',
  'hash',
  'blobGasUsed',
  'excessBlobGas',
] as const;

/**
 * What a beacon block takes over from a block.
 * @throws FollowError `BLOCK_INCOMPLETE` when the node runs a fork before Cancun
 */
export function executionInput(block: RpcBlock): ExecutionInput {
  const missing = FIELDS.filter((field) => block[field] === undefined);
  if (missing.length > 0)
    throw new FollowError(
      'BLOCK_INCOMPLETE',
      `the block lacks ${missing.join(', ')}; run the node with Prague or later`,
    );
  const bytes = (field: (typeof FIELDS)[number]): Uint8Array => hexToBytes(block[field]!);
  const number = (field: (typeof FIELDS)[number]): bigint => hexToBigInt(block[field]!);
  return {
    parentHash: bytes('parentHash'),
    feeRecipient: bytes('miner'),
    stateRoot: bytes('stateRoot'),
    receiptsRoot: bytes('receiptsRoot'),
    logsBloom: bytes('logsBloom'),
    prevRandao: bytes('mixHash'),
    blockNumber: number('number'),
    gasLimit: number('gasLimit'),
    gasUsed: number('gasUsed'),
    timestamp: number('timestamp'),
    extraData: bytes('extraData'),
    baseFeePerGas: number('baseFeePerGas'),
    blockHash: bytes('hash'),
    blobGasUsed: number('blobGasUsed'),
    excessBlobGas: number('excessBlobGas'),
    transactions: block.transactions.map(rawTransaction),
  };
}

const TYPES = { '0x0': 'legacy', '0x1': 'eip2930', '0x2': 'eip1559', '0x3': 'eip4844', '0x4': 'eip7702' } as const;

/** EIP-2718 bytes of a transaction as a node shows it. */
function rawTransaction(shown: RpcTransaction): Uint8Array {
  const text = (name: string): Hex | undefined => (typeof shown[name] === 'string' ? (shown[name] as Hex) : undefined);
  const big = (name: string): bigint | undefined => (text(name) === undefined ? undefined : hexToBigInt(text(name)!));
  const type = TYPES[(text('type') ?? '0x0') as keyof typeof TYPES];
  const fees =
    type === 'legacy' || type === 'eip2930'
      ? { gasPrice: big('gasPrice') }
      : { maxFeePerGas: big('maxFeePerGas'), maxPriorityFeePerGas: big('maxPriorityFeePerGas') };
  const authorizationList = (shown['authorizationList'] as Record<string, Hex>[] | undefined)?.map((entry) => ({
    address: entry['address'],
    chainId: Number(entry['chainId']),
    nonce: Number(entry['nonce']),
    r: entry['r'],
    s: entry['s'],
    yParity: Number(entry['yParity']),
  }));
  const transaction = {
    type,
    ...fees,
    chainId: text('chainId') === undefined ? undefined : Number(text('chainId')),
    nonce: Number(text('nonce')),
    gas: big('gas'),
    to: text('to'),
    value: big('value'),
    data: text('input'),
    ...(type === 'legacy' ? {} : { accessList: shown['accessList'] ?? [] }),
    ...(type === 'eip4844'
      ? {
          maxFeePerBlobGas: big('maxFeePerBlobGas'),
          blobVersionedHashes: shown['blobVersionedHashes'],
          sidecars: false,
        }
      : {}),
    ...(type === 'eip7702' ? { authorizationList } : {}),
  } as unknown as TransactionSerializable;
  const parity = text('yParity') ?? text('v')!;
  const signature = { r: text('r')!, s: text('s')!, v: big('v')!, yParity: Number(parity) };
  return hexToBytes(serializeTransaction(transaction, signature));
}

/**
 * Puts every block that the node has and the chain lacks into the chain. A block's slot follows from its number, so that
 * a chain that is followed again from its genesis comes out the same. Blocks that the node has replaced are replaced here
 * too, as long as the chain has told nobody that they are final.
 * @param slotsPerBlock 1, or more where all slots but each so-manieth count as missed: with the slots of an epoch every
 * block begins an epoch, and is final two blocks later
 * @returns how many blocks were added
 * @throws FollowError `REORGANISED` when the node has replaced a final block, for a beacon chain cannot
 */
export async function followBlocks(chain: BeaconChain, rpc: Rpc, slotsPerBlock = 1): Promise<number> {
  const latest = Number(hexToBigInt((await rpc.request({ method: 'eth_blockNumber' })) as Hex));
  let added = 0;
  while (nextNumber(chain) <= latest) {
    const number = nextNumber(chain);
    const input = executionInput(await blockAt(rpc, number, latest));
    const head = chain.head?.header.execution;
    if (head && Buffer.compare(head.blockHash, input.parentHash) !== 0) {
      if (chain.dropHead()) continue;
      throw new FollowError(
        'REORGANISED',
        `block ${head.blockNumber} is final, and the node has replaced it; start a new beacon chain`,
      );
    }
    chain.addBlock(input, number * slotsPerBlock);
    added++;
  }
  return added;
}

function nextNumber(chain: BeaconChain): number {
  return chain.head ? Number(chain.head.header.execution.blockNumber) + 1 : 0;
}

async function blockAt(rpc: Rpc, number: number, latest: number): Promise<RpcBlock> {
  const params = [`0x${number.toString(16)}`, true] as const;
  const block = (await rpc.request({ method: 'eth_getBlockByNumber', params })) as RpcBlock | null;
  if (!block) {
    throw new FollowError('BLOCK_MISSING', `the node has no block ${number} although ${latest} is its latest`);
  }
  return block;
}
