/** What a node of an EVM chain can make a host believe of deliveries. */
import assert from 'node:assert/strict';
import { createPublicClient, custom, encodeAbiParameters, encodeEventTopics, pad, toHex as toQuantity } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { inboxAbi } from '../../prover/bindings/evm/index.ts';
import { EvmDestination } from '../../prover/host/destinations/evm.ts';
import { toHex } from '../../prover/protocol/index.ts';
import { EVM, message, SUI } from './support.ts';

const INBOX = `0x${'b0'.repeat(20)}` as const;

describe('deliveries that a node of an EVM chain shows', () => {
  /** A node at block 100 that shows a delivery in some block, whatever it is asked. */
  const showing = (id: Uint8Array, block: number) => {
    const topics = encodeEventTopics({
      abi: inboxAbi,
      eventName: 'MessageDelivered',
      args: { messageId: toHex(id) },
    });
    const log = {
      address: INBOX,
      topics,
      data: encodeAbiParameters([{ type: 'uint64' }, { type: 'uint64' }], [SUI, message(0).nonce]),
      blockNumber: toQuantity(block),
      blockHash: pad('0x1'),
      transactionHash: pad('0x2'),
      transactionIndex: '0x0',
      logIndex: '0x0',
      removed: false,
    };
    const request = async ({ method }: { method: string }): Promise<unknown> => {
      if (method === 'eth_blockNumber') return toQuantity(100);
      if (method === 'eth_getLogs') return [log];
      throw new Error(`not asked for: ${method}`);
    };
    return new EvmDestination({
      chain: EVM,
      client: createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 }),
      inbox: INBOX,
      registry: `0x${'e0'.repeat(20)}`,
      account: privateKeyToAccount(generatePrivateKey()),
      startBlock: 0n,
    });
  };

  it('count in the blocks that were asked for alone, which are looked at again', async () => {
    const { id } = message(0);
    const seen = await showing(id, 95).poll(90n);
    assert.deepEqual(
      seen.outcomes.map((outcome) => [toHex(outcome.id), outcome.kind]),
      [[toHex(id), 'delivered']],
    );
    for (const block of [5, 89, 101]) {
      assert.deepEqual((await showing(id, block).poll(90n)).outcomes, [], `in block ${block}`);
    }
  });
});
