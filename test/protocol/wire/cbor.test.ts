/** CBOR in its deterministic form, against cborg and the examples of RFC 8949. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { decode, encode } from 'cborg';
import fc from 'fast-check';
import {
  decodeCbor,
  encodeCbor,
  MAX_FRAME_BYTES,
  type CborInput,
  type CborValue,
} from '../../../prover/protocol/wire/index.ts';
import { runs } from '../../fuzz.ts';
import { ruleOf } from './world.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('CBOR', () => {
  const value = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('tree'), { maxKeys: 4 }),
    ),
  })).tree;
  /** Maps as cborg and the enclave's decoder have them, in one form. */
  const plain = (item: unknown): unknown => {
    if (item instanceof Map) return new Map([...item].map(([key, inner]) => [key, plain(inner)]));
    if (Array.isArray(item)) return item.map(plain);
    if (item instanceof Uint8Array) return Buffer.from(item).toString('hex');
    return typeof item === 'number' ? BigInt(item) : item;
  };
  const depth = (item: unknown): number =>
    Array.isArray(item) || (item !== null && typeof item === 'object' && !(item instanceof Uint8Array))
      ? 1 + Math.max(0, ...Object.values(item as object).map(depth))
      : 0;

  it('is what cborg writes, and reads what cborg writes', () => {
    fc.assert(
      fc.property(value, (item) => {
        fc.pre(depth(item) <= 7);
        const encoded = encodeCbor(item as CborInput);
        // cborg sorts keys by length first, as the older canonical form did: the same order for keys below 24 bytes.
        assert.deepEqual(
          plain(decode(encoded, { useMaps: true, strict: true, allowBigInt: true })),
          plain(decodeCbor(encoded)),
        );
      }),
      runs(500),
    );
    const small = {
      b: [1, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296n],
      a: { cc: 'ü', z: hex('00ff') },
    };
    assert.deepEqual(Buffer.from(encodeCbor(small)), Buffer.from(encode(small)));
  });

  it('follows the examples of RFC 8949, appendix A', () => {
    const examples: [string, CborInput][] = [
      ['00', 0],
      ['17', 23],
      ['1818', 24],
      ['1903e8', 1000],
      ['1a000f4240', 1_000_000],
      ['1b000000e8d4a51000', 1_000_000_000_000],
      ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
      ['40', new Uint8Array()],
      ['4401020304', hex('01020304')],
      ['6449455446', 'IETF'],
      ['62c3bc', 'ü'],
      ['80', []],
      ['8301820203820405', [1, [2, 3], [4, 5]]],
      ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, i) => i + 1)],
      ['a26161016162820203', { a: 1, b: [2, 3] }],
      ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
    ];
    for (const [expected, item] of examples) {
      assert.equal(Buffer.from(encodeCbor(item)).toString('hex'), expected);
      assert.deepEqual(Buffer.from(encodeCbor(inputOf(decodeCbor(hex(expected))))), Buffer.from(hex(expected)));
    }
  });

  it('has one encoding for each value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let read: CborValue;
        try {
          read = decodeCbor(bytes);
        } catch {
          return;
        }
        assert.deepEqual(Buffer.from(encodeCbor(inputOf(read))), Buffer.from(bytes));
      }),
      runs(3000),
    );
  });

  it('refuses everything else', () => {
    const wrong = {
      nothing: '',
      'two values': '0000',
      'a longer number than needed': '1817',
      'two bytes for one': '1900ff',
      'four for two': '1a0000ffff',
      'eight for four': '1b00000000ffffffff',
      'a longer length than needed': '580100',
      'a form that is reserved': '1c',
      'an indefinite byte string': '5f4100ff',
      'an indefinite array': '9fff',
      'an indefinite map': 'bfff',
      'a negative number': '20',
      'a tag': 'c100',
      false: 'f4',
      null: 'f6',
      'a float': 'f93c00',
      'keys out of order': 'a2616200616100',
      'a longer key first': 'a26261610061' + '6200',
      'a key twice': 'a2616100616100',
      'a key that is a number': 'a10000',
      'a key that is a list': 'a18000',
      'a map without its last value': 'a16161',
      'bytes that are cut off': '4201',
      'text that is cut off': '6261',
      'text that is not UTF-8': '61ff',
      'an array that is cut off': '8200',
      'an array longer than memory': '9bffffffffffffffff',
      'bytes longer than memory': '5bffffffffffffffff',
    };
    for (const [name, bytes] of Object.entries(wrong))
      assert.equal(
        ruleOf(() => decodeCbor(hex(bytes))),
        'MalformedFrame',
        name,
      );
  });

  it('bounds depth and number of values', () => {
    const nested = (depth: number): Uint8Array => hex('81'.repeat(depth) + '00');
    assert.equal(
      ruleOf(() => decodeCbor(nested(8))),
      'accepted',
    );
    assert.equal(
      ruleOf(() => decodeCbor(nested(9))),
      'MalformedFrame',
    );
    assert.equal(
      ruleOf(() => decodeCbor(nested(100_000))),
      'MalformedFrame',
    );
    const many = (count: number): Uint8Array => encodeCbor(Array.from({ length: count }, () => []));
    assert.equal(
      ruleOf(() => decodeCbor(many(32_767))),
      'accepted',
    );
    assert.equal(
      ruleOf(() => decodeCbor(many(32_768))),
      'MalformedFrame',
    );
  });

  it('INV-45: takes little memory for arrays that claim much', function () {
    this.timeout(60_000);
    // Eight arrays, one in the other, each of which claims all the bytes of the frame for its items.
    const frame = new Uint8Array(MAX_FRAME_BYTES);
    for (let depth = 0; depth < 8; depth++) {
      frame[5 * depth] = 0x9a;
      new DataView(frame.buffer).setUint32(5 * depth + 1, MAX_FRAME_BYTES - 100);
    }
    assert.equal(
      ruleOf(() => decodeCbor(frame)),
      'MalformedFrame',
    );
    const module = new URL('../../../prover/protocol/wire/cbor.ts', import.meta.url).href;
    const script = `
      import { readFileSync } from 'node:fs';
      import { decodeCbor } from ${JSON.stringify(module)};
      try { decodeCbor(readFileSync(0)); } catch (error) { console.log(error.code); }`;
    const args = ['--max-old-space-size=64', '--input-type=module', '--eval', script];
    const { stdout, status } = spawnSync(process.execPath, args, { input: frame, encoding: 'utf8' });
    assert.deepEqual([stdout.trim(), status], ['MalformedFrame', 0]);
  });

  function inputOf(item: CborValue): CborInput {
    if (item instanceof Map) return Object.fromEntries([...item].map(([key, inner]) => [key, inputOf(inner)]));
    return Array.isArray(item) ? item.map(inputOf) : item;
  }

  it('writes no number that does not fit', () => {
    for (const number of [-1, 2n ** 64n, -5n]) assert.throws(() => encodeCbor(number), RangeError);
  });
});
