import assert from 'node:assert/strict';
import { createPublicClient, createWalletClient, custom, decodeFunctionData, toFunctionSelector } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { outboxAbi } from '../../prover/bindings/evm/index.ts';
import { createCorridor } from '../../prover/sdk/index.ts';
import { deploymentOf, EVM, SUI } from './support.ts';

describe('sending from an EVM chain', () => {
  const account = privateKeyToAccount(`0x${'01'.repeat(32)}`);
  const deployment = deploymentOf();
  const recipient = `0x${'5c'.repeat(32)}`;
  let asked: string[];

  /** A node that quotes a fee of 7, and refuses calls as the outbox does when a lane is paused. */
  const node = (chain: number) => {
    const request = async ({ method }: { method: string }): Promise<unknown> => {
      asked.push(method);
      if (method === 'eth_chainId') return `0x${chain.toString(16)}`;
      if (method === 'eth_call') return `0x${'0'.repeat(63)}7`;
      const data = `${toFunctionSelector('LanePaused(uint64,uint256)')}${'0'.repeat(128)}`;
      throw Object.assign(new Error('execution reverted'), { code: 3, data });
    };
    return custom({ request }, { retryCount: 0 });
  };
  const corridor = createCorridor(deployment, {
    clients: { [String(EVM)]: createPublicClient({ transport: node(Number(EVM)) }) },
  });
  const request = { from: EVM, to: SUI, recipient, body: '0x0102', executionGas: 5 } as const;

  beforeEach(() => void (asked = []));

  it('is a call with the fee that the outbox quotes', async () => {
    const { to, data, value } = await corridor.sendCall(request);
    assert.deepEqual([to, value], [deployment.chains[0]!.outbox, 7n]);
    const { functionName, args } = decodeFunctionData({ abi: outboxAbi, data });
    assert.deepEqual([functionName, args], ['send', [SUI, recipient, 5, '0x0102']]);
  });

  it('is refused by name before anything is sent', async () => {
    const wallet = createWalletClient({ account, transport: node(Number(EVM)) });
    await assert.rejects(corridor.send({ ...request, wallet }), { code: 'Refused', rule: 'LanePaused' });
    assert.ok(!asked.some((method) => method.startsWith('eth_send')));
  });

  it('needs a wallet that is on that chain, and has an account', async () => {
    const elsewhere = createWalletClient({ account, transport: node(8453) });
    await assert.rejects(corridor.send({ ...request, wallet: elsewhere }), { code: 'WrongChain' });
    const empty = createWalletClient({ transport: node(Number(EVM)) });
    await assert.rejects(corridor.send({ ...request, wallet: empty }), { code: 'NoAccount' });
    assert.ok(!asked.some((method) => method.startsWith('eth_send')));
  });

  it('names what is wrong with a request', async () => {
    await assert.rejects(corridor.sendCall({ ...request, recipient: '0x12' }), { code: 'InvalidAddress' });
    await assert.rejects(corridor.sendCall({ ...request, recipient: `0x${'00'.repeat(32)}` }), {
      code: 'InvalidAddress',
    });
    await assert.rejects(corridor.sendCall({ ...request, from: 5n }), { code: 'UnknownChain' });
    await assert.rejects(corridor.sendCall({ ...request, from: SUI, to: EVM }), { code: 'NoClient' });
  });
});
