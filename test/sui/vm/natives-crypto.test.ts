import assert from 'node:assert/strict';
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import jsSha3 from 'js-sha3';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { chachaBlock } from '../../../localnet/sui/natives/chacha.ts';
import { recoverKey } from '../../../localnet/sui/natives/ecdsa.ts';
import { Bytes, type Struct } from '../../../localnet/sui/vm/values.ts';
import { fromHex, NativeHarness, text, toHex } from './native-call.ts';

const { keccak256 } = jsSha3;
const KECCAK = 0;
const SHA256 = 1;

const harness = new NativeHarness();
const N_K1 = secp256k1.Point.Fn.ORDER;
const N_R1 = p256.Point.Fn.ORDER;
const scalar = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(64, '0'));
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

describe('sui natives: hashes', () => {
  const hash = (name: string, data: Uint8Array): string => toHex(harness.onBytes(name, [data]));
  const byValue = (name: string, data: Uint8Array): string => toHex(harness.call(name, [new Bytes(data)]));

  it('hashes as FIPS 180-4, FIPS 202, RFC 7693 and Keccak have it', () => {
    const abc = text('abc');
    assert.equal(
      byValue('std::hash::sha2_256', abc),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    assert.equal(
      byValue('std::hash::sha3_256', abc),
      '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
    );
    assert.equal(
      hash('sui::hash::keccak256', new Uint8Array()),
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    );
    assert.equal(
      byValue('std::hash::sha2_256', new Uint8Array()),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    // BLAKE2b with a 32-byte digest of "abc", as the reference implementation's b2sum -l 256 gives it.
    assert.equal(
      hash('sui::hash::blake2b256', abc),
      'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
    );
  });

  it('agrees with other implementations around block boundaries', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 135, 136, 137, 271, 272, 1000]) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
      assert.equal(byValue('std::hash::sha2_256', data), createHash('sha256').update(data).digest('hex'));
      assert.equal(byValue('std::hash::sha3_256', data), createHash('sha3-256').update(data).digest('hex'));
      assert.equal(hash('sui::hash::keccak256', data), keccak256(data));
    }
  });

  it('computes HMAC with SHA3-256 as NIST shows it', () => {
    // NIST example values for HMAC-SHA3-256 (key lengths below, at and above the block of 136 bytes).
    const key = (length: number) => Uint8Array.from({ length }, (_, i) => i);
    const mac = (k: Uint8Array, m: string) => toHex(harness.onBytes('sui::hmac::hmac_sha3_256', [k, text(m)]));
    assert.equal(
      mac(key(32), 'Sample message for keylen<blocklen'),
      '4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f67205',
    );
    assert.equal(
      mac(key(136), 'Sample message for keylen=blocklen'),
      '68b94e2e538a9be4103bebb5aa016d47961d4d1aa906061313b557f8af2c3faa',
    );
    assert.equal(
      mac(key(168), 'Sample message for keylen>blocklen'),
      '9bcf2c238e235c3ce88404e813bd2f3a97185ac6f238c63d6229a00b07974258',
    );
  });
});

describe('sui natives: ed25519', () => {
  const verify = (signature: Uint8Array, key: Uint8Array, message: Uint8Array): boolean =>
    harness.onBytes('sui::ed25519::ed25519_verify', [signature, key, message]) as boolean;
  // RFC 8032, section 7.1, tests 1 and 3.
  const vectors = [
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ] as const;

  it('accepts the vectors of RFC 8032 and nothing near them', () => {
    for (const [key, message, signature] of vectors.map((v) => v.map(fromHex))) {
      assert.equal(verify(signature!, key!, message!), true);
      assert.equal(verify(signature!, key!, join(message!, Uint8Array.of(0))), false);
      for (const at of [0, 31, 32, 63]) {
        const changed = signature!.slice();
        changed[at]! ^= 1;
        assert.equal(verify(changed, key!, message!), false, `byte ${at}`);
      }
      assert.equal(verify(signature!.subarray(0, 63), key!, message!), false);
      assert.equal(verify(signature!, key!.subarray(0, 31), message!), false);
      assert.equal(verify(join(signature!, Uint8Array.of(0)), key!, message!), false);
    }
  });

  it('refuses s at or above the group order', () => {
    const [key, message, signature] = vectors[0].map(fromHex) as [Uint8Array, Uint8Array, Uint8Array];
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = number(signature.slice(32).reverse());
    const forged = join(signature.subarray(0, 32), scalar(s + order).reverse());
    assert.equal(verify(forged, key, message), false);
  });

  it('accepts a small-order key with a matching signature, as ZIP-215 does', () => {
    // The identity as key and as R with s = 0 satisfies the cofactored equation for every message.
    const identity = scalar(1n).reverse();
    const signature = join(identity, new Uint8Array(32));
    assert.equal(verify(signature, identity, text('anything')), true);
    // A non-canonical encoding of the identity (y = 1 + p) is a point as well.
    const p = 2n ** 255n - 19n;
    assert.equal(verify(join(scalar(p + 1n).reverse(), new Uint8Array(32)), identity, text('anything')), true);
    assert.equal(verify(join(identity, scalar(1n).reverse()), identity, text('anything')), false);
  });

  it('agrees with node:crypto on random keys', () => {
    for (let i = 0; i < 10; i++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
      const message = text(`message ${i}`);
      assert.equal(verify(new Uint8Array(nodeSign(null, message, privateKey)), raw, message), true);
    }
  });
});

