import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { Bytes, refTo, Vec } from '../../../localnet/sui/vm/values.ts';
import { QUICKNET } from '../drand.ts';
import { fromHex, NativeHarness, text, toHex } from './native-call.ts';

const harness = new NativeHarness();
const [SCALAR, G1, G2, GT, UNCOMPRESSED] = [0, 1, 2, 3, 4];
const R = bls12_381.fields.Fr.ORDER;
const scalar = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(64, '0'));
const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(parts.reduce((h, p) => h.update(p), createHash('sha256')).digest());

function round(n: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(n));
  return bytes;
}

// Beacons of the drand network, which signs under the same two suites as Sui.
const MAINNET = {
  key: fromHex('868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31'),
  // Round 72785, chained to the one before.
  signature: fromHex(
    '82f5d3d2de4db19d40a6980e8aa37842a0e55d1df06bd68bddc8d60002e8e959eb9cfa368b3c1b77d18f02a54fe047b8' +
      '0f0989315f83b12a74fd8679c4f12aae86eaf6ab5690b34f1fddd50ee3cc6f6cdf59e95526d5a5d82aaa84fa6f181e42',
  ),
  message: sha256(
    fromHex(
      'a609e19a03c2fcc559e8dae14900aaefe517cb55c840f6e69bc8e4f66c8d18e8a609685d9917efbfb0c37f058c2de88f' +
        '13d297c7e19e0ab24813079efe57a182554ff054c7638153f9b26a60e7111f71a0ff63d9571704905d3ca6df0b031747',
    ),
    round(72785),
  ),
};

for (const [name, { key, signature, message }, keyPoint, signaturePoint] of [
  ['sui::bls12381::bls12381_min_sig_verify', QUICKNET, bls12_381.G2.Point, bls12_381.G1.Point],
  ['sui::bls12381::bls12381_min_pk_verify', MAINNET, bls12_381.G1.Point, bls12_381.G2.Point],
] as const) {
  describe(`sui natives: ${name.split('::').at(-1)}`, () => {
    const verify = (s: Uint8Array, k: Uint8Array, m: Uint8Array) => harness.onBytes(name, [s, k, m]);

    it('accepts a beacon of a public network and nothing near it', () => {
      assert.equal(verify(signature, key, message), true);
      assert.equal(verify(signature, key, message.subarray(1)), false);
      const other = signature.slice();
      other[0]! ^= 0x20; // the other root: the negated point
      assert.equal(verify(other, key, message), false);
      assert.equal(verify(signature.subarray(1), key, message), false);
      assert.equal(verify(signature, key.subarray(1), message), false);
      assert.equal(verify(key, signature, message), false);
    });

    it('reads uncompressed points as well', () => {
      const plainKey = keyPoint.fromBytes(key).toBytes(false);
      const plainSignature = signaturePoint.fromBytes(signature).toBytes(false);
      assert.equal(verify(plainSignature, plainKey, message), true);
    });

    it('refuses infinity and points outside of the group', () => {
      const infinity = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xc0 : 0));
      assert.equal(verify(infinity(signature.length), infinity(key.length), message), false);
      assert.equal(verify(signature, infinity(key.length), message), false);
      assert.equal(verify(infinity(signature.length), key, message), false);
      // x = 4 is on the curve of G1 but not in its group.
      const low = fromHex(`80${'00'.repeat(46)}04`);
      assert.equal(name.includes('min_sig') ? verify(low, key, message) : verify(signature, low, message), false);
    });
  });
}

