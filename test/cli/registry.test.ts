import assert from 'node:assert/strict';
import { createPublicClient, custom, numberToHex } from 'viem';
import type { EvmNetwork } from '../../prover/cli/network-file.ts';
import { readSignersOnEvm } from '../../prover/cli/registry/evm.ts';

describe("a search of the registry's events", () => {
  const LAST = 25_000n;

  /** A node that gives logs of so many blocks at once, and what it was asked for. */
  function searchOf(most: bigint, from: bigint) {
    const asked: [bigint, bigint][] = [];
    const told: bigint[] = [];
    const request = async ({ method, params }: { method: string; params?: any }): Promise<unknown> => {
      if (method === 'eth_blockNumber') return numberToHex(LAST);
      assert.equal(method, 'eth_getLogs');
      const [first, last] = [params[0].fromBlock, params[0].toBlock].map(BigInt) as [bigint, bigint];
      if (last - first + 1n > most) throw Object.assign(new Error('query returned too much'), { code: -32005 });
      asked.push([first, last]);
      return [];
    };
    const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
    const place = { registry: `0x${'ab'.repeat(20)}` } as EvmNetwork;
    const done = readSignersOnEvm(client, place, from, undefined, (block, last) => {
      assert.equal(last, LAST);
      told.push(block);
    });
    return { done, asked, told };
  }

  for (const most of [100_000n, 3_000n, 100n]) {
    it(`goes through every block once, in pages of what a node gives: ${most}`, async () => {
      const { done, asked, told } = searchOf(most, 1_234n);
      assert.deepEqual(await done, []);
      assert.deepEqual([asked[0]![0], asked.at(-1)![1]], [1_234n, LAST]);
      for (const [i, [first]] of asked.slice(1).entries()) assert.equal(first, asked[i]![1] + 1n);
      assert.deepEqual(
        told,
        asked.map(([, last]) => last),
      );
    });
  }

  it('ends where a node gives nothing at all', async () => {
    await assert.rejects(searchOf(10n, 0n).done, /query returned too much/);
  });
});