interface CurveCase {
  readonly name: 'k1' | 'r1';
  readonly curve: string;
  readonly order: bigint;
  readonly verify: string;
  readonly recover: string;
}

const CURVES: readonly CurveCase[] = [
  {
    name: 'k1',
    curve: 'secp256k1',
    order: N_K1,
    verify: 'sui::ecdsa_k1::secp256k1_verify',
    recover: 'sui::ecdsa_k1::secp256k1_ecrecover',
  },
  {
    name: 'r1',
    curve: 'prime256v1',
    order: N_R1,
    verify: 'sui::ecdsa_r1::secp256r1_verify',
    recover: 'sui::ecdsa_r1::secp256r1_ecrecover',
  },
];

/** A key pair of node:crypto: the private key and the public point, compressed and not. */
function keyPair(curve: string): {
  privateKey: KeyObject;
  publicKey: KeyObject;
  compressed: Uint8Array;
  plain: Uint8Array;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url'));
  return {
    privateKey,
    publicKey,
    compressed: new Uint8Array(ecdh.getPublicKey(null, 'compressed')),
    plain: new Uint8Array(ecdh.getPublicKey(null, 'uncompressed')),
  };
}

/** Signs with SHA-256; s is made low. */
function signLow(privateKey: KeyObject, message: Uint8Array, order: bigint): Uint8Array {
  const signature = new Uint8Array(nodeSign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  const s = number(signature.subarray(32));
  return join(signature.subarray(0, 32), scalar(s > order / 2n ? order - s : s));
}

for (const { name, curve, order, verify: verifyName, recover: recoverName } of CURVES) {
  describe(`sui natives: ecdsa_${name}`, () => {
    const verify = (signature: Uint8Array, key: Uint8Array, message: Uint8Array, hash = SHA256): boolean =>
      harness.onBytes(verifyName, [signature, key, message], hash) as boolean;
    const message = text('corridor');
    const keys = keyPair(curve);
    const signature = signLow(keys.privateKey, message, order);
    const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32))];
    const signatureOf = (r: bigint, s: bigint): Uint8Array => join(scalar(r), scalar(s));

    it('accepts signatures made by node:crypto, under either form of the key', () => {
      for (let i = 0; i < 5; i++) {
        const pair = keyPair(curve);
        const data = text(`message ${i}`);
        const made = signLow(pair.privateKey, data, order);
        assert.equal(verify(made, pair.compressed, data), true);
        assert.equal(verify(made, pair.plain, data), true);
        assert.equal(verify(made, keys.compressed, data), false);
        assert.equal(verify(made, pair.compressed, text('other')), false);
      }
    });

    it('refuses high s, zero, and values at or above the order', () => {
      assert.equal(verify(signatureOf(r, s), keys.compressed, message), true);
      assert.equal(verify(signatureOf(r, order - s), keys.compressed, message), false);
      for (const [a, b] of [
        [0n, s],
        [r, 0n],
        [0n, 0n],
        [order, s],
        [r, order],
        [r + order, s],
        [r, s + order],
      ] as const) {
        if (a < 1n << 256n && b < 1n << 256n) assert.equal(verify(signatureOf(a, b), keys.compressed, message), false);
      }
      assert.equal(verify(signature.subarray(0, 63), keys.compressed, message), false);
      assert.equal(verify(join(signature, Uint8Array.of(0)), keys.compressed, message), false);
    });

    it('refuses keys that are no points', () => {
      const wrongX = join(Uint8Array.of(2), new Uint8Array(32).fill(0xff));
      const offCurve = keys.plain.slice();
      offCurve[64]! ^= 1;
      for (const key of [
        new Uint8Array(),
        Uint8Array.of(0),
        keys.compressed.subarray(0, 32),
        wrongX,
        offCurve,
        new Uint8Array(65),
      ]) {
        assert.equal(verify(signature, key, message), false);
      }
    });

    it('knows two hash functions and takes others for a failure', () => {
      assert.equal(verify(signature, keys.compressed, message, KECCAK), false);
      assert.equal(verify(signature, keys.compressed, message, 2), false);
      assert.equal(harness.abortOnBytes(recoverName, [join(signature, Uint8Array.of(0)), message], 2), 0);
    });

    it('recovers the key, for low and high s alike', () => {
      const recover = (signature: Uint8Array): string =>
        toHex(harness.onBytes(recoverName, [signature, message], SHA256));
      const found = [0, 1].map((id) => recover(join(signature, Uint8Array.of(id))));
      const id = found.indexOf(toHex(keys.compressed));
      assert.ok(id >= 0, 'neither recovery id gives the key');
      assert.notEqual(found[0], found[1]);
      assert.equal(recover(join(signatureOf(r, order - s), Uint8Array.of(1 - id))), toHex(keys.compressed));
    });

    it('aborts with the codes of Sui', () => {
      const abort = (signature: Uint8Array): number | null =>
        harness.abortOnBytes(recoverName, [signature, message], SHA256);
      assert.equal(abort(join(signature, Uint8Array.of(4))), 1);
      assert.equal(abort(signature), 1);
      assert.equal(abort(join(signatureOf(order, s), Uint8Array.of(0))), 1);
      // libsecp256k1 reads zeros and fails to recover; the p256 crate does not read them.
      assert.equal(abort(join(signatureOf(0n, s), Uint8Array.of(0))), name === 'k1' ? 0 : 1);
      assert.equal(abort(join(signatureOf(r, 0n), Uint8Array.of(0))), name === 'k1' ? 0 : 1);
      // With recovery id 2 the x-coordinate would be r + n. For secp256k1 and r near n it is no field element; for
      // secp256r1 the p256 crate lets the sum wrap at 2^256, so that the same r gives some key.
      assert.equal(abort(join(signatureOf(order - 1n, s), Uint8Array.of(2))), name === 'k1' ? 0 : null);
    });
  });
}

