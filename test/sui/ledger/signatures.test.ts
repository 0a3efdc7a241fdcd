/** User signatures, made by the stock SDK and by hand. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import type { Keypair } from '@mysten/sui/cryptography';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { Secp256r1Keypair } from '@mysten/sui/keypairs/secp256r1';
import { MultiSigPublicKey } from '@mysten/sui/multisig';
import { fromBase64 } from '@mysten/sui/utils';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { addressOfKey, verifySignatures } from '../../../localnet/sui/ledger/signatures.ts';

const transaction = Uint8Array.from({ length: 200 }, (_, i) => i);
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const keypairs: Record<string, Keypair> = {
  ed25519: Ed25519Keypair.fromSecretKey(secret),
  secp256k1: Secp256k1Keypair.fromSecretKey(secret),
  secp256r1: Secp256r1Keypair.fromSecretKey(secret),
};
const sign = async (keypair: Keypair, bytes = transaction): Promise<Uint8Array> =>
  fromBase64((await keypair.signTransaction(bytes)).signature);
const check =
  (signatures: Uint8Array[], ...signers: string[]) =>
  () =>
    verifySignatures(transaction, signatures, signers);
const {
  ed25519: alice,
  secp256k1: bob,
  secp256r1: carol,
} = keypairs as Record<'ed25519' | 'secp256k1' | 'secp256r1', Keypair>;

describe('user signatures', () => {
  for (const [name, keypair] of Object.entries(keypairs)) {
    it(`of ${name} verify for their address, message and key only`, async () => {
      const address = keypair.toSuiAddress();
      const signature = await sign(keypair);
      check([signature], address)();
      const other = await sign(keypair, Uint8Array.of(1));
      assert.throws(check([other], address), { code: 'SIGNATURE_INVALID' });
      assert.throws(check([signature], `0x${'0'.repeat(64)}`), { code: 'SIGNER_MISSING' });
      for (const position of [1, 40, 70]) {
        const changed = Uint8Array.from(signature);
        changed[position]! ^= 1;
        assert.throws(check([changed], address), { name: 'SignatureError' });
      }
      assert.throws(check([signature.subarray(0, -1)], address), { code: 'SIGNATURE_MALFORMED' });
      assert.throws(check([Uint8Array.of(...signature, 0)], address), { code: 'SIGNATURE_MALFORMED' });
    });
  }

  it('with a high s are refused on both ECDSA curves', async () => {
    for (const [keypair, curve] of [
      [bob, secp256k1],
      [carol, p256],
    ] as const) {
      const signature = await sign(keypair);
      const s = BigInt(`0x${Buffer.from(signature.subarray(33, 65)).toString('hex')}`);
      const high = (curve.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
      const malleated = Uint8Array.from(signature);
      malleated.set(Buffer.from(high, 'hex'), 33);
      assert.throws(check([malleated], keypair.toSuiAddress()), { code: 'SIGNATURE_INVALID' });
    }
  });

  it('of ed25519 follow ZIP 215: a small-order key and R verify anything, as on Sui', () => {
    // The identity as key and R, s = 0: 8(0 B) = 8(R + k A) holds for every message; RFC 8032 libraries differ here.
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    const nonCanonical = Uint8Array.from(Buffer.from(`ee${'ff'.repeat(30)}7f`, 'hex'));
    for (const key of [identity, nonCanonical]) {
      const signature = Uint8Array.of(0, ...identity, ...new Uint8Array(32), ...key);
      check([signature], addressOfKey(0, key))();
      // s at or above the group order is refused all the same.
      const order = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');
      const overlong = Uint8Array.of(0, ...identity, ...order, ...key);
      assert.throws(check([overlong], addressOfKey(0, key)), { code: 'SIGNATURE_INVALID' });
    }
  });

  it('of a scheme that is not supported are refused by name', () => {
    assert.throws(check([Uint8Array.of(5, 1, 2)], alice.toSuiAddress()), {
      code: 'SCHEME_UNSUPPORTED',
      message: /zkLogin/,
    });
    assert.throws(check([Uint8Array.of(6, 1, 2)], alice.toSuiAddress()), {
      code: 'SCHEME_UNSUPPORTED',
      message: /passkey/,
    });
    assert.throws(check([Uint8Array.of(4, 1, 2)], alice.toSuiAddress()), { code: 'SIGNATURE_MALFORMED' });
    assert.throws(check([Uint8Array.of()], alice.toSuiAddress()), { code: 'SIGNATURE_MALFORMED' });
  });

  it('are needed of sender and gas owner, each once, in any order', async () => {
    const [a, b] = [await sign(alice), await sign(bob)];
    const [sender, sponsor] = [alice.toSuiAddress(), bob.toSuiAddress()];
    check([a, b], sender, sponsor)();
    check([b, a], sender, sponsor)();
    check([a], sender, sender)();
    assert.throws(check([a], sender, sponsor), { code: 'SIGNER_MISSING' });
    assert.throws(check([a, a], sender, sponsor), { code: 'SIGNER_MISSING' });
    assert.throws(check([a, b], sender), { code: 'SIGNER_MISSING' });
    assert.throws(check([], sender), { code: 'SIGNER_MISSING' });
  });

  it('do not verify under another scheme with the same bytes', async () => {
    const signature = await sign(bob);
    signature[0] = 2;
    assert.throws(check([signature], carol.toSuiAddress()), { code: 'SIGNATURE_INVALID' });
  });
});

describe('multisig', () => {
  const committee = MultiSigPublicKey.fromPublicKeys({
    threshold: 3,
    publicKeys: [
      { publicKey: alice.getPublicKey(), weight: 1 },
      { publicKey: bob.getPublicKey(), weight: 2 },
      { publicKey: carol.getPublicKey(), weight: 3 },
    ],
  });
  const address = committee.toSuiAddress();
  const combine = async (...signers: Keypair[]): Promise<Uint8Array> => {
    const signatures = await Promise.all(
      signers.map(async (signer) => (await signer.signTransaction(transaction)).signature),
    );
    return fromBase64(committee.combinePartialSignatures(signatures));
  };
  type MultiSig = typeof bcs.MultiSig.$inferType;
  const rewrite = (signature: Uint8Array, change: (value: MultiSig) => void): Uint8Array => {
    const value = bcs.MultiSig.parse(signature.slice(1));
    change(value);
    return Uint8Array.of(3, ...bcs.MultiSig.serialize(value).toBytes());
  };

  it('verifies when the weights reach the threshold', async () => {
    check([await combine(alice, bob)], address)();
    check([await combine(carol)], address)();
    check([await combine(alice, bob, carol)], address)();
  });

  it('is refused below the threshold', async () => {
    // The SDK refuses to combine too little, so a signature is taken out again.
    const signature = rewrite(await combine(alice, bob), (value) => {
      value.sigs.length = 1;
      value.bitmap = 1;
    });
    assert.throws(check([signature], address), { code: 'MULTISIG_INVALID' });
  });

  it('is refused when a signature is counted for another key, twice, or not at all', async () => {
    const signature = await combine(alice, bob);
    const changed = (change: (value: MultiSig) => void) => check([rewrite(signature, change)], address);
    assert.throws(
      changed((value) => (value.bitmap = 0b101)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => value.sigs.reverse()),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => value.sigs.push(value.sigs[0]!)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => (value.bitmap = 0b1000000011)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => (value.sigs.length = 0)),
      { code: 'MULTISIG_INVALID' },
    );
  });

  it('is refused with a committee that Sui would refuse, or another committee', async () => {
    const signature = await combine(carol);
    const changed = (change: (value: MultiSig) => void) => check([rewrite(signature, change)], address);
    assert.throws(
      changed((value) => (value.multisig_pk.threshold = 0)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => (value.multisig_pk.threshold = 7)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => (value.multisig_pk.pk_map[0]!.weight = 0)),
      { code: 'MULTISIG_INVALID' },
    );
    assert.throws(
      changed((value) => value.multisig_pk.pk_map.push(value.multisig_pk.pk_map[0]!)),
      { code: 'MULTISIG_INVALID' },
    );
    // A lower threshold is another committee, hence another address.
    assert.throws(
      changed((value) => (value.multisig_pk.threshold = 1)),
      { code: 'SIGNER_MISSING' },
    );
  });

  it('is refused with trailing bytes', async () => {
    const signature = await combine(carol);
    assert.throws(check([Uint8Array.of(...signature, 0)], address), { code: 'SIGNATURE_MALFORMED' });
  });
});
