/** Which signatures a contract is shown where more keys have signed than it takes. */
import assert from 'node:assert/strict';
import { chooseSignatures, joinSigned } from '../../prover/host/signatures.ts';
import type { KeyStatus } from '../../prover/host/operators/registrar.ts';
import { joinSignatures, signDigest, toHex } from '../../prover/protocol/index.ts';
import { testKey } from './support.ts';

describe('signatures that a contract is shown', () => {
  const digest = new Uint8Array(32).fill(0xd1);
  const keys = Array.from({ length: 45 }, (_, i) => testKey(i + 1)).sort((a, b) =>
    toHex(a.signer) < toHex(b.signer) ? -1 : 1,
  );
  const signed = keys.map(({ secret, signer }) => ({ signer, signature: signDigest(digest, secret) }));
  /** The first keys in order are those of one operator, who has as many as there are places. */
  const operatorOf = (signer: Uint8Array): string => {
    const index = keys.findIndex((key) => toHex(key.signer) === toHex(signer));
    return index < 40 ? 'many' : `one-${index}`;
  };
  const status = (signer: Uint8Array, counts: boolean): KeyStatus => ({
    signer: toHex(signer),
    status: counts ? 'active' : 'revoked',
    expiresAt: 0,
    operator: operatorOf(signer),
    counts,
  });

  it('are of every operator, however many keys one of them has', async () => {
    const chosen = await chooseSignatures(signed, async (signer) => status(signer, true));
    assert.equal(chosen.length, 32);
    const operators = chosen.map(({ signer }) => operatorOf(signer));
    assert.deepEqual(
      [...new Set(operators)].sort(),
      ['many', ...[40, 41, 42, 43, 44].map((index) => `one-${index}`)].sort(),
    );
  });

  it('are of keys that count', async () => {
    const chosen = await chooseSignatures(signed, async (signer) =>
      status(signer, toHex(signer) >= toHex(keys[38]!.signer)),
    );
    assert.deepEqual(
      chosen.map(({ signer }) => toHex(signer)).sort(),
      keys.slice(38).map(({ signer }) => toHex(signer)),
    );
  });

  it('are all there are where those are few, about which nobody is asked', async () => {
    const few = signed.slice(0, 32);
    assert.equal(await chooseSignatures(few, () => Promise.reject(new Error('asked'))), few);
  });

  it('are in the order of their signers', async () => {
    const some = [signed[7]!, signed[2]!, signed[30]!];
    const set = joinSigned(some);
    assert.deepEqual(
      set,
      joinSignatures(
        digest,
        some.map(({ signature }) => signature),
      ),
    );
    assert.equal(joinSigned([]), undefined);
  });
});
