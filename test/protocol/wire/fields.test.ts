/** Fields of requests: each value at its bound, and the next one refused. */
import assert from 'node:assert/strict';
import type { CborValue } from '../../../prover/protocol/wire/index.ts';
import { Fields } from '../../../prover/protocol/wire/index.ts';
import { ruleOf } from './world.ts';

const of = (value: CborValue): Fields => new Fields(new Map([['f', value]]));

describe('fields', () => {
  it('takes 64-bit integers, and none beyond', () => {
    assert.equal(of(2n ** 64n - 1n).u64('f'), 2n ** 64n - 1n);
    for (const value of [2n ** 64n, 2n ** 64n + 1n, 'text', new Uint8Array(8)]) {
      assert.equal(
        ruleOf(() => of(value).u64('f')),
        'InvalidField',
      );
    }
  });

  it('takes lists of integers that a number holds, every one of them', () => {
    assert.deepEqual(of([0n, 2n ** 53n - 1n]).counts('f', 2), [0, Number.MAX_SAFE_INTEGER]);
    assert.deepEqual(of([]).counts('f', 2), []);
    for (const list of [[2n ** 53n], [1n, 2n ** 53n], [1n, '1'], ['1'], [new Uint8Array(1)], [1n, 1n, 1n]]) {
      assert.equal(
        ruleOf(() => of(list).counts('f', 2)),
        'InvalidField',
      );
    }
  });
});
