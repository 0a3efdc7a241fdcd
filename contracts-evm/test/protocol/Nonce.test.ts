import assert from 'node:assert/strict';
import { harness } from '../harness/vectors.ts';

describe('Nonce', () => {
  const nonce = (generation: bigint, sequence: bigint) => (generation << 48n) | sequence;
  const MAX_SEQUENCE = 2n ** 48n - 1n;

  it('counts up inside its generation', async () => {
    const { read } = await harness();
    assert.equal(await read('noncePlus', [nonce(3n, 0n), 0n]), nonce(3n, 0n));
    assert.equal(await read('noncePlus', [nonce(3n, 7n), 255n]), nonce(3n, 262n));
    assert.equal(await read('noncePlus', [nonce(0xffffn, MAX_SEQUENCE - 1n), 1n]), nonce(0xffffn, MAX_SEQUENCE));
    assert.equal(await read('noncePlus', [nonce(3n, 0n), MAX_SEQUENCE]), nonce(3n, MAX_SEQUENCE));
  });

  it('never runs over into the next generation', async () => {
    const { call } = await harness();
    for (const [start, steps] of [
      [nonce(3n, MAX_SEQUENCE), 1n],
      [nonce(3n, 1n), MAX_SEQUENCE],
      [nonce(0xffffn, MAX_SEQUENCE), 1n],
      [nonce(3n, 0n), 2n ** 64n],
      [nonce(3n, 7n), 2n ** 256n - 1n],
    ] as const) {
      const outcome = await call('noncePlus', [start, steps]);
      assert.equal(outcome.error, 'NonceOverflow');
      assert.deepEqual(outcome.error && outcome.args, [start, steps]);
    }
  });
});
