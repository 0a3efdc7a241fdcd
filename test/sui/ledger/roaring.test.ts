/** RoaringBitmap encoding against bytes laid out by hand from the format specification. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeRoaring, encodeRoaring } from '../../../localnet/sui/ledger/roaring.ts';
import { runs } from '../../fuzz.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const U32 = 2 ** 32;
const refused = { name: 'RoaringError', code: 'ROARING_INVALID' };

// cookie 12346 | containers | key, cardinality - 1 | offset | members
const SPECIMENS: [string, number[]][] = [
  ['3a300000 00000000', []],
  ['3a300000 01000000 0000 0000 10000000 0000', [0]],
  ['3a300000 01000000 0000 0200 10000000 0100 0200 0300', [1, 2, 3]],
  ['3a300000 02000000 0000 0000 0100 0100 18000000 1a000000 0500 0000 ffff', [5, 65536, 131071]],
  ['3a300000 01000000 ffff 0000 10000000 ffff', [0xffffffff]],
];

describe('roaring bitmaps', () => {
  for (const [bytes, values] of SPECIMENS) {
    it(`encodes and decodes {${values.join(', ')}}`, () => {
      assert.deepEqual(encodeRoaring(values), hex(bytes));
      assert.deepEqual(decodeRoaring(hex(bytes), U32), values);
    });
  }

  it('uses a bitmap of 8,192 bytes from 4,097 members on', () => {
    const values = Array.from({ length: 4097 }, (_, i) => i * 3);
    const bytes = encodeRoaring(values);
    assert.equal(bytes.length, 16 + 8192);
    assert.deepEqual(bytes.subarray(8, 12), hex('0000 0010'));
    assert.deepEqual(bytes.subarray(16, 19), hex('499224'));
    assert.deepEqual(decodeRoaring(bytes, U32), values);
    assert.equal(encodeRoaring(values.slice(1)).length, 16 + 4096 * 2);
  });

  it('gives every set one encoding, whatever the order and repetition of the input', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }))), (values) => {
        const sorted = [...new Set(values)].sort((a, b) => a - b);
        const bytes = encodeRoaring(values);
        assert.deepEqual(bytes, encodeRoaring(sorted));
        assert.deepEqual(decodeRoaring(bytes, U32), sorted);
      }),
    );
  });

  it('accepts no other bytes: whatever decodes encodes to itself', () => {
    const mutation = fc.record({ at: fc.nat(40), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(fc.nat(70_000), { maxLength: 6 }),
        fc.array(mutation, { maxLength: 3 }),
        (values, mutations) => {
          const bytes = encodeRoaring(values);
          for (const { at, byte } of mutations) if (at < bytes.length) bytes[at] = byte;
          let decoded: number[];
          try {
            decoded = decodeRoaring(bytes, U32);
          } catch (error) {
            assert.equal((error as Error).name, 'RoaringError');
            return;
          }
          assert.deepEqual(encodeRoaring(decoded), bytes);
        },
      ),
      runs(2000),
    );
  });

  const ATTACKS: [string, string][] = [
    ['nothing', ''],
    ['a truncated header', '3a300000 01000000 0000'],
    ['another cookie', '39300000 00000000'],
    ['run containers', '3b300000 01 0000 0200 0100 0100 0200'],
    ['more containers than keys exist', '3a300000 01000100'],
    ['containers out of order', '3a300000 02000000 0100 0000 0000 0000 18000000 1a000000 0000 0000'],
    ['a container twice', '3a300000 02000000 0000 0000 0000 0000 18000000 1a000000 0000 0100'],
    ['members out of order', '3a300000 01000000 0000 0100 10000000 0200 0100'],
    ['a member twice', '3a300000 01000000 0000 0100 10000000 0100 0100'],
    ['a wrong offset', '3a300000 01000000 0000 0000 12000000 0000'],
    ['a truncated container', '3a300000 01000000 0000 0100 10000000 0100'],
    ['trailing bytes', '3a300000 01000000 0000 0000 10000000 0000 00'],
    ['trailing bytes after the empty set', '3a300000 00000000 00'],
  ];
  for (const [name, bytes] of ATTACKS) {
    it(`refuses ${name}`, () => assert.throws(() => decodeRoaring(hex(bytes), U32), refused));
  }

  it('refuses a bitmap container whose members do not add up', () => {
    const bytes = encodeRoaring(Array.from({ length: 5000 }, (_, i) => i));
    bytes[16]! ^= 1;
    assert.throws(() => decodeRoaring(bytes, U32), refused);
  });

  it('refuses members at or above the limit before reading their container', () => {
    assert.deepEqual(decodeRoaring(encodeRoaring([99]), 100), [99]);
    assert.throws(() => decodeRoaring(encodeRoaring([100]), 100), refused);
    assert.throws(() => decodeRoaring(encodeRoaring([70_000]), 100), refused);
  });

  it('reads inside its view only', () => {
    const inner = hex('3a300000 01000000 0000 0000 10000000 0000');
    const outer = new Uint8Array(64).fill(0xff);
    outer.set(inner, 7);
    assert.deepEqual(decodeRoaring(outer.subarray(7, 7 + inner.length), U32), [0]);
    assert.throws(() => decodeRoaring(outer.subarray(7, 6 + inner.length), U32), refused);
  });

  it('encodes nothing but u32 values', () => {
    for (const value of [-1, 1.5, U32, Number.NaN]) assert.throws(() => encodeRoaring([value]), refused);
  });
});
