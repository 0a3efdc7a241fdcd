/** The BCS reader: one value has one encoding (BCS specification, "ULEB128", "Options", "Enums"). */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import fc from 'fast-check';
import { BcsReader } from '../../../prover/protocol/wire/index.ts';
import { ruleOf } from './world.ts';

const over = (...bytes: number[]): BcsReader => new BcsReader(Uint8Array.from(bytes));

describe('BCS reader', () => {
  it('reads what the SDK writes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        (number, data, some) => {
          const type = bcs.struct('T', { number: bcs.u64(), data: bcs.byteVector(), option: bcs.option(bcs.u64()) });
          const reader = new BcsReader(type.serialize({ number, data, option: some ? number : null }).toBytes());
          assert.equal(reader.u64(), number);
          assert.deepEqual(reader.bytes(), data);
          assert.equal(
            reader.option(() => reader.u64()),
            some ? number : null,
          );
          reader.end();
        },
      ),
    );
  });

  it('reads lengths in their shortest form only', () => {
    assert.equal(over(0).uleb(), 0);
    assert.equal(over(0x7f).uleb(), 127);
    assert.equal(over(0x80, 1).uleb(), 128);
    assert.equal(over(0xff, 0xff, 0xff, 0x7f).uleb(), 2 ** 28 - 1);
    for (const bytes of [
      [],
      [0x80],
      [0x80, 0],
      [0xff, 0x80, 0],
      [0x80, 0x80, 0x80, 0x80, 1],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
    ]) {
      assert.equal(
        ruleOf(() => over(...bytes).uleb()),
        'MalformedBcs',
        String(bytes),
      );
    }
  });

  it('knows the variants of enums and options, and the length of what has one', () => {
    assert.equal(over(1).variant(2), 1);
    assert.equal(
      ruleOf(() => over(2).variant(2)),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => over(2, 1).option(() => 1)),
      'MalformedBcs',
    );
    assert.equal(over(2, 7, 8).prefixed(2).length, 2);
    assert.equal(
      ruleOf(() => over(1, 7, 8).prefixed(2)),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => over(3, 7, 8, 9).prefixed(2)),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => over(31, ...new Uint8Array(32)).digest()),
      'MalformedBcs',
    );
  });

  it('never reads past the end, nor leaves anything', () => {
    assert.equal(
      ruleOf(() => over(5, 1, 2).bytes()),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => over(1, 2, 3).u64()),
      'MalformedBcs',
    );
    assert.equal(
      ruleOf(() => over(0).end()),
      'MalformedBcs',
    );
    const huge = over(0xff, 0xff, 0xff, 0x7f, 1);
    assert.equal(
      ruleOf(() => huge.vector(() => huge.take(1))),
      'MalformedBcs',
    );
    // A view ends where it ends, whatever follows in memory.
    const memory = Uint8Array.of(9, 9, 1, 7, 7, 7);
    assert.deepEqual(new BcsReader(memory.subarray(2, 4)).bytes(), Uint8Array.of(7));
    assert.equal(
      ruleOf(() => new BcsReader(memory.subarray(2, 3)).bytes()),
      'MalformedBcs',
    );
  });
});
