import assert from 'node:assert/strict';
import { EVM_CHAIN, SUI_CHAIN, bytes32, evmAddress } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('ChainId', () => {
  it('takes the EIP-155 ids of section 2', async () => {
    const { read } = await harness();
    for (const id of [1n, 10n, 31337n, 2n ** 56n - 1n]) assert.equal(await read('chainEvm', [id]), id);
  });

  it('refuses EIP-155 ids that do not fit, none of them cut off', async () => {
    const { call } = await harness();
    for (const id of [0n, 2n ** 56n, 2n ** 64n + 1n, 2n ** 256n - 1n]) {
      const outcome = await call('chainEvm', [id]);
      assert.equal(outcome.error, 'InvalidChain');
      assert.deepEqual(outcome.error && outcome.args, [id]);
    }
  });

  it('makes the id of a Sui chain of its identifier', async () => {
    const { read } = await harness();
    assert.equal(await read('chainSui', ['0x35834a8a']), SUI_CHAIN);
  });

  it('knows which addresses are well formed for a chain', async () => {
    const { read } = await harness();
    const thirteenthByte = `0x${'00'.repeat(11)}01${'00'.repeat(20)}` as const;
    const zero = `0x${'00'.repeat(32)}` as const;
    for (const [chain, account, wellFormed] of [
      [EVM_CHAIN, evmAddress('someone'), true],
      [EVM_CHAIN, bytes32('an object'), false],
      [EVM_CHAIN, thirteenthByte, false],
      [EVM_CHAIN, zero, false],
      [SUI_CHAIN, evmAddress('someone'), true],
      [SUI_CHAIN, bytes32('an object'), true],
      [SUI_CHAIN, thirteenthByte, true],
      [SUI_CHAIN, zero, false],
    ] as const) {
      assert.equal(await read('chainHasAddress', [chain, account]), wellFormed, `${chain} ${account}`);
    }
  });
});
