/** gRPC-web frames, laid out by hand from the protocol. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  MAX_MESSAGE_BYTES,
  contentType,
  messageFrame,
  readRequest,
  readTimeout,
  trailersFrame,
  wireFormat,
} from '../../../localnet/sui/rpc/frames.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('gRPC-web frames', () => {
  it('know their content types', () => {
    assert.equal(wireFormat('application/grpc-web'), 'binary');
    assert.equal(wireFormat('Application/gRPC-Web+proto; charset=x'), 'binary');
    assert.equal(wireFormat('application/grpc-web-text'), 'text');
    assert.equal(wireFormat('application/grpc'), undefined);
    assert.equal(wireFormat('application/json'), undefined);
    assert.equal(wireFormat(undefined), undefined);
    assert.equal(wireFormat(contentType('text')), 'text');
  });

  it('carry one message in a request', () => {
    assert.deepEqual(Uint8Array.from(readRequest(bytes(0, 0, 0, 0, 2, 7, 8), 'binary')), bytes(7, 8));
    assert.deepEqual(Uint8Array.from(readRequest(bytes(0, 0, 0, 0, 0), 'binary')), bytes());
    assert.deepEqual(Uint8Array.from(readRequest(Buffer.from('AAAAAAIHCA=='), 'text')), bytes(7, 8));
  });

  const refusals: [string, Uint8Array, string][] = [
    ['nothing', bytes(), 'INTERNAL'],
    ['a truncated header', bytes(0, 0, 0, 0), 'INTERNAL'],
    ['a truncated message', bytes(0, 0, 0, 0, 2, 7), 'INTERNAL'],
    ['a second frame', bytes(0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0), 'INTERNAL'],
    ['trailers', bytes(0x80, 0, 0, 0, 0), 'INTERNAL'],
    ['unknown flags', bytes(0x40, 0, 0, 0, 0), 'INTERNAL'],
    ['compression', bytes(1, 0, 0, 0, 1, 7), 'UNIMPLEMENTED'],
    ['an announced length above the limit', bytes(0, 0xff, 0xff, 0xff, 0xff), 'OUT_OF_RANGE'],
  ];
  for (const [name, body, code] of refusals) {
    it(`refuse ${name}`, () => {
      assert.throws(() => readRequest(body, 'binary'), { code });
      assert.throws(() => readRequest(Buffer.from(Buffer.from(body).toString('base64')), 'text'), { code });
    });
  }

  it('refuse text that is not base64', () => {
    for (const text of ['AAAAAAA', 'AAAA AAIHCA==', 'AAAA=AAA', '\u0000\u0000\u0000\u0000']) {
      assert.throws(() => readRequest(Buffer.from(text), 'text'), { code: 'INTERNAL' });
    }
  });

  it('accept a message of exactly the limit', () => {
    const body = new Uint8Array(5 + MAX_MESSAGE_BYTES);
    new DataView(body.buffer).setUint32(1, MAX_MESSAGE_BYTES);
    assert.equal(readRequest(body, 'binary').length, MAX_MESSAGE_BYTES);
  });

  it('survive any body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('binary' as const, 'text' as const),
        (body, format) => {
          try {
            const message = readRequest(body, format);
            const framed = messageFrame(message, format);
            assert.deepEqual(Uint8Array.from(readRequest(framed, format)), Uint8Array.from(message));
          } catch (error) {
            assert.equal((error as Error).name, 'RpcStatus');
          }
        },
      ),
    );
  });

  it('end with the status, percent-encoded', () => {
    const text = (frame: Uint8Array) => Buffer.from(frame.subarray(5)).toString('latin1');
    const ok = trailersFrame('OK', '', 'binary');
    assert.deepEqual(ok.subarray(0, 5), bytes(0x80, 0, 0, 0, ok.length - 5));
    assert.equal(text(ok), 'grpc-status:0\r\ngrpc-message:\r\n');
    const bad = trailersFrame('NOT_FOUND', 'a\r\nb 100% é', 'binary');
    assert.equal(text(bad), 'grpc-status:5\r\ngrpc-message:a%0D%0Ab 100%25 %C3%A9\r\n');
  });

  it('have deadlines', () => {
    assert.equal(readTimeout(undefined), undefined);
    assert.equal(readTimeout('2S'), 2000);
    assert.equal(readTimeout('1500m'), 1500);
    assert.equal(readTimeout('1H'), 3_600_000);
    for (const text of ['', '5', 'S', '123456789S', '1x', '-1S', '1.5S']) {
      assert.throws(() => readTimeout(text), { code: 'INVALID_ARGUMENT' });
    }
  });
});