describe('sui natives: group_ops', () => {
  const op = (name: string, group: number, a: Uint8Array, b: Uint8Array): string =>
    toHex(
      harness.call(`sui::group_ops::internal_${name}`, [
        group,
        refTo(new Bytes(a.slice())),
        refTo(new Bytes(b.slice())),
      ]),
    );
  const abortOf = (name: string, group: number, a: Uint8Array, b: Uint8Array): number | null =>
    harness.abortOf(`sui::group_ops::internal_${name}`, [group, refTo(new Bytes(a)), refTo(new Bytes(b))]);
  const validate = (group: number, bytes: Uint8Array) =>
    harness.call('sui::group_ops::internal_validate', [group, refTo(new Bytes(bytes))]);
  const source = readFileSync(
    new URL('../../../localnet/sui/framework/sui-framework/sources/crypto/bls12381.move', import.meta.url),
    'utf8',
  );
  /** A constant of sui::bls12381, as Sui has published it. */
  const constant = (name: string): Uint8Array =>
    fromHex(new RegExp(`${name}_BYTES[^=]*=\\s*x"([0-9a-f]+)"`).exec(source)![1]!);
  const g1 = constant('G1_GENERATOR');
  const g2 = constant('G2_GENERATOR');
  const gt = constant('GT_GENERATOR');
  const generators = [scalar(1n), g1, g2, gt];
  const identities = [scalar(0n), constant('G1_IDENTITY'), constant('G2_IDENTITY'), constant('GT_IDENTITY')];

  it('pairs the generators to the generator that Sui has', () => {
    assert.equal(op('pairing', G1, g1, g2), toHex(gt));
    assert.equal(op('pairing', G1, identities[1]!, g2), toHex(identities[3]!));
    assert.equal(op('pairing', G1, g1, identities[2]!), toHex(identities[3]!));
  });

  it('is bilinear', () => {
    const [a, b] = [scalar(6n), scalar(7n)];
    const left = op('pairing', G1, fromHex(op('mul', G1, a, g1)), fromHex(op('mul', G2, b, g2)));
    assert.equal(left, op('mul', GT, scalar(42n), gt));
  });

  for (const group of [SCALAR, G1, G2, GT]) {
    it(`adds, subtracts, multiplies and divides in group ${group}`, () => {
      const [one, zero] = [generators[group!]!, identities[group!]!];
      const two = fromHex(op('add', group!, one, one));
      const five = fromHex(op('mul', group!, scalar(5n), one));
      assert.equal(op('add', group!, two, fromHex(op('add', group!, two, one))), toHex(five));
      assert.equal(op('sub', group!, five, two), op('mul', group!, scalar(3n), one));
      assert.equal(op('sub', group!, five, five), toHex(zero));
      assert.equal(op('add', group!, zero, five), toHex(five));
      assert.equal(op('mul', group!, scalar(0n), five), toHex(zero));
      assert.equal(op('mul', group!, scalar(1n), five), toHex(five));
      assert.equal(op('div', group!, scalar(5n), five), toHex(one));
      assert.equal(op('mul', group!, scalar(R - 1n), one), op('sub', group!, zero, one));
      assert.equal(abortOf('div', group!, scalar(0n), one), 1);
      assert.equal(abortOf('add', group!, one.subarray(1), one), 1);
    });
  }

  it('validates elements', () => {
    assert.equal(validate(SCALAR!, scalar(R - 1n)), true);
    assert.equal(validate(SCALAR!, scalar(R)), false);
    assert.equal(validate(SCALAR!, scalar(1n).subarray(1)), false);
    for (const [group, bytes] of [
      [G1, g1],
      [G2, g2],
      [G1, identities[1]],
      [G2, identities[2]],
    ] as const)
      assert.equal(validate(group!, bytes!), true);
    assert.equal(validate(G1!, fromHex(`80${'00'.repeat(46)}04`)), false);
    assert.equal(validate(G1!, g2), false);
    assert.equal(validate(GT!, gt), false);
    const badInfinity = identities[1]!.slice();
    badInfinity[47] = 1;
    assert.equal(validate(G1!, badInfinity), false);
  });

  it('refuses coefficients of GT at or above the order of the field', () => {
    const over = gt.slice();
    over.set(fromHex(bls12_381.fields.Fp.ORDER.toString(16).padStart(96, '0')));
    assert.equal(abortOf('add', GT!, over, gt), 1);
  });

  it('hashes to both groups as the signature suites do', () => {
    const hashTo = (group: number, m: Uint8Array) =>
      harness.call('sui::group_ops::internal_hash_to', [group, refTo(new Bytes(m))]);
    // With hash-to-curve, a signature is the hash times the key: e(signature, g2) = e(hash, key).
    const hashed = (hashTo(G1!, QUICKNET.message) as Bytes).view();
    assert.equal(op('pairing', G1, QUICKNET.signature, g2), op('pairing', G1, hashed, QUICKNET.key));
    const other = (hashTo(G2!, MAINNET.message) as Bytes).view();
    assert.equal(op('pairing', G1, g1, MAINNET.signature), op('pairing', G1, MAINNET.key, other));
    assert.equal(harness.abortOf('sui::group_ops::internal_hash_to', [G1!, refTo(new Bytes(new Uint8Array()))]), 1);
    assert.equal(harness.abortOf('sui::group_ops::internal_hash_to', [GT!, refTo(new Bytes(text('a')))]), 1);
  });

  it('multiplies many scalars, at most 32', () => {
    const msm = (group: number, scalars: Uint8Array[], elements: Uint8Array[]) => [
      group,
      refTo(new Bytes(new Uint8Array(Buffer.concat(scalars)))),
      refTo(new Bytes(new Uint8Array(Buffer.concat(elements)))),
    ];
    const name = 'sui::group_ops::internal_multi_scalar_mul';
    for (const [group, one] of [
      [G1, g1],
      [G2, g2],
    ] as const) {
      const points = [1n, 2n, 3n].map((n) => fromHex(op('mul', group, scalar(n), one)));
      const result = harness.call(name, msm(group!, [4n, 5n, 6n].map(scalar), points));
      assert.equal(toHex(result), op('mul', group, scalar(4n + 10n + 18n), one));
      assert.equal(harness.abortOf(name, msm(group!, [], [])), 1);
      assert.equal(harness.abortOf(name, msm(group!, [scalar(1n)], [one, one])), 1);
      assert.equal(harness.abortOf(name, msm(group!, Array(33).fill(scalar(1n)), Array(33).fill(one))), 2);
    }
    assert.equal(harness.abortOf(name, msm(SCALAR!, [scalar(1n)], [scalar(1n)])), 1);
  });

  it('converts and sums uncompressed elements', () => {
    const convert = (from: number, to: number, bytes: Uint8Array) =>
      ['sui::group_ops::internal_convert', [from, to, refTo(new Bytes(bytes))]] as const;
    const plain = (harness.call(...convert(G1!, UNCOMPRESSED!, g1)) as Bytes).view();
    assert.equal(plain.length, 96);
    assert.equal(toHex(harness.call(...convert(UNCOMPRESSED!, G1!, plain))), toHex(g1));
    assert.equal(harness.abortOf(...convert(G1!, G2!, g1)), 1);
    const flagged = plain.slice();
    flagged[0]! |= 0x20;
    assert.equal(harness.abortOf(...convert(UNCOMPRESSED!, G1!, flagged)), 1);
    const sum = (...terms: Uint8Array[]) =>
      ['sui::group_ops::internal_sum', [UNCOMPRESSED!, refTo(new Vec(terms.map((t) => new Bytes(t))))]] as const;
    const three = harness.call(...convert(G1!, UNCOMPRESSED!, fromHex(op('mul', G1, scalar(3n), g1)))) as Bytes;
    const infinity = harness.call(...convert(G1!, UNCOMPRESSED!, identities[1]!)) as Bytes;
    assert.equal(toHex(harness.call(...sum(plain, plain, infinity.view(), plain))), toHex(three));
    assert.equal(toHex(harness.call(...sum())), toHex(infinity));
    const off = plain.slice();
    off[95]! ^= 1;
    assert.equal(harness.abortOf(...sum(plain, off)), 1);
    assert.equal(harness.abortOf(...sum(...Array<Uint8Array>(1201).fill(plain))), 2);
  });
});

