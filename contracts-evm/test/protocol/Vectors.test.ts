import assert from 'node:assert/strict';
import { ELSEWHERE, OPERATIONS, VECTORS, runVectors } from '../harness/vectors.ts';

describe('vectors', () => {
  let ran = 0;

  it('have no operation that is unknown here, and leave none of ours out', () => {
    const inFiles = [...new Set(VECTORS.map(({ op }) => op))].sort();
    assert.deepEqual(inFiles, [...Object.keys(OPERATIONS), ...ELSEWHERE].sort());
  });

  it('have either an outcome or an error, and ids of their own', () => {
    for (const vector of VECTORS) assert.equal('out' in vector, !('error' in vector), vector.id);
    assert.equal(new Set(VECTORS.map(({ id }) => id)).size, VECTORS.length);
  });

  for (const op of Object.keys(OPERATIONS)) {
    const count = VECTORS.filter((vector) => vector.op === op).length;
    it(`of ${op} hold, all ${count}`, async () => {
      ran += await runVectors(op);
    });
  }

  it('ran all, at least 200', () => {
    const others = VECTORS.filter(({ op }) => ELSEWHERE.includes(op)).length;
    assert.equal(ran + others, VECTORS.length);
    assert.ok(ran >= 200, `only ${ran}`);
    console.log(`      ${ran} vectors ran on EVM; ${others} are for Sui, or for readers of events`);
  });
});
