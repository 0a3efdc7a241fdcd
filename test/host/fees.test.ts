/** Gas as dear as a node says, up to a limit. */
import assert from 'node:assert/strict';
import type { PublicClient } from 'viem';
import { uploadToEvm } from '../../prover/host/collateral-evm.ts';
import type { EthereumChainConfig } from '../../prover/host/config.ts';
import { feesWithin } from '../../prover/host/fees.ts';
import { evmAccess } from '../../prover/host/operators/access.ts';
import { EvmRegistrar } from '../../prover/host/operators/evm.ts';
import { toHex } from '../../prover/protocol/index.ts';
import { testKey } from './support.ts';

describe('what gas may cost', () => {
  const SENT = `0x${'11'.repeat(32)}` as const;
  const { signer, secret } = testKey(3);
  const address = toHex(signer);
  /** A node that names a price and takes everything. */
  const saying = (maxFeePerGas: bigint): PublicClient =>
    ({
      estimateFeesPerGas: async () => ({ maxFeePerGas, maxPriorityFeePerGas: 1n }),
      estimateContractGas: async () => 100_000n,
      simulateContract: async () => ({}),
      waitForTransactionReceipt: async () => ({ status: 'success', gasUsed: 90_000n }),
    }) as unknown as PublicClient;
  /** A wallet that notes at what price it sends. */
  const walletOf = () => {
    const prices: bigint[] = [];
    const writeContract = async ({ maxFeePerGas }: { maxFeePerGas: bigint }) => {
      prices.push(maxFeePerGas);
      return SENT;
    };
    return { wallet: { account: { address }, writeContract } as never, prices };
  };
  const GWEI = 1_000_000_000n;

  it('is what a node says, up to the limit', async () => {
    assert.deepEqual(await feesWithin(saying(7n), 7n), { maxFeePerGas: 7n, maxPriorityFeePerGas: 1n });
    await assert.rejects(feesWithin(saying(8n), 7n), { code: 'GasTooDear' });
  });

  it('is what a node says for whoever sets no limit, as by command', async () => {
    const { wallet, prices } = walletOf();
    const registrar = new EvmRegistrar({ chain: 1n, client: saying(9_000n * GWEI), wallet, registry: address });
    await registrar.resign(signer);
    assert.deepEqual(prices, [9_000n * GWEI]);
  });

  it('ends what an operator does at a registry, before anything is sent', async () => {
    const { wallet, prices } = walletOf();
    const options = { chain: 1n, wallet, registry: address, maxFeePerGas: 7n };
    const registrar = new EvmRegistrar({ ...options, client: saying(8n) });
    await assert.rejects(registrar.resign(signer), { name: 'RegistrarError', code: 'GasTooDear' });
    assert.deepEqual(prices, []);
    await new EvmRegistrar({ ...options, client: saying(7n) }).resign(signer);
    assert.deepEqual(prices, [7n]);
  });

  it('ends an upload of collateral, before anything is sent', async () => {
    const { wallet, prices } = walletOf();
    const root = { root: new Uint8Array(3) } as never;
    const store = { address, maxFeePerGas: 7n };
    const upload = uploadToEvm({ ...store, client: saying(8n) }, wallet, root, ['root']);
    await assert.rejects(upload, { name: 'UploadError', code: 'GasTooDear' });
    assert.deepEqual(prices, []);
    await uploadToEvm({ ...store, client: saying(7n) }, wallet, root, ['root']);
    assert.deepEqual(prices, [7n]);
  });

  it('is bounded for a host whose configuration says nothing of it', async () => {
    process.env['CORRIDOR_TEST_OPERATOR'] = toHex(secret);
    try {
      const operator = { key: { env: 'CORRIDOR_TEST_OPERATOR' }, verifier: 1, entries: [1], dcapVerifier: address };
      const config = { chain: 1n, rpc: ['http://127.0.0.1:9'], registry: address, operator };
      const access = evmAccess(config as unknown as EthereumChainConfig, saying(501n * GWEI));
      await assert.rejects(access!.registrar.resign(signer), { code: 'GasTooDear' });
    } finally {
      delete process.env['CORRIDOR_TEST_OPERATOR'];
    }
  });
});
