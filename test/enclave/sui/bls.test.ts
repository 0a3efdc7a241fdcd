/**
 * Signatures of Sui's validators, as decided by mcl, against noble: what noble makes and accepts, and everything near it
 * that it refuses. Every expected value is noble's or a recorded one.
 */
import assert from 'node:assert/strict';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { encodeRoaring } from '../../../localnet/sui/ledger/roaring.ts';
import { decodeKey, verifyAggregate } from '../../../prover/enclave/sui/bls.ts';
import { makeCommittee, verifyQuorum } from '../../../prover/enclave/sui/committee.ts';
import { runs } from '../../fuzz.ts';
import { QUICKNET } from '../../sui/drand.ts';
import { ruleOf } from '../ethereum/world.ts';
import { cofactorOf, encodings, offCurve, torsion, type Group } from './torsion.ts';

const { G1, G2, fields, shortSignatures: scheme } = bls12_381;
const P = fields.Fp.ORDER;
const MESSAGE = new TextEncoder().encode('a checkpoint');
/** Prime factors of the cofactors; draft-irtf-cfrg-pairing-friendly-curves names the cofactors themselves. */
const G1_ORDERS = [3n, 11n, 10_177n, 859_267n, 52_437_899n];
const G2_ORDERS = [13n, 23n, 2_713n, 11_953n, 262_069n];

const secret = (n: number): Uint8Array => fields.Fr.toBytes(BigInt(n + 1) ** 90n % fields.Fr.ORDER);
const keyOf = (n: number): Uint8Array => scheme.getPublicKey(secret(n)).toBytes();
const hash = (message: Uint8Array) => scheme.hash(message, 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_');
const sign = (signers: readonly number[], message = MESSAGE): Uint8Array =>
  signers
    .map((n) => scheme.sign(hash(message), secret(n)))
    .reduce((a, b) => a.add(b))
    .toBytes();

const bytesToInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const intToBytes = (value: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(96, '0'), 'hex'));

/** What noble says of keys and a signature. */
function nobleAccepts(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const points = keys.map((key) => G2.Point.fromBytes(key));
    for (const point of points) point.assertValidity();
    if (points.some((point) => point.is0())) return false;
    return scheme.verify(signature, hash(message), scheme.aggregatePublicKeys(points));
  } catch {
    return false;
  }
}

