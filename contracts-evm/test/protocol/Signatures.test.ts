import assert from 'node:assert/strict';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  concatHex,
  getAddress,
  hexToBytes,
  keccak256,
  numberToHex,
  recoverAddress,
  size,
  slice,
  stringToHex,
  type Hex,
} from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import { bytes32, signDigest, signSet, signers } from '../harness/fixtures.ts';
import { harness } from '../harness/vectors.ts';

describe('Signatures', () => {
  // SEC 2 section 2.4.1.
  const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const PRIME = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
  const message = stringToHex('what is signed');
  const digest = keccak256(message);
  const word = (value: bigint) => numberToHex(value, { size: 32 });
  const join = (r: Hex, s: Hex, v: number) => concatHex([r, s, numberToHex(v, { size: 1 })]);
  const split = (signature: Hex) => ({
    r: slice(signature, 0, 32),
    s: slice(signature, 32, 64),
    v: Number(slice(signature, 64)),
  });
  const names = (count: number) => Array.from({ length: count }, (_, i) => `signer ${i}`);

  /** The signer by noble's arithmetic, or undefined where there is no key. */
  function nobleSigner(hash: Hex, signature: Hex): Hex | undefined {
    const { v } = split(signature);
    try {
      const recoverable = new Uint8Array([v - 27, ...hexToBytes(signature).subarray(0, 64)]);
      const key = secp256k1.recoverPublicKey(recoverable, hexToBytes(hash), { prehash: false });
      const point = secp256k1.Point.fromBytes(key);
      return publicKeyToAddress(`0x${point.toHex(false)}`);
    } catch {
      return undefined;
    }
  }

  it('recovers the signer that viem and noble recover', async () => {
    const { read } = await harness();
    for (let i = 0; i < 32; i++) {
      const [signer] = signers([`key ${i}`]);
      const signed = stringToHex(`message ${i}`);
      const signature = await signDigest(keccak256(signed), signer!.key);
      const recovered = await read('signatureRecover', [signed, signature]);
      assert.equal(recovered, signer!.address);
      assert.equal(recovered, await recoverAddress({ hash: keccak256(signed), signature }));
      assert.equal(recovered, nobleSigner(keccak256(signed), signature));
    }
  });

  it('agrees with noble on any r, whether a key is there or not', async () => {
    const { call, read } = await harness();
    const outcomes = { recovered: 0, refused: 0 };
    const edges = [0n, 1n, 2n, ORDER - 1n, ORDER, ORDER + 1n, PRIME - 1n, PRIME, 2n ** 256n - 1n];
    for (const r of [...edges, ...names(32).map((name) => BigInt(bytes32(name)))]) {
      for (const v of [27, 28]) {
        const signature = join(word(r), word(ORDER / 2n), v);
        const expected = nobleSigner(digest, signature);
        if (expected === undefined) {
          const outcome = await call('signatureRecover', [message, signature]);
          assert.equal(outcome.error, 'UnrecoverableSignature', signature);
          assert.deepEqual(outcome.error && outcome.args, [word(r)]);
          outcomes.refused++;
        } else {
          assert.equal(await read('signatureRecover', [message, signature]), expected);
          outcomes.recovered++;
        }
      }
    }
    assert.ok(outcomes.recovered > 10 && outcomes.refused > 10, JSON.stringify(outcomes));
  });

  it('refuses a key at infinity', async () => {
    const { call } = await harness();
    // With R = G and s = z the key is (s R - z G) / r, that is infinity, for any message hashed to z.
    let attempt = 0;
    let signed = stringToHex(`infinity ${attempt}`);
    while (BigInt(keccak256(signed)) > ORDER / 2n) signed = stringToHex(`infinity ${++attempt}`);
    const { x, y } = secp256k1.Point.BASE.toAffine();
    const signature = join(word(x), keccak256(signed), 27 + Number(y & 1n));
    assert.equal((await call('signatureRecover', [signed, signature])).error, 'UnrecoverableSignature');
  });

  it('refuses the malleable twin, and every s and v outside of the rules', async () => {
    const { call, read } = await harness();
    const [signer] = signers(['honest']);
    const signature = await signDigest(digest, signer!.key);
    const { r, s, v } = split(signature);
    assert.equal(await read('signatureRecover', [message, signature]), signer!.address);

    const twin = join(r, word(ORDER - BigInt(s)), v === 27 ? 28 : 27);
    // The twin is a signature of the same signer for those who do not look.
    assert.equal(nobleSigner(digest, twin), signer!.address);
    for (const [bad, error, args] of [
      [twin, 'InvalidSignatureS', [word(ORDER - BigInt(s))]],
      [join(r, word(0n), v), 'InvalidSignatureS', [word(0n)]],
      [join(r, word(ORDER / 2n + 1n), v), 'InvalidSignatureS', [word(ORDER / 2n + 1n)]],
      [join(r, word(2n ** 256n - 1n), v), 'InvalidSignatureS', [word(2n ** 256n - 1n)]],
      [join(r, word(0n), 0), 'InvalidSignatureS', [word(0n)]],
      ...[0, 1, 2, 26, 29, 35, 255].map((v) => [join(r, s, v), 'InvalidSignatureV', [v]]),
      [slice(signature, 0, 64), 'InvalidSignatureLength', [64n]],
      [concatHex([signature, '0x00']), 'InvalidSignatureLength', [66n]],
      ['0x', 'InvalidSignatureLength', [0n]],
      [concatHex([signature, signature]), 'InvalidSignatureLength', [130n]],
    ] as [Hex, string, unknown[]][]) {
      const outcome = await call('signatureRecover', [message, bad]);
      assert.equal(outcome.error, error, bad);
      assert.deepEqual(outcome.error && outcome.args, args);
    }
  });

  it('recovers sets of 1 to 32 signers, one by one and all at once', async () => {
    const { read } = await harness();
    for (const count of [1, 2, 3, 5, 31, 32]) {
      const sorted = signers(names(count));
      const set = await signSet(
        digest,
        sorted.map(({ key }) => key),
      );
      const addresses = sorted.map(({ address }) => getAddress(address));
      assert.deepEqual(await read('signatureRecoverSet', [message, set]), addresses);
      for (const steps of new Set([1, count])) {
        const walked = await read('signatureWalk', [message, set, steps]);
        assert.deepEqual(walked, [addresses[steps - 1], BigInt(count - steps)]);
      }
    }
  });

  it('refuses sets out of order, with a signer twice, too small, too large, or cut', async () => {
    const { call } = await harness();
    const sorted = signers(names(33));
    const keys = sorted.map(({ key }) => key);
    const set = await signSet(digest, keys.slice(0, 3));
    const [first, second, third] = [slice(set, 0, 65), slice(set, 65, 130), slice(set, 130)];
    const [a, b, c] = sorted.map(({ address }) => getAddress(address));
    for (const [bad, error, args] of [
      [concatHex([second, first, third]), 'UnorderedSigners', [b, a]],
      [concatHex([first, third, second]), 'UnorderedSigners', [c, b]],
      [concatHex([first, first]), 'UnorderedSigners', [a, a]],
      [concatHex([first, second, second]), 'UnorderedSigners', [b, b]],
      ['0x', 'InvalidSignatureCount', [0n]],
      [await signSet(digest, keys), 'InvalidSignatureCount', [33n]],
      [slice(set, 0, 194), 'InvalidSignatureLength', [194n]],
      [slice(set, 1), 'InvalidSignatureLength', [194n]],
      [concatHex([set, '0x1b']), 'InvalidSignatureLength', [196n]],
    ] as [Hex, string, unknown[]][]) {
      const outcome = await call('signatureRecoverSet', [message, bad]);
      assert.equal(outcome.error, error);
      assert.deepEqual(outcome.error && outcome.args, args);
    }
  });

  it('refuses a set for one bad signature, wherever it stands', async () => {
    const { call } = await harness();
    const keys = signers(names(3)).map(({ key }) => key);
    const set = await signSet(digest, keys);
    for (let i = 0; i < 3; i++) {
      const { r, s } = split(slice(set, 65 * i, 65 * i + 65));
      const parts = [0, 1, 2].map((k) => slice(set, 65 * k, 65 * k + 65));
      parts[i] = join(r, s, 26);
      const outcome = await call('signatureRecoverSet', [message, concatHex(parts)]);
      assert.equal(outcome.error, 'InvalidSignatureV');
    }
  });

  it('stops a cursor at the end of its set', async () => {
    const { call } = await harness();
    const set = await signSet(
      digest,
      signers(names(2)).map(({ key }) => key),
    );
    assert.equal(size(set), 130);
    const outcome = await call('signatureWalk', [message, set, 3]);
    assert.equal(outcome.error, 'Panic');
    assert.deepEqual(outcome.error && outcome.args, [0x11n]);
  });
});
