/** RLP: what viem writes, and every other form refused (Ethereum yellow paper, appendix B). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toRlp, type Hex } from 'viem';
import { fromHex, toHex } from '../../../prover/protocol/index.ts';
import { isRlpList, rlpList, rlpString, rlpUint } from '../../../prover/protocol/wire/index.ts';
import { ruleOf } from './world.ts';

describe('RLP', () => {
  const nested = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(fc.uint8Array({ maxLength: 70 }).map(toHex), fc.array(tie('tree'), { maxLength: 5 })),
  })).tree;

  it("reads what viem's encoder writes", () => {
    const read = (encoding: Uint8Array, value: unknown): void => {
      if (!Array.isArray(value)) return assert.equal(toHex(rlpString(encoding)), value);
      const items = rlpList(encoding);
      assert.equal(items.length, value.length);
      items.forEach((item, i) => read(item, value[i]));
    };
    fc.assert(fc.property(nested, (value) => read(fromHex(toRlp(value as Hex)), value)));
  });

  it('refuses every other form', () => {
    for (const hex of [
      '0x',
      '0x8100',
      '0x817f',
      '0xb800',
      '0xb83761',
      '0xb90037',
      '0xba000100',
      '0xbb00000001',
      '0x82ff',
      '0x0000',
      '0xc0',
      '0xbf',
      '0xbfffffffffffffffff',
    ] as const) {
      assert.equal(
        ruleOf(() => rlpString(fromHex(hex))),
        'MalformedRlp',
        hex,
      );
    }
    for (const hex of [
      '0x',
      '0x80',
      '0xc1',
      '0xc000',
      '0xc281',
      '0xf800',
      '0xf837',
      '0xf90001',
      '0xc2c2c0',
      '0xff',
      '0xffffffffffffffffff',
    ] as const) {
      assert.equal(
        ruleOf(() => rlpList(fromHex(hex))),
        'MalformedRlp',
        hex,
      );
    }
    for (const hex of ['0x00', '0x820001', '0x89ffffffffffffffffff', '0xc0'] as const) {
      assert.equal(
        ruleOf(() => rlpUint(fromHex(hex))),
        'MalformedRlp',
        hex,
      );
    }
    assert.equal(rlpUint(fromHex('0x80')), 0n);
    assert.equal(rlpUint(fromHex('0x88ffffffffffffffff')), 2n ** 64n - 1n);
  });

  it('takes a length in its shortest form only, though the payload is all there', () => {
    const withPayload = (head: Hex, length: number): Uint8Array => {
      const bytes = new Uint8Array((head.length - 2) / 2 + length).fill(1);
      bytes.set(fromHex(head));
      return bytes;
    };
    for (const [head, length] of [
      ['0xb838', 56],
      ['0xb8ff', 255],
      ['0xb90100', 256],
      ['0xba010000', 65_536],
    ] as const) {
      assert.equal(rlpString(withPayload(head, length)).length, length, head);
    }
    assert.equal(rlpList(withPayload('0xf838', 56)).length, 56);
    for (const [head, length] of [
      ['0xb837', 55],
      ['0xb801', 1],
      ['0xb90038', 56],
      ['0xba000100', 256],
      ['0xbb01000000', 2 ** 24],
    ] as const) {
      assert.equal(
        ruleOf(() => rlpString(withPayload(head, length))),
        'MalformedRlp',
        head,
      );
    }
    for (const [head, length] of [
      ['0xf837', 55],
      ['0xf90038', 56],
    ] as const) {
      assert.equal(
        ruleOf(() => rlpList(withPayload(head, length))),
        'MalformedRlp',
        head,
      );
    }
  });

  it('tells lists from strings by their first byte', () => {
    assert.deepEqual(
      (['0x', '0x00', '0x80', '0xbf', '0xc0', '0xff'] as const).map((hex) => isRlpList(fromHex(hex))),
      [false, false, false, false, true, true],
    );
  });

  it('never fails otherwise on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void ruleOf(() => rlpList(bytes).map(rlpString))),
    );
  });
});