function accepts(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean {
  const points = keys.map(decodeKey);
  return points.every((point) => point !== undefined) && verifyAggregate(points, message, signature);
}

/** Both verdicts, which must be one. */
function verdict(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean {
  const ours = accepts(keys, message, signature);
  assert.equal(ours, nobleAccepts(keys, message, signature));
  return ours;
}

/** Encodings near a good one that none may accept. */
function malformed(group: Group, good: Uint8Array): [string, Uint8Array][] {
  const { length } = good;
  const infinity = Uint8Array.of(0xc0, ...new Uint8Array(length - 1));
  const plain = group.Point.fromBytes(good).toBytes(false);
  const cases: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['a byte less', good.slice(0, -1)],
    ['a byte more', Uint8Array.of(...good, 0)],
    ['not compressed', plain],
    ['not compressed, cut off', plain.slice(0, length)],
    ['no flag of compression', good.with(0, good[0]! & 0x7f)],
    ['the flag of infinity over a point', good.with(0, good[0]! | 0x40)],
    ['infinity', infinity],
    ['infinity with a sign', infinity.with(0, 0xe0)],
    ['infinity, not compressed', infinity.with(0, 0x40)],
    ['infinity with a first byte', infinity.with(0, 0xc1)],
    ['infinity with a second byte', infinity.with(1, 1)],
    ['infinity with a byte in the middle', infinity.with(length >> 1, 1)],
    ['infinity with a last byte', infinity.with(length - 1, 1)],
    ['zeros', new Uint8Array(length)],
    ['ones', new Uint8Array(length).fill(0xff)],
    ['the modulus', Uint8Array.of(...intToBytes(P), ...new Uint8Array(length - 48)).with(0, 0x9a)],
    ['not on the curve', offCurve(group)],
  ];
  // Each coordinate part again with the modulus added to it: the same point, if it were reduced.
  for (let part = 0; part < length; part += 48) {
    const flags = part === 0 ? good[0]! & 0xe0 : 0;
    const value = bytesToInt(good.slice(part, part + 48).with(0, good[part]! ^ flags)) + P;
    if (value >> 381n) continue;
    const bytes = intToBytes(value);
    cases.push([`part ${part} beyond the modulus`, Uint8Array.from(good)]);
    cases.at(-1)![1].set(bytes.with(0, bytes[0]! | flags), part);
  }
  return cases;
}

/** The first number whose encoding has parts that all leave room for the modulus. */
function withRoom(make: (n: number) => Uint8Array): number {
  for (let n = 0; ; n++) {
    const bytes = make(n);
    const parts = Array.from({ length: bytes.length / 48 }, (_, i) => bytes.slice(48 * i, 48 * i + 48));
    parts[0]![0]! &= 0x1f;
    if (parts.every((part) => bytesToInt(part) + P < 1n << 381n)) return n;
  }
}

describe("signatures of Sui's validators", () => {
  const keys = [0, 1, 2, 3].map(keyOf);
  const signature = sign([0, 1, 2, 3]);

  it('are accepted as a public network has made them, under its suite', () => {
    const { key, message } = QUICKNET;
    assert.equal(accepts([key], message, QUICKNET.signature), true);
    assert.equal(accepts([key], message.with(0, 1), QUICKNET.signature), false);
    assert.equal(accepts([key], message, QUICKNET.signature.with(0, QUICKNET.signature[0]! ^ 0x20)), false);
  });

  it('are those of all signers over the message, in any order', () => {
    assert.equal(verdict(keys, MESSAGE, signature), true);
    assert.equal(verdict(keys.toReversed(), MESSAGE, signature), true);
    assert.equal(verdict([keys[0]!, keys[0]!], MESSAGE, sign([0, 0])), true);
    assert.equal(verdict([keys[0]!], new Uint8Array(0), sign([0], new Uint8Array(0))), true);
  });

  it('are refused with a signer too few or too many, another message, another signer, or negated', () => {
    assert.equal(verdict(keys.slice(1), MESSAGE, signature), false);
    assert.equal(verdict([...keys, keyOf(4)], MESSAGE, signature), false);
    assert.equal(verdict([...keys, keys[0]!], MESSAGE, signature), false);
    assert.equal(verdict(keys, new TextEncoder().encode('another'), signature), false);
    assert.equal(verdict([keyOf(4)], MESSAGE, sign([5])), false);
    assert.equal(verdict(keys, MESSAGE, G1.Point.fromBytes(signature).negate().toBytes()), false);
    assert.equal(verdict([], MESSAGE, signature), false);
    // The two of a swap, each good with the other's message.
    const other = new TextEncoder().encode('another');
    assert.equal(verdict([keys[0]!], MESSAGE, sign([0], other)), false);
    assert.equal(verdict([keys[1]!], MESSAGE, sign([0])), false);
    assert.equal(accepts([signature], MESSAGE, keys[0]!), false);
  });

  it('agree with noble for any signers, messages and changed bits', function () {
    this.timeout(120_000);
    const signers = fc.array(fc.nat(30), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(signers, fc.uint8Array({ maxLength: 400 }), fc.nat(383), fc.nat(11), (ids, message, bit, missing) => {
        const all = ids.map(keyOf);
        const good = sign(ids, message);
        assert.equal(verdict(all, message, good), true);
        assert.equal(verdict(all, message, good.with(bit >> 3, good[bit >> 3]! ^ (1 << (bit & 7)))), false);
        verdict(
          all.filter((_, i) => i !== missing),
          message,
          good,
        );
      }),
      runs(15),
    );
  });

  it('are one encoding of a point of the group other than infinity', () => {
    const n = withRoom((n) => sign([n]));
    const [signer, roomy] = [keyOf(n), sign([n])];
    assert.equal(verdict([signer], MESSAGE, roomy), true);
    const cases = malformed(G1, roomy);
    assert.ok(cases.some(([name]) => name === 'part 0 beyond the modulus'));
    for (const [name, bytes] of cases) assert.equal(accepts([signer], MESSAGE, bytes), false, name);
  });

  it('are refused outside of the group, alone or on top of the good one', () => {
    const good = G1.Point.fromBytes(signature);
    assert.ok(encodings(good).some((bytes) => verdict(keys, MESSAGE, bytes)));
    for (const order of G1_ORDERS) {
      assert.equal(cofactorOf(G1) % order, 0n);
      const point = torsion(G1, order);
      for (const bytes of [point, good.add(point), good.subtract(point)].flatMap((wrong) => encodings(wrong)))
        assert.equal(verdict(keys, MESSAGE, bytes), false, `order ${order}`);
    }
  });
});

describe("keys of Sui's validators", () => {
  it('are one encoding of a point of the group other than infinity', () => {
    const good = keyOf(withRoom(keyOf));
    assert.ok(decodeKey(good));
    const cases = malformed(G2, good);
    assert.ok(['part 0 beyond the modulus', 'part 48 beyond the modulus'].every((n) => cases.some(([m]) => m === n)));
    for (const [name, bytes] of cases) assert.equal(decodeKey(bytes), undefined, name);
  });

  it('are refused outside of the group, alone or on top of a good one', () => {
    const good = G2.Point.fromBytes(keyOf(0));
    assert.ok(encodings(good).every((bytes) => decodeKey(bytes) !== undefined));
    for (const order of G2_ORDERS) {
      assert.equal(cofactorOf(G2) % order, 0n);
      const point = torsion(G2, order);
      for (const bytes of [point, good.add(point), good.subtract(point)].flatMap((wrong) => encodings(wrong)))
        assert.equal(decodeKey(bytes), undefined, `order ${order}`);
    }
  });

  it('that cancel out are no key, whatever the signature is', () => {
    const negated = G2.Point.fromBytes(keyOf(0)).negate().toBytes();
    const pair = [keyOf(0), negated];
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));
    for (const signature of [infinity, sign([0]), sign([1]), G1.Point.BASE.toBytes()])
      assert.equal(verdict(pair, MESSAGE, signature), false);
    assert.equal(verdict([keyOf(0)], MESSAGE, infinity), false);
    // What is left of three is the third.
    assert.equal(verdict([...pair, keyOf(1)], MESSAGE, sign([1])), true);
    assert.equal(verdict([...pair, keyOf(1)], MESSAGE, sign([0])), false);
  });

  it('decode as with noble, for random bytes and for changed bits', () => {
    const nobleDecodes = (bytes: Uint8Array): boolean => {
      try {
        return !G2.Point.fromBytes(bytes).is0();
      } catch {
        return false;
      }
    };
    const agree = (bytes: Uint8Array) => assert.equal(decodeKey(bytes) !== undefined, nobleDecodes(bytes));
    const random = fc
      .uint8Array({ minLength: 96, maxLength: 96 })
      .map((bytes) => bytes.with(0, (bytes[0]! % 26) | 0x80));
    fc.assert(fc.property(random, agree), runs(100));
    const good = keyOf(7);
    for (let bit = 0; bit < 768; bit += 5) agree(good.with(bit >> 3, good[bit >> 3]! ^ (1 << (bit & 7))));
  });
});