describe('sui natives: ecdsa specifics', () => {
  it('recovers the signer of the example of EIP-155', () => {
    // The signing data, signature and private key (32 times 0x46) are those of the EIP.
    const data = fromHex(`ec098504a817c80082520894${'35'.repeat(20)}880de0b6b3a764000080018080`);
    const r = fromHex('28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276');
    const s = fromHex('67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83');
    const recovered = harness.onBytes(
      'sui::ecdsa_k1::secp256k1_ecrecover',
      [join(r, s, Uint8Array.of(0)), data],
      KECCAK,
    );
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.alloc(32, 0x46));
    assert.equal(toHex(recovered), ecdh.getPublicKey('hex', 'compressed'));
  });

  it('recovers again what it recovered before, whatever became of that, and keeps curves and digests apart', () => {
    const key = new Uint8Array(32).fill(0x51);
    const message = text('recovered twice');
    const [id, ...rs] = secp256k1.sign(createHash('sha256').update(message).digest(), key, {
      prehash: false,
      lowS: true,
      format: 'recovered',
    });
    const signature = Uint8Array.of(...rs, id!);
    const recover = (name: string, data = message): Bytes =>
      harness.onBytes(`sui::${name}_ecrecover`, [signature, data], SHA256) as Bytes;
    const expected = toHex(secp256k1.getPublicKey(key, true));
    const first = recover('ecdsa_k1::secp256k1');
    assert.equal(toHex(first), expected);
    first.data.fill(0);
    assert.equal(toHex(recover('ecdsa_k1::secp256k1')), expected);
    assert.notEqual(toHex(recover('ecdsa_k1::secp256k1', text('another'))), expected);
    const other = recoverKey(p256, signature, new Uint8Array(createHash('sha256').update(message).digest()));
    assert.ok(typeof other !== 'string');
    assert.equal(toHex(recover('ecdsa_r1::secp256r1')), toHex(other));
    const wrong = Uint8Array.of(...rs, 4);
    for (let i = 0; i < 2; i++) {
      assert.equal(harness.abortOnBytes('sui::ecdsa_k1::secp256k1_ecrecover', [wrong, message], SHA256), 1);
    }
  });

  it('decompresses keys, hybrid ones included, and aborts with 2 on others', () => {
    const { compressed, plain } = keyPair('secp256k1');
    const decompress = 'sui::ecdsa_k1::decompress_pubkey';
    assert.equal(toHex(harness.onBytes(decompress, [compressed])), toHex(plain));
    const hybrid = plain.slice();
    hybrid[0] = 6 + (plain[64]! & 1);
    assert.equal(toHex(harness.onBytes(decompress, [hybrid])), toHex(plain));
    hybrid[0]! ^= 1;
    assert.equal(harness.abortOnBytes(decompress, [hybrid]), 2);
    assert.equal(harness.abortOnBytes(decompress, [compressed.subarray(1)]), 2);
  });

  it('judges secp256r1 as noble does, honest signatures, altered ones and those at the edges', () => {
    const verdicts = { true: 0, false: 0 };
    for (let i = 0; i < 40; i++) {
      const { privateKey, compressed, plain } = keyPair('prime256v1');
      const message = text(`message ${i}`);
      const honest = signLow(privateKey, message, N_R1);
      const flipped = honest.slice();
      flipped[i]! ^= 1 << (i % 8);
      const [r, s] = [honest.subarray(0, 32), honest.subarray(32)];
      const edges = [0n, 1n, N_R1 / 2n, N_R1 / 2n + 1n, N_R1 - 1n, N_R1, (1n << 256n) - 1n].map(scalar);
      const others = edges.flatMap((edge) => [join(edge, s), join(r, edge), join(edge, edge)]);
      for (const signature of [honest, flipped, join(r, scalar(N_R1 - number(s))), join(s, r), ...others]) {
        const expected = p256.verify(signature, message, compressed, { prehash: true, lowS: true });
        for (const key of [compressed, plain]) {
          const ours = harness.onBytes('sui::ecdsa_r1::secp256r1_verify', [signature, key, message], SHA256);
          assert.equal(ours, expected, `${toHex(signature)} under ${toHex(key)}`);
        }
        verdicts[`${expected}`]++;
      }
    }
    assert.ok(verdicts.true >= 40 && verdicts.false > 500, JSON.stringify(verdicts));
  });

  it('reads compact keys on secp256r1: x alone, with the smaller y', () => {
    const pair = keyPair('prime256v1');
    const message = text('compact');
    const signature = signLow(pair.privateKey, message, N_R1);
    const y = number(pair.plain.subarray(33));
    const p = p256.Point.Fp.ORDER;
    const compact = join(Uint8Array.of(5), pair.compressed.subarray(1));
    const valid = harness.onBytes('sui::ecdsa_r1::secp256r1_verify', [signature, compact, message], SHA256);
    assert.equal(valid, y < p - y);
  });

  it('signs as RFC 6979 has it, for tests', () => {
    // RFC 6979 has no vectors for secp256k1; this key, message and signature are widely published ones for it.
    const key = scalar(1n);
    const message = text('Satoshi Nakamoto');
    const signature = harness.onBytes('sui::ecdsa_k1::secp256k1_sign', [key, message], SHA256, false);
    assert.equal(
      toHex(signature),
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
        '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    );
    const recoverable = harness.onBytes('sui::ecdsa_k1::secp256k1_sign', [key, message], SHA256, true) as Bytes;
    assert.equal(recoverable.length, 65);
    const recovered = harness.onBytes('sui::ecdsa_k1::secp256k1_ecrecover', [recoverable.view(), message], SHA256);
    assert.equal(toHex(recovered), '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
    assert.equal(harness.abortOnBytes('sui::ecdsa_k1::secp256k1_sign', [scalar(0n), message], SHA256, false), 3);
    assert.equal(harness.abortOnBytes('sui::ecdsa_k1::secp256k1_sign', [key, message], 7, false), 4);
  });

  it('makes the key of a seed with the generator of RFC 8439 at 12 rounds', () => {
    // RFC 8439, section 2.3.2, has 20 rounds, a 32-bit counter and a nonce; with a zero nonce: appendix A.1, test 1.
    assert.equal(
      toHex(chachaBlock(new Uint8Array(32), 0n, 20)),
      '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
        'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
    );
    const pair = harness.onBytes('sui::ecdsa_k1::secp256k1_keypair_from_seed', [new Uint8Array(32).fill(1)]) as Struct;
    const [secret, publicKey] = pair.fields as [Bytes, Bytes];
    assert.equal(toHex(secret), toHex(chachaBlock(new Uint8Array(32).fill(1), 0n, 12).subarray(0, 32)));
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.from(secret.view()));
    assert.equal(toHex(publicKey), ecdh.getPublicKey('hex', 'compressed'));
    assert.equal(harness.abortOnBytes('sui::ecdsa_k1::secp256k1_keypair_from_seed', [new Uint8Array(31)]), 5);
  });

  it('checks its own oracle', () => {
    // node:crypto must reject what it is given as wrong, or agreement with it would mean nothing.
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const signature = nodeSign('sha256', Buffer.from('a'), privateKey);
    assert.equal(nodeVerify('sha256', Buffer.from('b'), publicKey, signature), false);
    assert.ok(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })));
    assert.ok(createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })));
  });
});
