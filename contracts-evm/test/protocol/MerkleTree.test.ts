import assert from 'node:assert/strict';
import { concatHex, encodeFunctionData, slice, type Hex } from 'viem';
import { bytes32, levels, plainLeaf, proof, root } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('MerkleTree', () => {
  const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => bytes32(`leaf ${i}`));

  it('hashes a leaf as viem does', async () => {
    const { read } = await harness();
    for (const nonce of [0n, 1n, (3n << 48n) | 7n, 2n ** 64n - 1n]) {
      assert.equal(await read('merklePlainLeaf', [nonce, bytes32('id')]), plainLeaf(nonce, bytes32('id')));
    }
  });

  it('computes the root of every count, and verifies the first, middle and last leaf of it', async () => {
    const { read } = await harness();
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256]) {
      const leaves = leavesOf(count);
      assert.equal(await read('merkleRoot', [leaves]), root(leaves), `${count} leaves`);
      for (const index of new Set([0, count >> 1, count - 1])) {
        await read('merkleVerify', [root(leaves), leaves[index], index, count, proof(leaves, index)]);
      }
    }
  });

  it('names the rule and what broke it, in the order of section 6', async () => {
    const { call } = await harness();
    const leaves = leavesOf(5);
    const good = [root(leaves), leaves[2], 2n, 5n, proof(leaves, 2)] as const;
    const [top, leaf, index, count, siblings] = good;
    const cases: [readonly unknown[], string, unknown[] | undefined][] = [
      [[top, leaf, index, 0n, siblings], 'InvalidLeafCount', [0n]],
      [[top, leaf, index, 257n, siblings], 'InvalidLeafCount', [257n]],
      [[top, leaf, index, 2n ** 256n - 1n, siblings], 'InvalidLeafCount', [2n ** 256n - 1n]],
      [[top, leaf, 5n, count, siblings], 'InvalidProofIndex', [5n, 5n]],
      [[top, leaf, 2n ** 256n - 1n, count, '0x'], 'InvalidProofIndex', [2n ** 256n - 1n, 5n]],
      [[top, leaf, index, count, '0x'], 'InvalidProofLength', [0n]],
      [[top, leaf, index, count, slice(siblings, 0, 64)], 'InvalidProofLength', [64n]],
      [[top, leaf, index, count, slice(siblings, 0, 95)], 'InvalidProofLength', [95n]],
      [[top, leaf, index, count, concatHex([siblings, '0x00'])], 'InvalidProofLength', [97n]],
      [[top, leaf, index, count, concatHex([siblings, top])], 'InvalidProofLength', [128n]],
      [[top, leaf, 4n, count, siblings], 'InvalidProofLength', [96n]],
      [[bytes32('other'), leaf, index, count, siblings], 'InvalidProof', [top]],
      [[top, leaf, 3n, count, siblings], 'InvalidProof', undefined],
    ];
    assert.equal((await call('merkleVerify', good)).error, undefined);
    for (const [args, error, expected] of cases) {
      const outcome = await call('merkleVerify', args);
      assert.equal(outcome.error, error);
      if (expected) assert.deepEqual(outcome.error && outcome.args, expected);
    }
    assert.equal((await call('merkleRoot', [[]])).error, 'InvalidLeafCount');
    assert.equal((await call('merkleRoot', [leavesOf(257)])).error, 'InvalidLeafCount');
  });

  it('misses a sibling wherever an empty proof lies', async () => {
    const { call, read } = await harness();
    for (const [index, count] of [
      [0n, 2n],
      [1n, 2n],
      [2n, 3n],
      [255n, 256n],
    ]) {
      const outcome = await call('merkleVerifyNothing', [bytes32('root'), bytes32('leaf'), index, count]);
      assert.equal(outcome.error, 'InvalidProofLength');
    }
    const leaves = leavesOf(1);
    await read('merkleVerifyNothing', [root(leaves), leaves[0], 0n, 1n]);
  });

  it('takes a proof for no other count, even where that has as many siblings', async () => {
    const { call } = await harness();
    const leaves = leavesOf(3);
    // Leaf 0 has two siblings among 3 leaves and among 4, and the same path.
    const outcome = await call('merkleVerify', [root(leaves), leaves[0], 0n, 4n, proof(leaves, 0)]);
    assert.equal(outcome.error, 'InvalidProof');
  });

  it('takes no node and no root for a leaf', async () => {
    const { callAll, call, abi } = await harness();
    const leaves = leavesOf(8);
    const siblings = proof(leaves, 2);
    const calls: Hex[] = [];
    for (const [depth, level] of levels(leaves).entries()) {
      if (depth === 0) continue;
      // The path of the node over leaf 2, under every index and count that demands as many siblings, and all others.
      const node = level[2 >> depth]!;
      const rest = siblings.length > 2 + 64 * depth ? slice(siblings, 32 * depth) : '0x';
      for (let count = 1; count <= 16; count++) {
        for (let index = 0; index < count; index++) {
          calls.push(
            encodeFunctionData({ abi, functionName: 'merkleVerify', args: [root(leaves), node, index, count, rest] }),
          );
        }
      }
    }
    for (const outcome of await callAll(calls)) {
      assert.ok(outcome.error === 'InvalidProof' || outcome.error === 'InvalidProofLength', outcome.error);
    }
    const itself = await call('merkleVerify', [root(leaves), root(leaves), 0n, 1n, '0x']);
    assert.equal(itself.error, 'InvalidProof');
  });
});
