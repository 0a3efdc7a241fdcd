/** Gas as dear as a node says, up to a limit. */
import assert from 'node:assert/strict';
import type { PublicClient } from 'viem';
import { feesWithin } from '../../prover/host/fees.ts';

describe('what gas may cost', () => {
  const saying = (maxFeePerGas: bigint): PublicClient =>
    ({ estimateFeesPerGas: async () => ({ maxFeePerGas, maxPriorityFeePerGas: 1n }) }) as unknown as PublicClient;

  it('is what a node says, up to the limit', async () => {
    assert.deepEqual(await feesWithin(saying(7n), 7n), { maxFeePerGas: 7n, maxPriorityFeePerGas: 1n });
  });

  it('is not more, whatever a node says, with a limit or without', async () => {
    await assert.rejects(feesWithin(saying(8n), 7n), { code: 'GasTooDear' });
    await assert.rejects(feesWithin(saying(500_000_000_001n)), { code: 'GasTooDear' });
  });
});
