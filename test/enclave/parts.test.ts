/** The small parts on their own: the nonce window, keys. */
import assert from 'node:assert/strict';
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { EnclaveError } from '../../prover/enclave/errors.ts';
import { generateKeys } from '../../prover/enclave/keys.ts';
import { NonceWindow, WINDOW } from '../../prover/enclave/window.ts';
import { hash, recoverSigner } from '../../prover/protocol/index.ts';
import { runs } from '../fuzz.ts';

function ruleOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof EnclaveError, String((error as Error).stack));
    assert.ok(error.message.startsWith(`${error.code}: `) && error.message.length > error.code.length + 10);
    return error.code;
  }
  return 'accepted';
}

describe('INV-41: the nonce window', () => {
  const leaf = (tag: number): Uint8Array => hash(Uint8Array.of(tag & 255, tag >> 8));
  const sign = (window: NonceWindow, first: number, ...leaves: Uint8Array[]): string =>
    ruleOf(() => {
      window.check(first, leaves);
      window.record(first, leaves);
    });

  it('keeps the leaf of each sequence', () => {
    const window = new NonceWindow();
    assert.equal(sign(window, 0, leaf(0), leaf(1)), 'accepted');
    assert.equal(sign(window, 1, leaf(1), leaf(2)), 'accepted');
    assert.equal(sign(window, 0, leaf(9)), 'ConflictingMessage');
    assert.equal(sign(window, 2, leaf(9), leaf(3)), 'ConflictingMessage');
    assert.equal(sign(window, 1, leaf(1), leaf(9)), 'ConflictingMessage');
    assert.equal(window.next, 3);
  });

  it('forgets nothing that it would sign again', () => {
    const window = new NonceWindow();
    sign(window, 0, leaf(0));
    sign(window, 5, leaf(5));
    sign(window, WINDOW - 1, leaf(7));
    assert.equal(sign(window, 0, leaf(9)), 'ConflictingMessage');
    assert.equal(sign(window, 0, leaf(0)), 'accepted');
    // One further, and sequence 0 has left.
    sign(window, WINDOW, leaf(8));
    assert.equal(sign(window, 0, leaf(0)), 'NonceTooOld');
    assert.equal(sign(window, 0, leaf(9)), 'NonceTooOld');
    assert.equal(sign(window, 5, leaf(9)), 'ConflictingMessage');
    // Never signed, still inside: any true leaf may come.
    assert.equal(sign(window, 1, leaf(4)), 'accepted');
    assert.equal(sign(window, 1, leaf(9)), 'ConflictingMessage');
    sign(window, 10 * WINDOW, leaf(1));
    assert.equal(sign(window, 9 * WINDOW, leaf(1)), 'NonceTooOld');
    assert.equal(sign(window, 9 * WINDOW + 1, leaf(1)), 'accepted');
  });

  it('reaches to the end of a generation', () => {
    const window = new NonceWindow();
    const last = 2 ** 48 - 1;
    assert.equal(sign(window, last, leaf(1)), 'accepted');
    assert.equal(sign(window, last, leaf(2)), 'ConflictingMessage');
    assert.equal(window.next, 2 ** 48);
  });

  it('agrees with a map of everything, on any sequence of runs', () => {
    const run = fc.record({
      first: fc.oneof(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: WINDOW - 20, max: WINDOW + 40 }),
        fc.integer({ min: 2 * WINDOW, max: 2 * WINDOW + 30 }),
      ),
      tags: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
        const window = new NonceWindow();
        const signed = new Map<number, number>();
        for (const { first, tags } of runs) {
          const next = Math.max(0, ...[...signed.keys()].map((sequence) => sequence + 1));
          const conflicts = tags.some((tag, i) => first + i >= next - WINDOW && (signed.get(first + i) ?? tag) !== tag);
          const expected = first < next - WINDOW ? 'NonceTooOld' : conflicts ? 'ConflictingMessage' : 'accepted';
          assert.equal(sign(window, first, ...tags.map(leaf)), expected);
          if (expected === 'accepted') tags.forEach((tag, i) => signed.set(first + i, tag));
        }
      }),
      runs(60),
    );
  });
});

describe('INV-42: keys', () => {
  it('sign for their address, and agree with another X25519', () => {
    const keys = generateKeys();
    const digest = hash(Uint8Array.of(1));
    assert.deepEqual(recoverSigner(digest, keys.sign(digest)), keys.signer);
    const other = generateKeyPairSync('x25519');
    const raw = other.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const header = Buffer.from('302a300506032b656e032100', 'hex');
    const publicKey = createPublicKey({
      key: Buffer.concat([header, keys.encryptionKey]),
      format: 'der',
      type: 'spki',
    });
    assert.deepEqual(Buffer.from(keys.agree(raw)), diffieHellman({ privateKey: other.privateKey, publicKey }));
    assert.throws(() => keys.agree(new Uint8Array(32)), 'a key of small order gives no secret');
  });

  it('show nothing but what is public', () => {
    const keys = generateKeys();
    assert.deepEqual(Object.keys(keys).sort(), ['agree', 'encryptionKey', 'sign', 'signer']);
    const shown = inspect(keys, { depth: Infinity, showHidden: true });
    const bytes = [...shown.matchAll(/Uint8Array\((\d+)\)/g)].map(([, length]) => Number(length));
    assert.deepEqual(bytes.sort(), [20, 32]);
  });

  it('are others each time', () => {
    const all = Array.from({ length: 20 }, () => Buffer.from(generateKeys().signer).toString('hex'));
    assert.equal(new Set(all).size, 20);
  });
});
