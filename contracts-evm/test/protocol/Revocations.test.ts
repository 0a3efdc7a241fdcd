import assert from 'node:assert/strict';
import { concatHex, keccak256, slice, type Hex } from 'viem';
import { bytes32, encodeRevocation, evmAddress, tag } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Revocations', () => {
  const ZERO: Hex = `0x${'00'.repeat(32)}`;
  const targets: [number, Hex][] = [
    [1, evmAddress('signer')],
    [2, bytes32('platform')],
    [3, bytes32('measurement')],
  ];

  it('gives kind, target and digest of every kind, and packs them as viem does', async () => {
    const { read } = await harness();
    for (const [kind, target] of targets) {
      const revocation = encodeRevocation(kind, target);
      assert.deepEqual(await read('revocationDecode', [revocation]), [kind, target]);
      assert.equal(await read('revocationDigest', [revocation]), keccak256(revocation));
      assert.equal(await read('revocationEncode', [kind, target]), revocation);
    }
  });

  it('names the rule and what broke it', async () => {
    const { call } = await harness();
    const platform = encodeRevocation(2, bytes32('platform'));
    const other = tag('corridor.statement.v1');
    for (const [input, error, args] of [
      ['0x', 'InvalidRevocationLength', [0n]],
      [slice(platform, 0, 64), 'InvalidRevocationLength', [64n]],
      [concatHex([platform, '0x00']), 'InvalidRevocationLength', [66n]],
      [encodeRevocation(2, bytes32('platform'), other), 'InvalidRevocationTag', [other]],
      [encodeRevocation(0, bytes32('platform')), 'InvalidRevocationTargetKind', [0]],
      [encodeRevocation(4, bytes32('platform')), 'InvalidRevocationTargetKind', [4]],
      [encodeRevocation(1, bytes32('platform')), 'InvalidRevocationTarget', [bytes32('platform')]],
      ...[1, 2, 3].map((kind) => [encodeRevocation(kind, ZERO), 'InvalidRevocationTarget', [ZERO]]),
    ] as [Hex, string, unknown[]][]) {
      for (const functionName of ['revocationDecode', 'revocationDigest']) {
        const outcome = await call(functionName, [input]);
        assert.equal(outcome.error, error);
        assert.deepEqual(outcome.error && outcome.args, args);
      }
    }
  });

  it('holds an encoder to the same rules', async () => {
    const { call } = await harness();
    for (const [kind, target, error] of [
      [0, bytes32('platform'), 'InvalidRevocationTargetKind'],
      [255, bytes32('platform'), 'InvalidRevocationTargetKind'],
      [1, bytes32('platform'), 'InvalidRevocationTarget'],
      [3, ZERO, 'InvalidRevocationTarget'],
    ] as const) {
      assert.equal((await call('revocationEncode', [kind, target])).error, error);
    }
  });
});
