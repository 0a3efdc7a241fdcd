/** Frames on a byte stream. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from '../../../prover/protocol/wire/index.ts';
import { ruleOf } from './world.ts';

describe('frames', () => {
  it('are cut out of chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 50 }),
        (payloads, sizes) => {
          const stream = Buffer.concat(payloads.map(encodeFrame));
          const reader = new FrameReader();
          const read: Uint8Array[] = [];
          for (let position = 0, i = 0; position < stream.length; i++) {
            const size = sizes[i % sizes.length]!;
            read.push(...reader.push(stream.subarray(position, position + size)));
            position += size;
            const isWhole =
              payloads.slice(0, read.length).reduce((sum, { length }) => sum + 4 + length, 0) ===
              Math.min(position, stream.length);
            assert.equal(reader.isPartial, !isWhole);
          }
          assert.deepEqual(
            read.map((bytes) => Buffer.from(bytes)),
            payloads.map((bytes) => Buffer.from(bytes)),
          );
        },
      ),
    );
  });

  it('have 1 to 8,388,608 bytes', () => {
    const lengthOf = (length: number): Uint8Array => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      return bytes;
    };
    const judge = (length: number): string => ruleOf(() => [...new FrameReader().push(lengthOf(length))]);
    assert.deepEqual([0, 1, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1, 0xffffffff].map(judge), [
      'FrameTooLarge',
      'accepted',
      'accepted',
      'FrameTooLarge',
      'FrameTooLarge',
    ]);
    assert.equal(MAX_FRAME_BYTES, 8_388_608);
    assert.equal(
      ruleOf(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))),
      'FrameTooLarge',
    );
  });
});
