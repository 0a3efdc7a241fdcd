/** What a host keeps in memory, and how much of it. */
import assert from 'node:assert/strict';
import { Recent } from '../../prover/host/recent.ts';

describe('what was used last', () => {
  it('is kept up to so many bytes, and what was used longest ago goes first', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 4);
    recent.set('b', 2, 4);
    assert.equal(recent.get('a'), 1);
    recent.set('c', 3, 4);
    assert.equal(recent.get('b'), undefined);
    assert.deepEqual([recent.get('a'), recent.get('c')], [1, 3]);
  });

  it('counts what is replaced once', () => {
    const recent = new Recent<string, number>(10);
    for (let i = 0; i < 5; i++) recent.set('a', i, 6);
    recent.set('b', 9, 4);
    assert.deepEqual([recent.get('a'), recent.get('b')], [4, 9]);
  });

  it('holds nothing that is larger than all of it', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 4);
    recent.set('b', 2, 11);
    assert.equal(recent.get('b'), undefined);
    recent.set('c', 3, 10);
    assert.equal(recent.get('c'), 3);
  });

  it('makes room for what is taken away, and has it once', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 6);
    recent.set('b', 2, 4);
    assert.equal(recent.take('a'), 1);
    assert.equal(recent.take('a'), undefined);
    recent.set('c', 3, 6);
    assert.deepEqual([recent.get('b'), recent.get('c')], [2, 3]);
  });
});