describe('a quorum', () => {
  const bitmap = encodeRoaring([0, 1]);
  const stake = 5_000n;
  const judge = (publicKeys: Uint8Array[], signature: Uint8Array): string =>
    ruleOf(() =>
      verifyQuorum(
        makeCommittee(
          0n,
          publicKeys.map((publicKey) => ({ publicKey, stake })),
        ),
        MESSAGE,
        bitmap,
        signature,
      ),
    );

  it('breaks a rule of its own for whatever keys and signatures are wrong', () => {
    const keys = [keyOf(0), keyOf(1)];
    const good = sign([0, 1]);
    assert.equal(judge(keys, good), 'accepted');
    for (const [name, bytes] of malformed(G1, good))
      assert.equal(judge(keys, bytes), 'InvalidCheckpointSignature', name);
    for (const [name, bytes] of malformed(G2, keys[1]!))
      assert.equal(judge([keys[0]!, bytes], good), 'InvalidCommittee', name);
    for (const bytes of encodings(G1.Point.fromBytes(good).add(torsion(G1, 3n))))
      assert.equal(judge(keys, bytes), 'InvalidCheckpointSignature');
    // Of the two keys what is outside of the group cancels out, so that their sum is a good one.
    const outside = torsion(G2, 13n);
    const [a, b] = keys.map((key) => G2.Point.fromBytes(key));
    for (const first of encodings(a!.add(outside)))
      for (const second of encodings(b!.subtract(outside)))
        assert.equal(judge([first, second], good), 'InvalidCommittee');
    const opposed = [keys[0]!, G2.Point.fromBytes(keys[0]!).negate().toBytes()];
    assert.equal(judge(opposed, Uint8Array.of(0xc0, ...new Uint8Array(47))), 'InvalidCheckpointSignature');
  });
});
