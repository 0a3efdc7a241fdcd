/** What a host keeps in memory, and how much of it. */
import assert from 'node:assert/strict';
import { CertificateStream } from '../../prover/host/origins/certificates.ts';
import { Recent } from '../../prover/host/recent.ts';

describe('what was used last', () => {
  it('is kept up to so many bytes, and what was used longest ago goes first', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 4);
    recent.set('b', 2, 4);
    assert.equal(recent.get('a'), 1);
    recent.set('c', 3, 4);
    assert.equal(recent.get('b'), undefined);
    assert.deepEqual([recent.get('a'), recent.get('c')], [1, 3]);
  });

  it('counts what is replaced once', () => {
    const recent = new Recent<string, number>(10);
    for (let i = 0; i < 5; i++) recent.set('a', i, 6);
    recent.set('b', 9, 4);
    assert.deepEqual([recent.get('a'), recent.get('b')], [4, 9]);
  });

  it('holds nothing that is larger than all of it', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 4);
    recent.set('b', 2, 11);
    assert.equal(recent.get('b'), undefined);
    recent.set('c', 3, 10);
    assert.equal(recent.get('c'), 3);
  });

  it('makes room for what is taken away, and has it once', () => {
    const recent = new Recent<string, number>(10);
    recent.set('a', 1, 6);
    recent.set('b', 2, 4);
    assert.equal(recent.take('a'), 1);
    assert.equal(recent.take('a'), undefined);
    recent.set('c', 3, 6);
    assert.deepEqual([recent.get('b'), recent.get('c')], [2, 3]);
  });
});

describe('what a stream of checkpoints has shown', () => {
  /** As a message of a node shows it: a view of all of that. */
  const certified = (height: bigint, messageBytes: number) => {
    const summary = new Uint8Array(messageBytes).subarray(0, 16);
    new DataView(summary.buffer).setBigUint64(8, height, true);
    return { summary, encoded: new Uint8Array(40) };
  };

  it('is kept without the rest of the message that it came in', () => {
    const stream = new CertificateStream();
    stream.add(certified(7n, 1 << 20));
    assert.equal(stream.at(7n)?.summary.buffer.byteLength, 16);
    assert.equal(stream.takeNewest()?.summary.buffer.byteLength, 16);
  });

  it('is bounded however little each has in it', () => {
    const stream = new CertificateStream();
    const all = Array.from({ length: 20_000 }, (_, i) => BigInt(i));
    for (const height of all) stream.add(certified(height, 16));
    const kept = all.filter((height) => stream.at(height) !== undefined);
    assert.ok(kept.length > 100 && kept.length < 10_000, `${kept.length} are kept`);
  });
});