describe('sui natives: ecvrf', () => {
  // Output, input, key and proof as in the published tests of Sui's framework.
  const output = fromHex(
    '4fad431c7402fa1d4a7652e975aeb9a2b746540eca0b1b1e59c8d19c14a7701918a8249136e355455b8bc73851f7fc62' +
      'c84f2e39f685b281e681043970026ed8',
  );
  const alpha = text('Hello, world!');
  const key = fromHex('1ea6f0f467574295a2cd5d21a3fd3a712ade354d520d3bd0fe6088d7b7c2e00e');
  const proof = fromHex(
    'd8ad2eafb4f2eaf317447726e541359f26dfce248431fe09984fdc73144abb6ceb006c57a29a742eae5a81dd04239870' +
      '769e310a81046cbbaff8b0bd27a6d6affee167ebba50549b58ffdf9aa192f506',
  );

  it('accepts the output of a proof and no other', () => {
    const verify = (...inputs: Uint8Array[]) => harness.onBytes('sui::ecvrf::ecvrf_verify', inputs);
    assert.equal(verify(output, alpha, key, proof), true);
    const changed = output.slice();
    changed[0]! ^= 1;
    assert.equal(verify(changed, alpha, key, proof), false);
    assert.equal(verify(output, text('hello, world!'), key, proof), false);
    const forged = proof.slice();
    forged[40]! ^= 1;
    assert.equal(verify(output, alpha, key, forged), false);
    assert.equal(verify(output, alpha, new Uint8Array(32), proof), false); // the identity is no key
  });

  it('aborts on inputs that are malformed', () => {
    const verify = (...inputs: Uint8Array[]): number | null => harness.abortOnBytes('sui::ecvrf::ecvrf_verify', inputs);
    assert.equal(verify(output.subarray(1), alpha, key, proof), 1);
    assert.equal(verify(output, alpha, key.subarray(1), proof), 2);
    assert.equal(verify(output, alpha, new Uint8Array(32).fill(0xff), proof), 2);
    assert.equal(verify(output, alpha, key, new Uint8Array(79)), 3);
    assert.equal(verify(output, alpha, key, new Uint8Array(80).fill(0xff)), 3);
  });
});
