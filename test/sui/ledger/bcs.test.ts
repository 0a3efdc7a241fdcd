/** Strictness of decoding, digests against their definition, and types as text. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bcs } from '@mysten/sui/bcs';
import { fromBase58 } from '@mysten/sui/utils';
import { blake2b } from '@noble/hashes/blake2.js';
import fc from 'fast-check';
import {
  AggregateSignature,
  CheckpointContents,
  CheckpointSummary,
  TransactionEffects,
  ValidatorCommittee,
  decodeExact,
  digestBytes,
  digestOf,
} from '../../../localnet/sui/ledger/bcs.ts';
import { canonicalType, parseStruct, parseType, shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { runs } from '../../fuzz.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const u64 = (n: number): string => Buffer.from(new BigUint64Array([BigInt(n)]).buffer).toString('hex');
const malformed = { code: 'BCS_INVALID' };
const digest = '20' + 'ab'.repeat(32);

describe('checkpoint formats', () => {
  // Field by field: epoch, sequence, total, content digest, no previous digest, four costs, timestamp, one commitment,
  // no end of epoch, two bytes of version-specific data.
  const summary = hex(
    `${u64(1)}${u64(2)}${u64(3)}${digest} 00 ${u64(4)}${u64(5)}${u64(6)}${u64(7)}${u64(8)} 01 01 ${digest} 00 02 0000`,
  );

  it('read a summary laid out by hand', () => {
    const value = decodeExact(CheckpointSummary, summary, 'CheckpointSummary');
    assert.equal(value.epoch, 1n);
    assert.equal(value.sequenceNumber, 2n);
    assert.equal(value.networkTotalTransactions, 3n);
    assert.deepEqual(Buffer.from(fromBase58(value.contentDigest)), Buffer.alloc(32, 0xab));
    assert.equal(value.previousDigest, null);
    assert.equal(value.epochRollingGasCostSummary.nonRefundableStorageFee, 7n);
    assert.equal(value.timestampMs, 8n);
    assert.equal(value.checkpointCommitments[0]!.$kind, 'CheckpointArtifacts');
    assert.equal(value.endOfEpochData, null);
    assert.deepEqual(value.versionSpecificData, Uint8Array.of(0, 0));
  });

  it('read the end of an epoch: keys with a length, stakes, protocol version', () => {
    const key = '60' + 'cd'.repeat(96);
    const end = `01 01 ${key}${u64(10_000)} ${u64(105)} 00`;
    const bytes = hex(`${u64(1)}${u64(2)}${u64(3)}${digest} 00 ${u64(0).repeat(4)}${u64(8)} 00 ${end} 00`);
    const { endOfEpochData } = decodeExact(CheckpointSummary, bytes, 'CheckpointSummary');
    assert.equal(endOfEpochData!.nextEpochCommittee[0]!.stake, 10_000n);
    assert.deepEqual(endOfEpochData!.nextEpochCommittee[0]!.publicKey, new Uint8Array(96).fill(0xcd));
    assert.equal(endOfEpochData!.nextEpochProtocolVersion, 105n);
    const short = hex(`${u64(1)} 01 5f ${'cd'.repeat(95)}${u64(1)}`);
    assert.throws(() => decodeExact(ValidatorCommittee, short, 'ValidatorCommittee'), malformed);
  });

  it('read both versions of contents, and no third', () => {
    const v1 = decodeExact(CheckpointContents, hex(`00 01 ${digest}${digest} 01 01 02 0011`), 'CheckpointContents');
    assert.deepEqual(v1.V1!.signatures, [[Uint8Array.of(0, 0x11)]]);
    const v2 = decodeExact(
      CheckpointContents,
      hex(`01 01 ${digest}${digest} 02 01 aa 00 01 bb 01 ${u64(9)}`),
      'CheckpointContents',
    );
    assert.deepEqual(v2.V2!.transactions[0]!.signatures, [
      [Uint8Array.of(0xaa), null],
      [Uint8Array.of(0xbb), 9n],
    ]);
    assert.throws(() => decodeExact(CheckpointContents, hex('02 00'), 'CheckpointContents'), malformed);
  });

  it('read a certificate: the signature has no length', () => {
    const bytes = hex(`${u64(7)} ${'ee'.repeat(48)} 03 010203`);
    const value = decodeExact(AggregateSignature, bytes, 'certificate');
    assert.deepEqual(value, { epoch: 7n, signature: new Uint8Array(48).fill(0xee), bitmap: Uint8Array.of(1, 2, 3) });
  });

  it('refuse every other encoding of a summary', () => {
    const refuse = (bytes: Uint8Array) =>
      assert.throws(() => decodeExact(CheckpointSummary, bytes, 'CheckpointSummary'), malformed);
    for (let length = 0; length < summary.length; length++) refuse(summary.subarray(0, length));
    refuse(Uint8Array.of(...summary, 0));
    const changed = (at: number, byte: number) => Uint8Array.from(summary, (old, i) => (i === at ? byte : old));
    refuse(changed(24, 0x21)); // digest of 33 bytes
    refuse(changed(57, 2)); // option that is neither none nor some
    refuse(changed(99, 7)); // unknown commitment
    // A length of two as three bytes instead of one.
    refuse(Uint8Array.of(...summary.subarray(0, -3), 0x82, 0x80, 0x00, 0, 0));
  });

  it('never read past the bytes given', () => {
    const pool = new Uint8Array(summary.length + 64).fill(1);
    pool.set(summary, 8);
    decodeExact(CheckpointSummary, pool.subarray(8, 8 + summary.length), 'CheckpointSummary');
    assert.throws(
      () => decodeExact(CheckpointSummary, pool.subarray(8, 6 + summary.length), 'CheckpointSummary'),
      malformed,
    );
  });

  it('read a runtime error without a location and write it again', () => {
    // V2, failure, MovePrimitiveRuntimeError, no location, no command; epoch, four costs, digest, no gas object or
    // events, nothing depended on, version, nothing changed, nothing read, no auxiliary data.
    const bytes = hex(`01 01 0b 00 00 ${u64(0)} ${u64(0).repeat(4)} ${digest} 00 00 00 ${u64(1)} 00 00 00`);
    const value = decodeExact(TransactionEffects, bytes, 'TransactionEffects');
    assert.equal(value.V2!.status.Failure!.error.MovePrimitiveRuntimeError, null);
  });

  it('survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const type of [CheckpointSummary, CheckpointContents, bcs.TransactionData, bcs.TransactionEffects]) {
          try {
            const value = decodeExact<unknown, never>(type as never, bytes, 'value');
            assert.deepEqual(Uint8Array.from(type.serialize(value as never).toBytes()), bytes);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'BCS_INVALID');
          }
        }
      }),
      runs(500),
    );
  });

  it('refuse types nested beyond the stack without failing', () => {
    const deep = new Uint8Array(200_001).fill(6);
    deep[0] = 1;
    assert.throws(() => decodeExact(bcs.vector(bcs.TypeTag), deep, 'types'), malformed);
  });
});

describe('digests', () => {
  it('are blake2b-256 of the type name, two colons and the bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const preimage = Buffer.concat([Buffer.from('CheckpointSummary::'), bytes]);
    assert.deepEqual(digestBytes('CheckpointSummary', bytes), blake2b(preimage, { dkLen: 32 }));
    assert.deepEqual(
      Buffer.from(fromBase58(digestOf('CheckpointSummary', bytes))),
      Buffer.from(blake2b(preimage, { dkLen: 32 })),
    );
    assert.notEqual(digestOf('CheckpointContents', bytes), digestOf('CheckpointSummary', bytes));
    // Another implementation of the hash, to rule out a wrong output length or key: 64 bytes where node has it.
    assert.deepEqual(Buffer.from(blake2b(preimage, { dkLen: 64 })), createHash('blake2b512').update(preimage).digest());
  });
});

describe('types as text', () => {
  const sui = `${shortAddress(2)}::sui::SUI`;
  it('have one canonical spelling', () => {
    assert.equal(canonicalType('0x2::sui::SUI'), sui);
    assert.equal(canonicalType(`0x2::coin::Coin< 0x2::sui::SUI >`), `${shortAddress(2)}::coin::Coin<${sui}>`);
    assert.equal(
      canonicalType('0x2::a::B<u8, vector<vector<address>>,bool>'),
      `${shortAddress(2)}::a::B<u8,vector<vector<address>>,bool>`,
    );
    assert.equal(canonicalType(canonicalType('0xABC::a::_b1')), `${shortAddress(0xabc)}::a::_b1`);
  });

  for (const text of [
    '',
    'u7',
    'vector',
    'vector<>',
    'vector<u8,u8>',
    'SUI',
    '0x2',
    '0x2::sui',
    '0x2::sui::',
    '0x2::sui::SUI<>',
    '0x2::sui::SUI<u8',
    '0x2::sui::SUI<u8>>',
    '0x2::sui::SUI>',
    '0x2::sui::SUI x',
    '0x2::1a::B',
    'sui::sui::SUI',
    `0x${'1'.repeat(65)}::a::B`,
    '0x2::a::B<u8,>',
    `${'vector<'.repeat(129)}u8${'>'.repeat(129)}`,
    `0x2::${'a'.repeat(50_000)}::B`,
  ]) {
    it(`refuse "${text.length > 40 ? `${text.slice(0, 40)}...` : text}"`, () => {
      assert.throws(() => parseType(text), { code: 'TYPE_INVALID' });
    });
  }

  it('tell structs from other types', () => {
    assert.equal(parseStruct('0x2::sui::SUI').name, 'SUI');
    assert.throws(() => parseStruct('vector<u8>'), { code: 'TYPE_INVALID' });
  });

  it('agree with the SDK on whatever both accept', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,5}$/);
    const { tag } = fc.letrec<{ tag: string }>((tie) => ({
      tag: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('bool', 'u8', 'u64', 'u256', 'address'),
        tie('tag').map((inner) => `vector<${inner}>`),
        fc.tuple(name, name, fc.array(tie('tag'), { maxLength: 2 })).map(([module, struct, args]) => {
          return `0x2a::${module}::${struct}${args.length > 0 ? `<${args.join(', ')}>` : ''}`;
        }),
      ),
    }));
    fc.assert(
      fc.property(tag, (text) => {
        const ours = bcs.TypeTag.serialize(parseType(text)).toHex();
        assert.equal(ours, bcs.TypeTag.serialize(text).toHex());
        assert.equal(ours, bcs.TypeTag.serialize(canonicalType(text)).toHex());
      }),
    );
  });
});
